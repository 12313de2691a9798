package figures

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	span "go.opentelemetry.io/otel/trace"

	"hejie/negotiation"
	"hejie/server/app"
)

// Traces tell a collector of OpenTelemetry of each request to the API and each walk through the one door: how long it waited and decided,
// what came of it. Both have the request's id, as the log and X-Request-Id have it; what came through a socket has that of its upgrade.
// They name cases, and never who acts or what is said.
type Traces struct {
	app.Log
	provider *trace.TracerProvider
	tracer   span.Tracer
}

// NewTraces sends to a collector by OTLP over HTTP; at is like http://localhost:4318. A collector that is away costs traces and nothing else.
func NewTraces(ctx context.Context, at, version string, log app.Log, logger *slog.Logger) (*Traces, error) {
	to, err := url.Parse(at)
	if err != nil {
		return nil, err
	}
	if strings.Trim(to.Path, "/") == "" { // the library would send to the root, where no collector takes them
		to.Path = "/v1/traces"
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(to.String()))
	if err != nil {
		return nil, err
	}
	return newTraces(log, version, trace.WithBatcher(failing{exporter, logger})), nil
}

func newTraces(log app.Log, version string, to trace.TracerProviderOption) *Traces {
	about := resource.NewSchemaless(attribute.String("service.name", "hejie"), attribute.String("service.version", version))
	p := trace.NewTracerProvider(to, trace.WithResource(about))
	return &Traces{Log: log, provider: p, tracer: p.Tracer("hejie")}
}

// failing logs what cannot be sent, instead of the library's own way to the console.
type failing struct {
	trace.SpanExporter
	logger *slog.Logger
}

func (f failing) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	if err := f.SpanExporter.ExportSpans(ctx, spans); err != nil {
		f.logger.WarnContext(ctx, "traces not sent", slog.Int("spans", len(spans)), slog.Any("error", err))
	}
	return nil
}

// Request begins a request's span; the walks that it causes lie in it.
func (t *Traces) Request(ctx context.Context, id string) (_ context.Context, end func(method, route string, status int)) {
	ctx, whole := t.tracer.Start(ctx, "request", span.WithSpanKind(span.SpanKindServer), span.WithAttributes(attribute.String(requestAttribute, id)))
	return ctx, func(method, route string, status int) {
		whole.SetName(method + " " + route)
		whole.SetAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route), attribute.Int("http.response.status_code", status))
		if status >= 500 {
			whole.SetStatus(codes.Error, "")
		}
		whole.End()
	}
}

const requestAttribute = "hejie.request"

// Change is the log's, told.
func (t *Traces) Change(ctx context.Context, ch app.Change) (app.Receipt, error) {
	ctx, end := t.walk(ctx, &ch)
	receipt, err := t.Log.Change(ctx, ch)
	end(receipt, err)
	return receipt, err
}

// Ask is the log's, told; a walk that was not begun leaves no span.
func (t *Traces) Ask(ctx context.Context, ch app.Change, told func(app.Receipt, error)) bool {
	ctx, end := t.walk(ctx, &ch)
	return t.Log.Ask(ctx, ch, func(receipt app.Receipt, err error) {
		end(receipt, err)
		told(receipt, err)
	})
}

// walk begins the span of a change, and lets its decisions be noted there.
func (t *Traces) walk(ctx context.Context, ch *app.Change) (_ context.Context, end func(app.Receipt, error)) {
	ctx, walk := t.tracer.Start(ctx, "change", span.WithAttributes(attribute.String("hejie.case", ch.Case), attribute.Bool("hejie.system", ch.Command.ID == "")))
	if id := app.RequestOf(ctx); id != "" {
		walk.SetAttributes(attribute.String(requestAttribute, id))
	}
	handed := time.Now()
	decide, tries := ch.Decide, 0
	ch.Decide = func(c *negotiation.Case, look app.Look) app.Decision {
		tries++
		started := time.Now()
		d := decide(c, look)
		kinds := make([]string, len(d.Events))
		for i, e := range d.Events {
			kinds[i] = e.Fact.Kind()
		}
		walk.AddEvent("decided", span.WithAttributes(attribute.Int64("hejie.waited_us", started.Sub(handed).Microseconds()),
			attribute.Int64("hejie.decided_us", time.Since(started).Microseconds()), attribute.StringSlice("hejie.events", kinds), attribute.String("hejie.phase", string(d.After.Phase))))
		return d
	}
	return ctx, func(receipt app.Receipt, err error) {
		defer walk.End()
		walk.SetAttributes(attribute.Int("hejie.decisions", tries), attribute.Bool("hejie.repeated", receipt.Repeated))
		refused, ok := errors.AsType[*negotiation.Error](err)
		switch {
		case ok: // an answer, but for those that are the platform's own fault
			walk.SetAttributes(attribute.String("hejie.refused", refused.Code))
			if refused.Code == negotiation.CodeUnavailable || refused.Code == negotiation.CodeInternal {
				walk.SetStatus(codes.Error, refused.Code)
			}
		case err != nil:
			walk.SetStatus(codes.Error, "failed")
		}
	}
}

// Close sends what is left, as long as the context lets it.
func (t *Traces) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }
