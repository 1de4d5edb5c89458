package cli

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui"
	"frontdesk/ui/term"

	xterm "github.com/charmbracelet/x/term"
)

// screen is the configuration of the screen for one desk.
func (a *app) screen(cfg Config, desk inbox.Desk) ui.Config {
	keys := map[string][]string{}
	for action, k := range cfg.UI.Keys {
		keys[action] = strings.Fields(k)
	}
	owns := func() bool { return true }
	if r, ok := desk.(*roamer); ok {
		owns = r.owns
	}
	plain := a.noColor || os.Getenv("NO_COLOR") != ""
	return ui.Config{
		Theme: cfg.UI.Theme, Background: cfg.UI.Background, Light: lightBackground(os.Getenv("COLORFGBG")), Colours: term.ColoursOf(os.Environ()),
		Language: language(cfg.UI.Language, os.Getenv), Clock: cfg.Clock, Desk: desk, Owns: owns, EnterBreaks: !cfg.UI.EnterSends, Hold: time.Duration(cfg.UI.HoldSeconds) * time.Second, Version: version, ReadReceipts: ui.ReadReceipts(cfg.Inbox.ReadReceipts), OpenFirst: true, NoNotifyText: !cfg.UI.NotifyText, Keys: keys,
		ASCII: cfg.UI.ASCII || a.ascii, ReadOnly: a.readOnly, NoColor: plain, Plain: os.Getenv("TERM") == "dumb",
		Browse: ui.Browser(), Terminal: term.Options{Gallery: gallery(cfg, plain || a.ascii), Widths: term.Widths(cfg.UI.Width), Mouse: cfg.UI.Mouse != "off", Notify: notifyBy(cfg.UI.Notify)},
	}
}

// notifyBy is the setting ui.notify; on is another word for auto.
func notifyBy(setting string) term.NotifyBy {
	if setting == "on" {
		return term.NotifyAuto
	}
	return term.NotifyBy(setting)
}

// gallery is where pictures hang; nil where they would be against the person's wish, or the terminal cannot have them.
func gallery(cfg Config, plain bool) *term.Gallery {
	if plain || cfg.UI.ASCII || cfg.UI.Images == string(term.NoPictures) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return term.NewGallery(term.Images(cfg.UI.Images), term.ColoursOf(os.Environ()))
}

// language is the setting ui.language, or the locale's language: the first of the variables that is set, as POSIX has it
// (pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html).
func language(setting string, env func(string) string) string {
	if setting == "auto" {
		return cmp.Or(env("LC_ALL"), env("LC_MESSAGES"), env("LANG"))
	}
	return setting
}

// lightBackground reports what COLORFGBG says of the background: rxvt and Konsole set it to the numbers of the colours
// of text and background, as in 0;15. It is believed until the terminal answers; some never do.
func lightBackground(fgbg string) bool {
	n, err := strconv.Atoi(fgbg[strings.LastIndexByte(fgbg, ';')+1:])
	return err == nil && (n == 7 || n > 8)
}

// owns reports whether this process holds the store now.
func (r *roamer) owns() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.house != nil
}

// needTerminal refuses early, before the store is opened for nothing.
func (a *app) needTerminal() error {
	f, ok := a.out.(*os.File)
	if !ok || !xterm.IsTerminal(f.Fd()) {
		return fmt.Errorf("%w", term.ErrNoTerminal)
	}
	return nil
}
