package inbox

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// smallWorld makes the small world of merge-rules 11: two lines, three customers with five aliases, six messages, three
// edits, two revokes, four reactions, two outbox entries with two attempts, and times so close that ties are common.
// An id determines what is said under it. A hostile world drops that rule.
type smallWorld struct {
	r       *rand.Rand
	hostile bool
	local   bool // people's facts too, whose order is their meaning
}

var (
	worldLines = []LineID{"1", "2"}
	worldPeers = [][]Alias{{"p:1", "u:A"}, {"p:2", "p:5516992318222"}, {"u:C", "p:551692318222"}}
	worldOIDs  = []OID{oid1, oid2}
)

func (w smallWorld) pick(n int) int { return w.r.IntN(n) }

func (w smallWorld) chance() bool { return w.pick(3) == 0 }

// time depends on the id unless the world is hostile.
func (w smallWorld) time(id int) int64 {
	if w.hostile {
		return at(int64(w.pick(7)))
	}
	return at(int64(id*3) % 7)
}

// message gives the wamid of message i in one of its spellings, its line, its side and its customer.
func (w smallWorld) message(i int) (wamid string, line LineID, side Side, peer []Alias) {
	side = Side(1 + i%2)
	peer = worldPeers[i%3]
	remote := "16505551234"
	if w.chance() {
		remote = "US.1349120865530274"
	}
	return testWAMID(remote, side, fmt.Sprintf("3AADF844130000%04d", i)), worldLines[i/3%2], side, peer
}

// named picks one or more of a customer's aliases.
func (w smallWorld) named(peer []Alias) []Alias {
	if w.hostile && w.pick(8) == 0 {
		peer = worldPeers[w.pick(3)]
	}
	if w.pick(4) == 0 {
		return peer
	}
	return []Alias{peer[w.pick(len(peer))]}
}

func (w smallWorld) facts(n int) []Fact {
	var out []Fact
	for range n {
		out = append(out, w.fact())
	}
	return out
}

func (w smallWorld) fact() Fact {
	kinds := 13
	if w.local {
		kinds = 27
	}
	switch w.pick(kinds) {
	case 0, 1, 2:
		return w.seen()
	case 3, 4:
		return w.status()
	case 5:
		return w.edit()
	case 6:
		i := w.pick(2)
		target, line, side, peer := w.target(i)
		return RevokeSeen{Line: line, WAMID: fmt.Sprintf("revoke%d", i), Target: target, Side: w.side(side), Time: w.time(i), Peers: w.named(peer)}
	case 7:
		i := w.pick(4)
		target, line, _, peer := w.target(i)
		return ReactionSeen{Line: line, WAMID: fmt.Sprintf("reaction%d", i), Target: target, Side: Side(1 + i%2), Time: w.time(i),
			Emoji: []string{"👍", "❤", "", "🎉"}[i], Peers: w.named(peer)}
	case 8:
		i := w.pick(3)
		return ContactSeen{Line: worldLines[w.pick(2)], Peers: w.named(worldPeers[i]), Register: Register(1 + w.pick(3)),
			Value: []string{"", "Asha", "Ben"}[w.pick(3)], Time: at(int64(w.pick(7)))}
	case 9:
		return LinkSeen{Line: worldLines[w.pick(2)], Peers: worldPeers[w.pick(3)]}
	case 10:
		return w.outbox()
	case 11:
		if w.chance() {
			return Unreadable{Path: "x", Reason: "y"}
		}
		return NoteSeen{Line: "1", Kind: "number_changed", Key: "k", Peers: []Alias{"p:1"}, Other: []Alias{"p:2"}, Time: at(int64(w.pick(3))), Text: "changed"}
	case 12:
		return w.account()
	case 13, 14:
		return w.file()
	case 15, 16:
		return w.asking()
	case 17, 18:
		return w.exported()
	default:
		return w.person()
	}
}

