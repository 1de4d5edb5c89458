package ui

import (
	"strconv"
	"time"

	"frontdesk/inbox"
)

// laterWords are replies that leave later, and those that can be taken back for a moment. {at} is an hour, with its day
// when that is not today.
type laterWords struct {
	LaterTitle, LaterHour, LaterEvening, LaterTomorrow, LaterOther string
	LaterTypeTitle, LaterTypeHint                                  string
	LaterShut, LaterShutTitle, LaterShutWhy, LaterTemplate         string
	LaterNothing, LaterSet, LaterTick, LaterTemplateSet            string
	ReviewAt, ReviewAtKeys                                         string
	Recall, RecallBy, Recalled, TooLateToTakeBack, Change          string
	CustomerWrote, SomebodyWrote                                   string
	LaterWords                                                     [4]string // moments that are offered
}

var englishLater = laterWords{
	LaterTitle:        "When should this leave?",
	LaterHour:         "in an hour",
	LaterEvening:      "this evening",
	LaterTomorrow:     "tomorrow",
	LaterOther:        "another time",
	LaterTypeTitle:    "Send at",
	LaterTypeHint:     "14:30, 2h, tomorrow 9:00, fri 9:00 · enter choose · esc",
	LaterShut:         "window closed by then",
	LaterShutTitle:    "The window closes {at}",
	LaterShutWhy:      "Free text would be refused at the time you chose, {at}. A template may leave then. What you wrote stays in the box.",
	LaterTemplate:     "choose a template to leave {at}",
	LaterNothing:      "Write the reply first; then choose when it leaves.",
	LaterSet:          "It leaves {at}, even with no screen open. {cancel} cancels, {retry} changes it.",
	LaterTick:         "at {at}",
	LaterTemplateSet:  "Template {name} leaves {at}, also when no screen is open.",
	ReviewAt:          "This goes to {name}, {at}, exactly so:",
	ReviewAtKeys:      "enter schedule · {later} other time · esc change something",
	Recall:            "sending in {n} s",
	RecallBy:          "{key} takes it back",
	Recalled:          "Taken back: it is in the box again.",
	TooLateToTakeBack: "Too late: it has left.",
	Change:            "take it out and change it",
	CustomerWrote:     "The customer has written since. Read it, then press R to decide, or x to cancel.",
	SomebodyWrote:     "Somebody has answered since: {who}. Read it, then press R to decide, or x to cancel.",
	LaterWords:        [4]string{"1h", "18:00", "tomorrow 9:00", "mon 9:00"},
}

// overtaken says what was written after the time of a reply was set.
func (w *words) overtaken(by string) string {
	if by == string(inbox.OriginCustomer) {
		return w.CustomerWrote
	}
	return fill(w.SomebodyWrote, "who", w.from(by))
}

// recall says how long a reply can still be taken back.
func (w *words) recall(left time.Duration) string {
	return fill(w.Recall, "n", strconv.Itoa(seconds(left)))
}

// seconds are whole ones, rounded up, so that they never say 0.
func seconds(d time.Duration) int { return max(1, int((d+time.Second-1)/time.Second)) }
