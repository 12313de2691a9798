package store_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
	"hejie/server/store"
)

// proxy stands between a store and the server and cuts connections when a test says so.
type proxy struct {
	t      *testing.T
	door   net.Listener
	socket string
	cut    atomic.Int32 // what happens to the next bytes of the connection that sends first
	closed atomic.Bool  // nobody gets in
	held   sync.RWMutex // locked: it takes all bytes and lets none through
	left   atomic.Int64 // bytes of answers until the connection breaks; 0: it does not
	mu     sync.Mutex
	open   map[net.Conn]bool
	work   sync.WaitGroup
}

// Ways of cutting.
const (
	not         int32 = iota
	beforeBytes       // what the store sends next never arrives
	afterAnswer       // it arrives and is answered, and the answer does not
	forGood           // the same, and the store finds no way back in
)

// throughProxy gives the URL of the database by way of a proxy.
func throughProxy(t *testing.T, database string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(database)
	require.NoError(t, err)
	p := &proxy{t: t, socket: server.Socket(), open: map[net.Conn]bool{}}
	p.door, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p.work.Go(p.accept)
	t.Cleanup(func() {
		require.NoError(t, p.door.Close())
		p.hangUp()
		p.work.Wait()
	})
	return p, fmt.Sprintf("postgres://hejie@%s%s?sslmode=disable", p.door.Addr(), u.Path)
}

func (p *proxy) accept() {
	for {
		in, err := p.door.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("unix", p.socket)
		if err != nil || p.closed.Load() {
			in.Close()
			if err == nil {
				out.Close()
			}
			continue
		}
		p.mu.Lock()
		p.open[in], p.open[out] = true, true
		p.mu.Unlock()
		var swallow atomic.Bool
		p.work.Go(func() { p.carry(in, out, &swallow, true) })
		p.work.Go(func() { p.carry(out, in, &swallow, false) })
	}
}

// carry copies one direction until either side ends.
func (p *proxy) carry(from, to net.Conn, swallow *atomic.Bool, asking bool) {
	defer to.Close()
	defer from.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		if asking {
			switch way := p.cut.Swap(not); way {
			case beforeBytes:
				return
			case forGood:
				p.closed.Store(true)
				swallow.Store(true)
			case afterAnswer:
				swallow.Store(true)
			}
		} else if swallow.Load() {
			return
		} else if left := p.left.Load(); left > 0 && p.left.Add(-int64(n)) <= 0 {
			_, _ = to.Write(b[:left]) //nolint:errcheck // it breaks in any case
			p.left.Store(0)
			return
		}
		p.held.RLock()
		_, err = to.Write(b[:n])
		p.held.RUnlock()
		if err != nil {
			return
		}
	}
}

// hangUp ends all connections.
func (p *proxy) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		c.Close()
	}
	clear(p.open)
}

// TestCutWithinAnAnswer: wherever an answer breaks off, also between two of its rows, the batch is tried again, and nobody notices.
func TestCutWithinAnAnswer(t *testing.T) {
	t.Parallel()
	p, at := throughProxy(t, server.Database(t))
	s, err := store.Open(at, quiet(store.Options{}))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for _, id := range []string{"file", "m"} {
		_, err = post(s, "a", id, "x")
		require.NoError(t, err)
	}
	for bytes := int64(1); bytes < 1500; bytes += 5 {
		p.left.Store(bytes)
		again, err := post(s, "a", "m", "x")
		require.NoError(t, err, "cut after %d bytes", bytes)
		require.True(t, again.Repeated)
	}
}

// TestCutWhileReading: readers whose connections are lost, all of them at once as when the server is started again, notice nothing. Those to
// whom nobody answers any more are told.
func TestCutWhileReading(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(t *testing.T, p *proxy, database string){
		"the network": func(_ *testing.T, p *proxy, _ string) { p.hangUp() },
		"the network, and the next connection while it is made": func(_ *testing.T, p *proxy, _ string) {
			p.hangUp()
			p.cut.Store(beforeBytes)
		},
		"the server": func(t *testing.T, _ *proxy, database string) {
			db, err := sql.Open("pgx", database)
			require.NoError(t, err)
			defer db.Close()
			_, err = db.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const readers = 3
			database := server.Database(t)
			p, at := throughProxy(t, database)
			s := open(t, at, store.Options{Readers: readers})
			_, err := post(s, "a", "file", "x")
			require.NoError(t, err)
			read := func(int) error {
				_, err := s.Ends(ctx, []string{"a"})
				return err
			}
			for range 20 {
				require.NoError(t, all(4*readers, read), "all connections are used, and none has rested for so long that it is looked at before")
				lose(t, p, database)
				require.NoError(t, all(4*readers, read))
			}
			p.closed.Store(true)
			lose(t, p, database)
			require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(read(0)))
		})
	}
}

