package cloudapi

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/inbox"
)

var update = flag.Bool("update", false, "write the golden files anew")

// ourLine is the number of the fixtures' business.
const ourLine inbox.LineID = "200000000000001"

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "webhooks", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func fixtureNames(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "webhooks", "*.json"))
	if err != nil || len(files) != 173 {
		t.Fatalf("%d fixtures, want all 173 (%v)", len(files), err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".json")
	}
	return files
}

// summary tells each fact of a fixture in one line.
func summary(f inbox.Fact) string {
	switch f := f.(type) {
	case inbox.MessageSeen:
		s := fmt.Sprintf("message side=%d source=%d level=%d type=%s peers=%v text=%q", f.Side, f.Source, f.Content.Level, f.Content.Type, f.Peers, f.Content.Text)
		if f.Name+f.Username != "" {
			s += fmt.Sprintf(" name=%q username=%q", f.Name, f.Username)
		}
		if f.Loose {
			s += " loose"
		}
		if f.History != nil {
			s += fmt.Sprintf(" history=%d%s", f.History.Progress, f.History.Word)
		}
		return s
	case inbox.StatusSeen:
		s := fmt.Sprintf("status progress=%d peers=%v", f.Progress, f.Peers)
		if f.Word != "" {
			s += " word=" + f.Word
		}
		if f.Failure != nil {
			s += fmt.Sprintf(" failed=%d", f.Failure.Code)
		}
		if f.FreeUntil != 0 {
			s += fmt.Sprintf(" free=%d", f.FreeUntil)
		}
		return s
	case inbox.EditSeen:
		return fmt.Sprintf("edit side=%d text=%q", f.Side, f.Content.Text)
	case inbox.RevokeSeen:
		return fmt.Sprintf("revoke side=%d", f.Side)
	case inbox.ReactionSeen:
		return fmt.Sprintf("reaction side=%d emoji=%q", f.Side, f.Emoji)
	case inbox.ContactSeen:
		return fmt.Sprintf("contact register=%d peers=%v value=%q time=%d", f.Register, f.Peers, f.Value, f.Time)
	case inbox.LinkSeen:
		return fmt.Sprintf("link peers=%v", f.Peers)
	case inbox.HistorySeen:
		return fmt.Sprintf("history phase=%d chunk=%d progress=%d declined=%v", f.Phase, f.Chunk, f.Progress, f.Declined)
	case inbox.AccountSeen:
		return fmt.Sprintf("account event=%s time=%d number=%q reason=%q by=%q detail=%q until=%d", f.Event, f.Time, f.Number, f.Reason, f.By, f.Detail, f.Until)
	case inbox.NoteSeen:
		moved := ""
		if f.Moved != "" {
			moved = " moved=" + string(f.Moved)
		}
		return fmt.Sprintf("note kind=%s key=%q peers=%v other=%v%s text=%q", f.Kind, f.Key, f.Peers, f.Other, moved, f.Text)
	case inbox.Unreadable:
		return fmt.Sprintf("UNREADABLE %s: %s", f.Path, f.Reason)
	}
	return fmt.Sprintf("%T", f)
}

// TestFixturesGolden decodes every fixture with nothing unreadable (decisions 18) and compares what came out.
func TestFixturesGolden(t *testing.T) {
	var got bytes.Buffer
	for _, name := range fixtureNames(t) {
		fmt.Fprintln(&got, name)
		facts := Decode(fixture(t, name), ourLine)
		if len(facts) == 0 {
			t.Errorf("%s: no facts", name)
		}
		for _, f := range facts {
			if u, bad := f.(inbox.Unreadable); bad {
				t.Errorf("%s: unreadable %s: %s", name, u.Path, u.Reason)
			}
			fmt.Fprintln(&got, "  "+summary(f))
		}
	}
	golden := filepath.Join("testdata", "webhooks.golden")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wantLines, gotLines := strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")
	for i := range max(len(wantLines), len(gotLines)) {
		if i >= len(wantLines) || i >= len(gotLines) || wantLines[i] != gotLines[i] {
			t.Fatalf("line %d of %s differs:\n got %s\nwant %s", i+1, golden,
				slices.Concat(gotLines, []string{"(end)"})[min(i, len(gotLines))], slices.Concat(wantLines, []string{"(end)"})[min(i, len(wantLines))])
		}
	}
}
