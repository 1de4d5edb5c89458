package ui

import (
	"strconv"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// loadPrices asks what a message to the open thread would cost now. Nobody waits for it, and a desk that does not know
// shows none.
func (m *Model) loadPrices() tea.Cmd {
	desk, ctx, id := m.desk, m.ctx, m.talk.id
	return func() tea.Msg {
		prices, err := desk.Prices(ctx, inbox.PriceQuery{Thread: id})
		return answeredMsg(func(m *Model) tea.Cmd {
			if err == nil && m.talk.id == id {
				m.talk.prices = prices
			}
			return nil
		})
	}
}

// loadPrice asks what the template of a form would cost.
func (m *Model) loadPrice(d *form) tea.Cmd {
	desk, ctx, q := m.desk, m.ctx, inbox.PriceQuery{Thread: d.from.thread, To: d.from.to}
	return func() tea.Msg {
		prices, err := desk.Prices(ctx, q)
		return answeredMsg(func(m *Model) tea.Cmd {
			if p, ok := prices[fold(d.t.Category)]; ok && err == nil {
				d.price = &p
			}
			return nil
		})
	}
}

// fewFree is from how many free messages of the month on a person is told how many are left.
const fewFree = 100

// pricesHere says what a reply from here would cost, the fullest words first; none when that is nothing to think of.
func (m *Model) pricesHere() []string {
	p, ok := m.talk.prices[inbox.CategoryService]
	w := m.pen.w
	switch {
	case !ok:
		return nil
	case !p.Billable && p.Left > 0 && p.Left <= fewFree:
		return []string{fill(w.HereFree, "n", strconv.Itoa(p.Left))}
	case !p.Billable:
		return nil
	}
	price := w.Charged
	switch {
	case p.Amount != nil && p.Foreign: // a bare amount is of the currency that the account is billed in
		price = p.Amount.String()
	case p.Amount != nil:
		price = p.Amount.Amount()
	case p.Why == inbox.PriceUnknown:
		return []string{fill(w.HereCosts, "price", w.NoPrice), fill(w.HereCosts, "price", price), fill(w.HereShort, "price", price)}
	}
	return []string{fill(w.HereCosts, "price", price), fill(w.HereShort, "price", price)}
}
