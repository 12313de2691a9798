package storetest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/scheme"
	"hejie/server/app"
)

func renamedEnterprise(b *bed) {
	b.enrol(1, "旧名")
	c := b.file(1, 1)
	b.enrolAgain(1, "新名")
	b.say(consumer(1), c, "x")
	row := b.row(c)
	require.Equal(b.t, "新名", row.EnterpriseName)
	require.Equal(b.t, []string{"1"}, b.listed(app.CaseQuery{Within: county, Search: "新名"}))
	require.Empty(b.t, b.listed(app.CaseQuery{Within: county, Search: "旧名"}))
	b.rebuilds()
}

// renamedMeanwhile: cases that are filed while their enterprise changes its name have the last name, too.
func renamedMeanwhile(b *bed) {
	b.enrol(1, "名 0")
	const cases = 24
	var filings sync.WaitGroup
	errs := make([]error, cases)
	for n := range cases {
		filings.Go(func() {
			e := negotiation.Event{At: start.UTC(), By: negotiation.By{Side: negotiation.SideConsumer, ID: "x"}, Channel: negotiation.Room,
				Fact: negotiation.CaseFiled{Enterprise: id("enterprise", 1), Code: fmt.Sprint(n), Region: county}}
			_, errs[n] = b.Change(ctx, app.Change{Case: caseID(n), Decide: func(c *negotiation.Case, _ app.Look) app.Decision {
				return app.Decision{Events: []negotiation.Event{e}, After: c.Apply(e)}
			}})
			errs[n] = errors.Join(errs[n], b.post(n, "x"))
		})
	}
	for n := range 4 {
		b.enrolAgain(1, fmt.Sprint("名 ", n+1))
	}
	filings.Wait()
	require.NoError(b.t, errors.Join(errs...))
	page, err := b.Cases(ctx, app.CaseQuery{Limit: 100})
	require.NoError(b.t, err)
	require.Len(b.t, page.Rows, cases)
	for _, r := range page.Rows {
		require.Equal(b.t, "名 4", r.EnterpriseName)
		one := b.row(r.Case)
		require.Equal(b.t, "名 4", one.EnterpriseName)
	}
	b.rebuilds()
}

// enrolAgain lets an enterprise leave and join under another name.
func (b *bed) enrolAgain(n int, name string) {
	b.scheme(n, negotiation.Actor{ID: id("supervisor", n), Role: negotiation.RoleDeskSupervisor, Enterprise: id("enterprise", n)}, scheme.Leave{})
	b.enrol(n, name)
}
