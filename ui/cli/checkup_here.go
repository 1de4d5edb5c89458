package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/store"
	"frontdesk/ui/term"

	xterm "github.com/charmbracelet/x/term"
)

// The links on this machine: configuration, secrets, files, store, disk, and what is used from outside.

func (c *checkup) configLink(context.Context) finding {
	cfg, v, err := readConfig(overrides{file: c.app.configFile, dataDir: c.app.dataDir})
	if err != nil {
		c.cfg, _ = defaults() // what does not depend on it is looked at all the same
		return failed(err)
	}
	_ = cfg.fillSecrets(v) // each secret has its own finding
	c.cfg = cfg
	if cfg.File == "" && os.Getenv("FRONTDESK_ACCOUNT_PHONE_NUMBER_ID") == "" {
		return amiss("run frontdesk init, which makes one", "there is no configuration at %s", tilde(defaultConfigFile()))
	}
	var missing []string
	for name, value := range map[string]string{"account.phone_number_id": cfg.Account.PhoneNumberID, "account.waba_id": cfg.Account.WABAID} {
		if value == "" && slices.Contains(required[cfg.Account.Provider], name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return amiss("run frontdesk init, or add it", "%s: missing %s", tilde(cfg.File), strings.Join(missing, ", "))
	}
	if cfg.File == "" {
		return fine("from the environment")
	}
	return fine("%s", tilde(cfg.File))
}

// secretsLink says of each secret where it was found, never what it is.
func (c *checkup) secretsLink(context.Context) finding {
	var told []string
	for _, name := range secretKeys {
		if !slices.Contains(required[c.cfg.Account.Provider], name) {
			continue
		}
		f, short := c.cfg.Account.Secrets[name], strings.TrimPrefix(name, "account.")
		switch {
		case f.err != nil:
			says := failed(f.err)
			says.Text = short + ": " + says.Text
			return says
		case f.source == "":
			return amiss("run frontdesk init, or put it into a file of mode 0600 and name that in "+name+"_file", "%s is missing", name)
		}
		told = append(told, short+" from "+string(f.source))
	}
	return fine("%s", strings.Join(told, ", "))
}

// filesLink looks at who else could read what is kept.
func (c *checkup) filesLink(context.Context) finding {
	var open []string
	look := func(path string, may fs.FileMode) {
		info, err := os.Stat(path)
		if err == nil && info.Mode().Perm()&^may != 0 {
			open = append(open, fmt.Sprintf("chmod %03o %s", may, shellWord(path)))
		}
	}
	if c.cfg.File != "" {
		look(c.cfg.File, 0o600)
	}
	look(c.cfg.DataDir, 0o700)
	for _, name := range []string{"journal.db", "views.db", "frontdesk.log", "store.id"} {
		look(filepath.Join(c.cfg.DataDir, name), 0o600)
	}
	if len(open) > 0 {
		f := amiss("run: "+strings.Join(open, " && "), "other users of this machine can read %s", pluralOf(len(open), "file", "files"))
		f.Commands = open
		return f
	}
	return fine("nobody else can read configuration and data")
}

func (c *checkup) storeLink(ctx context.Context) finding {
	answering, cancel := context.WithTimeout(ctx, askedWithin/2) // an owner that is stuck must not stop the doctor
	defer cancel()
	if d, err := dialOwner(answering, c.cfg); err == nil {
		c.desk, c.running = d, true
		c.endings = append(c.endings, func() { _ = d.Close() })
	} else if errors.Is(err, fs.ErrPermission) {
		return amiss("let whoever runs the owner add you to desk.agents", "the owner's socket %s may not be opened by this user", c.cfg.socketPath())
	} else if _, err := os.Stat(filepath.Join(c.cfg.DataDir, "store.id")); errors.Is(err, fs.ErrNotExist) {
		return fine("none yet; the first start makes one in %s", tilde(c.cfg.DataDir))
	} else {
		s, err := openExisting(c.cfg, electionWait)
		if errors.Is(err, store.ErrLocked) {
			return amiss("wait a moment and try again; if it stays, end that process", "another process has the store in %s and does not answer", tilde(c.cfg.DataDir))
		}
		if err != nil {
			return failed(err)
		}
		desk, end, err := deskOn(ctx, c.cfg, s, reading)
		if err != nil {
			return failed(err)
		}
		c.desk = desk
		c.endings = append(c.endings, end)
	}
	info, err := c.desk.Info(answering)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		c.running = false
		return amiss("wait a moment and try again; if it stays, end that process", "the process that has the store in %s does not answer", tilde(c.cfg.DataDir))
	case err != nil:
		return failed(err)
	}
	c.info = info
	said := fmt.Sprintf("%s, journal.db %s, views.db %s", tilde(c.cfg.DataDir), sizeOf(c.cfg.DataDir, "journal.db"), sizeOf(c.cfg.DataDir, "views.db"))
	if c.running {
		said += "; run by " + info.Owner
	}
	return fine("%s", said)
}

