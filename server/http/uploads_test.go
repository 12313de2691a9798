package http_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/iotest"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	web "hejie/server/http"
)

func (w *world) begin(who, name string, content []byte) *httptest.ResponseRecorder {
	w.t.Helper()
	sum := sha256.Sum256(content)
	code := base64.StdEncoding.EncodeToString
	return w.do(who, "POST", "/api/uploads", nil, func(r *http.Request) {
		r.Header.Set("Upload-Length", strconv.Itoa(len(content)))
		r.Header.Set("Upload-Metadata", "filename "+code([]byte(name))+",sha256 "+code([]byte(hex.EncodeToString(sum[:]))))
	})
}

func (w *world) goOn(who, url string, offset int64, body io.Reader) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do(who, "PATCH", url, nil, func(r *http.Request) {
		r.Header.Set("Upload-Offset", strconv.FormatInt(offset, 10))
		r.Header.Set("Content-Type", "application/offset+octet-stream")
		r.Body = io.NopCloser(body)
	})
}

// An upload that is cut off goes on where it stopped, in the words of tus.
func TestResumedUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	caseID := w.file("wang", "洞庭电器", "A-1")
	content := append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("receipt "), 400_000)...)
	begun := w.begin("wang", "发票.pdf", content)
	require.Equal(t, http.StatusCreated, begun.Code, begun.Body)
	require.Equal(t, "1.0.0", begun.Header().Get("Tus-Resumable"))
	url := begun.Header().Get("Location")

	cut := io.MultiReader(bytes.NewReader(content[:1_500_000]), iotest.ErrReader(io.ErrUnexpectedEOF))
	require.Equal(t, http.StatusBadRequest, w.goOn("wang", url, 0, cut).Code)
	for _, who := range []string{"li", "agent0", "boss1"} {
		require.Equal(t, http.StatusNotFound, w.do(who, "GET", url, nil).Code, who)
		require.Equal(t, http.StatusNotFound, w.goOn(who, url, 1_500_000, bytes.NewReader(content[1_500_000:])).Code, who)
	}
	head := w.do("wang", "HEAD", url, nil)
	require.Equal(t, http.StatusOK, head.Code)
	require.Equal(t, "1500000", head.Header().Get("Upload-Offset"))
	require.Equal(t, strconv.Itoa(len(content)), head.Header().Get("Upload-Length"))
	state := read[web.UploadState](t, w.do("wang", "GET", url, nil))
	require.Equal(t, web.UploadState{Offset: 1_500_000, Size: int64(len(content))}, state)

	wrong := problem(t, w.goOn("wang", url, 1<<20, bytes.NewReader(content[1<<20:])))
	require.Equal(t, web.ProblemCode("wrong_offset"), wrong.Code)
	require.EqualValues(t, 1_500_000, wrong.Params["offset"])
	unfinished := w.send("wang", caseID, map[string]any{"type": "add_evidence", "file": url[len("/api/uploads/"):], "sha256": "00"})
	require.Equal(t, http.StatusNotFound, unfinished.Code, "no evidence before it is whole")

	piece := w.goOn("wang", url, 1_500_000, bytes.NewReader(content[1_500_000:1_500_001]))
	require.Equal(t, http.StatusNoContent, piece.Code, "tus leaves the size of a piece to the client")
	require.Equal(t, "1500001", piece.Header().Get("Upload-Offset"))
	done := w.goOn("wang", url, 1_500_001, bytes.NewReader(content[1_500_001:]))
	require.Equal(t, http.StatusNoContent, done.Code, done.Body)
	require.Equal(t, strconv.Itoa(len(content)), done.Header().Get("Upload-Offset"))
	require.Equal(t, http.StatusNoContent, w.goOn("wang", url, int64(len(content)), http.NoBody).Code, "said again when the answer was lost")
	file := read[web.UploadState](t, w.do("wang", "GET", url, nil)).File
	require.Equal(t, "application/pdf", file.Mime)
	require.Equal(t, "发票.pdf", file.Name)
	w.must("wang", caseID, map[string]any{"type": "add_evidence", "file": file.File, "sha256": file.Sha256})
	got := w.do("wang", "GET", "/api/cases/"+caseID+"/files/"+file.File, nil)
	require.True(t, bytes.Equal(content, got.Body.Bytes()))
}

