package cloudapi

import (
	"cmp"
	"encoding/json"
	"strings"

	"frontdesk/inbox"
)

// accountFields are the fields that name no number and hold no messages (webhooks 4.5, 6), with what turns one into
// words and the Kind of the note. The note's Key begins with WhatsApp's own word for the event.
var accountFields = map[string]accountField{
	"account_update":                     {"account", (*accountValue).update},
	"account_alerts":                     {"account", (*accountValue).alert},
	"account_review_update":              {"account", (*accountValue).review},
	"account_settings_update":            {"account", (*accountValue).settings},
	"business_capability_update":         {"account", (*accountValue).capability},
	"business_username_updates":          {"account", (*accountValue).username},
	"payment_configuration_update":       {"account", (*accountValue).payment},
	"security":                           {"account", (*accountValue).security},
	"partner_solutions":                  {"account", (*accountValue).administration},
	"flows":                              {"account", (*accountValue).administration},
	"phone_number_quality_update":        {"quality", (*accountValue).quality},
	"phone_number_name_update":           {"account", (*accountValue).name},
	"message_template_status_update":     {"template", (*accountValue).templateStatus},
	"message_template_quality_update":    {"template", (*accountValue).templateStatus},
	"template_category_update":           {"template", (*accountValue).templateCategory},
	"message_template_components_update": {"template", (*accountValue).templateEdited},
}

type accountField struct {
	kind string
	// words gives the event's name, for the note's Key, and a line for a person.
	words func(*accountValue) (event, says string)
}

// accountValue holds what is told of any of these fields.
type accountValue struct {
	Metadata loose[metadata] `json:"metadata"`
	Settings loose[struct {
		ID text `json:"phone_number_id"`
	}] `json:"phone_number_settings"`

	Event clean `json:"event"`
	Phone text  `json:"phone_number"`         // account_update, in one of its forms
	Shown text  `json:"display_phone_number"` // phone_number_*, security and others
	WABA  loose[struct {
		ID text `json:"waba_id"`
	}] `json:"waba_info"`
	Disconnection loose[struct {
		Reason clean `json:"reason"`
		By     clean `json:"initiated_by"`
	}] `json:"disconnection_info"`
	Restrictions loose[[]struct {
		Type    clean `json:"restriction_type"`
		Expires text  `json:"expiration"`
		Remedy  clean `json:"remediation"`
	}] `json:"restriction_info"`
	Ban loose[struct {
		State clean `json:"waba_ban_state"`
		Date  clean `json:"waba_ban_date"`
	}] `json:"ban_info"`
	Violation loose[struct {
		Type clean `json:"violation_type"`
	}] `json:"violation_info"`
	Alert loose[struct {
		Type        clean `json:"alert_type"`
		Description clean `json:"alert_description"`
	}] `json:"alert_info"`

	Decision clean `json:"decision"`
	Verified clean `json:"requested_verified_name"`
	Rejected clean `json:"rejection_reason"`
	Username clean `json:"username"`
	Status   clean `json:"status"`
	Type     clean `json:"type"`
	Limit    clean `json:"current_limit"`
	Daily    clean `json:"max_daily_conversations_per_business"`

	Configuration clean `json:"configuration_name"`

	Name     clean `json:"message_template_name"`
	Language clean `json:"message_template_language"`
	Reason   clean `json:"reason"`
	Quality  clean `json:"new_quality_score"`
	Category clean `json:"new_category"`
	Previous clean `json:"previous_category"`
	Correct  clean `json:"correct_category"`
	Changes  text  `json:"category_update_timestamp"`
	Other    loose[struct {
		Description clean `json:"description"`
	}] `json:"other_info"`
	Rejection loose[struct {
		Reason         clean `json:"reason"`
		Recommendation clean `json:"recommendation"`
	}] `json:"rejection_info"`
}

func (r *reader) account(p place, field string, f accountField, when int64, raw json.RawMessage) {
	var v accountValue
	if err := json.Unmarshal(raw, &v); err != nil && !r.partly(p.at("", -1), err) {
		return
	}
	if !v.Metadata.V.names(r.line) || v.Settings.V.ID != "" && inbox.LineID(v.Settings.V.ID) != r.line {
		return
	}
	if waba := cmp.Or(string(v.WABA.V.ID), p.account); r.waba != "" && waba != "" && waba != r.waba {
		return // another account of the same app
	}
	event, says := f.words(&v)
	key := cmp.Or(event, field)
	if f.kind == "template" {
		key = joined(" ", event, string(v.Name), string(v.Language))
	}
	kind := f.kind
	seen, lives := v.life(field)
	if lives {
		kind = inbox.KindLifecycle
		seen.Line, seen.Time = r.line, when
		r.add(seen)
	}
	r.add(inbox.NoteSeen{Line: r.line, Kind: kind, Key: key, Time: when, Text: cut(says, 500), Raw: raw})
}

