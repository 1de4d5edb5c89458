package cli

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
	"frontdesk/store"
)

// newFarSide starts a practice WhatsApp that delivers to a shop.
func newFarSide(t *testing.T) (*sandbox.Sandbox, *shop) {
	t.Helper()
	quick := sandbox.Span{Min: time.Millisecond, Max: 2 * time.Millisecond}
	sb, err := sandbox.New(sandbox.Config{Provider: farProvider, AccessToken: testToken, AppSecret: testSecret, PNID: testLine, WABA: testWABA,
		VerifyToken: testVerify, Cadence: sandbox.Cadence{Sent: quick, Delivered: quick, Read: quick},
		Templates: []sandbox.Template{{Name: "order_update", Language: "en_US", Status: "APPROVED", Category: "UTILITY",
			Components: []sandbox.Component{{Type: "BODY", Text: "Hello {{1}}, your order {{2}} is ready."}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := sb.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sb.Close(); err != nil {
			t.Error(err)
		}
	})
	return sb, newShop(t, sb.URL())
}

// connectTo points the far side at the shop's listener and waits for what it has to deliver.
func connectTo(t *testing.T, sb *sandbox.Sandbox, s *shop) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if farProvider != "" {
		tell360dialog(ctx, t, sb, s)
		return
	}
	if err := sb.SetCallback(ctx, s.url(), testVerify); err != nil {
		t.Fatal(err)
	}
}

func drain(t *testing.T, sb *sandbox.Sandbox) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := sb.Settle(ctx); err != nil {
		t.Fatal(err)
	}
}

// eventually runs a check until it holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestCommandsAgainstARunningOwner walks through a morning at the desk by commands alone.
func TestCommandsAgainstARunningOwner(t *testing.T) {
	sb, s := newFarSide(t)
	var log lockedBuffer
	owner := s.serve(t, &log)
	connectTo(t, sb, s)
	asha := sb.Customer("+919800000210").Named("Asha Rao")
	asha.Write("Is the 2 kg box in stock? क्या यह मिलेगा?")
	old := sb.Customer("+5511912342210").Named("Bruno Lima")
	old.Write("Oi!", sandbox.At(time.Now().Add(-30*time.Hour)))
	sb.Phone().Reply(old, "Sim, temos duas.", sandbox.At(time.Now().Add(-29*time.Hour)))
	drain(t, sb)

	var threads []inbox.Thread
	eventually(t, "two threads", func() bool {
		threads = decodeLines[inbox.Thread](t, s, "threads", "--json")
		return len(threads) == 2
	})
	if th := threads[0]; th.Name != "Asha Rao" || th.WaID != "919800000210" || th.Unread != 1 || !th.Window.Open || th.State != inbox.Open || th.LastMessage == nil {
		t.Errorf("%+v", th)
	}
	stdout, stderr, status := s.output(t, "reply", "+91 98000 00210", "Yes, two left.", "--json")
	if status != 0 {
		t.Fatalf("reply: %s", stderr)
	}
	var sent inbox.Message
	if err := json.Unmarshal([]byte(stdout), &sent); err != nil || sent.Ref == "" || sent.Agent != "priya" || sent.Direction != "out" || sent.Origin != inbox.OriginAPI {
		t.Errorf("reply printed %s, %v", stdout, err)
	}
	eventually(t, "the reply is read", func() bool {
		ms := decodeLines[inbox.Message](t, s, "messages", "Asha Rao", "--json")
		return len(ms) == 2 && ms[1].Status == inbox.StatusRead && ms[1].Text == "Yes, two left."
	})
	stdout, stderr, status = s.output(t, "reply", "Asha Rao", "It is packed.", "--at", "+2h", "--json")
	var later inbox.Message
	if err := json.Unmarshal([]byte(stdout), &later); err != nil || status != 0 || later.Status != inbox.Queuing || later.HoldReason != "later" ||
		time.Until(later.NotBefore).Round(time.Minute) != 2*time.Hour {
		t.Errorf("reply --at printed %s%s, %v", stdout, stderr, err)
	}
	if threads := decodeLines[inbox.Thread](t, s, "threads", "--json"); threads[0].Scheduled == nil || !threads[0].Scheduled.Next.Equal(later.NotBefore) {
		t.Errorf("the thread does not say what it has scheduled: %+v", threads[0].Scheduled)
	}
	for at, want := range map[string]int{"noon": 2, "2001-01-01T00:00:00Z": 2, "30h": 1} { // the last is beyond the window
		if _, stderr, status = s.output(t, "reply", "Asha Rao", "hello", "--at", at); status != want || strings.Count(stderr, "\n") != 1 {
			t.Errorf("--at %s: status %d, %q", at, status, stderr)
		}
	}
	_, stderr, status = s.output(t, "reply", "Bruno Lima", "Ainda quer?")
	if status != 1 || !strings.Contains(stderr, "template") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a closed window: status %d, %q", status, stderr)
	}
	if n := len(sb.Sends()); n != 1 {
		t.Errorf("%d POSTs, want the one reply", n)
	}
	old.Write("Sim!", sandbox.At(time.Now().Add(-28*time.Hour)))
	drain(t, sb)
	eventually(t, "only the customer without an answer waits", func() bool {
		for _, order := range []string{"longest", "closing"} {
			waiting := decodeLines[inbox.Thread](t, s, "threads", "--view", "waiting", "--order", order, "--json")
			if len(waiting) != 1 || waiting[0].Name != "Bruno Lima" || waiting[0].WaitingSince.IsZero() || waiting[0].Window.Open {
				return false
			}
		}
		return len(decodeLines[inbox.Thread](t, s, "threads", "--view", "stuck", "--json")) == 0
	})
	eventually(t, "the templates are listed", func() bool {
		list := decodeLines[inbox.Template](t, s, "template", "list", "--json")
		return len(list) == 1 && list[0].Name == "order_update" && !list[0].FetchedAt.IsZero()
	})
	if _, stderr, status = s.output(t, "template", "send", "Bruno Lima", "order_update", "--var", "1=Bruno"); status != 1 || !strings.Contains(stderr, "2") {
		t.Errorf("a template with a value missing: status %d, %q", status, stderr)
	}
	if _, stderr, status = s.output(t, "template", "send", "Bruno Lima", "order_update", "--lang", "en_US", "--var", "1=Bruno", "--var", "2=4431"); status != 0 {
		t.Errorf("template send: %s", stderr)
	}
	ms := decodeLines[inbox.Message](t, s, "messages", "5511912342210", "--json")
	if last := ms[len(ms)-1]; last.Text != "Hello Bruno, your order 4431 is ready." || last.Template == nil || last.Template.Name != "order_update" {
		t.Errorf("%+v", last)
	}
	if ms[1].Origin != inbox.OriginPhone {
		t.Errorf("the phone's answer has origin %s", ms[1].Origin)
	}

	finds := func(want string, args ...string) {
		t.Helper()
		found := decodeLines[inbox.Match](t, s, append([]string{"search", "--json"}, args...)...)
		if len(found) != 1 || found[0].Text != want || found[0].ThreadName == "" {
			t.Errorf("search %v finds %+v", args, found)
		}
	}
	searches := func() {
		t.Helper()
		finds("Is the 2 kg box in stock? क्या यह मिलेगा?", "मिलेगा")
		finds("Is the 2 kg box in stock? क्या यह मिलेगा?", "STÖCK box", "--thread", "Asha Rao")
		finds("Yes, two left.", "asha", "left")
		finds("Sim, temos duas.", "bruno têmos")
		if stdout, stderr, status := s.output(t, "search", "2 kg", "--limit", "1"); status != 0 || !strings.Contains(stdout, "Asha Rao: Is the *2* *kg* box") {
			t.Errorf("search: status %d, %s%s", status, stdout, stderr)
		}
		if stdout, stderr, status := s.output(t, "search", "zebra"); status != 0 || stdout != "" || stderr != "nothing was found\n" {
			t.Errorf("search for nothing: status %d, %s%s", status, stdout, stderr)
		}
	}
	searches()

	copyOf := filepath.Join(t.TempDir(), "copy.db")
	if stdout, stderr, status = s.output(t, "backup", copyOf, "--json"); status != 0 || !strings.Contains(stdout, `"seq":`) {
		t.Errorf("backup: %s %s", stdout, stderr)
	}
	if info, err := os.Stat(copyOf); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v %v", info, err)
	}
	if _, stderr, status = s.output(t, "backup", copyOf); status != 1 {
		t.Errorf("a backup over a file that is there: %s", stderr)
	}
	if stdout, stderr, status = s.output(t, "check", "--json"); status != 0 || !strings.Contains(stdout, `"ok":true`) {
		t.Errorf("check while running: %s %s", stdout, stderr)
	}
	before := s.everything(t)

	if err := owner.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the owner is gone", func() bool { _, err := os.Stat(filepath.Join(s.dir, "clean")); _ = err; return !alive(s) })
	if after := s.everything(t); fmt.Sprint(texts(after)) != fmt.Sprint(texts(before)) {
		t.Errorf("with no owner the commands read something else:\n%v\n%v", texts(before), texts(after))
	}
	searches()
	if _, stderr, status = s.output(t, "check", "--rebuild"); status != 0 {
		t.Errorf("check --rebuild: %s", stderr)
	}
	searches()
	if after := s.everything(t); fmt.Sprint(texts(after)) != fmt.Sprint(texts(before)) {
		t.Errorf("after a rebuild the commands read something else:\n%v\n%v", texts(before), texts(after))
	}
	// The copy becomes an inbox of its own elsewhere: on another machine, say.
	other := newShop(t, "")
	must(t, os.MkdirAll(other.dir, 0o700))
	must(t, os.Rename(copyOf, filepath.Join(other.dir, "journal.db")))
	if _, stderr, status = other.output(t, "serve"); status != 1 || !strings.Contains(stderr, "check --restored") {
		t.Errorf("a journal without its identity: status %d, %q", status, stderr)
	}
	if _, stderr, status = other.output(t, "check", "--restored"); status != 0 {
		t.Errorf("check --restored: %s", stderr)
	}
	if after := other.everything(t); fmt.Sprint(texts(after)) != fmt.Sprint(texts(before)) {
		t.Errorf("the restored inbox reads something else:\n%v\n%v", texts(before), texts(after))
	}
	if stdout, stderr, status = other.output(t, "check", "--set-aside"); status != 0 || !strings.Contains(stdout, "now end in") {
		t.Errorf("check --set-aside: %s %s", stdout, stderr)
	}
	if _, stderr, status = s.output(t, "reply", "Asha Rao", "hello"); status != 1 || !strings.Contains(stderr, "frontdesk serve") {
		t.Errorf("reply with no owner: status %d, %q", status, stderr)
	}
	for _, secret := range []string{testToken, testSecret, testVerify, "2 kg box", "Yes, two left"} {
		if file, err := os.ReadFile(filepath.Join(s.dir, "frontdesk.log")); err != nil || bytes.Contains(file, []byte(secret)) || strings.Contains(log.String(), secret) {
			t.Errorf("the log shows %q (%v)", secret, err)
		}
	}
}