// Bytes beyond the announced ones are refused and not dropped without a word; the upload stays what it was, and can be brought to its end.
func TestBytesBeyondAnUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	ok := picture(t)
	url := w.begin("wang", "a.png", ok).Header().Get("Location")
	more := append(bytes.Clone(ok), "more"...)
	refused := problem(t, w.goOn("wang", url, 0, bytes.NewReader(more)))
	require.Equal(t, web.ProblemCode("too_large"), refused.Code)
	require.EqualValues(t, len(ok), refused.Params["max"])
	state := read[web.UploadState](t, w.do("wang", "GET", url, nil))
	require.Empty(t, state.File.File, "no file of what was refused")
	require.Equal(t, http.StatusNoContent, w.goOn("wang", url, state.Offset, bytes.NewReader(ok[state.Offset:])).Code)
	require.NotEmpty(t, read[web.UploadState](t, w.do("wang", "GET", url, nil)).File.File)
	require.Equal(t, web.ProblemCode("too_large"), problem(t, w.goOn("wang", url, int64(len(ok)), bytes.NewReader(more[len(ok):]))).Code)
}

// What a client of tus asks first, and what it is told in a version that is not spoken here.
func TestWordsOfTus(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	options := w.do("", "OPTIONS", "/api/uploads", nil)
	require.Equal(t, http.StatusNoContent, options.Code, options.Body)
	for name, want := range map[string]string{"Tus-Resumable": "1.0.0", "Tus-Version": "1.0.0", "Tus-Extension": "creation", "Tus-Max-Size": strconv.Itoa(10 << 20)} {
		require.Equal(t, want, options.Header().Get(name), name)
	}
	url := w.begin("wang", "a.png", picture(t)).Header().Get("Location")
	for _, x := range []struct{ method, url string }{{"POST", "/api/uploads"}, {"HEAD", url}, {"GET", url}, {"PATCH", url}} {
		for version, met := range map[string]bool{"0.2.2": false, "1.0.0": true, "": true} {
			got := w.do("wang", x.method, x.url, nil, func(r *http.Request) { r.Header.Set("Tus-Resumable", version) })
			require.Equal(t, met, got.Code != http.StatusPreconditionFailed, "%s %s: %s", x.method, version, got.Body)
			require.Equal(t, "1.0.0", got.Header().Get("Tus-Resumable"))
			require.Equal(t, met, got.Header().Get("Tus-Version") == "")
		}
	}
}

func TestBadResumedUploads(t *testing.T) {
	t.Parallel()
	w := newWorld(t).people()
	ok := picture(t)
	for code, size := range map[web.ProblemCode]int{"too_large": 10<<20 + 1, "out_of_range": 0} {
		wrong := problem(t, w.begin("wang", "a.png", make([]byte, size)))
		require.Equal(t, code, wrong.Code)
		require.Equal(t, "Upload-Length", wrong.Field)
	}
	require.Equal(t, web.ProblemCode("required"), problem(t, w.begin("wang", "/", ok)).Code)
	none := problem(t, w.do("wang", "POST", "/api/uploads", nil))
	require.Equal(t, "Upload-Length", none.Field)
	broken := problem(t, w.do("wang", "POST", "/api/uploads", nil, func(r *http.Request) {
		r.Header.Set("Upload-Length", "1")
		r.Header.Set("Upload-Metadata", "filename =a=")
	}))
	require.Equal(t, "Upload-Metadata", broken.Field)
	require.Equal(t, http.StatusNotFound, w.do("wang", "GET", "/api/uploads/"+uuid.NewString(), nil).Code)
	require.Equal(t, http.StatusNotFound, w.do("wang", "GET", "/api/uploads/x", nil).Code)

	url := w.begin("wang", "a.png", ok).Header().Get("Location")
	form := w.do("wang", "PATCH", url, string(ok), func(r *http.Request) {
		r.Header.Set("Upload-Offset", "0")
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	})
	require.Equal(t, web.ProblemCode("unsupported_media"), problem(t, form).Code)

	page := []byte("<html><script>")
	url = w.begin("wang", "a.png", page).Header().Get("Location")
	require.Equal(t, http.StatusUnsupportedMediaType, w.goOn("wang", url, 0, bytes.NewReader(page)).Code)
	require.Equal(t, http.StatusNotFound, w.do("wang", "GET", url, nil).Code, "refused content ends it")
	url = w.begin("wang", "a.png", ok).Header().Get("Location")
	other := bytes.Clone(ok)
	other[len(other)-1]++
	require.Equal(t, web.ProblemCode("hash_mismatch"), problem(t, w.goOn("wang", url, 0, bytes.NewReader(other))).Code)
	require.Equal(t, http.StatusNotFound, w.do("wang", "GET", url, nil).Code)
}
