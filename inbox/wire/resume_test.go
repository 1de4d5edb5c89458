package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
)

// The cursor table: what each cursor gets from a log that holds events 11 to 20 of 20.
func TestCursorTable(t *testing.T) {
	log := newLog("k3Zp")
	for i := range 20 {
		log.add("message", fmt.Sprint("m", i+1))
	}
	log.first = 11
	other := func(c Cursor) Cursor { c.Epoch = "r7Kq"; return c }
	wrong := func(c Cursor) Cursor { c.Chk ^= 1; return c }
	cases := []struct {
		name string
		c    Cursor
		want Mode
	}{
		{"in range", log.at(15), ModeResume},
		{"at the lower end: just before the oldest held", log.at(10), ModeResume},
		{"oldest held", log.at(11), ModeResume},
		{"at the upper end: the head", log.at(20), ModeResume},
		{"one below", log.at(9), ModeSnapshot},
		{"one above", Cursor{Epoch: "k3Zp", Seq: 21, Chk: log.chk[20]}, ModeSnapshot},
		{"far above", Cursor{Epoch: "k3Zp", Seq: 1<<64 - 1}, ModeSnapshot},
		{"other epoch, in range", other(log.at(15)), ModeSnapshot},
		{"other epoch, at the head", other(log.at(20)), ModeSnapshot},
		{"empty", Cursor{}, ModeSnapshot},
		{"no epoch, in range", Cursor{Seq: 15, Chk: log.chk[15]}, ModeSnapshot},
		{"check value differs, in range", wrong(log.at(15)), ModeSnapshot},
		{"check value differs, at the head", wrong(log.at(20)), ModeSnapshot},
		{"check value missing", Cursor{Epoch: "k3Zp", Seq: 15}, ModeSnapshot},
	}
	sock := serveUnix(t, &Server{Limits: Limits{StreamsPerPerson: len(cases)}}, log)
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			u := dial(t, Options{Dial: sock, Hello: Hello{Cursor: tc.c}})
			w := expect[Welcome](u)
			if w.Mode != tc.want || w.Head != 20 {
				t.Fatalf("welcome %+v, want mode %s, head 20", w, tc.want)
			}
			from := tc.c.Seq
			if w.Mode == ModeSnapshot {
				s := expect[Snapshot](u)
				if s.At != log.at(20) {
					t.Fatalf("snapshot at %+v, want %+v", s.At, log.at(20))
				}
				from = 20
			}
			for seq := from + 1; seq <= 20; seq++ {
				if e := expect[Event](u); e.Cursor != log.at(seq) || string(e.Data) != fmt.Sprintf(`"m%d"`, seq) {
					t.Fatalf("got %+v, want event %d", e, seq)
				}
			}
		})
	}
}

// A log that begins at 1 lets a reader with nothing but its epoch resume.
func TestSpanFromTheBeginning(t *testing.T) {
	s := Span{Epoch: "a", First: 1, Head: 3, Chk: func(seq uint64) (uint64, bool) { return seq * 7, true }}
	for c, want := range map[Cursor]bool{
		{Epoch: "a"}:                    true,
		{Epoch: "a", Seq: 3, Chk: 21}:   true,
		{Epoch: "a", Seq: 4, Chk: 28}:   false,
		{Epoch: "", Seq: 0}:             false,
		{Epoch: "a", Seq: 1, Chk: 7}:    true,
		{Epoch: "a", Seq: 1, Chk: 8}:    false,
		{Epoch: "b", Seq: 1, Chk: 7}:    false,
		{Epoch: "a", Seq: 0, Chk: 1000}: false,
	} {
		if s.Holds(c) != want {
			t.Errorf("Holds(%+v) = %v", c, !want)
		}
	}
}

