package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"hejie/e2e/platform"
	"hejie/e2e/seed"
)

// TestBusAway: the two sides are on two replicas when NATS dies and comes back. What one says the other reads all the while; as long as it
// is away both pages say that it comes late, and nobody who cannot be seen counts as absent.
func TestBusAway(t *testing.T) {
	t.Parallel()
	program, err := binary()
	require.NoError(t, err)
	p, err := platform.New(platform.Options{Replicas: 2, Binary: program})
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	require.NoError(t, err)
	enterprise, rooms, err := p.Rooms(t.Context(), 1)
	require.NoError(t, err)
	var at []*scene
	for i, r := range p.Replicas {
		require.NoError(t, p.Start(i))
		require.NoError(t, p.Ready(t.Context(), i))
		sc := &scene{t: t, s: &server{t: t, url: r.URL}, lang: "zh", id: rooms[0].Case}
		sc.consumer, sc.desk = sc.s.as(rooms[0].Sessions[seed.Consumer]), sc.s.as(rooms[0].Sessions[seed.Desk])
		at = append(at, sc)
	}
	c, d := at[0].phone(), at[1].office()
	firm := get[struct{ Name string }](at[0].consumer, "/api/enterprises/"+enterprise).Name
	n := 0
	talk := func() {
		t.Helper()
		n++
		c.says("consumer.enterprise", fmt.Sprintf("第%d问", n))
		at[0].once(fmt.Sprintf("第%d问", n), c, d)
		d.says("enterprise.consumer", fmt.Sprintf("第%d答", n))
		at[0].once(fmt.Sprintf("第%d答", n), c, d)
	}
	well := func() {
		t.Helper()
		c.sees(c.word("room/room.here", "names", firm))
		d.sees(d.word("desk/room.consumerHere"))
		for _, p := range []*screen{c, d} {
			p.misses(p.word("live/late"))
		}
		d.misses(d.word("desk/reply.unknown"))
		talk()
	}
	well()

	require.NoError(t, p.NATS.Kill())
	for _, p := range []*screen{c, d} {
		p.sees(p.word("live/late"))
		p.until(fmt.Sprintf(`[...document.querySelectorAll('[role=status]')].some((line) => line.innerText === %q)`, p.word("live/late")), "nobody is told by ear")
	}
	c.sees(c.word("room/room.hereUnknown"))
	d.sees(d.word("desk/reply.unknown"), d.word("desk/room.lookingUnknown"), d.word("desk/list.unknown"))
	talk()
	c.until(`(() => {
  const name = document.querySelector('h1'), at = name.getBoundingClientRect()
  return name.contains(document.elementFromPoint(at.x + 5, at.y + at.height / 2))
})()`, "the line covers the room's name")
	c.shot("late")
	d.shot("late")

	require.NoError(t, p.NATS.Start())
	well()
	for _, r := range p.Replicas {
		require.Empty(t, r.Complaint(), "a replica logged an error")
	}
}
