package inbox

import (
	"cmp"
	"slices"
	"time"
)

// What WhatsApp charges for. Templates have the category that WhatsApp filed them under; all else is service (cloud-api 8.2).
const (
	CategoryService        = "service"
	CategoryUtility        = "utility"
	CategoryMarketing      = "marketing"
	CategoryAuthentication = "authentication"
)

// Categories lists them in the order they are shown in.
func Categories() []string {
	return []string{CategoryService, CategoryUtility, CategoryMarketing, CategoryAuthentication}
}

// Day is a day of the calendar, wherever it begins: WhatsApp's rules change at midnight in the time zone of the account.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDay reads 2026-10-01.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, err
	}
	return Day{t.Year(), t.Month(), t.Day()}, nil
}

// String spells the day as 2026-10-01.
func (d Day) String() string {
	if d == (Day{}) {
		return ""
	}
	return d.In(time.UTC).Format(time.DateOnly)
}

// In is the moment at which the day begins in a zone.
func (d Day) In(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

func compareDays(a, b Day) int {
	return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Day, b.Day))
}

// Rate is what one message of a category costs in one place from a day on, and who says so.
type Rate struct {
	Place    string // a country's two letters, or the name of a market
	Category string
	From     Day
	Price    Money
	Source   string // what was read
	Dated    string // the date of the source, as exact as it is known: 2026-09-11, 2026-07, 2026
}

// Rates is a table of prices and of the rules around them. It is what somebody read somewhere on a day, never the truth:
// WhatsApp's invoice is.
type Rates struct {
	Read    Day // when the table was last held against its sources
	Markets map[string][]string
	Rows    []Rate

	// From ServiceFrom on, messages that are no templates are charged, but for the first FreeService of each number and
	// month; before, they were free, as were utility templates inside the window.
	ServiceFrom Day
	FreeService int
}

// Over lays other rates over these: its rows take the place of all rows for the same place, category and currency, its
// markets that of markets of the same name, and a rule that it has counts.
func (r Rates) Over(other Rates) Rates {
	type slot struct{ place, category, currency string }
	at := func(x Rate) slot { return slot{x.Place, x.Category, x.Price.Currency} }
	taken := map[slot]bool{}
	for _, x := range other.Rows {
		taken[at(x)] = true
	}
	out := r
	out.Rows = slices.Clone(other.Rows)
	for _, x := range r.Rows {
		if !taken[at(x)] {
			out.Rows = append(out.Rows, x)
		}
	}
	out.Markets = map[string][]string{}
	for name, countries := range r.Markets {
		out.Markets[name] = countries
	}
	for name, countries := range other.Markets {
		out.Markets[name] = countries
	}
	if other.ServiceFrom != (Day{}) {
		out.ServiceFrom = other.ServiceFrom
	}
	if other.FreeService >= 0 {
		out.FreeService = other.FreeService
	}
	if compareDays(out.Read, other.Read) < 0 {
		out.Read = other.Read
	}
	return out
}

// Tariff is a table with what one account makes of it.
type Tariff struct {
	rates    Rates
	zone     *time.Location
	currency string
	rows     map[string][]Rate // place and category -> newest first
	market   map[string]string // country -> market
}

// NewTariff prepares a table for an account: zone is the time zone that its months and rule changes begin in, currency the
// one it is billed in. Where the table has no price in that currency, one in another is better than none.
func NewTariff(r Rates, zone *time.Location, currency string) *Tariff {
	t := &Tariff{rates: r, zone: zone, currency: currency, rows: map[string][]Rate{}, market: map[string]string{}}
	for _, x := range r.Rows {
		k := x.Place + "\x00" + x.Category
		t.rows[k] = append(t.rows[k], x)
	}
	for _, rows := range t.rows {
		slices.SortStableFunc(rows, func(a, b Rate) int { return compareDays(b.From, a.From) })
	}
	for name, countries := range r.Markets {
		for _, c := range countries {
			t.market[c] = name
		}
	}
	return t
}

// Zone is the time zone of the account.
func (t *Tariff) Zone() *time.Location { return t.zone }

// Rate is the price in force at a moment: the country's own, else its market's; of several currencies the account's. A
// service message costs what a utility template does, unless the table has a row of its own for it (cloud-api 8.2).
func (t *Tariff) Rate(country, category string, at time.Time) (Rate, bool) {
	categories := []string{category}
	if category == CategoryService {
		categories = append(categories, CategoryUtility)
	}
	for _, place := range []string{country, t.market[country]} {
		if place == "" {
			continue
		}
		for _, c := range categories {
			if r, ok := t.inForce(t.rows[place+"\x00"+c], at); ok {
				return r, true
			}
		}
	}
	return Rate{}, false
}

func (t *Tariff) inForce(rows []Rate, at time.Time) (found Rate, ok bool) {
	for _, r := range rows {
		switch {
		case at.Before(r.From.In(t.zone)):
		case r.Price.Currency == t.currency:
			return r, true
		case !ok:
			found, ok = r, true
		}
	}
	return found, ok
}

// charges reports whether service messages, and utility templates inside the window, cost anything at a moment.
func (t *Tariff) charges(at time.Time) bool {
	return t.rates.ServiceFrom != (Day{}) && !at.Before(t.rates.ServiceFrom.In(t.zone))
}

// month is the calendar month around a moment, in the account's zone; the rule change of 1 October is one of its edges.
func (t *Tariff) month(at time.Time) (from, to time.Time) {
	at = at.In(t.zone)
	from = time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, t.zone)
	return from, time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, t.zone)
}