// Free space under which somebody should know, and under which the inbox is about to stop.
const (
	littleSpace = 1 << 30
	noSpace     = 100 << 20
)

func (c *checkup) diskLink(context.Context) finding {
	free, told := freeSpace(existing(c.cfg.DataDir))
	if !told {
		return unseen("how much room is left cannot be told here")
	}
	return diskFinding(free, tilde(c.cfg.DataDir))
}

func diskFinding(free uint64, dir string) finding {
	switch {
	case free < noSpace:
		return amiss("make room: when the disk is full no message can be taken", "only %s left for %s", bytesOf(int64(free)), dir)
	case free < littleSpace:
		return doubtful("make room before it is full", "only %s left for %s", bytesOf(int64(free)), dir)
	}
	return fine("%s free", bytesOf(int64(free)))
}

func (c *checkup) encryptionLink(ctx context.Context) finding {
	switch encrypted(ctx, existing(c.cfg.DataDir)) {
	case yes:
		return fine("the disk under %s is encrypted", tilde(c.cfg.DataDir))
	case no:
		return doubtful("encrypt the disk (LUKS, FileVault, BitLocker): whoever takes this machine can read every chat", "the disk under %s is not encrypted", tilde(c.cfg.DataDir))
	}
	return unseen("whether the disk is encrypted cannot be told here; chats are kept as they are, so it should be")
}

func (c *checkup) lastEventLink(context.Context) finding {
	at := c.info.LastEventAt
	switch {
	case c.desk == nil || at.IsZero():
		return doubtful("write to the number from another phone: within seconds it should be here", "no webhook has come yet")
	case time.Since(at) > 24*time.Hour:
		return doubtful("write to the number from another phone; if that does not come, look at the links above", "the last webhook came %s", ago(time.Since(at)))
	}
	return fine("the last webhook came %s", ago(time.Since(at)))
}

// connectionLink says what WhatsApp told of the number and the account: the reason that the number is off, and what
// restricts it.
func (c *checkup) connectionLink(context.Context) finding {
	if c.desk == nil {
		return unseen("nothing was told of the number yet")
	}
	return connectionFinding(c.info)
}

func connectionFinding(i inbox.Info) finding {
	if n, off := i.Link.Notice(); off {
		next := firstOf(n.Next, "see WhatsApp Manager > Account overview")
		return amiss(next, "%s (since %s)", n.Text, i.Link.Since.Local().Format("2 January 15:04"))
	}
	if len(i.Account) > 0 {
		n := i.Account[0]
		f := doubtful(firstOf(n.Next, "see WhatsApp Manager > Account overview"), "%s", n.Text)
		if n.Key == "account-disabled" {
			f.State = broken
		}
		return f
	}
	if !i.Link.Since.IsZero() {
		return fine("connected since %s", i.Link.Since.Local().Format("2 January 15:04"))
	}
	return fine("WhatsApp told of no disconnection and no restriction")
}

func (c *checkup) phoneLink(context.Context) finding { return phoneFinding(c.info.Phone, time.Now()) }

