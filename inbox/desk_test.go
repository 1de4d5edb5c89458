package inbox

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestEventsCarryTheirObjectUnderTheirKind: what a script reads from frontdesk events --json, and what a socket brings
// back.
func TestEventsCarryTheirObjectUnderTheirKind(t *testing.T) {
	m, th := &Message{Key: "k"}, &Thread{ID: "t_1"}
	for _, e := range []Event{
		{Seq: 1, Kind: MessageEvent, Message: m}, {Seq: 2, Kind: StatusEvent, Message: m}, {Seq: 3, Kind: OutboxEvent, Message: m},
		{Seq: 4, Kind: ThreadEvent, Thread: th}, {Seq: 5, Kind: ContactEvent, Thread: th},
		{Seq: 6, Kind: TemplateEvent, Template: &Template{Name: "n"}}, {Seq: 7, Kind: AccountEvent, Account: &Notice{Kind: "hold"}},
		{Seq: 8, Kind: SavedReplyEvent, Saved: &SavedReply{Name: "hours"}},
		{Kind: PresenceEvent, Presence: &Presence{Thread: "t_1"}},
	} {
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(b, &keys); err != nil {
			t.Fatal(err)
		}
		if _, ok := keys[string(e.Kind)]; !ok || len(keys) > 4 {
			t.Errorf("%s: %s", e.Kind, b)
		}
		if e.Kind == PresenceEvent == strings.Contains(string(b), `"seq"`) {
			t.Errorf("%s: %s", e.Kind, b)
		}
		var back Event
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if (back.Message == nil) != (e.Message == nil) || (back.Thread == nil) != (e.Thread == nil) || (back.Presence == nil) != (e.Presence == nil) {
			t.Errorf("%s came back as %+v", e.Kind, back)
		}
	}
}
