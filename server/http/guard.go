package http

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"hejie/negotiation"
)

// kind of an operation: which rate of the address it counts under, beside that of all.
type kind int

const (
	plain kind = iota
	search
	signIn
	upload
	caseFile
)

// grant says who may call an operation. No roles: anybody, signed in or not.
type grant struct {
	roles []negotiation.Role
	kind  kind
	demo  bool // only with Options.Demo
	tus   bool // the protocol's version is looked at
	noted bool // it is noted who read it
}

// grants is the table of who may call what, by operationId; the contract repeats it in x-roles. An operation that is not in it is
// refused.
func grants() map[string]grant {
	const (
		consumer   = negotiation.RoleConsumer
		agent      = negotiation.RoleDeskAgent
		supervisor = negotiation.RoleDeskSupervisor
		officer    = negotiation.RoleOfficer
		admin      = negotiation.RoleAdministrator
	)
	to := func(roles ...negotiation.Role) grant { return grant{roles: roles} }
	public := grant{}
	everyone := to(consumer, agent, supervisor, officer, admin)
	inRoom := to(consumer, agent, supervisor, officer)
	parties := to(consumer, agent, supervisor)
	return map[string]grant{
		"getMeta": public, "getCalendar": public, "listRegions": public, "getRegion": public,
		"searchEnterprises": {kind: search}, "getEnterprise": public, "getScorecard": public, "getRanking": {kind: search},
		"inviteEnterprise": {kind: signIn}, "applyEnrolment": {kind: signIn},

		"requestCode": {kind: signIn}, "signInByCode": {kind: signIn}, "signInByPassword": {kind: signIn},
		"getSession": public, "signOut": public, "getSetup": public, "setUp": {kind: signIn},
		"listSessions": everyone, "revokeSession": everyone, "revokeSessions": everyone, "getAccount": everyone, "updateAccount": everyone,
		"eraseAccount":   to(consumer),
		"changePassword": {roles: []negotiation.Role{agent, supervisor, officer, admin}, kind: signIn},

		"fileCase": to(consumer), "listMyCases": to(consumer),
		"getCase": inRoom, "doCommand": inRoom, "getDetails": {roles: inRoom.roles, noted: true}, "getCaseFile": {roles: inRoom.roles, kind: caseFile, noted: true},
		"getFile":  {roles: inRoom.roles, noted: true},
		"getAudit": inRoom, "listEvents": inRoom, "markRead": inRoom,
		"uploadFile": {roles: parties.roles, kind: upload}, "continueUpload": {roles: parties.roles, kind: upload, tus: true},
		"beginUpload": {roles: parties.roles, tus: true}, "getUpload": {roles: parties.roles, tus: true}, "describeUploads": public,

		"listInbox": to(agent, supervisor), "getInboxSummary": to(agent, supervisor), "listStaff": to(agent, supervisor),
		"addStaff": to(supervisor), "listReplies": to(agent, supervisor), "setReply": to(supervisor), "dropReply": to(supervisor), "changeStaff": to(supervisor), "setAway": to(agent, supervisor), "leaveScheme": to(supervisor), "getEnrolment": to(agent, supervisor),
		"doSchemeCommand": to(supervisor, officer),

		"listBoard": to(officer), "getBoardSummary": to(officer), "getStatistics": {roles: []negotiation.Role{officer}, kind: search}, "listEnterprises": to(officer), "listApplications": to(officer), "listInvitations": to(officer),

		"listBureaus": to(admin), "addBureau": to(admin), "changeBureau": to(admin), "listOfficers": to(admin), "addOfficer": to(admin), "changeOfficer": to(admin),
		"listAdministrators": to(admin), "addAdministrator": to(admin), "changeAdministrator": to(admin),
		"listCalendarYears": to(admin), "checkCalendar": to(admin), "importCalendar": to(admin), "getLimits": to(admin), "listAudit": to(admin), "eraseContent": to(admin),

		"getDemo": {demo: true}, "enterDemo": {demo: true}, "advanceDemo": {demo: true}, "resetDemo": {demo: true},
		"listDemoOutbox": {demo: true},
	}
}

// admits says whether the visit may call: sign_in_required without a session, not_allowed in another role.
func (g grant) admits(v *visit) error {
	switch {
	case len(g.roles) == 0:
		return nil
	case !v.signedIn:
		return negotiation.NewError(negotiation.CodeSignInRequired)
	case !slices.Contains(g.roles, v.session.Actor.Role):
		return negotiation.NewError(negotiation.CodeNotAllowed)
	}
	return nil
}

