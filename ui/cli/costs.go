package cli

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/inbox"

	"github.com/spf13/cobra"
)

func (a *app) costsCmd() *cobra.Command {
	var q inbox.CostsQuery
	c := a.jsonFlag(&cobra.Command{
		Use: "costs", Short: "What a month's messages are taken to cost", Args: monthArg(&q.Month),
		Long: "What was sent by the API in one month: how many messages of each category to each country, which of them are free\n" +
			"and why, and what the others are taken to cost. WhatsApp tells for each message whether it charges; the prices come\n" +
			"from a dated table (costs.rates_file lays another one over it), so amounts are estimates and the invoice counts.\n" +
			"What was written on the phone is free. --json prints one object, with amounts in millionths.",
		RunE: func(c *cobra.Command, _ []string) error {
			if _, err := time.Parse("2006-01", q.Month); err != nil && q.Month != "" {
				return usage("--month is %q; write it as 2026-10", q.Month)
			}
			need := reading
			if q.Compare {
				need = attached
			}
			desk, done, err := a.connect(c.Context(), need)
			if err != nil {
				return err
			}
			defer done()
			costs, err := desk.Costs(c.Context(), q)
			if err != nil {
				return err
			}
			if a.asJSON {
				return a.printJSON(costs)
			}
			_, err = fmt.Fprint(a.out, costsText(costs, q.Compare))
			return err
		},
	})
	c.Flags().StringVar(&q.Month, "month", "", "the month, as 2026-10 (default this one), in the account's time zone")
	c.Flags().Lookup("month").NoOptDefVal = thisMonth
	c.Flags().BoolVar(&q.Compare, "compare", false, "ask WhatsApp for its own figures too; needs a running owner and a token that may read them")
	return c
}

// thisMonth is what --month means with nothing behind it.
const thisMonth = "this"

// monthArg takes the month behind --month, which may also stand alone: then it is this one.
func monthArg(month *string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if *month == thisMonth {
			*month = ""
			if len(args) == 1 {
				*month, args = args[0], nil
			}
		}
		return noArgs(c, args)
	}
}

// tariff is the table of prices with what the configuration makes of it.
func (c Config) tariff() (*inbox.Tariff, error) {
	rates := cloudapi.Rates()
	if file := c.Costs.RatesFile; file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, usage("costs.rates_file: %s: %w", file, rootCause(err))
		}
		own, err := cloudapi.ReadRates(filepath.Base(file), raw)
		if err != nil {
			return nil, usage("costs.rates_file: %w", err)
		}
		rates = rates.Over(own)
	}
	zone := time.Local
	if c.Costs.Zone != "" {
		var err error
		if zone, err = time.LoadLocation(c.Costs.Zone); err != nil {
			return nil, usage("costs.time_zone is %q, which this machine does not know; write it as Asia/Kolkata", c.Costs.Zone)
		}
	}
	return inbox.NewTariff(rates, zone, c.Costs.Currency), nil
}

// whyFree says in a few words why messages are free.
var whyFree = map[inbox.PriceWhy]string{
	inbox.FreeQuota: "free this month", inbox.FreeService: "no template", inbox.FreeWindow: "inside the 24 hours",
	inbox.FreeEntry: "from an advertisement", "": "as WhatsApp says",
}

// costsText is the month for a person.
func costsText(c inbox.Costs, compared bool) string {
	var b strings.Builder
	zone := c.Zone
	if zone == time.Local.String() { // what the library calls it, which says nothing
		zone = "this machine's time"
	}
	fmt.Fprintf(&b, "%s (%s); prices as of %s, an estimate: WhatsApp's invoice counts\n\n", c.Month, zone, c.Rates)
	pending, unpriced := 0, 0
	var nowhere []string // the table knows
	if len(c.Lines) == 0 {
		b.WriteString("Nothing was sent by the API.\n")
	} else {
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "category\tto\tdelivered\tcharged\tconfirmed\texpected\tfree")
		for _, l := range c.Lines {
			pending, unpriced = pending+l.Pending, unpriced+l.Unpriced
			if l.Unpriced > 0 {
				nowhere = append(nowhere, strings.TrimSpace(countryWord(l)+" "+l.Category))
			}
			fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\t%s\n", cmp.Or(l.Category, "unknown"), countryWord(l), l.Delivered, l.Charged,
				amount(l.ConfirmedMicros, l.Currency), amount(l.EstimatedMicros, l.Currency), freeWords(l.Free))
		}
		w.Flush()
	}
	b.WriteByte('\n')
	for _, t := range c.Totals {
		fmt.Fprintf(&b, "in all %s: %s confirmed as charged, %s expected\n", total(t.ConfirmedMicros+t.EstimatedMicros, t.Currency),
			total(t.ConfirmedMicros, t.Currency), total(t.EstimatedMicros, t.Currency))
	}
	if c.FreeService > 0 {
		fmt.Fprintf(&b, "%d of the month's %d free service messages are used\n", c.ServiceUsed, c.FreeService)
	}
	if pending > 0 {
		fmt.Fprintf(&b, "%d more are on their way and cost nothing until they are delivered\n", pending)
	}
	if unpriced > 0 {
		fmt.Fprintf(&b, "%d are charged at a price that the table does not know (%s):\n  put it into a file of your own and name that in costs.rates_file\n", unpriced, strings.Join(nowhere, ", "))
	}
	fmt.Fprintf(&b, "the phone sent %d for nothing\n", c.Phone)
	if compared {
		b.WriteString(comparedText(c))
	}
	return b.String()
}

// comparedText sets WhatsApp's own figures beside those of here.
func comparedText(c inbox.Costs) string {
	var b strings.Builder
	b.WriteString("\nWhatsApp's own figures, in the account's currency:\n")
	if len(c.Reported) == 0 {
		b.WriteString("none for this month yet\n")
		return b.String()
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "category\tto\ttype\tvolume\there\tcost")
	for _, r := range c.Reported {
		here := 0
		for _, l := range c.Lines {
			if l.Category != r.Category || l.Country != r.Country {
				continue
			}
			switch r.Type {
			case "free_entry_point":
				here += l.Free[inbox.FreeEntry]
			case "free_customer_service":
				here += l.Delivered - l.Charged - l.Free[inbox.FreeEntry]
			default:
				here += l.Charged
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\n", inbox.Clean(r.Category), cmp.Or(inbox.Clean(r.Country), "?"), inbox.Clean(r.Type), r.Volume, here,
			inbox.Money{Micros: r.Micros}.Amount())
	}
	w.Flush()
	return b.String()
}

// countryWord marks a country that is read from a user id.
func countryWord(l inbox.CostLine) string {
	if l.Guessed > 0 {
		return l.Country + "?"
	}
	return cmp.Or(l.Country, "?")
}

func amount(micros int64, currency string) string {
	if micros == 0 {
		return ""
	}
	return total(micros, currency)
}

func total(micros int64, currency string) string {
	return inbox.Money{Micros: micros, Currency: currency}.String()
}

func freeWords(free map[inbox.PriceWhy]int) string {
	var all []string
	for _, why := range slices.Sorted(maps.Keys(free)) {
		all = append(all, strings.TrimSpace(strconv.Itoa(free[why])+" "+whyFree[why]))
	}
	return strings.Join(all, ", ")
}
