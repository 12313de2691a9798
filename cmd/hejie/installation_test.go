package main

import (
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

// do walks a command at an instant, which the door's own clock does not know.
func (i *installation) do(t *testing.T, id string, at time.Time, by negotiation.Actor, cmd negotiation.Command) {
	t.Helper()
	_, err := i.store.Change(t.Context(), app.Change{Case: id, Decide: func(c *negotiation.Case, _ app.Look) app.Decision {
		env := negotiation.Env{At: at, Calendar: i.years.Calendar(), Filing: &negotiation.Filing{Case: id, Code: "K7QM2-XW9PD", Rules: negotiation.DefaultRules(),
			Bureau: uuid.NewString(), Region: "430602", Enrolled: true, Open: negotiation.OpenCases{MaxOrder: 1, MaxEnterprise: 1, Max: 1}}}
		events, after, err := c.Step(by, cmd, env)
		return app.Decision{Events: events, After: after, Err: err}
	}})
	require.NoError(t, err)
}

func filing(at time.Time) negotiation.FileCase {
	day, amount, yes := workday.DateOf(at).String(), negotiation.CNY(15000), &negotiation.Choice{Yes: true, Text: "2026-1"}
	return negotiation.FileCase{Enterprise: uuid.NewString(), Category: "quality", Goods: "电饭煲", Facts: "不加热", PurchasedOn: day, KnownSince: day, Amount: amount,
		Claim:        []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: &amount, Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}},
		ForDailyLife: true, OtherBody: negotiation.BodyNone, Consents: negotiation.Consents{Truth: "2026-1", Rules: "2026-1", Publication: yes, Escalation: yes}}
}

const notice2027 = `{"year": 2027, "papers": [], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}, {"name": "元旦", "date": "2027-01-03", "isOffDay": false}]}`
