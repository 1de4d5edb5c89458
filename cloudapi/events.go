package cloudapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"frontdesk/inbox"
)

var _ inbox.Decoder = Decode

// Decode implements inbox.Decoder: it turns one webhook body into facts about the given line, in the order of the
// body. What cannot be read becomes inbox.Unreadable with its path; its neighbours are read all the same. It never
// fails as a whole and never panics. Events of other numbers are left out; those of accounts are taken whichever account
// they name, see [DecoderFor].
func Decode(body []byte, line inbox.LineID) []inbox.Fact { return decode(body, line, "") }

// DecoderFor is [Decode] for a number of one account (WABA): one app gets the events of all its accounts at the same
// address, and those that name no number are then told apart by the account they name. "" takes all.
func DecoderFor(waba string) inbox.Decoder {
	return func(body []byte, line inbox.LineID) []inbox.Fact { return decode(body, line, waba) }
}

func decode(body []byte, line inbox.LineID, waba string) []inbox.Fact {
	r := &reader{line: line, waba: waba, facts: make([]inbox.Fact, 0, 4)}
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil && !r.partly("", err) {
		return r.facts
	}
	for i := range e.Entry {
		for j := range e.Entry[i].Changes {
			c := &e.Entry[i].Changes[j]
			r.change(place{entry: i, change: j, account: string(e.Entry[i].ID)}, c.Field, e.Entry[i].Time.unix(), taken(&c.Value))
		}
	}
	if e.Entry == nil {
		// WhatsApp prints some events without their envelope (webhooks 4.2, a declined history).
		r.change(place{bare: true}, "", 0, body)
	}
	return r.facts
}

// envelope is webhooks 1.6. Each level is decoded by itself, so that a bad one costs only itself.
type envelope struct {
	Entry []struct {
		ID      text `json:"id"`
		Time    text `json:"time"`
		Changes []struct {
			Field text            `json:"field"`
			Value json.RawMessage `json:"value"`
		} `json:"changes"`
	} `json:"entry"`
}

// value is what a change of a number holds. Account-level fields hold other things and are read by account.
type value struct {
	Metadata    metadata          `json:"metadata"`
	Contacts    []contact         `json:"contacts"`
	Messages    []json.RawMessage `json:"messages"`
	Statuses    []json.RawMessage `json:"statuses"`
	Echoes      []json.RawMessage `json:"message_echoes"`
	History     []json.RawMessage `json:"history"`
	StateSync   []json.RawMessage `json:"state_sync"`
	Errors      []json.RawMessage `json:"errors"`
	Calls       []json.RawMessage `json:"calls"`
	Groups      []json.RawMessage `json:"groups"`
	Preferences []json.RawMessage `json:"user_preferences"`
	UserIDs     []json.RawMessage `json:"user_id_update"`
	Standby     json.RawMessage   `json:"standby"`
	Context     loose[handedOver] `json:"conversation_context"`
}

// place is where a change stands in the body. Its text is made only when something is wrong there.
type place struct {
	entry, change int
	bare          bool
	account       string // entry.id: the WABA, or in some events of partners another business
	below         string // inside the value, as standby. or history[0].threads[1].
}

func (p place) under(list string, i int) place {
	p.below += list + "[" + strconv.Itoa(i) + "]."
	return p
}

// at names an item of a list; i < 0 names the list's holder itself.
func (p place) at(list string, i int) string {
	var b strings.Builder
	if !p.bare {
		fmt.Fprintf(&b, "entry[%d].changes[%d].value.", p.entry, p.change)
	}
	b.WriteString(p.below)
	b.WriteString(list)
	if i >= 0 {
		fmt.Fprintf(&b, "[%d]", i)
	}
	return strings.TrimSuffix(b.String(), ".")
}

// reader gathers the facts of one body.
type reader struct {
	line  inbox.LineID
	waba  string // the account of the line; "" when that is not known
	facts []inbox.Fact
}

func (r *reader) add(f inbox.Fact) { r.facts = append(r.facts, f) }

func (r *reader) bad(path, reason string) {
	r.add(inbox.Unreadable{Path: path, Reason: reason})
}

// taken gives a part of a body to who reads it. Each level of a body is a copy of a part of the one above, so that a large
// one would else be in memory once for each.
func taken(raw *json.RawMessage) json.RawMessage {
	part := *raw
	*raw = nil
	return part
}

// partly reports whether decoding went on behind an error: a field of another type than expected stays empty, and the
// rest is there. Either way the error is recorded. Values never get into the reason.
func (r *reader) partly(path string, err error) bool {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at := path
		if wrong.Field != "" {
			at = strings.TrimPrefix(path+"."+wrong.Field, ".")
		}
		kind, _, _ := strings.Cut(wrong.Value, " ") // "number 12" would tell the number
		r.bad(at, kind+" where something else belongs")
		return true
	}
	r.bad(path, "not JSON")
	return false
}

// item decodes one item of a list whole, or records that it cannot be read.
func item[T any](r *reader, p place, list string, i int, raw json.RawMessage, into *T) bool {
	if len(raw) == 0 || raw[0] != '{' {
		r.bad(p.at(list, i), "not an object")
		return false
	}
	if err := json.Unmarshal(raw, into); err != nil {
		r.partly(p.at(list, i), err)
		return false
	}
	return true
}

