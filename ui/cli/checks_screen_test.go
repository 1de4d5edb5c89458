package cli

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/store"
)

var screenSizes = [...][2]int{{130, 32}, {100, 28}, {80, 24}, {48, 16}}

// TestCheck1EveryScreen walks through the screens of the built program at the four sizes, in colour, without, and in ASCII.
// What stands in the frames is held in ui; here a terminal shows them, and none of them scrolls it or leaves a row behind.
func TestCheck1EveryScreen(t *testing.T) {
	t.Parallel()
	sb, s := newDesk(t)
	maya := sb.Customer("+15550100101").Named("Maya Okafor")
	maya.Write("Do you have a table?")
	sb.Phone().SendText(maya, "Yes, at eight.")
	maya.Write("For two, please")
	sb.Customer("+15550100102").Named("Kofi Mensah").Write("Hello")
	s.has(t, "Maya Okafor", 3)
	s.has(t, "Kofi Mensah", 1)
	live := regexp.MustCompile(`\blive\b`) // of the status bar, which stands there once
	colour := regexp.MustCompile(`\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m`)
	for _, look := range []struct {
		name, env string
		args      string
	}{{"dark", "NO_COLOR=", ""}, {"NO_COLOR", "NO_COLOR=1", ""}, {"ascii", "NO_COLOR=1", " --ascii"}} {
		t.Run(look.name, func(t *testing.T) {
			x := inTmux(t, 130, 32, look.env+" FRONTDESK_AGENT_NAME=priya HOME="+s.dir+" "+builtBinary(t)+" --config "+s.config+look.args)
			colours := 0
			for _, size := range screenSizes {
				x.resize(size[0], size[1])
				over := false
				whole := func(what string, parts ...string) {
					t.Helper()
					screen := x.until(what, func(s string) bool {
						rows := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
						if len(rows) != size[1] || !strings.Contains(rows[size[1]-1], "live") || len(live.FindAllString(s, -1)) != 1 {
							return false
						}
						for _, p := range parts {
							if !strings.Contains(s, p) {
								return false
							}
						}
						return boxed(s) == over
					})
					if look.name == "ascii" {
						for _, r := range screen {
							if r > 0x7e {
								t.Fatalf("%q in ASCII at %v, %s:\n%s", r, size, what, screen)
							}
						}
					}
					colours += len(colour.FindAllString(x.run("capture-pane", "-e", "-p"), -1))
				}
				whole("the list", "Kofi Mensah", "Maya Okafor", "enter open")
				x.keys("Enter")
				whole("the conversation", "Do you have a table?", "For two, please", "esc back")
				for _, way := range []struct{ key, shows string }{{"?", "Keys"}, {":", "Commands"}, {"M-k", "Go to"}, {"d", "Message from Maya"}, {"D", "webhook"}, {"t", "Send a template"}, {"s", "until"}} {
					x.keys(way.key)
					over = true
					whole("the screen of "+way.key, way.shows)
					x.keys("Escape")
					over = false
					whole("the conversation after "+way.key, "For two, please", "esc back")
				}
				x.keys("i")
				whole("the box", "enter send")
				x.keys("Escape")
				whole("the conversation again", "esc back")
				x.keys("Escape")
			}
			if (colours > 0) != (look.name == "dark") {
				t.Errorf("%d colours", colours)
			}
		})
	}
}

// boxed reports whether a box lies over the panes.
func boxed(screen string) bool {
	return strings.Contains(screen, "┌─") && strings.Contains(screen, "─┘") || strings.Contains(screen, "+-") && strings.Contains(screen, "-+")
}

// fillThread puts one thread of n messages into a store that nobody runs.
func (s *shop) fillThread(t *testing.T, n int) {
	t.Helper()
	st, err := store.Open(s.dir, storeOptions(ownerLockWait))
	must(t, err)
	var batch inbox.Batch
	begin := time.Now().Add(-time.Duration(n) * time.Second)
	for i := range n {
		at := begin.Add(time.Duration(i) * time.Second)
		batch.Entries = append(batch.Entries, inbox.Entry{ID: "b:" + strconv.Itoa(i), Kind: inbox.EntryWebhook, At: at, Data: longThread(i, at)})
	}
	_, _, err = st.Journal().Append(t.Context(), batch)
	must(t, err)
	_, err = inbox.Offline(t.Context(), offline(Config{Account: Account{PhoneNumberID: testLine}}, st), "priya")
	must(t, err)
	must(t, st.Close())
}

