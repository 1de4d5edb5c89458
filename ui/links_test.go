package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontdesk/inbox"
	"frontdesk/ui/term"
)

func TestWebs(t *testing.T) {
	for text, want := range map[string]string{
		"see https://shop.example/a?b=1#c.":                 "https://shop.example/a?b=1#c",
		"(https://shop.example/a)":                          "https://shop.example/a",
		"https://en.wiki.example/Go_(game) and more":        "https://en.wiki.example/Go_(game)",
		"HTTPS://Shop.Example/A":                            "https://shop.example/A",
		"www.shop.example/x, ok":                            "https://www.shop.example/x",
		"*https://shop.example*":                            "https://shop.example",
		"देखें https://shop.example/रसीद।":                  "https://shop.example/%E0%A4%B0%E0%A4%B8%E0%A5%80%E0%A4%A6",
		"https://paypal.example@evil.example/login":         "odd https://evil.example/login",
		"https://xn--pypal-4ve.example":                     "https://xn--pypal-4ve.example",
		"https://p\u0430ypal.example/":                      "odd https://xn--pypal-4ve.example/",
		"http://[::1]:8080/x":                               "http://[::1]:8080/x",
		"http://shop.example:8080/x":                        "http://shop.example:8080/x",
		"javascript:alert(1) file:///etc/passwd data:,x":    "",
		"ftp://shop.example tel:+123 mailto:a@shop.example": "",
		"https://": "", "https:///x": "", "https://-bad-.example": "", "http://a b": "http://a", "xhttps://a.example": "",
		"https://a.example https://a.example http://b.example": "https://a.example http://b.example",
		"https://a.example/\u202egpj.exe":                      "https://a.example/%E2%80%AEgpj.exe",
	} {
		var got []string
		for _, w := range webs(text) {
			if w.odd {
				got = append(got, "odd")
			}
			got = append(got, w.url)
			if !strings.HasPrefix(w.url, "http://") && !strings.HasPrefix(w.url, "https://") {
				t.Errorf("%q gives %q", text, w.url)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q gives %q, not %q", text, got, want)
		}
	}
}

// office with links, and what was opened.
func linked(opened *[]string, fail error) func(*fakeDesk, *Config) {
	return func(d *fakeDesk, c *Config) {
		d.add(inbox.Thread{ID: asha, Name: "Asha Rao", WaID: "919800000210", State: inbox.Open, Window: openFor(5e12)},
			heard("09:40", "no address"), heard("09:41", "Is it https://shop.example/box ?"), heard("09:42", "or https://a.example or https://b.example/2"),
			heard("09:43", "https://p\u0430ypal.example/"), told("09:44", inbox.OriginPhone, "", inbox.StatusRead, "https://ours.example/pay"))
		c.OpenFirst = true
		c.Browse = func(_ context.Context, address string) error { *opened = append(*opened, address); return fail }
	}
}

// An address from a customer is shown with its host and opened after a yes, once per host; ours is opened at once.
func TestOpeningLinks(t *testing.T) {
	var opened []string
	perform(t, linked(&opened, nil), func(s *stage) {
		s.size(100, 28)
		s.press("enter", "G", "o")
		if !slices.Equal(opened, []string{"https://ours.example/pay"}) {
			s.t.Fatalf("opened %q", opened)
		}
		s.press("k", "o")
		s.sees("This goes to xn--pypal-4ve.example", "https://xn--pypal-4ve.example/", "Look twice")
		s.press("enter") // the harmless answer is the first
		s.press("k", "o")
		s.sees("1  https://a.example", "2  https://b.example/2")
		s.press("2")
		s.sees("This goes to b.example")
		s.press("esc", "k", "o")
		s.sees("This goes to shop.example")
		if len(opened) != 1 {
			s.t.Fatalf("opened %q without a yes", opened)
		}
		s.press("o")
		s.press("o") // asked before
		if !slices.Equal(opened[1:], []string{"https://shop.example/box", "https://shop.example/box"}) {
			s.t.Errorf("opened %q", opened)
		}
		s.sees("shop.example opens in the browser")
		s.press("k", "o")
		s.sees("no web address")
	})
}

func TestOpeningLinksFails(t *testing.T) {
	var opened []string
	perform(t, linked(&opened, errors.New("exit status 3")), func(s *stage) {
		s.size(100, 28)
		s.press("enter", "G", "o")
		s.sees("no browser could be opened")
	})
}

// Where no browser can be, the address goes to the clipboard.
func TestLinksOverSSH(t *testing.T) {
	var opened []string
	perform(t, func(d *fakeDesk, c *Config) { linked(&opened, nil)(d, c); c.Browse = nil }, func(s *stage) {
		s.size(130, 28)
		s.press("enter", "G", "o")
		if got := s.copied(); got != "https://ours.example/pay" {
			s.t.Errorf("copied %q", got)
		}
		s.sees("No browser can be opened from here. Copied through the terminal")
	})
}

func TestCopying(t *testing.T) {
	perform(t, linked(new([]string), nil), func(s *stage) {
		s.size(130, 28)
		s.press("enter", "G", "y")
		if got := s.copied(); got != "https://ours.example/pay" {
			s.t.Errorf("copied %q", got)
		}
		s.press("Y")
		if got := s.copied(); !strings.HasPrefix(got, "wamid.") {
			s.t.Errorf("copied %q", got)
		}
		for done, want := range map[term.Copied]string{
			{Terminal: true}:                   "through the terminal",
			{Terminal: true, Program: "xclip"}: "Copied by xclip, and through",
			{TooLong: true, Program: "xclip"}:  "it is too long",
			{TooLong: true}:                    "Not copied: the terminal takes 56 KB at most",
		} {
			s.done = done
			s.press("y")
			s.sees(want)
		}
	})
}

func TestOpeners(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"linux xdg-open":  {"DISPLAY": ":0"},
		"linux  xdg-open": {"WAYLAND_DISPLAY": "w"},
		"linux":           {},
		"darwin open":     {},
		"darwin":          {"SSH_CONNECTION": "x"},
		"linux ":          {"DISPLAY": ":0", "SSH_CONNECTION": "x"},
	} {
		goos, name, _ := strings.Cut(want, " ")
		if got := openerFor(goos, func(k string) string { return env[k] }); got != strings.TrimSpace(name) {
			t.Errorf("%s with %v: %q", goos, env, got)
		}
	}
	if err := startOpener(context.Background(), "/bin/false", "https://a.example"); err == nil {
		t.Error("a failure is none")
	}
	if err := startOpener(context.Background(), "/bin/true", "https://a.example"); err != nil {
		t.Error(err)
	}
}

