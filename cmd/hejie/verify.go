package main

import (
	"context"
	"errors"
)

type verifyCommand struct {
	Place
	Files bool `help:"Read every file of evidence as well and compare its SHA-256." env:"-"`
}

// Run is `hejie verify`. The error is the first link that does not hold, or the first file that is not what was uploaded.
func (c verifyCommand) Run(ctx context.Context, to console, all Common) error {
	s, err := openSnapshot(ctx, all.folder())
	if err != nil {
		return err
	}
	v, err := s.Verify(ctx)
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	if err := to.printf("%s, %s, %s: all chains hold\n", count(v.Cases, "case"), count(v.Enterprises, "enterprise"), count(v.Events, "event")); err != nil || !c.Files {
		return err
	}
	return c.verifyFiles(ctx, to, all.folder())
}
