package http

import (
	"context"
	"slices"
	"time"

	"hejie/negotiation/region"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

func bureauOf(b app.Bureau) Bureau {
	return Bureau{Id: b.ID, Region: b.Region, RegionName: region.FullName(b.Region), NameZh: b.NameZH, NameEn: b.NameEN, Phone: b.Phone, Address: b.Address}
}

func (a api) ListBureaus(ctx context.Context, _ ListBureausRequestObject) (ListBureausResponseObject, error) {
	list, err := a.App.Admin.Bureaus(ctx)
	return ListBureaus200JSONResponse{Rows: each(list, bureauOf)}, err
}

func (a api) AddBureau(ctx context.Context, r AddBureauRequestObject) (AddBureauResponseObject, error) {
	b := r.Body
	made, err := a.App.Admin.AddBureau(ctx, actor(ctx), app.Bureau{Region: b.Region, NameZH: b.NameZh, NameEN: b.NameEn, Phone: b.Phone, Address: b.Address})
	return AddBureau201JSONResponse(bureauOf(made)), err
}

func (a api) ChangeBureau(ctx context.Context, r ChangeBureauRequestObject) (ChangeBureauResponseObject, error) {
	if err := id(r.Id); err != nil {
		return nil, err
	}
	b := r.Body
	changed, err := a.App.Admin.ChangeBureau(ctx, actor(ctx), app.Bureau{ID: r.Id, NameZH: b.NameZh, NameEN: b.NameEn, Phone: b.Phone, Address: b.Address})
	return ChangeBureau200JSONResponse(bureauOf(changed)), err
}

// officers fills the names of the bureaus that the accounts name.
func (a api) officers(ctx context.Context, members ...app.StaffMember) ([]Officer, error) {
	bureaus, err := a.App.Admin.Bureaus(ctx)
	if err != nil {
		return nil, err
	}
	return each(members, func(m app.StaffMember) Officer {
		o := Officer{Id: m.ID, Login: m.Login, DisplayName: m.DisplayName, Phone: m.Phone, Active: m.Active}
		if i := slices.IndexFunc(bureaus, func(b app.Bureau) bool { return b.ID == m.Bureau }); i >= 0 {
			o.Bureau = bureauName(bureaus[i])
		}
		return o
	}), nil
}

// officer answers with the one whom a use case gave, or with its error.
func (a api) officer(ctx context.Context, m app.StaffMember, err error) (Officer, error) {
	if err != nil {
		return Officer{}, err
	}
	rows, err := a.officers(ctx, m)
	if err != nil {
		return Officer{}, err
	}
	return rows[0], nil
}

func (a api) ListOfficers(ctx context.Context, _ ListOfficersRequestObject) (ListOfficersResponseObject, error) {
	list, err := a.App.Admin.Officers(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	rows, err := a.officers(ctx, list...)
	return ListOfficers200JSONResponse{Rows: rows}, err
}

func (a api) AddOfficer(ctx context.Context, r AddOfficerRequestObject) (AddOfficerResponseObject, error) {
	b := r.Body
	if err := given("bureau", b.Bureau); err != nil {
		return nil, err
	}
	m, err := a.App.Admin.AddOfficer(ctx, actor(ctx), b.Bureau, app.NewStaff{Login: b.Login, DisplayName: b.DisplayName, Password: b.Password,
		Phone: b.Phone, Language: string(b.Language)})
	made, err := a.officer(ctx, m, err)
	return AddOfficer201JSONResponse(made), err
}

func (a api) ChangeOfficer(ctx context.Context, r ChangeOfficerRequestObject) (ChangeOfficerResponseObject, error) {
	if err := id(r.Id); err != nil {
		return nil, err
	}
	m, err := a.App.Admin.ChangeOfficer(ctx, actor(ctx), r.Id, changeOf(*r.Body))
	changed, err := a.officer(ctx, m, err)
	return ChangeOfficer200JSONResponse(changed), err
}

func administratorOf(m app.StaffMember) Administrator {
	return Administrator{Id: m.ID, Login: m.Login, DisplayName: m.DisplayName, Phone: m.Phone, Active: m.Active}
}

func (a api) ListAdministrators(ctx context.Context, _ ListAdministratorsRequestObject) (ListAdministratorsResponseObject, error) {
	list, err := a.App.Admin.Administrators(ctx, actor(ctx))
	return ListAdministrators200JSONResponse{Rows: each(list, administratorOf)}, err
}

func (a api) AddAdministrator(ctx context.Context, r AddAdministratorRequestObject) (AddAdministratorResponseObject, error) {
	b := r.Body
	m, err := a.App.Admin.AddAdministrator(ctx, actor(ctx), app.NewStaff{Login: b.Login, DisplayName: b.DisplayName, Password: b.Password,
		Phone: b.Phone, Language: string(b.Language)})
	return AddAdministrator201JSONResponse(administratorOf(m)), err
}

func (a api) ChangeAdministrator(ctx context.Context, r ChangeAdministratorRequestObject) (ChangeAdministratorResponseObject, error) {
	if err := id(r.Id); err != nil {
		return nil, err
	}
	m, err := a.App.Admin.ChangeAdministrator(ctx, actor(ctx), r.Id, changeOf(*r.Body))
	return ChangeAdministrator200JSONResponse(administratorOf(m)), err
}

func changeOf(b OfficerChange) app.StaffChange {
	return app.StaffChange{DisplayName: b.DisplayName, Phone: b.Phone, Active: b.Active, Password: b.Password}
}

func (a api) ListCalendarYears(ctx context.Context, _ ListCalendarYearsRequestObject) (ListCalendarYearsResponseObject, error) {
	imported, err := a.App.Admin.CalendarYears(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	return ListCalendarYears200JSONResponse{Rows: a.years(imported)}, nil
}

// years that the calendar knows, those that were imported with when they were.
func (a api) years(imported []app.CalendarYear) []CalendarYear {
	cal := a.Calendar()
	rows := make([]CalendarYear, 0, 8)
	for _, n := range cal.Years() {
		y, _ := cal.Year(n)
		row := CalendarYear{Year: n, BuiltIn: true, Applied: true, Papers: y.Papers}
		if i := slices.IndexFunc(imported, func(i app.CalendarYear) bool { return i.Year == n }); i >= 0 {
			row.BuiltIn, row.ImportedAt = false, imported[i].Imported.Truncate(time.Second)
			if row.Applied = imported[i].Applied; !row.Applied {
				row.Recount.Done, row.Recount.Of = a.App.Admin.Recount()
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (a api) ImportCalendar(ctx context.Context, r ImportCalendarRequestObject) (ImportCalendarResponseObject, error) {
	y, err := a.App.Admin.ImportCalendar(ctx, actor(ctx), r.Year, *r.Body, r.Params.Partial)
	if err != nil {
		return nil, err
	}
	return ImportCalendar200JSONResponse{Year: y.Year, Papers: y.Papers}, nil
}

func (a api) CheckCalendar(ctx context.Context, r CheckCalendarRequestObject) (CheckCalendarResponseObject, error) {
	check, err := a.App.Admin.CheckCalendar(actor(ctx), r.Year, *r.Body)
	if err != nil {
		return nil, err
	}
	return CheckCalendar200JSONResponse{LeftOut: check.LeftOut, Changes: each(check.Changes, func(c workday.Change) DayChange {
		return DayChange{Date: c.Date.String(), From: c.From, To: c.To, Name: c.Name}
	})}, nil
}

func (a api) GetLimits(context.Context, GetLimitsRequestObject) (GetLimitsResponseObject, error) {
	return GetLimits200JSONResponse{Limits: a.App.Limits, Rules: a.Ledger.Rules()}, nil
}

func (a api) EraseContent(ctx context.Context, r EraseContentRequestObject) (EraseContentResponseObject, error) {
	b := r.Body
	receipt, err := a.App.Admin.Erase(ctx, actor(ctx), app.Erasure{CaseCode: b.CaseCode, Channel: b.Channel, Seq: b.Seq, Reason: b.Reason})
	if err != nil {
		return nil, err
	}
	return EraseContent200JSONResponse{Positions: reached(receipt)}, nil
}
