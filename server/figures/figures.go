// Package figures tells operators how the platform does: counts in the form that Prometheus reads, and traces for OpenTelemetry.
//
// # Pattern
//
// The parts of the server know nothing of it: cmd/hejie hands its methods to them as hooks for what happens often (requests, batches,
// deliveries), and hands it their own counts (Sources), which are read when somebody asks. It has a registry of its own.
//
// # Invariants
//
// No figure names a person, a case or an enterprise, and the number of series is bounded: routes are patterns, never paths. Traces name
// cases, and never people or what they say.
//
// # Concurrency
//
// Everything is safe for use by many at once.
package figures

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hejie/negotiation"
	"hejie/server/app"
)

// Sources are counts that the parts of the server keep themselves. All but Bus are required and answer at once; Late and Outbox read the
// store, and Evidence asks where the evidence lies.
type Sources struct {
	Version string
	Sockets func() int // open now
	Rooms   func() int // channels that somebody follows, or did a moment ago
	// Due tells what the worker of deadlines does: how many cases it has before it, how many rest because their walk failed, how many
	// walks failed since the start.
	Due func() (backlog, resting, failed int)
	// Late tells how long the first passed deadline of the log has not been walked, whoever should have; 0: all are.
	Late func(ctx context.Context) (time.Duration, error)
	// Outbox tells of notices that are not delivered: how many, and how old the first of them is.
	Outbox func(ctx context.Context) (waiting int, age time.Duration, err error)
	// Evidence is an error while the folder or the bucket of the evidence does not answer.
	Evidence func(ctx context.Context) error
	// Bus says whether the other replicas hear this one; nil: there is no bus.
	Bus    func() bool
	Logger *slog.Logger
}

// Figures of one process.
type Figures struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	batch    prometheus.Histogram
	commit   prometheus.Histogram
	delivery prometheus.Histogram
	changes  *prometheus.CounterVec
}

// scrape bounds the reading of the store, and the asking for the evidence, for one answer.
const scrape = 2 * time.Second

// New makes the figures.
func New(s Sources) *Figures {
	f := &Figures{registry: prometheus.NewRegistry()}
	f.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "hejie_request_seconds", Help: "Time of HTTP requests by route.", Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
	}, []string{"method", "route", "status"})
	f.batch = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "hejie_commit_jobs", Help: "Jobs of a commit: changes of cases and plain writes.", Buckets: prometheus.ExponentialBuckets(1, 2, 10),
	})
	f.commit = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "hejie_commit_seconds", Help: "Time of a commit from BEGIN to COMMIT, the decisions included.", Buckets: prometheus.ExponentialBuckets(.0001, 2.5, 12),
	})
	f.delivery = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "hejie_delivery_seconds", Help: "Time from an event, on whatever replica, until it lies in the queues of this one's sockets.", Buckets: prometheus.ExponentialBuckets(.0001, 2.5, 13),
	})
	f.changes = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hejie_changes_total", Help: "Changes that were asked of the log, by HTTP, sockets and clocks, by what came of them: done, or the code of the error.",
	}, []string{"result"})
	for _, result := range []string{done, negotiation.CodeUnavailable, negotiation.CodeInternal} {
		f.changes.WithLabelValues(result) // a rate begins at 0, not at the first error
	}
	f.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		f.requests, f.batch, f.commit, f.delivery, f.changes,
		gauge("hejie_build_info", "1, with the version of the program.", prometheus.Labels{"version": s.Version}, func() float64 { return 1 }),
		gauge("hejie_sockets", "Open sockets.", nil, func() float64 { return float64(s.Sockets()) }),
		gauge("hejie_rooms", "Channels that somebody follows, or did a moment ago.", nil, func() float64 { return float64(s.Rooms()) }),
		gauge("hejie_due_backlog", "Cases known to be due and not walked yet.", nil, func() float64 { n, _, _ := s.Due(); return float64(n) }),
		gauge("hejie_due_resting", "Cases whose walk failed, until it is tried again.", nil, func() float64 { _, n, _ := s.Due(); return float64(n) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "hejie_due_failed_total", Help: "Walks that failed."}, func() float64 { _, _, n := s.Due(); return float64(n) }),
		stored(s.Logger, func(ctx context.Context) ([]float64, error) {
			late, err := s.Late(ctx)
			return []float64{late.Seconds()}, err
		}, prometheus.NewDesc("hejie_due_lag_seconds", "How long the first passed deadline has not been walked.", nil, nil)),
		gauge("hejie_evidence_up", "1 while the folder or the bucket of the evidence answers, else 0.", nil, s.evidenceUp),
		stored(s.Logger, func(ctx context.Context) ([]float64, error) {
			n, age, err := s.Outbox(ctx)
			return []float64{float64(n), age.Seconds()}, err
		}, prometheus.NewDesc("hejie_outbox_waiting", "Notices that are not delivered; 10000: at least.", nil, nil),
			prometheus.NewDesc("hejie_outbox_age_seconds", "How old the first of them is.", nil, nil)),
	)
	if s.Bus != nil {
		f.registry.MustRegister(gauge("hejie_bus_up", "1 while the other replicas hear this one, else 0.", nil, func() float64 { return yes(s.Bus()) }))
	}
	return f
}

