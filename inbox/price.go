package inbox

import (
	"bytes"
	"strings"
	"time"
)

// PriceWhy says why a message costs what it does. Scripts read it: words are added, never changed.
type PriceWhy string

// The reasons.
const (
	PriceListed  PriceWhy = "listed"  // charged, at the table's price
	PriceUnknown PriceWhy = "unknown" // charged, and the table knows no price
	FreeService  PriceWhy = "service" // no template, from before those were charged
	FreeQuota    PriceWhy = "quota"   // one of the free service messages of the month
	FreeWindow   PriceWhy = "window"  // a utility template inside the window, from before those were charged
	FreeEntry    PriceWhy = "entry"   // the customer came from an advertisement: 72 hours are free
)

// Price is what a message costs. The amount is an estimate always: WhatsApp says whether it charges, and never how much.
type Price struct {
	Pricing            // as WhatsApp told it when Confirmed, else as it is expected
	Confirmed bool     `json:"confirmed,omitempty"` // a status said whether it is charged
	Why       PriceWhy `json:"why,omitempty"`
	Amount    *Money   `json:"amount,omitempty"`    // none when nothing is charged, or the price is not known
	Foreign   bool     `json:"foreign,omitempty"`   // Amount is not in the currency that the account is billed in
	Country   string   `json:"country,omitempty"`   // of the recipient
	Guessed   bool     `json:"guessed,omitempty"`   // the country is read from a user id, which may mislead
	Left      int      `json:"left,omitempty"`      // of FreeQuota before sending: how many free ones there are, this one among them
	ListedAt  string   `json:"listed_at,omitempty"` // the date of the source of the amount, as exact as it is known
	Source    string   `json:"source,omitempty"`    // of the amount
}

// Free holds for a message that costs nothing.
func (p *Price) Free() bool { return !p.Billable }

// price is what a row costs, nil for one that cannot cost anything. hash is that of its key.
func (r *Reader) price(rec *record, at place, hash keyHash, v *threadView) *Price {
	t, ok := rec.toll()
	if !ok || t.Kind == tollPhone || !t.Told && (r.lens.Tariff == nil || t.Category == "") {
		return nil
	}
	p := r.charge(v.line, t, func() bool { return r.windowAt(at) }, func() bool { return v.entryAt(t.At) }, func() bool {
		return r.withinQuota(v.line, t.At, tollKey(v.line, t.Kind, t.At, hash))
	})
	p.Country, p.Guessed = r.country(t.Alias, v.members)
	r.list(&p, time.Unix(t.At, 0))
	return &p
}

// charge says whether a toll is charged: what WhatsApp told counts, else its rules. What a rule needs to know of the thread
// is asked for only when the rule is reached.
func (r *Reader) charge(line LineID, t toll, window, entry, quota func() bool) Price {
	p := Price{Pricing: t.Pricing, Confirmed: t.Told}
	p.Category = t.Category
	tariff, when := r.lens.Tariff, time.Unix(t.At, 0)
	if t.Told {
		p.Billable = t.Pricing.charged()
		switch {
		case p.Billable:
		case t.Pricing.Type == freeEntryPoint:
			p.Why = FreeEntry
		case t.Category == CategoryService && tariff != nil && tariff.charges(when):
			p.Why = FreeQuota
		case t.Category == CategoryService:
			p.Why = FreeService
		case t.Category == CategoryUtility:
			p.Why = FreeWindow
		}
		return p
	}
	if tariff == nil || t.Category == "" {
		return p
	}
	charges := tariff.charges(when)
	switch {
	case t.Category == CategoryService && !charges:
		p.Why = FreeService
	case entry():
		p.Why = FreeEntry
	case t.Category == CategoryService && quota():
		p.Why = FreeQuota
	case t.Category == CategoryUtility && !charges && window():
		p.Why = FreeWindow
	default:
		p.Billable = true
	}
	return p
}

