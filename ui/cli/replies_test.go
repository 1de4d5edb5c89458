package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"frontdesk/inbox"

	"pgregory.net/rapid"
)

func TestParseReplies(t *testing.T) {
	for _, tt := range []struct{ name, yaml, want string }{
		{"a list", "- name: hours\n  text: 9 to 6\n- name: hours\n  language: pt_BR\n  text: |\n    das 9\n    às 18\n", ""},
		{"numbers are text", "- name: 24\n  text: 7\n", ""},
		{"nothing", "", "f.yaml holds no replies; frontdesk replies export shows how it looks"},
		{"no list", "name: hours\ntext: x\n", `f.yaml:1: this is no list of replies; each begins with "- name:"`},
		{"no reply", "- hours\n", "f.yaml:1: a reply has the keys name, text and, if it has one, language"},
		{"no name", "- name: a\n  text: x\n\n- text: y\n", "f.yaml:4: a saved reply needs a name"},
		{"no text", "- name: a\n  text:\n", "f.yaml:1: a saved reply needs a text"},
		{"unknown key", "- name: a\n  text: x\n  lang: en\n", `f.yaml:3: unknown key "lang"; a reply has name, language and text`},
		{"a key twice", "- name: a\n  text: x\n  text: y\n", "f.yaml:3: text stands twice in one reply"},
		{"not text", "- name: a\n  text: [x]\n", "f.yaml:2: text must be text"},
		{"no language", "- name: a\n  language: English!\n  text: x\n", `f.yaml:1: "English!" is no language; write it as en or pt_BR`},
		{"twice", "- name: Hours\n  text: x\n- name: hours\n  text: y\n", "f.yaml:3: hours stands in line 1 already"},
		{"too long", "- name: a\n  text: " + strings.Repeat("x", 5000), "f.yaml:1: the saved reply is 5000 characters long, 904 too many; save it in parts"},
		{"broken", "- name: a\n  text: x\n - name: b\n", "f.yaml:2: did not find expected '-' indicator; check the indentation around there"},
	} {
		rows, err := parseReplies("f.yaml", []byte(tt.yaml))
		got := ""
		if err != nil {
			got = oneLine(err)
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if err == nil && len(rows) == 0 {
			t.Errorf("%s: nothing was read", tt.name)
		}
	}
	rows, err := parseReplies("f.yaml", []byte("- name: hours\n  language: pt_BR\n  text: |\n    das 9\n    às 18\n"))
	if want := []replyRow{{"hours", "pt_BR", "das 9\nàs 18", 1}}; err != nil || !reflect.DeepEqual(rows, want) {
		t.Errorf("%+v %v", rows, err)
	}
}

// What is exported is imported as the same, whatever it says.
func TestRepliesSurviveTheFile(t *testing.T) {
	text := rapid.StringOf(rapid.SampledFrom([]rune("ab \n:#-|>'\"\\{}[]&*!%@`,?éक्ष👩🏽\u00a0\u2028\ttrue0~.")))
	rapid.Check(t, func(t *rapid.T) {
		var list []inbox.SavedReply
		for i := range rapid.IntRange(1, 4).Draw(t, "replies") {
			r := inbox.SavedReply{Name: strings.TrimSpace(strings.NewReplacer("\n", "", "\t", "").Replace(inbox.Clean(text.Draw(t, "name")))),
				Language: rapid.SampledFrom([]string{"", "en", "no", "pt_BR"}).Draw(t, "language"), Text: strings.TrimRight(inbox.Clean(text.Draw(t, "text")), " \t\n")}
			r.Name = fmt.Sprint(r.Name, i)
			if inbox.CheckReply(inbox.ReplyName{Name: r.Name, Language: r.Language}, r.Text) == nil {
				list = append(list, r)
			}
		}
		raw, err := formatReplies(list)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return
		}
		rows, err := parseReplies("f.yaml", raw)
		if err != nil || len(rows) != len(list) {
			t.Fatalf("%v in:\n%s", err, raw)
		}
		for i, row := range rows {
			if row.name() != (inbox.ReplyName{Name: list[i].Name, Language: list[i].Language}) || row.Text != list[i].Text || row.state(list) != "same" {
				t.Fatalf("%+v came back as %+v from:\n%s", list[i], row, raw)
			}
		}
	})
}

