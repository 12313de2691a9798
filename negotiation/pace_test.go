package negotiation

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation/workday"
)

// Working time is a fact of the log: a year that is imported later does not change how fast somebody was.
func TestPace(t *testing.T) {
	t.Parallel()
	const day = 86400
	notice := []byte(`{"year":2027,"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-04","isOffDay":true},
		{"name":"元旦","date":"2027-01-05","isOffDay":true}]}`)
	known, err := workday.Default().Import(notice)
	require.NoError(t, err)
	question, refusal := PostMessage{Text: "Which one?", Question: true}, RefuseCase{Ground: NotOurCustomer, Text: "No such order."}
	for name, c := range map[string]struct {
		calendar *workday.Calendar
		act      func(*scenario)
		want     Pace
	}{
		"question":    {workday.Default(), func(s *scenario) { s.enterprise(question) }, Pace{Limit: 2*day + 43200, Response: 2*day + 43200}},
		"in a notice": {known, func(s *scenario) { s.enterprise(question) }, Pace{Limit: 2*day + 43200, Response: 43200}},
		"refusal":     {known, func(s *scenario) { s.enterprise(refusal) }, Pace{Limit: 2*day + 43200, Response: 43200}},
		"offer":       {known, func(s *scenario) { s.offers(agent, refund(100, 3)) }, Pace{Limit: 2*day + 43200, Response: 43200}},
		"agreement":   {known, func(s *scenario) { s.accepts(agent) }, Pace{Limit: 2*day + 43200, Response: 43200, Settlement: 43200}},
		"only the first": {known, func(s *scenario) {
			s.enterprise(question).at("2027-01-07T00:00").enterprise(question).offers(agent, refund(100, 3)).accepts(mei)
		}, Pace{Limit: 2*day + 43200, Response: 43200, Settlement: day + 43200}},
		"too late to count": {known, func(s *scenario) { s.consumer(Escalate{}).offers(agent, refund(100, 3)) }, Pace{Limit: 2*day + 43200}},
		"the consumer's":    {known, func(s *scenario) { s.offers(mei, refund(100, 3)) }, Pace{Limit: 2*day + 43200}},
		"not said":          {known, func(s *scenario) { s.enterprise(PostMessage{Text: "Received."}) }, Pace{Limit: 2*day + 43200}},
	} {
		s := blank(t).at("2026-12-31T12:00") // a Thursday
		s.env.Calendar, s.env.Filing = c.calendar, platform()
		s.do(mei, filing(true)).at("2027-01-06T00:00")
		c.act(s)
		require.Equal(t, c.want, s.c.Pace(), name)
		for _, e := range s.events {
			if o, ok := e.Fact.(OfferMade); ok {
				require.Equal(t, c.want.Response, o.Took, name)
			}
		}
	}
}
