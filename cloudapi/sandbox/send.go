package sandbox

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// serveMessages answers POST /{PNID}/messages and books every request, whatever becomes of it.
func (sb *Sandbox) serveMessages(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		panic(http.ErrAbortHandler) // the client broke off; nothing to answer and nothing accepted
	}
	record := &Send{Body: raw}
	record.peek()
	edge := "messages"
	if record.Type == "read" {
		edge = "read"
	}
	f, struck := sb.strike(edge, *record)
	record.Fault = f.Name
	sb.book(record)
	carryOut := func(w http.ResponseWriter) {
		e := sb.authorised(r)
		if e == nil {
			e = sb.takeMessage(r.Context(), w, raw, record, f)
		}
		if e != nil {
			sb.settle(func() { record.Status, record.Code = e.status, e.code })
			e.write(w, sb.trace())
		}
	}
	if !struck {
		carryOut(w)
		return
	}
	sb.spoil(w, r, f, carryOut)
}

// takeMessage reads a request, refuses what Meta refuses and accepts the rest.
func (sb *Sandbox) takeMessage(ctx context.Context, w http.ResponseWriter, raw []byte, record *Send, f Fault) *graphError {
	m, mark, e := readOutgoing(raw)
	if e != nil {
		return e
	}
	if mark != nil {
		if e := sb.markRead(mark.id); e != nil {
			return e
		}
		sb.settle(func() { record.Status = http.StatusOK })
		writeJSON(w, http.StatusOK, map[string]bool{"success": true})
		return nil
	}
	sb.mu.Lock()
	rec, failing, e := sb.accept(m)
	if e != nil {
		sb.mu.Unlock()
		return e
	}
	record.Accepted, record.WAMID, record.Status = true, rec.ID, http.StatusOK
	answer := map[string]any{"messaging_product": "whatsapp", "contacts": []any{sb.answered(m, rec)}}
	item := map[string]string{"id": rec.ID}
	if m.template != nil {
		item["message_status"] = "accepted"
		switch f.Name {
		case "held":
			item["message_status"] = "held_for_quality_assessment"
		case "paused":
			item["message_status"] = "paused"
		}
	}
	answer["messages"] = []any{item}
	echo, c := sb.cfg.APIEchoes, rec.customer
	id, at, quote := rec.ID, rec.At, sb.context(posting{quote: m.quote})
	sb.mu.Unlock()
	sb.sendSeen.notify()

	if echo == EchoBefore && c != nil && m.template == nil {
		sb.mu.Lock()
		sb.echo(c, id, at, rec.Type, rec.payload, quote)
		sb.mu.Unlock()
		wait, stop := context.WithTimeout(ctx, 5*time.Second)
		_ = sb.Drain(wait) // best effort: a client that cannot take the echo gets its answer all the same
		stop()
	}
	sb.plan(rec, failing, f)
	if echo == EchoAfter && c != nil && m.template == nil {
		sb.agenda.after(time.Millisecond, func() {
			sb.mu.Lock()
			defer sb.mu.Unlock()
			sb.echo(c, id, at, rec.Type, rec.payload, quote)
		})
	}
	writeJSON(w, http.StatusOK, answer)
	return nil
}

// answered is contacts[0] of the response: the address as given, and the number or user id it stands for.
func (sb *Sandbox) answered(m *outgoing, rec *message) map[string]string {
	if m.to == "" {
		return map[string]string{"input": m.recipient, "user_id": m.recipient}
	}
	return map[string]string{"input": m.to, "wa_id": rec.Customer}
}

// accept turns a checked request into a message, or refuses it for what the world is like. failing is the code
// with which it will fail after acceptance, 0 for none. The caller holds mu.
func (sb *Sandbox) accept(m *outgoing) (rec *message, failing int, e *graphError) {
	if sb.off != "" {
		return nil, 0, fail(133010, "")
	}
	number, c := sb.route(m)
	if number == sb.post.meta.DisplayNumber {
		return nil, 0, fail(131021, "")
	}
	var pair *bucket
	if c != nil {
		if c.blocked {
			return nil, 0, fail(130403, "")
		}
		pair = &c.pair
	}
	rec = &message{customer: c, payload: m.payload, payloads: m.payloads, notes: m.notes, category: "service", voice: m.voice, list: m.list,
		Message: Message{Customer: number, From: FromAPI, Type: m.kind, Text: m.text, At: sb.Now(), Status: "accepted",
			Quotes: m.quote, Callback: m.callback, Buttons: m.buttons}}
	if m.to == "" {
		rec.recipient = m.recipient
	}
	for _, id := range m.media {
		f, ok := sb.media[id]
		if !ok || !sb.Now().Before(f.expires) {
			return nil, 0, refuse("Param %s['id'] is not a valid whatsapp business account media attachment ID", m.kind)
		}
		if e := fits(m, f); e != nil {
			return nil, 0, e
		}
		sb.describe(rec, f)
	}
	if m.template != nil {
		if e := sb.acceptTemplate(m, rec); e != nil {
			return nil, 0, e
		}
	}
	open := c != nil && c.windowOpen(sb.Now())
	if m.template == nil && c != nil && !open {
		if sb.cfg.Window == WindowSync {
			return nil, 0, fail(131047, "")
		}
		failing = 131047
	}
	if e := sb.throttled(pair); e != nil {
		return nil, 0, e
	}
	if m.kind == "reaction" {
		if t, ok := sb.messages[m.target]; !ok || t.customer != c || t.Revoked || sb.Now().Sub(t.At) > 30*24*time.Hour {
			failing = 131009
		}
	}
	if c == nil {
		failing = 131026
	}
	remote := number
	if m.to == "" {
		remote = m.recipient
	}
	rec.ID = MessageID(remote, true, messageKey(sb.rand, true))
	rec.historyID = sb.newID("7")
	sb.keep(rec)
	return rec, failing, nil
}

