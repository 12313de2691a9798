package http

import (
	"context"
	"encoding/json"
	"net/http"

	"hejie/negotiation"
	"hejie/server/app"
)

// api holds the operations of the contract. Each decodes, calls a use case, and encodes.
type api struct {
	Options
	server *Server
}

var _ StrictServerInterface = api{}

// me is the session of a request whose guard let only the signed-in pass.
func me(ctx context.Context) app.Session { return visitOf(ctx).session }

func actor(ctx context.Context) negotiation.Actor { return visitOf(ctx).session.Actor }

// id refuses what is no id, so that nothing else reaches a query. A stranger's id in a path is simply not found.
func id(s string) error {
	if !app.ValidID(s) {
		return negotiation.NewError(negotiation.CodeNotFound)
	}
	return nil
}

// given refuses a body's id that is none.
func given(field, s string) error {
	switch {
	case s == "":
		return negotiation.Required(field)
	case !app.ValidID(s):
		return negotiation.Invalid(field, "a lower-case UUID")
	}
	return nil
}

const longestPage = 100

// answerJSON writes a body of the contract with a cookie beside it.
func answerJSON(w http.ResponseWriter, status int, body any) error {
	b, err := encoded(body)
	if err != nil {
		return err
	}
	return writeJSON(w, status, b)
}

// encoded is a body as the generated answers write theirs.
func encoded(body any) ([]byte, error) {
	b, err := json.Marshal(body)
	return append(b, '\n'), err
}

func writeJSON(w http.ResponseWriter, status int, body []byte) error {
	w.Header()["Content-Type"] = []string{"application/json"}
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}
