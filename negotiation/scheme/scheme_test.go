package scheme_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
)

var (
	start      = time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	anyone     = negotiation.Actor{ID: "a1", Role: negotiation.RoleConsumer}
	officer    = negotiation.Actor{ID: "o1", Role: negotiation.RoleOfficer, Bureau: "b", Region: "430602"}
	city       = negotiation.Actor{ID: "o2", Role: negotiation.RoleOfficer, Bureau: "c", Region: "430600"}
	neighbour  = negotiation.Actor{ID: "o3", Role: negotiation.RoleOfficer, Bureau: "d", Region: "430603"}
	supervisor = negotiation.Actor{ID: "s1", Role: negotiation.RoleDeskSupervisor, Enterprise: "e1"}
	agent      = negotiation.Actor{ID: "s2", Role: negotiation.RoleDeskAgent, Enterprise: "e1"}
	stranger   = negotiation.Actor{ID: "s3", Role: negotiation.RoleDeskSupervisor, Enterprise: "e2"}
	admin      = negotiation.Actor{ID: "x", Role: negotiation.RoleAdministrator}
)

func profile() scheme.Profile {
	return scheme.Profile{
		Name: "岳阳洞庭家电有限公司", CreditCode: "91430600MA00000010", Region: "430602", Address: "岳阳市岳阳楼区巴陵中路1号", Industry: "5274",
		Conditions: scheme.Conditions{Place: true, Staff: true, Computer: true, Telephone: true, ComplaintRules: true},
		Commitment: negotiation.Choice{Yes: true, Text: "2026-1"},
	}
}

func do(t require.TestingT, e scheme.Enterprise, by negotiation.Actor, c negotiation.Command) scheme.Enterprise {
	events, err := e.Decide(by, c, scheme.Env{At: start.Add(time.Duration(e.Version) * time.Hour)})
	require.NoError(t, err)
	require.Len(t, events, 1)
	return e.Apply(events[0])
}

// in gives an enterprise in a status.
func in(t require.TestingT, s scheme.Status) scheme.Enterprise {
	e := scheme.Enterprise{ID: "e1"}
	if s == scheme.StatusNone {
		return e
	}
	e = do(t, e, anyone, scheme.Apply(profile()))
	if s != scheme.StatusPending {
		e = do(t, e, officer, scheme.Approve{})
	}
	switch s {
	case scheme.StatusSuspended:
		e = do(t, e, officer, scheme.Suspend{Ground: scheme.GroundNoAnswers})
	case scheme.StatusRemoved:
		e = do(t, e, officer, scheme.Remove{Ground: scheme.GroundLeak})
	case scheme.StatusLeft:
		e = do(t, e, supervisor, scheme.Leave{})
	}
	require.Equal(t, s, e.Status)
	return e
}

// Every command in every status: where it leads, or the code of the error. Drawing in the package's documentation.
func TestStatuses(t *testing.T) {
	t.Parallel()
	const done, wrong, none = negotiation.CodeAlreadyDone, negotiation.CodeWrongPhase, negotiation.CodeNotFound
	table := map[scheme.Status][5]string{ // apply, approve, suspend, remove, leave
		scheme.StatusNone:      {"pending", none, none, none, none},
		scheme.StatusPending:   {done, "enrolled", wrong, "removed", "left"},
		scheme.StatusEnrolled:  {done, done, "suspended", "removed", "left"},
		scheme.StatusSuspended: {done, "enrolled", done, "removed", "left"},
		scheme.StatusRemoved:   {"pending", wrong, wrong, done, wrong},
		scheme.StatusLeft:      {"pending", wrong, wrong, wrong, done},
	}
	require.Len(t, table, len(scheme.Statuses)+1)
	commands := []negotiation.Command{
		scheme.Apply(profile()), scheme.Approve{}, scheme.Suspend{Ground: scheme.GroundNoAnswers},
		scheme.Remove{Ground: scheme.GroundOther, Reason: "x"}, scheme.Leave{Reason: "搬迁"},
	}
	who := []negotiation.Actor{supervisor, officer, officer, city, supervisor}
	for status, row := range table {
		for i, want := range row {
			e := in(t, status)
			events, err := e.Decide(who[i], commands[i], scheme.Env{At: start.Add(24 * time.Hour)})
			if err != nil {
				require.Equal(t, want, negotiation.CodeOf(err), "%s in %q", commands[i].Kind(), status)
				continue
			}
			after := e.Apply(events[0])
			require.EqualValues(t, want, after.Status, "%s in %q", commands[i].Kind(), status)
			require.Equal(t, e.Version+1, after.Version)
			require.Equal(t, events[0].At, after.Since)
			require.Equal(t, scheme.Channel, events[0].Channel)
			require.Equal(t, who[i].ID, events[0].By.ID)
		}
	}
}

