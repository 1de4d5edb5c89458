package inbox

import (
	"cmp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// countryOf is the country that a customer's messages are charged for, as two capital letters: that of the phone number's
// calling code, so Guernsey counts as the United Kingdom.
// A user id begins with the letters of a country too, which is no more than a hint (cloud-api 2.9). "" when nothing says.
func countryOf(a Alias) (country string, hint bool) {
	if digits := a.Phone(); digits != "" {
		n := parseNumber(digits)
		if n == nil {
			return "", false
		}
		code := int(n.GetCountryCode())
		country = phonenumbers.GetRegionCodeForCountryCode(code)
		if code == 1 || code == 7 { // each of several countries with prices of their own
			country = cmp.Or(phonenumbers.GetRegionCodeForNumber(n), country)
		}
		if !isCountry(country) {
			return "", false // 001 and ZZ are no countries
		}
		return country, false
	}
	if letters, _, ok := strings.Cut(a.User(), "."); ok && isCountry(letters) {
		return letters, true
	}
	return "", false
}

// isCountry holds for two capital letters that are no placeholder.
func isCountry(s string) bool {
	return len(s) == 2 && s != "ZZ" && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}