// TestCutDuringCommit: a connection that is lost when COMMIT is on its way leaves nobody in doubt. The server is asked what became of it;
// when it cannot be asked the command is unavailable, and the same id sent again gets the first receipt, or has its effect then.
func TestCutDuringCommit(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]int32{"before": beforeBytes, "after": afterAnswer, "for good": forGood} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, at := throughProxy(t, server.Database(t))
			var told, armed atomic.Int32
			s, err := store.Open(at, quiet(store.Options{OnCommit: func(cs []app.Commit) {
				for _, c := range cs {
					told.Add(int32(len(c.Records)))
				}
			}}))
			require.NoError(t, err)
			defer func() { require.NoError(t, s.Close()) }()
			s.BeforeCommit(func() error {
				p.cut.Store(armed.Swap(not))
				return nil
			})
			for _, id := range []string{"file", "hello"} { // after these all statements are known to the server: COMMIT travels with the rest
				_, err = post(s, "a", id, "x")
				require.NoError(t, err)
			}
			armed.Store(way)
			first, err := post(s, "a", "m", "x")
			if way == forGood {
				require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
				p.closed.Store(false)
			} else {
				require.NoError(t, err)
				require.False(t, first.Repeated)
			}
			again, err := post(s, "a", "m", "x")
			require.NoError(t, err)
			require.True(t, again.Repeated)
			require.Equal(t, int64(3), version(t, s, "a"))
			_, err = s.Verify(ctx)
			require.NoError(t, err)
			if way != forGood {
				require.Equal(t, first.Positions, again.Positions)
				require.NoError(t, s.Close())
				require.Equal(t, int32(3), told.Load())
			}
		})
	}
}

// TestCutPlain: a plain write, which nothing remembers, is not made twice.
func TestCutPlain(t *testing.T) {
	t.Parallel()
	p, url := throughProxy(t, server.Database(t))
	s := open(t, url, store.Options{})
	for n, way := range []int32{beforeBytes, afterAnswer} {
		runs := 0
		require.NoError(t, s.Plain().Write(ctx, func(tx app.PlainTx) error {
			if _, _, err := tx.Attempts(ctx, "x", at); err != nil {
				return err
			}
			if runs++; runs == 1 { // what was said until now has arrived
				p.cut.Store(way)
			}
			return tx.AddAttempt(ctx, "x", at)
		}))
		count, _, err := s.Plain().Attempts(ctx, "x", at.Add(-1))
		require.NoError(t, err)
		require.Equal(t, n+1, count)
	}
}

// TestServerComesBack: while the server cannot be reached changes and readers are unavailable, and afterwards all goes on.
func TestServerComesBack(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	p, url := throughProxy(t, server.Database(t))
	s, err := store.Open(url, store.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	defer s.Close() //nolint:errcheck // that of the end counts
	_, err = post(s, "a", "file", "filed")
	require.NoError(t, err)
	require.NoError(t, s.Ping(ctx))
	p.hangUp() // a moment's loss is not noticed
	_, err = post(s, "a", "m1", "x")
	require.NoError(t, err)
	p.closed.Store(true)
	p.hangUp()
	require.NoError(t, all(8, func(i int) error {
		_, err := post(s, "a", fmt.Sprint("lost ", i), "x")
		require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
		_, _, err = s.Case(ctx, "a")
		require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
		return nil
	}))
	require.Error(t, s.Ping(ctx))
	p.closed.Store(false)
	_, err = post(s, "a", "m2", "x")
	require.NoError(t, err)
	require.Equal(t, int64(3), version(t, s, "a"))
	require.NoError(t, s.Ping(ctx))
	require.NoError(t, s.Close())
	require.Equal(t, 1, strings.Count(log.String(), "the database answers again"), log.String())
}

// TestReadOnlyServer: a server that answers and takes no writes is of no use; a standby answers the same.
func TestReadOnlyServer(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	p, url := throughProxy(t, server.Database(t))
	s, err := store.Open(url, store.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	defer s.Close() //nolint:errcheck // that of the end counts
	require.NoError(t, s.Ping(ctx))
	c, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	refuse := func(is string) {
		_, err := c.Exec(ctx, `SET default_transaction_read_only = off`)
		require.NoError(t, err)
		_, err = c.Exec(ctx, `ALTER DATABASE `+pgx.Identifier{c.Config().Database}.Sanitize()+` SET default_transaction_read_only = `+is)
		require.NoError(t, err)
		require.NoError(t, c.Close(ctx))
	}
	refuse("on")
	p.hangUp() // those that are connected may go on writing
	err = s.Ping(ctx)
	require.ErrorIs(t, err, app.ErrReadOnly)
	require.ErrorContains(t, err, "default_transaction_read_only is on")
	require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
	c, err = pgx.Connect(ctx, url)
	require.NoError(t, err)
	refuse("off")
	p.hangUp()
	require.NoError(t, s.Ping(ctx))
	require.NoError(t, s.Ping(ctx))
	require.NoError(t, s.Close())
	require.Equal(t, 1, strings.Count(log.String(), "the database takes writes again"), log.String())
}

// TestFrozenReplica: one that holds a row and says nothing is ended by the server, and who waited goes on; who may not wait so long tries
// a few times, says that nothing was done, and succeeds later.
func TestFrozenReplica(t *testing.T) {
	t.Parallel()
	database := server.Database(t)
	s, hasty := open(t, database, store.Options{}), open(t, database+"&lock_timeout=10ms", store.Options{})
	_, err := post(s, "a", "file", "filed")
	require.NoError(t, err)
	freeze := func(patience string) *sql.Tx {
		db, err := sql.Open("pgx", database+"&idle_in_transaction_session_timeout="+patience)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		_, err = tx.ExecContext(ctx, `UPDATE cases SET title = title`)
		require.NoError(t, err)
		return tx
	}
	frozen := freeze("300ms")
	_, err = post(s, "a", "m1", "x")
	require.NoError(t, err)
	require.Error(t, frozen.Rollback(), "the server has ended it")

	held := freeze("0")
	_, err = post(hasty, "a", "m2", "x")
	require.Equal(t, negotiation.CodeUnavailable, negotiation.CodeOf(err))
	require.NoError(t, held.Rollback())
	r, err := post(hasty, "a", "m2", "x")
	require.NoError(t, err)
	require.False(t, r.Repeated)
	require.Equal(t, int64(3), version(t, s, "a"))
}
