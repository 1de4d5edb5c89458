package ui

import "frontdesk/inbox"

// detailWords are all that is known of a message or a thread. Labels have ten columns.
type detailWords struct {
	DetailTo, DetailFrom                                            string
	DetailKeys, DetailChoices, RawTitle, RawKeys, NoRaw             string
	LabelText, LabelMedia, LabelFrom, LabelTemplate, LabelState     string
	LabelEarlier, LabelWhy, LabelDo, LabelCode, LabelPrice, LabelID string
	LabelRef, LabelReceived, LabelType, LabelAssigned, LabelWindow  string
	LabelWaits, LabelLabels, LabelFirst, LabelMessages              string
	LabelRetry, RetryShut, MoreBelow                                string
	Reported                                                        string
	Steps                                                           map[string]string
}

var englishDetail = detailWords{
	DetailTo:   "Message to {name}",
	DetailFrom: "Message from {name}",
	DetailKeys: "Y id · B bug report · D raw events · esc", DetailChoices: "Y id · B bug report · D raw events · R choices · esc",
	Reported: "A report without any text or name.",
	RawTitle: "Raw events", RawKeys: "D detail · esc", NoRaw: "No event names this message yet.",
	LabelText: "text", LabelMedia: "media", LabelFrom: "from", LabelTemplate: "template", LabelState: "state",
	LabelEarlier: "earlier", LabelWhy: "Why", LabelDo: "Do", LabelCode: "code", LabelPrice: "price", LabelID: "id",
	LabelRef: "ref", LabelReceived: "received", LabelType: "type", LabelAssigned: "assigned", LabelWindow: "window",
	LabelWaits: "waits", LabelLabels: "labels", LabelFirst: "first", LabelMessages: "messages",
	LabelRetry: "Retry", RetryShut: "It fails the same way until the customer has written again.", MoreBelow: "↓ more",
	Steps: map[string]string{"attempt": "tried", "due": "leaves", "keep-time": "time kept", "written": "written", "edited": "edited", "edit ignored": "no edit", "deleted": "deleted",
		"another text": "other text", "not-sent": "not sent", "throttled": "paused", "throttled-thread": "paused", "rejected": "rejected",
		"rejected-window": "rejected", "rejected-auth": "rejected", "rejected-account": "rejected", "resend": "resent", "mark-sent": "marked",
		"send-now": "send now", "cancel": "cancelled", "discard": "discarded"},
}

func (w *words) detailTitle(name string) string { return fill(w.DetailTo, "name", name) }
func (w *words) detailFrom(name string) string  { return fill(w.DetailFrom, "name", name) }

func (w *words) step(what string) string {
	if s := w.Steps[what]; s != "" {
		return s
	}
	if s, ok := w.levels()[inbox.Status(what)]; ok {
		return s
	}
	return what
}
