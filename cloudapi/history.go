package cloudapi

import (
	"encoding/json"
	"slices"

	"frontdesk/inbox"
)

// codeHistoryDeclined says that the phone's owner shares no history (webhooks 4.2).
const codeHistoryDeclined = 2593109

// history reads imported chats (webhooks 4.2). A chunk may be large, so its threads are decoded one by one.
func (r *reader) history(p place, v *value) {
	for i := range v.History {
		var h struct {
			Metadata loose[struct {
				Phase    text `json:"phase"`
				Chunk    text `json:"chunk_order"`
				Progress text `json:"progress"`
			}] `json:"metadata"`
			Threads []json.RawMessage     `json:"threads"`
			Errors  loose[[]webhookError] `json:"errors"`
		}
		if !item(r, p, "history", i, taken(&v.History[i]), &h) {
			continue
		}
		chunk := 0 // the place of its fact, from 1
		if h.Metadata.OK {
			m := h.Metadata.V
			r.add(inbox.HistorySeen{Line: r.line, Phase: m.Phase.int(), Chunk: m.Chunk.int(), Progress: min(max(m.Progress.int(), 0), 100)})
			chunk = len(r.facts)
		}
		for _, e := range h.Errors.V {
			if e.Code.int() == codeHistoryDeclined {
				r.add(inbox.HistorySeen{Line: r.line, Declined: true})
			} else {
				r.add(inbox.NoteSeen{Line: r.line, Kind: "error", Key: "history " + string(e.Code), Text: e.sentence()})
			}
		}
		below := p.under("history", i)
		messages := 0
		for j := range h.Threads {
			messages += r.thread(below, v, j, taken(&h.Threads[j]))
		}
		if chunk > 0 {
			seen := r.facts[chunk-1].(inbox.HistorySeen)
			seen.Messages = messages
			r.facts[chunk-1] = seen
		}
	}
}

// thread reads one imported chat, and says how many messages it holds.
func (r *reader) thread(p place, v *value, j int, raw json.RawMessage) int {
	var t struct {
		ID      text `json:"id"`
		Context loose[struct {
			WaID     text `json:"wa_id"`
			UserID   text `json:"user_id"`
			Parent   text `json:"parent_user_id"`
			Username text `json:"username"`
		}] `json:"context"`
		Messages []json.RawMessage `json:"messages"`
	}
	if !item(r, p, "threads", j, raw, &t) {
		return 0
	}
	who := &contact{WaID: t.Context.V.WaID, UserID: t.Context.V.UserID, Parent: t.Context.V.Parent}
	who.Profile.V.Username = t.Context.V.Username
	// Clipped, because the items below add to it, each for itself.
	peers := slices.Clip(aliases(nil).with(alias(t.ID)).with(who.aliases()...))
	p = p.under("threads", j)
	for k := range t.Messages {
		raw := taken(&t.Messages[k])
		var m message
		if !item(r, p, "messages", k, raw, &m) {
			continue
		}
		o := origin{side: side(&m, peers, v.Metadata.Display), source: inbox.FromHistory, peers: peers, who: who}
		switch {
		case o.side == inbox.In:
			o.peers = o.peers.with(alias(m.From), userAlias(m.FromUser), userAlias(m.FromParent))
		case m.To != "" || m.ToUser != "" || m.ToParent != "":
			o.peers = o.peers.with(alias(m.To), userAlias(m.ToUser), userAlias(m.ToParent))
		}
		r.message(p, "messages", k, &m, raw, o)
	}
	return len(t.Messages)
}

// side tells who wrote an imported message (merge-rules 3.1, webhooks 4.2): WhatsApp's own word first; then the
// sender, who is the business, the customer of the thread, or missing, which means the customer.
func side(m *message, thread aliases, display text) inbox.Side {
	switch m.History.V.FromMe {
	case "true":
		return inbox.Out
	case "false":
		return inbox.In
	}
	from := alias(m.From)
	switch {
	case from == "":
		return inbox.In
	case display != "" && from == alias(display):
		return inbox.Out
	case thread.has(from):
		return inbox.In
	case thread.has(userAlias(m.FromUser)):
		return inbox.In
	case thread.phone() == "":
		// The customer's number is withheld, so only the display number could have told the business.
		if display != "" {
			return inbox.In
		}
	}
	return inbox.Out
}

// phone is the first phone number among the aliases, "" when there is none.
func (a aliases) phone() string {
	for _, x := range a {
		if p := x.Phone(); p != "" {
			return p
		}
	}
	return ""
}

// historyStatus reads history_context.status, in capitals: how far an outgoing message had come.
func historyStatus(line inbox.LineID, id string, word text, when int64, peers aliases) *inbox.StatusSeen {
	if word == "" {
		return nil
	}
	s := &inbox.StatusSeen{Line: line, WAMID: id, Time: when, Peers: peers, History: true}
	s.Progress, s.Word = progress(string(word))
	if word == "ERROR" {
		s.Word = ""
		s.Failure = &inbox.Failure{Code: codeNoReason, Title: "It was not sent from the phone", Detail: "as the imported history says"}
	}
	return s
}