func TestPlainText(t *testing.T) {
	perform(t, frontOffice, func(s *stage) {
		all := s.desk.messages[asha]
		th := *s.desk.threads[asha]
		got := s.m.pen.printed(&th, all, false, noon, "priya")
		for _, want := range []string{"Asha Rao  +91 98000 00210\n", "\nYesterday\n18:02 Asha Rao: Do you deliver on Sundays?\n18:05 phone, ✓✓ read: Yes, 9 to 1.\n\nToday\n09:20 note by you: Prefers UPI",
			"09:38 Asha Rao: [photo 118 KB] like this one\n", "09:40 ben, ✓✓ delivered: That is"} {
			if !strings.Contains(got, want) {
				s.t.Errorf("%q is not in\n%s", want, got)
			}
		}
		if strings.ContainsAny(got, "\x1b\x07") {
			s.t.Errorf("it has sequences: %q", got)
		}
	})
}

func TestPager(t *testing.T) {
	have := func(names ...string) func(string) (string, error) {
		return func(name string) (string, error) {
			if slices.Contains(names, name) {
				return "/bin/" + name, nil
			}
			return "", errors.New("no")
		}
	}
	for _, c := range []struct {
		pager string
		have  []string
		want  []string
	}{
		{"most -w", []string{"most", "less"}, []string{"/bin/most", "-w"}},
		{"gone", []string{"less", "more"}, []string{"less"}},
		{"", []string{"more"}, []string{"more"}},
		{"", nil, []string{"/bin/sh", "-c"}},
	} {
		cmd := pager(func(string) string { return c.pager }, have(c.have...))
		if got := fmt.Sprint(cmd.Args); !strings.Contains(got, strings.TrimPrefix(strings.Join(c.want, " "), "/bin/")) {
			t.Errorf("PAGER=%q with %v runs %v", c.pager, c.have, cmd.Args)
		}
	}
}
