package inbox

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// till is a number whose messages cost money: facts in the order in which they came, and a look at them.
type till struct {
	t     *testing.T
	facts []Fact
	n     int
}

const brazil = Alias("p:5511987654321")

// sends lets the API send a message to somebody at a moment, and WhatsApp accept it; kind is "text" or a template's category.
func (x *till) sends(to Alias, kind string, at time.Time) (wamid string) {
	x.n++
	wamid = testWAMID(to.Phone(), Out, fmt.Sprintf("7F%018d", x.n))
	out := Outgoing{Type: "text", Text: "hello"}
	if kind != "text" {
		out = Outgoing{Type: "template", Text: "hello", Template: &TemplateSend{Name: "n", Language: "en", Category: kind}}
	}
	oid := OID(fmt.Sprintf("01TILL%020d", x.n))
	x.facts = append(x.facts,
		Queued{OID: oid, Peer: Peer{testLine, to}, Agent: "priya", Out: out, At: at},
		Attempted{OID: oid, N: 1, Run: "r", At: at},
		Settled{OID: oid, N: 1, At: at, Outcome: Outcome{Result: ResultAccepted, WAMID: wamid, Date: at.Unix()}})
	return wamid
}

func (x *till) tells(wamid string, to Alias, p Progress, at time.Time, pricing *Pricing) {
	x.facts = append(x.facts, StatusSeen{Line: testLine, WAMID: wamid, Progress: p, Time: at.Unix(), Peers: []Alias{to}, Pricing: pricing})
}

// delivers sends and delivers a message a second later; WhatsApp says nothing of money.
func (x *till) delivers(to Alias, kind string, at time.Time) string {
	w := x.sends(to, kind, at)
	x.tells(w, to, Delivered, at.Add(time.Second), nil)
	return w
}

func (x *till) writes(from Alias, at time.Time) {
	x.n++
	x.facts = append(x.facts, MessageSeen{Line: testLine, WAMID: testWAMID(from.Phone(), In, fmt.Sprintf("8F%018d", x.n)), Side: In, Source: FromLive,
		Time: at.Unix(), Peers: []Alias{from}, Content: text("hi")})
}

// look reads the facts, received a second apart in the far future, so that no time of WhatsApp's looks odd.
func (x *till) look(tariff *Tariff, now time.Time, fn func(*Reader)) {
	x.t.Helper()
	var facts []Sighted
	for i, f := range x.facts {
		facts = append(facts, Sighted{Seq: Seq(i + 1), At: time.Date(2027, 6, 1, 0, 0, i, 0, time.UTC), Fact: f})
	}
	v := applied(x.t, rand.New(rand.NewPCG(1, uint64(len(facts)))), facts)
	if err := v.View(func(tx ReadTx) error {
		r := NewReader(tx, Lens{Agent: "priya", Now: now, Tariff: tariff})
		fn(r)
		return r.Err()
	}); err != nil {
		x.t.Fatal(err)
	}
}

// priceWords is the price of a message in short: its reason, its amount, and whether WhatsApp has confirmed it.
func priceWords(p *Price) string {
	if p == nil {
		return "none"
	}
	s := "free " + string(p.Why)
	if p.Billable {
		s = string(p.Why)
		if p.Amount != nil {
			s += " " + p.Amount.String()
		}
	}
	if p.Confirmed {
		s += ", told"
	}
	return s
}

func (x *till) prices(tariff *Tariff, wamids ...string) (got []string) {
	x.t.Helper()
	x.look(tariff, time.Date(2027, 6, 2, 0, 0, 0, 0, time.UTC), func(r *Reader) {
		for _, w := range wamids {
			m, ok := r.Message(key(w))
			if !ok {
				x.t.Fatalf("%s has no row", w)
			}
			got = append(got, priceWords(m.Pricing))
		}
	})
	return got
}

func utc(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2026, month, day, hour, minute, 0, 0, time.UTC)
}