func texts(ms []inbox.Message) (out []string) {
	for _, m := range ms {
		out = append(out, fmt.Sprintf("%s %s %s %s", m.Thread, m.Origin, m.Status, m.Text))
	}
	return out
}

func alive(s *shop) bool {
	c, err := net.Dial("tcp", s.addr)
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

func TestEventsFollowAndResume(t *testing.T) {
	sb, s := newFarSide(t)
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	follow := func(args ...string) (*bufio.Scanner, func()) {
		c := s.command(ctx, t, append([]string{"events", "--json"}, args...)...)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return bufio.NewScanner(out), func() { _ = c.Process.Signal(os.Interrupt); _ = c.Wait() }
	}
	maya := sb.Customer("+15550100101").Named("Maya Okafor")
	maya.Write("first")
	drain(t, sb)
	lines, stop := follow("--since", "0")
	var last uint64
	seen := ""
	for lines.Scan() {
		var e struct {
			Seq     uint64
			At      time.Time
			Kind    string
			Message *inbox.Message
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%v: %s", err, lines.Bytes())
		}
		if e.Seq < last || e.At.IsZero() {
			t.Errorf("event %d after %d at %s", e.Seq, last, e.At)
		}
		last = e.Seq
		if e.Kind == "message" && e.Message != nil {
			if seen = e.Message.Text; seen == "first" {
				maya.Write("second")
			}
		}
		if seen == "second" {
			break
		}
	}
	stop()
	if seen != "second" {
		t.Fatal("the second message never came")
	}
	maya.Write("third")
	drain(t, sb)
	lines, stop = follow("--since", fmt.Sprint(last))
	defer stop()
	for lines.Scan() {
		if bytes.Contains(lines.Bytes(), []byte(`"text":"first"`)) {
			t.Fatal("--since tells what came before")
		}
		if bytes.Contains(lines.Bytes(), []byte(`"text":"third"`)) {
			return
		}
	}
	t.Fatal("--since never told the third message")
}

func TestOneOwnerAtATime(t *testing.T) {
	_, s := newFarSide(t)
	var first lockedBuffer
	s.serve(t, &first)
	eventually(t, "serve says where webhooks go", func() bool { return strings.Contains(first.String(), s.url()) })
	_, stderr, status := s.output(t, "serve")
	if status != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "attach to it, or stop it first") {
		t.Fatalf("status %d: %q", status, stderr)
	}
}

