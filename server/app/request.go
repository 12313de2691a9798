package app

import "context"

// requestKey is of the id of a request in a context.
type requestKey struct{}

// WithRequest puts the id of an HTTP request, as the log and X-Request-Id have it, into a context for whoever traces; "" puts nothing.
func WithRequest(ctx context.Context, id string) context.Context {
	if id == "" {
		return ctx
	}
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestOf gives the id that WithRequest put there, or "".
func RequestOf(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