func TestPriceOfAMessage(t *testing.T) {
	regular := func(category string) *Pricing {
		return &Pricing{Billable: true, Category: category, Model: "PMP", Type: "regular"}
	}
	free := func(category, kind string) *Pricing {
		return &Pricing{Category: category, Model: "PMP", Type: kind}
	}
	for _, c := range []struct {
		name string
		do   func(x *till) string
		want string
	}{
		{"a reply before October", func(x *till) string { return x.delivers(brazil, "text", utc(9, 30, 12, 0)) }, "free service"},
		{"a reply in October is one of the free ones", func(x *till) string { return x.delivers(brazil, "text", utc(10, 2, 12, 0)) }, "free quota"},
		{"after those it costs what a utility template does", func(x *till) string {
			for i := range 3 {
				x.delivers(brazil, "text", utc(10, 2, 10, i))
			}
			return x.delivers(brazil, "text", utc(10, 2, 12, 0))
		}, "listed USD 0.0068"},
		{"what failed, the phone and templates use up nothing", func(x *till) string {
			for i := range 3 {
				w := x.sends(brazil, "text", utc(10, 2, 10, i))
				x.facts = append(x.facts, StatusSeen{Line: testLine, WAMID: w, Failure: &Failure{Code: 131026}, Time: utc(10, 2, 11, i).Unix(), Peers: []Alias{brazil}})
				x.delivers(brazil, "UTILITY", utc(10, 2, 10, i))
				x.n++
				x.facts = append(x.facts, MessageSeen{Line: testLine, WAMID: testWAMID(brazil.Phone(), Out, fmt.Sprintf("9F%018d", x.n)), Side: Out,
					Source: FromEcho, Time: utc(10, 2, 10, i).Unix(), Peers: []Alias{brazil}, Content: text("by hand")})
			}
			return x.delivers(brazil, "text", utc(10, 2, 12, 0))
		}, "free quota"},
		{"the delivery decides the month, not the sending", func(x *till) string {
			w := x.sends(brazil, "text", utc(9, 30, 23, 59))
			x.tells(w, brazil, Delivered, utc(10, 1, 0, 0), nil)
			return w
		}, "free quota"},
		{"a utility template outside the window before October", func(x *till) string { return x.delivers(brazil, "UTILITY", utc(9, 30, 12, 0)) }, "listed USD 0.007"},
		{"a utility template inside it", func(x *till) string {
			x.writes(brazil, utc(9, 30, 11, 0))
			return x.delivers(brazil, "UTILITY", utc(9, 30, 12, 0))
		}, "free window"},
		{"a day after the customer's message the window is closed", func(x *till) string {
			x.writes(brazil, utc(9, 29, 12, 0))
			return x.delivers(brazil, "UTILITY", utc(9, 30, 12, 0))
		}, "listed USD 0.007"},
		{"what the customer writes afterwards opens nothing for it", func(x *till) string {
			w := x.delivers(brazil, "UTILITY", utc(9, 30, 12, 0))
			x.writes(brazil, utc(9, 30, 13, 0))
			return w
		}, "listed USD 0.007"},
		{"a utility template inside the window in October", func(x *till) string {
			x.writes(brazil, utc(10, 3, 11, 0))
			return x.delivers(brazil, "UTILITY", utc(10, 3, 12, 0))
		}, "listed USD 0.0068"},
		{"marketing", func(x *till) string { return x.delivers(brazil, "MARKETING", utc(9, 30, 12, 0)) }, "listed USD 0.0625"},
		{"a country the table does not have", func(x *till) string { return x.delivers("p:33612345678", "MARKETING", utc(10, 3, 12, 0)) }, "unknown"},
		{"after an advertisement", func(x *till) string {
			w := x.delivers(brazil, "MARKETING", utc(10, 3, 12, 0))
			x.facts = append(x.facts, StatusSeen{Line: testLine, WAMID: x.sends(brazil, "text", utc(10, 3, 11, 0)), Progress: SentOn, Time: utc(10, 3, 11, 0).Unix(),
				Peers: []Alias{brazil}, Pricing: free("service", "free_entry_point"), FreeUntil: utc(10, 6, 11, 0).Unix()})
			return w
		}, "free entry"},
		{"three days later it is over", func(x *till) string {
			w := x.delivers(brazil, "MARKETING", utc(10, 6, 11, 1))
			x.facts = append(x.facts, StatusSeen{Line: testLine, WAMID: x.sends(brazil, "text", utc(10, 3, 11, 0)), Progress: SentOn, Time: utc(10, 3, 11, 0).Unix(),
				Peers: []Alias{brazil}, Pricing: free("service", "free_entry_point"), FreeUntil: utc(10, 6, 11, 0).Unix()})
			return w
		}, "listed USD 0.0625"},
		{"WhatsApp says charged where a free one was expected", func(x *till) string {
			w := x.delivers(brazil, "text", utc(10, 2, 12, 0))
			x.tells(w, brazil, SentOn, utc(10, 2, 12, 0), regular("service"))
			return w
		}, "listed USD 0.0068, told"},
		{"WhatsApp says free where a price was expected", func(x *till) string {
			w := x.delivers(brazil, "UTILITY", utc(10, 2, 12, 0))
			x.tells(w, brazil, SentOn, utc(10, 2, 12, 0), free("utility", "free_customer_service"))
			return w
		}, "free window, told"},
		{"WhatsApp has filed it elsewhere", func(x *till) string {
			w := x.delivers(brazil, "UTILITY", utc(10, 2, 12, 0))
			x.tells(w, brazil, Delivered, utc(10, 2, 12, 0), regular("marketing"))
			return w
		}, "listed USD 0.0625, told"},
		{"the type counts where the flag disagrees", func(x *till) string {
			w := x.delivers(brazil, "UTILITY", utc(10, 2, 12, 0))
			x.tells(w, brazil, Delivered, utc(10, 2, 12, 0), &Pricing{Billable: true, Category: "utility", Type: "free_entry_point"})
			return w
		}, "free entry, told"},
		{"the flag counts where there is no type", func(x *till) string {
			w := x.delivers(brazil, "UTILITY", utc(10, 2, 12, 0))
			x.tells(w, brazil, Delivered, utc(10, 2, 12, 0), &Pricing{Billable: true, Category: "utility"})
			return w
		}, "listed USD 0.0068, told"},
		{"what came first is told last", func(x *till) string {
			w := x.sends(brazil, "text", utc(10, 2, 12, 0))
			x.tells(w, brazil, Read, utc(10, 2, 12, 9), nil)
			x.tells(w, brazil, Delivered, utc(10, 2, 12, 2), free("service", "free_customer_service"))
			x.tells(w, brazil, SentOn, utc(10, 2, 12, 1), free("service", "free_customer_service"))
			return w
		}, "free quota, told"},
		{"what failed costs nothing", func(x *till) string {
			w := x.sends(brazil, "UTILITY", utc(10, 2, 12, 0))
			x.facts = append(x.facts, StatusSeen{Line: testLine, WAMID: w, Failure: &Failure{Code: 131026}, Time: utc(10, 2, 12, 1).Unix(), Peers: []Alias{brazil}})
			return w
		}, "none"},
		{"a tool elsewhere is charged by what WhatsApp says", func(x *till) string {
			w := testWAMID(brazil.Phone(), Out, "6F00000000000000000001")
			x.facts = append(x.facts, MessageSeen{Line: testLine, WAMID: w, Side: Out, Source: FromOther, Time: utc(10, 2, 12, 0).Unix(), Peers: []Alias{brazil}, Content: text("x")})
			x.tells(w, brazil, Delivered, utc(10, 2, 12, 0), regular("utility"))
			return w
		}, "listed USD 0.0068, told"},
		{"the phone costs nothing", func(x *till) string {
			w := testWAMID(brazil.Phone(), Out, "6F00000000000000000002")
			x.facts = append(x.facts, MessageSeen{Line: testLine, WAMID: w, Side: Out, Source: FromEcho, Time: utc(10, 2, 12, 0).Unix(), Peers: []Alias{brazil}, Content: text("x")})
			x.tells(w, brazil, Delivered, utc(10, 2, 12, 0), nil)
			return w
		}, "none"},
		{"an import costs nothing", func(x *till) string {
			w := testWAMID(brazil.Phone(), Out, "6F00000000000000000003")
			x.facts = append(x.facts, MessageSeen{Line: testLine, WAMID: w, Side: Out, Source: FromHistory, Time: utc(10, 2, 12, 0).Unix(), Peers: []Alias{brazil}, Content: text("x")})
			return w
		}, "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := &till{t: t}
			w := c.do(x)
			if got := x.prices(NewTariff(testRates(), time.UTC, "USD"), w)[0]; got != c.want {
				t.Errorf("it is %q, want %q", got, c.want)
			}
			x.facts = append(x.facts, x.facts...) // everything twice, and the other way round
			slices.Reverse(x.facts)
			if got := x.prices(NewTariff(testRates(), time.UTC, "USD"), w)[0]; got != c.want {
				t.Errorf("told twice and backwards it is %q, want %q", got, c.want)
			}
		})
	}
}