// A snapshot in several parts arrives whole, plain or packed, and the events after it follow on.
func TestSnapshotParts(t *testing.T) {
	for _, remote := range []bool{false, true} {
		t.Run(fmt.Sprintf("remote=%v", remote), func(t *testing.T) {
			log := newLog("k3Zp")
			for i := range 2500 {
				log.add("message", fmt.Sprint("m", i+1))
			}
			h := http.Header{}
			if remote {
				h.Set("Remote", "yes")
			}
			u := dial(t, Options{Dial: serveUnix(t, new(Server), log), Header: h})
			if w := expect[Welcome](u); w.Mode != ModeSnapshot {
				t.Fatalf("mode %s", w.Mode)
			}
			s := expect[Snapshot](u)
			var all []string
			for _, p := range s.Parts {
				var ids []string
				if err := json.Unmarshal(p, &ids); err != nil {
					t.Fatal(err)
				}
				all = append(all, ids...)
			}
			if len(s.Parts) != 3 || len(all) != 2500 || all[2499] != "m2500" {
				t.Fatalf("%d parts with %d ids", len(s.Parts), len(all))
			}
			log.add("message", "next")
			if e := expect[Event](u); e.Cursor != log.cursor() {
				t.Fatalf("event %+v", e)
			}
		})
	}
}

// A source may send its reader to the head of the log with nothing but a cursor.
func TestEmptySnapshot(t *testing.T) {
	log := newLog("k3Zp")
	log.add("message", "m1")
	log.open = func(Hello) (*Start, error) { return &Start{Mode: ModeSnapshot, At: log.at(1), Head: 1}, nil }
	u := dial(t, Options{Dial: serveUnix(t, new(Server), log), Header: http.Header{"Remote": {"yes"}}})
	expect[Welcome](u)
	if s := expect[Snapshot](u); s.At != log.at(1) || s.Parts != nil {
		t.Fatalf("%+v", s)
	}
	log.add("message", "m2")
	if e := expect[Event](u); e.Cursor != log.at(2) {
		t.Fatalf("%+v", e)
	}
}

// After a gap and in another log the stream begins where the server says, and a later reconnection resumes from there.
func TestGapAndRestart(t *testing.T) {
	log := newLog("r7Kq")
	for i := range 5 {
		log.add("webhook", fmt.Sprint("w", i+1))
	}
	lost := &Lost{From: 1, To: 3, Count: 3, Since: moment(1794700000000), Until: moment(1795000000000)}
	start := Start{Mode: ModeGap, At: log.at(3), Head: 5, Lost: lost}
	log.open = func(h Hello) (*Start, error) { return &start, nil }
	sock := serveUnix(t, new(Server), log)

	u := dial(t, Options{Dial: sock, Hello: Hello{Cursor: Cursor{Epoch: "r7Kq", Seq: 0}}})
	w := expect[Welcome](u)
	if w.Mode != ModeGap || w.At != log.at(3) || w.Lost == nil || *w.Lost != *lost {
		t.Fatalf("welcome %+v, lost %+v", w, w.Lost)
	}
	if e := expect[Event](u); e.Cursor != log.at(4) {
		t.Fatalf("first event %+v", e)
	}

	start = Start{Mode: ModeRestart, At: log.at(0), Head: 5}
	u = dial(t, Options{Dial: sock, Hello: Hello{Cursor: Cursor{Epoch: "old", Seq: 900, Chk: 3}}})
	if w := expect[Welcome](u); w.Mode != ModeRestart || w.At != log.at(0) {
		t.Fatalf("welcome %+v", w)
	}
	for seq := uint64(1); seq <= 5; seq++ {
		if e := expect[Event](u); e.Cursor != log.at(seq) {
			t.Fatalf("got %+v, want event %d", e, seq)
		}
	}
}

// A reader from whom events are hidden sees no hole, and its cursor stays fresh through marks.
func TestFilteredStream(t *testing.T) { onClock(t, filteredStream) }

func filteredStream(t *testing.T) {
	log := newLog("k3Zp")
	log.hidden = func(e Event) bool { return e.Kind == "south" }
	log.add("south", "s1")
	log.add("north", "n2")
	log.add("south", "s3")
	log.add("south", "s4")
	u := dial(t, Options{Dial: servePipes(t, new(Server), log), Hello: Hello{Cursor: log.at(0)}})
	expect[Welcome](u)
	if e := expect[Event](u); e.Cursor != log.at(2) {
		t.Fatalf("got %+v", e)
	}
	if m := expect[Mark](u); m.Cursor != log.at(4) {
		t.Fatalf("got %+v", m)
	}
	log.add("south", "s5")
	if m := expect[Mark](u); m.Cursor != log.at(5) {
		t.Fatalf("got %+v", m)
	}
	log.add("north", "n6")
	if e := expect[Event](u); e.Cursor != log.at(6) || u.c.Stats().Connections != 1 {
		t.Fatalf("got %+v after %d connections", e, u.c.Stats().Connections)
	}
}
