package inbox

import "time"

// SyncState is how far something that the phone was asked for has come (merge-rules 6, History progress).
type SyncState string

// The states.
const (
	SyncNever     SyncState = "never"     // not asked for, or WhatsApp refused: Outcome says which
	SyncAsked     SyncState = "requested" // and nothing has come yet
	SyncImporting SyncState = "importing"
	SyncComplete  SyncState = "complete"
	SyncDeclined  SyncState = "declined" // the owner of the phone does not share it (2593109)
)

// SyncOutcome is how the newest request ended.
type SyncOutcome string

// The outcomes.
const (
	SyncAccepted SyncOutcome = "accepted"
	SyncRefused  SyncOutcome = "refused"
	SyncUnknown  SyncOutcome = "unknown" // it may have been accepted: it is not repeated without a person's word
	SyncAsking   SyncOutcome = "asking"  // no answer yet
)

// SyncStatus is what became of the two things that the phone can be asked for.
type SyncStatus struct {
	History  HistorySync   `json:"history"`
	Contacts ContactSync   `json:"contacts"`
	Listener ListenerProof `json:"listener,omitzero"`
}

// SyncRequest is the newest request for one of them.
type SyncRequest struct {
	RequestedAt time.Time   `json:"requested_at,omitzero"`
	By          AgentID     `json:"requested_by,omitempty"`
	RequestID   string      `json:"request_id,omitempty"` // WhatsApp's
	Outcome     SyncOutcome `json:"outcome,omitempty"`
	Error       *Reason     `json:"error,omitempty"` // of a refused or unknown one
	// Refusal is why it cannot be asked for now, as far as that can be told without asking WhatsApp; nil when it can.
	Refusal *Error `json:"refusal,omitempty"`
}

// HistorySync is the import of the phone's chats.
type HistorySync struct {
	State    SyncState `json:"state"`
	Phase    int       `json:"phase"`    // 0 the last day, 1 to 90 days back, 2 to 180 days back (webhooks 4.2)
	Progress int       `json:"progress"` // percent of all phases, as WhatsApp says
	SyncRequest
	Messages  int       `json:"messages,omitempty"`  // in the chunks that came
	UpdatedAt time.Time `json:"updated_at,omitzero"` // when the last chunk came
	MediaFrom time.Time `json:"media_from,omitzero"` // files of before this are on the phone only
	Gaps      []Gap     `json:"gaps,omitempty"`      // chunks below the highest seen that never came, at most 1000
}

// ContactSync is the copy of the phone's address book. WhatsApp marks no end of it, so that it is complete when nothing
// has come for a minute; later changes of the book come all the same.
type ContactSync struct {
	State SyncState `json:"state"`
	SyncRequest
	Known     int       `json:"known,omitempty"`     // contacts with a name from the phone
	UpdatedAt time.Time `json:"updated_at,omitzero"` // when the last one came
}

// Gap is a chunk of an import that did not come.
type Gap struct {
	Phase int `json:"phase"`
	Chunk int `json:"chunk"`
}

// ListenerProof says when something signed last reached the listener, and, when it was sent to try just that, through
// which public address.
type ListenerProof struct {
	ProvenAt time.Time `json:"proven_at,omitzero"`
	Address  string    `json:"address,omitempty"`
}

// SyncStalls is after how long without a chunk an import counts as standing still: WhatsApp promises no pace, and a
// chunk that is lost is not sent again.
const SyncStalls = time.Hour

// contactsQuiet is how long after the last contact the address book counts as here.
const contactsQuiet = time.Minute

// mediaReach is how far before the number was linked WhatsApp still hands on the files of imported messages.
const mediaReach = 14 * 24 * time.Hour

const mostGaps = 1000

// Sync says how far what the phone was asked for has come, but for Known and Refusal.
func (r *Reader) Sync(line LineID) SyncStatus {
	st := r.line(line)
	s := SyncStatus{History: r.history(line), Contacts: st.contacts(r.lens)}
	if st.Proved.Mark != 0 {
		s.Listener = ListenerProof{unixTime(st.Proved.At), st.Proved.Address}
	}
	if last := readMeta(r.tx).LastEvent; last.After(s.Listener.ProvenAt) {
		s.Listener = ListenerProof{ProvenAt: last.UTC()}
	}
	return s
}