// exported is a piece of a chat that somebody exported on the phone: of the minute of the world's messages, and beside it.
func (w smallWorld) exported() Fact {
	peer := worldPeers[w.pick(3)]
	f := ChatImported{Peer: Peer{worldLines[w.pick(2)], peer[w.pick(len(peer))]}, Agent: "priya", At: clockAt(9)}
	for range 1 + w.pick(3) {
		i := w.pick(6)
		l := ChatLine{At: clockAt([]int64{-90, 2, 5, 90}[w.pick(4)]), Out: i%2 == 1, N: w.pick(2)}
		switch {
		case i >= 4:
			l.Media = []string{"image", "file"}[w.pick(2)]
		case w.chance():
			l.Text = fmt.Sprint("edit ", w.pick(3))
		default:
			l.Text = fmt.Sprint("text ", i)
		}
		f.Lines = append(f.Lines, l)
	}
	return f
}

// asking is a fact about what the phone is asked for, and what comes of it.
func (w smallWorld) asking() Fact {
	line, what, id := worldLines[w.pick(2)], []SyncKind{SyncContacts, SyncHistory}[w.pick(2)], []string{"a", "b"}[w.pick(2)]
	switch w.pick(5) {
	case 0:
		return SyncRequested{Line: line, ID: id, What: what, Run: "r", Agent: "priya", At: clockAt(int64(w.pick(7)))}
	case 1:
		return SyncSettled{Line: line, ID: id, What: what, Answer: SyncAnswer{Result: []Result{ResultAccepted, ResultUnknown, ResultRejected}[w.pick(3)]}, At: clockAt(6)}
	case 2:
		return ListenerProved{Line: line, Address: []string{"https://a.example", "https://b.example"}[w.pick(2)], At: clockAt(int64(w.pick(7)))}
	}
	return HistorySeen{Line: line, Phase: w.pick(2), Chunk: 1 + w.pick(3), Progress: 10 * w.pick(11), Messages: w.pick(4), Declined: w.pick(4) == 0}
}

// account is an event of the account's life; two of them may be of the same second.
func (w smallWorld) account() Fact {
	i := w.pick(9)
	f := AccountSeen{Line: worldLines[w.pick(2)], Time: w.time(i), Event: []string{"ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED", "PARTNER_REMOVED",
		"PARTNER_ADDED", "PARTNER_APP_UNINSTALLED", "ACCOUNT_RESTRICTION", "DISABLED_UPDATE", "ACCOUNT_VIOLATION", "ACCOUNT_DELETED"}[i]}
	switch {
	case i == 2:
		f.Reason = []string{"", "PRIMARY_INACTIVITY"}[w.pick(2)]
	case i > 4:
		f.Until, f.Detail = at(int64(w.pick(3))), []string{"a", "b"}[w.pick(2)]
	}
	if w.chance() {
		f.Number = "15550100001"
	}
	return f
}

// file is a fact about the file of one of the two pictures; both may be the same file.
func (w smallWorld) file() Fact {
	wamid, line, _, _ := w.message(4 + w.pick(2))
	switch w.pick(8) {
	case 7:
		wamid, line, _, _ := w.message(w.pick(6))
		return ReceiptsTold{Line: line, WAMID: wamid, At: clockAt(9), Receipts: []Receipt{{Progress: Progress(w.pick(5)), Time: at(int64(w.pick(7)))}, {Failed: w.chance(), Time: at(3)}}}
	case 5, 6:
		wamid, line, _, _ := w.message(w.pick(6))
		return PhoneLooked{Line: line, WAMID: wamid, Back: w.chance(), Agent: "priya", At: clockAt(int64(w.pick(7)))}
	case 0:
		return MediaFailed{Line: line, WAMID: wamid, State: []MediaState{MediaLost, MediaExpired}[w.pick(2)], Why: WhyLarge, At: clockAt(6)}
	case 1:
		return MediaWanted{Line: line, WAMID: wamid, Agent: "priya", At: clockAt(6)}
	case 2:
		return MediaDropped{Line: line, WAMID: wamid, At: clockAt(6)}
	}
	return MediaStored{Line: line, WAMID: wamid, File: FileName(strings.Repeat([]string{"a", "b"}[w.pick(2)], 64) + ".jpg"), MIME: "image/jpeg", Bytes: 7, At: clockAt(6)}
}

func (w smallWorld) side(s Side) Side {
	if w.hostile && w.chance() {
		return In + Out - s
	}
	return s
}