func gauge(name, help string, labels prometheus.Labels, read func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, read)
}

func yes(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func (s Sources) evidenceUp() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), scrape)
	defer cancel()
	err := s.Evidence(ctx)
	if err != nil {
		s.Logger.Warn("figures: the evidence does not answer", away(err))
	}
	return yes(err == nil)
}

// away is an error's attribute that says what it is of: the log tells such a line once in a while, and not at each scrape.
func away(err error) slog.Attr {
	return slog.Any("error", negotiation.NewError(negotiation.CodeUnavailable).Because(err))
}

// stored are gauges that are read from the store, together. When it does not answer they are absent, which alerts can ask for.
func stored(logger *slog.Logger, read func(context.Context) ([]float64, error), gauges ...*prometheus.Desc) prometheus.Collector {
	return &storedGauges{logger, read, gauges}
}

type storedGauges struct {
	logger *slog.Logger
	read   func(context.Context) ([]float64, error)
	gauges []*prometheus.Desc
}

func (s *storedGauges) Describe(ch chan<- *prometheus.Desc) {
	for _, g := range s.gauges {
		ch <- g
	}
}

func (s *storedGauges) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrape)
	defer cancel()
	values, err := s.read(ctx)
	if err != nil {
		s.logger.Warn("figures: the store does not answer", slog.Any("error", err))
		return
	}
	for i, g := range s.gauges {
		ch <- prometheus.MustNewConstMetric(g, prometheus.GaugeValue, values[i])
	}
}

// Request notes an answered request. Route is the pattern that it matched.
func (f *Figures) Request(method, route string, status int, took time.Duration) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		method = "other" // it is the client's word
	}
	f.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Commit notes a commit of so many jobs.
func (f *Figures) Commit(jobs int, took time.Duration) {
	f.batch.Observe(float64(jobs))
	f.commit.Observe(took.Seconds())
}

// done is the result of a change that was accepted.
const done = "done"

// counted is a log whose changes are counted by what came of them.
type counted struct {
	app.Log
	changes *prometheus.CounterVec
}

// Changes counts those of a log.
func (f *Figures) Changes(log app.Log) app.Log { return counted{log, f.changes} }

func (c counted) Change(ctx context.Context, ch app.Change) (app.Receipt, error) {
	receipt, err := c.Log.Change(ctx, ch)
	c.came(err)
	return receipt, err
}

func (c counted) Ask(ctx context.Context, ch app.Change, told func(app.Receipt, error)) bool {
	return c.Log.Ask(ctx, ch, func(receipt app.Receipt, err error) {
		c.came(err)
		told(receipt, err)
	})
}

func (c counted) came(err error) {
	c.changes.WithLabelValues(cmp.Or(negotiation.CodeOf(err), done)).Inc()
}

// Delivered notes how old the eldest event of a round was when all of them had been given to those who follow.
func (f *Figures) Delivered(took time.Duration) { f.delivery.Observe(took.Seconds()) }

// Handler answers /metrics in the text format.
func (f *Figures) Handler() http.Handler {
	return promhttp.HandlerFor(f.registry, promhttp.HandlerOpts{Registry: f.registry})
}
