package inbox

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// twin gives the other spelling under which the same subscriber is certainly known, if the number has one. Aliases that
// are twins are linked in the merge, so two rules hold here. It is certain: one of the two spellings is no number of the
// country's plan any more, so nobody else can have it. And it reads digits only, not a library's table: what was merged
// must not change when a table does.
//
//   - Brazil gave every mobile number a ninth digit between 2012 and 2016, and WhatsApp's ids of older accounts lack it:
//     55 AA 9XXXX-XXXX and 55 AA XXXX-XXXX. Only where the eight digits begin with 6, 8 or 9: 2 to 5 are landlines, which
//     may be another customer, and 7 is trunked radio, which kept eight digits.
//   - Mexico dropped the 1 before mobile numbers in 2019, and WhatsApp's ids keep it: 52 1 XX… and 52 XX…, ten digits
//     either way, none of which begins with a 0 or a 1.
//
// Argentina's 9 is not among them: without it the number may be a landline of somebody else. See [Spellings].
func twin(digits string) (string, bool) {
	const nine, one = "9", "1"
	switch {
	case strings.HasPrefix(digits, "55") && len(digits) == 13 && digits[4:5] == nine && strings.ContainsAny(digits[5:6], "689"):
		return digits[:4] + digits[5:], true
	case strings.HasPrefix(digits, "55") && len(digits) == 12 && strings.ContainsAny(digits[4:5], "689"):
		return digits[:4] + nine + digits[4:], true
	case strings.HasPrefix(digits, "521") && len(digits) == 13 && digits[3] >= '2':
		return digits[:2] + digits[3:], true
	case strings.HasPrefix(digits, "52") && len(digits) == 12 && digits[2] >= '2':
		return digits[:2] + one + digits[2:], true
	}
	return "", false
}

// twinOf is twin for aliases; "" when there is none.
func twinOf(a Alias) Alias {
	if digits, ok := twin(a.Phone()); ok {
		return PhoneAlias(digits)
	}
	return ""
}

// Spellings lists a number with every other spelling by which it may be looked for: its twin and, for Argentina, the one
// with or without the 9 that people leave out and WhatsApp keeps. The last is a likeness, good for finding and for nothing
// else: whoever is found under it is shown, never linked.
func Spellings(digits string) []string {
	all := []string{digits}
	if t, ok := twin(digits); ok {
		all = append(all, t)
	}
	switch {
	case strings.HasPrefix(digits, "549") && len(digits) == 13:
		all = append(all, "54"+digits[3:])
	case strings.HasPrefix(digits, "54") && len(digits) == 12:
		all = append(all, "549"+digits[2:])
	}
	return all
}

// phoneHolds reports whether a number, in any of its spellings, holds the digits.
func phoneHolds(number, digits string) bool {
	if number == "" || digits == "" {
		return false
	}
	for _, n := range Spellings(number) {
		if strings.Contains(n, digits) {
			return true
		}
	}
	return false
}

// FormatNumber spells the digits of a number as people in its country write it for the world, with the + before them.
// What is no number of any plan is given plainly.
func FormatNumber(digits string) string {
	if digits == "" {
		return ""
	}
	n := parseNumber(digits)
	if n == nil || !phonenumbers.IsValidNumber(n) {
		other, ok := twin(digits)
		if !ok {
			return "+" + digits
		}
		if n = parseNumber(other); n == nil || !phonenumbers.IsValidNumber(n) {
			return "+" + digits
		}
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// parseNumber reads a number with its country code; nil when it is none.
func parseNumber(digits string) *phonenumbers.PhoneNumber {
	n, err := phonenumbers.Parse("+"+digits, "")
	if err != nil {
		return nil
	}
	return n
}

// regionOf is the country of a number as it is displayed, as ISO 3166 spells it; "" when it cannot be told.
func regionOf(number string) string {
	n := parseNumber(Digits(number))
	if n == nil {
		return ""
	}
	if r := phonenumbers.GetRegionCodeForNumber(n); r != "" && r != phonenumbers.UNKNOWN_REGION {
		return r
	}
	return phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
}

// Bounds of a number with its country code (E.164); shorter ones are extensions and services.
const (
	shortestNumber = 7
	longestNumber  = 15
)

// ReadNumber gives the digits, with the country code, that a number as a person writes it may mean: the first is the
// likeliest. With a + or 00 in front there is one. Without, it is written with its country code, as WhatsApp's ids are,
// or as people of a country do, without; where both are numbers, both are given.
func ReadNumber(written, region string) []string {
	written = strings.TrimSpace(written)
	digits := Digits(written)
	if !looksLikeNumber(written) || len(digits) < shortestNumber {
		return nil
	}
	if strings.HasPrefix(written, "+") || strings.HasPrefix(written, "(+") {
		return within(digits)
	}
	if whole, ok := strings.CutPrefix(digits, "00"); ok {
		return within(whole)
	}
	abroad, home := "", ""
	if n := parseNumber(digits); n != nil && phonenumbers.IsValidNumber(n) {
		abroad = digits
	}
	if other, ok := twin(digits); ok && abroad == "" {
		if n := parseNumber(other); n != nil && phonenumbers.IsValidNumber(n) {
			abroad = digits
		}
	}
	if n, err := phonenumbers.Parse(digits, region); region != "" && err == nil && phonenumbers.IsValidNumber(n) {
		home = strings.TrimPrefix(phonenumbers.Format(n, phonenumbers.E164), "+")
	}
	switch {
	case abroad == "" && home == "":
		return within(digits)
	case abroad == "" || abroad == home:
		return within(home)
	case home == "":
		return within(abroad)
	}
	return append(within(abroad), within(home)...)
}

func within(digits string) []string {
	if len(digits) < shortestNumber || len(digits) > longestNumber {
		return nil
	}
	return []string{digits}
}