// request tells of the newest request, and the mark from which what came counts.
func (a *lineState) request(what SyncKind, run string) (q SyncRequest, from mark) {
	last, taken := a.asked(what)
	if taken != nil {
		from = taken.Mark
	}
	if last == nil {
		return q, from
	}
	q = SyncRequest{RequestedAt: unixTime(last.At), By: last.Agent, RequestID: last.Answer.RequestID, Outcome: SyncUnknown}
	switch {
	case last.Settled == 0 && last.Run == run:
		q.Outcome = SyncAsking
	case last.Settled == 0:
	case last.Answer.Result == ResultAccepted:
		q.Outcome = SyncAccepted
	case proven(last.Answer.Result):
		q.Outcome = SyncRefused
	}
	if f := last.Answer.Failure; f != nil && q.Outcome != SyncAccepted {
		q.Error = &Reason{Code: f.Code, Title: f.Title, Detail: f.Detail, Hint: last.Answer.Hint}
	}
	return q, from
}

func (q SyncRequest) state() SyncState {
	switch q.Outcome {
	case "", SyncRefused:
		return SyncNever
	}
	return SyncAsked
}

// history derives the progress of the import from the facts since the last request (merge-rules 6).
func (r *Reader) history(line LineID) HistorySync {
	a := r.line(line)
	q, from := a.request(SyncHistory, r.lens.Run)
	s := HistorySync{State: q.state(), SyncRequest: q}
	chunks := r.chunksSince(line, from)
	first := int64(0)
	for _, c := range chunks {
		s.Phase, s.Progress, s.Messages = max(s.Phase, c.Phase), max(s.Progress, c.Progress), s.Messages+c.Messages
		if at := unixTime(c.At); at.After(s.UpdatedAt) {
			s.UpdatedAt = at
		}
		if first == 0 || c.At < first {
			first = c.At
		}
	}
	s.Gaps = gaps(chunks)
	switch {
	case s.Progress >= 100:
		s.State = SyncComplete
	case len(chunks) > 0:
		s.State = SyncImporting
	case a.Declined != 0 && a.Declined >= from:
		s.State = SyncDeclined
	}
	if len(chunks) > 0 {
		if !s.RequestedAt.IsZero() && from != 0 {
			first = s.RequestedAt.Unix()
		}
		s.MediaFrom = unixTime(first).Add(-mediaReach)
	}
	return s
}

// gaps are the chunks that never came, of chunks in order. Whether their numbers begin anew with every phase is not
// documented (webhooks 4.2): they do when one phase has a number that an earlier one had, and else they go on.
func gaps(chunks []chunk) []Gap {
	anew, highest := false, 0
	for i, c := range chunks {
		anew = anew || i > 0 && chunks[i-1].Phase != c.Phase && c.Chunk <= highest
		highest = max(highest, c.Chunk)
	}
	var missing []Gap
	next := 1
	highest = 0
	for i, c := range chunks {
		if i == 0 || chunks[i-1].Phase != c.Phase {
			if next = 1; !anew {
				next = highest + 1
			}
		}
		for ; next < c.Chunk && len(missing) < mostGaps; next++ {
			missing = append(missing, Gap{c.Phase, next})
		}
		next, highest = c.Chunk+1, max(highest, c.Chunk)
	}
	return missing
}

func (a *lineState) contacts(l Lens) ContactSync {
	q, from := a.request(SyncContacts, l.Run)
	s := ContactSync{State: q.state(), SyncRequest: q}
	if a.Book.Mark == 0 || a.Book.Mark < from || from == 0 {
		return s
	}
	s.UpdatedAt, s.State = unixTime(a.Book.At), SyncComplete
	if l.Now.Sub(s.UpdatedAt) < contactsQuiet && l.Now.Sub(s.RequestedAt) < RepeatsMost {
		s.State = SyncImporting
	}
	return s
}
