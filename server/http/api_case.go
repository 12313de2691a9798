package http

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"

	"hejie/negotiation"
	"hejie/server/app"
)

func (a api) FileCase(ctx context.Context, r FileCaseRequestObject) (FileCaseResponseObject, error) {
	cmd, err := command(r.Body.Do.Command)
	if err != nil {
		return nil, err
	}
	f, ok := cmd.(negotiation.FileCase)
	if !ok {
		return nil, negotiation.Invalid("type", negotiation.FileCase{}.Kind())
	}
	wish, err := app.Identify(actor(ctx), r.Body.Id, f)
	if err != nil {
		return nil, err
	}
	receipt, err := a.Ledger.File(ctx, actor(ctx), wish, f, app.PersonDetails{Name: r.Body.Person.Name, Address: r.Body.Person.Address})
	if err != nil {
		return nil, err
	}
	view, err := a.Rooms.View(ctx, me(ctx), receipt.Case)
	if err != nil {
		return nil, err
	}
	return FileCase201JSONResponse{Case: receipt.Case, Code: view.Case.Code, Ack: r.Body.Id, Positions: reached(receipt)}, nil
}

func (a api) ListMyCases(ctx context.Context, r ListMyCasesRequestObject) (ListMyCasesResponseObject, error) {
	page, err := a.list(ctx, a.Lists.Mine, app.CaseQuery{After: r.Params.After, Limit: r.Params.Limit})
	return ListMyCases200JSONResponse(page), err
}

func (a api) list(ctx context.Context, of func(context.Context, app.Session, app.CaseQuery) (app.CasePage, error), q app.CaseQuery) (CasePage, error) {
	page, err := of(ctx, me(ctx), q)
	return pageOf(page), err
}

func (a api) GetCase(ctx context.Context, r GetCaseRequestObject) (GetCaseResponseObject, error) {
	v, err := a.Rooms.View(ctx, me(ctx), r.Id)
	if err != nil {
		return nil, err
	}
	return GetCase200JSONResponse(viewOf(v, v.Clocks(a.Calendar()))), nil
}

func (a api) DoCommand(ctx context.Context, r DoCommandRequestObject) (DoCommandResponseObject, error) {
	cmd, err := command(r.Body.Do.Command)
	if err != nil {
		return nil, err
	}
	if _, filing := cmd.(negotiation.FileCase); filing { // it opens a case and has its own operation
		return nil, negotiation.Invalid("type", "POST /api/cases")
	}
	if err := a.opened(ctx, r.Id); err != nil {
		return nil, err
	}
	wish, err := app.Identify(actor(ctx), r.Body.Id, cmd)
	if err != nil {
		return nil, err
	}
	receipt, err := a.Ledger.Do(ctx, actor(ctx), r.Id, wish, cmd)
	if err != nil {
		return nil, err
	}
	return DoCommand200JSONResponse{Ack: r.Body.Id, Positions: reached(receipt)}, nil
}

// opened refuses what is no id and an older case that this session has not proved.
func (a api) opened(ctx context.Context, caseID string) error {
	if err := id(caseID); err != nil {
		return err
	}
	return a.App.Sessions.CheckCase(ctx, me(ctx), caseID)
}

func (a api) GetDetails(ctx context.Context, r GetDetailsRequestObject) (GetDetailsResponseObject, error) {
	if err := a.opened(ctx, r.Id); err != nil {
		return nil, err
	}
	p, err := a.App.Details.Open(ctx, actor(ctx), r.Id, r.Params.Purpose)
	if err != nil {
		return nil, err
	}
	return GetDetails200JSONResponse{Name: p.Name, Phone: p.Phone, Address: p.Address, OrderNumber: p.OrderNumber}, nil
}

func (a api) GetCaseFile(ctx context.Context, r GetCaseFileRequestObject) (GetCaseFileResponseObject, error) {
	cal := a.Calendar()
	f, err := a.Rooms.File(ctx, me(ctx), r.Id, cal)
	if err != nil {
		return nil, err
	}
	return writtenFile{caseFileOf(f, viewOf(f.View, f.View.Clocks(cal))), a.Rooms.Timeline(ctx, r.Id, f.Version)}, nil
}

// writtenFile writes the timeline of a case file as it is read: a long room is never in memory as a whole.
type writtenFile struct {
	file     CaseFile
	timeline iter.Seq2[negotiation.Record, error]
}

func (f writtenFile) VisitGetCaseFileResponse(w http.ResponseWriter) error {
	head, err := json.Marshal(struct {
		CaseFile
		Timeline *struct{} `json:"timeline,omitempty"` // comes last
	}{CaseFile: f.file})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	out := bufio.NewWriter(w)
	out.Write(head[:len(head)-1]) // what could not be written Flush tells
	between := `,"timeline":[`
	for rec, err := range f.timeline {
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		out.WriteString(between)
		if _, err := out.Write(rec.Wire()); err != nil { // nobody is there any more
			return err
		}
		between = ","
	}
	out.WriteString("]}") // each case has its first event
	return out.Flush()
}

const mostEvents = 500

func (a api) ListEvents(ctx context.Context, r ListEventsRequestObject) (ListEventsResponseObject, error) {
	n := cmp.Or(r.Params.Limit, 200)
	if r.Params.Before != 0 && r.Params.Since != "" {
		return nil, negotiation.Invalid("before", "since or before")
	}
	since, err := negotiation.ParsePosition(r.Params.Since)
	if err != nil {
		return nil, err
	}
	if err := a.Rooms.MayRead(ctx, me(ctx), r.Case, r.Channel); err != nil {
		return nil, err
	}
	var c app.Catchup
	if before := r.Params.Before; before > 0 {
		c, err = app.Before(ctx, a.Past, r.Case, r.Channel, before, n)
	} else {
		c, err = app.CatchUp(ctx, a.Past, r.Case, r.Channel, since, n)
	}
	if err != nil {
		return nil, err
	}
	return ListEvents200JSONResponse{Channel: r.Case + "/" + string(r.Channel), Events: eventsOf(c.Records), Position: c.Position.String(),
		Recovered: c.Recovered, More: c.More}, nil
}

func (a api) MarkRead(ctx context.Context, r MarkReadRequestObject) (MarkReadResponseObject, error) {
	if err := a.opened(ctx, r.Case); err != nil {
		return nil, err
	}
	moved, err := a.App.Marks.Read(ctx, me(ctx), r.Case, r.Channel, r.Body.Seq)
	if err != nil {
		return nil, err
	}
	if by := actor(ctx); moved && a.Read != nil {
		a.Read(r.Case, r.Channel, negotiation.By{Side: by.Side(), ID: by.ID}, r.Body.Seq)
	}
	return MarkRead204Response{}, nil
}