// phoneFinding says how long the phone may stay closed: after that WhatsApp ends the link (cloud-api 7.4).
func phoneFinding(p inbox.Phone, now time.Time) finding {
	const open = "open the WhatsApp Business app on the phone"
	sign := "the phone gave its last sign " + ago(now.Sub(p.SeenAt))
	switch silent := now.Sub(p.Since); {
	case !p.SeenAt.IsZero():
	case silent < time.Hour:
		sign = "the phone has given no sign yet"
	default:
		sign = "the phone has given no sign for " + span(silent)
	}
	left := "less than a day left"
	if n := p.Left(now); n > 0 {
		left = pluralOf(n, "day", "days") + " left"
	}
	switch p.StateAt(now) {
	case inbox.PhoneOver:
		return amiss(open+"; when the number is no longer linked, link it again", "%s: WhatsApp may have ended the link", sign)
	case inbox.PhoneNow:
		return amiss(open+" today", "%s; %s: WhatsApp ends the link %s", sign, left, p.EndsAt.Local().Format("on 2 January at 15:04"))
	case inbox.PhoneSoon:
		return doubtful(open, "%s; %s: WhatsApp ends the link %s", sign, left, p.EndsAt.Local().Format("on 2 January at 15:04"))
	case inbox.PhoneFine:
		return fine("%s; %s, until %s", sign, left, p.EndsAt.Local().Format("2 January 15:04"))
	}
	return unseen("the phone has given no sign yet, so its days are not counted")
}

func (c *checkup) ffmpegLink(context.Context) finding {
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		return doubtful("install ffmpeg if you want to send voice notes from recordings of other kinds", "ffmpeg is not installed: only ogg/opus can be sent as a voice note")
	}
	return fine("%s", path)
}

// terminalLink asks the terminal that doctor runs on; a pipe is none.
func (c *checkup) terminalLink(context.Context) finding {
	in, isFile := c.app.in.(*os.File)
	out, alsoFile := c.app.out.(*os.File)
	if !isFile || !alsoFile || !xterm.IsTerminal(in.Fd()) || !xterm.IsTerminal(out.Fd()) {
		return unseen("not on a terminal")
	}
	name := os.Getenv("TERM")
	if name == "" || name == "dumb" {
		return fine("TERM=%s: the inbox is told line by line (--plain)", name)
	}
	said := []string{name}
	if w, h, err := xterm.GetSize(out.Fd()); err == nil {
		said = append(said, fmt.Sprintf("%d×%d", w, h))
	}
	if c.app.noColor || os.Getenv("NO_COLOR") != "" {
		said = append(said, "no colours")
	} else {
		said = append(said, term.ColoursOf(os.Environ()).String())
	}
	profile, err := term.Probe(in, 0)
	if errors.Is(err, term.ErrSilent) {
		return doubtful("set ui.width to wcwidth or grapheme if rows look broken", "%s; it does not say how wide its characters are", strings.Join(said, ", "))
	}
	if err != nil {
		return unseen("%s", oneLine(err))
	}
	said = append(said, profile.String())
	if !utf8Locale() {
		return doubtful("set LANG to one that ends in UTF-8, such as C.UTF-8", "%s; the locale is not UTF-8", strings.Join(said, ", "))
	}
	return fine("%s", strings.Join(said, ", "))
}

// utf8Locale reports whether the locale's characters are UTF-8; where none is set nothing speaks against it.
func utf8Locale() bool {
	l := strings.ToLower(firstOf(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG")))
	return l == "" || strings.Contains(l, "utf-8") || strings.Contains(l, "utf8")
}

func firstOf(s ...string) string {
	for _, x := range s {
		if x != "" {
			return x
		}
	}
	return ""
}

// tilde shortens a path in the user's own directory, as shells do.
func tilde(path string) string {
	home, err := os.UserHomeDir()
	if rest, in := strings.CutPrefix(path, home+string(filepath.Separator)); err == nil && home != "" && in {
		return "~/" + rest
	}
	return path
}

// existing is the nearest directory above path that is there.
func existing(path string) string {
	for {
		if _, err := os.Stat(path); err == nil {
			return path
		}
		up := filepath.Dir(path)
		if up == path {
			return path
		}
		path = up
	}
}

func sizeOf(dir, name string) string {
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		return "none"
	}
	return bytesOf(info.Size())
}

// bytesOf is a size in the unit that leaves few digits.
func bytesOf(n int64) string {
	switch {
	case n < 1<<20:
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	case n < 1<<30:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
}

func pluralOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// shellWord quotes a path for a shell when it needs that.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@%,=") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
