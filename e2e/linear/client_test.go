package linear

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"

	"hejie/e2e/platform"
	"hejie/negotiation"
)

// history of a case: who asked for what, when, and what came of it.
type history struct {
	found table
	start time.Time

	mu      sync.Mutex
	list    []porcupine.Operation
	clients int // one that had no answer goes on as another
}

// never is when an operation without an answer ends.
const never = math.MaxInt64

func (h *history) now() int64 { return int64(time.Since(h.start)) }

func (h *history) client() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clients++
	return h.clients - 1
}

func (h *history) add(client int, w wish, call int64, a answer) {
	op := porcupine.Operation{ClientId: client, Input: w, Call: call, Output: a, Return: h.now()}
	if a.unknown {
		op.Return = never
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, op)
}

// racer is one device of a party. It looks at the case and then wants something, at another replica each time, and asks again under the same id
// when no answer comes, or gives up.
type racer struct {
	*history
	replicas []*platform.Replica
	caseID   string
	token    string
	side     negotiation.Side
	chance   *rand.Rand
	http     *http.Client
	client   int
}

// newRacer has an address of its own, as limits count by address.
func newRacer(h *history, p *platform.Platform, caseID, token string, side negotiation.Side, seed uint64) *racer {
	c := &racer{history: h, replicas: p.Replicas, caseID: caseID, token: token, side: side, chance: rand.New(rand.NewPCG(seed, 1)), client: h.client()}
	from := net.IPv4(127, byte(1+c.chance.IntN(250)), byte(c.chance.IntN(250)), byte(1+c.chance.IntN(250)))
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}
	c.http = &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}
	return c
}

// run wants so many things.
func (c *racer) run(ctx context.Context, things int) error {
	defer c.http.CloseIdleConnections()
	knows := c.found
	for range things {
		if ctx.Err() != nil {
			return nil
		}
		now, err := c.look(ctx)
		if err != nil {
			return err
		}
		if now != (table{}) && c.chance.IntN(4) > 0 { // else it acts on what it knew
			knows = now
		}
		if err := c.want(ctx, c.next(knows)); err != nil {
			return err
		}
		if knows.agreed {
			return nil
		}
	}
	return nil
}

// next thing to want of a table as it may no longer be.
func (c *racer) next(knows table) wish {
	w := wish{by: c.side, offer: knows.open, digest: knows.digest}
	switch n := c.chance.IntN(20); {
	case knows.open == 0 && n > 2, n < 7:
		w.kind, w.offer, w.fen = makeOffer, 0, 1+c.chance.Int64N(80_000)
		w.digest = negotiation.Digest(terms(w.fen), "")
		return w
	case n < 10:
		w.kind = see
	case n < 13:
		w.kind = withdraw
	case n < 16:
		w.kind = decline
	default:
		w.kind = accept
	}
	switch c.chance.IntN(12) {
	case 0:
		w.offer += c.chance.IntN(4) - 2
	case 1:
		w.digest = strings.Repeat("0", 64)
	}
	return w
}

func terms(fen int64) []negotiation.Item {
	return []negotiation.Item{{By: negotiation.SideEnterprise, Remedy: negotiation.Refund, Amount: new(negotiation.CNY(fen)),
		Due: negotiation.Due{Days: 3, Unit: negotiation.WorkingDays}}}
}

func (w wish) command() negotiation.Command {
	switch w.kind {
	case makeOffer:
		return negotiation.MakeOffer{Items: terms(w.fen), ValidDays: 10}
	case see:
		return negotiation.SeeOffer{Offer: w.offer}
	case withdraw:
		return negotiation.WithdrawOffer{Offer: w.offer}
	case accept:
		return negotiation.AcceptOffer{Offer: w.offer, Digest: w.digest}
	}
	return negotiation.DeclineOffer{Offer: w.offer}
}

