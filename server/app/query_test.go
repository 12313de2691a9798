package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// Who else has to act is told beside whose turn it is: those with a part of an agreement, and nobody for any other clock.
func TestAlsoOf(t *testing.T) {
	t.Parallel()
	clock := func(key negotiation.DeadlineKey, whose negotiation.Side) negotiation.Deadline {
		return negotiation.Deadline{Key: key, Whose: whose}
	}
	ours, theirs := clock("performance:0", negotiation.SideEnterprise), clock("confirmation:1", negotiation.SideConsumer)
	for name, x := range map[string]struct {
		turn   negotiation.Side
		clocks []negotiation.Deadline
		want   []negotiation.Side
	}{
		"one":             {negotiation.SideEnterprise, []negotiation.Deadline{ours}, nil},
		"both":            {negotiation.SideEnterprise, []negotiation.Deadline{ours, theirs}, []negotiation.Side{negotiation.SideConsumer}},
		"both and bureau": {negotiation.SideBureau, []negotiation.Deadline{ours, theirs}, []negotiation.Side{negotiation.SideConsumer, negotiation.SideEnterprise}},
		"other clocks":    {negotiation.SideConsumer, []negotiation.Deadline{clock("first_response", negotiation.SideEnterprise), clock("negotiation", negotiation.SideEnterprise)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, x.want, app.AlsoOf(&negotiation.Case{Turn: x.turn, Deadlines: x.clocks}))
		})
	}
}
