package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// edit changes the journal of a closed store behind its back.
func edit(t *testing.T, dir string, fn func(*bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, journalFile), fileMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(fn); err != nil {
		t.Fatal(err)
	}
}

func TestCheckFinds(t *testing.T) {
	const secret = "491511234567"
	tests := []struct {
		name    string
		do      func(t *testing.T, dir string)
		problem string // part of the one problem told; "" when all is well
		refuse  bool
		views   bool
	}{
		{name: "nothing", do: func(*testing.T, string) {}},
		{name: "a flipped bit in an entry", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				v := append([]byte(nil), tx.Bucket(entriesBucket).Get(u64(2))...)
				v[len(v)-1] ^= 1
				return tx.Bucket(entriesBucket).Put(u64(2), v)
			})
		}, problem: "entry 2 does not match its checksum"},
		{name: "an entry gone", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				return tx.Bucket(entriesBucket).Delete(u64(2))
			})
		}, problem: "entry 3 follows entry 1", refuse: true},
		{name: "an entry exchanged", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				b, err := encode(&inbox.Entry{ID: "other"})
				if err != nil {
					return err
				}
				chk, _ := chkOf(tx.Bucket(entriesBucket).Get(u64(2)))
				seal(b, chk)
				return tx.Bucket(entriesBucket).Put(u64(2), b)
			})
		}, problem: "entry 2 is not chained", refuse: true},
		{name: "a flipped bit in the hash of an id", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				v := append([]byte(nil), tx.Bucket(entriesBucket).Get(u64(2))...)
				v[hashAt] ^= 1
				return tx.Bucket(entriesBucket).Put(u64(2), v)
			})
		}, problem: "entry 2 does not match its checksum"},
		{name: "flipped bits in the hash and in the body", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				v := append([]byte(nil), tx.Bucket(entriesBucket).Get(u64(2))...)
				v[hashAt] ^= 1
				v[len(v)-1] ^= 1
				return tx.Bucket(entriesBucket).Put(u64(2), v)
			})
		}, problem: "entry 2 does not match its checksum"},
		{name: "the hash of another id", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				v := append([]byte(nil), tx.Bucket(entriesBucket).Get(u64(2))...)
				v[hashAt] ^= 1
				chk, _ := chkOf(v)
				seal(v, chk)
				return tx.Bucket(entriesBucket).Put(u64(2), v)
			})
		}, problem: "entry 2 is not found by its id", refuse: true},
		{name: "an id gone", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				return errors.Join(makeRun(tx, map[idHash]inbox.Seq{hashID("a"): 1, hashID("b"): 2}, nil, 2),
					tx.Bucket(idsBucket).Delete(runKey(u64(2), hashID("b"))))
			})
		}, problem: "entry 2 is not found by its id", refuse: true},
		{name: "an id gone, of a damaged entry", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				v := append([]byte(nil), tx.Bucket(entriesBucket).Get(u64(2))...)
				v[len(v)-1] ^= 1
				return errors.Join(tx.Bucket(entriesBucket).Put(u64(2), v), makeRun(tx, map[idHash]inbox.Seq{hashID("a"): 1}, nil, 2))
			})
		}, problem: "entry 2 is not found by its id", refuse: true},
		{name: "a flipped bit in a block of ids", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				if err := makeBlock(tx); err != nil {
					return err
				}
				k, v := tx.Bucket(blocksBucket).Cursor().Last()
				v = append([]byte(nil), v...)
				v[len(idHash{})] ^= 1
				return tx.Bucket(blocksBucket).Put(k, v)
			})
		}, problem: "entry 2 is not found by its id", refuse: true},
		{name: "a block of ids at the wrong place", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				return tx.Bucket(blocksBucket).Put(u64(3), make([]byte, 2*len(idHash{})))
			})
		}, problem: "the ids of recent entries are damaged", refuse: true},
		{name: "a block of ids past the end", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				return tx.Bucket(blocksBucket).Put(u64(5), make([]byte, 5*len(idHash{})))
			})
		}, problem: "the ids of recent entries are damaged", refuse: true},
		{name: "an id without an entry", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error {
				return makeRun(tx, map[idHash]inbox.Seq{hashID("a"): 1, hashID("b"): 2, hashID("none"): 2}, nil, 2)
			})
		}, problem: "5 ids for 4 entries", refuse: true},
		{name: "a scope left behind", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error { return tx.Bucket(scopesBucket).Put([]byte(secret), u64(1)) })
		}, problem: "the scope of entry 4 does not know it", refuse: true},
		{name: "a scope ahead", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error { return tx.Bucket(scopesBucket).Put([]byte("other"), u64(4)) })
		}, problem: "a scope does not end with entry 4", refuse: true},
		{name: "a page that claims to be endless", do: func(t *testing.T, dir string) {
			path := filepath.Join(dir, journalFile)
			b := read(t, path)
			for at := 2 * 4096; at < len(bytes.TrimRight(b, "\x00")); at += 4096 {
				copy(b[at+12:], []byte{0xff, 0xff, 0xff, 0x7f}) // the number of pages that follow and belong to it
			}
			put(t, path, b)
		}, problem: "the check itself broke off", refuse: true},
		{name: "a bucket gone", do: func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bolt.Tx) error { return tx.DeleteBucket(leasesBucket) })
		}, problem: `no bucket "leases"`, refuse: true},
		{name: "the file cut short", do: func(t *testing.T, dir string) { os.Truncate(filepath.Join(dir, journalFile), 8192) },
			problem: "cut short", refuse: true},
		{name: "pages of noise", do: func(t *testing.T, dir string) {
			b := read(t, filepath.Join(dir, journalFile))
			for i := 8192; i < 65536; i++ {
				b[i] = byte(i * 31)
			}
			put(t, filepath.Join(dir, journalFile), b)
		}, problem: "journal.db", refuse: true},
		{name: "views of noise", do: func(t *testing.T, dir string) {
			b := read(t, filepath.Join(dir, viewsFile))
			for i := 8192; i < len(b) && i < 65536; i++ {
				b[i] = byte(i * 31)
			}
			put(t, filepath.Join(dir, viewsFile), b)
		}, problem: "views.db: ", views: true},
		{name: "views emptied", do: func(t *testing.T, dir string) { os.Truncate(filepath.Join(dir, viewsFile), 0) }, problem: "views.db: they are damaged", views: true},
		{name: "views gone", do: func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, viewsFile)) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filled(t)
			s := opened(t, dir, Options{})
			if _, _, err := s.Journal().Append(t.Context(), inbox.Batch{Entries: []inbox.Entry{{ID: "d", Scope: secret}}}); err != nil {
				t.Fatal(err)
			}
			s.Close()
			tt.do(t, dir)
			r, err := Check(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(r.Problems, "; ")
			if r.OK != (tt.problem == "") || !strings.Contains(all, tt.problem) || r.Refuse != tt.refuse || (r.Views != "") != tt.views {
				t.Errorf("%+v; want %q", r, tt.problem)
			}
			if strings.Contains(all, secret) || strings.Contains(all, "\n") {
				t.Errorf("a problem tells content: %q", all)
			}
			// A start after an unclean stop goes by the same verdict.
			os.Remove(filepath.Join(dir, cleanFile))
			s, err = Open(dir, Options{CheckLimit: time.Minute})
			if (err != nil) != tt.refuse {
				t.Fatalf("opening: %v", err)
			}
			if err == nil {
				if tt.views && (s.Opening().Views == "" || !exists(filepath.Join(dir, viewsFile+".damaged"))) {
					t.Errorf("views were not made anew, or not kept: %+v", s.Opening())
				}
				if strings.Contains(tt.problem, "checksum") {
					if d := s.Opening().Damaged; len(d) != 1 || d[0] != 2 {
						t.Errorf("damaged %v; want entry 2", d)
					}
					wantIDs(t, s, "a", "!", "c", "d")
				}
				s.Close()
			}
		})
	}
}

