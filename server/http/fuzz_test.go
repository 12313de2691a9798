package http_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
	web "hejie/server/http"
)

// newFuzzWorld is one world for all that a fuzzer tries; world.do holds every answer to the contract.
func newFuzzWorld(f *testing.F) *world {
	return newWorld(f).people()
}

// expected says that an answer is no fault of the server: what was asked for, or a problem that its sender can do something about.
func expected(t *testing.T, a *httptest.ResponseRecorder) {
	t.Helper()
	require.Less(t, a.Code, 500, "%s", a.Body)
	if a.Code >= 400 && a.Body.Len() > 0 {
		var p web.Problem
		require.NoError(t, json.Unmarshal(a.Body.Bytes(), &p))
		require.NotEmpty(t, p.Code)
	}
}

// FuzzCommandBody sends whatever body as a command. One that is taken is the same when it is said again.
func FuzzCommandBody(f *testing.F) {
	const id = `{"id":"0190bbbb-0000-7000-8000-000000000001","do":`
	f.Add([]byte(id+`{"type":"post_message","text":"a"}}`), "application/json")
	f.Add([]byte(id+`{"type":"make_offer","items":[{"by":"enterprise","remedy":"refund","amount":{"currency":"CNY","minor":1},"due":{"days":1,"unit":"working","after":0}}],"valid_days":3}}`), "application/json; charset=utf-8")
	f.Add([]byte(id+`{"type":"escalate"},"person":{}}`), "application/json")
	f.Add([]byte(`{"do":[],"id":7}`), "application/json;")
	f.Add([]byte(id+`{"type":"accept_offer","offer":-1,"digest":"`+"\xff"+`"}}`), "text/plain")
	w := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		w.t = t
		caseID := w.fileAnew()
		send := func() *httptest.ResponseRecorder {
			return w.do("wang", "POST", "/api/cases/"+caseID+"/commands", string(body), func(r *http.Request) { r.Header.Set("Content-Type", kind) })
		}
		first := send()
		expected(t, first)
		if first.Code < 300 {
			require.Equal(t, first.Body.String(), send().Body.String())
		}
	})
}

// fileAnew opens a case and closes the one before, so that a consumer never has many.
func (w *world) fileAnew() string {
	w.t.Helper()
	if w.last != "" {
		w.send("wang", w.last, map[string]any{"type": "withdraw_case", "reason": "other"})
	}
	w.last = w.file("wang", "洞庭电器", uuid.NewString())
	return w.last
}

// FuzzResumedUpload says whatever in the headers of tus: a refusal that names the header or the field, or an upload that stands where it says.
func FuzzResumedUpload(f *testing.F) {
	code := base64.StdEncoding.EncodeToString
	const sum = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" // of "x"
	f.Add("1", "filename "+code([]byte("a.pdf"))+",sha256 "+code([]byte(sum)), "0", "1.0.0", "application/offset+octet-stream", []byte("x"))
	f.Add("99999999999999999999", "filename", "-1", "", "", []byte("%PDF-1.4\n"))
	f.Add("-5", "sha256 ====, filename  "+code([]byte("\xff\x00/..")), "0x0", "2.0.0", "application/json", []byte{})
	f.Add(" 3", ",,,", "9223372036854775807", "1.0.0", "application/offset+octet-stream; a=b", []byte("GIF89a"))
	w := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, length, said, offset, version, kind string, body []byte) {
		w.t = t
		begun := w.do("wang", "POST", "/api/uploads", nil, func(r *http.Request) {
			r.Header.Set("Upload-Length", length)
			r.Header.Set("Upload-Metadata", said)
			r.Header.Set("Tus-Resumable", version)
		})
		expected(t, begun)
		url := begun.Header().Get("Location")
		if begun.Code != http.StatusCreated {
			require.Empty(t, url)
			url = w.begin("wang", "a.pdf", append(body, 'x')).Header().Get("Location")
		}
		defer w.forget(strings.TrimPrefix(url, "/api/uploads/"))
		for _, method := range []string{"PATCH", "HEAD", "GET"} {
			expected(t, w.do("wang", method, url, nil, func(r *http.Request) {
				r.Header.Set("Upload-Offset", offset)
				r.Header.Set("Content-Type", kind)
				r.Body = io.NopCloser(bytes.NewReader(body))
			}))
		}
	})
}

// FuzzMultipart sends whatever as a form with a file.
func FuzzMultipart(f *testing.F) {
	const sum = "Content-Disposition: form-data; name=\"sha256\"\r\n\r\n"
	f.Add([]byte("--b\r\n"+sum+strings.Repeat("0", 64)+"\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.4\n\r\n--b--\r\n"), "multipart/form-data; boundary=b")
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8''%E5%8F\r\n\r\nGIF89a\r\n--b--"), "multipart/form-data; boundary=\"b\"")
	f.Add([]byte("--\r\n\r\n"), "multipart/form-data; boundary=")
	f.Add([]byte("--b\r\nContent-Transfer-Encoding: quoted-printable\r\n"+sum+"=\r\n--b\r\n\r\n"), "multipart/mixed; boundary=b")
	w := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		w.t = t
		a := w.do("wang", "POST", "/api/files", string(body), func(r *http.Request) { r.Header.Set("Content-Type", kind) })
		expected(t, a)
		if a.Code < 300 {
			w.forget(read[web.UploadedFile](t, a).File)
		}
	})
}

// forget an upload, which would count against the day.
func (w *world) forget(file string) {
	w.t.Helper()
	err := w.plain.Write(w.t.Context(), func(tx app.PlainTx) error { return tx.RemoveFile(w.t.Context(), file) })
	require.Contains(w.t, []string{"", negotiation.CodeNotFound}, negotiation.CodeOf(err)) // refused content has ended it already
}