// life is what an event says of the account's life and of what it may do; ok is false for any other event.
func (v *accountValue) life(field string) (seen inbox.AccountSeen, ok bool) {
	if field != "account_update" {
		return seen, false
	}
	seen = inbox.AccountSeen{Event: string(v.Event), Number: inbox.Digits(string(v.Phone))}
	switch v.Event {
	case "PARTNER_ADDED", "PARTNER_APP_INSTALLED", "PARTNER_APP_UNINSTALLED", "ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED", "ACCOUNT_DELETED":
	case "PARTNER_REMOVED":
		seen.Reason, seen.By = cut(string(v.Disconnection.V.Reason), 64), cut(string(v.Disconnection.V.By), 16)
	case "ACCOUNT_VIOLATION":
		seen.Detail = words(v.Violation.V.Type)
	case "ACCOUNT_RESTRICTION":
		var what []string
		for _, r := range v.Restrictions.V {
			what = append(what, restricted(r.Type))
			seen.Until = max(seen.Until, r.Expires.unix())
		}
		seen.Detail = cut(strings.Join(what, ", "), 200)
	case "DISABLED_UPDATE":
		seen.Detail = joined(" ", cut(string(v.Ban.V.State), 64), cut(string(v.Ban.V.Date), 64))
	default:
		return seen, false
	}
	return seen, true
}

// updates are the events of account_update (webhooks 4.5).
var updates = map[clean]struct{ says, next string }{
	"PARTNER_ADDED":           {"The WhatsApp account was shared with this app", ""},
	"PARTNER_APP_INSTALLED":   {"This app was given access to the WhatsApp account", ""},
	"PARTNER_APP_UNINSTALLED": {"Access to the WhatsApp account was withdrawn: nothing can be sent or received", "Connect the number again"},
	"PARTNER_REMOVED":         {"The number was disconnected: nothing can be sent or received", "Connect it again"},
	"ACCOUNT_OFFBOARDED":      {"The phone was changed or registered again: nothing is sent or received until it is connected, usually within minutes", ""},
	"ACCOUNT_RECONNECTED":     {"The phone is connected again", "Messages from in between may be missing here; look at the phone"},
	"ACCOUNT_DELETED":         {"The WhatsApp account was deleted", ""},
	"ACCOUNT_VIOLATION":       {"WhatsApp reports a violation of its rules", ""},
	"ACCOUNT_RESTRICTION":     {"WhatsApp restricted the account", ""},
}

// disconnections are the reasons of a PARTNER_REMOVED.
var disconnections = map[clean]string{
	"ACCOUNT_DISCONNECTED": "the account was deleted, disconnected or blocked",
	"BUSINESS_DOWNGRADE":   "the number was moved to the consumer app",
	"CHANGE_NUMBER":        "the phone changed its number",
	"COMPANION_INACTIVITY": "a linked device was not used for about 30 days",
	"PRIMARY_INACTIVITY":   "the phone app was not opened for about 14 days",
	"USER_RE_REGISTERED":   "the phone app was registered again",
}

func (v *accountValue) update() (event, says string) {
	update, known := updates[v.Event]
	says = update.says
	if !known {
		says = "Account update: " + words(v.Event)
	}
	switch {
	case v.Disconnection.V.Reason != "":
		says += " (" + cmp.Or(disconnections[v.Disconnection.V.Reason], words(v.Disconnection.V.Reason)) + ")"
	case v.Violation.V.Type != "":
		says += ": " + words(v.Violation.V.Type)
	case v.Ban.OK:
		switch v.Ban.V.State {
		case "DISABLE":
			says = "WhatsApp disabled the account"
		case "REINSTATE":
			says = "WhatsApp reinstated the account"
		case "SCHEDULE_FOR_DISABLE":
			says = "WhatsApp will disable the account"
		default:
			says = "The account's standing changed: " + words(v.Ban.V.State)
		}
		says = joined(" on ", says, string(v.Ban.V.Date))
	case v.Restrictions.OK:
		var list []string
		for _, r := range v.Restrictions.V {
			one := restricted(r.Type)
			if until := r.Expires.unix(); until > 0 {
				one += " until " + date(until)
			}
			list = append(list, sentences(one, string(r.Remedy)))
		}
		says = joined(": ", says, strings.Join(list, "; "))
	}
	return string(v.Event), sentences(says, update.next)
}

