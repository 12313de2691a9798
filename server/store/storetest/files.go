package storetest

import (
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/app"
)

// goneFile: an upload that was removed, or that another case took, between the look at it and the decision refuses the command, and
// nothing of it is kept.
func goneFile(b *bed) {
	c, other := b.file(1, 1), b.fileAs(2, consumer(1), 2, "电饭煲", 100)
	upload := app.FileRow{ID: id("upload"), Owner: consumer(1).ID, Name: "a.png", Type: "image/png", Size: 1, SHA256: strings.Repeat("0", 64), Created: start}
	name := func(caseID string) error {
		env := b.env()
		env.Files = []negotiation.File{{ID: upload.ID, SHA256: upload.SHA256, Name: upload.Name, Type: upload.Type, Size: 1, Owner: upload.Owner}}
		cmd := negotiation.AddEvidence{File: upload.ID, SHA256: upload.SHA256}
		_, err := b.Change(ctx, app.Change{Case: caseID, Command: command(consumer(1), uuid.NewString(), cmd), Decide: step(consumer(1), cmd, env)})
		return err
	}
	refused := func(caseID string) {
		b.t.Helper()
		before, _, err := b.Case(ctx, caseID)
		require.NoError(b.t, err)
		err = name(caseID)
		require.Equal(b.t, negotiation.CodeNotFound, negotiation.CodeOf(err))
		e, ok := errors.AsType[*negotiation.Error](err)
		require.True(b.t, ok)
		require.Equal(b.t, "file", e.Field)
		after, _, err := b.Case(ctx, caseID)
		require.NoError(b.t, err)
		require.Equal(b.t, before.Version, after.Version)
	}
	refused(c)
	require.NoError(b.t, b.Plain().Write(ctx, func(tx app.PlainTx) error { return tx.AddFile(ctx, upload) }))
	require.NoError(b.t, name(c))
	row, err := b.Plain().File(ctx, upload.ID)
	require.NoError(b.t, err)
	require.Equal(b.t, c, row.Case)
	require.NoError(b.t, name(c), "again in the same case")
	refused(other)
	require.NoError(b.t, b.Plain().Write(ctx, func(tx app.PlainTx) error { return tx.EraseFile(ctx, upload.ID) }))
	upload.ID = id("upload of another")
	require.NoError(b.t, b.Plain().Write(ctx, func(tx app.PlainTx) error { return tx.AddFile(ctx, upload) }))
	require.NoError(b.t, name(c))
	require.NoError(b.t, b.Plain().Write(ctx, func(tx app.PlainTx) error { return tx.EraseFile(ctx, upload.ID) }))
	refused(c)
	b.rebuilds()
}
