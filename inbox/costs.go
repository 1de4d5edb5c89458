package inbox

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

// CostsQuery asks for one month.
type CostsQuery struct {
	Month string `json:"month,omitempty"` // as 2026-10, in the account's time zone; "" is this month
	// Compare asks WhatsApp for its own figures too. Not every token may read them.
	Compare bool `json:"compare,omitempty"`
}

// Costs is what the messages of one month are taken to cost. Amounts are estimates: WhatsApp tells whether it charges for a
// message, and the table what such a message costs.
type Costs struct {
	Month string    `json:"month"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`   // the first moment that is not of the month
	Zone  string    `json:"zone"` // whose midnights those are
	// Rates is the day on which the table was last held against its sources.
	Rates string     `json:"rates,omitempty"`
	Lines []CostLine `json:"lines"` // by category, then country
	// Totals has an amount for each currency, a confirmed and an expected part of it.
	Totals []CostTotal `json:"totals,omitempty"`
	// FreeService are the free service messages of a number and month, ServiceUsed how many of them are used; absent
	// before there was such a rule.
	FreeService int `json:"free_service,omitempty"`
	ServiceUsed int `json:"service_used,omitempty"`
	// Phone counts what was written on the phone: WhatsApp charges nothing for it.
	Phone    int        `json:"phone"`
	Reported []Reported `json:"reported,omitempty"` // WhatsApp's own figures, with Compare
}

// CostLine is what was sent by the API, of one category to one country.
type CostLine struct {
	Category  string `json:"category,omitempty"` // absent where neither the message nor WhatsApp says it
	Country   string `json:"country,omitempty"`
	Guessed   int    `json:"guessed,omitempty"` // of which the country is read from a user id
	Delivered int    `json:"delivered"`
	// Pending have left and are not known to have been delivered: they cost nothing yet, and are in no other figure.
	Pending int `json:"pending,omitempty"`
	// Of the delivered: Confirmed are those of which WhatsApp said whether they are charged, Estimated the others.
	Confirmed int              `json:"confirmed,omitempty"`
	Estimated int              `json:"estimated,omitempty"`
	Charged   int              `json:"charged,omitempty"`
	Unpriced  int              `json:"unpriced,omitempty"` // charged, and the table has no price
	Free      map[PriceWhy]int `json:"free,omitempty"`
	// ConfirmedMicros and EstimatedMicros are what the charged ones cost, in millionths of Currency.
	Currency        string `json:"currency,omitempty"`
	ConfirmedMicros int64  `json:"confirmed_micros,omitempty"`
	EstimatedMicros int64  `json:"estimated_micros,omitempty"`
}

// CostTotal is the sum of all lines in one currency.
type CostTotal struct {
	Currency        string `json:"currency"`
	ConfirmedMicros int64  `json:"confirmed_micros"`
	EstimatedMicros int64  `json:"estimated_micros"`
}

// Reported is a figure of WhatsApp's own (cloud-api 8.4), in the account's currency. Cost is in millionths of it; it is
// hidden from a token whose partner is billed.
type Reported struct {
	Category string `json:"category"` // in lower case, as are those of CostLine
	Type     string `json:"type"`     // regular, free_customer_service, free_entry_point
	Country  string `json:"country,omitempty"`
	Volume   int    `json:"volume"`
	Micros   int64  `json:"cost_micros"`
}

// Biller is a Gateway that can ask WhatsApp what it counted. Errors are *Error.
type Biller interface {
	// Billed gives the figures of a number between two moments, at day's grain.
	Billed(ctx context.Context, line LineID, from, to time.Time) ([]Reported, error)
}

// PriceQuery asks what a message would cost now, in a thread or to a phone number.
type PriceQuery struct {
	Thread ThreadID `json:"thread,omitempty"`
	To     string   `json:"to,omitempty"`
}

// Prices are what a message of each category would cost now; empty when nobody says what messages cost.
type Prices map[string]Price

// Prices says what a message to a thread, or to a number that has none, would cost at this moment.
func (r *Reader) Prices(line LineID, q PriceQuery) (Prices, error) {
	if r.lens.Tariff == nil {
		return nil, nil
	}
	v := &threadView{line: line}
	if q.Thread != "" {
		no, err := q.Thread.No()
		if err != nil {
			return nil, Refusal("no-thread", "name", string(q.Thread))
		}
		no, ok := r.Resolve(no)
		if !ok || !r.exists(no) {
			return nil, Refusal("no-thread", "name", string(q.Thread))
		}
		v = r.view(no)
	} else if a := PhoneAlias(q.To); a != "" {
		v.members = []Alias{a}
	}
	now := r.lens.Now
	open := r.window(v).OpenAt(now)
	all := Prices{}
	for _, category := range Categories() {
		t := toll{Kind: tollTemplate, At: now.Unix(), Category: category}
		p := r.charge(v.line, t, func() bool { return open }, func() bool { return v.entryAt(t.At) }, func() bool {
			_, used := r.quota(v.line, now)
			return used < r.lens.Tariff.rates.FreeService
		})
		if p.Why == FreeQuota {
			_, used := r.quota(v.line, now)
			p.Left = r.lens.Tariff.rates.FreeService - used
		}
		p.Country, p.Guessed = r.country("", v.members)
		r.list(&p, now)
		all[category] = p
	}
	return all, r.err
}

