package ui

import (
	"strings"
	"testing"

	"frontdesk/inbox"
)

// paidOffice is the front office in a month whose free messages are used up.
func paidOffice(d *fakeDesk, c *Config) {
	frontOffice(d, c)
	price := func(category string, micros int64) inbox.Price {
		return inbox.Price{Pricing: inbox.Pricing{Billable: true, Category: category}, Why: inbox.PriceListed, Country: "IN",
			Amount: &inbox.Money{Micros: micros, Currency: "USD"}, ListedAt: "2026-10", Source: "a card"}
	}
	d.prices = inbox.Prices{inbox.CategoryService: price("service", 3400), inbox.CategoryUtility: price("utility", 3400),
		inbox.CategoryMarketing: price("marketing", 25000)}
}

// priced tells what the last reply in a thread costs.
func priced(p inbox.Price) func(*fakeDesk, *Config) {
	return func(d *fakeDesk, c *Config) {
		paidOffice(d, c)
		m := told("09:45", inbox.OriginAPI, "priya", inbox.StatusDelivered, "Two left.")
		m.Pricing = &p
		d.add(inbox.Thread{ID: "t_priced", Name: "Asha Rao", WaID: "919800000210", State: inbox.Open, Window: openFor(20 * 60 * 60 * 1e9)},
			heard("09:44", "How many?"), m)
	}
}

func TestWhatAMessageCostsInWords(t *testing.T) {
	w := english
	amount := &inbox.Money{Micros: 6800, Currency: "USD"}
	for want, p := range map[string]inbox.Price{
		"USD 0.0068, listed 2026-10, expected, service": {Pricing: inbox.Pricing{Billable: true, Category: "service"}, Why: inbox.PriceListed, Amount: amount, ListedAt: "2026-10"},
		"USD 0.0068, listed 2026-10, WhatsApp says so, country guessed, utility": {Pricing: inbox.Pricing{Billable: true, Category: "utility"}, Confirmed: true, Why: inbox.PriceListed,
			Amount: amount, ListedAt: "2026-10", Guessed: true},
		"charged, at a price not known here, WhatsApp says so, marketing": {Pricing: inbox.Pricing{Billable: true, Category: "marketing"}, Confirmed: true, Why: inbox.PriceUnknown},
		"charged, WhatsApp says so":                                       {Pricing: inbox.Pricing{Billable: true}, Confirmed: true},
		"free: one of the month's free ones, expected, service":           {Pricing: inbox.Pricing{Category: "service"}, Why: inbox.FreeQuota},
		"free: no template, WhatsApp says so, service":                    {Pricing: inbox.Pricing{Category: "service"}, Confirmed: true, Why: inbox.FreeService},
		"free: inside the 24 hours, expected, utility":                    {Pricing: inbox.Pricing{Category: "utility"}, Why: inbox.FreeWindow},
		"free: from an advertisement, expected, marketing":                {Pricing: inbox.Pricing{Category: "marketing"}, Why: inbox.FreeEntry},
		"free: as WhatsApp says, WhatsApp says so":                        {Confirmed: true},
	} {
		if got := w.price(&p); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTheBoxSaysWhatAReplyCosts(t *testing.T) {
	quota := func(left int) func(*fakeDesk, *Config) {
		return func(d *fakeDesk, c *Config) {
			frontOffice(d, c)
			d.prices = inbox.Prices{inbox.CategoryService: {Pricing: inbox.Pricing{Category: "service"}, Why: inbox.FreeQuota, Left: left}}
		}
	}
	charged := inbox.Pricing{Billable: true, Category: "service"}
	at := func(p inbox.Price) func(*fakeDesk, *Config) {
		return func(d *fakeDesk, c *Config) {
			frontOffice(d, c)
			d.prices = inbox.Prices{inbox.CategoryService: p}
		}
	}
	for _, c := range []struct {
		name string
		set  func(*fakeDesk, *Config)
		w    int
		want string
		not  string
	}{
		{"wide", paidOffice, 130, "here: 0.0034 · phone: free", ""},
		{"usual", paidOffice, 80, "here: 0.0034", ""},
		{"small", paidOffice, 48, "here: 0.0034", ""},
		{"in a currency that is not the account's", at(inbox.Price{Pricing: charged, Why: inbox.PriceListed, Foreign: true, Amount: &inbox.Money{Micros: 24_800, Currency: "EUR"}}), 130, "here: EUR 0.0248", ""},
		{"at a price that nobody knows", at(inbox.Price{Pricing: charged, Why: inbox.PriceUnknown}), 160, "here: charged, at a price not known here · phone: free", ""},
		{"the same, on a usual screen", at(inbox.Price{Pricing: charged, Why: inbox.PriceUnknown}), 80, "here: charged", "not known"},
		{"free, and few are left", quota(12), 130, "12 free this month", "here:"},
		{"free, and many are left", quota(900), 130, "Asha", "free this"},
		{"nobody knows", frontOffice, 130, "Asha", "here:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			perform(t, c.set, func(s *stage) {
				s.size(c.w, 24)
				s.press("enter", "i")
				frame := s.frame()
				if !strings.Contains(frame, c.want) || c.not != "" && strings.Contains(frame, c.not) {
					t.Errorf("%q is wanted, and not %q:\n%s", c.want, c.not, frame)
				}
			})
		})
	}
}
