package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// TestOffered: a new offer is told after a while to who neither saw nor answered it, once for all offers that came meanwhile, with the
// date of the one that is open then.
func TestOffered(t *testing.T) {
	t.Parallel()
	terms := func(days int) negotiation.MakeOffer {
		m := negotiation.CNY(10000)
		return negotiation.MakeOffer{ValidDays: days, Items: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: &m,
			Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}}}
	}
	for name, c := range map[string]struct {
		then func(p people, id string)
		told bool
	}{
		"nobody looked": {func(people, string) {}, true},
		"improved":      {func(p people, id string) { p.do(p.supervisor, id, terms(5)) }, true},
		"seen":          {func(p people, id string) { p.do(p.buyer, id, negotiation.SeeOffer{Offer: 2}) }, false},
		"countered":     {func(p people, id string) { p.do(p.buyer, id, terms(3)) }, false},
		"declined":      {func(p people, id string) { p.do(p.buyer, id, negotiation.DeclineOffer{Offer: 2}) }, false},
		"withdrawn":     {func(p people, id string) { p.do(p.supervisor, id, negotiation.WithdrawOffer{Offer: 2}) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeople(t)
			id := p.file(p.buyer, p.enterprise.ID)
			p.do(p.supervisor, id, terms(3))
			c.then(p, id)
			var rows []app.OutboxRow
			all, err := p.plain.Outbox(p.ctx, 100)
			require.NoError(t, err)
			for _, r := range all {
				if r.Template == app.TemplateNewOffer && r.To == p.buyer.Actor.ID {
					rows = append(rows, r)
				}
			}
			require.Len(t, rows, 1)
			require.Equal(t, rows[0].Created.Add(time.Minute), rows[0].Next)
			r, told, err := app.Offered(p.ctx, p.store, rows[0])
			require.NoError(t, err)
			require.Equal(t, c.told, told)
			if told {
				o, _ := p.caseOf(id).OpenOffer()
				last := o.ValidUntil.Add(-time.Second).In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
				require.Equal(t, last, r.Params["until"])
			}
		})
	}
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	to := func(who string) []app.Recipient {
		got, err := app.Recipients(p.ctx, p.plain, who)
		require.NoError(t, err)
		return got
	}
	require.Equal(t, []app.Recipient{{Phone: phone, Language: "zh"}}, to(p.buyer.Actor.ID))
	require.Equal(t, []app.Recipient{{Phone: "+8613700000002", Language: "zh"}}, to("desk:"+p.enterprise.ID), "the agent has no phone")
	require.Equal(t, []app.Recipient{{Phone: "+8613900000001", Language: "zh"}}, to("bureau:"+p.officer.Actor.Bureau))
	none := ""
	_, err := p.Staff.Change(p.ctx, p.supervisor.Actor, p.supervisor.Actor.ID, app.StaffChange{Phone: &none})
	require.NoError(t, err)
	require.Equal(t, []app.Recipient{{Phone: "+8613700000001", Language: "zh"}}, to("desk:"+p.enterprise.ID), "the contact person")
	for _, who := range []string{"", "desk:", "bureau:" + app.NewID(), app.NewID(), "system"} {
		require.Empty(t, to(who), who)
	}
}
