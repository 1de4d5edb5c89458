package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"frontdesk/inbox"
	"frontdesk/ui"
	"frontdesk/ui/enclose"

	"github.com/spf13/cobra"
)

func (a *app) replyCmd() *cobra.Command {
	var replyTo, at string
	var parts replyParts
	var seen uint64
	c := a.jsonFlag(&cobra.Command{
		Use: "reply THREAD [TEXT]", Short: "Send a reply and wait until it is accepted", Args: between(1, 2),
		Long: "Send a reply. Waits until WhatsApp accepted it (status 0), or refused it, or the outcome is unknown\n" +
			"(status 1). TEXT - reads standard input. Interrupting does not take the reply back.\n" +
			"With --at it is taken (status 0) and leaves at that time, unless somebody else has written in the thread by then.\n" +
			"\n" +
			"--file sends a file, with TEXT beside it if there is one. It goes as what its first bytes say it is, or as --as\n" +
			"says. A voice note is made with ffmpeg where the file is not one already. --button, --list and --link put\n" +
			"something to press under TEXT; --location and --contact stand alone.",
		RunE: func(c *cobra.Command, args []string) error {
			text, err := a.replyText(args[1:], parts.textNeeded())
			if err != nil {
				return err
			}
			m, err := parts.message(text)
			if err != nil {
				return err
			}
			m.out.ReplyTo = replyTo
			return a.submit(c.Context(), args[0], m, inbox.Send{Seen: inbox.Seq(seen)}, at, false)
		},
	})
	parts.flags(c)
	c.Flags().StringVar(&replyTo, "reply-to", "", "id (wamid) of the message to quote")
	c.Flags().StringVar(&at, "at", "", atHelp)
	c.Flags().Uint64Var(&seen, "seen", 0, "refuse when somebody else answered after this sequence number")
	return c
}

// message is a message to submit: as it is, or made of a file that is handed over first.
type message struct {
	out  inbox.Outgoing
	file *enclose.File
}

// complete hands the file over and puts it into the message.
func (m message) complete(ctx context.Context, desk inbox.Desk) (inbox.Outgoing, error) {
	if m.file == nil {
		err := enclose.Header(ctx, desk, &m.out)
		return m.out, err
	}
	f, err := m.file.HandOver(ctx, desk)
	if err != nil {
		return m.out, err
	}
	if m.out.Ask != nil {
		m.out.File = &f // above what can be pressed
		return m.out, nil
	}
	out := inbox.WithFile(f, m.out.Text)
	out.ReplyTo = m.out.ReplyTo
	return out, nil
}

// attachment looks at a file before anybody is asked for anything.
func attachment(path, as string) (*enclose.File, error) {
	if as != "" && !slices.Contains(inbox.SendKinds(), as) {
		return nil, usage("--as %q is no way to send a file; choose one of %s", as, strings.Join(inbox.SendKinds(), ", "))
	}
	f, err := enclose.Look(path, as)
	return &f, err
}

// replyText is the text of a reply, from the command line or from standard input.
func (a *app) replyText(args []string, needed bool) (text string, err error) {
	if len(args) > 0 {
		text = args[0]
	}
	if text == "-" {
		if text, err = readText(a.in); err != nil {
			return "", err
		}
	}
	switch {
	case !utf8.ValidString(text):
		return "", usage("the reply is not UTF-8 text; convert it, for example with iconv")
	case needed && strings.TrimSpace(text) == "":
		return "", usage("the reply is empty; write the text after the thread, or - to read standard input")
	}
	return text, nil
}

// maxInput bounds what is read of standard input: sixteen times what WhatsApp takes in a message.
const maxInput = 64 << 10

// readText reads a reply as a file or a pipe holds it: without the end of the last line, whatever system wrote it.
func readText(in io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("standard input: %w", err)
	case len(b) > maxInput:
		return "", usage("standard input is longer than any message; send it in parts")
	case !utf8.Valid(b):
		return "", usage("standard input is not UTF-8 text; convert it, for example with iconv")
	}
	text := strings.TrimPrefix(string(b), "\ufeff")
	return strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), nil
}

const atHelp = "when it leaves: 14:30, 2h, tomorrow 9:00, mon 9:00 or RFC 3339 (default: now)"

