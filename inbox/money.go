package inbox

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Money is an amount in millionths of a currency: prices of single messages have four decimals and more, and a month's sum
// of them must come out to the digit, so nothing here is a float.
type Money struct {
	Micros   int64  `json:"amount_micros" cbor:"1,keyasint"`
	Currency string `json:"currency" cbor:"2,keyasint"` // ISO 4217, as USD
}

const microDigits = 6

// ParseMoney reads "USD 0.0034": a currency and an amount that is not negative, with at most six decimals.
func ParseMoney(s string) (Money, error) {
	currency, amount, _ := strings.Cut(strings.TrimSpace(s), " ")
	if len(currency) != 3 || strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return Money{}, fmt.Errorf("%q has no currency; write it as USD 0.0034", s)
	}
	whole, part, pointed := strings.Cut(strings.TrimSpace(amount), ".")
	if whole == "" || pointed && part == "" || strings.Trim(whole+part, "0123456789") != "" {
		return Money{}, fmt.Errorf("%q has no amount; write it as USD 0.0034", s)
	}
	if len(part) > microDigits {
		return Money{}, fmt.Errorf("%q has more than six decimals", s)
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", microDigits-len(part)), 10, 64)
	if err != nil {
		return Money{}, fmt.Errorf("%q is more than can be counted", s)
	}
	return Money{n, currency}, nil
}

// Amount spells the amount without its currency: at least two decimals, and no zeros behind them that say nothing.
func (m Money) Amount() string {
	sign, n := "", m.Micros
	if n < 0 && n != math.MinInt64 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%0*d", microDigits+1, n)
	whole, part := s[:len(s)-microDigits], s[len(s)-microDigits:]
	return sign + whole + "." + part[:2] + strings.TrimRight(part[2:], "0")
}

// String spells the amount as "USD 0.0034".
func (m Money) String() string { return m.Currency + " " + m.Amount() }
