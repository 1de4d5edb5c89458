package inbox

import (
	"reflect"
	"testing"
	"time"
)

func TestLocalFactsSurviveTheJournal(t *testing.T) {
	at := time.Date(2026, 11, 24, 9, 30, 0, 123456789, time.UTC)
	peer := Peer{Line: "1", Alias: "p:15550101001"}
	out := Outgoing{Type: "text", Text: "Ja, bis sechs."}
	outcome := Outcome{Result: ResultThrottled, RetryAfter: 7 * time.Second, Failure: &Failure{Code: 130429, Title: "Rate"}}
	tests := []struct {
		fact      Fact
		id, scope string
	}{
		{Queued{OID: "O1", Peer: peer, Agent: "priya", Out: out, At: at}, "q:O1", "O1"},
		{Queued{OID: "O2", Peer: peer, Agent: "priya", Out: out, At: at, NotBefore: at.Add(time.Hour), Planned: true, Seen: 7}, "q:O2", "O2"},
		{Attempted{OID: "O1", N: 2, Run: "R", At: at}, "a:O1:2", "O1"},
		{Settled{OID: "O1", N: 2, Outcome: outcome, At: at}, "r:O1:2", "O1"},
		{Decided{OID: "O1", Decision: Resend, As: "O2", Agent: "ben", At: at}, "c:cmd", "O1"},
		{LineReleased{Line: "1", Agent: "priya", At: at}, "c:cmd", ""},
		{Viewed{Peer: peer, Agent: "priya", Upto: 9}, "c:cmd", ""},
		{Unviewed{Peer: peer, Agent: "priya", From: 9}, "c:cmd", ""},
		{StateSet{Peer: peer, State: Snoozed, Until: at, Agent: "priya"}, "c:cmd", ""},
		{Assigned{Peer: peer, To: "ben", Agent: "priya"}, "c:cmd", ""},
		{Labelled{Peer: peer, Label: "vip", Off: true, Agent: "priya"}, "c:cmd", ""},
		{Muted{Peer: peer, Off: true, Agent: "priya"}, "c:cmd", ""},
		{CaughtUp{Agent: "priya", Upto: 9, At: at}, "c:cmd", ""},
		{Stopped{At: at}, "c:cmd", ""},
		{Missed{From: at, To: at.Add(time.Hour), Why: WasAsleep}, "c:cmd", ""},
		{Noted{Peer: peer, ID: "n", Text: "calls back", Agent: "priya", At: at}, "c:cmd", ""},
		{Named{Peer: peer, Name: "Asha", Agent: "priya", At: at}, "c:cmd", ""},
		{TemplateStarred{Line: "1", Name: "hours", Language: "en", Agent: "priya", At: at}, "c:cmd", ""},
		{ReplySaved{Line: "1", Reply: ReplyName{"hours", "en"}, Text: "9 to 6", Agent: "priya", At: at}, "c:cmd", ""},
		{ReplyRemoved{Line: "1", Reply: ReplyName{"hours", "en"}, Agent: "priya", At: at}, "c:cmd", ""},
		{ReplyUsed{Line: "1", Reply: ReplyName{"hours", ""}, Agent: "priya", At: at}, "c:cmd", ""},
		{MediaStored{Line: "1", WAMID: "w", File: "ab", MIME: "image/png", Bytes: 7, Look: FileLook{Width: 3, Height: 4}, At: at}, "media-stored:3b8e6e5428479073f52c2a569082d33e", ""},
		{MediaFailed{Line: "1", WAMID: "w", State: MediaLost, Why: WhyLarge, Bytes: 7, At: at}, "media-failed:3e29f827bda75baa1037f01126f68222", ""},
		{MediaWanted{Line: "1", WAMID: "w", Agent: "priya", At: at}, "c:cmd", ""},
		{SyncRequested{Line: "1", ID: "S1", What: SyncHistory, Run: "R", Agent: "priya", At: at}, "sq:S1", "sync:history"},
		{SyncSettled{Line: "1", ID: "S1", What: SyncHistory, Answer: SyncAnswer{Result: ResultAccepted, RequestID: "REQ1"}, At: at}, "sr:S1", "sync:history"},
		{ListenerProved{Line: "1", Address: "https://desk.example/webhook", Agent: "priya", At: at}, "c:cmd", ""},
		{ChatImported{Peer: peer, Agent: "priya", Lines: []ChatLine{{At: at, Text: "hi"}, {At: at, Out: true, Media: "image", N: 1}}, At: at}, "chat-imported:a12c543c0e97661450fe4d27bdc6eab7", ""},
		{MediaDropped{Line: "1", WAMID: "w", At: at}, "media-dropped:36febdcfc708f72ce86dddd64751c85e", ""},
	}
	kinds := map[string]bool{}
	for _, tt := range tests {
		e, err := EncodeLocal("cmd", tt.fact, at)
		if err != nil {
			t.Fatalf("%T: %v", tt.fact, err)
		}
		if e.ID != tt.id || e.Scope != tt.scope {
			t.Errorf("%T: id %q scope %q, want %q %q", tt.fact, e.ID, e.Scope, tt.id, tt.scope)
		}
		if kinds[e.Kind] && tt.id != "q:O2" {
			t.Errorf("the word %q is used twice", e.Kind)
		}
		kinds[e.Kind] = true
		got, err := DecodeLocal(e.Kind, e.Data)
		if err != nil || !reflect.DeepEqual(got, tt.fact) {
			t.Errorf("%T came back as %+v, %v", tt.fact, got, err)
		}
	}
}

