package inbox

import (
	"context"
	"slices"
	"testing"
)

// TestRoles walks every command with every role (network.md 2.3).
func TestRoles(t *testing.T) {
	may := map[string]string{ // the roles that may, by their first letters
		"send": "la", "decide": "la", "read": "la", "unread": "la", "state": "la", "assign": "la", "label": "la",
		"note": "la", "rename": "la", "join": "la", "contacts": "la", "separate": "la", "draft": "la", "look": "lav", "see-all": "lav", "attend": "lav", "mute": "la", "lift-hold": "l", "refresh-templates": "la", "backup": "l",
		"fetch-media": "la", "see-phone": "la", "look-on-phone": "la", "save-reply": "la", "remove-reply": "la", "star-template": "la",
		"request-sync": "l", "listener-proven": "l", "import-chat": "l",
	}
	for _, kind := range CommandKinds() {
		want, ok := may[kind]
		if !ok {
			t.Errorf("nobody decided who may %q", kind)
		}
		c, err := DecodeCommand(kind, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		for _, role := range []Role{Lead, Member, Viewer, "", "robot"} {
			allowed := role != "" && role != "robot" && slices.Contains([]byte(want), role[0]) || want == "lav"
			if got := Allowed(role, c); got != allowed {
				t.Errorf("%q may %q: %v, want %v", role, kind, got, allowed)
			}
		}
	}
}

type unheardOf struct{}

func (unheardOf) Kind() string { return "unheard-of" }

func TestAnUnlistedCommandIsForLeads(t *testing.T) {
	if !Allowed(Lead, unheardOf{}) || Allowed(Member, unheardOf{}) {
		t.Error("a command that nobody listed must be for leads alone")
	}
}

// nodding is a Desk that carries out everything.
type nodding struct{ Desk }

func (nodding) Do(context.Context, string, Command) (Done, error) { return Done{Seq: 1}, nil }

func TestLookingChangesNothing(t *testing.T) {
	d := Looking(nodding{})
	for _, kind := range CommandKinds() {
		c, err := DecodeCommand(kind, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Do(t.Context(), "1", c)
		if Allowed(Viewer, c) != (err == nil) || err != nil && KindOf(err) != ReadOnly {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