// list puts the table's price to a message that is charged.
func (r *Reader) list(p *Price, at time.Time) {
	if !p.Billable {
		return
	}
	p.Why = PriceUnknown
	if r.lens.Tariff == nil {
		p.Why = ""
		return
	}
	if rate, ok := r.lens.Tariff.Rate(p.Country, pricedAs(p.Category), at); ok {
		m := rate.Price
		p.Why, p.Amount, p.ListedAt, p.Source = PriceListed, &m, rate.Dated, rate.Source
		p.Foreign = m.Currency != r.lens.Tariff.currency
	}
}

// pricedAs is the row of the table that a category of WhatsApp's is looked up in: it has more words than prices (webhooks 3).
func pricedAs(category string) string {
	category = strings.TrimPrefix(category, "group_")
	if category == "marketing_lite" {
		return CategoryMarketing
	}
	return category
}

// country is that of the one a message went to, else that of the thread.
func (r *Reader) country(to Alias, members []Alias) (string, bool) {
	hinted := ""
	for _, a := range append([]Alias{to}, members...) {
		if a == "" {
			continue
		}
		found, asked := r.countries[a]
		if !asked {
			c, hint := countryOf(a)
			found = located{c, hint}
			r.countries[a] = found
		}
		switch {
		case found.country == "":
		case !found.hint:
			return found.country, false
		case hinted == "":
			hinted = found.country
		}
	}
	return hinted, hinted != ""
}

type located struct {
	country string
	hint    bool
}

// windowAt reports whether the customer had written in the 24 hours before a row.
func (r *Reader) windowAt(at place) (open bool) {
	oldest := at.spot.Time - int64(windowLength/time.Second)
	rowsBefore(r.tx, at.thread, at.bytes(), func(k, v []byte) bool {
		w, err := rowOf(k, v)
		r.check(err)
		if err != nil || w.place.spot.Time <= oldest {
			return false
		}
		open = w.flags.has(flagLive|flagTimely) && !w.flags.has(flagSystem)
		return !open
	})
	return open
}

// entryLength is how long a free entry point lasts from the first reply on (cloud-api 8.1). WhatsApp tells its end.
const entryLength = 72 * time.Hour

func (v *threadView) entryAt(t int64) bool {
	end := v.person.Free
	return end != 0 && t <= end && t >= end-int64(entryLength/time.Second)
}

// withinQuota reports whether a service message is among the free ones of its month: those that were delivered first, or
// left first as long as nothing says that they were.
func (r *Reader) withinQuota(line LineID, at int64, key []byte) bool {
	last, used := r.quota(line, time.Unix(at, 0))
	return used < r.lens.Tariff.rates.FreeService || bytes.Compare(key, last) <= 0
}

// quota counts the service messages of the month around a moment, as far as the free ones reach: last is the key of the
// last free one, nil while there are more to come.
func (r *Reader) quota(line LineID, at time.Time) (last []byte, used int) {
	from, to := r.lens.Tariff.month(at)
	k := quotaMonth{line, from.Unix()}
	if q, ok := r.quotas[k]; ok {
		return q.last, q.used
	}
	if most := r.lens.Tariff.rates.FreeService; most > 0 {
		r.tolls(line, tollService, from, to, func(key, _ []byte) bool {
			if used++; used == most {
				last = bytes.Clone(key)
			}
			return used < most
		})
	}
	r.quotas[k] = quotaUse{last, used}
	return last, used
}

type quotaMonth struct {
	line LineID
	from int64
}

type quotaUse struct {
	last []byte
	used int
}

// tolls yields what left a number between two moments, of one kind, in the order that counts; tollFrom reads it.
func (r *Reader) tolls(line LineID, kind byte, from, to time.Time, yield func(key, value []byte) bool) {
	end := tollKey(line, kind, to.Unix(), keyHash{})
	scan(r.tx, tollsBucket, tollsOf(line, kind), tollKey(line, kind, from.Unix(), keyHash{}), func(k, v []byte) bool {
		return bytes.Compare(k, end) < 0 && yield(k, v)
	})
}