// TestCheck4TwentyThousandMessages: the ends of a long thread are one key away, every size shows them, and a screen on which
// nothing happens sends nothing. How long it takes is measured by BenchmarkHouseScreen and BenchmarkOpenAndJump.
func TestCheck4TwentyThousandMessages(t *testing.T) {
	t.Parallel()
	_, s := newFarSide(t)
	const n = 20000
	s.fillThread(t, n)
	x := s.seat(t, 100, 28, "priya")
	first, last := "message 0 of a long thread", fmt.Sprintf("message %d of a long thread", n-1)
	x.sees("The regular", first, "20000 unread")
	x.keys("Enter")
	x.keys("G")
	x.sees(last)
	x.keys("C-u")
	x.until("the page before the last", func(s string) bool { return notIn(s, last) && strings.Contains(s, "message 199") })
	for _, size := range screenSizes {
		x.resize(size[0], size[1])
		x.until(fmt.Sprint("a frame of ", size), func(s string) bool {
			rows := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
			return len(rows) == size[1] && strings.Contains(rows[size[1]-1], "live")
		})
		x.keys("g")
		x.sees(first)
		x.keys("G")
		x.sees(last)
	}
	x.until("it as read", func(s string) bool { return notIn(s, "unread  ") })
	sent := x.record()
	for range 5 { // time goes by, and the owner works
		if _, stderr, status := s.output(t, "threads", "--json"); status != 0 {
			t.Fatal(stderr)
		}
	}
	if frames := strings.Count(sent(), "\x1b[?2026h"); frames > 1 { // a minute may have ended
		t.Errorf("%d frames although nothing happened: %q", frames, sent())
	}
}

// TestCheck10HelpListsEveryKey: what README's table has is what ? shows, in the program as it is built.
func TestCheck10HelpListsEveryKey(t *testing.T) {
	t.Parallel()
	sb, s := newDesk(t)
	sb.Customer("+15550100101").Named("Maya Okafor").Write("Do you have a table?")
	drain(t, sb)
	readme, err := os.ReadFile("../../README.md")
	must(t, err)
	_, table, _ := strings.Cut(string(readme), "<!-- keys -->")
	table, _, _ = strings.Cut(table, "\n## ")
	rows := regexp.MustCompile("(?m)^\\| ([^|]*) \\| ((?:`[^`]*` ?)+) \\| ([^|]*) \\| `([a-z_]+)` \\|$").FindAllStringSubmatch(table, -1)
	if len(rows) < 60 {
		t.Fatalf("README's table has %d rows", len(rows))
	}
	x := s.seat(t, 130, 32, "priya")
	x.sees("Maya Okafor", "? help")
	x.keys("?")
	var shown strings.Builder
	for last := ""; ; { // page by page, to the end
		screen := x.sees("Keys", "esc")
		if screen == last {
			break
		}
		last = screen
		shown.WriteString(screen)
		x.keys("PageDown")
		for range 20 { // the next page, unless this is the last
			if x.screen() != last {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	for _, r := range rows {
		key, _, _ := strings.Cut(strings.TrimPrefix(r[2], "`"), "`")
		if !regexp.MustCompile(regexp.QuoteMeta(key) + `( \S+)* +` + regexp.QuoteMeta(strings.TrimSpace(r[3]))).MatchString(shown.String()) {
			t.Errorf("? does not show %s %s (%s)", key, r[3], r[4])
		}
	}
	if !strings.Contains(shown.String(), "not now: Z undo last change: Nothing was changed from here.") {
		t.Errorf("? gives no reason for what cannot be done:\n%s", shown.String())
	}
}

// TestCheck12FirstReply: somebody who has read nothing gets from the start of the demo to a reply that a customer has read,
// pressing only what the screen names at that moment. TestInitInATerminal does so with a number of one's own.
func TestCheck12FirstReply(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {48, 16}} {
		t.Run(fmt.Sprint(size[0], "x", size[1]), func(t *testing.T) {
			t.Parallel()
			x := inTmux(t, size[0], size[1], demoCommand(t))
			x.told("enter open")
			x.told("i write")
			x.sees("enter send")
			const typed = "Ravi meets you"
			x.text(typed)
			x.sees("> " + typed)
			x.told("enter send")
			read := regexp.MustCompile(`you +✓✓ read`)
			x.until("the reply as read", func(s string) bool {
				if strings.Contains(s, "enter send anyway") { // the phone was quicker: the screen says so, and what to do
					x.keys("Enter")
				}
				return read.MatchString(s) && strings.Contains(s, typed)
			})
			x.told("esc leave")
			x.told("esc back")
			x.sees("enter open")
			x.keys("q") // what ? lists
			x.sees("ended with 0")
		})
	}
}
