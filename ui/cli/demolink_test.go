package cli

import (
	"strings"
	"testing"
)

// TestDemoFirstHour plays the first hour of a linked number seven times as fast, with the built program and no screen.
func TestDemoFirstHour(t *testing.T) {
	t.Parallel()
	s := newShop(t, "")
	for scene, want := range map[string][]string{
		"link": {"Before the number is linked", "2.24.17", "listener: a signed test event came through http://127.0.0.1:", "contacts: asked for", "contacts: 5 with a name from the phone",
			"history: asked for", "history: importing, phase", "history: complete, 100 %",
			"link: the phone was changed", "over: the phone was changed", "demo: 17 threads", "0 uncertain"},
		"link-declined": {"contacts: 5 with a name from the phone", "history: declined", "demo: "},
	} {
		t.Run(scene, func(t *testing.T) {
			t.Parallel()
			out, stderr, status := s.output(t, "demo", "--scene", scene, "--headless", "--for", "20s", "--speed", "7")
			if status != 0 {
				t.Fatalf("status %d: %s%s", status, out, stderr)
			}
			rest := out
			for _, part := range want {
				_, after, ok := strings.Cut(rest, part)
				if !ok {
					t.Fatalf("no %q where it should be in:\n%s", part, out)
				}
				rest = after
			}
		})
	}
}
