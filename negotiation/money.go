package negotiation

import "fmt"

// Money is an amount in minor units (fen for CNY) of an ISO 4217 currency. Never a float.
type Money struct {
	Currency string `json:"currency"`
	Minor    int64  `json:"minor"`
}

// CNY is an amount of fen.
func CNY(fen int64) Money { return Money{Currency: "CNY", Minor: fen} }

// MaxMinor is the largest amount that a case or an item may name: ¥10,000,000.00.
const MaxMinor = 1_000_000_000

func (m Money) check(field string) error {
	if m.Currency != "CNY" {
		return Invalid(field+".currency", []string{"CNY"})
	}
	if m.Minor < 1 || m.Minor > MaxMinor {
		return OutOfRange(field+".minor", 1, MaxMinor)
	}
	return nil
}

func (m Money) String() string {
	return fmt.Sprintf("%s %d.%02d", m.Currency, m.Minor/100, m.Minor%100)
}
