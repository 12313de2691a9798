package http

import (
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

// UploadFile reads the parts as they come: the sum first, then the file, which streams to its place.
func (a api) UploadFile(ctx context.Context, r UploadFileRequestObject) (UploadFileResponseObject, error) {
	var sum string
	for {
		part, err := r.Body.NextPart()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return nil, negotiation.NewError(negotiation.CodeMalformed).Because(err)
			}
			return nil, negotiation.NewError(negotiation.CodeRequired).On("file")
		}
		switch part.FormName() {
		case "sha256":
			b, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return nil, negotiation.NewError(negotiation.CodeMalformed).On("sha256").Because(err)
			}
			sum = string(b)
		case "file":
			if sum == "" {
				return nil, negotiation.NewError(negotiation.CodeRequired).On("sha256")
			}
			return a.upload(ctx, part, sum)
		default:
			return nil, negotiation.NewError(negotiation.CodeUnknownField, "name", "?")
		}
	}
}

func (a api) upload(ctx context.Context, part *multipart.Part, sum string) (UploadFileResponseObject, error) {
	row, err := a.App.Files.Put(ctx, me(ctx), app.Upload{Name: part.FileName(), SHA256: sum, Body: part})
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
