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
		{"demo --at yesterday", "2026-08-18T09:30:00"},
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

// TestScreenFlags: what a screen was asked for stands above the configuration.
func TestScreenFlags(t *testing.T) {
	cfg, err := defaults()
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string][2]bool{"": {}, "--readonly": {true, false}, "--ascii": {false, true}, "--ascii --readonly": {true, true}} {
		for _, command := range []string{"", "demo"} {
			a := &app{}
			c, rest, err := a.root().Find(strings.Fields(command + " " + args))
			if err == nil {
				err = c.ParseFlags(rest)
			}
			if s := a.screen(cfg, nil); err != nil || s.ReadOnly != want[0] || s.ASCII != want[1] {
				t.Errorf("%s %s: %v, read-only %v, ASCII %v", command, args, err, s.ReadOnly, s.ASCII)
			}
		}
	}
}

// TestNotifySettings: every word of ui.notify is one that the terminal layer knows.
func TestNotifySettings(t *testing.T) {
	cleanHome(t)
	row, _ := keyNamed("ui.notify")
	if len(row.one) < 7 {
		t.Errorf("only %v", row.one)
	}
	for _, word := range row.one {
		if err := notifyBy(word).Check(); err != nil {
			t.Error(err)
		}
	}
	for value, ok := range map[string]bool{"0s": true, "90s": true, "2m": true, "-2m": false, "2": false, "often": false} {
		_, err := loadConfig(overrides{dataDir: t.TempDir(), keys: map[string]string{"ui.notify_repeat": value}})
		if (err == nil) != ok {
			t.Errorf("ui.notify_repeat %s: %v", value, err)
		}
	}
}
