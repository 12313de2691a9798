package app

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"

	"hejie/negotiation"
)

// An upload that can be cut off and gone on with: announced, then sent from where it stopped, in pieces of any size and as often as it
// takes, within Limits.OrphanAge. What arrived lies in the vault in parts; with its last byte the whole is put together, checked as every
// upload, and is a file from then on. Two who send the same at once do no harm: each byte has one content, or the sum does not fit.

// PartBytes a part has when it is whole; the last one has the rest.
const PartBytes = 1 << 20

// Announcement of an upload. SHA256 in hex and Size are what the browser computed: they must be what arrives.
type Announcement struct {
	Name   string
	SHA256 string
	Size   int64
}

// Begin an upload. Errors: those of Put that can be known before the bytes.
func (s *Files) Begin(ctx context.Context, x Session, a Announcement) (FileRow, error) {
	row, err := s.announced(ctx, x, a.Name, a.SHA256)
	switch {
	case err != nil:
		return FileRow{}, err
	case a.Size < 1:
		return FileRow{}, negotiation.OutOfRange("size", 1, s.w.Limits.FileBytes)
	case a.Size > s.w.Limits.FileBytes:
		return FileRow{}, negotiation.NewError(CodeTooLarge, "max", s.w.Limits.FileBytes).On("size")
	}
	row.Size = a.Size
	return row, s.note(ctx, row)
}

// Progress of an upload of one's own: how many of its bytes are here. All of them are when, and only when, it is a file (its row has
// a type). Errors: not_found, also of what was given up or found wanting.
func (s *Files) Progress(ctx context.Context, x Session, id string) (row FileRow, offset int64, err error) {
	if !ValidID(id) {
		return FileRow{}, 0, notFound()
	}
	row, err = s.w.Plain.File(ctx, id)
	switch {
	case err != nil:
		return FileRow{}, 0, err
	case row.Owner != x.Actor.ID:
		return FileRow{}, 0, notFound()
	case row.Type != "":
		return row, row.Size, nil
	}
	for n := range lastPart(row) + 1 {
		size, err := s.kept(ctx, row, n)
		if err != nil {
			return FileRow{}, 0, err
		}
		if offset += size; size < PartBytes {
			break
		}
	}
	if offset == row.Size { // and yet no file: making it failed, and sending the last part again is another try
		offset = lastPart(row) * PartBytes
	}
	return row, offset, nil
}

// lastPart is the number of the last part.
func lastPart(row FileRow) int64 { return (row.Size - 1) / PartBytes }

