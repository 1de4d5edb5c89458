package inbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// tellings applies facts one entry at a time and spells the changes, thread events left out unless asked for.
func tellings(t *testing.T, threads bool, facts ...Fact) []string {
	t.Helper()
	v := NewMemoryViews()
	var out []string
	for _, s := range journal(facts) {
		err := v.Update(func(tx Tx) error {
			changes, err := Rules{Install: testInstall}.Apply(tx, []Sighted{s})
			for _, c := range changes {
				if c.Seq != s.Seq {
					t.Errorf("entry %d is told as %d", s.Seq, c.Seq)
				}
				if c.Kind == ThreadEvent && !threads {
					continue
				}
				_, id, _ := strings.Cut(c.Key, "|")
				if OID(c.Key) == oid1 {
					id = "oid"
				}
				line := fmt.Sprint(c.Seq, " ", c.Kind, " ", id)
				if c.Replaces != "" {
					line += " for " + c.Replaces
				}
				out = append(out, line)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestChanges(t *testing.T) {
	reply := "out|" + "5F46933D580000000001"
	hello := "in|" + "3AADF844130000000001"
	for _, c := range []struct {
		name    string
		threads bool
		facts   []Fact
		want    []string
	}{
		{"a repeated message is told once", false, []Fact{received(in(1), 1, "a"), received(in(1), 1, "a")}, []string{"1 message " + hello}},
		{"a tick is a status, a repeated one is nothing", false, []Fact{echoed(out(1), 1, "a"), status(out(1), Read, 2), status(out(1), Delivered, 2), status(out(1), Read, 2)},
			[]string{"1 message " + reply, "2 status " + reply, "3 status " + reply}},
		{"an edit is told of its message", false, []Fact{edit(in(9), in(1), In, 2, "b"), received(in(1), 1, "a"), edit(in(8), in(9), In, 3, "c")},
			[]string{"2 message " + hello, "3 message " + hello}},
		{"a reply gives way to its message", false, []Fact{queuedText(oid1, 1, "a"), attempted(oid1, 1, 1), acceptedAs(oid1, 1, 2, out(1)), status(out(1), SentOn, 3)},
			[]string{"1 outbox oid", "2 outbox oid", "3 message " + reply, "3 message " + reply + " for " + string(oid1), "4 status " + reply}},
		{"joined threads are told", true, []Fact{from("p:1", in(1), 1, "a"), from("u:U", in(2), 1, "b"), LinkSeen{Line: testLine, Peers: []Alias{"p:1", "u:U"}}},
			[]string{"1 message " + hello, "1 thread ", "2 message in|3AADF844130000000002", "2 thread ", "3 thread  for " + string(FirstSeen(2, 0).ID())}},
		{"people's facts change the thread", true, []Fact{received(in(1), 1, "a"), viewed("priya", 1)},
			[]string{"1 message " + hello, "1 thread ", "2 thread "}},
		{"a name is told", false, []Fact{received(in(1), 1, "a"), contact(BookRegister, "Asha", 2), contact(BookRegister, "Asha", 2)},
			[]string{"1 message " + hello, "2 contact "}},
		{"a status of an unknown message is told of no row that shows", false, []Fact{status(in(1), Read, 2)}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := tellings(t, c.threads, c.facts...); !slices.Equal(got, c.want) {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}