func TestPortInUse(t *testing.T) {
	_, s := newFarSide(t)
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, stderr, status := s.output(t, "serve")
	if status != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, s.addr) {
		t.Fatalf("status %d: %q", status, stderr)
	}
}

// TestBadStores: each is refused by one line with the next step, again and again, takes no webhook, and nothing is
// touched (A106).
func TestBadStores(t *testing.T) {
	base := filledShop(t)
	journal := func(dir string) string { return filepath.Join(dir, journalFile) }
	whole, err := os.ReadFile(journal(base.dir))
	must(t, err)
	used := len(bytes.TrimRight(whole, "\x00"))
	for _, c := range []struct {
		name  string
		says  string
		spoil func(t *testing.T, dir string)
	}{
		{"emptied", "is empty", func(t *testing.T, dir string) { must(t, os.Truncate(journal(dir), 0)) }},
		{"truncated", "is cut short", func(t *testing.T, dir string) { must(t, os.Truncate(journal(dir), int64(used/2))) }},
		{"noise", "is not a store", func(t *testing.T, dir string) {
			must(t, os.WriteFile(journal(dir), bytes.Repeat([]byte("noise"), 20000), 0o600))
		}},
		{"noise behind good first pages", "did not pass the check", func(t *testing.T, dir string) {
			b := bytes.Clone(whole)
			copy(b[8192:used], bytes.Repeat([]byte("noise"), used))
			must(t, os.WriteFile(journal(dir), b, 0o600))
		}},
		{"another file of bbolt", "is not a journal of frontdesk", func(t *testing.T, dir string) {
			b, err := os.ReadFile(filepath.Join(dir, viewsFile))
			must(t, err)
			must(t, os.WriteFile(journal(dir), b, 0o600))
		}},
		{"a directory", "is a directory", func(t *testing.T, dir string) {
			must(t, os.Remove(journal(dir)))
			must(t, os.Mkdir(journal(dir), 0o700))
		}},
		{"gone", "is gone", func(t *testing.T, dir string) { must(t, os.Remove(journal(dir))) }},
		{"another's", "do not belong together", func(t *testing.T, dir string) {
			other := filepath.Join(t.TempDir(), "other")
			st, err := store.Open(other, store.Options{})
			must(t, err)
			must(t, st.Close())
			b, err := os.ReadFile(filepath.Join(other, "store.id"))
			must(t, err)
			must(t, os.WriteFile(filepath.Join(dir, "store.id"), b, 0o600))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := base.copied(t)
			c.spoil(t, s.dir)
			must(t, os.Remove(filepath.Join(s.dir, "journal.clean"))) // as after a kill
			before := s.files(t)
			for range 2 {
				_, stderr, status := s.output(t, "serve")
				if status != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, ";") || !strings.Contains(stderr, c.says) {
					t.Errorf("status %d: %q", status, stderr)
				}
				if s.files(t) != before {
					t.Error("the files were changed")
				}
				t.Log(strings.TrimSpace(stderr))
			}
		})
	}
}