func (v *accountValue) alert() (event, says string) {
	return string(v.Alert.V.Type), "WhatsApp says: " + cmp.Or(string(v.Alert.V.Description), words(v.Alert.V.Type))
}

func (v *accountValue) review() (event, says string) {
	return string(v.Decision), "Account review: " + words(v.Decision)
}

func (v *accountValue) settings() (event, says string) {
	return string(v.Type), "Settings of the account changed: " + words(v.Type)
}

func (v *accountValue) capability() (event, says string) {
	return string(v.Daily), "Customers that may be written to first, in a day: " + words(v.Daily)
}

func (v *accountValue) username() (event, says string) {
	return joined(" ", string(v.Status), string(v.Username)), "The business's username is " + joined(": ", words(v.Status), string(v.Username))
}

func (v *accountValue) payment() (event, says string) {
	return joined(" ", string(v.Status), string(v.Configuration)), joined(": ", "Payment configuration "+string(v.Configuration), words(v.Status))
}

func (v *accountValue) security() (event, says string) {
	return string(v.Event), "Security: " + words(v.Event)
}

func (v *accountValue) administration() (event, says string) {
	return string(v.Event), joined(": ", "Administration", words(v.Event))
}

func (v *accountValue) quality() (event, says string) {
	return string(v.Event), joined(", limit ", "The number's standing changed: "+words(v.Event), words(cmp.Or(v.Limit, v.Daily)))
}

func (v *accountValue) name() (event, says string) {
	says = joined(" ", "Display name", string(v.Verified), words(v.Decision))
	return string(v.Decision), joined(": ", says, words(v.Rejected))
}

// templateStatus reads both fields, since the quality page prints the other one's name (webhooks 6).
func (v *accountValue) templateStatus() (event, says string) {
	if v.Quality != "" {
		return "QUALITY_" + string(v.Quality), v.template() + " now has quality " + words(v.Quality)
	}
	says = v.template() + " is " + words(v.Event)
	why := cmp.Or(v.Rejection.V.Reason, v.Other.V.Description)
	if why == "" && v.Reason != "NONE" {
		why = clean(words(v.Reason))
	}
	return string(v.Event), sentences(joined(": ", says, string(why)), string(v.Rejection.V.Recommendation))
}

func (v *accountValue) templateCategory() (event, says string) {
	if v.Correct != "" {
		says = v.template() + " will be moved to the category " + words(v.Correct)
		if at := v.Changes.unix(); at > 0 {
			says += " on " + date(at)
		}
		return "CATEGORY_PENDING_" + string(v.Correct), says
	}
	return "CATEGORY_" + string(v.Category), v.template() + " was moved to the category " + words(v.Category)
}

func (v *accountValue) templateEdited() (event, says string) {
	return "COMPONENTS", v.template() + " was edited"
}

func (v *accountValue) template() string {
	return joined(" ", "Template", string(v.Name), bracketed(string(v.Language)))
}

// restrictions are what an account may not do, in words (webhooks 4.5).
var restrictions = map[clean]string{
	"RESTRICTED_BIZ_INITIATED_MESSAGING":      "nobody may be written to first",
	"RESTRICTED_CUSTOMER_INITIATED_MESSAGING": "customers may not be answered",
	"RESTRICTED_ADD_PHONE_NUMBER_ACTION":      "no number may be added",
}

func restricted(c clean) string { return cmp.Or(restrictions[c], words(c)) }

// sentences puts two sentences together, the first of which may have its full stop already.
func sentences(a, b string) string {
	if b == "" {
		return a
	}
	return strings.TrimSuffix(a, ".") + ". " + b
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// words turns WhatsApp's constants into words: TIER_2K stays readable as "tier 2k".
func words(c clean) string {
	return strings.ToLower(strings.ReplaceAll(cut(string(c), 120), "_", " "))
}
