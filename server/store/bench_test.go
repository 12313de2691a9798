package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hejie/negotiation"
	"hejie/server/store"
)

// BenchmarkChangeMessage is a message through the whole door, closed loop, 100 cases. The yardstick's raw figure, a row and a
// group commit without any rule, hash or derived table, was 50,000/s with 100 producers on the machine of the measurements.
func BenchmarkChangeMessage(b *testing.B) {
	for _, producers := range []int{1, 64, 256, 1000} {
		b.Run(fmt.Sprint(producers), func(b *testing.B) {
			s := newStore(b, store.Options{})
			const cases = 100
			for n := range cases {
				_, err := post(s, fmt.Sprint(n), "file", "filed")
				require.NoError(b, err)
			}
			text := fmt.Sprintf("%0120d", 1)
			b.ResetTimer()
			begun := time.Now()
			var wg sync.WaitGroup
			for p := range producers {
				wg.Go(func() {
					for range b.N/producers + 1 {
						if _, err := post(s, fmt.Sprint(p%cases), uuid.NewString(), text); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64((b.N/producers+1)*producers)/time.Since(begun).Seconds(), "acks/s")
		})
	}
}

// BenchmarkLongCase reads the end, the notes and the offers of a case with 100,000 messages, and loads it cold.
func BenchmarkLongCase(b *testing.B) {
	s := newStore(b, store.Options{CacheBytes: 1})
	var wg sync.WaitGroup
	for range 500 {
		wg.Go(func() {
			for range 200 {
				_, err := post(s, "long", uuid.NewString(), "text")
				require.NoError(b, err)
			}
		})
	}
	wg.Wait()
	for _, x := range []struct {
		name string
		read func() error
	}{
		{"tail", func() error { _, err := s.Records(ctx, "long", negotiation.Room, 99_950, 50); return err }},
		{"desk", func() error { _, err := s.Records(ctx, "long", negotiation.Desk, 0, 50); return err }},
		{"offers", func() error { _, err := s.RecordsOf(ctx, "long", "offer_made"); return err }},
	} {
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, x.read())
			}
		})
	}
}

// BenchmarkOpen is a start on a database that is current.
func BenchmarkOpen(b *testing.B) {
	path := b.TempDir() + "/hejie.db"
	s, err := store.Open(path, quiet(store.Options{}))
	require.NoError(b, err)
	require.NoError(b, s.Close())
	for b.Loop() {
		s, err := store.Open(path, quiet(store.Options{}))
		require.NoError(b, err)
		require.NoError(b, s.Close())
	}
}