// files tells the files of the data directory that hold what came in.
func (s *shop) files(t *testing.T) (all string) {
	t.Helper()
	for _, name := range []string{journalFile, viewsFile, "store.id"} {
		b, err := os.ReadFile(filepath.Join(s.dir, name))
		all += fmt.Sprintf("%s %d bytes %x %v\n", name, len(b), sha256.Sum256(b), err)
	}
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestUsage(t *testing.T) {
	cleanHome(t)
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"version", "--json"}, 0, `"version":"` + version + `"`},
		{[]string{"completion", "bash"}, 0, "frontdesk"},
		{[]string{"completion"}, 2, "bash|zsh|fish|powershell"},
		{[]string{"thread"}, 2, `did you mean "frontdesk threads"?`},
		{[]string{"reply", "x"}, 2, "the reply is empty; write the text after the thread"},
		{[]string{"threads", "--vew", "all"}, 2, "unknown flag: --vew; see frontdesk threads --help"},
		{[]string{"threads", "--view", "none"}, 2, "all, mine, unassigned, waiting, done"},
		{[]string{"threads", "--order", "window"}, 2, "longest or closing"},
		{[]string{"threads", "--order", "closing"}, 2, "--view waiting"},
		{[]string{"threads"}, 1, "no inbox in"},
		{[]string{"serve"}, 2, "frontdesk demo"},
		{[]string{}, 2, "frontdesk demo"},
		{[]string{"demo", "--headless"}, 2, "--for 30s"},
		{[]string{"demo"}, 1, "--json"},
		{[]string{"events"}, 1, "frontdesk serve"},
		{[]string{"sandbox", "--fault", "nonsense"}, 2, "nonsense"},
		{[]string{"sandbox", "--scene", "opera"}, 2, "it must be one of hotel, link, link-declined, identity, or none"},
		{[]string{"--config", "/nowhere/c.yaml", "threads"}, 2, "check --config"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			var out, errw bytes.Buffer
			status := run(t.Context(), c.args, strings.NewReader(""), &out, &errw)
			if status != c.status {
				t.Errorf("status %d, want %d; stderr %q", status, c.status, errw.String())
			}
			if got := out.String() + errw.String(); !strings.Contains(got, c.want) {
				t.Errorf("%q does not say %q", got, c.want)
			}
			if status != 0 && (out.Len() > 0 || strings.Count(errw.String(), "\n") != 1) {
				t.Errorf("stdout %q, stderr %q", out.String(), errw.String())
			}
		})
	}
}

func TestHeadlessDemo(t *testing.T) {
	t.Parallel()
	got, stderr, status := newShop(t, "").output(t, "demo", "--headless", "--for", "12s")
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	if strings.Count(got, "\n") != 1 || !strings.Contains(got, "sent here") || strings.Contains(got, " 0 sent here") || !strings.Contains(got, " 0 uncertain") {
		t.Fatalf("%q", got)
	}
}

// lockedBuffer may be written by a process's copier while a test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
