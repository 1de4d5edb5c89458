package inbox

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestMoneyIsReadAndSpelledExactly(t *testing.T) {
	for text, want := range map[string]struct {
		micros int64
		said   string
	}{
		"USD 0.0034":                  {3_400, "USD 0.0034"},
		"USD 0.025":                   {25_000, "USD 0.025"},
		"INR 0.8631":                  {863_100, "INR 0.8631"},
		"USD 12":                      {12_000_000, "USD 12.00"},
		"USD 0.000001":                {1, "USD 0.000001"},
		" IDR 411.123456 ":            {411_123_456, "IDR 411.123456"},
		"USD 9223372036854.775807":    {9_223_372_036_854_775_807, "USD 9223372036854.775807"},
		"USD 9223372036854.775808":    {},
		"USD 0.0000001":               {},
		"USD -1":                      {},
		"USD 1.":                      {},
		"USD .5":                      {},
		"USD 1e-3":                    {},
		"usd 1":                       {},
		"0.0034":                      {},
		"USD":                         {},
		"USD 1,5":                     {},
		"USD 99999999999999999999999": {},
	} {
		m, err := ParseMoney(text)
		if want.said == "" {
			if err == nil {
				t.Errorf("%q is read as %v", text, m)
			}
			continue
		}
		if err != nil || m.Micros != want.micros || m.String() != want.said {
			t.Errorf("%q is read as %d and said as %q (%v)", text, m.Micros, m, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		m := Money{rapid.Int64Min(0).Draw(t, "micros"), "USD"}
		if back, err := ParseMoney(m.String()); err != nil || back != m {
			t.Fatalf("%d is said as %q and read back as %d (%v)", m.Micros, m, back.Micros, err)
		}
	})
	if got := (Money{-1_500_000, "USD"}).String(); got != "USD -1.50" {
		t.Errorf("a negative sum is said as %q", got)
	}
}

func TestCountryOfTheRecipient(t *testing.T) {
	for a, want := range map[Alias]located{
		"p:16505551234":   {"US", false},
		"p:14165550123":   {"CA", false},
		"p:18765551234":   {"JM", false},
		"p:5511987654321": {"BR", false},
		"p:551187654321":  {"BR", false}, // without the ninth digit
		"p:919820012345":  {"IN", false},
		"p:5215512345678": {"MX", false},
		"p:79161234567":   {"RU", false},
		"p:77011234567":   {"KZ", false},
		"p:447911123456":  {"GB", false},
		"p:6281234567890": {"ID", false},
		"p:15550101001":   {"US", false}, // no area code: the calling code says the rest
		"p:999":           {},
		"p:1":             {},
		"p:":              {},
		"u:BR.1349120865": {"BR", true},
		"u:US.ENT.abc":    {"US", true},
		"u:us.1":          {},
		"u:nothing":       {},
		"":                {},
	} {
		country, hint := countryOf(a)
		if country != want.country || hint != want.hint {
			t.Errorf("%s is of %q (hint %v), want %q (%v)", a, country, hint, want.country, want.hint)
		}
	}
}

func day(s string) Day {
	d, err := ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func rateRow(place, category, from, price string) Rate {
	m, err := ParseMoney(price)
	if err != nil {
		panic(err)
	}
	return Rate{Place: place, Category: category, From: day(from), Price: m, Source: "a card", Dated: from}
}

// testRates have three free messages, so that a test reaches the fourth.
func testRates() Rates {
	return Rates{
		Read: day("2026-11-01"), ServiceFrom: day("2026-10-01"), FreeService: 3, Markets: map[string][]string{"North": {"US", "CA"}},
		Rows: []Rate{
			rateRow("BR", CategoryUtility, "2026-01-01", "USD 0.0070"), rateRow("BR", CategoryUtility, "2026-10-01", "USD 0.0068"),
			rateRow("BR", CategoryMarketing, "2026-01-01", "USD 0.0625"),
			rateRow("IN", CategoryUtility, "2026-01-01", "INR 0.1150"), rateRow("IN", CategoryMarketing, "2026-01-01", "USD 0.0118"),
			rateRow("IN", CategoryMarketing, "2026-01-01", "INR 0.8631"),
			rateRow("North", CategoryUtility, "2026-01-01", "USD 0.0034"), rateRow("CA", CategoryUtility, "2027-01-01", "USD 0.0040"),
			rateRow("North", CategoryService, "2027-01-01", "USD 0.0030"),
		},
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Skip("this machine knows no time zones: ", err)
	}
	return z
}

func TestRateInForce(t *testing.T) {
	paulo := zone(t, "America/Sao_Paulo") // UTC-3
	for _, c := range []struct {
		name, currency    string
		country, category string
		at                time.Time
		want              string
	}{
		{"the newest row that has begun", "USD", "BR", CategoryUtility, time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC), "USD 0.0068"},
		{"a second before midnight in the account's zone", "USD", "BR", CategoryUtility, time.Date(2026, 10, 1, 2, 59, 59, 0, time.UTC), "USD 0.007"},
		{"midnight there", "USD", "BR", CategoryUtility, time.Date(2026, 10, 1, 3, 0, 0, 0, time.UTC), "USD 0.0068"},
		{"before all rows", "USD", "BR", CategoryUtility, time.Date(2025, 12, 31, 12, 0, 0, 0, time.UTC), ""},
		{"service as utility", "USD", "BR", CategoryService, time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC), "USD 0.0068"},
		{"a market", "USD", "US", CategoryUtility, time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC), "USD 0.0034"},
		{"a country that leaves its market", "USD", "CA", CategoryUtility, time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC), "USD 0.0034"},
		{"a country that has left it", "USD", "CA", CategoryUtility, time.Date(2027, 1, 2, 12, 0, 0, 0, time.UTC), "USD 0.004"},
		{"a row for service", "USD", "US", CategoryService, time.Date(2027, 1, 2, 12, 0, 0, 0, time.UTC), "USD 0.003"},
		{"the account's currency", "INR", "IN", CategoryMarketing, time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC), "INR 0.8631"},
		{"the other one", "USD", "IN", CategoryMarketing, time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC), "USD 0.0118"},
		{"another currency is better than none", "USD", "IN", CategoryUtility, time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC), "INR 0.115"},
		{"a country without rows", "USD", "FR", CategoryUtility, time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC), ""},
		{"no country", "USD", "", CategoryUtility, time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC), ""},
		{"a category without a row", "USD", "BR", CategoryAuthentication, time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC), ""},
	} {
		got := ""
		if r, ok := NewTariff(testRates(), paulo, c.currency).Rate(c.country, c.category, c.at); ok {
			got = r.Price.String()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRatesOver(t *testing.T) {
	own := Rates{Read: day("2026-12-01"), FreeService: -1, Markets: map[string][]string{"South": {"BR"}}, Rows: []Rate{rateRow("BR", CategoryUtility, "2026-11-01", "USD 0.0050")}}
	at := time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)
	tariff := NewTariff(testRates().Over(own), time.UTC, "USD")
	if r, ok := tariff.Rate("BR", CategoryUtility, at); ok {
		t.Errorf("a row of before still counts: %v", r)
	}
	if r, _ := tariff.Rate("BR", CategoryUtility, at.AddDate(0, 1, 0)); r.Price.Micros != 5_000 {
		t.Errorf("one's own row does not count: %v", r)
	}
	if r, _ := tariff.Rate("BR", CategoryMarketing, at); r.Price.Micros != 62_500 {
		t.Errorf("a row that is not replaced is gone: %v", r)
	}
	if tariff.rates.FreeService != 3 || tariff.rates.ServiceFrom != day("2026-10-01") || tariff.rates.Read != day("2026-12-01") {
		t.Errorf("the rules are %+v", tariff.rates)
	}
	own.FreeService, own.ServiceFrom = 0, day("2027-01-01")
	if r := testRates().Over(own); r.FreeService != 0 || r.ServiceFrom != day("2027-01-01") {
		t.Errorf("one's own rules do not count: %+v", r)
	}
}
