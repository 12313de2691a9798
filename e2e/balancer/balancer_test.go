package balancer

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"hejie/e2e/client"
	"hejie/e2e/platform"
	"hejie/e2e/seed"
	"hejie/e2e/soak"
	"hejie/negotiation"
	"hejie/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// HAProxy has nothing to say against the file, beside Debian's own as alone.
func TestConfigurationIsClean(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert := filepath.Join(dir, "hejie.pem")
	(&Site{t: t}).certificate(cert)
	debian := filepath.Join(dir, "debian.cfg") // what it says that matters to another file: a nameless section of defaults, and where the log goes
	require.NoError(t, os.WriteFile(debian, []byte("global\n    log /dev/log local0\ndefaults\n    mode http\n    timeout connect 5s\n    timeout client 50s\n    timeout server 50s\n"), 0o600))
	check := exec.CommandContext(t.Context(), program(t), "-c", "-f", debian, "-f", filepath.Join(platform.Root(), "e2e/balancer/haproxy.cfg"))
	check.Env = append(os.Environ(), "HEJIE_CERT="+cert)
	said, err := check.CombinedOutput()
	require.NoError(t, err, "%s", said)
	require.NotContains(t, string(said), "[ALERT]")
	require.NotContains(t, string(said), "[WARNING]")
}

// TestUpgrade replaces one replica after the other, in an order of chance, under people at work: nobody gets an error, no command is lost or
// taken twice, and who had a socket or a stream is told to come back and goes on where they were.
func TestUpgrade(t *testing.T) {
	soak.Under(t, 1, func(t *testing.T, seed uint64) { upgrade(t, rand.New(rand.NewPCG(seed, 0)).Perm(len(names))) })
}

func upgrade(t *testing.T, order []int) {
	s := NewSite(t, "", 8)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	enough, silent := make(chan struct{}), make(chan *person, 3*len(s.Rooms))
	var people []*person
	work, ctx := errgroup.WithContext(ctx)
	join := func(r seed.Room, side int, name string, how func(*person, context.Context) error) *person {
		p := &person{s: s, room: r, token: r.Sessions[side], way: s.From(len(people) + 2), name: name, enough: enough, silent: silent, acked: map[string]string{}}
		people = append(people, p)
		work.Go(func() error { return how(p, ctx) })
		return p
	}
	for i, r := range s.Rooms {
		join(r, seed.Consumer, fmt.Sprint("consumer ", i), (*person).bySocket)
		join(r, seed.Desk, fmt.Sprint("desk ", i), (*person).byHTTP)
		join(r, seed.Consumer, fmt.Sprint("listener ", i), (*person).byStream)
	}
	t.Cleanup(func() {
		cancel()
		if err := work.Wait(); t.Failed() {
			t.Log(err)
			for _, p := range people {
				t.Log(p.name, p.returned, p.rebuffed[:min(3, len(p.rebuffed))])
			}
		}
	})
	for i := range s.P.Replicas {
		// Not a socket: they stay, so that one which the balancer missed for a moment gets none until others leave.
		require.Eventually(t, func() bool { return s.Landed(i, "/api/cases/:id/commands") > 0 }, platform.Patience, 10*time.Millisecond, "nobody came to %s", names[i])
	}
	for _, i := range order {
		require.NoError(t, s.Replace(i))
	}
	require.Eventually(t, func() bool { return s.Landed(order[len(order)-1], "/api/cases/:id/commands") > 0 }, platform.Patience, 10*time.Millisecond, "nobody came back to the last one")
	close(enough)
	for range people {
		select {
		case <-silent:
		case <-ctx.Done():
			require.NoError(t, work.Wait())
		}
	}
	for _, r := range s.Rooms {
		s.say(r, farewell)
	}
	require.NoError(t, work.Wait())

	said, returned := 0, 0
	for i, r := range s.Rooms {
		three := people[3*i : 3*i+3]
		log := s.log(r)
		for _, p := range three {
			require.Empty(t, p.rebuffed, "answers that nobody should get")
			said, returned = said+len(p.acked), returned+p.returned
			for text, position := range p.acked {
				require.Equal(t, client.Seq(position), log[text], "%s was acknowledged at %s", text, position)
			}
		}
		require.Len(t, log, len(three[0].acked)+len(three[1].acked)+1, "more than was acknowledged")
		for _, p := range []*person{three[0], three[2]} {
			require.NotZero(t, p.returned, "%s was never told to come back", p.name)
			for i, e := range p.read {
				require.Equal(t, int64(i+1), e.Seq, p.name)
			}
		}
	}
	t.Logf("%d commands acknowledged, %d returns", said, returned)
	out, err := s.P.Command("verify")
	require.NoError(t, err)
	require.Contains(t, out, "all chains hold")
}

