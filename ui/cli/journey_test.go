package cli

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func demoCommand(t *testing.T) string {
	return "HOME=" + t.TempDir() + " XDG_CONFIG_HOME= XDG_STATE_HOME= " + builtBinary(t) + " demo"
}

// TestJourneyDemo is the first minute of somebody who reads nothing: look, answer, see it read, leave.
func TestJourneyDemo(t *testing.T) {
	t.Parallel()
	x := inTmux(t, 80, 24, demoCommand(t))
	// The phone's answer first: while it is on its way, ours would be stopped for it.
	s := x.sees("Olivia Bennett 204", "phone  ✓✓ read", "Could someone pick us up", "Of course. Ravi waits")
	if lines := strings.Split(strings.TrimRight(s, "\n"), "\n"); len(lines) > 24 {
		t.Fatalf("%d rows", len(lines))
	}
	x.paste("every evening at eight")
	x.sees("press i first", "enter open")
	x.keys("i")
	x.sees("enter send")
	x.text("Ravi holds a sign with your name")
	x.sees("> Ravi holds a sign")
	x.keys("Enter")
	s = x.until("the reply as read", func(s string) bool {
		return strings.Contains(s, "you  ✓✓ read") && strings.Contains(s, "Ravi holds a sign")
	})
	if n := strings.Count(s, "Ravi holds a sign with your name"); n > 2 { // once in the thread, once as a quote
		t.Errorf("the reply stands there %d times:\n%s", n, s)
	}
	if strings.Contains(s, "sending") || strings.Contains(s, "queued") {
		t.Errorf("a row of it was left behind:\n%s", s)
	}
	// One at a time: to a terminal, esc and a letter in one piece are alt and the letter.
	x.keys("Escape")
	x.sees("i write", "esc back")
	x.keys("Escape")
	x.sees("enter open")
	x.keys("q")
	s = x.sees("ended with", "done")
	if !strings.Contains(s, "ended with 0") || strings.Contains(s, "-echo") || strings.Contains(s, "-icanon") {
		t.Errorf("the terminal was left like this:\n%s", s)
	}
}

// TestJourneyClosedWindow sends a template where free text is refused.
func TestJourneyClosedWindow(t *testing.T) {
	t.Parallel()
	x := inTmux(t, 100, 28, demoCommand(t))
	x.sees("Maya Lindqvist", "Olivia Bennett 204")
	x.keys("/")
	x.text("maya")
	x.keys("Enter")
	x.keys("Enter")
	x.sees("window closed", "t template")
	x.keys("t")
	x.sees("Send a template to Maya Lindqvist")
	x.text("lost_item")
	x.until("one template", func(s string) bool {
		return strings.Contains(s, "lost_item_found") && !strings.Contains(s, "airport_pickup")
	})
	x.keys("Enter")
	x.sees("2 of 3", "Maya")
	for { // fill what is missing, field by field, until the review is there
		x.keys("Enter")
		s := x.until("the review, or what is missing", func(s string) bool {
			return strings.Contains(s, "3 of 3") || strings.Contains(s, "is missing")
		})
		if strings.Contains(s, "3 of 3") {
			break
		}
		before := strings.Count(s, "scarf")
		x.text("scarf")
		x.until("what was filled in", func(s string) bool { return strings.Count(s, "scarf") > before })
	}
	x.keys("Enter")
	x.until("the template on its way", func(s string) bool {
		return slices.ContainsFunc(strings.Split(s, "\n"), func(row string) bool {
			return strings.Contains(row, "template lost_item_found") && strings.Contains(row, "✓")
		})
	})
}

// TestJourneyResize makes the window large and tiny while messages come.
func TestJourneyResize(t *testing.T) {
	t.Parallel()
	x := inTmux(t, 200, 60, demoCommand(t))
	x.sees("Olivia Bennett 204", "Thread")
	for _, size := range [][2]int{{130, 40}, {100, 28}, {80, 24}, {48, 16}, {40, 10}, {10, 3}, {130, 40}} {
		x.resize(size[0], size[1])
		x.until(fmt.Sprintf("a frame for %d × %d", size[0], size[1]), func(s string) bool {
			rows := strings.Split(strings.TrimRight(s, "\n"), "\n")
			if size[0] < 24 {
				return strings.HasPrefix(rows[0], "too small")
			}
			return len(rows) == size[1] && strings.Contains(rows[len(rows)-1], "live")
		})
	}
	x.sees("Olivia Bennett 204")
	x.keys("q")
	x.sees("ended with 0")
}
