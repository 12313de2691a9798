package e2e

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"hejie/e2e/client"
	"hejie/e2e/seed"
	"hejie/negotiation"
)

// served is a server with rooms of two under the limits and rules of the product.
func served(t *testing.T, n int) (*server, []seed.Room) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	rooms := seedRooms(t, dir, seed.Options{Limits: seed.Unlimited().Limits, Rules: negotiation.DefaultRules()}, n)
	return start(t, dir, "serve", "--sms", "stdout"), rooms
}

// TestGuessedCode: after the tries are used up, the right code opens nothing either.
func TestGuessedCode(t *testing.T) {
	t.Parallel()
	s, _ := served(t, 1)
	c := s.nobody()
	const phone = "13812345678"
	require.Equal(t, http.StatusOK, c.do(http.MethodPost, "/api/codes", map[string]string{"phone": phone}).Status/100*100)
	line, ok := s.Out.Wait(t.Context(), func(line string) bool { return strings.Contains(line, phone) && code(line) != "" })
	require.True(t, ok, "no code was sent:\n%s", s.Out)
	right := code(line)
	sign := func(code string) client.Answer {
		return c.do(http.MethodPost, "/api/sign-in/code", map[string]string{"phone": phone, "code": code})
	}
	for n := range 5 {
		wrong := fmt.Sprintf("%06d", n)
		if wrong == right {
			wrong = "999999"
		}
		require.Equal(t, "422 wrong_code", sign(wrong).Problem())
	}
	require.Equal(t, "422 wrong_code", sign(right).Problem(), "guessed too often: nothing opens any more")
}

// code of six digits in a line.
func code(line string) string {
	for _, word := range strings.FieldsFunc(line, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(word) == 6 {
			return word
		}
	}
	return ""
}

// TestCommandIDs: an id is one command for ever, whichever way it comes.
func TestCommandIDs(t *testing.T) {
	t.Parallel()
	s, rooms := served(t, 2)
	c, id := s.as(rooms[0].Sessions[seed.Consumer]), uuid.NewString()
	first := c.command(rooms[0].Case, id, negotiation.PostMessage{Text: "你好"})
	require.Equal(t, http.StatusOK, first.Status, first)
	require.JSONEq(t, string(first.Body), string(c.command(rooms[0].Case, id, negotiation.PostMessage{Text: "你好"}).Body), "the same receipt")
	require.Equal(t, "409 command_id_reused", c.command(rooms[0].Case, id, negotiation.PostMessage{Text: "再见"}).Problem())

	w := s.wire(rooms[0].Sessions[seed.Consumer])
	require.NoError(t, w.Follow(t.Context(), rooms[0].Case+"/room", ""))
	require.NoError(t, w.Ask(id, rooms[0].Case, negotiation.PostMessage{Text: "别的"}))
	f, err := w.Reply(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "command_id_reused", f.Code, f.Raw)

	said := 0
	for _, e := range heard(w, rooms[0].Case+"/room") {
		if e.Type == "message_posted" {
			said++
		}
	}
	require.Equal(t, 1, said)
	// Another account's ids are its own.
	require.Equal(t, http.StatusOK, s.as(rooms[0].Sessions[seed.Desk]).command(rooms[0].Case, id, negotiation.PostMessage{Text: "您好"}).Status)
	filing1 := client.Filing(id, seed.Filing(rooms[1].Enterprise))
	a := c.do(http.MethodPost, "/api/cases", filing1)
	require.Equal(t, http.StatusCreated, a.Status, a)
	require.JSONEq(t, string(a.Body), string(c.do(http.MethodPost, "/api/cases", filing1).Body), "one case")
}

