package ui

import (
	"strconv"
	"strings"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// Messages that are neither text nor file, and fit on one typed line: a place and a contact card.

// ReadPlace reads LAT,LON[,NAME[,ADDRESS]]; the address may hold commas.
func ReadPlace(text string) (inbox.Outgoing, error) {
	out := inbox.Outgoing{Type: "location"}
	parts := strings.SplitN(text, ",", 4)
	if len(parts) < 2 {
		return out, inbox.Refusal("place")
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	lat, err1 := strconv.ParseFloat(parts[0], 64)
	lon, err2 := strconv.ParseFloat(parts[1], 64)
	if err1 != nil || err2 != nil || !(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180) {
		return out, inbox.Refusal("place")
	}
	out.Location = &inbox.HeaderLocation{Latitude: lat, Longitude: lon}
	if len(parts) > 2 {
		out.Location.Name = parts[2]
	}
	if len(parts) > 3 {
		out.Location.Address = parts[3]
	}
	return out, nil
}

// ReadCard reads NAME,PHONE[,COMPANY] as one contact card; the company may hold commas. Whether the phone is a number is
// the Desk's to say.
func ReadCard(text string) (inbox.Outgoing, error) {
	out := inbox.Outgoing{Type: "contacts"}
	parts := strings.SplitN(text, ",", 3)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if len(parts) < 2 || parts[0] == "" || parts[1] == "" {
		return out, inbox.Refusal("card")
	}
	card := inbox.Card{Name: parts[0], Phones: []string{parts[1]}}
	if len(parts) > 2 {
		card.Company = parts[2]
	}
	out.Cards = []inbox.Card{card}
	return out, nil
}

func (m *Model) typePlace() tea.Cmd { return m.askPlace("") }

func (m *Model) askPlace(text string) tea.Cmd {
	return m.openDialog(newPrompt(m.pen.w.PlaceTitle, m.pen.w.PlaceHint, text, true, (*Model).sendPlace))
}

func (m *Model) sendPlace(text string) tea.Cmd {
	return m.sendTyped(text, ReadPlace, (*Model).askPlace)
}

func (m *Model) typeCard() tea.Cmd { return m.askCard("") }

func (m *Model) askCard(text string) tea.Cmd {
	return m.openDialog(newPrompt(m.pen.w.CardTitle, m.pen.w.CardHint, text, true, (*Model).sendCard))
}

func (m *Model) sendCard(text string) tea.Cmd { return m.sendTyped(text, ReadCard, (*Model).askCard) }

// sendTyped sends what a line makes, with the pause of a reply; a line that was refused is asked for again. The box keeps
// its draft.
func (m *Model) sendTyped(text string, read func(string) (inbox.Outgoing, error), again func(*Model, string) tea.Cmd) tea.Cmd {
	if text = strings.TrimSpace(text); text == "" || m.opened() == nil {
		return nil
	}
	out, err := read(text)
	if err != nil {
		return tea.Batch(again(m, text), m.fail(err))
	}
	send := inbox.Send{Thread: m.talk.id, OID: inbox.OID(m.newID()), Seen: m.talk.newest(), Out: out, Pause: m.cfg.Hold}
	desk, ctx := m.desk, m.ctx
	return tea.Batch(m.toEnd(), func() tea.Msg {
		_, err := desk.Do(ctx, string(send.OID), send)
		return answeredMsg(func(m *Model) tea.Cmd {
			switch {
			case err == nil:
				return m.answered(send.Thread)
			case inbox.KindOf(err) == inbox.Invalid && m.talk.id == send.Thread && len(m.dialogs) == 0:
				return tea.Batch(again(m, text), m.fail(err))
			}
			return m.fail(err)
		})
	})
}
