package demo

import (
	"math/rand/v2"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/workday"
)

// play is the script of one case: what was filed, and what people did then, in order.
type play struct {
	name string
	story
	r        *rand.Rand
	cal      *workday.Calendar
	fen      int64
	order    string
	desk     int
	consumer int      // place in the cast
	quick    int      // percent of cases that the desk answers at once
	agent    string   // account of the desk member who handles it
	people   []string // accounts of the desk, the supervisor's last
	askFirst bool     // an unsettled case waits for the consumer's word
	filed    time.Time
	steps    []step
	clock    time.Time // of the next step
}

// step is what one person does at an instant, given the case as it stands then.
type step struct {
	at   time.Time
	side negotiation.Side
	does func(c *negotiation.Case) []negotiation.Command
	page *paper // evidence to put into the room instead
}

// on moves the clock to the n-th working day after filing, at some minute of office hours, and never back.
func (p *play) on(n int) *play { return p.at(p.cal.AddWorkdays(workday.DateOf(p.filed), n)) }

func (p *play) at(d workday.Date) *play {
	t := d.Time().Add(9*time.Hour + time.Duration(p.r.IntN(9*60))*time.Minute + time.Duration(p.r.IntN(60))*time.Second).UTC()
	if t.After(p.clock) {
		p.clock = t
	}
	return p
}

// does adds a step; the next one follows minutes later unless the clock is moved.
func (p *play) does(side negotiation.Side, f func(c *negotiation.Case) []negotiation.Command) *play {
	p.steps = append(p.steps, step{at: p.clock, side: side, does: f})
	p.clock = p.clock.Add(time.Duration(2+p.r.IntN(25))*time.Minute + time.Duration(p.r.IntN(60))*time.Second)
	return p
}

func (p *play) do(side negotiation.Side, cmd negotiation.Command) *play {
	return p.does(side, func(*negotiation.Case) []negotiation.Command { return []negotiation.Command{cmd} })
}

const (
	consumer   = negotiation.SideConsumer
	enterprise = negotiation.SideEnterprise
	bureau     = negotiation.SideBureau
)

func (p *play) told(text string) string { return told(text, p.fen, p.order) }

func (p *play) says(side negotiation.Side, text string) *play {
	return p.do(side, negotiation.PostMessage{Text: p.told(text)})
}

// takes: the agent who will handle the case assigns it to themself.
func (p *play) takes() *play {
	return p.do(enterprise, negotiation.Assign{Agent: p.agent})
}

func (p *play) notes(text string) *play {
	return p.do(enterprise, negotiation.PostMessage{Text: text, Channel: negotiation.Desk})
}

func (p *play) asks() *play {
	return p.do(enterprise, negotiation.PostMessage{Text: p.told(p.ask), Question: true})
}

func (p *play) answers() *play { return p.says(consumer, p.answer) }

func (p *play) shows(side negotiation.Side, page paper) *play {
	p.steps = append(p.steps, step{at: p.clock, side: side, page: &page})
	p.clock = p.clock.Add(time.Duration(1+p.r.IntN(5)) * time.Minute)
	return p
}

func (p *play) offers(side negotiation.Side, terms []term, valid int, text string) *play {
	return p.do(side, negotiation.MakeOffer{Items: items(terms, p.fen), ValidDays: valid, Text: p.told(text), Reason: p.reason(terms)})
}

// requests approval of an offer.
func (p *play) requests(terms []term, valid int, text, note string) *play {
	return p.do(enterprise, negotiation.RequestApproval{MakeOffer: &negotiation.MakeOffer{Items: items(terms, p.fen), ValidDays: valid, Text: p.told(text)}, Note: note})
}

// reason is asked for above three times the disputed amount.
func (p *play) reason(terms []term) string {
	sum := 0
	for _, t := range terms {
		sum += t.share
	}
	if sum <= 300 {
		return ""
	}
	return "依照消费者权益保护法第五十五条主张增加赔偿。"
}

func (p *play) sees(side negotiation.Side) *play {
	return p.does(side, func(c *negotiation.Case) []negotiation.Command {
		o, _ := c.OpenOffer()
		return []negotiation.Command{negotiation.SeeOffer{Offer: o.Number}}
	})
}

func (p *play) accepts(side negotiation.Side) *play {
	return p.does(side, func(c *negotiation.Case) []negotiation.Command {
		o, _ := c.OpenOffer()
		return []negotiation.Command{negotiation.AcceptOffer{Offer: o.Number, Digest: o.Digest}}
	})
}

func (p *play) declines(side negotiation.Side, why string) *play {
	return p.does(side, func(c *negotiation.Case) []negotiation.Command {
		o, _ := c.OpenOffer()
		return []negotiation.Command{negotiation.DeclineOffer{Offer: o.Number, Reason: p.told(why)}}
	})
}

// promises runs f on each item of the side's that is in one of the states.
func (p *play) promises(by, whose negotiation.Side, f func(i int) negotiation.Command, states ...negotiation.PromiseState) *play {
	return p.does(by, func(c *negotiation.Case) (list []negotiation.Command) {
		if c.Agreement == nil {
			return nil
		}
		for i, it := range c.Agreement.Items {
			for _, s := range states {
				if it.By == whose && it.State == s {
					list = append(list, f(i))
				}
			}
		}
		return list
	})
}

func (p *play) reports(side negotiation.Side) *play {
	ref := "银行流水尾号 " + digits(10000+p.r.IntN(89999))
	if side == consumer {
		ref = "快递单号 YS" + digits(10000+p.r.IntN(89999)) + digits(10000+p.r.IntN(89999))
	}
	return p.promises(side, side, func(i int) negotiation.Command {
		return negotiation.ReportPerformance{Item: i, Reference: ref}
	}, negotiation.PromiseRunning, negotiation.PromiseAsked)
}

func (p *play) confirms(side negotiation.Side) *play {
	return p.promises(side, side.Other(), func(i int) negotiation.Command { return negotiation.ConfirmPerformance{Item: i} },
		negotiation.PromiseReported)
}

// disputes one item of the other side: the first that was reported, or fell due without a report.
func (p *play) disputes(side negotiation.Side, why string) *play {
	return p.does(side, func(c *negotiation.Case) []negotiation.Command {
		for i, it := range c.Agreement.Items {
			if it.By != side && (it.State == negotiation.PromiseReported || it.State == negotiation.PromiseAsked || it.State == negotiation.PromiseUnconfirmed) {
				return []negotiation.Command{negotiation.DisputePerformance{Item: i, Reason: p.told(why)}}
			}
		}
		return nil
	})
}

func (p *play) rates(stars int, text string) {
	p.do(consumer, negotiation.Rate{Stars: stars, Text: text})
}

// one of the texts, by the case's own chance.
func (p *play) one(texts ...string) string { return pick(p.r, texts...) }

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }
