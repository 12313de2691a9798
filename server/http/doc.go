// Package http is Hejie's HTTP door: the contract (openapi.yaml), the server around it and the browser app's files.
//
// # Pattern
//
// Contract first. oapi-codegen makes gen.go from openapi.yaml; commands and events in it are the structs of negotiation. Handlers
// (api_*.go) decode, call one use case of app and encode; they judge nothing. Each error comes back as a *negotiation.Error and
// becomes an RFC 9457 problem in one place (problem.go).
//
// A request passes, outside in: recovery, request id and log, security headers, the check for other origins, the limit of its
// address, its session, and for the API the guard of its operation (guard.go): who may call it is a table, and what is not in
// the table is refused. Whether a person may see or do something with a case is decided deeper, by negotiation.
//
// echo routes the API and nothing else, and no other package imports it.
//
// # Concurrency
//
// Everything here is safe for use by many at once. What a request knows of itself hangs in its context (visit.go).
//
// # Invariants
//
//   - A request body is read whole, up to its limit, before anything of it counts; uploads stream.
//   - Logs name the route's pattern, never the path, and nothing of a person.
//   - Nothing is stored by caches but the hashed files of the browser app.
package http

//go:generate go tool -modfile=../../.ci/tools.mod oapi-codegen -config oapi.yaml openapi.yaml
