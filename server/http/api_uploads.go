package http

import (
	"context"
	"encoding/base64"
	"errors"
	"mime"
	"strings"

	"github.com/labstack/echo/v4"

	"hejie/negotiation"
	"hejie/server/app"
)

// Uploads that can be gone on with follow tus 1.0 (https://tus.io/protocols/resumable-upload): its core and creation.
const tus = "1.0.0"

// speaksTus refuses another version of the protocol. A request that names none, against its words, is taken.
func speaksTus(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Tus-Resumable", tus)
	if v := c.Request().Header.Get("Tus-Resumable"); v != "" && v != tus {
		h.Set("Tus-Version", tus)
		return negotiation.NewError(codeOtherVersion, "allowed", tus).On("Tus-Resumable")
	}
	return nil
}

func (a api) DescribeUploads(context.Context, DescribeUploadsRequestObject) (DescribeUploadsResponseObject, error) {
	return DescribeUploads204Response{Headers: DescribeUploads204ResponseHeaders{TusResumable: tus, TusVersion: tus, TusExtension: "creation",
		TusMaxSize: a.App.Limits.FileBytes}}, nil
}

func (a api) BeginUpload(ctx context.Context, r BeginUploadRequestObject) (BeginUploadResponseObject, error) {
	said, err := metadata(r.Params.UploadMetadata)
	if err != nil {
		return nil, err
	}
	row, err := a.App.Files.Begin(ctx, me(ctx), app.Announcement{Name: said["filename"], SHA256: said["sha256"], Size: r.Params.UploadLength})
	if e, ok := errors.AsType[*negotiation.Error](err); ok && e.Field == "size" {
		err = e.On("Upload-Length")
	}
	if err != nil {
		return nil, err
	}
	return BeginUpload201Response{Headers: BeginUpload201ResponseHeaders{Location: "/api/uploads/" + row.ID, TusResumable: tus}}, nil
}

// metadata of tus: pairs of a key and a value in Base64, with commas between them.
func metadata(s string) (map[string]string, error) {
	said := make(map[string]string)
	for pair := range strings.SplitSeq(s, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		b, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return nil, negotiation.NewError(negotiation.CodeMalformed).On("Upload-Metadata").Because(err)
		}
		said[key] = string(b)
	}
	return said, nil
}

func (a api) GetUpload(ctx context.Context, r GetUploadRequestObject) (GetUploadResponseObject, error) {
	row, offset, err := a.App.Files.Progress(ctx, me(ctx), r.Id)
	if err != nil {
		return nil, err
	}
	state := UploadState{Offset: offset, Size: row.Size}
	if row.Type != "" {
		state.File = uploaded(row)
	}
	return GetUpload200JSONResponse{Body: state, Headers: GetUpload200ResponseHeaders{TusResumable: tus, UploadLength: row.Size, UploadOffset: offset}}, nil
}

const pieceType = "application/offset+octet-stream"

// ContinueUpload streams the bytes to their place.
func (a api) ContinueUpload(ctx context.Context, r ContinueUploadRequestObject) (ContinueUploadResponseObject, error) {
	if t, _, err := mime.ParseMediaType(visitOf(ctx).asked.Get("Content-Type")); err != nil || t != pieceType { // a form around the bytes would be taken for them
		return nil, negotiation.NewError(codeUnsupportedMedia, "allowed", pieceType).Because(err)
	}
	offset, err := a.App.Files.Continue(ctx, me(ctx), r.Id, r.Params.UploadOffset, r.Body)
	if err != nil {
		return nil, err
	}
	return ContinueUpload204Response{Headers: ContinueUpload204ResponseHeaders{TusResumable: tus, UploadOffset: offset}}, nil
}

func uploaded(row app.FileRow) UploadedFile {
	return UploadedFile{File: row.ID, Sha256: row.SHA256, Size: row.Size, Mime: row.Type, Name: row.Name}
}