// kept is how much of a part is here.
func (s *Files) kept(ctx context.Context, row FileRow, n int64) (int64, error) {
	f, err := s.w.Vault.Open(ctx, partID(row.ID, n))
	if negotiation.CodeOf(err) == negotiation.CodeNotFound {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	return size, errors.Join(err, f.Close())
}

// Continue takes bytes of an upload from the offset where it stands, and says where it stands then, also with an error: what
// arrived is kept. An upload whose content is refused is gone. Errors: wrong_offset (params: offset), too_large for bytes beyond the
// announced ones, with which it is no file yet, those of Progress and of Put.
func (s *Files) Continue(ctx context.Context, x Session, id string, from int64, body io.Reader) (offset int64, err error) {
	row, offset, err := s.Progress(ctx, x, id)
	if err != nil {
		return 0, err
	}
	if from != offset {
		return offset, negotiation.NewError(CodeWrongOffset, "offset", offset)
	}
	in := bufio.NewReaderSize(body, sniffed)
	if row.Type != "" {
		return offset, noMore(in, row)
	}
	ctx = context.WithoutCancel(ctx) // who is cut off here goes on later: what arrived is kept, and the last byte makes the file
	if offset == 0 {                 // what cannot be evidence is refused before all of it is sent, unless it comes in crumbs
		if head, err := in.Peek(int(min(sniffed, row.Size))); err == nil {
			if _, err := kindOf(head); err != nil {
				return 0, errors.Join(err, s.remove(ctx, row))
			}
		}
	}
	for offset < row.Size {
		switch _, err := in.Peek(1); {
		case errors.Is(err, io.EOF): // no more for now
			return offset, nil
		case err != nil:
			return offset, CutOff(err)
		}
		if offset, err = s.keep(ctx, row, offset, in); err != nil {
			return offset, err
		}
	}
	if err := noMore(in, row); err != nil {
		return offset, err
	}
	if err := s.finish(ctx, row); err != nil {
		return offset, err
	}
	return row.Size, nil
}

// noMore refuses what comes after the last byte of an upload: it would be lost.
func noMore(in *bufio.Reader, row FileRow) error {
	if _, err := in.Peek(1); err != nil { // the end, or a cut that takes nothing away
		return nil
	}
	return negotiation.NewError(CodeTooLarge, "max", row.Size).On("file")
}

// keep adds what arrives to the part in which the offset lies, to its end at most, and gives the offset then. What comes before a cut is
// kept, too.
func (s *Files) keep(ctx context.Context, row FileRow, offset int64, in io.Reader) (_ int64, err error) {
	n := offset / PartBytes
	begin := n * PartBytes
	size := min(PartBytes, row.Size-begin)
	more := &piece{r: in, left: begin + size - offset}
	// A request that the network held up may end long after its sender went on with another one, which brought more.
	more.short = func(left int64) error {
		now, err := s.kept(ctx, row, n)
		if err == nil && now >= size-left {
			err = negotiation.NewError(CodeWrongOffset, "offset", begin+now)
		}
		return err
	}
	var whole io.Reader = more
	if offset > begin {
		f, err := s.w.Vault.Open(ctx, partID(row.ID, n))
		if err != nil {
			return offset, err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		whole = io.MultiReader(&exactly{f, offset - begin}, more)
	}
	stored, err := s.w.Vault.Put(ctx, partID(row.ID, n), whole, size)
	if err != nil {
		return offset, err
	}
	return begin + stored.Size, more.cut
}

// finish makes a file of the parts, which are all here.
func (s *Files) finish(ctx context.Context, row FileRow) error {
	p := parts{ctx: ctx, vault: s.w.Vault, row: row}
	err := s.store(ctx, &row, &p, row.Size)
	err = errors.Join(err, p.Close())
	if err == nil {
		row.Created = s.w.Real.Now()
		err = s.w.Plain.Write(ctx, func(tx PlainTx) error {
			if err := stillActive(ctx, tx, row.Owner); err != nil {
				return err
			}
			return tx.FinishFile(ctx, row)
		})
	}
	switch code := negotiation.CodeOf(err); {
	case err == nil:
		if err := s.removeParts(ctx, row); err != nil { // they go with the orphans
			s.w.Logger.WarnContext(ctx, "parts of an upload stay", slog.String("file", row.ID), slog.Any("error", err))
		}
		return nil
	case code == CodeHashMismatch, code == CodeUnsupportedMedia, code == CodeImageTooBig, code == CodeTooLarge:
		return errors.Join(err, s.remove(ctx, row))
	case code == negotiation.CodeNotFound: // somebody else finished it, or it is gone
		now, e := s.w.Plain.File(ctx, row.ID)
		switch {
		case e == nil && now.Type != "":
			return nil
		case negotiation.CodeOf(e) == negotiation.CodeNotFound:
			return errors.Join(err, s.drop(ctx, row.ID), s.removeParts(ctx, row))
		}
	}
	return err
}

func (s *Files) removeParts(ctx context.Context, row FileRow) error {
	var err error
	for n := range lastPart(row) + 1 {
		err = errors.Join(err, s.w.Vault.Remove(ctx, partID(row.ID, n)))
	}
	if err != nil {
		s.whole.Store(true)
	}
	return err
}

// parts reads the parts of a file one after the other.
type parts struct {
	ctx   context.Context
	vault Vault
	row   FileRow
	n     int64         // parts that were begun
	now   io.ReadCloser // nil between two
	whole exactly       // what now gives
}

func (p *parts) Read(b []byte) (int, error) {
	for {
		if p.now == nil {
			if p.n > lastPart(p.row) {
				return 0, io.EOF
			}
			var err error
			if p.now, err = p.vault.Open(p.ctx, partID(p.row.ID, p.n)); err != nil {
				p.now = nil
				return 0, err
			}
			p.whole = exactly{p.now, min(PartBytes, p.row.Size-p.n*PartBytes)}
			p.n++
		}
		n, err := p.whole.Read(b)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		if err := p.Close(); err != nil || n > 0 {
			return n, err
		}
	}
}

// Close gives back what is open when reading ended early.
func (p *parts) Close() error {
	if p.now == nil {
		return nil
	}
	f := p.now
	p.now = nil
	return f.Close()
}

// exactly ends after left bytes, and badly when there are fewer.
type exactly struct {
	r    io.Reader
	left int64
}

func (e *exactly) Read(b []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(b[:min(int64(len(b)), e.left)])
	e.left -= int64(n)
	if errors.Is(err, io.EOF) && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// piece is at most left bytes, and ends well also where they are cut off, unless short says that so few, without what is left, are not wanted.
type piece struct {
	r     io.Reader
	left  int64
	short func(left int64) error
	cut   error // how they were cut off; nil: they were not
}

func (p *piece) Read(b []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	n, err := p.r.Read(b[:min(int64(len(b)), p.left)])
	p.left -= int64(n)
	if err == nil || p.left == 0 {
		return n, nil
	}
	if !errors.Is(err, io.EOF) {
		p.cut = CutOff(err)
	}
	return n, cmp.Or(p.short(p.left), io.EOF)
}
