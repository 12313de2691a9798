package http

import (
	"math"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"hejie/negotiation"
)

// AddressRate of requests from one network address: so many a second, and so many at once.
type AddressRate struct {
	PerSecond float64
	Burst     int
}

// Rates by kind of operation. They keep one address from starving the others; what a person may do is limited in app. A whole
// office may share an address.
type Rates struct {
	Requests AddressRate // anything under /api
	Search   AddressRate // public searches and lists
	SignIn   AddressRate // codes, passwords, set-up, invitations, applications
	Upload   AddressRate
	CaseFile AddressRate // each reads a whole room
}

// DefaultRates are the rates as published.
func DefaultRates() Rates {
	return Rates{Requests: AddressRate{100, 400}, Search: AddressRate{10, 60}, SignIn: AddressRate{2, 20}, Upload: AddressRate{2, 30},
		CaseFile: AddressRate{5, 60}}
}

// addressesKept is how many addresses a limiter remembers; the one not seen longest is forgotten first.
const addressesKept = 20_000

// limiter counts per address. It is safe for use by many at once.
type limiter struct {
	rate AddressRate
	now  func() time.Time
	mu   sync.Mutex
	seen *lru.Cache[string, *rate.Limiter]
}

func newLimiter(r AddressRate, now func() time.Time) *limiter {
	seen, err := lru.New[string, *rate.Limiter](addressesKept)
	if err != nil { // only for a size below one
		panic(err)
	}
	return &limiter{rate: r, now: now, seen: seen}
}

// take says rate_limited with the seconds to wait when the address asked too often. A rate of nothing limits nothing.
func (l *limiter) take(addr string) error {
	if l.rate.PerSecond <= 0 {
		return nil
	}
	key := network(addr)
	l.mu.Lock()
	one, ok := l.seen.Get(key)
	if !ok {
		one = rate.NewLimiter(rate.Limit(l.rate.PerSecond), l.rate.Burst)
		l.seen.Add(key, one)
	}
	l.mu.Unlock()
	now := l.now()
	if one.AllowN(now, 1) {
		return nil
	}
	wait := (1 - one.TokensAt(now)) / l.rate.PerSecond
	return negotiation.NewError(negotiation.CodeRateLimited, "retry_after", max(1, int(math.Ceil(wait))))
}
