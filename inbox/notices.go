package inbox

import (
	"slices"
	"sync"
	"time"
)

// The kinds of notices, worst first. Each is there once, and goes when its cause does.
const (
	noticeStore      = "store"
	noticeSending    = "sending"
	noticeViews      = "views"
	noticeHold       = "hold"
	noticeHeldLifted = "held-lifted"
	noticeClock      = "clock"
	noticeQuarantine = "quarantine"
	noticeNumber     = "number"
	noticeQuality    = "quality"
	noticeTemplates  = "templates"
	noticeMedia      = "media"
	noticePhone      = "phone"
	noticeLink       = "link"
	noticeUnproven   = "unproven"
	noticeAccount    = "account-standing"
	noticeRestricted = "account-restricted"
	noticeViolation  = "account-violation"
)

var noticeOrder = []string{
	noticeStore, noticeSending, noticeViews, noticeUnproven, noticeLink, noticeAccount, noticeHold, noticeRestricted, noticeClock, noticeQuarantine, noticeNumber, noticePhone, noticeQuality, noticeViolation, noticeMedia, noticeTemplates,
}

// notices holds what a person should know now.
type notices struct {
	mu    sync.Mutex
	held  map[string]Notice
	slots *slots
}

// set shows a notice and reports whether it says something new.
func (n *notices) set(kind string, what Notice) bool {
	n.mu.Lock()
	if was, ok := n.held[kind]; ok && was.Text == what.Text && was.Next == what.Next {
		n.mu.Unlock()
		return false
	}
	if n.held == nil {
		n.held = map[string]Notice{}
	}
	n.held[kind] = what
	n.mu.Unlock()
	n.tell(what)
	return true
}

// over is what is told when a notice goes.
var over = map[string]Notice{
	noticeStore:      Tell("store-over", "store-over"),
	noticeSending:    Tell("sending-over", "sending-over"),
	noticeViews:      Tell("views-over", "views-over"),
	noticeHold:       Tell(noticeHeldLifted, "hold-over"),
	noticeClock:      Tell("clock-over", "clock-over"),
	noticeNumber:     Tell("number-over", "number-over"),
	noticeLink:       Tell("link-over", "link-again"),
	noticeAccount:    Tell("account-over", "account-again"),
	noticeRestricted: Tell("restriction-over", "restriction-over"),
	noticeViolation:  Tell("violation-over", "violation-over"),
	noticePhone:      Tell("phone-over", "phone-seen"),
	noticeMedia:      Tell("media-over", "media-over"),
	noticeQuality:    Tell("quality-over", "quality-again"),
	noticeUnproven:   Tell("unproven-over", "unproven-over"),
	noticeTemplates:  Tell("templates-over", "templates-over"),
}

// clear takes a notice away and tells so, if it was there: a screen where nothing else happens would go on showing it.
func (n *notices) clear(kind string) {
	n.mu.Lock()
	_, was := n.held[kind]
	delete(n.held, kind)
	n.mu.Unlock()
	if was {
		n.tell(over[kind])
	}
}

// drop takes a notice away without a word: another one says what has become of it.
func (n *notices) drop(kind string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.held, kind)
}

// tell sends a notice to everybody who watches, and keeps none.
func (n *notices) tell(what Notice) {
	n.slots.put("notice/"+what.Kind, volatile{event: Event{Kind: AccountEvent, Account: &what}})
}

// list gives all notices, worst first.
func (n *notices) list() []Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []Notice
	for _, w := range n.held {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b Notice) int {
		return slices.Index(noticeOrder, a.Kind) - slices.Index(noticeOrder, b.Kind)
	})
	return all
}

// quarantineTold is how long after an item that could not be read a new start still tells of it.
const quarantineTold = 7 * 24 * time.Hour

// showQuarantine tells that something could not be read.
func (o *Owner) showQuarantine() {
	o.notices.set(noticeQuarantine, Tell(noticeQuarantine, "quarantine"))
}