func (s *Site) say(r seed.Room, text string) {
	s.t.Helper()
	c := s.From(1).NewCaller(s.URL, r.Sessions[seed.Desk])
	defer c.Close()
	a, err := c.Try(http.MethodPost, "/api/cases/"+r.Case+"/commands", client.Wish(uuid.NewString(), negotiation.PostMessage{Text: text}))
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, a.Status, a)
}

// log of a room: the places of its messages.
func (s *Site) log(r seed.Room) map[string]int64 {
	s.t.Helper()
	db, err := store.Open(s.P.Database(), store.Options{})
	require.NoError(s.t, err)
	records, err := db.Records(s.t.Context(), r.Case, negotiation.Room, 0, 1_000_000)
	require.NoError(s.t, err)
	require.NoError(s.t, db.Close())
	places := map[string]int64{}
	for _, record := range records {
		var e client.Event
		require.NoError(s.t, json.Unmarshal(record.Wire(), &e))
		if e.Type == (negotiation.MessagePosted{}).Kind() {
			require.NotContains(s.t, places, e.Content.Text, "twice in the log")
			places[e.Content.Text] = e.Seq
		}
	}
	return places
}

// TestVisitors: they count under the address that they come from, whatever they say of it themselves, and come by TLS.
func TestVisitors(t *testing.T) {
	t.Parallel()
	s := NewSite(t, "", 1)
	signIn := func(from int, login, password, forwarded string) string {
		c := s.From(from).NewCaller(s.URL, "")
		defer c.Close()
		c.Header = http.Header{"X-Forwarded-For": {forwarded}, "Forwarded": {"for=" + forwarded}}
		a, err := c.Try(http.MethodPost, "/api/sign-in/password", map[string]string{"login": login, "password": password})
		require.NoError(t, err)
		return a.Problem()
	}
	const mine, theirs, password = 9, 10, "a long password"
	for i := 0; ; i++ {
		require.Less(t, i, 100, "no address is ever locked")
		said := signIn(mine, fmt.Sprint("nobody", i), "wrong password", s.From(theirs).From.String())
		if said == "429 rate_limited" {
			break
		}
		require.Equal(t, "422 wrong_password", said)
	}
	require.Equal(t, "429 rate_limited", signIn(mine, "boss0", password, "203.0.113.9"))
	require.Equal(t, "200 ", signIn(theirs, "boss0", password, s.From(mine).From.String()))

	c := client.NewCaller(s.plain, "")
	defer c.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.plain+"/board", nil)
	require.NoError(t, err)
	a, err := c.Stream(r) // which follows no redirect
	require.NoError(t, err)
	require.NoError(t, a.Body.Close())
	require.Equal(t, http.StatusMovedPermanently, a.StatusCode)
	require.Equal(t, strings.Replace(s.plain, "http:", "https:", 1)+"/board", a.Header.Get("Location"))
}

