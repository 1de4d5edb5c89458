package cli

import (
	"testing"
)

func TestLanguageOfTheTerminal(t *testing.T) {
	for _, c := range []struct {
		setting string
		env     map[string]string
		want    string
	}{
		{"hi", map[string]string{"LC_ALL": "es_ES.UTF-8"}, "hi"},
		{"en", map[string]string{"LANG": "es_ES.UTF-8"}, "en"},
		{"auto", nil, ""},
		{"auto", map[string]string{"LANG": "es_ES.UTF-8"}, "es_ES.UTF-8"},
		{"auto", map[string]string{"LANG": "es_ES.UTF-8", "LC_MESSAGES": "pt_BR.UTF-8"}, "pt_BR.UTF-8"},
		{"auto", map[string]string{"LANG": "es_ES.UTF-8", "LC_MESSAGES": "pt_BR.UTF-8", "LC_ALL": "C"}, "C"},
	} {
		if got := language(c.setting, func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%q with %v is %q, want %q", c.setting, c.env, got, c.want)
		}
	}
}

func TestLightBackground(t *testing.T) {
	for fgbg, want := range map[string]bool{"": false, "15;0": false, "0;15": true, "0;default;15": true, "12;8": false, "0;7": true, "default": false, ";": false} {
		if got := lightBackground(fgbg); got != want {
			t.Errorf("%q is light: %v", fgbg, got)
		}
	}
}