// want sends a command until it has an answer. An attempt without one may still be on its way when a later one is refused: then it is an
// operation of its own that nobody knows the end of.
func (c *racer) want(ctx context.Context, w wish) error {
	id, first, open := uuid.NewString(), c.now(), false
	for range 4 {
		call := c.now()
		var body struct {
			Code      string
			Positions map[string]string
		}
		status, err := c.ask(ctx, "POST", "/commands", map[string]any{"id": id, "do": negotiation.AnyCommand{Command: w.command()}}, &body)
		switch {
		case errors.Is(err, syscall.ECONNREFUSED), status == http.StatusTooManyRequests:
			continue // it never got there
		case err != nil || status >= 500:
			if status == http.StatusInternalServerError {
				return fmt.Errorf("%+v: %d %s", w, status, body.Code)
			}
			open = true
			if c.chance.IntN(4) == 0 || ctx.Err() != nil {
				c.add(c.client, w, first, answer{unknown: true})
				c.client = c.history.client()
				return nil //nolint:nilerr // it may have happened
			}
		case status == http.StatusOK:
			a := answer{}
			_, err := fmt.Sscanf(body.Positions[c.caseID+"/room"], "%d.", &a.seq)
			if err != nil && len(body.Positions) > 0 {
				return fmt.Errorf("%+v: positions %v: %w", w, body.Positions, err)
			}
			c.add(c.client, w, first, a)
			return nil
		default:
			if open {
				c.add(c.history.client(), w, first, answer{unknown: true})
			}
			c.add(c.client, w, call, answer{code: body.Code})
			return nil
		}
	}
	if open {
		c.add(c.client, w, first, answer{unknown: true})
		c.client = c.history.client()
	}
	return nil
}

// look at the case; the zero table when there was no answer.
func (c *racer) look(ctx context.Context) (t table, err error) {
	call := c.now()
	var body struct {
		Code      string
		Case      *negotiation.Case
		Positions map[string]string
	}
	status, err := c.ask(ctx, "GET", "", nil, &body)
	switch {
	case err != nil, status == http.StatusServiceUnavailable, status == http.StatusTooManyRequests:
		return table{}, nil //nolint:nilerr // what a look would have shown says nothing
	case status != http.StatusOK:
		return table{}, fmt.Errorf("look: %d %s", status, body.Code)
	}
	t.agreed, t.offers = body.Case.Phase == negotiation.PhaseAgreed, len(body.Case.Offers)
	if o, ok := body.Case.OpenOffer(); ok {
		t.open, t.by, t.fen, t.digest, t.shown = o.Number, o.By, o.Total(), o.Digest, !o.SeenAt.IsZero()
	}
	if _, err := fmt.Sscanf(body.Positions[c.caseID+"/room"], "%d.", &t.seq); err != nil {
		return table{}, fmt.Errorf("look: positions %v: %w", body.Positions, err)
	}
	c.add(c.client, wish{kind: look, by: c.side}, call, answer{seen: t})
	return t, nil
}

// ask a replica by chance, for a time by chance: sometimes too short.
func (c *racer) ask(ctx context.Context, method, path string, body, into any) (status int, err error) {
	within := 10 * time.Second
	if c.chance.IntN(8) == 0 {
		within = time.Duration(c.chance.Int64N(int64(8 * time.Millisecond)))
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	b, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, method, c.replicas[c.chance.IntN(len(c.replicas))].URL+"/api/cases/"+c.caseID+path, bytes.NewReader(b))
	if err != nil {
		return 0, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.AddCookie(&http.Cookie{Name: "hejie", Value: c.token})
	a, err := c.http.Do(r)
	if err != nil {
		return 0, err
	}
	b, err = io.ReadAll(a.Body)
	if err := errors.Join(err, a.Body.Close()); err != nil {
		return 0, err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return 0, fmt.Errorf("%d %s: %w", a.StatusCode, b, err)
	}
	return a.StatusCode, nil
}
