package workday

import "fmt"

// Kind of a day.
type Kind uint8

// The kinds. Working and Makeup are working days, Rest and Holiday are not.
const (
	Working Kind = iota // Monday to Friday
	Rest                // a plain weekend
	Holiday             // off by the notice, or a statutory holiday of a provisional year
	Makeup              // a weekend day that the notice makes a working day
)

var kinds = [...]string{"working", "rest", "holiday", "makeup"}

// String gives the kind's name: working, rest, holiday or makeup.
func (k Kind) String() string {
	if int(k) >= len(kinds) {
		return fmt.Sprintf("Kind(%d)", uint8(k))
	}
	return kinds[k]
}

// IsWorkday says whether a day of this kind counts in a period of working days.
func (k Kind) IsWorkday() bool { return k == Working || k == Makeup }

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's name.
func (k *Kind) UnmarshalText(b []byte) error {
	for i, s := range kinds {
		if s == string(b) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("workday: unknown kind %q", b)
}
