package inbox

import "fmt"

// announced gives what a fact about the whole number says to everybody who watches.
func announced(f Fact) (changed, bool) {
	switch f := f.(type) {
	case NoteSeen:
		if len(f.Peers) == 0 {
			return changed{Kind: AccountEvent, Notice: &Notice{Kind: f.Kind, Text: f.Text}}, true
		}
	case HistorySeen, SyncRequested, SyncSettled, ListenerProved:
		return changed{Kind: SyncEvent}, true
	case LineReleased:
		free := over[noticeHold]
		return changed{Kind: AccountEvent, Notice: &free}, true
	}
	return changed{}, false
}

// factsOf decodes an entry. What cannot be decoded becomes Unreadable, and is kept.
func (o *Owner) factsOf(e Entry) []Sighted {
	facts := o.decode(e)
	sighted := make([]Sighted, len(facts))
	for i, f := range facts {
		sighted[i] = Sighted{Seq: e.Seq, Item: i, At: e.At, Fact: f}
	}
	return sighted
}

func (o *Owner) decode(e Entry) (facts []Fact) {
	switch e.Kind {
	case EntryDamaged:
		return []Fact{Unreadable{Path: "entry", Reason: "the record does not match its checksum"}}
	case EntryWebhook, EntryImport:
		defer func() {
			if r := recover(); r != nil {
				facts = []Fact{Unreadable{Path: "body", Reason: fmt.Sprintf("the decoder panicked with %T", r)}}
			}
		}()
		return o.c.Decoder(e.Data, o.c.Line)
	}
	f, err := DecodeLocal(e.Kind, e.Data)
	if err != nil {
		return []Fact{Unreadable{Path: "entry", Reason: err.Error()}}
	}
	return []Fact{f}
}

func cursorOf(epoch string, e Entry) Cursor { return Cursor{Epoch: epoch, Seq: e.Seq, Chk: e.Chk} }

// noticed acts on what passes by: items that could not be read, and news that make the template list stale.
func (o *Owner) noticed(b portion) {
	if !b.late { // nothing that is imported alerts anybody
		o.alerts.take(b)
	}
	for _, f := range b.facts {
		switch f := f.Fact.(type) {
		case Unreadable:
			o.showQuarantine()
		case HistorySeen:
			o.syncMoved(b.late)
		case NoteSeen:
			if f.Kind == "template" {
				o.templates.stale()
			}
		case StatusSeen:
			if f.Failure != nil && templateMismatch(f.Failure.Code) {
				o.templates.stale()
			}
		case Settled:
			if f.Outcome.Failure != nil && templateMismatch(f.Outcome.Failure.Code) {
				o.templates.stale()
			}
		}
	}
}
