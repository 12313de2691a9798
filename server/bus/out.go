package bus

import (
	"context"

	"hejie/negotiation"
	"hejie/server/app"
)

// message is all that replicas say to each other. Members that are empty say nothing.
type message struct {
	From string `json:"from"`
	N    uint64 `json:"n"` // counts the sender's messages; a beat has the number of the last
	Beat bool   `json:"beat,omitempty"`
	Bye  bool   `json:"bye,omitempty"`

	News     []app.News               `json:"news,omitempty"`
	Revoked  []app.Revoked            `json:"revoked,omitempty"`
	Reads    []read                   `json:"reads,omitempty"`
	People   map[string][]app.Present `json:"people,omitempty"` // by case; none: nobody any more
	Who      []string                 `json:"who,omitempty"`    // cases
	Desks    []string                 `json:"desks,omitempty"`  // enterprises: in which rooms their people are
	Calendar bool                     `json:"calendar,omitempty"`
}

type read struct {
	Case    string              `json:"case"`
	Channel negotiation.Channel `json:"channel"`
	By      negotiation.By      `json:"by"`
	Seq     int64               `json:"seq"`
}

// Most of a kind that wait to be sent, and that one message carries: about 64 KiB.
const (
	mostWaiting = 16 << 10
	mostNews    = 256
	mostPeople  = 128
	mostCases   = 1024
)

// Commits tells the others of this replica's commits. It does next to nothing: it is called on the writer's goroutine.
func (r *Relay) Commits(commits []app.Commit) {
	r.tell(func(m *message) bool {
		for i := range commits {
			if len(m.News) >= mostWaiting {
				return false
			}
			if n, ok := app.NewsOf(&commits[i]); ok {
				m.News = append(m.News, n)
			}
		}
		return true
	})
}

// Revoked tells the others which sessions this replica ended.
func (r *Relay) Revoked(v app.Revoked) {
	if v.Elsewhere {
		return
	}
	r.tell(func(m *message) bool {
		fits := len(m.Revoked) < mostWaiting
		if fits {
			m.Revoked = append(m.Revoked, v)
		}
		return fits
	})
}

// Read tells the others how far somebody has read a channel.
func (r *Relay) Read(caseID string, ch negotiation.Channel, by negotiation.By, seq int64) {
	r.tell(func(m *message) bool {
		if len(m.Reads) < mostWaiting { // else it is no loss that others would look for
			m.Reads = append(m.Reads, read{caseID, ch, by, seq})
		}
		return true
	})
}

// People tells the others who of this replica's is in a room; only the latest word is sent.
func (r *Relay) People(caseID string, people []app.Present) {
	r.tell(func(m *message) bool {
		if m.People == nil {
			m.People = map[string][]app.Present{}
		}
		if _, ok := m.People[caseID]; ok || len(m.People) < mostWaiting { // else it is asked for again
			m.People[caseID] = people
		}
		return true
	})
}

// Who asks the others who is in the rooms of cases, and in which rooms people of desks are.
func (r *Relay) Who(cases, desks []string) {
	r.tell(func(m *message) bool {
		m.Who, m.Desks = fitting(m.Who, cases), fitting(m.Desks, desks)
		return true
	})
}

// fitting adds what fits; the rest is asked for again.
func fitting(waiting, more []string) []string {
	return append(waiting, more[:min(len(more), mostWaiting-min(mostWaiting, len(waiting)))]...)
}

// Calendar tells the others that the calendar changed.
func (r *Relay) Calendar() {
	r.tell(func(m *message) bool {
		m.Calendar = true
		return true
	})
}

// tell adds to what waits to be sent. What does not fit is lost: the number of a message that is never sent tells the others.
func (r *Relay) tell(add func(*message) bool) {
	if r.o.Connect == nil {
		return
	}
	r.outMu.Lock()
	if !add(&r.out) {
		r.n++
	}
	r.outMu.Unlock()
	offer(r.wake)
}

func (r *Relay) sending(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
			r.flush()
		}
	}
}

// flush sends what waits.
func (r *Relay) flush() {
	for {
		r.outMu.Lock()
		m, more := r.out.cut()
		r.outMu.Unlock()
		if !more {
			return
		}
		r.send(m)
	}
}

// send numbers a message and sends it.
func (r *Relay) send(m message) {
	r.wayMu.Lock()
	defer r.wayMu.Unlock()
	r.outMu.Lock()
	r.n++
	m.From, m.N = r.id, r.n
	r.outMu.Unlock()
	r.post(m)
}

// cut takes as much as one message carries out of what waits; false when nothing does.
func (m *message) cut() (one message, any bool) {
	one.News, m.News = first(m.News, mostNews)
	one.Revoked, m.Revoked = first(m.Revoked, mostNews)
	one.Reads, m.Reads = first(m.Reads, mostNews)
	one.Who, m.Who = first(m.Who, mostCases)
	one.Desks, m.Desks = first(m.Desks, mostCases)
	for caseID, people := range m.People {
		if len(one.People) == mostPeople {
			break
		}
		if one.People == nil {
			one.People = make(map[string][]app.Present, min(len(m.People), mostPeople))
		}
		one.People[caseID] = people
		delete(m.People, caseID)
	}
	one.Calendar, m.Calendar = m.Calendar, false
	return one, len(one.News)+len(one.Revoked)+len(one.Reads)+len(one.Who)+len(one.Desks)+len(one.People) > 0 || one.Calendar
}

func first[T any](list []T, n int) (some, rest []T) {
	if len(list) <= n {
		return list, nil
	}
	return list[:n:n], list[n:]
}
