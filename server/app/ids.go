package app

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/uuid"
)

// NewID makes an id of an account, enterprise, bureau, file or session: a UUID of version 7 in lower case, so that ids grow with time.
func NewID() string {
	id, err := uuid.NewV7()
	if err != nil { // the system has no randomness: nothing secret can be made any more
		panic(err)
	}
	return id.String()
}

// ValidID says whether s is a UUID as NewID writes it. Ids of strangers are checked before they reach a query or a path.
func ValidID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// Secret of the installation, 32 random bytes in a file beside the database. It keys what must not be guessed from a stolen
// table: one-time codes, order numbers, addresses of the network.
type Secret [32]byte

// NewSecret makes a random one.
func NewSecret() (s Secret) {
	rand.Read(s[:]) // never fails: crypto/rand ends the program instead
	return s
}

// Sum is HMAC-SHA-256(secret, label and parts, each with its length before it). The label keeps the uses apart.
func (s Secret) Sum(label string, parts ...string) []byte {
	m := hmac.New(sha256.New, s[:])
	for _, p := range append([]string{label}, parts...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		m.Write(n[:])
		m.Write([]byte(p))
	}
	return m.Sum(nil)
}

// mark is what a browser gets in which the login signed in, and shows with later sign-ins: there, codes and failures are counted apart from
// those of everybody who knows the login. Else whoever knows a number could use up its codes, and its owner's clocks would run unseen.
func (s Secret) mark(login string) string {
	return base64.RawURLEncoding.EncodeToString(s.Sum("mark", login)[:16])
}

// familiar says whether the login signed in before in the client's browser.
func (s Secret) familiar(login string, c Client) bool {
	mark := []byte(s.mark(login))
	return slices.ContainsFunc(c.Marks, func(m string) bool { return subtle.ConstantTimeCompare([]byte(m), mark) == 1 })
}

// OrderRef is what the log holds of an order number: equal for equal numbers, and nothing to read. "" for "".
func (s Secret) OrderRef(orderNumber string) string {
	n := Normalise(orderNumber) // two numbers that look the same are the same
	if n == "" {
		return ""
	}
	return hexOf(s.Sum("order", n)[:16])
}

// addr is what is kept of a network address: enough to count, not to find. Of IPv6 the /64 counts, which is what one customer has.
func (s Secret) addr(c Client) []byte {
	ip, err := netip.ParseAddr(c.Addr)
	if err != nil {
		return s.Sum("addr", c.Addr)[:16]
	}
	ip = ip.Unmap()
	if ip.Is6() {
		if p, err := ip.WithZone("").Prefix(64); err == nil {
			ip = p.Addr()
		}
	}
	return s.Sum("addr", ip.String())[:16]
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// String hides the secret from logs.
func (Secret) String() string { return "secret" }

// GoString hides the secret from logs.
func (Secret) GoString() string { return "secret" }

// newToken makes the bearer token of a session or of a set-up link: 32 random bytes in base64url.
func newToken() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenHash is what the tables hold of a token.
type tokenHash [sha256.Size]byte

func hashOf(token string) tokenHash { return sha256.Sum256([]byte(token)) }

func hashToken(token string) []byte {
	h := hashOf(token)
	return h[:]
}

// newCode makes a one-time code: six digits, each value as likely as another.
func newCode() string {
	for {
		var b [4]byte
		rand.Read(b[:])
		n := binary.BigEndian.Uint32(b[:])
		if n < 4_294_000_000 { // a multiple of 10^6: no value comes up more often
			return fmt.Sprintf("%06d", n%1_000_000)
		}
	}
}
