// Package web carries the built browser app inside the program.
//
// Without a front-end build, dist holds only .gitkeep: the Go side still
// compiles and tests, and the server says "front end not built".
package web

import "embed"

// Dist is the output of `npm run build`. Next to each compressible file lie
// its .br and .gz twins; names under dist/assets carry a hash of their content.
//
//go:embed all:dist
var Dist embed.FS