// Who may: everyone else gets not_allowed.
func TestRights(t *testing.T) {
	t.Parallel()
	all := []negotiation.Actor{anyone, officer, city, neighbour, supervisor, agent, stranger, admin, negotiation.System, {}}
	officers := []string{"o1", "o2"}
	everyone := []string{"a1", "o1", "o2", "o3", "s1", "s2", "s3", "x", "system", ""}
	for _, v := range []struct {
		status scheme.Status
		cmd    negotiation.Command
		may    []string
	}{
		{scheme.StatusNone, scheme.Apply{}, everyone},
		{scheme.StatusRemoved, scheme.Apply{}, []string{"o1", "o2", "s1"}},
		{scheme.StatusPending, scheme.Approve{}, officers},
		{scheme.StatusSuspended, scheme.Approve{}, officers},
		{scheme.StatusEnrolled, scheme.Suspend{}, officers},
		{scheme.StatusEnrolled, scheme.Remove{}, officers},
		{scheme.StatusEnrolled, scheme.Leave{}, []string{"s1"}},
	} {
		e := in(t, v.status)
		for _, by := range all {
			err := e.May(by, v.cmd.Kind())
			if slices.Contains(v.may, by.ID) {
				require.NoError(t, err, "%s by %s", v.cmd.Kind(), by.ID)
				continue
			}
			require.Equal(t, negotiation.CodeNotAllowed, negotiation.CodeOf(err), "%s by %s", v.cmd.Kind(), by.ID)
			_, err = e.Decide(by, v.cmd, scheme.Env{At: start})
			require.Equal(t, negotiation.CodeNotAllowed, negotiation.CodeOf(err))
		}
	}
	refused := do(t, in(t, scheme.StatusPending), officer, scheme.Remove{Ground: scheme.GroundConditionsNotMet})
	require.NoError(t, refused.May(anyone, "apply"), "one that was never enrolled has no supervisor")
	require.Error(t, refused.May(officer, "nonsense"))
}