// TestLocalFactsNameTheirCustomer applies each fact about a customer to views that know of none.
func TestLocalFactsNameTheirCustomer(t *testing.T) {
	peer := Peer{testLine, asha}
	for _, f := range []Fact{
		Viewed{Peer: peer}, Unviewed{Peer: peer}, StateSet{Peer: peer}, Assigned{Peer: peer}, Labelled{Peer: peer}, Muted{Peer: peer},
		Noted{Peer: peer}, Named{Peer: peer}, Queued{OID: oid1, Peer: peer},
	} {
		err := NewMemoryViews().Update(func(tx Tx) error {
			if _, err := (Rules{}).Apply(tx, journal([]Fact{f})); err != nil {
				return err
			}
			var p person
			if _, err := get(tx, personsBucket, personKey(peer.Line, peer.Alias), &p); err != nil || p.Thread == 0 {
				t.Errorf("%T: the customer is in thread %d (%v)", f, p.Thread, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestLocalFactsRefuseWhatTheyAreNot(t *testing.T) {
	if _, err := EncodeLocal("cmd", MessageSeen{}, time.Time{}); err == nil {
		t.Error("a webhook's fact was encoded as a local one")
	}
	for _, kind := range []string{"", EntryWebhook, "from-a-later-version"} {
		if _, err := DecodeLocal(kind, []byte("{}")); err == nil {
			t.Errorf("the word %q was decoded", kind)
		}
	}
	if _, err := DecodeLocal(entryQueued, []byte(`{"oid":`)); err == nil {
		t.Error("half an entry was decoded")
	}
}

func FuzzDecodeLocal(f *testing.F) {
	f.Add(entryQueued, []byte(`{"oid":"O1","out":{"type":"text"}}`))
	f.Add(entrySettled, []byte(`{"n":-1,"outcome":null}`))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		fact, err := DecodeLocal(kind, data)
		if err != nil {
			return
		}
		e, err := EncodeLocal("cmd", fact, time.Time{})
		if err != nil {
			t.Fatalf("%T was decoded and cannot be encoded: %v", fact, err)
		}
		again, err := DecodeLocal(e.Kind, e.Data)
		if err != nil || !reflect.DeepEqual(again, fact) {
			t.Fatalf("%+v came back as %+v, %v", fact, again, err)
		}
	})
}

// TestQueuedBeforeTimes reads what was written before replies could have a time: they leave at once. What has none is
// still written like that.
func TestQueuedBeforeTimes(t *testing.T) {
	const before = `{"oid":"O1","peer":{"line":"1","alias":"p:15550101001"},"agent":"priya","out":{"type":"text","text":"Ja."},"at":"2026-11-24T09:30:00Z"}`
	f, err := DecodeLocal(entryQueued, []byte(before))
	q, ok := f.(Queued)
	if err != nil || !ok || !q.NotBefore.IsZero() || q.Planned || q.Seen != 0 {
		t.Fatalf("read as %+v, %v", f, err)
	}
	e, err := EncodeLocal("", q, time.Time{})
	if err != nil || string(e.Data) != before {
		t.Errorf("written as %s, %v", e.Data, err)
	}
}
