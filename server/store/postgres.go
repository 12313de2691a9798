package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"hejie/server/app"
)

// pgDriver is the name by which sqlx knows how parameters are written.
const pgDriver = "pgx"

// Sessions that hold locks and say nothing are ended by the server, so that a replica that froze or lost its network holds up the
// others for seconds only; who waits for a lock longer than that gives up and tries again.
var pgSettings = map[string]string{
	"application_name":                    "hejie",
	"idle_in_transaction_session_timeout": "10s",
	"lock_timeout":                        "11s",
}

// Patience of a server with its database, see Options: longer than a lock is waited for, which is longer than one who says nothing keeps it.
const Patience = 12 * time.Second

// silence of a server's host after which a connection is lost, in milliseconds; left to itself the kernel waits for a quarter of an hour,
// and after a long silence it tries again as seldom: a new connection is there sooner. Less than what the server waits for a silent replica.
const silence = 8_000

// pgConfig reads the URL; what it says itself comes before the settings here.
func pgConfig(url string) (*pgx.ConnConfig, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err // pgx leaves the password out
	}
	for name, value := range pgSettings {
		if _, ok := c.RuntimeParams[name]; !ok {
			c.RuntimeParams[name] = value
		}
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 5 * time.Second
	}
	alive := net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 3}
	c.DialFunc = (&net.Dialer{KeepAliveConfig: alive, Control: giveUpSilent}).DialContext
	return c, nil
}

// replicaName begins the names of connections of those that are named.
const replicaName = "hejie-"

// named is the URL whose connections have a replica's name, unless it gives them one itself.
func named(at, replica string) (string, error) {
	u, err := url.Parse(at)
	if err != nil {
		return "", errors.New("the database's URL is none") // which has the password
	}
	if !u.Query().Has("application_name") {
		u.RawQuery = strings.TrimPrefix(u.RawQuery+"&application_name="+url.PathEscape(replicaName+replica), "&") // what else it says stays as it is
	}
	return u.String(), nil
}

// Replicas are the names, see Options, of those that asked the database server something in the last ten seconds. Over a file it knows of none.
func (s *Store) Replicas(ctx context.Context) (names []string, err error) {
	if !s.shared {
		return nil, nil
	}
	err = s.reader().all(ctx, &names, `SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND starts_with(application_name, ?)
		GROUP BY application_name HAVING max(state_change) > now() - interval '10 s'`, replicaName)
	for i := range names {
		names[i] = strings.TrimPrefix(names[i], replicaName)
	}
	return names, readError(err)
}

// openPostgres opens a pool of at most n connections; reads: nothing is written over them.
func openPostgres(url string, n int, reads bool, w *way) (*sqlx.DB, error) {
	c, err := pgConfig(url)
	if err != nil {
		return nil, err
	}
	db := sqlx.NewDb(sql.OpenDB(connector{stdlib.GetConnector(*c), reads, w}), pgDriver)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// warnOfLoss tells the operator of a server that says "committed" before it is on disk.
func (s *Store) warnOfLoss() {
	for _, setting := range []string{"fsync", "synchronous_commit"} {
		var is string
		err := s.reader().get(context.Background(), &is, `SELECT current_setting(?)`, setting)
		if err != nil || is == "off" {
			s.opt.Log.Warn("the database server may lose what it acknowledged", "setting", setting, "is", is, "error", err)
		}
	}
}

// way to the server, of all pools of a store. That it is lost is told by whoever needed it; the way tells when it is found again.
type way struct {
	log      *slog.Logger
	lost     atomic.Bool
	readOnly atomic.Bool // it is there, and takes no writes
}

// tried notes what came of an attempt to connect. Nil: nobody asks.
func (w *way) tried(ctx context.Context, err error) {
	switch {
	case w == nil || errors.Is(ctx.Err(), context.Canceled): // whoever asked went away
	case err != nil:
		w.lost.Store(true)
	case w.lost.Swap(false):
		w.log.Info("the database answers again")
	}
}

// asked notes whether the server takes writes.
func (w *way) asked(err error) {
	switch {
	case errors.Is(err, app.ErrReadOnly):
		w.readOnly.Store(true)
	case err == nil && w.readOnly.Swap(false):
		w.log.Info("the database takes writes again")
	}
}

// connector makes connections that take what the file takes.
type connector struct {
	driver.Connector
	reads bool
	way   *way
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	for again := 0; again < 2 && c.reads && cutOff(err); again++ { // with those that were there
		conn, err = c.Connector.Connect(ctx)
	}
	c.way.tried(ctx, err)
	if err != nil {
		return nil, err
	}
	own, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a connection of another kind: %T", conn), conn.Close())
	}
	if c.reads {
		return &readingConn{&pgConn{own}}, nil
	}
	return &pgConn{own}, nil
}