// Costs adds up one month of a number.
func (r *Reader) Costs(line LineID, q CostsQuery) (Costs, error) {
	tariff := r.lens.Tariff
	if tariff == nil {
		return Costs{}, Refusal("no-tariff")
	}
	at := r.lens.Now
	if q.Month != "" {
		var err error
		if at, err = time.ParseInLocation("2006-01", q.Month, tariff.zone); err != nil {
			return Costs{}, Refusal("no-month", "name", Clean(q.Month))
		}
	}
	c := Costs{Lines: []CostLine{}, Zone: tariff.zone.String(), Rates: tariff.rates.Read.String()}
	c.From, c.To = tariff.month(at)
	c.Month = c.From.Format("2006-01")
	if tariff.charges(c.From) {
		c.FreeService = tariff.rates.FreeService
		_, c.ServiceUsed = r.quota(line, c.From)
	}
	r.tolls(line, tollPhone, c.From, c.To, func(_, _ []byte) bool { c.Phone++; return true })
	sums := map[costKey]*CostLine{}
	for _, kind := range []byte{tollService, tollTemplate} {
		r.tolls(line, kind, c.From, c.To, func(k, val []byte) bool {
			t, hash, err := tollFrom(line, k, val)
			r.check(err)
			if err == nil {
				p := r.tollPrice(line, t, hash, k)
				key := costKey{p.Category, p.Country, ""}
				if p.Amount != nil {
					key.currency = p.Amount.Currency
				}
				if sums[key] == nil {
					sums[key] = &CostLine{Category: p.Category, Country: p.Country, Free: map[PriceWhy]int{}}
				}
				sums[key].add(t, p)
			}
			return err == nil
		})
	}
	c.sum(sums)
	return c, r.err
}

type costKey struct{ category, country, currency string }

func compareCosts(a, b costKey) int {
	return cmp.Or(cmp.Compare(categoryOrder(a.category), categoryOrder(b.category)), cmp.Compare(a.category, b.category),
		cmp.Compare(a.country, b.country), cmp.Compare(a.currency, b.currency))
}

// tollPrice is the price of one entry of the list. What WhatsApp has told needs no look at the thread.
func (r *Reader) tollPrice(line LineID, t toll, hash keyHash, key []byte) Price {
	var v *threadView
	var at place
	look := func() *threadView {
		if v == nil {
			v = &threadView{}
			s, err := find(r.tx, hash)
			r.check(err)
			if s != nil && s.placed {
				at, v = s.row.place, r.view(s.row.place.thread)
			}
		}
		return v
	}
	p := r.charge(line, t, func() bool { look(); return r.windowAt(at) }, func() bool { return look().entryAt(t.At) },
		func() bool { return r.withinQuota(line, t.At, key) })
	if p.Country, p.Guessed = r.country(t.Alias, nil); p.Country == "" || p.Guessed {
		p.Country, p.Guessed = r.country(t.Alias, look().members)
	}
	r.list(&p, time.Unix(t.At, 0))
	return p
}

func (l *CostLine) add(t toll, p Price) {
	if p.Guessed {
		l.Guessed++
	}
	if p.Amount != nil {
		l.Currency = p.Amount.Currency
	}
	if !t.Delivered {
		l.Pending++
		return
	}
	l.Delivered++
	if p.Confirmed {
		l.Confirmed++
	} else {
		l.Estimated++
	}
	switch {
	case !p.Billable:
		l.Free[p.Why]++
	case p.Amount == nil:
		l.Charged++
		l.Unpriced++
	default:
		l.Charged++
		if p.Confirmed {
			l.ConfirmedMicros += p.Amount.Micros
		} else {
			l.EstimatedMicros += p.Amount.Micros
		}
	}
}

// sum puts the lines in order and adds them up. Free and unpriced messages join the line of the same category and country
// that has a currency.
func (c *Costs) sum(sums map[costKey]*CostLine) {
	totals := map[string]*CostTotal{}
	for _, key := range slices.SortedFunc(maps.Keys(sums), compareCosts) {
		l := sums[key]
		if l == nil || key.currency == "" {
			continue
		}
		if rest := sums[costKey{key.category, key.country, ""}]; rest != nil {
			l.join(rest)
			delete(sums, costKey{key.category, key.country, ""})
		}
		t := totals[key.currency]
		if t == nil {
			t = &CostTotal{Currency: key.currency}
			totals[key.currency] = t
		}
		t.ConfirmedMicros += l.ConfirmedMicros
		t.EstimatedMicros += l.EstimatedMicros
	}
	for _, key := range slices.SortedFunc(maps.Keys(sums), compareCosts) {
		l := sums[key]
		if len(l.Free) == 0 {
			l.Free = nil
		}
		c.Lines = append(c.Lines, *l)
	}
	for _, t := range totals {
		c.Totals = append(c.Totals, *t)
	}
	slices.SortFunc(c.Totals, func(a, b CostTotal) int { return cmp.Compare(a.Currency, b.Currency) })
}

func (l *CostLine) join(o *CostLine) {
	l.Guessed += o.Guessed
	l.Delivered += o.Delivered
	l.Pending += o.Pending
	l.Confirmed += o.Confirmed
	l.Estimated += o.Estimated
	l.Charged += o.Charged
	l.Unpriced += o.Unpriced
	for why, n := range o.Free {
		l.Free[why] += n
	}
}

// categoryOrder puts WhatsApp's newer words behind the four that have prices.
func categoryOrder(c string) int {
	if i := slices.Index(Categories(), c); i >= 0 {
		return i
	}
	return len(Categories())
}