// TestStrangers: what somebody else's case is called, or that it exists, is told to nobody.
func TestStrangers(t *testing.T) {
	t.Parallel()
	s, rooms := served(t, 2)
	other := rooms[1].Case
	stranger := s.as(rooms[0].Sessions[seed.Consumer])
	for _, path := range []string{"", "/details", "/file", "/audit"} {
		require.Equal(t, "404 not_found", stranger.do(http.MethodGet, "/api/cases/"+other+path, nil).Problem(), path)
		require.Equal(t, "401 sign_in_required", s.nobody().do(http.MethodGet, "/api/cases/"+other+path, nil).Problem(), path)
	}
	require.Equal(t, "404 not_found", stranger.do(http.MethodGet, "/api/channels/"+other+"/room/events", nil).Problem())
	require.Equal(t, "404 not_found", stranger.command(other, uuid.NewString(), negotiation.PostMessage{Text: "hi"}).Problem())
	own := s.as(rooms[0].Sessions[seed.Consumer]).do(http.MethodGet, "/api/channels/"+rooms[0].Case+"/desk/events", nil).Problem()
	nowhere := stranger.do(http.MethodGet, "/api/channels/"+uuid.NewString()+"/desk/events", nil).Problem()
	require.Equal(t, nowhere, own, "a consumer does not learn that the desk has notes")

	w := s.wire(rooms[0].Sessions[seed.Consumer])
	require.ErrorContains(t, w.Follow(t.Context(), other+"/room", ""), "not_found")
	require.Equal(t, "not_found", do(t, w, other, negotiation.Escalate{}).Code)
	require.Equal(t, negotiation.PhaseAwaitingResponse, s.as(rooms[1].Sessions[seed.Consumer]).look(other).Case.Phase)
}

// TestStaleDigest: what is accepted is what was read.
func TestStaleDigest(t *testing.T) {
	t.Parallel()
	s, rooms := served(t, 1)
	desk := s.wire(rooms[0].Sessions[seed.Desk])
	claim := s.as(rooms[0].Sessions[seed.Desk]).look(rooms[0].Case).Case.Offers[0]
	f := do(t, desk, rooms[0].Case, negotiation.AcceptOffer{Offer: 1, Digest: strings.Repeat("0", 64)})
	require.Equal(t, "stale_digest", f.Code, f.Raw)
	require.NotEmpty(t, do(t, desk, rooms[0].Case, negotiation.AcceptOffer{Offer: 1, Digest: claim.Digest}).Ack)
}

// TestAcceptRaces: the desk accepts while the consumer takes the offer back, or puts another in its place. One of the two wins.
func TestAcceptRaces(t *testing.T) {
	t.Parallel()
	const each = 20
	s, rooms := served(t, 2*each)
	won := map[string]int{}
	for n, r := range rooms {
		consumer, desk := s.wire(r.Sessions[seed.Consumer]), s.wire(r.Sessions[seed.Desk])
		name := r.Case + "/room"
		for _, w := range []*client.Wire{consumer, desk} {
			require.NoError(t, w.Follow(t.Context(), name, ""))
		}
		claim := s.as(r.Sessions[seed.Desk]).look(r.Case).Case.Offers[0]
		against := negotiation.Command(negotiation.WithdrawOffer{Offer: 1})
		if n%2 == 1 {
			against = negotiation.MakeOffer{Items: claim.Items, ValidDays: 5}
		}
		var answers [2]client.Frame
		var both sync.WaitGroup
		for i, x := range []struct {
			w   *client.Wire
			cmd negotiation.Command
		}{{desk, negotiation.AcceptOffer{Offer: 1, Digest: claim.Digest}}, {consumer, against}} {
			id := uuid.NewString()
			both.Go(func() {
				if x.w.Ask(id, r.Case, x.cmd) == nil {
					answers[i], _ = x.w.Reply(t.Context(), id)
				}
			})
		}
		both.Wait()
		require.NotEqual(t, answers[0].Ack == "", answers[1].Ack == "", "exactly one wins: %s %s", answers[0].Raw, answers[1].Raw)
		phase := s.as(r.Sessions[seed.Consumer]).look(r.Case).Case.Phase
		if answers[0].Ack != "" {
			require.Equal(t, negotiation.PhaseAgreed, phase)
			require.Contains(t, []string{"wrong_phase", "offer_not_open"}, answers[1].Code)
			won["accept"]++
		} else {
			require.Equal(t, negotiation.PhaseAwaitingResponse, phase)
			require.Equal(t, "offer_not_open", answers[0].Code)
			won[against.Kind()]++
		}
		consumer.Close()
		desk.Close()
	}
	t.Log(won)
}

