package http

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"hejie/negotiation"
)

// maxBody is the longest JSON body.
const maxBody = 64 << 10

// strict is echo's binder: one JSON value of the declared type, without unknown or repeated fields and trailing bytes.
type strict struct{}

// Bind reads the body into v. Errors: unsupported_media, too_large, malformed, unknown_field, repeated_field, required.
func (strict) Bind(v any, c echo.Context) error {
	r := c.Request()
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return negotiation.NewError(codeUnsupportedMedia, "allowed", "application/json").Because(err)
	}
	b, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, maxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return err
		}
		return negotiation.NewError(negotiation.CodeMalformed).Because(err) // the sender stopped halfway
	}
	if raw, ok := v.(*json.RawMessage); ok { // decoded by those who know its shape
		*raw = b
		return nil
	}
	err = negotiation.DecodeStrict(b, v)
	if e, ok := errors.AsType[*negotiation.Error](err); ok { // of a command the path inside it
		return e.On(strings.TrimPrefix(e.Field, "do."))
	}
	return err
}

// mostDrained is what is read of a body that is refused: a browser that is still sending does not read the answer, and closing the
// connection would take the answer away from it. Beyond it, that is what happens.
const mostDrained = 64 << 20

// drain takes what is left of a body, unless the sender waits to be asked for it.
func drain(r *http.Request) {
	if r.Body == nil || r.Header.Get("Expect") != "" || r.ContentLength > mostDrained {
		return
	}
	_, _ = io.CopyN(io.Discard, r.Body, mostDrained) // who stopped sending reads no answer either
}

// command gives the command of an envelope, which a JSON decoder leaves nil when it is not there.
func command(c negotiation.Command) (negotiation.Command, error) {
	if c == nil {
		return nil, negotiation.Required("do")
	}
	return c, nil
}

// oneOf refuses a parameter that is given and not on the list.
func oneOf[T ~string](field string, v T, allowed ...T) error {
	if v == "" || slices.Contains(allowed, v) {
		return nil
	}
	return negotiation.Invalid(field, allowed)
}
