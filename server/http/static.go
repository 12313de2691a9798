package http

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"hejie/negotiation"
)

// site serves the browser app from memory. Names under assets/ carry a hash of their content and are kept for ever; all else is
// asked for again each time; the page itself is never stored.
type site struct {
	files map[string]*asset // by path without the slash in front
}

type asset struct {
	mime     string
	etag     string // of the plain bytes, without quotes
	plain    []byte
	br, gzip []byte // nil: no such twin
}

const index = "index.html"

// notBuilt is the page of a program that was built without the front end. It has no style, for the policy allows none inline.
const notBuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Hejie 和解</title>
<h1>Front end not built 前端尚未构建</h1>
<p>The API works. Build the pages and the program with <code>make build</code>.</p>
<p>接口可用。请运行 <code>make build</code> 构建页面和程序。</p>
</html>
`

// newSite reads a built front end; an empty one, or none, is served as the notice that it is missing.
func newSite(dist fs.FS) (*site, error) {
	s := &site{files: make(map[string]*asset)}
	if dist == nil {
		return s, nil
	}
	err := fs.WalkDir(dist, ".", func(name string, d fs.DirEntry, err error) error {
		hidden := name != "." && path.Base(name)[0] == '.'
		switch {
		case err == nil && d.IsDir() && hidden: // what the build notes for itself
			return fs.SkipDir
		case err != nil || d.IsDir() || hidden || path.Ext(name) == ".br" || path.Ext(name) == ".gz":
			return err
		}
		b, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		a := &asset{mime: mimeOf(name), etag: hex.EncodeToString(sum[:8]), plain: b}
		if a.br, err = twin(dist, name+".br"); err != nil {
			return err
		}
		a.gzip, err = twin(dist, name+".gz")
		s.files[name] = a
		return err
	})
	return s, err
}

func twin(dist fs.FS, name string) ([]byte, error) {
	b, err := fs.ReadFile(dist, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// mimeOf does not ask the machine, whose table may be wrong or missing.
func mimeOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := visitOf(r.Context())
	v.route = "page"
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeProblem(w, v, negotiation.NewError(codeMethodNotAllowed))
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	a := s.files[name]
	switch {
	case a != nil && name != index:
		v.route = "file"
	case path.Ext(name) != "" && name != index:
		writeProblem(w, v, negotiation.NewError(negotiation.CodeNotFound))
		return
	default: // the app's own router knows the page, or says that there is none
		name = index
		a = s.files[index]
	}
	if a == nil {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		if r.Method == http.MethodGet {
			_, v.cause = w.Write([]byte(notBuilt))
		}
		return
	}
	a.serve(w, r, name)
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	switch {
	case strings.HasPrefix(name, "assets/"):
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	case name == index:
		h.Set("Cache-Control", "no-store")
	default:
		h.Set("Cache-Control", "no-cache")
	}
	h.Set("Content-Type", a.mime)
	body, encoding := a.plain, ""
	if a.br != nil || a.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
		body, encoding = a.encoded(r.Header.Get("Accept-Encoding"))
	}
	etag := a.etag
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
		etag += "-" + encoding
		r.Header.Del("Range") // of encoded bytes would be of no use
	}
	if name != index {
		h.Set("ETag", `"`+etag+`"`)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// encoded gives the smallest form that the reader takes.
func (a *asset) encoded(accept string) ([]byte, string) {
	br, gzip := false, false
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		if q := strings.ReplaceAll(parameters, " ", ""); q == "q=0" || q == "q=0.0" {
			continue
		}
		switch strings.TrimSpace(name) {
		case "br":
			br = true
		case "gzip":
			gzip = true
		}
	}
	switch {
	case br && a.br != nil:
		return a.br, "br"
	case gzip && a.gzip != nil:
		return a.gzip, "gzip"
	}
	return a.plain, ""
}
