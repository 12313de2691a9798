package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"hejie/e2e/client"
	"hejie/e2e/seed"
	"hejie/negotiation"
)

const (
	inFlight = 4                     // commands of a socket that wait for their answer
	pace     = 4 * time.Millisecond  // between commands of a party
	giveUp   = 3 * time.Second       // on an answer; the command is sent again elsewhere
	rest     = 20 * time.Millisecond // before a party comes back to a place that cannot serve it; doubled each time, because all come from one address
	longRest = 500 * time.Millisecond
	recovery = 60 * time.Second // for everything to be well again when all is healed
)

// party sends messages and offers, or only listens, over a socket to one replica or another, and remembers what it was told. It
// outlives servers.
type party struct {
	w       *world
	room    seed.Room
	token   string
	name    string
	mute    bool // listens only
	home    int  // the replica that it goes to; -1: any
	chance  *rand.Rand
	sent    int
	clock   int     // counts what was sent and what was acknowledged, in its order
	waiting []*task // in the order in which they were sent
	acked   []*task
	read    []client.Event // of the room, over all sockets
	at      string         // position after them
	again   int            // commands that were sent once more
	refused int            // commands that were unavailable
	cuts    int            // sockets that ended before their time
	pause   time.Duration  // before it comes back
	done    bool           // everything was answered
}

// task is a command with a text that no other has.
type task struct {
	id, text  string
	cmd       negotiation.Command
	position  string // from the acknowledgement
	sent, ack int    // when, by the party's clock
}

// wrong is what must never happen.
type wrong struct{ error }

func (p *party) channel() string { return p.room.Case + "/room" }

func (p *party) next() *task {
	p.sent, p.clock = p.sent+1, p.clock+1
	x := &task{id: uuid.NewString(), text: fmt.Sprintf("%s/%d", p.name, p.sent), sent: p.clock}
	x.cmd = negotiation.PostMessage{Text: x.text}
	if p.sent%7 == 0 {
		x.cmd = negotiation.MakeOffer{ValidDays: 5, Text: x.text, Items: []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund,
			Amount: new(negotiation.CNY(10000)), Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}}}
	}
	return x
}

// run works over one socket after the other until the world says that it is enough and all is answered and read.
func (p *party) run(ctx context.Context) error {
	for ctx.Err() == nil {
		ended, err := p.visit(ctx)
		var w wrong
		if errors.As(err, &w) {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if ended {
			return nil
		}
		p.cuts++
		if p.pause = min(2*p.pause, longRest); err == nil || p.pause == 0 {
			p.pause = rest
		}
		select {
		case <-time.After(p.pause):
		case <-ctx.Done():
		}
	}
	return fmt.Errorf("%s: not all is well again: %d without answer, read to %s: %w", p.name, len(p.waiting), p.at, context.Cause(ctx))
}

// visit a replica until the socket breaks, or everything is done.
func (p *party) visit(ctx context.Context) (ended bool, err error) {
	w, err := p.enter(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = p.left(w, err) }()
	if err := p.repeat(ctx, w); err != nil {
		return false, err
	}
	if err := p.work(ctx, w); err != nil {
		return false, err
	}
	if !p.done {
		p.done = true
		p.w.drained <- p
	}
	select {
	case <-p.w.heads:
	case <-w.Over():
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
	head := p.w.head[p.room.Case]
	err = w.Until(ctx, func(s client.Seen) bool { return client.Seq(s.Channels[p.channel()].Position) >= head })
	return err == nil, err
}

// enter the room through a replica, and read on.
func (p *party) enter(ctx context.Context) (*client.Wire, error) {
	door := p.home
	if door < 0 {
		door = p.chance.IntN(len(p.w.doors))
	}
	w, err := client.Dial(p.w.url(door), p.token)
	if errors.Is(err, websocket.ErrBadHandshake) && !strings.Contains(err.Error(), "503") && !strings.Contains(err.Error(), "429") {
		return nil, wrong{err}
	}
	if err != nil {
		return nil, err
	}
	err = w.Follow(ctx, p.channel(), p.at)
	if r, ok := errors.AsType[client.Refused](err); ok && r.Code != negotiation.CodeUnavailable {
		err = wrong{err}
	}
	if err != nil {
		return nil, p.left(w, err)
	}
	p.pause = 0
	return w, nil
}

// repeat what was acknowledged last: the answer must be the same one. Then, in their order, what was not.
func (p *party) repeat(ctx context.Context, w *client.Wire) error {
	if n := len(p.acked); n > 0 {
		last := p.acked[n-1]
		if err := w.Ask(last.id, p.room.Case, last.cmd); err != nil {
			return err
		}
		f, err := p.reply(ctx, w, last)
		if err != nil {
			return err
		}
		if f.Positions[p.channel()] != last.position {
			return wrong{fmt.Errorf("%s was acknowledged at %s, and again: %s", last.text, last.position, f.Raw)}
		}
	}
	for _, x := range p.waiting {
		p.again++
		if err := w.Ask(x.id, p.room.Case, x.cmd); err != nil {
			return err
		}
	}
	return nil
}

// work until all is answered after the world said that it is enough.
func (p *party) work(ctx context.Context, w *client.Wire) error {
	for {
		if !p.mute && !p.w.enough() && len(p.waiting) < inFlight {
			if err := p.ask(w); err != nil {
				return err
			}
			select {
			case <-time.After(pace):
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if p.mute {
			select {
			case <-p.w.stop:
				return nil
			case <-w.Over():
				_, err := w.Heard(p.channel())
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if len(p.waiting) == 0 {
			return nil
		}
		if err := p.take(ctx, w); err != nil {
			return err
		}
	}
}

// ask something new.
func (p *party) ask(w *client.Wire) error {
	x := p.next()
	p.waiting = append(p.waiting, x) // before it is sent: what becomes of it is not known from here on
	return w.Ask(x.id, p.room.Case, x.cmd)
}

// take the acknowledgement of what was asked first.
func (p *party) take(ctx context.Context, w *client.Wire) error {
	x := p.waiting[0]
	f, err := p.reply(ctx, w, x)
	if err != nil {
		return err
	}
	p.clock++
	x.position, x.ack = f.Positions[p.channel()], p.clock
	p.acked, p.waiting = append(p.acked, x), p.waiting[1:]
	return nil
}

// errRefused is the answer that asks to try again.
var errRefused = errors.New("unavailable")

// reply waits for the acknowledgement of a command.
func (p *party) reply(ctx context.Context, w *client.Wire, x *task) (client.Frame, error) {
	soon, cancel := context.WithTimeout(ctx, giveUp)
	defer cancel()
	f, err := w.Reply(soon, x.id)
	switch {
	case err != nil:
		return f, err
	case f.Code == negotiation.CodeUnavailable:
		p.refused++
		return f, errRefused
	case f.Ack == "":
		return f, wrong{fmt.Errorf("%s was refused: %s", x.text, f.Raw)}
	}
	return f, nil
}

// left keeps what the socket had brought. An event out of order is no cut, nor is being told to stay away.
func (p *party) left(w *client.Wire, err error) error {
	w.Close()
	c, end := w.Heard(p.channel())
	p.read = append(p.read, c.Events...)
	if c.Position != "" {
		p.at = c.Position
	}
	if errors.Is(end, client.ErrOrder) {
		return wrong{end}
	}
	if e, ok := errors.AsType[*websocket.CloseError](end); ok && e.Code >= 4500 && e.Code < 5000 {
		return wrong{fmt.Errorf("sent away: %w", end)}
	}
	return err
}
