package ui

import (
	"strings"

	"frontdesk/inbox"
)

// costWords are what messages cost. {price} is an amount, {date} that of its source.
type costWords struct {
	HereCosts, HereShort, HereFree       string
	Charged, AtPrice, NoPrice, FreeFor   string
	Told, Expected, Guessed, TemplateFor string
	FreeQuota, FreeService, FreeInside   string
	FreeAdvert, FreeOther                string
}

var englishCosts = costWords{
	HereCosts: "here: {price} · phone: free", HereShort: "here: {price}", HereFree: "{n} free this month",
	Charged: "charged", AtPrice: "{price}, listed {date}", NoPrice: "charged, at a price not known here", FreeFor: "free: {why}",
	Told: "WhatsApp says so", Expected: "expected", Guessed: "country guessed", TemplateFor: "price: {price}",
	FreeQuota: "one of the month's free ones", FreeService: "no template", FreeInside: "inside the 24 hours",
	FreeAdvert: "from an advertisement", FreeOther: "as WhatsApp says",
}

// price says what a message costs and why, how sure that is, and of when the amount is.
func (w *words) price(p *inbox.Price) string {
	parts := []string{w.amount(p)}
	if p.Confirmed {
		parts = append(parts, w.Told)
	} else {
		parts = append(parts, w.Expected)
	}
	if p.Guessed && p.Amount != nil {
		parts = append(parts, w.Guessed)
	}
	if p.Category != "" {
		parts = append(parts, inbox.Clean(p.Category))
	}
	return strings.Join(parts, ", ")
}

func (w *words) amount(p *inbox.Price) string {
	switch {
	case p.Billable && p.Amount != nil:
		return fill(w.AtPrice, "price", p.Amount.String(), "date", p.ListedAt)
	case p.Billable && p.Why == inbox.PriceUnknown:
		return w.NoPrice
	case p.Billable:
		return w.Charged
	}
	why := map[inbox.PriceWhy]string{inbox.FreeQuota: w.FreeQuota, inbox.FreeService: w.FreeService, inbox.FreeWindow: w.FreeInside,
		inbox.FreeEntry: w.FreeAdvert}[p.Why]
	if why == "" {
		why = w.FreeOther
	}
	return fill(w.FreeFor, "why", why)
}