// The free ones of a month are those that were delivered first, wherever the journal has them; the next month has its own.
func TestQuotaEdgeAndMonth(t *testing.T) {
	x := &till{t: t}
	var all []string
	for i := range 4 {
		all = append(all, x.delivers(brazil, "text", utc(10, 31, 23, 50+i)))
	}
	all = append(all, x.delivers(brazil, "text", utc(11, 1, 0, 0)))
	late := x.delivers(brazil, "text", utc(10, 31, 23, 40)) // is told of last
	tariff := NewTariff(testRates(), time.UTC, "USD")
	want := []string{"free quota", "free quota", "listed USD 0.0068", "listed USD 0.0068", "free quota", "free quota"}
	if got := x.prices(tariff, append(all, late)...); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}

	// In São Paulo it is October until three in the morning of the first of November, London's time.
	want[4] = "listed USD 0.0068"
	if got := x.prices(NewTariff(testRates(), zone(t, "America/Sao_Paulo"), "USD"), append(all, late)...); !slices.Equal(got, want) {
		t.Errorf("in São Paulo %q, want %q", got, want)
	}

	none := testRates()
	none.FreeService = 0
	if got := x.prices(NewTariff(none, time.UTC, "USD"), late)[0]; got != "listed USD 0.0068" {
		t.Errorf("without free ones it is %q", got)
	}
}

