package http

import (
	"context"
	"errors"
	"strings"

	"hejie/negotiation"
	"hejie/negotiation/region"
	"hejie/negotiation/scheme"
	"hejie/server/app"
)

func (a api) ApplyEnrolment(ctx context.Context, r ApplyEnrolmentRequestObject) (ApplyEnrolmentResponseObject, error) {
	b, v := r.Body, visitOf(ctx)
	e, err := a.App.Scheme.Apply(ctx, app.Application{
		Profile:    b.Profile,
		Contact:    app.Contact{Name: b.Contact.Name, Phone: b.Contact.Phone, Email: b.Contact.Email},
		Supervisor: app.NewStaff{Login: b.Supervisor.Login, DisplayName: b.Supervisor.DisplayName, Password: b.Supervisor.Password, Language: v.language()},
		Client:     a.server.client(ctx),
	})
	if err != nil {
		return nil, inApplication(err)
	}
	where, err := a.App.Public.Region(ctx, e.Region)
	if err != nil {
		return nil, err
	}
	return ApplyEnrolment201JSONResponse{Enterprise: e.ID, Status: e.Status, Bureau: bureauOrNone(where.Bureau)}, nil
}

// inApplication gives the path in the body of a field that the rules know without the object around it.
func inApplication(err error) error {
	e, ok := errors.AsType[*negotiation.Error](err)
	switch {
	case !ok, e.Field == "", strings.HasPrefix(e.Field, "contact."), strings.HasPrefix(e.Field, "supervisor."):
		return err
	case e.Field == "login":
		return e.On("supervisor.login")
	}
	return e.On("profile." + e.Field)
}

func (a api) ListApplications(ctx context.Context, r ListApplicationsRequestObject) (ListApplicationsResponseObject, error) {
	p := r.Params
	n := a.App.Limits.Page(p.Limit)
	views, err := a.App.Scheme.Applications(ctx, actor(ctx), scheme.StatusPending, p.After, n)
	if err != nil {
		return nil, err
	}
	out := ListApplications200JSONResponse{Rows: each(views, applicationOf)}
	if len(views) == n {
		out.Next = views[n-1].Enterprise.ID
	}
	return out, nil
}

func (a api) DoSchemeCommand(ctx context.Context, r DoSchemeCommandRequestObject) (DoSchemeCommandResponseObject, error) {
	cmd, err := command(r.Body.Do.Command)
	if err != nil {
		return nil, err
	}
	done, err := a.scheme(ctx, r.Id, r.Body.Id, cmd)
	return DoSchemeCommand200JSONResponse(done), err
}

func (a api) LeaveScheme(ctx context.Context, r LeaveSchemeRequestObject) (LeaveSchemeResponseObject, error) {
	done, err := a.scheme(ctx, actor(ctx).Enterprise, r.Body.Id, scheme.Leave{Reason: r.Body.Reason})
	return LeaveScheme200JSONResponse(done), err
}

func (a api) scheme(ctx context.Context, enterprise, wish string, cmd negotiation.Command) (SchemeReceipt, error) {
	id, err := app.Identify(actor(ctx), wish, cmd)
	if err != nil {
		return SchemeReceipt{}, err
	}
	e, err := a.App.Scheme.Do(ctx, actor(ctx), enterprise, id, cmd)
	if err != nil {
		return SchemeReceipt{}, err
	}
	return SchemeReceipt{Enterprise: e.ID, Status: e.Status, Since: e.Since}, nil
}

func (a api) ListInvitations(ctx context.Context, r ListInvitationsRequestObject) (ListInvitationsResponseObject, error) {
	wishes, err := a.App.Scheme.Wishes(ctx, actor(ctx), r.Params.Limit)
	if err != nil {
		return nil, err
	}
	return ListInvitations200JSONResponse{Rows: each(wishes, func(w app.Wish) Wish {
		return Wish{Name: w.Name, CreditCode: CreditCode(w.Credit), Region: w.Region, RegionName: region.FullName(w.Region), Count: w.Count, Last: w.Last}
	})}, nil
}

func (a api) GetEnrolment(ctx context.Context, _ GetEnrolmentRequestObject) (GetEnrolmentResponseObject, error) {
	e, err := a.App.Scheme.Enrolment(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	out := GetEnrolment200JSONResponse{Enterprise: e.Enterprise.ID, Name: e.Enterprise.Name, Status: e.Enterprise.Status, Since: e.Enterprise.Since,
		Ground: e.Enterprise.Ground, Reason: e.Reason, Bureau: bureauOrNone(e.Bureau)}
	if e.Bureau != nil {
		out.BureauPhone = e.Bureau.Phone
	}
	return out, nil
}