func TestFields(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]struct {
		change      func(*scheme.Profile)
		code, field string
	}{
		"no name":        {func(p *scheme.Profile) { p.Name = "  " }, negotiation.CodeRequired, "name"},
		"long name":      {func(p *scheme.Profile) { p.Name = strings.Repeat("店", 101) }, negotiation.CodeTooLong, "name"},
		"unseen name":    {func(p *scheme.Profile) { p.Name = "\u200b\u3164" }, negotiation.CodeRequired, "name"},
		"turned name":    {func(p *scheme.Profile) { p.Name = "a\u202eb" }, negotiation.CodeInvalid, "name"},
		"unseen address": {func(p *scheme.Profile) { p.Address = "\u2060" }, negotiation.CodeRequired, "address"},
		"two lines":      {func(p *scheme.Profile) { p.Name = "a\nb" }, negotiation.CodeInvalid, "name"},
		"no code":        {func(p *scheme.Profile) { p.CreditCode = "" }, negotiation.CodeRequired, "credit_code"},
		"bad code":       {func(p *scheme.Profile) { p.CreditCode = "91430600MA00000011" }, negotiation.CodeInvalid, "credit_code"},
		"no region":      {func(p *scheme.Profile) { p.Region = "" }, negotiation.CodeInvalid, "region"},
		"city":           {func(p *scheme.Profile) { p.Region = "430600" }, negotiation.CodeInvalid, "region"},
		"no address":     {func(p *scheme.Profile) { p.Address = "" }, negotiation.CodeRequired, "address"},
		"industry":       {func(p *scheme.Profile) { p.Industry = "Z" }, negotiation.CodeInvalid, "industry"},
		"long industry":  {func(p *scheme.Profile) { p.Industry = "52744" }, negotiation.CodeInvalid, "industry"},
		"no place":       {func(p *scheme.Profile) { p.Conditions.Place = false }, negotiation.CodeRequired, "conditions.place"},
		"no rules":       {func(p *scheme.Profile) { p.Conditions.ComplaintRules = false }, negotiation.CodeRequired, "conditions.complaint_rules"},
		"no commitment":  {func(p *scheme.Profile) { p.Commitment.Yes = false }, negotiation.CodeRequired, "commitment.yes"},
		"unread promise": {func(p *scheme.Profile) { p.Commitment.Text = "" }, negotiation.CodeRequired, "commitment.text"},
	} {
		p := profile()
		v.change(&p)
		_, err := scheme.Enterprise{ID: "e1"}.Decide(anyone, scheme.Apply(p), scheme.Env{At: start})
		requireError(t, err, v.code, v.field, name)
	}
	p := profile()
	p.CreditCode, p.Name, p.Industry, p.Region = " 91430600ma00000010", " a ", "F", "441900" // Dongguan has no counties
	e := do(t, scheme.Enterprise{ID: "e1"}, anyone, scheme.Apply(p))
	require.EqualValues(t, "91430600MA00000010", e.CreditCode)
	require.Equal(t, "a", e.Name)

	out := in(t, scheme.StatusLeft)
	p.CreditCode = "92430600MA00000020"
	_, err := out.Decide(supervisor, scheme.Apply(p), scheme.Env{At: start})
	requireError(t, err, negotiation.CodeInvalid, "credit_code", "another enterprise")

	enrolled := in(t, scheme.StatusEnrolled)
	for _, v := range []struct {
		cmd         negotiation.Command
		code, field string
	}{
		{scheme.Remove{}, negotiation.CodeRequired, "ground"},
		{scheme.Suspend{Ground: "bad"}, negotiation.CodeInvalid, "ground"},
		{scheme.Suspend{Ground: scheme.GroundOther, Reason: " "}, negotiation.CodeRequired, "reason"},
		{scheme.Suspend{Ground: scheme.GroundOther, Reason: "\u200b"}, negotiation.CodeRequired, "reason"},
		{scheme.Suspend{Ground: scheme.GroundLeak, Reason: "a\u202eb"}, negotiation.CodeInvalid, "reason"},
		{scheme.Remove{Ground: scheme.GroundLeak, Reason: strings.Repeat("x", 2001)}, negotiation.CodeTooLong, "reason"},
		{negotiation.Reopen{}, negotiation.CodeUnknownCommand, "type"},
	} {
		_, err := enrolled.Decide(officer, v.cmd, scheme.Env{At: start})
		requireError(t, err, v.code, v.field, v.cmd.Kind())
	}
}

func requireError(t *testing.T, err error, code, field, msg string) {
	t.Helper()
	var e *negotiation.Error
	require.ErrorAs(t, err, &e, msg)
	require.Equal(t, code, e.Code, msg)
	require.Equal(t, field, e.Field, msg)
}

func TestTimes(t *testing.T) {
	t.Parallel()
	e := in(t, scheme.StatusEnrolled)
	enrolled := e.EnrolledAt
	require.Equal(t, start.Add(time.Hour), enrolled)
	events, err := e.Decide(officer, scheme.Suspend{Ground: scheme.GroundNoAnswers, Reason: "两次警告后仍未答复"}, scheme.Env{At: start})
	require.NoError(t, err)
	require.Equal(t, e.Since, events[0].At, "at never goes back")
	require.Equal(t, "两次警告后仍未答复", events[0].Content.Text)
	e = e.Apply(events[0])
	require.Equal(t, scheme.GroundNoAnswers, e.Ground)
	e = do(t, e, officer, scheme.Approve{})
	require.Empty(t, e.Ground)
	require.Equal(t, enrolled, e.EnrolledAt)
	require.Equal(t, e, e.Apply(negotiation.Event{Fact: negotiation.CaseReopened{}}))
}