func (w smallWorld) seen() Fact {
	i := w.pick(6)
	wamid, line, side, peer := w.message(i)
	m := MessageSeen{Line: line, WAMID: wamid, Side: w.side(side), Source: FromLive, Time: w.time(i), Peers: w.named(peer), Content: text(fmt.Sprint("text ", i))}
	if side == Out {
		m.Source = FromEcho
	}
	if w.chance() {
		m.Source, m.Loose = FromHistory, w.chance()
	}
	if w.hostile && w.chance() {
		m.Content = Content{Level: []Level{Unavailable, Unsupported, Placeholder}[w.pick(3)], Type: "unsupported", Text: "[see the phone]"}
	} else if i >= 4 { // two of them are pictures
		m.Content = Content{Level: Concrete, Type: "image", Text: fmt.Sprint("text ", i), Media: &Media{ID: fmt.Sprint("media ", i), MIME: "image/jpeg"}}
	}
	if w.pick(6) == 0 {
		m.Content = Content{Level: Unavailable, Type: "unsupported"}
	}
	if w.hostile {
		m.Content.Text = fmt.Sprint("text ", w.pick(3))
		if w.chance() {
			m.Source = []Source{FromHistory, FromEcho, FromLive, FromOther}[w.pick(4)]
		}
	}
	if w.chance() {
		m.Name, m.ReplyTo = "Asha", fmt.Sprint("quoted", i)
	}
	return m
}

func (w smallWorld) status() Fact {
	i := w.pick(6)
	wamid, line, _, peer := w.message(i)
	st := StatusSeen{Line: line, WAMID: wamid, Progress: Progress(1 + w.pick(5)), Time: at(int64(w.pick(7))), Peers: w.named(peer)}
	if n := int(st.Time % 3); st.Progress == SentOn || st.Progress == Delivered {
		st.Pricing = &Pricing{Billable: n == 0, Category: []string{"service", "utility"}[i%2], Model: "PMP",
			Type: []string{"regular", "free_customer_service", "free_entry_point"}[n]}
	}
	if w.pick(4) == 0 {
		st.Progress, st.Failure = NoProgress, &Failure{Code: []int{131026, 131047, 131049}[w.pick(3)], Title: "t", Detail: []string{"", "why"}[w.pick(2)]}
	}
	if i == 1 || i == 3 { // the messages that our two entries became
		st.Callback = callback(worldOIDs[i/2], 1)
	}
	if w.pick(8) == 0 {
		st.Callback = "wi1.ffffffff." + string(oid1) + ".1"
	}
	return st
}

// target is a message, or in one of three cases an edit.
func (w smallWorld) target(i int) (wamid string, line LineID, side Side, peer []Alias) {
	n := i
	if w.hostile {
		n = w.pick(6)
	}
	wamid, line, side, peer = w.message(n % 6)
	if n%3 == 2 {
		wamid, line = fmt.Sprintf("edit%d", n%3-1), worldLines[0]
	}
	return wamid, line, side, peer
}

func (w smallWorld) edit() Fact {
	i := w.pick(3)
	target, line, side, peer := w.target(i)
	e := EditSeen{Line: line, WAMID: fmt.Sprintf("edit%d", i), Target: target, Side: w.side(side), Time: w.time(i), Peers: w.named(peer), Content: text(fmt.Sprint("edit ", i))}
	if w.hostile {
		e.Content.Text = fmt.Sprint("edit ", w.pick(3))
	}
	return e
}

// outbox is a fact about one of our two replies. The journal keeps one Queued of an oid and one Settled of an attempt,
// so they are the same in every world.
func (w smallWorld) outbox() Fact {
	i := w.pick(2)
	wamid, line, _, peer := w.message(2*i + 1)
	oid := worldOIDs[i]
	switch w.pick(3) {
	case 0:
		q := Queued{OID: oid, Peer: Peer{line, peer[0]}, Agent: "priya", Out: Outgoing{Type: "text", Text: fmt.Sprint("text ", 2*i+1)}, At: clockAt(1)}
		if i == 1 { // the second one was to leave later
			q.NotBefore, q.Planned, q.Seen = clockAt(4), true, 1
		}
		return q
	case 1:
		return Attempted{OID: oid, N: 1 + w.pick(2), Run: "run1", At: clockAt(2)}
	}
	if w.local && w.chance() {
		return Settled{OID: oid, N: 1 + w.pick(2), At: clockAt(3), Outcome: Outcome{
			Result: []Result{ResultNotSent, ResultUnknown, ResultThrottled, ResultRejectedWindow, ResultRejectedAuth, ResultRejectedAccount, ResultRejected}[w.pick(7)],
			Token:  "t", Failure: &Failure{Code: 131026}}}
	}
	return Settled{OID: oid, N: 2, At: clockAt(3), Outcome: Outcome{Result: ResultAccepted, WAMID: wamid, Date: at(3), Peers: peer}}
}

