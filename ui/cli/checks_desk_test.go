package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
	"frontdesk/inbox/attach"
)

// TestCheck5WindowClosesWhileTyping: the box changes by itself, the draft survives, and enter sends nothing.
func TestCheck5WindowClosesWhileTyping(t *testing.T) {
	t.Parallel()
	sb, s := newDesk(t)
	bruno := sb.Customer("+5511988880001").Named("Bruno Lima")
	bruno.Write("Oi!", sandbox.At(time.Now().Add(-30*time.Hour)))
	drain(t, sb)
	x := s.seat(t, 80, 24, "priya")
	x.sees("Bruno Lima", "window closed")
	const typed = "Sim, temos duas"
	for left := 6 * time.Second; ; left *= 2 { // a slow machine gets more time to type
		bruno.Write("Ainda tem?", sandbox.At(time.Now().Add(left-24*time.Hour)))
		x.sees("i to write")
		x.keys("Enter")
		x.keys("i")
		x.text(typed)
		s := x.until("the text in the box, or a window that closed too soon", func(s string) bool {
			return strings.Contains(s, "> "+typed) || strings.Contains(s, "t template")
		})
		if strings.Contains(s, "> "+typed) {
			break
		}
		x.keys("Escape")
		x.sees("t template")
	}
	x.sees("window closed", "t template", "Your draft is kept: "+typed)
	x.keys("Enter")
	x.keys("Escape")
	x.sees("? help", "Your draft is kept: "+typed)
	if n := len(replies(sb)); n != 0 {
		t.Errorf("%d replies went out", n)
	}
	if d := s.draft(t, "Bruno Lima"); d == nil || d.Text != typed {
		t.Errorf("the draft is %+v", d)
	}
	bruno.Write("Alô?") // and it comes back with the window
	x.sees("> " + typed)
}

// TestCheck6PhoneAnswersWhileTyping: the stop appears by itself; esc keeps, enter twice sends once.
func TestCheck6PhoneAnswersWhileTyping(t *testing.T) {
	t.Parallel()
	sb, s := newDesk(t)
	bruno := sb.Customer("+5511988880001").Named("Bruno Lima")
	bruno.Write("Ainda tem a caixa azul?")
	drain(t, sb)
	x := s.seat(t, 80, 24, "priya")
	x.sees("Bruno Lima", "i to write")
	x.keys("Enter")
	x.keys("i")
	const typed = "Temos sim, quantas?"
	x.text(typed)
	x.sees("> " + typed)
	sb.Phone().SendText(bruno, "Sim, temos duas.")
	x.sees("answered from the phone", "Sim, temos duas.", "enter send anyway", "esc keep")
	x.keys("Escape")
	x.sees("i write", "> "+typed)
	if n := len(replies(sb)); n != 0 {
		t.Fatalf("%d replies went out before anybody said so", n)
	}
	if d := s.draft(t, "Bruno Lima"); d == nil || d.Text != typed {
		t.Errorf("the draft is %+v", d)
	}
	x.keys("i")
	x.sees("enter send anyway")
	x.keys("Enter")
	x.keys("Enter")
	x.sees("you  ✓")
	drain(t, sb)
	if n := len(replies(sb)); n != 1 {
		t.Errorf("%d replies went out", n)
	}
}

