package cli

import (
	"bytes"
	"strings"
	"testing"
)

// TestFlagValues: a wrong value is wrong usage, whatever else is amiss, and the line is about it.
func TestFlagValues(t *testing.T) {
	cleanHome(t)
	for _, c := range []struct{ args, want string }{
		{"threads --limit -1", "--limit"},
		{"threads --limit many", `"many" for "--limit"`},
		{"messages x --limit -1", "--limit"},
		{"messages x --limit 501", "500"},
		{"search", "search QUERY"},
		{"search x --limit -1", "--limit"},
		{"events --since -1", `"-1" for "--since"`},
		{"events --since abc", `"abc" for "--since"`},
		{"threads --log-level loud", "debug, info, warn, error"},
		{"version --log-level loud", "debug, info, warn, error"},
		{"demo --headless --for -3s", "--for"},
		{"demo --headless --for 0s", "--for"},
		{"demo --headless --for soon", `"soon" for "--for"`},
	} {
		var out, errw bytes.Buffer
		status := run(t.Context(), strings.Fields(c.args), strings.NewReader(""), &out, &errw)
		if got := errw.String(); status != 2 || !strings.Contains(got, c.want) || strings.Contains(got, "strconv") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: status %d, %q", c.args, status, got)
		}
	}
}

func TestVersionFlag(t *testing.T) {
	var out, errw bytes.Buffer
	if status := run(t.Context(), []string{"--version"}, strings.NewReader(""), &out, &errw); status != 0 || !strings.HasPrefix(out.String(), "frontdesk "+version) {
		t.Errorf("status %d, %q %q", status, out.String(), errw.String())
	}
}