func (w smallWorld) person() Fact {
	peer := worldPeers[w.pick(3)]
	p := Peer{worldLines[w.pick(2)], peer[w.pick(len(peer))]}
	agent := []AgentID{"priya", "ben"}[w.pick(2)]
	switch w.pick(14) {
	case 13:
		return FieldsSet{p, map[string]string{"order": []string{"", "7", "9"}[w.pick(3)], "birthday": "1 May"}, agent, clockAt(3)}
	case 10, 11, 12: // people join and separate the three customers
		return Linked{Peer: Peer{worldLines[0], peer[0]}, With: worldPeers[w.pick(3)][0], Off: w.pick(2) == 0, Agent: agent, At: clockAt(int64(w.pick(9)))}
	case 0, 1:
		return Viewed{p, agent, Seq(w.pick(40))}
	case 2:
		return Unviewed{p, agent, Seq(1 + w.pick(40))}
	case 3:
		return StateSet{Peer: p, State: []ThreadState{Open, Snoozed, Closed}[w.pick(3)], Until: clockAt(50), Agent: agent}
	case 4:
		return Assigned{p, []AgentID{"", "priya", "ben"}[w.pick(3)], agent}
	case 5:
		return Labelled{p, []string{"vip", "late"}[w.pick(2)], w.chance(), agent}
	case 9:
		return Muted{p, w.chance(), agent}
	case 6:
		return Named{p, []string{"", "Room 12"}[w.pick(2)], agent, clockAt(int64(w.pick(5)))}
	case 7:
		return Decided{OID: worldOIDs[w.pick(2)], Decision: []Decision{Cancel, Resend, MarkSent, Discard, SendNow, KeepTime}[w.pick(6)], As: worldOIDs[w.pick(2)], Agent: agent, At: clockAt(9)}
	}
	if w.pick(3) == 0 {
		line, reply := worldLines[w.pick(2)], ReplyName{[]string{"hours", "Hours", "bye"}[w.pick(3)], []string{"", "en"}[w.pick(2)]}
		switch w.pick(4) {
		case 0:
			return ReplyRemoved{line, reply, agent, clockAt(9)}
		case 1:
			return ReplyUsed{line, reply, agent, clockAt(int64(w.pick(9)))}
		}
		return ReplySaved{line, reply, []string{"9 to 6", "10 to 5"}[w.pick(2)], agent, clockAt(9)}
	}
	if w.pick(6) == 0 {
		return TemplateStarred{worldLines[w.pick(2)], "hours", []string{"en", "pt_BR"}[w.pick(2)], w.chance(), agent, clockAt(9)}
	}
	switch w.pick(10) {
	case 8:
		return PhoneSeen{worldLines[w.pick(2)], agent, clockAt(int64(w.pick(50)))}
	case 9:
		return LinkChecked{worldLines[w.pick(2)], w.chance(), []string{"CONNECTED", "BANNED"}[w.pick(2)], clockAt(int64(w.pick(500)))}
	case 0:
		return CaughtUp{agent, Seq(w.pick(40)), clockAt(int64(w.pick(50)))}
	case 1:
		return Missed{clockAt(1), clockAt(int64(2 + w.pick(50))), []Absence{WasStopped, WasLost, WasAsleep}[w.pick(3)]}
	case 2:
		return Stopped{clockAt(3)}
	}
	if w.chance() {
		return LineReleased{Line: p.Line, Agent: agent, At: clockAt(9)}
	}
	return Noted{p, fmt.Sprint("n", w.pick(3)), "note", agent, clockAt(5)}
}