func TestWire(t *testing.T) {
	t.Parallel()
	for _, c := range []negotiation.Command{
		scheme.Apply(profile()), scheme.Approve{}, scheme.Suspend{Ground: scheme.GroundLeak}, scheme.Remove{Ground: scheme.GroundOther, Reason: "x"}, scheme.Leave{},
	} {
		b, err := json.Marshal(scheme.AnyCommand{Command: c})
		require.NoError(t, err)
		var back scheme.AnyCommand
		require.NoError(t, json.Unmarshal(b, &back))
		require.Equal(t, c, back.Command)
	}
	for in, want := range map[string][2]string{
		`{"type":"approve","x":1}`:                      {negotiation.CodeUnknownField, "x"},
		`{"type":"leave","reason":"a","reason":"b"}`:    {negotiation.CodeRepeatedField, "reason"},
		`{"type":"leave","type":"leave"}`:               {negotiation.CodeRepeatedField, "type"},
		`{"type":"leave","reason":1}`:                   {negotiation.CodeMalformed, "reason"},
		`{"type":"apply","conditions":{"place":"yes"}}`: {negotiation.CodeMalformed, "conditions.place"},
		`{"type":"leave"} {}`:                           {negotiation.CodeMalformed, ""},
		`[]`:                                            {negotiation.CodeMalformed, ""},
		`{}`:                                            {negotiation.CodeRequired, "type"},
		`null`:                                          {negotiation.CodeMalformed, ""},
		`{"type":1}`:                                    {negotiation.CodeMalformed, "type"},
		`{"type":"enrol"}`:                              {negotiation.CodeUnknownCommand, "type"},
		`{"type":"` + strings.Repeat("a", 99) + `"}`: {negotiation.CodeUnknownCommand, "type"},
	} {
		_, err := scheme.DecodeCommand([]byte(in))
		requireError(t, err, want[0], want[1], in)
	}
	commands, facts := scheme.Vocabulary()
	require.Len(t, commands, 5)
	require.Len(t, facts, 5)
}

// step that somebody wants to take; not each is possible.
type step struct {
	by    negotiation.Actor
	cmd   negotiation.Command
	after time.Duration // since start
}

// foldsToTheSame seals a history into a log, which verifies, and reads it back, which gives the same enterprise. It tells the statuses on the way.
func foldsToTheSame(t require.TestingT, history []step) (reached []scheme.Status) {
	e := scheme.Enterprise{ID: "e1"}
	var head negotiation.Head
	var log []negotiation.Record
	for _, s := range history {
		events, err := e.Decide(s.by, s.cmd, scheme.Env{At: start.Add(s.after)})
		if err != nil {
			continue
		}
		var r negotiation.Record
		prev := head
		r, head, err = head.Seal(e.ID, events[0], []byte("0123456789abcdef"))
		require.NoError(t, err)
		require.True(t, r.Verify(prev.Hash))
		log = append(log, r)
		require.False(t, events[0].At.Before(e.Since))
		e = e.Apply(events[0])
		reached = append(reached, e.Status)
	}
	again := scheme.Enterprise{ID: "e1"}
	for i, r := range log {
		require.EqualValues(t, i+1, r.Seq)
		ev, err := scheme.DecodeEvent(r)
		require.NoError(t, err)
		again = again.Apply(ev)
	}
	require.Equal(t, e, again)

	b, err := json.Marshal(e)
	require.NoError(t, err)
	var back scheme.Enterprise
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, e, back, string(b))
	return reached
}

// One history that takes every step, since chance need not, and random ones.
func TestLogFoldsToTheSame(t *testing.T) {
	t.Parallel()
	apply, approve, suspend := scheme.Apply(profile()), scheme.Approve{}, scheme.Suspend{Ground: scheme.GroundLeak}
	remove, leave := scheme.Remove{Ground: scheme.GroundOther, Reason: "x"}, scheme.Leave{}
	require.Equal(t,
		[]scheme.Status{"pending", "enrolled", "suspended", "enrolled", "left", "pending", "enrolled", "removed"},
		foldsToTheSame(t, []step{
			{anyone, apply, 0}, {officer, approve, 1}, {officer, suspend, 2}, {officer, approve, 3}, {supervisor, leave, 4},
			{supervisor, apply, 5}, {officer, approve, 6}, {officer, remove, 7},
		}))
	rapid.Check(t, func(t *rapid.T) {
		foldsToTheSame(t, rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
			return step{
				rapid.SampledFrom([]negotiation.Actor{officer, supervisor, anyone, neighbour}).Draw(t, "by"),
				rapid.SampledFrom([]negotiation.Command{apply, approve, suspend, remove, leave}).Draw(t, "command"),
				time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "after")),
			}
		}), 0, 30).Draw(t, "history"))
	})
	_, err := scheme.DecodeEvent(negotiation.Record{Type: "offer_made"})
	require.Equal(t, negotiation.CodeInternal, negotiation.CodeOf(err))
	_, err = scheme.DecodeEvent(negotiation.Record{Type: "left", Facts: []byte(`{"x":1}`)})
	require.Error(t, err)
}