func cutOff(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

// pgConn is a connection whose parameters are made what PostgreSQL takes.
type pgConn struct{ *stdlib.Conn }

// CheckNamedValue is called by database/sql for each parameter.
func (*pgConn) CheckNamedValue(v *driver.NamedValue) error {
	v.Value = pgValue(v.Value)
	return nil
}

// readingConn says of a connection that was lost before an answer came that it is a bad one: then database/sql asks again over another, and in
// the end over a new one. Else each connection of the pool would fail somebody once after the server was started again.
type readingConn struct{ *pgConn }

// QueryContext is called by database/sql.
func (c *readingConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.pgConn.QueryContext(ctx, q, args)
	return rows, c.judged(ctx, err)
}

// BeginTx is called by database/sql.
func (c *readingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.pgConn.BeginTx(ctx, o)
	return tx, c.judged(ctx, err)
}

func (c *readingConn) judged(ctx context.Context, err error) error {
	var e net.Error
	switch {
	case err == nil, ctx.Err() != nil, !c.Conn.Conn().IsClosed():
		return err
	case errors.As(err, &e) && e.Timeout(): // whoever waited that long does not wait once more
		return err
	}
	return fmt.Errorf("%w: %w", driver.ErrBadConn, err)
}

// pgValue is a parameter as PostgreSQL takes it: truth is 1 or 0, as in the file, and a text is UTF-8 without NUL, whatever a
// stranger's browser called itself.
func pgValue(v any) any {
	switch v := v.(type) {
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case string:
		if strings.IndexByte(v, 0) >= 0 || !utf8.ValidString(v) {
			return strings.ReplaceAll(strings.ToValidUTF8(v, "\uFFFD"), "\x00", "")
		}
	}
	return v
}

// errGone says that the connection was lost in the middle of something.
var errGone = errors.New("the connection to the database was lost")

// errUnknown says that the connection was lost during COMMIT, and nobody could be asked what became of it.
var errUnknown = errors.New("whether the last commit took effect is not known")

// passing says whether trying again may help: others were in the way, or the server was gone. What may have been done is not tried again:
// a plain write would be made twice.
func passing(err error) bool {
	if errors.Is(err, errUnknown) {
		return false
	}
	if _, never := errors.AsType[*pgconn.ConnectError](err); never || errors.Is(err, errGone) || errors.Is(err, driver.ErrBadConn) {
		return true
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return false
	}
	switch e.Code {
	case "40001", "40P01", "55P03": // serialization failure, deadlock, no lock in time
		return true
	case "25P03", "57P01", "57P02", "57P03", "53300": // idle too long, shut down, crashed, starting, too many connections
		return true
	case "0A000": // a plan from before a migration
		return strings.Contains(e.Message, "cached plan")
	case "23505": // another replica filed the same case a moment ago
		return e.ConstraintName == "case_keys_id_key"
	}
	return strings.HasPrefix(e.Code, "08")
}

// lockedOut says whether others kept a lock for longer than it is waited for, which another try would wait for again.
func lockedOut(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "55P03"
}

// pgWholeBatch says whether the error is of the server or of the way to it and not of the job that met it.
func pgWholeBatch(err error) bool {
	if errors.Is(err, errUnknown) || passing(err) {
		return true
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return false
	}
	switch e.Code[:2] {
	case "53", "57", "58", "XX": // no room, an operator, the system, corruption
		return true
	}
	return e.Code == "25006" // read only: a standby
}

// pgUnique says whether the error is the breach of a UNIQUE constraint.
func pgUnique(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "23505"
}
