package http

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

// Options of the server. All is required but what says otherwise.
type Options struct {
	App      *app.App
	Ledger   *app.Ledger
	Rooms    *app.Rooms
	Lists    *app.Lists
	Past     app.Past                 // the log, for those who poll
	Calendar func() *workday.Calendar // as known now
	Business app.Clock                // dates events and deadlines
	Version  string
	SMS      app.SMS
	Operator Operator // who runs the platform, as people are told; zero: nobody was named

	// Read hears of read marks that moved, for live's hub; nil: nobody is told.
	Read func(caseID string, ch negotiation.Channel, by negotiation.By, seq int64)

	Dist   fs.FS                       // built front end, as it lies in web/dist; nil or empty: a page that says so
	Live   http.Handler                // at /api/live; it finds its session by SessionOf. Nil: 404
	Events http.Handler                // at /api/events, like Live. Nil: 404
	Demo   Stage                       // nil: there is no demo
	Ping   func(context.Context) error // says whether the store answers, for /readyz; nil: always ready

	// Degraded names parts that are away while all else goes on, for /readyz; nil: none ever is.
	Degraded func() []string

	// Observe hears of every answer, with the pattern of its route; nil: nobody does.
	Observe func(method, route string, status int, took time.Duration)

	// Trace begins to trace a request to /api with its id, and gives the context for all of it and what is called at its end; nil: nobody
	// traces.
	Trace func(ctx context.Context, id string) (_ context.Context, end func(method, route string, status int))

	Secure  bool             // TLS here or at a proxy in front: __Host- cookie and HSTS
	Hosts   []string         // names that the site goes by, without port; empty: any. See addressed
	Proxies []netip.Prefix   // networks whose X-Forwarded-For is believed; empty: none
	Rates   Rates            // of one address; zero ones limit nothing
	Now     func() time.Time // real time, for rates; nil: time.Now
	Logger  *slog.Logger     // nil: nothing is logged
}

// Server is the HTTP side of a Hejie process.
type Server struct {
	options    Options
	log        *slog.Logger
	proxies    proxies
	handler    http.Handler
	server     *http.Server
	operations *echo.Echo
	regions    sync.Map // encodedRegions by parent
	stopping   atomic.Bool
}

// New puts the server together; Serve starts it. Error: a front end that cannot be read.
func New(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{options: o, log: o.Logger, proxies: o.Proxies}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	pages, err := newSite(o.Dist)
	if err != nil {
		return nil, err
	}
	s.handler = s.begin(s.protected(s.addressed(s.sameOrigin(s.routes(pages)))))
	s.server = &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       slowest,
		WriteTimeout:      slowest + 5*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(quiet{s.log.Handler()}, slog.LevelDebug),
	}
	return s, nil
}

// quiet takes the addresses of peers out of what net/http has to say: it says so in its text, which is left out.
type quiet struct{ slog.Handler }

func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	reason, _, _ := strings.Cut(r.Message, " from ")
	n := slog.NewRecord(r.Time, r.Level, "connection", r.PC)
	n.AddAttrs(slog.String("reason", reason))
	return q.Handler.Handle(ctx, n)
}

// Handler is all of the server without its listener, for tests.
func (s *Server) Handler() http.Handler { return s.handler }

// Serve answers on the listener until Shutdown; then it returns nil.
func (s *Server) Serve(l net.Listener) error {
	if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ServeTLS is Serve with a certificate.
func (s *Server) ServeTLS(l net.Listener, cert, key string) error {
	if err := s.server.ServeTLS(l, cert, key); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Leave makes /readyz say no, so that a load balancer sends nobody any more.
func (s *Server) Leave() { s.stopping.Store(true) }

// Shutdown takes no new connections and waits for answers under way until the context ends. Sockets are live's to end.
func (s *Server) Shutdown(ctx context.Context) error {
	s.Leave()
	return s.server.Shutdown(ctx)
}

func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	v := visitOf(r.Context())
	v.route, v.probe = "/healthz", true
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	v := visitOf(r.Context())
	v.route, v.probe = "/readyz", true
	if s.stopping.Load() {
		writeProblem(w, v, negotiation.NewError(codeNotReady, "reason", "ending"))
		return
	}
	if s.options.Ping != nil {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := s.options.Ping(ctx); err != nil {
			reason := "no_database"
			if errors.Is(err, app.ErrReadOnly) {
				reason = "read_only"
			}
			writeProblem(w, v, negotiation.NewError(codeNotReady, "reason", reason).Because(err))
			return
		}
	}
	if s.options.Degraded != nil {
		if parts := s.options.Degraded(); len(parts) > 0 { // ready all the same: elsewhere it is not better
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusOK)
			if err := json.NewEncoder(w).Encode(map[string][]string{"degraded": parts}); err != nil {
				v.cause = err
			}
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// Refuse answers with a problem, for handlers that New was given.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, visitOf(r.Context()), err)
}

// live hands over to a handler that stays. An upgrade without a session goes there, too: a browser's script cannot read the status of
// a refused upgrade, so that the hub tells those by its close code.
func (s *Server) live(route string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		v.route = route
		switch {
		case h == nil:
			writeProblem(w, v, negotiation.NewError(negotiation.CodeNotFound))
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			writeProblem(w, v, negotiation.NewError(codeMethodNotAllowed))
		case !v.signedIn && !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
			writeProblem(w, v, negotiation.NewError(negotiation.CodeSignInRequired))
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// limited counts a request under its address.
func (s *Server) limited(l *limiter, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		if err := l.take(v.addr); err != nil {
			writeProblem(w, v, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// headAsGet answers HEAD as GET; net/http leaves the body out.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.WithContext(r.Context()) // the server's own keeps its method
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

// routes parts the API from all else. What is asked for most goes by without the patterns.
func (s *Server) routes(pages http.Handler) http.Handler {
	all := newLimiter(s.options.Rates.Requests, s.options.Now) // of operations, sockets and streams together
	visited := func(next http.Handler) http.Handler { return s.limited(all, s.known(next)) }
	others := http.NewServeMux()
	others.Handle("/", pages)
	others.HandleFunc("/healthz", s.healthz)
	others.HandleFunc("/readyz", s.readyz)
	s.operations = s.api()
	operations, live, events := visited(headAsGet(s.operations)), visited(s.live(liveRoute, s.options.Live)), visited(s.live(streamRoute, s.options.Events))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case path == liveRoute:
			live.ServeHTTP(w, r)
		case path == streamRoute:
			events.ServeHTTP(w, r)
		case path == "/api", strings.HasPrefix(path, "/api/"):
			operations.ServeHTTP(w, r)
		default:
			others.ServeHTTP(w, r)
		}
	})
}

// api routes the contract's operations.
func (s *Server) api() *echo.Echo {
	e := echo.New()
	e.Binder = strict{}
	e.HTTPErrorHandler = s.failed
	RegisterHandlersWithOptions(guarded{e}, NewStrictHandler(api{s.options, s}, nil), RegisterHandlersOptions{OperationMiddlewares: s.guards()})
	return e
}

// routeOf a request that did not get there: the pattern that it would have matched.
func (s *Server) routeOf(r *http.Request) string {
	path, method := r.URL.Path, r.Method
	switch {
	case path == liveRoute, path == streamRoute:
		return path
	case !strings.HasPrefix(path, "/api/"):
		return unknown
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	c := s.operations.AcquireContext()
	defer s.operations.ReleaseContext(c)
	c.Reset(r, nil)
	s.operations.Router().Find(method, echo.GetPath(r), c)
	return cmp.Or(c.Path(), unknown)
}
