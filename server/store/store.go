package store

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"hejie/server/app"
)

// Options of a store; the zero value works.
type Options struct {
	// OnCommit hears what became true, batch after batch in the order of the commits, one Commit per case and batch.
	OnCommit func([]app.Commit)
	// Committed hears of each commit: its jobs, and its time with the decisions; nil: nobody does. It must not block.
	Committed func(jobs int, took time.Duration)
	// Edition of what decisions go by beyond the case, the calendar and outages: what was planned by an earlier one is planned anew;
	// nil: it never changes.
	Edition func() uint64
	// Now is real time, for what is sent, and for the age of figures that are kept; default the machine's.
	Now func() time.Time
	// CacheBytes of folded cases, about; default 64 MiB.
	CacheBytes int
	// Readers in the pool; default 4.
	Readers int
	// Patience with a database server that leaves what it is asked without an answer: then the connection is lost, and what waits is
	// unavailable. 0: without end, for commands that read or write everything. A file is never waited for.
	Patience time.Duration
	// Replica is the name under which others find this one among those that work on a database server, see Replicas; "": none does.
	Replica string
	// Fatal ends the process when nobody can know what is on disk; default logs and exits with 1.
	Fatal func(error)
	Log   *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Edition == nil {
		o.Edition = func() uint64 { return 0 }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = 64 << 20
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Fatal == nil {
		log := o.Log
		o.Fatal = func(err error) {
			log.Error("the disk failed; ending", slog.Any("error", err))
			os.Exit(1)
		}
	}
	return o
}

// Store is one open database: a file, or one on a PostgreSQL server. It is safe for use by many at once.
type Store struct {
	path    string // of the file, or URL of the database on a server
	shared  bool   // on a server: other replicas may work on it, too
	opt     Options
	lock    *os.File // of the file
	way     *way     // to the server
	readers *sqlx.DB
	probe   *sqlx.DB // for Ping: readers may all be at work, which is no reason to send people elsewhere
	cache   *cache
	ranking ranking
	cards   *cards
	limits  limits
	writer  *writer // of changes
	plain   *writer // of plain writes; a file has one for both

	changes  chan *job // to the planners, who hand them on to the writer
	planners sync.WaitGroup

	gate   sync.RWMutex // held for reading while a job is handed over
	closed bool
}

// Open opens the file, creates it when there is none, or the database that a postgres:// URL names, and brings its schema up to date.
// It fails with ErrInUse when another process writes to the file and with ErrNewer when a newer program did.
func Open(path string, opt Options) (*Store, error) {
	s := &Store{path: path, shared: isPostgres(path), opt: opt.withDefaults(), changes: make(chan *job, maxWaiting)}
	s.cache, s.cards, s.way = newCache(s.opt.CacheBytes), newCards(0, s.opt.Now), &way{log: s.opt.Log}
	if s.shared {
		s.cards.age = sharedCardAge
	} else {
		s.opt.Patience = 0
		var err error
		if s.lock, err = lock(path); err != nil {
			return nil, err
		}
	}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.release())
	}
	for _, w := range s.writers() {
		w.start()
	}
	for range runtime.GOMAXPROCS(0) {
		s.planners.Go(s.plan)
	}
	if err := s.freshen(context.Background()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) open() (err error) {
	if err := Migrate(context.Background(), s.path); err != nil {
		return err
	}
	if s.shared && s.opt.Replica != "" { // not before: while it migrates it serves nobody
		if s.path, err = named(s.path, s.opt.Replica); err != nil {
			return err
		}
	}
	if s.readers, err = openReaders(s.path, s.opt.Readers, s.way); err != nil {
		return err
	}
	if s.probe, err = openReaders(s.path, 1, s.way); err != nil {
		return err
	}
	if s.writer, err = newWriter(s); err != nil {
		return err
	}
	s.plain = s.writer
	if s.shared {
		s.warnOfLoss()
		s.plain, err = newWriter(s)
	}
	return err
}

func openReaders(path string, n int, w *way) (*sqlx.DB, error) {
	if isPostgres(path) {
		return openPostgres(path, n, true, w)
	}
	db, err := sqlx.Open(readerDriver, dsn(path, "_stmt_cache_size=64"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// writers are each once in the list, and none that is not there yet.
func (s *Store) writers() (list []*writer) {
	if s.writer != nil {
		list = append(list, s.writer)
	}
	if s.plain != nil && s.plain != s.writer {
		list = append(list, s.plain)
	}
	return list
}

// Close finishes what was handed over, delivers it, and closes the file.
func (s *Store) Close() error {
	s.gate.Lock()
	if s.closed {
		s.gate.Unlock()
		return nil
	}
	s.closed = true
	close(s.changes)
	s.planners.Wait()
	for _, w := range s.writers() {
		close(w.jobs)
	}
	s.gate.Unlock()
	for _, w := range s.writers() {
		<-w.done
	}
	return s.release()
}

func (s *Store) release() error {
	var errs []error
	for _, db := range []*sqlx.DB{s.readers, s.probe} { // before the writer: SQLite empties the WAL when the last connection closes, which must be one that may write
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	for _, w := range s.writers() {
		errs = append(errs, w.close())
	}
	if s.lock != nil {
		errs = append(errs, unlock(s.lock))
	}
	return errors.Join(errs...)
}

// Ping says whether the database answers, however busy this process is, and whether it takes writes: a server that is a standby, or was told to
// refuse them, is app.ErrReadOnly.
func (s *Store) Ping(ctx context.Context) error {
	if !s.shared {
		return readError(s.probe.PingContext(ctx))
	}
	err := serverTakesWrites(ctx, s.probe)
	s.way.asked(err)
	return readError(err)
}

// submit hands a job over and waits for its end. A job that was handed over is waited for whatever becomes of the context:
// only its end says whether it took effect.
func (s *Store) submit(ctx context.Context, j *job) error {
	j.ctx, j.done = ctx, make(chan struct{})
	if err := s.handOver(ctx, j); err != nil {
		return err
	}
	<-j.done
	return j.err
}

func (s *Store) handOver(ctx context.Context, j *job) error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return unavailable(errors.New("the store is closed"))
	}
	to := s.plain.jobs
	if j.write == nil {
		to = s.changes
	}
	select {
	case to <- j:
		return nil
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
}

// write runs f in the next commit and returns once it is on disk. An error of f rolls back what f did and comes back as it is.
// f may run again when a neighbour broke the batch, so it has no effects outside of the transaction.
func (s *Store) write(ctx context.Context, f func(*tx) error) error {
	return s.submit(ctx, &job{write: f})
}
