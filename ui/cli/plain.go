package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui"
	"frontdesk/ui/line"

	xterm "github.com/charmbracelet/x/term"
	"github.com/muesli/cancelreader"
	"github.com/spf13/cobra"
)

// inLines reports whether the inbox speaks line by line instead of drawing: when asked to, and by itself on a terminal
// that cannot draw and where ACCESSIBLE asks programs for words. --plain=false draws all the same.
func (a *app) inLines(c *cobra.Command, env func(string) string) bool {
	if c.Flags().Changed("plain") {
		return a.plain
	}
	wish := strings.ToLower(env("ACCESSIBLE"))
	return env("TERM") == "dumb" || wish != "" && wish != "0" && wish != "false"
}

// speak is the inbox line by line on the standard streams, whatever they are.
func (a *app) speak(ctx context.Context, cfg Config, desk inbox.Desk) error {
	in := a.in
	f, isFile := a.in.(*os.File)
	if r, err := cancelreader.NewReader(a.in); err == nil { // a file on a disk cannot be waited for, and never blocks
		in = r
		stop := context.AfterFunc(ctx, func() { r.Cancel() })
		defer func() {
			stop()
			r.Cancel()
			_ = r.Close()
		}()
	}
	return line.Run(ctx, line.Config{
		Desk: desk, Clock: cfg.Clock, In: untilCancelled{in}, Out: a.out, Echo: !isFile || !xterm.IsTerminal(f.Fd()),
		Language: language(cfg.UI.Language, os.Getenv), ASCII: cfg.UI.ASCII || a.ascii, ReadOnly: a.readOnly,
		ReadReceipts: ui.ReadReceipts(cfg.Inbox.ReadReceipts), Pause: time.Duration(cfg.UI.HoldSeconds) * time.Second,
	})
}

// untilCancelled ends like its input when reading was cancelled.
type untilCancelled struct{ io.Reader }

func (u untilCancelled) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if errors.Is(err, cancelreader.ErrCanceled) {
		err = io.EOF
	}
	return n, err
}