// change reads one change by its field; when stands for the time of account-level fields.
func (r *reader) change(p place, field text, when int64, raw json.RawMessage) {
	if len(raw) == 0 || raw[0] != '{' {
		r.bad(p.at("", -1), "no value")
		return
	}
	if note, ok := accountFields[string(field)]; ok {
		r.account(p, string(field), note, when, raw)
		return
	}
	var v value
	if err := json.Unmarshal(raw, &v); err != nil && !r.partly(p.at("", -1), err) {
		return
	}
	if !v.Metadata.names(r.line) {
		return
	}
	if field == "" {
		field = v.likelyField()
	}
	switch field {
	case "messages":
		r.messages(p, &v, inbox.FromLive)
		r.echoes(p, &v, inbox.FromEcho)
		r.statuses(p, &v)
		r.errors(p, &v, when)
	case "smb_message_echoes":
		r.echoes(p, &v, inbox.FromEcho)
		r.messages(p, &v, inbox.FromLive)
		r.statuses(p, &v)
		r.errors(p, &v, when)
	case "message_echoes":
		r.echoes(p, &v, inbox.FromOther)
	case "history":
		r.history(p, &v)
		r.messages(p, &v, inbox.FromHistory)
		r.echoes(p, &v, inbox.FromHistory)
		r.errors(p, &v, when)
	case "smb_app_state_sync":
		r.stateSync(p, &v)
	case "standby":
		r.standby(p, &v)
	case "user_preferences":
		r.preferences(p, &v)
	case "user_id_update":
		r.userIDs(p, &v)
	case "calls":
		r.calls(p, &v)
		r.errors(p, &v, when)
	case "messaging_handovers":
		r.handover(p, raw)
	case "group_lifecycle_update", "group_participants_update", "group_settings_update", "group_status_update":
		r.groups(p, string(field), &v)
	case "automatic_events":
		r.add(inbox.NoteSeen{Line: r.line, Kind: "automatic_event", Key: digestKey(raw), Time: when,
			Text: "WhatsApp recognised a lead or a purchase", Raw: raw})
	default:
		r.add(inbox.NoteSeen{Line: r.line, Kind: "unknown", Key: string(field) + " " + digestKey(raw), Time: when,
			Text: inbox.Clean("WhatsApp told something this program does not know: " + cut(string(field), 80)), Raw: raw})
	}
	r.contacts(&v)
}

// likelyField stands in for a missing field: the arrays tell what it must have been.
func (v *value) likelyField() text {
	switch {
	case v.History != nil:
		return "history"
	case v.StateSync != nil:
		return "smb_app_state_sync"
	case len(v.Standby) > 0:
		return "standby"
	case v.Messages != nil || v.Statuses != nil:
		return "messages"
	case v.Echoes != nil:
		return "smb_message_echoes"
	case v.Calls != nil:
		return "calls"
	case v.Preferences != nil:
		return "user_preferences"
	case v.UserIDs != nil:
		return "user_id_update"
	case v.Groups != nil:
		return "group_settings_update"
	case v.Errors != nil:
		return "messages"
	}
	return ""
}

// standby reads what another app on the number handles, one level deeper than usual (webhooks 6): its customer's
// messages are live ones, its own messages come from elsewhere.
func (r *reader) standby(p place, outer *value) {
	if len(outer.Standby) == 0 {
		r.bad(p.at("standby", -1), "missing")
		return
	}
	p.below += "standby."
	var v value
	if err := json.Unmarshal(outer.Standby, &v); err != nil && !r.partly(p.at("", -1), err) {
		return
	}
	v.Metadata = outer.Metadata
	r.messages(p, &v, inbox.FromLive)
	r.echoes(p, &v, inbox.FromOther)
	r.statuses(p, &v)
	r.contacts(&v)
}

// errors reads problems that belong to no message (webhooks 1.6).
func (r *reader) errors(p place, v *value, when int64) {
	for i, raw := range v.Errors {
		var e webhookError
		if !item(r, p, "errors", i, raw, &e) {
			continue
		}
		r.add(inbox.NoteSeen{Line: r.line, Kind: "error", Key: string(e.Code), Time: when, Text: e.sentence(), Raw: raw})
	}
}

// webhookError is the error object of webhooks 1.6; legacy ones have details at the top.
type webhookError struct {
	Code    text        `json:"code"`
	Title   text        `json:"title"`
	Message text        `json:"message"`
	Details text        `json:"details"`
	Data    loose[data] `json:"error_data"`
}

type data struct {
	Details text `json:"details"`
}

func (e webhookError) title() string {
	if e.Title != "" {
		return inbox.Clean(string(e.Title))
	}
	if e.Message != "" {
		return inbox.Clean(string(e.Message))
	}
	title, _ := Explain(e.Code.int(), 0)
	return title
}

func (e webhookError) detail() string {
	if d := e.Data.V.Details; d != "" {
		return inbox.Clean(string(d))
	}
	return inbox.Clean(string(e.Details))
}

func (e webhookError) sentence() string {
	s := e.title()
	if d := e.detail(); d != "" && d != s {
		s += ": " + d
	}
	return s + " (" + strconv.Itoa(e.Code.int()) + ")"
}