// The rule of October begins at midnight in the account's zone.
func TestOctoberRuleBeginsInTheAccountsZone(t *testing.T) {
	x := &till{t: t}
	before, after := x.delivers(brazil, "text", time.Date(2026, 9, 30, 18, 29, 58, 0, time.UTC)), x.delivers(brazil, "text", time.Date(2026, 9, 30, 18, 29, 59, 0, time.UTC))
	got := x.prices(NewTariff(testRates(), zone(t, "Asia/Kolkata"), "USD"), before, after) // UTC+5:30; both are delivered a second later
	if want := []string{"free service", "free quota"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCostsOfAMonth(t *testing.T) {
	x := &till{t: t}
	usa := Alias("p:16505551234")
	for i := range 4 {
		x.delivers(brazil, "text", utc(10, 2, 10, i)) // the fourth is charged
	}
	w := x.delivers(brazil, "MARKETING", utc(10, 5, 12, 0))
	x.tells(w, brazil, Delivered, utc(10, 5, 12, 0), &Pricing{Billable: true, Category: "marketing", Type: "regular"})
	x.delivers(brazil, "MARKETING", utc(10, 5, 13, 0))
	x.sends(brazil, "MARKETING", utc(10, 5, 14, 0)) // is on its way
	x.delivers(usa, "UTILITY", utc(10, 7, 12, 0))
	x.delivers("p:33612345678", "UTILITY", utc(10, 8, 12, 0))
	x.delivers(Alias("p:919820012345"), "UTILITY", utc(10, 8, 13, 0))
	x.delivers(brazil, "MARKETING", utc(11, 1, 0, 0)) // another month
	for i := range 2 {
		x.facts = append(x.facts, MessageSeen{Line: testLine, WAMID: testWAMID(brazil.Phone(), Out, fmt.Sprintf("6F%018d", i)), Side: Out,
			Source: FromEcho, Time: utc(10, 9, 12, i).Unix(), Peers: []Alias{brazil}, Content: text("by hand")})
	}
	var c Costs
	x.look(NewTariff(testRates(), time.UTC, "USD"), utc(11, 20, 0, 0), func(r *Reader) {
		var err error
		if c, err = r.Costs(testLine, CostsQuery{Month: "2026-10"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Costs(testLine, CostsQuery{Month: "October"}); KindOf(err) != Invalid {
			t.Errorf("a month that is none gives %v", err)
		}
		if this, err := r.Costs(testLine, CostsQuery{}); err != nil || this.Month != "2026-11" || len(this.Lines) != 1 {
			t.Errorf("without a month it is %+v (%v)", this, err)
		}
		if other, err := r.Costs("another", CostsQuery{Month: "2026-10"}); err != nil || len(other.Lines) != 0 || other.Phone != 0 {
			t.Errorf("another number has %+v (%v)", other, err)
		}
	})
	want := Costs{
		Month: "2026-10", From: utc(10, 1, 0, 0), To: utc(11, 1, 0, 0), Zone: "UTC", Rates: "2026-11-01", FreeService: 3, ServiceUsed: 3, Phone: 2,
		Lines: []CostLine{
			{Category: "service", Country: "BR", Delivered: 4, Estimated: 4, Charged: 1, Free: map[PriceWhy]int{FreeQuota: 3}, Currency: "USD", EstimatedMicros: 6_800},
			{Category: "utility", Country: "FR", Delivered: 1, Estimated: 1, Charged: 1, Unpriced: 1},
			{Category: "utility", Country: "IN", Delivered: 1, Estimated: 1, Charged: 1, Currency: "INR", EstimatedMicros: 115_000},
			{Category: "utility", Country: "US", Delivered: 1, Estimated: 1, Charged: 1, Currency: "USD", EstimatedMicros: 3_400},
			{Category: "marketing", Country: "BR", Delivered: 2, Pending: 1, Confirmed: 1, Estimated: 1, Charged: 2, Currency: "USD", ConfirmedMicros: 62_500, EstimatedMicros: 62_500},
		},
		Totals: []CostTotal{{"INR", 0, 115_000}, {"USD", 62_500, 72_700}},
	}
	got, _ := json.MarshalIndent(c, "", " ")
	wanted, _ := json.MarshalIndent(want, "", " ")
	if string(got) != string(wanted) {
		t.Errorf("%s\nwant\n%s", got, wanted)
	}
}

func TestPricesBeforeSending(t *testing.T) {
	x := &till{t: t}
	x.writes(brazil, utc(10, 2, 9, 0))
	x.delivers(brazil, "text", utc(10, 2, 9, 30))
	x.delivers(brazil, "text", utc(10, 2, 9, 40))
	words := func(tariff *Tariff, now time.Time, q PriceQuery) (got []string) {
		x.look(tariff, now, func(r *Reader) {
			if q.To == "" {
				no, err := r.Find("+" + brazil.Phone())
				if err != nil {
					t.Fatal(err)
				}
				q.Thread = no.ID()
			}
			p, err := r.Prices(testLine, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range Categories() {
				price := p[c]
				got = append(got, priceWords(&price))
			}
		})
		return got
	}
	check := func(name string, got, want []string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	tariff := NewTariff(testRates(), time.UTC, "USD")
	check("the last free one", words(tariff, utc(10, 2, 10, 0), PriceQuery{}), []string{"free quota", "listed USD 0.0068", "listed USD 0.0625", "unknown"})
	check("before the rule, in the window", words(tariff, time.Date(2026, 9, 30, 10, 0, 0, 0, time.UTC), PriceQuery{}), []string{"free service", "free window", "listed USD 0.0625", "unknown"})
	x.delivers(brazil, "text", utc(10, 2, 9, 50))
	check("the free ones are gone", words(tariff, utc(10, 2, 10, 0), PriceQuery{}), []string{"listed USD 0.0068", "listed USD 0.0068", "listed USD 0.0625", "unknown"})
	check("they come again", words(tariff, utc(11, 1, 0, 0), PriceQuery{}), []string{"free quota", "listed USD 0.0068", "listed USD 0.0625", "unknown"})
	check("a number that has no thread", words(tariff, utc(10, 2, 10, 0), PriceQuery{To: "+1 650 555 9999"}), []string{"listed USD 0.0034", "listed USD 0.0034", "unknown", "unknown"})
	x.look(NewTariff(testRates(), time.UTC, "EUR"), utc(10, 2, 10, 0), func(r *Reader) {
		if p, err := r.Prices(testLine, PriceQuery{To: "+1 650 555 9999"}); err != nil || !p[CategoryUtility].Foreign || p[CategoryMarketing].Foreign {
			t.Errorf("billed in euros it says %+v (%v)", p, err)
		}
	})
	x.look(tariff, utc(10, 2, 10, 0), func(r *Reader) {
		if p, err := r.Prices(testLine, PriceQuery{To: "+1 650 555 9999"}); err != nil || p[CategoryUtility].Foreign {
			t.Errorf("billed in dollars it says %+v (%v)", p, err)
		}
	})
	x.look(nil, utc(10, 2, 10, 0), func(r *Reader) {
		if p, err := r.Prices(testLine, PriceQuery{To: "55"}); p != nil || err != nil {
			t.Errorf("without a table it says %v (%v)", p, err)
		}
		if _, err := r.Costs(testLine, CostsQuery{}); KindOf(err) != NotFound {
			t.Errorf("without a table the costs are %v", err)
		}
	})
}

// A number that only a user id stands for has its letters as a hint, and says so.
func TestCountryOfAUserIDIsAGuess(t *testing.T) {
	x := &till{t: t}
	user := Alias("u:BR.1349120865530274")
	w := testWAMID("BR.1349120865530274", Out, "7F00000000000000000009")
	x.facts = append(x.facts, Queued{OID: "01USER", Peer: Peer{testLine, user}, Out: Outgoing{Type: "text", Text: "x"}, At: utc(10, 2, 9, 0)},
		Settled{OID: "01USER", N: 1, At: utc(10, 2, 9, 0), Outcome: Outcome{Result: ResultAccepted, WAMID: w, Date: utc(10, 2, 9, 0).Unix()}})
	x.tells(w, user, Delivered, utc(10, 2, 9, 1), &Pricing{Billable: true, Category: "service", Type: "regular"})
	guessed := func(want bool, country string) {
		t.Helper()
		x.look(NewTariff(testRates(), time.UTC, "USD"), utc(10, 20, 0, 0), func(r *Reader) {
			m, _ := r.Message(key(w))
			c, err := r.Costs(testLine, CostsQuery{})
			if err != nil || len(c.Lines) != 1 {
				t.Fatalf("costs are %+v (%v)", c, err)
			}
			if p := m.Pricing; p.Guessed != want || p.Country != country || c.Lines[0].Country != country || (c.Lines[0].Guessed == 1) != want {
				t.Errorf("the message is to %q (guessed %v), the line %+v", p.Country, p.Guessed, c.Lines[0])
			}
		})
	}
	guessed(true, "BR")
	x.facts = append(x.facts, LinkSeen{Line: testLine, Peers: []Alias{user, "p:16505551234"}})
	guessed(false, "US") // a number came to light, and it is of another country
}