func TestDemoReplies(t *testing.T) {
	rows, err := parseReplies("demoreplies.yaml", demoRepliesFile)
	if err != nil || len(rows) < 4 {
		t.Errorf("%d replies, %v", len(rows), err)
	}
}

// TestReplies keeps saved replies by commands alone, with an owner and without one.
func TestReplies(t *testing.T) {
	_, s := newFarSide(t)
	owner := s.serve(t, io.Discard)
	expect := func(status int, out string, args ...string) string {
		t.Helper()
		stdout, stderr, got := s.output(t, append([]string{"replies"}, args...)...)
		if got != status || out != "*" && stdout+stderr != out {
			t.Errorf("replies %s: status %d, want %d\n%s%s\nwant %s", strings.Join(args, " "), got, status, stdout, stderr, out)
		}
		return stdout
	}
	round := func(when string) {
		t.Helper()
		expect(0, "", "list")
		expect(0, "", "add", "hours", "Hi {{first_name}}, 9 to 6.\nSundays 9 to 1.")
		expect(0, "", "add", "hours", "Das 9 às 18.", "--lang", "pt_BR")
		expect(0, "", "add", "hours", "Hi {{first_name}}, 9 to 6.\nSundays 9 to 1.") // nothing changes
		expect(1, "frontdesk: there is a reply called HOURS already; --replace puts this one in its place\n", "add", "HOURS", "Never.")
		expect(2, "frontdesk: a saved reply needs a text\n", "add", "empty", " ")
		expect(2, "frontdesk: usage: frontdesk replies add NAME TEXT [flags]; see frontdesk replies add --help\n", "add", "hours")
		expect(0, "", "add", "bye", "Bye.", "--lang", "en")
		expect(0, "", "add", "bye", "Goodbye.", "--lang", "en", "--replace")
		expect(0, "bye (en)                 Goodbye.\nhours                    Hi {{first_name}}, 9 to 6.…\nhours (pt_BR)            Das 9 às 18.\n", "list")
		var r inbox.SavedReply
		line, _, _ := strings.Cut(expect(0, "*", "list", "--json"), "\n")
		if err := json.Unmarshal([]byte(line), &r); err != nil || r.Name != "bye" || r.Language != "en" || r.Text != "Goodbye." || r.By == "" || r.At.IsZero() {
			t.Errorf("%s: %s", when, line)
		}
		expect(2, "frontdesk: hours is there in several languages; choose one with --lang: \"\", pt_BR\n", "remove", "hours")
		expect(1, "frontdesk: there is no saved reply nothing; see frontdesk replies list\n", "remove", "nothing")

		file := filepath.Join(t.TempDir(), "replies.yaml")
		expect(0, "", "export", file)
		expect(1, "frontdesk: "+file+" exists already; choose another name, or --force\n", "export", file)
		expect(0, "", "export", file, "--force")
		raw, err := os.ReadFile(file)
		if err != nil || expect(0, "*", "export") != string(raw) {
			t.Errorf("%s: standard output and the file differ: %v\n%s", when, err, raw)
		}
		expect(0, "", "remove", "hours", "--lang", "pt_BR")
		expect(0, "", "remove", "bye")
		expect(0, "", "add", "hours", "Closed today.", "--replace")
		dry := "new      bye (en)\nchanged  hours\nnew      hours (pt_BR)\n2 new, 1 changed, 0 the same"
		expect(0, dry+"; nothing was saved\n", "import", file, "--dry-run")
		expect(0, "hours                    Closed today.\n", "list")
		expect(0, dry+"\n", "import", file)
		expect(0, "same     bye (en)\nsame     hours\nsame     hours (pt_BR)\n0 new, 0 changed, 3 the same\n", "import", file)
		if err := os.WriteFile(file, bytes.Replace(raw, []byte("- name: hours"), []byte("- nam: hours"), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		stdout, stderr, status := s.output(t, "replies", "import", file)
		if status != 2 || stdout != "" || !strings.Contains(stderr, `replies.yaml:5: unknown key "nam"`) {
			t.Errorf("%s: %d %q %q", when, status, stdout, stderr)
		}
		expect(1, "frontdesk: /nowhere.yaml: no such file or directory\n", "import", "/nowhere.yaml")
		for _, args := range [][]string{{"remove", "hours", "--lang", ""}, {"remove", "Hours", "--lang", "PT_br"}, {"remove", "bye"}} {
			expect(0, "", args...)
		}
	}
	round("attached")
	if err := owner.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	round("with no owner")
}
