package cli

import (
	"fmt"
	"strings"
	"testing"
)

// TestDoctorNamesBrokenLinksInATerminal is TestDoctorNamesTheBrokenLink on the built program in a terminal: every sixth
// link, all of them with FRONTDESK_LONG. What it says is broken into lines there, so that words are looked for.
func TestDoctorNamesBrokenLinksInATerminal(t *testing.T) {
	t.Parallel()
	for i, k := range brokenLinks {
		if i%6 != 0 && !long() {
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			sb, s := wellShop(t, k.start)
			if k.break_ != nil {
				k.break_(world{t, sb, s})
			}
			x := inTmux(t, 200, 60, fmt.Sprintf("HOME=%s %s doctor --config %s", t.TempDir(), builtBinary(t), s.config))
			status := "ended with 0"
			if k.state == broken {
				status = "ended with 1"
			}
			screen := strings.Join(strings.Fields(x.sees(status)), " ")
			for _, want := range []string{string(k.state) + " " + k.link + " ", k.says, k.remedy} {
				if want = strings.Join(strings.Fields(want), " "); k.state != untold && !strings.Contains(screen, want) {
					t.Errorf("no %q in\n%s", want, screen)
				}
			}
		})
	}
}