// TestMixedReleases: while replicas are of two releases, a page gets the parts that only one of them has, and nothing else is asked twice.
func TestMixedReleases(t *testing.T) {
	t.Parallel()
	s := &Site{t: t}
	var asked atomic.Int64
	var urls []string
	for i := range names {
		r := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			switch {
			case q.URL.Path == "/readyz":
				w.WriteHeader(http.StatusNoContent)
			case q.URL.Path == "/assets/new.js" && i == len(names)-1:
			default:
				asked.Add(1)
				w.WriteHeader(http.StatusNotFound)
			}
		}))
		t.Cleanup(r.Close)
		urls = append(urls, r.URL)
	}
	s.balance(urls)
	c := s.From(2).NewCaller(s.URL, "")
	defer c.Close()
	for range 50 {
		a, err := c.Try(http.MethodGet, "/assets/new.js", nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, a.Status)
	}
	before := asked.Load()
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		a, err := c.Try(method, "/api/cases/none", nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusNotFound, a.Status)
	}
	require.Equal(t, int64(2), asked.Load()-before)
}

// TestRatesOfAnAddress: what one address asks of the API counts for all replicas together, and who asks too much gets the answer that a
// replica gives. Others, and pages, are not concerned.
func TestRatesOfAnAddress(t *testing.T) {
	t.Parallel()
	s := &Site{t: t}
	var asked atomic.Int64
	replica := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if strings.HasPrefix(q.URL.Path, "/api/") {
			asked.Add(1)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(replica.Close)
	s.balance([]string{replica.URL, replica.URL, replica.URL})
	const mine, theirs = 11, 12
	caller := func(from int, language string) *client.Caller {
		c := s.From(from).NewCaller(s.URL, "")
		t.Cleanup(c.Close)
		c.Header = http.Header{"Accept-Language": {language}}
		return c
	}
	// refused asks, many at once for a machine that is slow, until the first refusal, which it gives.
	refused := func(path, language string) (answer client.Answer) {
		t.Helper()
		enough, cancel := context.WithTimeout(t.Context(), platform.Patience)
		defer cancel()
		var asking errgroup.Group
		var once sync.Once
		for range 16 {
			c := caller(mine, language)
			asking.Go(func() error {
				for enough.Err() == nil {
					a, err := c.Try(http.MethodGet, path, nil)
					if err != nil {
						return err
					}
					if a.Status == http.StatusTooManyRequests {
						once.Do(func() { answer = a })
						cancel()
					}
				}
				return nil
			})
		}
		require.NoError(t, asking.Wait())
		require.Equal(t, http.StatusTooManyRequests, answer.Status, "nobody is ever refused")
		return answer
	}
	for i, x := range []struct{ path, language, title string }{
		{"/api/meta", "zh-CN,zh;q=0.9", "太频繁"}, {"/api/meta", "en-GB", "Too fast"}, {"/api", "fr", "太频繁"},
	} {
		a := refused(x.path, x.language)
		if i == 0 {
			require.GreaterOrEqual(t, asked.Load(), int64(400), "so many at once are allowed")
		}
		require.Equal(t, "application/problem+json", a.Header.Get("Content-Type"))
		require.Equal(t, "4", a.Header.Get("Retry-After"))
		var p struct {
			Type, Title, Code string
			Status            int
			Params            map[string]int
			ID                string `json:"request_id"`
		}
		require.NoError(t, json.Unmarshal(a.Body, &p), "%s", a.Body)
		require.Equal(t, []any{"about:blank", x.title, "rate_limited", http.StatusTooManyRequests, map[string]int{"retry_after": 4}}, []any{p.Type, p.Title, p.Code, p.Status, p.Params})
		require.Equal(t, a.Header.Get("X-Request-Id"), p.ID)
		require.NoError(t, uuid.Validate(p.ID))
	}
	for who, path := range map[int]string{mine: "/board", theirs: "/api/meta"} {
		a, err := caller(who, "zh").Try(http.MethodGet, path, nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, a.Status, path)
	}
	patient := caller(mine, "zh")
	require.Eventually(t, func() bool {
		a, err := patient.Try(http.MethodGet, "/api/meta", nil)
		return err == nil && a.Status == http.StatusNoContent
	}, platform.Patience, 100*time.Millisecond, "refused for ever")
}
