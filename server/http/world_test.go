package http_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/negotiation/creditcode"
	"hejie/negotiation/scheme"
	"hejie/server/app"
	"hejie/server/app/clocktest"
	"hejie/server/evidence"
	web "hejie/server/http"
	"hejie/server/store"
)

var morning = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) // a Monday, 09:00 in Shanghai

const (
	county    = "430602" // 岳阳楼区, in 岳阳市, in 湖南省
	elsewhere = "110101"

	phone   = "13800138000"
	address = "岳阳楼区某路七号" // of the first consumer
	name    = "王小明"
	facts   = "充电宝鼓包不能用"
)

// world is the whole server over a real database and a real folder; time stands still.
type world struct {
	*app.App
	t        testing.TB
	store    *store.Store
	plain    app.Plain
	ledger   *app.Ledger
	business *clocktest.Clock
	handler  http.Handler
	server   *web.Server
	options  web.Options

	cookies map[string]*http.Cookie      // by who
	actors  map[string]negotiation.Actor // by who
	firm    map[string]string            // enterprise by name
	bureau  string
	last    string // case of fileAnew
}

func newWorld(t testing.TB, change ...func(*web.Options)) *world {
	t.Helper()
	w := &world{t: t, business: clocktest.At(morning), cookies: map[string]*http.Cookie{}, actors: map[string]negotiation.Actor{}, firm: map[string]string{}}
	dir := t.TempDir()
	var err error
	w.store, err = store.Open(filepath.Join(dir, "hejie.db"), store.Options{Now: w.business.Now, Fatal: func(err error) { panic(err) }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close()) })
	vault, err := evidence.Open(filepath.Join(dir, "evidence"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, vault.Close()) })
	years := app.NewYearbook()
	w.plain = w.store.Plain()
	parts := app.World{Plain: w.plain, Log: w.store, Cases: w.store, Scores: w.store, Vault: vault, Yearbook: years, Business: w.business,
		Real: w.business, Limits: app.DefaultLimits(), Secret: app.NewSecret(), SMS: app.SMSWebhook,
		Hash: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}}
	w.ledger = app.NewLedger(parts, years, negotiation.DefaultRules())
	parts.Door = w.ledger
	w.App = app.New(parts)
	w.options = web.Options{App: w.App, Ledger: w.ledger, Rooms: app.NewRooms(parts, w.App), Lists: app.NewLists(parts, w.store, years), Past: w.store,
		Calendar: years.Calendar, Business: w.business, Version: "test", SMS: app.SMSWebhook}
	for _, f := range change {
		f(&w.options)
	}
	w.server, err = web.New(w.options)
	require.NoError(t, err)
	w.handler = w.server.Handler()
	return w
}

// people fills the world: a bureau with an officer, one of another place, the province's, two enrolled enterprises with their desks,
// two consumers and an administrator.
func (w *world) people() *world {
	w.t.Helper()
	w.bureau = w.addBureau(county)
	w.account("officer", app.Account{Role: negotiation.RoleOfficer, Bureau: w.bureau})
	w.account("stranger", app.Account{Role: negotiation.RoleOfficer, Bureau: w.addBureau(elsewhere)})
	w.account("province", app.Account{Role: negotiation.RoleOfficer, Bureau: w.addBureau("430000")})
	w.account("admin", app.Account{Role: negotiation.RoleAdministrator})
	for i, firm := range []string{"洞庭电器", "楚天家具"} {
		e := w.enrol(i, firm)
		w.firm[firm] = e
		w.account(fmt.Sprint("boss", i), app.Account{Role: negotiation.RoleDeskSupervisor, Enterprise: e})
		w.account(fmt.Sprint("agent", i), app.Account{Role: negotiation.RoleDeskAgent, Enterprise: e})
	}
	w.account("wang", app.Account{Role: negotiation.RoleConsumer, Login: "+86" + phone})
	w.account("li", app.Account{Role: negotiation.RoleConsumer, Login: "+8613900139000"})
	return w
}

func (w *world) addBureau(region string) string {
	id := app.NewID()
	require.NoError(w.t, w.plain.Write(w.t.Context(), func(tx app.PlainTx) error {
		return tx.AddBureau(w.t.Context(), app.Bureau{ID: id, Region: region, NameZH: region + "局", NameEN: "Bureau " + region, Phone: "0730-12315", Address: "x", Created: morning})
	}))
	return id
}

// account adds one and signs it in.
func (w *world) account(who string, a app.Account) {
	w.t.Helper()
	a.ID, a.Active, a.Language, a.Created, a.Seen = app.NewID(), true, "zh", morning, w.business.Now()
	if a.Login == "" {
		a.Login = who
	}
	p := app.Person{Account: a.ID, Name: who + " name"}
	if a.Role == negotiation.RoleConsumer {
		p = app.Person{Account: a.ID, Name: name, Phone: a.Login, Address: address}
	}
	require.NoError(w.t, w.plain.Write(w.t.Context(), func(tx app.PlainTx) error {
		if err := tx.AddAccount(w.t.Context(), a); err != nil {
			return err
		}
		return tx.SetPerson(w.t.Context(), p)
	}))
	in, err := w.SignIn.Enter(w.t.Context(), a.ID, app.Client{Addr: "192.0.2.1"})
	require.NoError(w.t, err)
	w.cookies[who] = &http.Cookie{Name: "hejie", Value: in.Token}
	w.actors[who] = in.Session.Actor
}

