package cloudapi

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// text is a scalar that may come as a string or a number (decisions 19). null, objects and arrays read as empty, so
// that one odd field costs no item.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '"':
		if plain(b) {
			*t = text(b[1 : len(b)-1])
			return nil
		}
		return json.Unmarshal(b, (*string)(t))
	case '{', '[', 'n':
		*t = ""
	default:
		*t = text(b)
	}
	return nil
}

// plain reports whether a JSON string is its own value: no escapes, valid UTF-8.
func plain(b []byte) bool {
	ascii := true
	for _, c := range b[1 : len(b)-1] {
		if c == '\\' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return ascii || utf8.Valid(b)
}

// unix reads Unix seconds. What is missing, zero, negative or no number is absent, which is 0 (merge-rules 4).
func (t text) unix() int64 {
	n, ok := t.number()
	if !ok || n < 1 || n > math.MaxInt64/2 {
		return 0
	}
	return int64(n)
}

// int reads an integer, 0 when there is none.
func (t text) int() int {
	n, ok := t.number()
	if !ok || math.Abs(n) > math.MaxInt32 {
		return 0
	}
	return int(n)
}

func (t text) number() (float64, bool) {
	if t == "" {
		return 0, false
	}
	if n, err := strconv.ParseInt(string(t), 10, 53); err == nil {
		return float64(n), true
	}
	n, err := strconv.ParseFloat(string(t), 64)
	return n, err == nil && !math.IsNaN(n)
}

// yes reads a truth value.
func (t text) yes() bool { return t == "true" || t == "1" }

// loose is an object that may be missing or of any shape: what it cannot read stays empty, and never costs the item.
type loose[T any] struct {
	V  T
	OK bool // an object was there and could be read
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *loose[T]) UnmarshalJSON(b []byte) error {
	if b[0] == '{' || b[0] == '[' {
		l.OK = json.Unmarshal(b, &l.V) == nil
	}
	return nil
}

// digestKey tells items apart that have no id of their own.
func digestKey(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// cut shortens s to n characters, with a sign where something is left out.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return string(r[:n-1]) + "…"
}

// date spells Unix seconds for a person.
func date(unix int64) string { return time.Unix(unix, 0).UTC().Format("2 Jan 2006 15:04 UTC") }
