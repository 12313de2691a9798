package http

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"

	"hejie/negotiation"
	"hejie/server/app"
)

// UploadFile reads the parts as they come: the sum first, then the file, which streams to its place and is the last.
func (a api) UploadFile(ctx context.Context, r UploadFileRequestObject) (UploadFileResponseObject, error) {
	var sum string
	for {
		part, err := r.Body.NextPart()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return nil, negotiation.NewError(negotiation.CodeMalformed).Because(err)
			}
			return nil, negotiation.Required("file")
		}
		switch part.FormName() {
		case "sha256":
			if sum != "" {
				return nil, stray(part)
			}
			b, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return nil, negotiation.NewError(negotiation.CodeMalformed).On("sha256").Because(err)
			}
			sum = string(b)
		case "file":
			if sum == "" {
				return nil, negotiation.Required("sha256")
			}
			return a.upload(ctx, app.Upload{Name: part.FileName(), SHA256: sum, Body: &last{part, r.Body, nil}})
		default:
			return nil, stray(part)
		}
	}
}

// stray is the refusal of a part that has no place in the form.
func stray(part *multipart.Part) error {
	name := part.FormName()
	code := negotiation.CodeUnknownField
	if name == "file" || name == "sha256" {
		code = negotiation.CodeRepeatedField
	}
	name = negotiation.Clip(name)
	return negotiation.NewError(code, "name", cmp.Or(name, "?")).On(name)
}

// last is a part that ends badly when another one comes behind it, which would be lost.
type last struct {
	part io.Reader
	form *multipart.Reader
	end  error
}

func (l *last) Read(b []byte) (n int, err error) {
	if l.end != nil {
		return 0, l.end
	}
	if n, err = l.part.Read(b); errors.Is(err, io.EOF) {
		next, after := l.form.NextPart()
		if after == nil {
			after = stray(next)
		}
		err = after
	}
	l.end = err
	return n, err
}

func (a api) upload(ctx context.Context, in app.Upload) (UploadFileResponseObject, error) {
	row, err := a.App.Files.Put(ctx, me(ctx), in)
	if err != nil {
		return nil, err
	}
	return UploadFile201JSONResponse(uploaded(row)), nil
}

func (a api) GetFile(ctx context.Context, r GetFileRequestObject) (GetFileResponseObject, error) {
	if err := a.opened(ctx, r.Id); err != nil {
		return nil, err
	}
	d, err := a.App.Files.Get(ctx, me(ctx), r.Id, r.File, r.Params.Copy)
	if err != nil {
		return nil, err
	}
	return download{d}, nil
}

// download serves bytes of strangers: as an attachment, of the type that the bytes have, in a sandbox.
type download struct{ app.Download }

func (d download) VisitGetFileResponse(w http.ResponseWriter) (err error) {
	defer func() { err = errors.Join(err, d.Body.Close()) }()
	if err := patient(w); err != nil {
		return err
	}
	size, err := d.Body.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := d.Body.Seek(0, io.SeekStart); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", d.Type)
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Content-Disposition", disposition(d.Name))
	h.Set("Content-Security-Policy", filePolicy)
	w.WriteHeader(http.StatusOK)
	_, err = io.Copy(w, d.Body)
	return err
}

// disposition names the file, in the form that keeps Chinese names whole.
func disposition(name string) string {
	if s := mime.FormatMediaType("attachment", map[string]string{"filename": name}); s != "" {
		return s
	}
	return "attachment"
}
