package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// Supervisors keep the saved replies of their desk, its members read them, and nobody else does either.
func TestSavedReplies(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	hello := app.SavedReply{Name: " 开场 ", Text: "\n{姓}先生/女士您好，案号 {案号}。\n"}
	kept := map[string]app.SavedReply{} // by who set it
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		wish := hello
		wish.ID = app.NewID()
		set, err := p.Replies.Set(p.ctx, x.Actor, wish)
		if err == nil {
			require.Equal(t, app.SavedReply{ID: wish.ID, Name: "开场", Text: "{姓}先生/女士您好，案号 {案号}。"}, set)
			kept[x.Actor.ID] = set
		}
		return err
	}, "supervisor", "rival")
	seen := map[string][]app.SavedReply{}
	p.allowedOnly(t, negotiation.CodeNotAllowed, func(x app.Session) error {
		list, err := p.Replies.List(p.ctx, x.Actor)
		seen[x.Actor.ID] = list
		return err
	}, "supervisor", "agent", "rival")
	own := kept[p.supervisor.Actor.ID]
	require.Equal(t, []app.SavedReply{own}, seen[p.agent.Actor.ID])
	require.Equal(t, []app.SavedReply{kept[p.rival.Actor.ID]}, seen[p.rival.Actor.ID])

	_, err := p.Replies.Set(p.ctx, p.rival.Actor, own)
	require.Equal(t, negotiation.CodeNotFound, negotiation.CodeOf(err), "an id of another desk's")
	require.Equal(t, negotiation.CodeNotFound, negotiation.CodeOf(p.Replies.Drop(p.ctx, p.rival.Actor, own.ID)))
	require.Equal(t, negotiation.CodeNotAllowed, negotiation.CodeOf(p.Replies.Drop(p.ctx, p.agent.Actor, own.ID)))
	require.NoError(t, p.Replies.Drop(p.ctx, p.supervisor.Actor, own.ID))
	list, err := p.Replies.List(p.ctx, p.agent.Actor)
	require.NoError(t, err)
	require.Empty(t, list)
}

// What cannot be used is refused with its field, and more than can be found again are too many.
func TestSavedReplyIsChecked(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	by := p.supervisor.Actor
	for _, c := range []struct{ name, text, code, field string }{
		{"", "a", negotiation.CodeRequired, "name"},
		{strings.Repeat("长", 41), "a", negotiation.CodeTooLong, "name"},
		{"a", " \n ", negotiation.CodeRequired, "text"},
		{"a", strings.Repeat("长", 1001), negotiation.CodeTooLong, "text"},
		{"a", "您好 {姓名}", app.CodeUnknownPlace, "text"},
		{"a", "{}", app.CodeUnknownPlace, "text"},
		{"a", "a\u202eb", negotiation.CodeInvalid, "text"},
		{strings.Repeat("长", 40), strings.Repeat("长", 1000), "", ""},
		{"b", "{name}，{code}，{ 和 }", app.CodeUnknownPlace, "text"},
		{"b", "{name}，{code}，{姓}{案号} } {", "", ""},
	} {
		_, err := p.Replies.Set(p.ctx, by, app.SavedReply{ID: app.NewID(), Name: c.name, Text: c.text})
		require.Equal(t, c.code, negotiation.CodeOf(err), c)
		if c.code != "" {
			var wrong *negotiation.Error
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, c.field, wrong.Field, c)
		}
	}
	last := app.SavedReply{}
	for n := range app.RepliesPerDesk - 2 {
		last = app.SavedReply{ID: app.NewID(), Name: fmt.Sprint(n), Text: "a"}
		_, err := p.Replies.Set(p.ctx, by, last)
		require.NoError(t, err)
	}
	_, err := p.Replies.Set(p.ctx, by, app.SavedReply{ID: app.NewID(), Name: "one more", Text: "a"})
	require.Equal(t, app.CodeTooManyReplies, negotiation.CodeOf(err))
	last.Text = "changed"
	_, err = p.Replies.Set(p.ctx, by, last)
	require.NoError(t, err)
}
