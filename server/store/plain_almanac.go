package store

import (
	"context"
	"errors"
	"time"

	"hejie/negotiation"
	"hejie/server/app"
)

func scanYear(s scanner) (y app.CalendarYear, err error) {
	err = s.Scan(&y.Year, &y.Body, at{&y.Imported}, &y.By, &y.Applied)
	return y, err
}

func (p plainReader) CalendarYears(ctx context.Context) ([]app.CalendarYear, error) {
	return list(ctx, p.q, scanYear, `SELECT year, body, imported_at, imported_by, applied FROM calendar_years ORDER BY year`)
}

func (p plainTx) SetCalendarYear(_ context.Context, y app.CalendarYear) error {
	return p.t.run(`INSERT INTO calendar_years (year, body, imported_at, imported_by, applied) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (year) DO UPDATE SET body = excluded.body, imported_at = excluded.imported_at, imported_by = excluded.imported_by, applied = excluded.applied`,
		y.Year, y.Body, micros(y.Imported), y.By, y.Applied)
}

func (p plainReader) Heartbeat(ctx context.Context) (time.Time, error) {
	return one(ctx, p.q, scanTime, `SELECT at FROM heartbeat`)
}

func (p plainTx) Beat(_ context.Context, now time.Time) error {
	return p.t.run(`INSERT INTO heartbeat (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at`, micros(now))
}

func (p plainTx) ServerTime(ctx context.Context) (time.Time, bool, error) {
	if p.t.pipe == nil {
		return time.Time{}, false, nil
	}
	var us int64
	err := p.q.get(ctx, &us, selectServerTime)
	return instant(us), err == nil, err
}

const selectServerTime = `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`

// ServerTime is what the clock of the server at a URL says.
func ServerTime(ctx context.Context, url string) (time.Time, error) {
	db, err := openReaders(url, 1, nil)
	if err != nil {
		return time.Time{}, err
	}
	var us int64
	err = db.GetContext(ctx, &us, selectServerTime)
	return instant(us), errors.Join(err, db.Close())
}

func scanOutage(s scanner) (o negotiation.Outage, err error) {
	err = s.Scan(at{&o.From}, at{&o.To})
	return o, err
}

func (p plainReader) Outages(ctx context.Context, since time.Time) ([]negotiation.Outage, error) {
	return list(ctx, p.q, scanOutage, `SELECT began_at, ended_at FROM outages WHERE ended_at > ? ORDER BY began_at`, micros(since))
}

func (p plainTx) AddOutage(_ context.Context, o negotiation.Outage, noticed time.Time) error {
	return p.t.run(`INSERT INTO outages (began_at, ended_at, noticed_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, micros(o.From), micros(o.To), micros(noticed))
}
