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
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Sources are counts that the parts of the server keep themselves. All but Bus are required and answer at once; Outbox reads the store, and
// Evidence asks where the evidence lies.
type Sources struct {
	Version string
	Sockets func() int // open now
	Rooms   func() int // channels that somebody follows, or did a moment ago
	// Due tells of the deadlines: how many cases are known to be due and not walked, and how long the first has been.
	Due func() (backlog int, lag time.Duration)
	// Outbox tells of notices whose time to be sent has come: how many, and how long the first has waited.
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
		Name: "hejie_delivery_seconds", Help: "Time from a commit until its events lie in the queues of the sockets.", Buckets: prometheus.ExponentialBuckets(.0001, 2.5, 12),
	})
	f.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		f.requests, f.batch, f.commit, f.delivery,
		gauge("hejie_build_info", "1, with the version of the program.", prometheus.Labels{"version": s.Version}, func() float64 { return 1 }),
		gauge("hejie_sockets", "Open sockets.", nil, func() float64 { return float64(s.Sockets()) }),
		gauge("hejie_rooms", "Channels that somebody follows, or did a moment ago.", nil, func() float64 { return float64(s.Rooms()) }),
		gauge("hejie_due_backlog", "Cases known to be due and not walked yet.", nil, func() float64 { n, _ := s.Due(); return float64(n) }),
		gauge("hejie_due_lag_seconds", "How long the first of them has been known.", nil, func() float64 { _, lag := s.Due(); return lag.Seconds() }),
		gauge("hejie_evidence_up", "1 while the folder or the bucket of the evidence answers, else 0.", nil, s.evidenceUp),
		&outbox{s, prometheus.NewDesc("hejie_outbox_waiting", "Notices whose time to be sent has come; 10000: at least.", nil, nil),
			prometheus.NewDesc("hejie_outbox_age_seconds", "How long the first of them has waited.", nil, nil)},
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
		s.Logger.Warn("figures: the evidence does not answer", slog.Any("error", err))
	}
	return yes(err == nil)
}

// outbox reads both of its figures at once. When the store does not answer they are absent, which alerts can ask for.
type outbox struct {
	s            Sources
	waiting, age *prometheus.Desc
}

func (o *outbox) Describe(ch chan<- *prometheus.Desc) { ch <- o.waiting; ch <- o.age }

func (o *outbox) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrape)
	defer cancel()
	n, age, err := o.s.Outbox(ctx)
	if err != nil {
		o.s.Logger.Warn("figures: outbox not read", slog.Any("error", err))
		return
	}
	ch <- prometheus.MustNewConstMetric(o.waiting, prometheus.GaugeValue, float64(n))
	ch <- prometheus.MustNewConstMetric(o.age, prometheus.GaugeValue, age.Seconds())
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

// Delivered notes how long the eldest of a round of commits waited until all of them had been given to those who follow.
func (f *Figures) Delivered(took time.Duration) { f.delivery.Observe(took.Seconds()) }

// Handler answers /metrics in the text format.
func (f *Figures) Handler() http.Handler {
	return promhttp.HandlerFor(f.registry, promhttp.HandlerOpts{Registry: f.registry})
}
