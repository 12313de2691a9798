package negotiation

import (
	"testing"
	"time"
)

// benchStep walks the command over a case in the middle of its negotiation.
func benchStep(b *testing.B, by Actor, cmd Command) {
	s := newScenario(b).offers(agent, refund(5000, 3)).consumer(PostMessage{Text: "Hm"}).offers(mei, refund(9000, 3)).later(time.Minute)
	c, env := s.c, s.env
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.Step(by, cmd, env); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStepMessage(b *testing.B) { benchStep(b, mei, PostMessage{Text: "您好"}) }

func BenchmarkStepOffer(b *testing.B) {
	benchStep(b, agent, MakeOffer{Items: []Item{refund(6000, 3), apology(5)}, ValidDays: 5})
}

func BenchmarkStepNothingDue(b *testing.B) { benchStep(b, System, nil) }
