package cli

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// hostileTexts act on terminals that let them: titles, clipboards, links, whole screens, cursors, directions.
var hostileTexts = []string{
	"\x1b]0;pwned\x07\x1b]2;pwned\x1b\\", "\x1b]52;c;cHduZWQ=\x07", "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\", "\u009b2J\u009d0;pwned\u009c",
	"\x1b[2J\x1b[H\x1b[?1049l", "\x1b]777;notify;pwned;pwned\x07\x1b]9;pwned\x07", "\x1bPtmux;\x1b\x1b]52;c;cHduZWQ=\x07\x1b\\", "pay 100\b\b\b9\rOVER\a",
	"\u202egnp.exe\u202c", "\u2066x\u2069", "\x00\x7f", "z" + strings.Repeat("\u0301", 10000), "\x1b]52;c;bG9uZQ==", // which is never ended
}

// TestCheck2HostileText lets a stranger with a hostile name write hostile texts to the real listener. Nothing of it acts: on
// the screen, in the window's title, in a notification, or on the clipboard.
func TestCheck2HostileText(t *testing.T) {
	t.Parallel()
	sb, s := newDesk(t)
	calm := sb.Customer("+15550100100").Named("Maya Okafor")
	calm.Write("Do you have a table?")
	drain(t, sb)
	x := s.seat(t, 100, 28, "priya", "FRONTDESK_UI_NOTIFY=osc777")
	x.attach()
	x.run("set-option", "-s", "set-clipboard", "on") // what is put on the clipboard becomes tmux's newest buffer
	x.sees("Maya Okafor")
	bytes := x.record()
	x.focus(false)
	evil := sb.Customer("+15550100666").Named("Eve" + strings.Join(hostileTexts, " "))
	for i, text := range hostileTexts {
		evil.Write(fmt.Sprintf("%sbait %d %s", text, i, text))
	}
	drain(t, sb)
	x.until("a notification", func(string) bool { return strings.Contains(bytes(), "]777;notify;") })
	x.focus(true)
	x.keys("/")
	x.text("eve")
	x.keys("Enter")
	x.keys("Enter")
	last := fmt.Sprint("bait ", len(hostileTexts)-1)
	x.sees(last, "i to write")
	straight(t, x)
	x.keys("g") // from the oldest on, each shown once
	x.sees("bait 0", "]0;pwned")
	straight(t, x)
	for _, key := range []string{"d", "D"} {
		x.keys(key)
		x.sees("┌─", "┘")
		straight(t, x)
		x.keys("Escape") // one at a time: to a terminal, esc and a letter in one piece are alt and the letter
		x.until("no box", func(s string) bool { return !strings.Contains(s, "┌─") })
	}
	x.keys("r")
	x.sees("enter send")
	straight(t, x)
	x.keys("Escape")
	x.sees("i to write")
	x.keys("y")
	x.until("the text on the clipboard", func(string) bool { return strings.Contains(x.run("show-buffer"), "bait 0") })
	if got := x.run("show-buffer"); acts(strings.TrimSuffix(got, "\n")) != "" {
		t.Errorf("the clipboard %s: %q", acts(got), got)
	}
	if title := x.title(); strings.HasPrefix(title, "pwned") || acts(title) != "" {
		t.Errorf("the title is %q", title)
	}
	x.until("the count in the title", func(string) bool { return strings.Contains(x.title(), "Acme") || strings.Contains(x.title(), "(") })
	harmlessBytes(t, bytes())
	x.keys("q")
	x.sees("ended with 0")
}

