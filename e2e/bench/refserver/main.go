// refserver: the smallest echo + gorilla + go-sqlite3 room server, to know what is reachable.
//
//	-mode group : one writer goroutine, group commit, broadcast after commit
//	-mode tx    : every message its own transaction on a pool of one connection
//	-mode mem   : no database (upper bound of the WebSocket side)
//
// It is kept as it was when the first figures were taken, so that those of all days compare.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"
	sqlite3 "github.com/mattn/go-sqlite3"
)

var (
	addr   = flag.String("addr", "127.0.0.1:8080", "")
	path   = flag.String("db", "ref.db", "")
	mode   = flag.String("mode", "group", "")
	syncM  = flag.String("sync", "FULL", "")
	maxB   = flag.Int("maxbatch", 512, "")
	pool   = flag.Bool("pool", true, "WriteBufferPool")
	wbuf   = flag.Int("wbuf", 1024, "")
	rbuf   = flag.Int("rbuf", 1024, "")
	parts  = flag.Int("parts", 2, "")
	nBatch atomic.Int64
	nMsg   atomic.Int64
)

type in struct {
	ID   int64  `json:"id"`
	Kind string `json:"kind"`
	Body string `json:"body"`
}
type client struct {
	ws   *websocket.Conn
	room *room
	side int
	send chan []byte
}
type room struct {
	id  int64
	mu  sync.Mutex
	cs  []*client
	seq int64 // owned by the writer
}
type event struct {
	c    *client
	m    in
	seq  int64
	done chan struct{}
}

var (
	rmu   sync.Mutex
	rooms = map[int64]*room{}
	wch   = make(chan event, 4096)
	db    *sql.DB
	wpool sync.Pool
)

const ins = `INSERT INTO events(room_id,seq,kind,sender,ts,payload) VALUES(?,?,?,?,?,?)`

func fanout(e event) {
	f, _ := json.Marshal(struct {
		Seq  int64  `json:"seq"`
		From int    `json:"from"`
		Kind string `json:"kind"`
		Body string `json:"body"`
	}{e.seq, e.c.side, e.m.Kind, e.m.Body})
	ack := make([]byte, 0, 40)
	ack = append(ack, `{"ack":`...)
	ack = strconv.AppendInt(ack, e.m.ID, 10)
	ack = append(ack, `,"seq":`...)
	ack = strconv.AppendInt(ack, e.seq, 10)
	ack = append(ack, '}')
	r := e.c.room
	r.mu.Lock()
	for _, o := range r.cs {
		b := f
		if o == e.c {
			b = ack
		}
		select {
		case o.send <- b:
		default: // slow consumer
			o.ws.Close()
		}
	}
	r.mu.Unlock()
}

func writer() {
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	ck(err)
	st, err := conn.PrepareContext(ctx, ins)
	ck(err)
	buf := make([]event, 0, *maxB)
	for e := range wch {
		buf = append(buf[:0], e)
	fill:
		for len(buf) < *maxB {
			select {
			case e := <-wch:
				buf = append(buf, e)
			default:
				break fill
			}
		}
		tx, err := conn.BeginTx(ctx, nil)
		ck(err)
		s := tx.StmtContext(ctx, st)
		now := time.Now().UnixNano()
		for i := range buf {
			e := &buf[i]
			e.c.room.seq++
			e.seq = e.c.room.seq
			_, err := s.Exec(e.c.room.id, e.seq, e.m.Kind, e.c.side, now, e.m.Body)
			ck(err)
		}
		ck(tx.Commit())
		nBatch.Add(1)
		nMsg.Add(int64(len(buf)))
		for _, e := range buf {
			fanout(e)
		}
	}
}

func ck(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	flag.Parse()
	sql.Register("ev", &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		for _, p := range []string{"journal_mode=WAL", "synchronous=" + *syncM, "cache_size=-65536", "temp_store=MEMORY", "wal_autocheckpoint=4000", "foreign_keys=ON"} {
			if _, err := c.Exec("PRAGMA "+p, nil); err != nil {
				return err
			}
		}
		return nil
	}})
	var single *sql.Stmt
	if *mode != "mem" {
		for _, s := range []string{"", "-wal", "-shm"} {
			os.Remove(*path + s)
		}
		var err error
		db, err = sql.Open("ev", "file:"+*path+"?_busy_timeout=10000&_txlock=immediate")
		ck(err)
		db.SetMaxOpenConns(1)
		_, err = db.Exec(`CREATE TABLE events(id INTEGER PRIMARY KEY, room_id INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, sender INTEGER NOT NULL, ts INTEGER NOT NULL, payload BLOB NOT NULL, UNIQUE(room_id, seq))`)
		ck(err)
		if *mode == "tx" {
			single, err = db.Prepare(ins)
			ck(err)
		} else {
			go writer()
		}
	}
	up := websocket.Upgrader{ReadBufferSize: *rbuf, WriteBufferSize: *wbuf, CheckOrigin: func(*http.Request) bool { return true }}
	if *pool {
		up.WriteBufferPool = &wpool
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.GET("/stats", func(c echo.Context) error {
		return c.String(200, fmt.Sprintf("%d %d\n", nBatch.Load(), nMsg.Load()))
	})
	e.GET("/ws", func(c echo.Context) error {
		id, _ := strconv.ParseInt(c.QueryParam("room"), 10, 64)
		side, _ := strconv.Atoi(c.QueryParam("side"))
		ws, err := up.Upgrade(c.Response(), c.Request(), nil)
		if err != nil {
			return err
		}
		rmu.Lock()
		r := rooms[id]
		if r == nil {
			r = &room{id: id}
			rooms[id] = r
		}
		rmu.Unlock()
		cl := &client{ws: ws, room: r, side: side, send: make(chan []byte, 16)}
		r.mu.Lock()
		r.cs = append(r.cs, cl)
		r.mu.Unlock()
		go func() {
			for b := range cl.send {
				if ws.WriteMessage(websocket.TextMessage, b) != nil {
					ws.Close()
				}
			}
		}()
		go serve(cl, single)
		return nil
	})
	ck(e.Start(*addr))
}

func serve(cl *client, single *sql.Stmt) {
	r := cl.room
	defer func() {
		r.mu.Lock()
		for i, o := range r.cs {
			if o == cl {
				r.cs = append(r.cs[:i], r.cs[i+1:]...)
				break
			}
		}
		if len(r.cs) == 0 {
			rmu.Lock()
			// rooms stay in the map here: their counters are the log's
			rmu.Unlock()
		}
		r.mu.Unlock()
		close(cl.send)
		cl.ws.Close()
	}()
	for {
		_, b, err := cl.ws.ReadMessage()
		if err != nil {
			return
		}
		var m in
		if json.Unmarshal(b, &m) != nil {
			return
		}
		switch *mode {
		case "group":
			wch <- event{c: cl, m: m}
		case "tx":
			r.mu.Lock()
			r.seq++
			s := r.seq
			r.mu.Unlock()
			tx, err := db.Begin()
			ck(err)
			_, err = tx.Stmt(single).Exec(r.id, s, m.Kind, cl.side, time.Now().UnixNano(), m.Body)
			ck(err)
			ck(tx.Commit())
			nBatch.Add(1)
			nMsg.Add(1)
			fanout(event{c: cl, m: m, seq: s})
		default:
			r.mu.Lock()
			r.seq++
			s := r.seq
			r.mu.Unlock()
			fanout(event{c: cl, m: m, seq: s})
		}
	}
}
