package http_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	web "hejie/server/http"
)

func picture(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 8, 8))
	m.Set(3, 3, color.RGBA{200, 10, 10, 255})
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	caseID := w.file("wang", "洞庭电器", "A-1")
	bytesOf := picture(t)
	sum := sha256.Sum256(bytesOf)
	up := w.upload("wang", "发票.html", "image/png", bytesOf)
	require.Equal(t, http.StatusCreated, up.Code, up.Body)
	file := read[web.UploadedFile](t, up)
	require.Equal(t, hex.EncodeToString(sum[:]), file.Sha256)
	require.Equal(t, "image/png", file.Mime)
	url := "/api/cases/" + caseID + "/files/" + file.File
	require.Equal(t, http.StatusNotFound, w.do("wang", "GET", url, nil).Code, "not in the room yet")
	w.must("wang", caseID, map[string]any{"type": "add_evidence", "file": file.File, "sha256": file.Sha256})

	got := w.do("wang", "GET", url, nil)
	require.Equal(t, http.StatusOK, got.Code, got.Body)
	require.Equal(t, bytesOf, got.Body.Bytes())
	for name, want := range map[string]string{"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'", "Cache-Control": "no-store"} {
		require.Equal(t, want, got.Header().Get(name), name)
	}
	require.Equal(t, "attachment; filename*=utf-8''%E5%8F%91%E7%A5%A8.png", got.Header().Get("Content-Disposition"), "named as what it is")
	require.NotEmpty(t, got.Header().Get("Content-Length"))

	require.Equal(t, http.StatusOK, w.do("agent0", "GET", url+"?copy=true", nil).Code)
	for _, who := range []string{"li", "agent1", "officer", "stranger"} {
		require.Equal(t, http.StatusNotFound, w.do(who, "GET", url, nil).Code, who)
	}
	require.Equal(t, http.StatusNotFound, w.do("wang", "GET", "/api/cases/"+caseID+"/files/..%2f..%2fhejie.db", nil).Code)
	require.Equal(t, http.StatusNotFound, w.do("wang", "GET", "/api/cases/"+caseID+"/files/"+uuid.NewString(), nil).Code)
	bad := w.do("wang", "GET", url+"?copy=perhaps", nil)
	require.Equal(t, "copy", problem(t, bad).Field)
}

func TestBadUploads(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	ok := picture(t)
	sum := sha256.Sum256(ok)
	good := []byte(hex.EncodeToString(sum[:]))
	for _, c := range []struct {
		name   string
		parts  []part
		status int
		code   web.ProblemCode
		field  string
	}{
		{"nothing", nil, 422, "required", "file"},
		{"no sum", []part{{"file", "a.png", ok}}, 422, "required", "sha256"},
		{"another sum", []part{{"sha256", "", []byte(strings.Repeat("0", 64))}, {"file", "a.png", ok}}, 422, "hash_mismatch", "sha256"},
		{"no sum at all", []part{{"sha256", "", []byte("x")}, {"file", "a.png", ok}}, 422, "invalid", "sha256"},
		{"another field", []part{{"more", "", []byte("x")}}, 422, "unknown_field", "more"},
		{"two sums", []part{{"sha256", "", good}, {"sha256", "", good}, {"file", "a.png", ok}}, 422, "repeated_field", "sha256"},
		{"two files", []part{{"sha256", "", good}, {"file", "a.png", ok}, {"file", "b.png", ok}}, 422, "repeated_field", "file"},
		{"a field too late", []part{{"sha256", "", good}, {"file", "a.png", ok}, {"more", "", []byte("x")}}, 422, "unknown_field", "more"},
		{"a page", []part{{"sha256", "", good}, {"file", "a.png", []byte("<html><script>")}}, 415, "unsupported_media", "file"},
		{"too large", []part{{"sha256", "", good}, {"file", "a.png", append(bytes.Clone(ok), make([]byte, 10<<20)...)}}, 413, "too_large", ""},
	} {
		got := w.parts("wang", c.parts...)
		p := problem(t, got)
		require.Equal(t, c.code, p.Code, "%s: %s", c.name, got.Body)
		require.Equal(t, c.status, got.Code, c.name)
		if c.field != "" {
			require.Equal(t, c.field, p.Field, c.name)
		}
	}
	require.Equal(t, web.ProblemCode("unsupported_media"), problem(t, w.do("wang", "POST", "/api/files", `{}`)).Code)
	broken := w.do("wang", "POST", "/api/files", "--x\r\nnonsense", func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=x") })
	require.Equal(t, http.StatusBadRequest, broken.Code, broken.Body)
}