// straight holds the left edge of the second pane to one column, in every row above the status line, and where a box lies
// over the panes, both of its borders.
func straight(t *testing.T, x *tmux) {
	t.Helper()
	bad := ""
	for range 40 { // between two frames there may be half of one, or one of another size
		if bad = crooked(x); bad == "" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s:\n%s", bad, x.screen())
}

func crooked(x *tmux) string {
	rows := x.rows()
	edge := strings.Index(rows[0], "│")
	top, bottom := -1, -1
	var left, right int
	for y, row := range rows {
		if i := strings.Index(row, "┌─"); i >= 0 && top < 0 {
			top = y
		}
		if i := strings.Index(row, "└─"); i >= 0 && top >= 0 && bottom < 0 { // of a box's last row all cells are one column wide
			bottom, left = y, utf8.RuneCountInString(row[:i])
			right = left + utf8.RuneCountInString(row[i:strings.Index(row, "┘")])
		}
	}
	hold := func(column int, ok func(y int, cell string) bool) string {
		cells := x.column(column)
		for y, cell := range cells {
			if !ok(y, cell) {
				return fmt.Sprintf("column %d has %q in row %d of %q", column, cell, y, cells)
			}
		}
		return ""
	}
	inBox := func(y int) bool { return bottom >= 0 && y >= top && y <= bottom }
	bad := ""
	switch {
	case edge >= 0:
		edge = utf8.RuneCountInString(rows[0][:edge]) // the tabs over the list are one column a character
		bad = hold(edge, func(y int, cell string) bool { return inBox(y) || y >= len(rows)-3 || cell == "│" || cell == "─" })
	case bottom < 0:
		return "there is no second pane"
	}
	if bad == "" && bottom >= 0 {
		bad = cmp.Or(hold(left, func(y int, cell string) bool { return !inBox(y) || strings.Contains("┌│├└", cell) }),
			hold(right, func(y int, cell string) bool { return !inBox(y) || strings.Contains("┐│┤┘", cell) }))
	}
	return bad
}

// acts says what of a text would do something to a terminal.
func acts(text string) string {
	for _, r := range text {
		switch {
		case unicode.IsControl(r) && r != '\n':
			return fmt.Sprintf("holds the control %U", r)
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return fmt.Sprintf("turns the direction with %U", r)
		}
	}
	return ""
}

// The sequences that the program writes of its own: of a string to the terminal the payload is judged.
var (
	csiRE = regexp.MustCompile(`\x1b\[[0-?]*[ -/]*[@-~]`)
	oscRE = regexp.MustCompile(`\x1b\](\d+);([^\x07\x1b]*)(?:\x07|\x1b\\)`)
	// What passes through tmux is one string to it, in which every ESC is doubled.
	throughRE = regexp.MustCompile(`\x1bPtmux;((?:\x1b\x1b|[^\x1b])*)\x1b\\`)
)

// harmlessBytes takes apart all that reached the terminal. Strings to it may be a title, a notification or the clipboard;
// nobody's words are in them but cleaned; outside of them there is text and nothing else.
func harmlessBytes(t *testing.T, out string) {
	t.Helper()
	kinds := map[string]int{}
	out = throughRE.ReplaceAllStringFunc(out, func(seq string) string {
		return strings.ReplaceAll(throughRE.FindStringSubmatch(seq)[1], "\x1b\x1b", "\x1b")
	})
	rest := oscRE.ReplaceAllStringFunc(out, func(seq string) string {
		m := oscRE.FindStringSubmatch(seq)
		kinds[m[1]]++
		payload := m[2]
		if m[1] == "52" {
			b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(payload, "c;"))
			if err != nil || strings.Contains(string(b), "lone") || string(b) == "pwned" {
				t.Errorf("the clipboard was sent %q", payload)
			}
			payload = string(b)
		}
		if bad := acts(payload); bad != "" {
			t.Errorf("OSC %s %s: %q", m[1], bad, payload)
		}
		if payload == "pwned" {
			t.Errorf("OSC %s is the stranger's own: %q", m[1], seq)
		}
		return ""
	})
	if kinds["777"] == 0 || kinds["52"] == 0 || kinds["2"]+kinds["0"] == 0 {
		t.Errorf("no notification, clipboard or title was sent at all: %v", kinds)
	}
	for kind := range kinds {
		if !strings.Contains(" 0 2 52 777 11 ", " "+kind+" ") {
			t.Errorf("OSC %s was sent", kind)
		}
	}
	rest = csiRE.ReplaceAllString(rest, "")
	for _, r := range rest {
		if r == '\r' || r == '\n' {
			continue
		}
		if bad := acts(string(r)); bad != "" {
			i := strings.IndexRune(rest, r)
			t.Fatalf("what was drawn %s: %q", bad, rest[max(0, i-40):min(len(rest), i+40)])
		}
	}
}

// TestHarmlessBytesNotices: what the check is there for.
func TestHarmlessBytesNotices(t *testing.T) {
	for _, text := range append(hostileTexts[:11:11], "\x1b]52;c;bG9uZQ==") {
		if acts(text) == "" {
			t.Errorf("%q passes for text", text)
		}
	}
}

// TestCheck3WidthsKeepThePanesStraight has names and texts in scripts that terminals count differently.
func TestCheck3WidthsKeepThePanesStraight(t *testing.T) {
	t.Parallel()
	sb, s := newDesk(t)
	for i, c := range []struct{ name, text string }{
		{"सविता शर्मा क्षत्रिय", "आपका ऑर्डर भेज दिया गया है क्या? क्षमा कीजिए"},
		{"தமிழ்ச்செல்வி", "நாளை காலை உணவு கிடைக்குமா?"},
		{"مريم الحسن", "السلام عليكم، متى يصل الطلب؟"},
		{"王小明 · 老顾客", "今天可以送货吗？我在家等到下午六点。"},
		{"한지민 고객님", "내일 두 시에 갈게요"},
		{"👨‍👩‍👧‍👦 Os Silva 👍🏽", "Obrigada! 👨‍👩‍👧‍👦❤️👍🏽🏳️‍🌈"},
		{"🇧🇷🇮🇳🇮🇩 Câmbio", "🇧🇷🇧 1️⃣2️⃣ ok"},
		{"ｱﾊﾟｰﾄ ｶﾞｰﾙ", "ﾊﾝｶｸ"},
	} {
		sb.Customer(fmt.Sprintf("+1555010020%d", i)).Named(c.name).Write(c.text)
	}
	drain(t, sb)
	x := s.seat(t, 100, 28, "priya")
	x.sees("Câmbio", "Os Silva")
	x.keys("Enter")
	x.sees("i to write")
	for _, size := range [][2]int{{100, 28}, {80, 24}, {130, 32}} {
		x.resize(size[0], size[1])
		x.until("a frame of that size", func(s string) bool {
			rows := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
			return len(rows) == size[1] && strings.Contains(rows[size[1]-1], "live")
		})
		for range 8 {
			straight(t, x)
			x.keys("M-Down")
		}
		for range 8 {
			x.keys("M-Up")
		}
	}
}
