package http

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"hejie/negotiation"
)

// Codes of errors that only the HTTP door has.
const (
	codeMethodNotAllowed = "method_not_allowed" // 405
	codeOtherVersion     = "other_version"      // 412: field: the header; params: allowed
	codeCrossOrigin      = "cross_origin"       // 403: a browser sent it from another origin
	codeMisdirected      = "misdirected"        // 421: meant for another host
	codeNotReady         = "not_ready"          // 503: params: reason (ending, no_database, read_only)
)

var errInternal = negotiation.NewError(negotiation.CodeInternal)

// fault turns any error into one of the rules: echo's own by its status, what nobody expected into internal.
func fault(err error) *negotiation.Error {
	if e, ok := errors.AsType[*negotiation.Error](err); ok {
		return e
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return negotiation.NewError(codeTooLarge, "max", tooLarge.Limit).Because(err)
	}
	if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		return faultOfEcho(e)
	}
	if errors.Is(err, http.ErrNotMultipart) || errors.Is(err, http.ErrMissingBoundary) {
		return negotiation.NewError(codeUnsupportedMedia, "allowed", "multipart/form-data").Because(err)
	}
	return errInternal.Because(err)
}

func faultOfEcho(e *echo.HTTPError) *negotiation.Error {
	switch e.Code {
	case http.StatusNotFound:
		return negotiation.NewError(negotiation.CodeNotFound)
	case http.StatusMethodNotAllowed:
		return negotiation.NewError(codeMethodNotAllowed)
	case http.StatusBadRequest:
		// The generated code: "Invalid format for parameter limit: …", "Invalid format for parameter from: query parameter 'from' is
		// required", "Header parameter Upload-Length is required, but not found".
		said := fmt.Sprint(e.Message)
		code := negotiation.CodeMalformed
		if strings.Contains(said, " is required") {
			code = negotiation.CodeRequired
		}
		_, rest, _ := strings.Cut(said, "parameter ")
		name, _, _ := strings.Cut(rest, " ")
		return negotiation.NewError(code).On(strings.TrimSuffix(name, ":")).Because(e)
	}
	return errInternal.Because(e)
}

// writeProblem answers with an error, in the visitor's language. The cause stays here.
func writeProblem(w http.ResponseWriter, v *visit, err error) {
	e := fault(err)
	t, ok := texts[e.Code]
	if !ok {
		t = texts[negotiation.CodeInternal]
		e = errInternal.Because(err)
	}
	if t.status >= 500 {
		v.cause = err
	}
	p := Problem{Type: "about:blank", Status: t.status, Code: ProblemCode(e.Code), Field: e.Field, Params: e.Params, RequestId: v.id}
	language := v.language()
	p.Title, p.Detail = sentences(language, e)
	b, err := json.Marshal(p)
	if err != nil { // a parameter that is no JSON
		v.cause = errors.Join(v.cause, err)
		p.Params = nil
		b, _ = json.Marshal(p) // strings and numbers
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", language)
	h.Del("Content-Disposition")
	if after, ok := e.Params["retry_after"]; ok {
		h.Set("Retry-After", fmt.Sprint(after))
	}
	w.WriteHeader(t.status)
	if _, err := w.Write(append(b, '\n')); err != nil {
		v.cause = errors.Join(v.cause, err) // the reader went away
	}
}

// failed is echo's error handler. What comes after the answer began can only be logged.
func (s *Server) failed(err error, c echo.Context) {
	v := visitOf(c.Request().Context())
	if c.Response().Committed {
		v.cause = errors.Join(v.cause, err)
		return
	}
	drain(c.Request())
	writeProblem(c.Response(), v, err)
}

// preferred language of an Accept-Language header: zh or en, whichever is wanted more, zh without a wish.
func preferred(accept string) string {
	best, language := -1.0, "zh"
	for part := range strings.SplitSeq(accept, ",") {
		tag, parameters, _ := strings.Cut(part, ";")
		base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(parameters), "q="), 64)
		if err != nil {
			q = 1
		}
		if (base == "zh" || base == "en") && q > best && q > 0 {
			best, language = q, base
		}
	}
	return language
}

// supported says nothing of what a test's writer cannot do.
func supported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}
