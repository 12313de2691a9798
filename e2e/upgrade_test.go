package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"hejie/e2e/balancer"
	"hejie/e2e/seed"
	"hejie/negotiation"
)

// TestUpgrade: two people negotiate through the balancer while the replica that holds the consumer's page is drained and replaced. The
// page goes on at another one; nothing is lost, nothing comes twice, and neither page ever speaks of trouble, not even on its console.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	program, err := binary()
	require.NoError(t, err)
	site := balancer.NewSite(t, program, 1)
	room := site.Rooms[0]
	sc := &scene{t: t, s: &server{t: t, url: site.URL}, lang: "zh", id: room.Case}
	as := func(side int) *caller {
		c := site.From(2+side).NewCaller(site.URL, room.Sessions[side])
		t.Cleanup(c.Close)
		return &caller{c, t, sc.s}
	}
	sc.consumer, sc.desk = as(seed.Consumer), as(seed.Desk)

	c := sc.phone()
	sockets := func() (of []int) {
		for i := range site.P.Replicas {
			of = append(of, site.Landed(i, "/api/live"))
		}
		return of
	}
	home := -1
	require.Eventually(t, func() bool { home = slices.Index(sockets(), 1); return home >= 0 }, patience, 10*time.Millisecond, "the page has no socket")
	d := sc.office()
	firm := get[struct{ Name string }](sc.consumer, "/api/enterprises/"+room.Enterprise).Name
	see := func() {
		t.Helper()
		c.sees(c.word("room/room.here", "names", firm))
		d.sees(d.word("room/room.here", "names", d.word("words/who.enterprise.consumer")))
	}
	see()
	sc.desk.tell(sc.id, refund(66, 5))

	var upgrade errgroup.Group
	done := make(chan struct{})
	upgrade.Go(func() error { defer close(done); return site.Replace(home) })
	c.counters(120)
	d.sees(d.yuan(120))
	n := 0
	for replaced := false; !replaced; n++ {
		c.says("consumer.enterprise", fmt.Sprintf("第%d问", n))
		d.says("enterprise.consumer", fmt.Sprintf("第%d答", n))
		select {
		case <-done:
			replaced = true
		default:
		}
	}
	require.NoError(t, upgrade.Wait())
	for i := range n {
		sc.once(fmt.Sprintf("第%d问", i), c, d)
		sc.once(fmt.Sprintf("第%d答", i), c, d)
	}
	see()
	came := sockets()
	require.GreaterOrEqual(t, came[0]+came[1]+came[2], 2, "the consumer's page came back")
	d.accepts()
	for _, p := range []*screen{c, d} {
		p.sees(p.word("words/phase.agreed"))
		p.misses(p.word("live/reconnecting"))
	}
	sc.is(negotiation.PhaseAgreed, "")
}