// leavesAt reads --at by WhatsApp's clock, as the owner knows it.
func leavesAt(ctx context.Context, desk inbox.Desk, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	info, err := desk.Info(ctx)
	if err != nil {
		return time.Time{}, err
	}
	at, ok := ui.Moment(time.Now().Add(info.ClockOffset), time.Local, text)
	if !ok {
		return at, usage("--at %q is no time to come; write 14:30, 2h, tomorrow 9:00, mon 9:00 or 2026-11-24T14:30:00Z", text)
	}
	return at, nil
}

// submit sends one message and waits for what WhatsApp says to it, or, when it is to leave later, until it is taken.
func (a *app) submit(ctx context.Context, ref string, m message, send inbox.Send, at string, mayStart bool) error {
	desk, done, err := a.connect(ctx, attached)
	if err != nil {
		return err
	}
	defer done()
	oid := inbox.OID(inbox.NewID())
	send.OID = oid
	if send.Later, err = leavesAt(ctx, desk, at); err != nil {
		return err
	}
	t, err := desk.Thread(ctx, ref)
	switch {
	case err == nil:
		send.Thread = t.ID
	case mayStart && inbox.KindOf(err) == inbox.NotFound && len(inbox.Digits(ref)) >= 7:
		send.To = ref
	default:
		return err
	}
	if send.Out, err = m.complete(ctx, desk); err != nil {
		return err
	}
	if tpl := send.Out.Template; tpl != nil && tpl.Language == "" {
		if tpl.Language, err = onlyLanguage(ctx, desk, tpl.Name); err != nil {
			return err
		}
	}
	w, err := desk.Watch(ctx, inbox.Cursor{})
	if err != nil {
		return err
	}
	if _, err := desk.Do(ctx, string(oid), send); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted while %s was handed over; frontdesk messages shows whether it goes out", oid)
		}
		return err
	}
	row, err := waitForOutcome(ctx, w, oid, !send.Later.IsZero())
	if err != nil {
		return err
	}
	if a.asJSON {
		if err := a.printJSON(row); err != nil {
			return err
		}
	} else if _, err := fmt.Fprintf(a.out, "%s %s\n", row.Ref, statusWord(row)); err != nil {
		return err
	}
	return outcomeError(row)
}

// waitForOutcome follows the events until the reply has left the outbox, one way or another; a later one until it is
// there.
func waitForOutcome(ctx context.Context, w *inbox.Watch, oid inbox.OID, later bool) (inbox.Message, error) {
	for {
		select {
		case batch, ok := <-w.Events:
			if !ok {
				return inbox.Message{}, fmt.Errorf("the owner went away while %s was on its way: %w; look at it with: frontdesk messages", oid, w.Err())
			}
			for _, e := range batch {
				if e.Message != nil && e.Message.Ref == oid && (later || settled(*e.Message)) {
					return *e.Message, nil
				}
			}
		case <-ctx.Done():
			return inbox.Message{}, fmt.Errorf("stopped waiting; reply %s stays in the outbox", oid)
		}
	}
}

func settled(m inbox.Message) bool {
	switch m.Status {
	case inbox.Queuing, inbox.Waiting, inbox.Sending:
		return false
	}
	return true
}

// outcomeError is nil when WhatsApp has the message.
func outcomeError(m inbox.Message) error {
	switch m.Status {
	case inbox.Queuing: // for later
		return nil
	case inbox.StatusAccepted, inbox.StatusSent, inbox.StatusDelivered, inbox.StatusRead, inbox.StatusPlayed:
		return nil
	case inbox.Unknown:
		return errors.New("the outcome is unknown: WhatsApp may have it; look at the phone before you send it again")
	case inbox.Held:
		if m.HoldReason == inbox.HoldPaused {
			return errors.New("held: the phone is being changed; the reply goes by itself once that is connected")
		}
		return fmt.Errorf("held (%s); it goes when that is settled, see it in the inbox", m.HoldReason)
	}
	if m.Error != nil {
		return fmt.Errorf("not sent: %s; %s", m.Error.Title, m.Error.Hint)
	}
	return fmt.Errorf("not sent: %s", m.Status)
}
