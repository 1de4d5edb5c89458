package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
)

const ownRates = `read: 2026-11-02
rules: {free_service_messages: 1}
sources:
  ours: {what: our contract, dated: 2026-11-02}
rates:
  - {for: IN, category: utility, from: 2026-01-01, price: USD 0.01, source: ours}
`

// TestCostsOfAMorning follows money from the practice WhatsApp to the command: what is free, what is charged, at whose
// price, and what WhatsApp itself has counted.
func TestCostsOfAMorning(t *testing.T) {
	quick := sandbox.Span{Min: time.Millisecond, Max: 2 * time.Millisecond}
	sb, err := sandbox.New(sandbox.Config{AccessToken: testToken, AppSecret: testSecret, PNID: testLine, WABA: testWABA, VerifyToken: testVerify,
		Cadence: sandbox.Cadence{Sent: quick, Delivered: quick, Read: quick}, FreeService: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := sb.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sb.Close(); err != nil {
			t.Error(err)
		}
	})
	s := newShop(t, sb.URL())
	rates := filepath.Join(t.TempDir(), "rates.yaml")
	conf, err := os.ReadFile(s.config)
	if err == nil {
		err = os.WriteFile(s.config, append(conf, "costs:\n  rates_file: "+rates+"\n  time_zone: UTC\n"...), 0o600)
	}
	if err == nil {
		err = os.WriteFile(rates, []byte(strings.Replace(ownRates, "for: IN", "for: INDIA", 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := s.output(t, "serve"); status != 2 || !strings.Contains(stderr, `costs.rates_file: rates.yaml line 6: "INDIA" is neither`) {
		t.Fatalf("a table with a mistake gives %d %s", status, stderr)
	}
	if err := os.WriteFile(rates, []byte(ownRates), 0o600); err != nil {
		t.Fatal(err)
	}

	var log lockedBuffer
	s.serve(t, &log)
	connectTo(t, sb, s)
	asha := sb.Customer("+919800000210").Named("Asha Rao")
	asha.Write("Is the 2 kg box in stock?")
	drain(t, sb)
	for _, text := range []string{"Yes, two left.", "Shall we keep one?", "We close at six."} {
		if _, stderr, status := s.output(t, "reply", "Asha Rao", text); status != 0 {
			t.Fatalf("reply: %s", stderr)
		}
	}
	sb.Phone().Reply(asha, "See you!")
	drain(t, sb)

	var costs inbox.Costs
	read := func(args ...string) bool {
		stdout, stderr, status := s.output(t, append([]string{"costs", "--json"}, args...)...)
		if status != 0 {
			t.Fatalf("costs: %s", stderr)
		}
		costs = inbox.Costs{}
		if err := json.Unmarshal([]byte(stdout), &costs); err != nil {
			t.Fatal(err)
		}
		return len(costs.Lines) == 1 && costs.Lines[0].Confirmed == 3 && costs.Phone == 1
	}
	eventually(t, "all are delivered", func() bool { return read("--compare") })
	l := costs.Lines[0]
	if l.Category != "service" || l.Country != "IN" || l.Charged != 2 || l.Free[inbox.FreeQuota] != 1 || l.ConfirmedMicros != 20_000 || l.Currency != "USD" ||
		costs.FreeService != 1 || costs.ServiceUsed != 1 || costs.Rates != "2026-11-24" {
		t.Errorf("the month is %+v", costs)
	}
	volume := map[string]int{}
	for _, r := range costs.Reported {
		volume[r.Category+" "+r.Type+" "+r.Country] += r.Volume
	}
	if len(volume) != 2 || volume["service regular IN"] != 2 || volume["service free_customer_service IN"] != 1 {
		t.Errorf("WhatsApp's own figures are %+v", costs.Reported)
	}
	stdout, _, _ := s.output(t, "costs", "--compare")
	for _, part := range []string{"USD 0.02", "1 free this month", "the phone sent 1 for nothing", "an estimate", "regular"} {
		if !strings.Contains(stdout, part) {
			t.Errorf("%q is not in\n%s", part, stdout)
		}
	}
	ms := decodeLines[inbox.Message](t, s, "messages", "Asha Rao", "--json")
	if p := ms[2].Pricing; p == nil || !p.Confirmed || p.Why != inbox.PriceListed || p.Amount == nil || p.Amount.Micros != 10_000 || p.Source != "our contract" || p.ListedAt != "2026-11-02" {
		t.Errorf("the second reply costs %+v", p)
	}
	if stdout, _, _ := s.output(t, "costs", "--month", "2025-01"); !strings.Contains(stdout, "Nothing was sent by the API.") {
		t.Errorf("a month of before has\n%s", stdout)
	}
	for _, args := range [][]string{{"--month", "--json"}, {"--json", "--month"}, {"--month=" + costs.Month, "--json"}} { // alone, it is this month
		again := costs
		if stdout, stderr, status := s.output(t, append([]string{"costs"}, args...)...); status != 0 || json.Unmarshal([]byte(stdout), &again) != nil || again.Month != costs.Month {
			t.Errorf("%v gives %d %s%s", args, status, stdout, stderr)
		}
	}
	if _, stderr, status := s.output(t, "costs", "2026-10"); status != 2 || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a month without --month gives %d %s", status, stderr)
	}
	if _, stderr, status := s.output(t, "costs", "--month", "october"); status != 2 || !strings.Contains(stderr, "2026-10") {
		t.Errorf("a month that is none gives %d %s", status, stderr)
	}
}

func TestCostsInWords(t *testing.T) {
	c := inbox.Costs{Month: "2026-10", Zone: "Asia/Kolkata", Rates: "2026-11-24", FreeService: 1000, ServiceUsed: 1000, Phone: 340,
		Lines: []inbox.CostLine{
			{Category: "service", Country: "IN", Delivered: 1200, Charged: 200, Confirmed: 1190, Estimated: 10, Free: map[inbox.PriceWhy]int{inbox.FreeQuota: 1000},
				Currency: "INR", ConfirmedMicros: 21_850_000, EstimatedMicros: 1_150_000},
			{Category: "marketing", Country: "BR", Guessed: 1, Delivered: 3, Pending: 2, Charged: 2, Free: map[inbox.PriceWhy]int{inbox.FreeEntry: 1}, Currency: "USD", EstimatedMicros: 125_000},
			{Category: "marketing", Country: "KZ", Delivered: 1, Charged: 1, Unpriced: 1},
		},
		Totals:   []inbox.CostTotal{{Currency: "INR", ConfirmedMicros: 21_850_000, EstimatedMicros: 1_150_000}, {Currency: "USD", EstimatedMicros: 125_000}},
		Reported: []inbox.Reported{{Category: "service", Type: "regular", Country: "IN", Volume: 201, Micros: 23_115_000}},
	}
	const want = `2026-10 (Asia/Kolkata); prices as of 2026-11-24, an estimate: WhatsApp's invoice counts

category   to   delivered  charged  confirmed  expected   free
service    IN   1200       200      INR 21.85  INR 1.15   1000 free this month
marketing  BR?  3          2                   USD 0.125  1 from an advertisement
marketing  KZ   1          1                              

in all INR 23.00: INR 21.85 confirmed as charged, INR 1.15 expected
in all USD 0.125: USD 0.00 confirmed as charged, USD 0.125 expected
1000 of the month's 1000 free service messages are used
2 more are on their way and cost nothing until they are delivered
1 are charged at a price that the table does not know (KZ marketing):
  put it into a file of your own and name that in costs.rates_file
the phone sent 340 for nothing

WhatsApp's own figures, in the account's currency:
category  to  type     volume  here  cost
service   IN  regular  201     200   23.115
`
	if got := costsText(c, true); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	if got := costsText(inbox.Costs{Month: "2026-10", Zone: time.Local.String()}, false); !strings.HasPrefix(got, "2026-10 (this machine's time);") {
		t.Errorf("%s", got)
	}
}
