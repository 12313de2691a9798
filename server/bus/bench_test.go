package bus

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// What a commit costs the writer's goroutine, and what its word costs the one who sends it.
func BenchmarkWord(b *testing.B) {
	commits := make([]app.Commit, 100)
	for i := range commits {
		commits[i] = app.Commit{Records: []negotiation.Record{{Case: id(i), Channel: negotiation.Room, Seq: 17}},
			Row: app.CaseRow{Consumer: id("c", i), Enterprise: id("e"), Region: "430602", RoomSeq: 17, Version: 19}}
	}
	r := New(Options{Connect: (&air{}).connect(0)})
	b.ReportAllocs()
	bytes, n := 0, 0
	for b.Loop() {
		r.Commits(commits)
		for {
			m, more := r.out.cut()
			if !more {
				break
			}
			word, err := json.Marshal(m)
			require.NoError(b, err)
			bytes, n = bytes+len(word), n+len(m.News)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/commit")
	b.ReportMetric(float64(bytes)/float64(n), "bytes/commit")
}

// From the door of one replica to a socket of another, over NATS.
func BenchmarkAcross(b *testing.B) {
	s, err := natsd.NewServer(&natsd.Options{DontListen: true, NoSigs: true, NoLog: true})
	require.NoError(b, err)
	s.Start()
	defer s.WaitForShutdown()
	defer s.Shutdown()
	require.True(b, s.ReadyForConnections(patience))
	p := makePlatform(b, 2, func(int) Connect {
		return func(receive func([]byte), changed func()) (Wire, error) {
			return dial("", "bench", slog.New(slog.DiscardHandler), receive, changed, nats.InProcessServer(s))
		}
	})
	defer p.close()
	var rooms []string
	desk := p.replicas[1].dial(p.replicas[1].enter(agent).Token)
	for i := range 50 { // a party says at most 500 things a day in a case
		rooms = append(rooms, p.open(i))
		desk.follow(rooms[i] + "/room")
	}
	n, committed := 0, time.Duration(0)
	for b.Loop() {
		caseID := rooms[n/400%len(rooms)]
		from := time.Now()
		p.replicas[0].post(consumer, caseID, negotiation.Room, fmt.Sprint("第", n))
		n++
		want := p.ends(caseID).Room
		committed += time.Since(from)
		for last := int64(0); last < want; <-desk.news {
			desk.mu.Lock()
			if f := desk.frames[len(desk.frames)-1]; f.Channel == caseID+"/room" && len(f.Events) > 0 {
				last = f.Events[len(f.Events)-1].Seq
			}
			desk.mu.Unlock()
			if last == want {
				break
			}
		}
		if n == 10_000 {
			b.Fatal("too many")
		}
	}
	b.ReportMetric(float64(committed.Microseconds())/float64(n), "µs/commit")
}

// The position check of a replica with 1,000 rooms.
func BenchmarkEnds(b *testing.B) {
	var a air
	p := makePlatform(b, 1, a.connect)
	defer p.close()
	var cases []string
	for i := range 1000 {
		cases = append(cases, p.open(i))
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, half := range [][]string{cases[:500], cases[500:]} {
			ends, err := p.store.Ends(context.Background(), half)
			require.NoError(b, err)
			require.Len(b, ends, 500)
		}
	}
}
