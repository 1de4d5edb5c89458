package cloudapi

import (
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

func TestRatesThatComeAlong(t *testing.T) {
	r := Rates()
	if r.ServiceFrom.String() != "2026-10-01" || r.FreeService != 1000 || r.Read.String() < "2026-10-01" || len(r.Rows) < 20 {
		t.Fatalf("the table says %+v", r)
	}
	for _, row := range r.Rows {
		if row.Source == "" || row.Dated == "" || row.Price.Micros <= 0 || row.Price.Micros > 1_000_000 {
			t.Errorf("a row without a source, or of a price that is none: %+v", row)
		}
		if d := row.From; d.Day != 1 || (d.Month-1)%3 != 0 {
			t.Errorf("prices change on the first of a quarter, and %+v does not", row)
		}
	}
}

// Prices of a place are there for every category that is charged, in a currency of the table or another, and a country that
// left its market for prices that are not known stands nowhere.
func TestRatesOfCountries(t *testing.T) {
	tariff := inbox.NewTariff(Rates(), time.UTC, "USD")
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for country, want := range map[string]string{"US": "USD 0.0034", "CA": "USD 0.0034", "BR": "USD 0.0068", "DE": "USD 0.055", "GB": "USD 0.022", "KE": "USD 0.004",
		"FR": "EUR 0.0248", "ES": "EUR 0.0166", "NO": "EUR 0.0142", "GR": "EUR 0.0175", "PH": "EUR 0.0094", "UY": "EUR 0.0094", "JO": "EUR 0.0075", "KZ": "", "MA": "", "BD": "", "EE": ""} {
		rate, known := tariff.Rate(country, inbox.CategoryService, at)
		price := rate.Price
		if known != (want != "") || known && price.String() != want {
			t.Errorf("a service message to %s: %v %v, want %q", country, price, known, want)
		}
		for _, c := range []string{inbox.CategoryMarketing, inbox.CategoryUtility, inbox.CategoryAuthentication} {
			if _, known := tariff.Rate(country, c, at); known != (want != "") {
				t.Errorf("%s to %s: known %v", c, country, known)
			}
		}
	}
}

func TestRatesRefusals(t *testing.T) {
	const good = `read: 2026-11-01
markets:
  North: [CA, US]
sources:
  card: {what: "a card", dated: 2026-10}
rates:
  - {for: North, category: utility, from: 2026-10-01, price: USD 0.0034, source: card}
`
	if r, err := ReadRates("own.yaml", []byte(good)); err != nil || len(r.Rows) != 1 || r.FreeService != -1 || r.ServiceFrom != (inbox.Day{}) {
		t.Fatalf("%+v %v", r, err)
	}
	for _, c := range []struct{ old, new, want string }{
		{good, "", "own.yaml is empty"},
		{good, "read: [", "own.yaml: line 1"},
		{"read: 2026-11-01\n", "", "own.yaml line 1: read is missing"},
		{"read: 2026-11-01", "read: november", `own.yaml line 1: "november" is no day`},
		{"markets:", "marktes:", `own.yaml line 2: "marktes" is not known here`},
		{"markets:", "rules: {free_service_messages: many}\nmarkets:", `own.yaml line 2: "many" is no number of messages`},
		{"markets:", "rules: {free_service_messages: -1}\nmarkets:", `own.yaml line 2: "-1" is no number of messages`},
		{"markets:", "rules: {service_charged_from: soon}\nmarkets:", `own.yaml line 2: "soon" is no day`},
		{"North: [CA, US]", "North: [CA, USA]", `own.yaml line 3: "USA" is no country`},
		{"North: [CA, US]", "North: CA", "own.yaml line 3: a list of countries"},
		{"North: [CA, US]", "North: [CA, US]\n  South: [US]", "own.yaml line 4: US is in the market North already"},
		{"North: [CA, US]", "NO: [CA, US]", `own.yaml line 3: "NO" is a country`},
		{"dated: 2026-10", "dated: lately", `own.yaml line 5: "lately" is no date of a source`},
		{`what: "a card", `, "", "own.yaml line 5: the source card needs what and dated"},
		{"for: North", "for: Nord", `own.yaml line 7: "Nord" is neither`},
		{"category: utility", "category: useful", `own.yaml line 7: "useful" is no category`},
		{"from: 2026-10-01", "from: 2026-13-01", `own.yaml line 7: "2026-13-01" is no day`},
		{"USD 0.0034", "0.0034", "own.yaml line 7: price:"},
		{"USD 0.0034", "USD 0.00000034", "own.yaml line 7: price:"},
		{"source: card", "source: hearsay", `own.yaml line 7: there is no source "hearsay"`},
		{", source: card", "", "own.yaml line 7: this rate has no source"},
		{"source: card}\n", "source: card}\n  - {for: North, category: utility, from: 2026-10-01, price: USD 1, source: card}\n",
			"own.yaml line 8: the price of North utility USD 2026-10-01 is in line 7 already"},
		{"{for: North, category", "{for: North, for: US, category", "own.yaml line 7: for is there twice"},
	} {
		_, err := ReadRates("own.yaml", []byte(strings.Replace(good, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %q in the place of %q: %v, want %q", c.new, c.old, err, c.want)
		}
	}
}
