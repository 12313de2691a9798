package balancer

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"hejie/e2e/client"
	"hejie/e2e/seed"
	"hejie/negotiation"
	"hejie/server/live"
)

// pace is the time between two messages of somebody.
const pace = 20 * time.Millisecond

// farewell is the last message of each room, said when all others have ended to speak.
const farewell = "再见"

// person works through the balancer until it is enough, and who listens until the farewell.
type person struct {
	s     *Site
	room  seed.Room
	token string
	way   client.Way
	name  string

	enough <-chan struct{}
	silent chan<- *person // gets who will say nothing more

	said     int
	acked    map[string]string // position by text
	read     []client.Event
	at       string // position after them
	returned int    // how often the way broke off
	rebuffed []string
}

func (p *person) channel() string { return p.room.Case + "/room" }

func (p *person) next() (id string, m negotiation.PostMessage) {
	p.said++
	return uuid.NewString(), negotiation.PostMessage{Text: fmt.Sprintf("%s/%d", p.name, p.said)}
}

// over says whether it is enough, after a breath.
func (p *person) over(ctx context.Context) bool {
	select {
	case <-p.enough:
		return true
	case <-ctx.Done():
		return true
	case <-time.After(pace):
		return false
	}
}

// rebuff notes an answer that nobody should get.
func (p *person) rebuff(format string, args ...any) {
	p.rebuffed = append(p.rebuffed, fmt.Sprintf(p.name+": "+format, args...))
}

// byHTTP says one thing after the other and looks at the lists, by requests alone. What is not taken is sent again under its id.
func (p *person) byHTTP(ctx context.Context) error {
	c := p.way.NewCaller(p.s.URL, p.token)
	defer c.Close()
	for !p.over(ctx) {
		id, m := p.next()
		for ctx.Err() == nil {
			a, err := c.Try(http.MethodPost, "/api/cases/"+p.room.Case+"/commands", client.Wish(id, m))
			var receipt struct{ Positions map[string]string }
			if err == nil && a.Status == http.StatusOK && json.Unmarshal(a.Body, &receipt) == nil {
				p.acked[m.Text] = receipt.Positions[p.channel()]
				break
			}
			p.rebuff("%s: %s %v", m.Text, a, err)
		}
		if a, err := c.Try(http.MethodGet, "/api/inbox", nil); err != nil || a.Status != http.StatusOK {
			p.rebuff("inbox: %s %v", a, err)
		}
	}
	p.silent <- p
	return ctx.Err()
}

// bySocket says and hears everything over one socket after the other.
func (p *person) bySocket(ctx context.Context) error {
	id, m := p.next()
	silent := sync.OnceFunc(func() { p.silent <- p })
	for ctx.Err() == nil {
		w, err := p.way.Dial(p.s.URL, p.token)
		if err != nil {
			p.rebuff("dial: %v", err)
			continue
		}
		err = w.Follow(ctx, p.channel(), p.at)
		for err == nil && !p.over(ctx) {
			if err = w.Ask(id, p.room.Case, m); err != nil {
				break
			}
			var f client.Frame
			if f, err = w.Reply(ctx, id); err != nil {
				break
			}
			if f.Ack == "" {
				p.rebuff("%s: %s", m.Text, f.Raw)
				continue
			}
			p.acked[m.Text] = f.Positions[p.channel()]
			id, m = p.next()
		}
		if err == nil {
			silent()
			err = w.Until(ctx, func(s client.Seen) bool { return ended(s.Channels[p.channel()].Events) })
		}
		w.Close()
		c, broken := w.Heard(p.channel())
		p.read, p.at = append(p.read, c.Events...), c.Position
		if err == nil {
			return nil
		}
		var code *websocket.CloseError
		if !errors.As(broken, &code) || code.Code != int(live.GoingAway) {
			return fmt.Errorf("%s: the socket ended with %w, after %w", p.name, broken, err)
		}
		p.returned++
	}
	return ctx.Err()
}

func ended(events []client.Event) bool {
	return len(events) > 0 && events[len(events)-1].Content.Text == farewell
}

// byStream only listens, by server-sent events.
func (p *person) byStream(ctx context.Context) error {
	c := p.way.NewCaller(p.s.URL, p.token)
	defer c.Close()
	p.silent <- p
	for {
		if err := p.listen(ctx, c); err != nil || ended(p.read) {
			return err
		}
		p.returned++
	}
}

// listen to one stream until the farewell, or the end of the stream.
func (p *person) listen(ctx context.Context, c *client.Caller) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.s.URL+"/api/events?channel="+p.channel(), nil)
	if err != nil {
		return err
	}
	if p.at != "" {
		r.Header.Set("Last-Event-ID", p.at)
	}
	a, err := c.Stream(r)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		p.rebuff("stream: %s", a.Status)
		return nil
	}
	lines := bufio.NewScanner(a.Body)
	lines.Buffer(nil, 1<<20)
	for !ended(p.read) && lines.Scan() {
		if err := p.take(lines.Text()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// take a line of a stream.
func (p *person) take(line string) error {
	if at, ok := strings.CutPrefix(line, "id: "); ok {
		p.at = at
	}
	data, ok := strings.CutPrefix(line, "data: ")
	if !ok || !strings.HasPrefix(data, `{"channel":`) {
		return nil
	}
	var f client.Frame
	if err := json.Unmarshal([]byte(data), &f); err != nil {
		return err
	}
	for _, raw := range f.Events {
		var e client.Event
		if err := json.Unmarshal(raw, &e); err != nil {
			return err
		}
		p.read = append(p.read, e)
	}
	return nil
}
