package store

import (
	"bytes"
	"context"
	"errors"
)

// ErrOtherSecret says that the database belongs to another secret.
var ErrOtherSecret = errors.New("the database belongs to another secret")

// Seal keeps the sum of the installation's secret the first time, and fails with ErrOtherSecret for another one from then on: with another
// secret codes and order numbers would fit nothing.
func (s *Store) Seal(ctx context.Context, sum []byte) error {
	known := func(q querier) (bool, error) {
		var kept [][]byte
		err := q.all(ctx, &kept, `SELECT sum FROM seal`)
		if err == nil && len(kept) > 0 && !bytes.Equal(kept[0], sum) {
			err = ErrOtherSecret
		}
		return len(kept) > 0, err
	}
	if ok, err := known(s.reader()); err != nil || ok {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if ok, err := known(t); err != nil || ok { // another replica may have been first
			return err
		}
		return t.run(`INSERT INTO seal (id, sum) VALUES (1, ?)`, sum)
	})
}