// TestFrames: what no client of ours sends ends its socket, or is answered, and nobody else's.
func TestFrames(t *testing.T) {
	t.Parallel()
	s, rooms := served(t, 1)
	token := rooms[0].Sessions[seed.Consumer]
	calm := s.wire(token)
	require.NoError(t, calm.Follow(t.Context(), rooms[0].Case+"/room", ""))

	for name, raw := range map[string]string{"no JSON": "{", "an array": "[]", "nothing": "{}", "unknown": `{"dance":true}`,
		"a command of the system": `{"id":"` + uuid.NewString() + `","case":"` + rooms[0].Case + `","do":{"type":"pass_deadline","deadline":"negotiation"}}`,
		"twice":                   `{"id":"` + uuid.NewString() + `","case":"` + rooms[0].Case + `","do":{"type":"post_message","text":"a","text":"b"}}`} {
		w := s.wire(token)
		require.NoError(t, w.SendRaw(websocket.TextMessage, []byte(raw)))
		require.NoError(t, w.Until(t.Context(), func(s client.Seen) bool { return len(s.Other)+len(s.Answers) > 0 }), name)
		w.Close()
	}
	for name, x := range map[string]struct {
		kind, size, code int
	}{"too large": {websocket.TextMessage, 17 << 10, 4504}, "huge": {websocket.TextMessage, 900 << 10, 4504}, "binary": {websocket.BinaryMessage, 10, 4501}} {
		w := s.wire(token)
		_ = w.SendRaw(x.kind, bytes.Repeat([]byte(" "), x.size)) // the server need not take it to its end
		require.Equal(t, x.code, closed(t, w), name)
	}
	_, err := client.Dial(s.url, token, "Origin", "https://elsewhere.example")
	require.ErrorContains(t, err, "403")
	w, err := client.Dial(s.url, "not-a-session")
	require.NoError(t, err, "a browser's script reads no status: it is told by the close code")
	require.Equal(t, 4500, closed(t, w))

	require.NotEmpty(t, do(t, calm, rooms[0].Case, negotiation.PostMessage{Text: "还在"}).Ack, "others notice nothing")

	// Signing out ends the sockets of that session at once.
	require.Equal(t, http.StatusNoContent, s.as(token).do(http.MethodDelete, "/api/session", nil).Status)
	require.Equal(t, 4500, closed(t, calm))
}