// TestCheck7TwoTerminals: two people at one inbox see each other and what the other one writes; one of the two is told of a
// message; and a terminal that is killed while its reply is on its way loses nothing and sends nothing twice.
func TestCheck7TwoTerminals(t *testing.T) {
	t.Parallel()
	sb, s := newDesk(t)
	maya := sb.Customer("+15550100101").Named("Maya Okafor")
	maya.Write("Do you have a table?")
	other := sb.Customer("+15550100102").Named("Kofi Mensah")
	drain(t, sb)
	seat := func(name string) *tmux {
		x := s.seat(t, 100, 28, name, "FRONTDESK_UI_NOTIFY=osc777")
		x.attach()
		x.sees("Maya Okafor", "i to write")
		x.keys("Enter")
		return x
	}
	priya, ben := seat("priya"), seat("ben")
	priya.sees("ben is reading this thread")
	ben.sees("priya is reading this thread")
	priya.keys("i")
	priya.text("Yes, at eight")
	ben.sees("priya is writing a reply", "> Yes, at eight", "draft by priya")

	// Priya looks at Maya, so her message is no news to anybody; Ben is away, so Kofi's is to him, once, and to nobody else.
	toPriya, toBen := priya.record(), ben.record()
	ben.focus(false)
	maya.Write("For two, please")
	priya.sees("For two, please")
	ben.sees("For two, please")
	other.Write("Good evening")
	ben.until("a notification", func(string) bool { return strings.Contains(toBen(), "]777;") })
	priya.sees("w Kofi Mensah")
	if n := strings.Count(toBen(), "]777;"); n != 1 || !strings.Contains(toBen(), "]777;notify;Kofi Mensah;") {
		t.Errorf("%d notifications reached who is away: %q", n, toBen())
	}
	if strings.Contains(toPriya(), "]777;") {
		t.Error("who looks was notified")
	}

	if err := sb.AddFault(sandbox.Fault{Name: "slow", Arg: "1s", Count: 1}); err != nil {
		t.Fatal(err)
	}
	priya.keys("Enter")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := sb.WaitSend(ctx, func(r sandbox.Send) bool { return r.Type == "text" }); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(-priya.shell, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	ben.until("the reply as priya's", func(s string) bool {
		return slices.ContainsFunc(strings.Split(s, "\n"), func(row string) bool { return strings.Contains(row, "priya  ✓") })
	})
	drain(t, sb)
	if n := len(replies(sb)); n != 1 {
		t.Errorf("%d replies went out", n)
	}
	if d := s.draft(t, "Maya Okafor"); d != nil {
		t.Errorf("what was sent is still a draft: %+v", d)
	}
}

// TestCheck8TenArriveWhileReading: whoever reads further up is not moved, is told how many came, and finds the unread line
// where it was.
func TestCheck8TenArriveWhileReading(t *testing.T) {
	t.Parallel()
	sb, s := newDesk(t)
	maya := sb.Customer("+15550100101").Named("Maya Okafor")
	for i := range 40 {
		maya.Write(fmt.Sprint("line ", i+1), sandbox.At(time.Now().Add(time.Duration(i-60)*time.Minute)))
	}
	s.has(t, "Maya Okafor", 40)
	x := s.seat(t, 80, 24, "priya")
	x.sees("Maya Okafor", "i to write")
	x.keys("Enter")
	x.keys("g")
	top := func(s string) bool {
		return strings.Contains(s, "──────── 40 unread") && strings.Contains(s, "line 1\n")
	}
	x.until("the unread line and what is under it", top)
	x.keys("C-d")
	before := conversation(x.until("the second page", func(s string) bool { return strings.Contains(s, "line 9") && notIn(s, "line 1\n") }))
	for i := range 10 {
		maya.Write(fmt.Sprint("new ", i+1))
	}
	after := conversation(x.sees("10 new below · G"))
	for i := range before[:len(before)-1] { // the count takes the last row
		if after[i] != before[i] {
			t.Fatalf("the view moved: row %d is %q, was %q", i, after[i], before[i])
		}
	}
	x.keys("G")
	x.until("the newest message and no count", func(s string) bool { return strings.Contains(s, "new 10") && notIn(s, "new below") })
	x.keys("g")
	x.until("the unread line where it was", top)
}

// conversation are the rows of messages of a screen with two panes.
func conversation(screen string) []string {
	var rows []string
	for _, row := range strings.Split(screen, "\n")[2:] {
		_, talk, ok := strings.Cut(row, "│")
		if !ok || strings.HasPrefix(talk, "───") {
			break
		}
		rows = append(rows, strings.TrimRight(talk, " "))
	}
	return rows
}

// TestCheck11EveryFailureHasWords: whatever WhatsApp refuses a message with, the thread says it in words and says what to
// do.
func TestCheck11EveryFailureHasWords(t *testing.T) {
	t.Parallel()
	sb, s := newDesk(t)
	codes := []int{130472, 130497, 131000, 131021, 131026, 131031, 131042, 131047, 131048, 131049, 131051, 131053, 131056, 135000, 137000}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for i, code := range codes {
		sb.Customer(fmt.Sprintf("+155501003%02d", i)).Named(fmt.Sprint("Customer ", i+1)).Undeliverable(code).Write("Hello?")
	}
	drain(t, sb)
	desk, err := attach.Dial(ctx, attach.SocketPath(s.dir), attach.Options{Agent: "priya"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = desk.Close() }()
	var page inbox.ThreadPage
	eventually(t, "every customer is there", func() bool {
		page, err = desk.Threads(ctx, inbox.ThreadQuery{Limit: 100})
		return err == nil && len(page.Threads) == len(codes)
	})
	for _, th := range page.Threads {
		oid := inbox.NewID()
		if _, err := desk.Do(ctx, oid, inbox.Send{Thread: th.ID, OID: inbox.OID(oid), Out: inbox.Outgoing{Type: "text", Text: "Of course."}}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "every reply has failed", func() bool {
		stuck, err := desk.Threads(ctx, inbox.ThreadQuery{View: inbox.ViewStuck, Limit: 100})
		return err == nil && len(stuck.Threads) == len(codes)
	})
	x := s.seat(t, 100, 28, "priya")
	x.sees("Customer", "? help")
	bare := regexp.MustCompile(`\b\d{5,7}\b`)
	seen := map[string]bool{}
	for n := range len(codes) {
		x.keys("!")
		screen := x.sees(fmt.Sprintf("Stuck %d of %d", n+1, len(codes)), "→ ")
		name, _, _ := strings.Cut(strings.TrimSpace(strings.SplitN(strings.Split(screen, "\n")[0], "│", 2)[1]), "  ")
		seen[name] = true
		rows := conversation(screen)
		at := slices.IndexFunc(rows, func(row string) bool { return strings.Contains(row, "✗ failed") })
		if at < 0 {
			t.Fatalf("no state:\n%s", screen)
		}
		_, why, _ := strings.Cut(rows[at], "failed: ")
		do := strings.Join(rows[at+1:], " ")
		if i := strings.Index(do, "→ "); i < 0 || len(do)-i < 15 || len(why) < 8 {
			t.Errorf("%s: no words or no next step:\n%s", name, strings.Join(rows[at:], "\n"))
		}
		if code := bare.FindString(rows[at] + do); code != "" {
			t.Errorf("%s: a bare code %s:\n%s", name, code, strings.Join(rows[at:], "\n"))
		}
	}
	if len(seen) != len(codes) {
		t.Errorf("%d threads were seen: %v", len(seen), seen)
	}
}