// enrol applies and approves without the API.
func (w *world) enrol(n int, firm string) string {
	code, err := creditcode.MakeWithOrg(fmt.Sprintf("91430602MA4L%04d", n))
	require.NoError(w.t, err)
	e, err := w.Scheme.Apply(w.t.Context(), app.Application{
		Profile: scheme.Profile{Name: firm, CreditCode: code, Region: county, Address: "某路 1", Conditions: scheme.Conditions{Place: true, Staff: true, Computer: true, Telephone: true, ComplaintRules: true},
			Commitment: negotiation.Choice{Yes: true, Text: app.TextsInForce().Commitment}},
		Contact:    app.Contact{Name: "赵主任", Phone: "13700137000"},
		Supervisor: app.NewStaff{Login: fmt.Sprint("first", n), DisplayName: "主管", Password: "correct horse battery"},
	})
	require.NoError(w.t, err)
	_, err = w.Scheme.Do(w.t.Context(), w.actors["officer"], e.ID, app.CommandID{}, scheme.Approve{})
	require.NoError(w.t, err)
	return e.ID
}

func filing(firm string, order string) map[string]any {
	return map[string]any{
		"type": "file_case", "enterprise": firm, "category": "quality", "goods": "充电宝 A1", "facts": facts,
		"purchased_on": "2026-02-01", "known_since": "2026-02-20", "order_number": order, "amount": money(15000),
		"claim":          []any{map[string]any{"by": "enterprise", "remedy": "refund", "amount": money(15000), "due": map[string]any{"days": 3, "unit": "working"}}},
		"for_daily_life": true, "other_body": "none",
		"consents": map[string]any{"truth": "2026-1", "rules": "2026-1", "publication": map[string]any{"yes": true, "text": "2026-1"}, "escalation": map[string]any{"yes": true, "text": "2026-1"}},
	}
}

func money(fen int) map[string]any { return map[string]any{"currency": "CNY", "minor": fen} }

// file opens a case through the API and gives its id.
func (w *world) file(who, firm, order string) string {
	w.t.Helper()
	a := w.do(who, "POST", "/api/cases", map[string]any{"id": uuid.NewString(), "do": filing(w.firm[firm], order), "person": map[string]any{"name": name, "address": address}})
	require.Equal(w.t, http.StatusCreated, a.Code, a.Body.String())
	var r struct{ Case string }
	require.NoError(w.t, json.Unmarshal(a.Body.Bytes(), &r))
	return r.Case
}

// send a command through the API.
func (w *world) send(who, caseID string, do map[string]any) *httptest.ResponseRecorder {
	return w.do(who, "POST", "/api/cases/"+caseID+"/commands", map[string]any{"id": uuid.NewString(), "do": do})
}

func (w *world) must(who, caseID string, do map[string]any) {
	w.t.Helper()
	a := w.send(who, caseID, do)
	require.Equal(w.t, http.StatusOK, a.Code, a.Body.String())
}

// do asks the server as somebody ("" nobody). A body that is no string is sent as JSON.
func (w *world) do(who, method, url string, body any, with ...func(*http.Request)) *httptest.ResponseRecorder {
	w.t.Helper()
	var in io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case string:
		in, kind = strings.NewReader(b), "application/json"
	default:
		raw, err := json.Marshal(b)
		require.NoError(w.t, err)
		in, kind = bytes.NewReader(raw), "application/json"
	}
	r := httptest.NewRequestWithContext(w.t.Context(), method, url, in)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if who != "" {
		require.NotNil(w.t, w.cookies[who], who)
		r.AddCookie(w.cookies[who])
	}
	for _, f := range with {
		f(r)
	}
	a := httptest.NewRecorder()
	w.handler.ServeHTTP(a, r)
	if strings.HasPrefix(url, "/api/") {
		asPromised(w.t, method, url, a)
	}
	return a
}

// upload sends a file, its sum first.
func (w *world) upload(who, file, kind string, bytesOf []byte) *httptest.ResponseRecorder {
	w.t.Helper()
	sum := sha256.Sum256(bytesOf)
	return w.parts(who, part{"sha256", "", []byte(hex.EncodeToString(sum[:]))}, part{"file", file, bytesOf})
}

type part struct {
	field, file string
	body        []byte
}

func (w *world) parts(who string, parts ...part) *httptest.ResponseRecorder {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", multipart.FileContentDisposition(p.field, p.file))
		if p.file == "" {
			h.Set("Content-Disposition", `form-data; name="`+p.field+`"`)
		}
		out, err := m.CreatePart(h)
		require.NoError(w.t, err)
		_, err = out.Write(p.body)
		require.NoError(w.t, err)
	}
	require.NoError(w.t, m.Close())
	return w.do(who, "POST", "/api/files", b.String(), func(r *http.Request) { r.Header.Set("Content-Type", m.FormDataContentType()) })
}

// problem reads a refusal.
func problem(t *testing.T, a *httptest.ResponseRecorder) web.Problem {
	t.Helper()
	require.Equal(t, "application/problem+json", a.Header().Get("Content-Type"), a.Body.String())
	var p web.Problem
	require.NoError(t, json.Unmarshal(a.Body.Bytes(), &p))
	require.Equal(t, a.Code, p.Status)
	require.NotEmpty(t, p.Title)
	require.Equal(t, a.Header().Get("X-Request-Id"), p.RequestId)
	return p
}

func read[T any](t testing.TB, a *httptest.ResponseRecorder) (v T) {
	t.Helper()
	require.Less(t, a.Code, 300, a.Body.String())
	require.NoError(t, json.Unmarshal(a.Body.Bytes(), &v))
	return v
}