// route finds out whom an address means. Without the plus sign the country code of the business goes in front of
// a number that does not begin with it, and the message goes to a stranger (send messages).
func (sb *Sandbox) route(m *outgoing) (number string, c *Customer) {
	if m.to == "" {
		c = sb.byUserID[m.recipient]
		if i := slices.IndexFunc(sb.customers, func(x *Customer) bool { return x.parentID == m.recipient }); c == nil && i >= 0 {
			c = sb.customers[i]
		}
		if c != nil {
			number = c.number
		}
		return number, c
	}
	number = digits(m.to)
	if !strings.HasPrefix(strings.TrimSpace(m.to), "+") {
		if home, _ := country(sb.post.meta.DisplayNumber); !strings.HasPrefix(number, home) {
			number = home + number
		}
	}
	if c = sb.byNumber[number]; c == nil {
		if other := sb.byNumber[respelled(number)]; other != nil {
			number, c = other.number, other
		}
	}
	return number, c
}

func (sb *Sandbox) acceptTemplate(m *outgoing, rec *message) *graphError {
	t := sb.template(m.template.name, m.template.language)
	if t == nil {
		return (&Template{Name: m.template.name, Language: m.template.language}).unknown()
	}
	text, titles, payloads, e := t.fill(m.template)
	if e != nil {
		return e
	}
	if t.Category == "AUTHENTICATION" && m.to == "" {
		return fail(131062, "")
	}
	rec.Text, rec.Buttons, rec.payloads = text, titles, payloads
	rec.Template, rec.category = t.Name, strings.ToLower(t.Category)
	return nil
}

// fits refuses media of the wrong kind for the message.
func fits(m *outgoing, f *mediaFile) *graphError {
	family, _, _ := strings.Cut(f.mime, "/")
	ok := true
	switch m.kind {
	case "image":
		ok = f.mime == "image/jpeg" || f.mime == "image/png"
	case "sticker":
		ok = f.mime == "image/webp"
	case "video", "audio":
		ok = family == m.kind
	}
	if m.voice && !strings.HasPrefix(f.mime, "audio/ogg") {
		ok = false
	}
	if !ok {
		return fail(131053, "Media of type %s cannot be sent as %s.", f.mime, m.kind)
	}
	return nil
}

// describe fills in what an echo of an uploaded file says about it.
func (sb *Sandbox) describe(rec *message, f *mediaFile) {
	for _, b := range []*mediaBody{rec.payload.Image, rec.payload.Video, rec.payload.Audio, rec.payload.Document, rec.payload.Sticker} {
		if b != nil && b.ID == f.id {
			b.MIME, b.SHA256 = f.mime, sha64(f)
		}
	}
}

// plan decides what follows an accepted message: ticks, a failure, or silence.
func (sb *Sandbox) plan(rec *message, failing int, f Fault) {
	switch {
	case f.Name == "silent" || f.Name == "paused":
		return
	case f.Name == "failed":
		failing, _ = f.code()
	}
	if rec.customer == nil {
		sb.agenda.after(sb.cfg.Cadence.Sent.Min, func() { sb.fails(rec, fail(failing, ""), time.Time{}) })
		return
	}
	if f.Name == "held" { // released when early feedback was good (template pacing)
		sb.agenda.after(sb.cfg.Cadence.Read.Max, func() { sb.follow(rec, posting{failCode: failing}) })
		return
	}
	sb.follow(rec, posting{failCode: failing})
}

// markRead books a read mark of the client: it concerns this message and all earlier ones of the chat.
func (sb *Sandbox) markRead(id string) *graphError {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	m, ok := sb.messages[id]
	if !ok || m.isOurs() {
		return fail(131009, "message_id is not the id of a message that was received.")
	}
	for _, other := range sb.journal {
		if other.customer == m.customer && !other.isOurs() && !other.At.After(m.At) {
			other.readAsked = true
		}
	}
	return nil
}

// MarkedRead says whether the client has marked a customer's message read.
func (sb *Sandbox) MarkedRead(id string) bool {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	m, ok := sb.messages[id]
	return ok && m.readAsked
}

// peek takes from the body what fault rules and records want to know, without judging it.
func (s *Send) peek() {
	var in struct {
		To        string `json:"to"`
		Recipient string `json:"recipient"`
		Type      string `json:"type"`
		Status    string `json:"status"`
		Callback  string `json:"biz_opaque_callback_data"`
	}
	if json.Unmarshal(s.Body, &in) != nil {
		return
	}
	s.To, s.Type, s.Callback = in.To, in.Type, in.Callback
	if s.To == "" {
		s.To = in.Recipient
	}
	if in.Status != "" {
		s.Type = "read"
	}
}