// guards makes the middleware of each operation.
func (s *Server) guards() map[string][]echo.MiddlewareFunc {
	now := s.options.Now
	r := s.options.Rates
	limiters := map[kind]*limiter{search: newLimiter(r.Search, now), signIn: newLimiter(r.SignIn, now), upload: newLimiter(r.Upload, now),
		caseFile: newLimiter(r.CaseFile, now)}
	guards := make(map[string][]echo.MiddlewareFunc)
	for operation, g := range grants() {
		guards[operation] = []echo.MiddlewareFunc{s.guard(operation, g, limiters[g.kind])}
	}
	return guards
}

// Times that a client may take to send a request and to take its answer.
const (
	slowest       = 30 * time.Second
	slowestUpload = 10 * time.Minute // 10 MiB over a bad phone connection
)

// aroundFile is room for what else a multipart body has beside the file.
const aroundFile = 64 << 10

// guard lets requests through to an operation that admit has nothing against.
func (s *Server) guard(operation string, g grant, l *limiter) echo.MiddlewareFunc {
	parameters := parametersOf(operation)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := s.admit(c, &g, l, parameters); err != nil {
				return err
			}
			return next(c)
		}
	}
}

// admit says why a request does not come through to its operation; nil when it does.
func (s *Server) admit(c echo.Context, g *grant, l *limiter, parameters map[string]parameter) error {
	v := visitOf(c.Request().Context())
	v.route = c.Path()
	if g.demo && s.options.Demo == nil {
		return negotiation.NewError(negotiation.CodeNotFound)
	}
	if err := g.admits(v); err != nil {
		return err
	}
	if site := v.asked.Get("Sec-Fetch-Site"); g.noted && site != "" && site != "same-origin" && site != "none" { // it changes the audit
		return negotiation.NewError(codeCrossOrigin)
	}
	if g.tus {
		if err := speaksTus(c); err != nil {
			return err
		}
	}
	if raw := c.Request().URL.RawQuery; raw != "" {
		if err := checkQuery(raw, c.QueryParams(), parameters); err != nil {
			return err
		}
	}
	if l != nil {
		if err := l.take(v.addr); err != nil {
			return err
		}
	}
	if g.kind == upload {
		return s.awaitUpload(c)
	}
	return nil
}

// awaitUpload gives the bytes of an upload their time, and refuses more of them than there may be.
func (s *Server) awaitUpload(c echo.Context) error {
	if err := patient(c.Response()); err != nil {
		return err
	}
	if most := s.options.App.Limits.FileBytes; c.Request().ContentLength > most+aroundFile {
		return negotiation.NewError(codeTooLarge, "max", most).On("file")
	}
	return nil
}

// guarded registers operations with their guards around them. Echo would put these together again for each request.
type guarded struct{ *echo.Echo }

func (e guarded) GET(path string, h echo.HandlerFunc, guards ...echo.MiddlewareFunc) *echo.Route {
	return e.Echo.GET(path, behind(guards, h))
}

func (e guarded) POST(path string, h echo.HandlerFunc, guards ...echo.MiddlewareFunc) *echo.Route {
	return e.Echo.POST(path, behind(guards, h))
}

func (e guarded) PUT(path string, h echo.HandlerFunc, guards ...echo.MiddlewareFunc) *echo.Route {
	return e.Echo.PUT(path, behind(guards, h))
}

func (e guarded) PATCH(path string, h echo.HandlerFunc, guards ...echo.MiddlewareFunc) *echo.Route {
	return e.Echo.PATCH(path, behind(guards, h))
}

func (e guarded) OPTIONS(path string, h echo.HandlerFunc, guards ...echo.MiddlewareFunc) *echo.Route {
	return e.Echo.OPTIONS(path, behind(guards, h))
}

func (e guarded) DELETE(path string, h echo.HandlerFunc, guards ...echo.MiddlewareFunc) *echo.Route {
	return e.Echo.DELETE(path, behind(guards, h))
}

// behind is the operation as its guard lets people through to it. One without a guard lets nobody through.
func behind(guards []echo.MiddlewareFunc, h echo.HandlerFunc) echo.HandlerFunc {
	if len(guards) != 1 {
		return func(echo.Context) error { return negotiation.NewError(negotiation.CodeNotAllowed) }
	}
	return guards[0](h)
}

// patient gives a transfer of bytes more time than other requests have.
func patient(w http.ResponseWriter) error {
	rc, until := http.NewResponseController(w), time.Now().Add(slowestUpload)
	if err := supported(rc.SetReadDeadline(until)); err != nil {
		return err
	}
	return supported(rc.SetWriteDeadline(until))
}