func TestReportJSON(t *testing.T) {
	b, err := json.Marshal(Report{OK: true, Problems: []string{}})
	if err != nil || string(b) != `{"ok":true,"problems":[]}` {
		t.Errorf("%s, %v", b, err)
	}
}

// When the check takes too long, the start goes on and says so (decisions 7); the rest is done beside it.
func TestCheckOutOfTime(t *testing.T) {
	dir := filled(t)
	os.Remove(filepath.Join(dir, cleanFile))
	s := opened(t, dir, Options{CheckLimit: 1})
	if o := s.Opening(); o.Checked != CheckTooLong {
		t.Errorf("opening: %+v", o)
	}
	done := make(chan struct{})
	go func() { // it goes on while the store is written
		defer close(done)
		for i := range 50 {
			appendIDs(t, s, string(rune('A'+i)))
		}
	}()
	r, err := s.Check(t.Context())
	<-done
	if err != nil || !r.OK || r.Entries < 3 {
		t.Errorf("%+v, %v", r, err)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, tempPrefix+"*")); len(names) > 0 {
		t.Errorf("left behind: %v", names)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a dead context: %v", err)
	}
}

// A program that forgot CheckChildMain would start itself over and over; it must not.
func TestCheckingProcessOpensNothing(t *testing.T) {
	t.Setenv(checkEnv, t.TempDir())
	if _, err := Open(t.TempDir(), Options{}); err == nil {
		t.Error("a process meant to check opened a store")
	}
}

// What a child says, up to where it broke off.
func TestVerdict(t *testing.T) {
	const sound, poor, bad = `{"ok":true,"problems":[]}` + "\n", `{"ok":false,"problems":["p"],"damaged":[2]}` + "\n", `{"ok":false,"problems":["p"],"refuse":true}` + "\n"
	hello := checkHello + "\n"
	tests := []struct {
		name, out string
		what      scope
		ok        bool
		problems  int // -1: not told
		err       error
	}{
		{"another program", "frontdesk: no such command\n", everything, false, -1, errNoChild},
		{"nothing", "", everything, false, -1, errNoChild},
		{"broke off at once", hello, everything, false, -1, errBrokeOff},
		{"broke off in a line", hello + sound[:9], everything, false, -1, errBrokeOff},
		{"broke off on the views", hello + sound, everything, true, 0, errBrokeOff},
		{"broke off on the views, with a damaged entry", hello + poor, everything, false, 1, errBrokeOff},
		{"the journal alone", hello + sound, journalOnly, true, 0, nil},
		{"refused", hello + bad, everything, false, 1, nil},
		{"all is well", hello + sound + sound, everything, true, 0, nil},
		{"views to be made anew", hello + sound + `{"ok":false,"problems":["v"],"views":"why"}` + "\n", everything, false, 1, nil},
	}
	for _, tt := range tests {
		r, err := verdict(strings.NewReader(tt.out), tt.what)
		problems := len(r.Problems)
		if r.Problems == nil {
			problems = -1
		}
		if !errors.Is(err, tt.err) || r.OK != tt.ok || problems != tt.problems {
			t.Errorf("%s: %+v, %v", tt.name, r, err)
		}
	}
}