// TestCutUpload: an upload that ends in the middle leaves nothing, and the next one works.
func TestCutUpload(t *testing.T) {
	t.Parallel()
	s, rooms := served(t, 1)
	picture := append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("receipt "), 100_000)...)
	sum := sha256.Sum256(picture)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(t, form.WriteField("sha256", hex.EncodeToString(sum[:])))
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="收据.pdf"`}, "Content-Type": {"application/pdf"}})
	require.NoError(t, err)
	_, err = part.Write(picture)
	require.NoError(t, err)
	require.NoError(t, form.Close())

	line, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	_, err = fmt.Fprintf(line, "POST /api/files HTTP/1.1\r\nHost: %s\r\nCookie: hejie=%s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		strings.TrimPrefix(s.url, "http://"), rooms[0].Sessions[seed.Consumer], form.FormDataContentType(), body.Len(), body.Bytes()[:body.Len()/2])
	require.NoError(t, err)
	require.NoError(t, line.(*net.TCPConn).CloseWrite()) // so that the answer can be read
	resp, err := http.ReadResponse(bufio.NewReader(line), nil)
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, resp.StatusCode, "%s", b)
	require.NoError(t, resp.Body.Close())
	require.NoError(t, line.Close())
	require.Empty(t, stored(t, s.dir), "nothing is left of it")

	c := s.as(rooms[0].Sessions[seed.Consumer])
	a, err := c.Send(http.MethodPost, "/api/files", form.FormDataContentType(), &body)
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, a.Status, a)
	var made struct{ File, SHA256 string }
	require.NoError(t, json.Unmarshal(a.Body, &made))
	require.Len(t, stored(t, s.dir), 1)
	c.tell(rooms[0].Case, negotiation.AddEvidence{File: made.File, SHA256: made.SHA256})
	a = c.do(http.MethodGet, "/api/cases/"+rooms[0].Case+"/files/"+made.File, nil)
	require.Equal(t, picture, a.Body)
	require.Contains(t, a.Header.Get("Content-Disposition"), "attachment")
}

// TestCutUploadGoesOn: an upload that was announced and ends in the middle goes on from what the server says that it has.
func TestCutUploadGoesOn(t *testing.T) {
	t.Parallel()
	s, rooms := served(t, 1)
	token := rooms[0].Sessions[seed.Consumer]
	file := append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("receipt "), 500_000)...)
	sum := sha256.Sum256(file)
	code := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	// ask on a line of its own, with so many bytes of the body that is promised.
	ask := func(method, path string, body []byte, bytesSent int, headers ...string) (int, http.Header) {
		line, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		require.NoError(t, err)
		_, err = fmt.Fprintf(line, "%s %s HTTP/1.1\r\nHost: %s\r\nCookie: hejie=%s\r\nContent-Length: %d\r\n%s\r\n\r\n%s", method, path,
			strings.TrimPrefix(s.url, "http://"), token, len(body), strings.Join(headers, "\r\n"), body[:bytesSent])
		require.NoError(t, err)
		if bytesSent < len(body) { // so that the answer can be read; who has said all and hangs up is not waited for
			require.NoError(t, line.(*net.TCPConn).CloseWrite())
		}
		resp, err := http.ReadResponse(bufio.NewReader(line), &http.Request{Method: method})
		require.NoError(t, err)
		require.NoError(t, errors.Join(resp.Body.Close(), line.Close()))
		return resp.StatusCode, resp.Header
	}
	status, h := ask(http.MethodPost, "/api/uploads", nil, 0, fmt.Sprint("Upload-Length: ", len(file)), "Tus-Resumable: 1.0.0",
		"Upload-Metadata: filename "+code("收据.pdf")+",sha256 "+code(hex.EncodeToString(sum[:])))
	require.Equal(t, http.StatusCreated, status)
	url := h.Get("Location")
	goOn := func(from, sent int) int {
		status, _ := ask(http.MethodPatch, url, file[from:], sent, fmt.Sprint("Upload-Offset: ", from), "Content-Type: application/offset+octet-stream")
		return status
	}
	require.Equal(t, http.StatusBadRequest, goOn(0, 2_500_000))
	require.Len(t, stored(t, s.dir), 3, "two whole parts, and what arrived of the third")
	status, h = ask(http.MethodHead, url, nil, 0)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "2500000", h.Get("Upload-Offset"))
	require.Equal(t, http.StatusNoContent, goOn(2_500_000, len(file)-2_500_000))
	require.Len(t, stored(t, s.dir), 1)

	c := s.as(token)
	made := get[struct{ File struct{ File, SHA256 string } }](c, url).File
	c.tell(rooms[0].Case, negotiation.AddEvidence{File: made.File, SHA256: made.SHA256})
	a := c.do(http.MethodGet, "/api/cases/"+rooms[0].Case+"/files/"+made.File, nil)
	require.True(t, bytes.Equal(file, a.Body))
}

// stored files of an installation, whole or half.
func stored(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, "evidence"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	require.NoError(t, err)
	return files
}
