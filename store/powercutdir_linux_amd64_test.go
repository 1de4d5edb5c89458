package store

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/store/storetest/crash"
)

// The power may also fail while an inbox is made, when names are at stake: of those that were given, taken or changed
// since the directory was last synced, any first few may have reached the disk. Whatever did, the next start must find
// either no inbox yet or a whole one, and never refuse.

func TestPowerCutsWhileMaking(t *testing.T) {
	tr := traced("write", t.TempDir())
	recording := crash.Record(tr, func(*crash.Call) bool { return true })
	if end := tr.Run(t); end.Status != 0 {
		t.Fatal(end.Stderr)
	}
	moments := *recording
	j := newJudge(t)
	root := crash.InMemory(t)
	rounds := 2
	if long() {
		rounds = 40
	}
	images, fresh, wrong := 0, 0, 0
	v, acked := crash.NewVolume(), []string(nil)
	for at := 0; at <= len(moments) && len(acked) < 3; at++ {
		for n := 0; n <= v.Unsynced(); n++ {
			for round := range rounds {
				way := crash.Way{Keep: func() bool { return round > 0 && rand.IntN(2) == 0 }, Size: rand.IntN}
				dir := filepath.Join(root, "d")
				if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, dirMode), v.Cut(dir, n, way)); err != nil {
					t.Fatal(err)
				}
				found := snapshotNames(dir)
				images++
				got := j.Of(t, dir)
				missing := slices.ContainsFunc(acked, func(id string) bool { return !slices.Contains(got.IDs, id) })
				if got.Fail != "" || missing {
					if wrong++; wrong <= 3 {
						t.Errorf("cut at %d (%v), %d of %d names: %s; acknowledged %v, found %v in %s", at, moments[min(at, len(moments)-1)].Call, n, v.Unsynced(), got.Fail, acked, got.IDs, found)
					}
				}
				if !strings.Contains(found, journalFile) {
					fresh++
				}
			}
		}
		if at < len(moments) {
			m := moments[at]
			if v.Step(m); m.Path == crash.Stdout && m.Begin {
				acked = append(acked, acks(string(m.Data))...)
			}
		}
	}
	if len(acked) < 3 || fresh == 0 || fresh == images {
		t.Errorf("%d images, %d without a journal, acknowledged %v: not what was meant to be tried", images, fresh, acked)
	}
	t.Logf("%d images, %d of them before there was a journal", images, fresh)
}

func snapshotNames(dir string) string {
	var names []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
