package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/google/uuid"

	"hejie/e2e/client"
	"hejie/e2e/seed"
)

// filer files cases by HTTP, each at one replica or another until it was answered.
type filer struct {
	w      *world
	token  string
	chance *rand.Rand
	made   map[string]string // filing → case
}

// breath between two filings: each is a case that is judged.
const breath = 20 * time.Millisecond

func (f *filer) run(ctx context.Context) error {
	for !f.w.enough() && ctx.Err() == nil {
		if err := f.file(ctx, uuid.NewString()); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (f *filer) file(ctx context.Context, id string) error {
	for ctx.Err() == nil {
		caseID, err := f.try(id)
		if err != nil {
			return err
		}
		if caseID != "" {
			f.made[id] = caseID
		}
		select {
		case <-time.After(breath):
		case <-ctx.Done():
		}
		if caseID != "" {
			return nil
		}
	}
	return ctx.Err()
}

// try once; "" when nobody answered, or that it cannot be done now.
func (f *filer) try(id string) (caseID string, err error) {
	c := client.NewCaller(f.w.url(f.chance.IntN(len(f.w.doors))), f.token)
	defer c.Close()
	a, err := c.Try(http.MethodPost, "/api/cases", client.Filing(id, seed.Filing(f.w.enterprise)))
	if err != nil || a.Status == http.StatusServiceUnavailable || a.Status == http.StatusTooManyRequests {
		return "", nil //nolint:nilerr // cut off
	}
	var made struct{ Case string }
	if err := json.Unmarshal(a.Body, &made); err != nil || a.Status != http.StatusCreated {
		return "", wrong{fmt.Errorf("filing: %s", a)}
	}
	return made.Case, nil
}
