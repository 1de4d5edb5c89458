package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/inbox"

	xterm "github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
)

func (a *app) syncCmd() *cobra.Command {
	c := &cobra.Command{
		Use: "sync", Short: "Ask WhatsApp, once, for the phone's contacts or history", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return usage("usage: frontdesk sync contacts|history|chat|status; see frontdesk sync --help")
		},
	}
	c.AddCommand(a.askCmd(inbox.SyncContacts), a.askCmd(inbox.SyncHistory), a.syncChatCmd(), a.syncStatusCmd())
	return c
}

// asking are the words of the two requests.
var asking = map[inbox.SyncKind]struct{ short, long, question string }{
	inbox.SyncContacts: {
		"Ask WhatsApp, once, for the phone's address book",
		"Ask WhatsApp for the phone's address book, so that customers have the names they have there. It can be asked for\n" +
			"once, within 24 hours of linking the number, and comes before the history.",
		"Ask for the contacts of %s now? WhatsApp gives them once",
	},
	inbox.SyncHistory: {
		"Ask WhatsApp, once, for the phone's chats of the last 180 days",
		"Ask WhatsApp for the phone's one-to-one chats of up to 180 days. It can be asked for once, within 24 hours of linking\n" +
			"the number, after the contacts. The owner of the phone may have declined to share it. What comes is not unread, alerts\n" +
			"nobody and opens no window.",
		"Ask for the history of %s now? WhatsApp gives it once",
	},
}

func (a *app) askCmd(what inbox.SyncKind) *cobra.Command {
	var yes bool
	ask := inbox.RequestSync{What: what}
	words := asking[what]
	c := a.jsonFlag(&cobra.Command{
		Use: string(what), Short: words.short, Args: noArgs, Long: words.long,
		RunE: func(c *cobra.Command, _ []string) error {
			if cfg, err := a.load(nil); err == nil && cfg.Account.Provider == cloudapi.ProviderD360 {
				return errors.New("360dialog starts the copy of contacts and history itself; start it in its Hub, and what comes is taken in")
			}
			desk, done, err := a.connect(c.Context(), attached)
			if err != nil {
				return err
			}
			defer done()
			s, err := desk.Sync(c.Context())
			if err != nil {
				return err
			}
			if e := standing(s, ask); e != nil { // before anybody is asked for a word that cannot count
				return e
			}
			if !yes {
				info, err := desk.Info(c.Context())
				if err != nil {
					return err
				}
				if err := a.confirm(fmt.Sprintf(words.question, ourNumber(info))); err != nil {
					return err
				}
			}
			answer, err := desk.Do(c.Context(), inbox.NewID(), ask)
			if err != nil {
				return err
			}
			if a.asJSON {
				if s, err = desk.Sync(c.Context()); err != nil {
					return err
				}
				return a.printJSON(s)
			}
			_, err = fmt.Fprintf(a.out, "asked for, as WhatsApp's request %s; frontdesk sync status tells what comes\n", answer.Text)
			return err
		},
	})
	f := c.Flags()
	f.BoolVar(&yes, "yes", false, "do not ask; needed where nobody can be asked")
	f.BoolVar(&ask.Again, "again", false, "although it is not known whether an earlier request was taken")
	f.BoolVar(&ask.Unproven, "unproven-listener", false, "although nothing signed has reached the listener")
	_ = f.MarkHidden("unproven-listener") // the refusal says what to do instead
	return c
}

// standing is what already stands against a request, but for what its flags set aside.
func standing(s inbox.SyncStatus, ask inbox.RequestSync) error {
	e := s.Contacts.Refusal
	if ask.What == inbox.SyncHistory {
		e = s.History.Refusal
	}
	switch {
	case e == nil, e.Kind == inbox.TooLate: // the number may have been linked anew: only the request itself looks
		return nil
	case ask.Again && e.Key == "sync-unknown", ask.Unproven && strings.HasPrefix(e.Key, "sync-unproven"):
		return nil
	}
	return e
}

func ourNumber(info inbox.Info) string {
	if info.Number != "" {
		return info.Number
	}
	return "number " + string(info.Line)
}

// confirm asks a person at the terminal for a yes.
func (a *app) confirm(question string) error {
	in, ok := a.in.(*os.File)
	if !ok || !isTerminal(in) {
		return usage("nobody is there to confirm it; add --yes")
	}
	fmt.Fprintf(a.err, "%s [yes/no] ", question)
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		fmt.Fprintln(a.err)
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "yes", "y":
		return nil
	}
	return errors.New("nothing was asked for")
}

func isTerminal(f *os.File) bool { return xterm.IsTerminal(f.Fd()) }

func (a *app) syncStatusCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use: "status", Short: "What became of the phone's contacts and history", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.syncStatus(c.Context()) },
	})
}

func (a *app) syncStatus(ctx context.Context) error {
	desk, done, err := a.connect(ctx, reading)
	if err != nil {
		return err
	}
	defer done()
	s, err := desk.Sync(ctx)
	if err != nil {
		return err
	}
	if a.asJSON {
		return a.printJSON(s)
	}
	_, err = fmt.Fprint(a.out, statusLines(s, time.Now()))
	return err
}

func stateWords(s inbox.SyncState) string {
	if s == inbox.SyncNever {
		return "never asked for"
	}
	return string(s)
}

// statusLines tell it to a person, a thing a line, and below each what asks for attention.
func statusLines(s inbox.SyncStatus, now time.Time) string {
	var b strings.Builder
	c, h := s.Contacts, s.History
	fmt.Fprintf(&b, "contacts  %s", stateWords(c.State))
	if c.Known > 0 {
		fmt.Fprintf(&b, ", %d with a name from the phone", c.Known)
	}
	b.WriteString(requestWords(c.SyncRequest, now) + "\n")
	note := func(format string, args ...any) { fmt.Fprintf(&b, "          "+format+"\n", args...) }
	late := func(state inbox.SyncState, e *inbox.Error) {
		if state == inbox.SyncNever && e != nil && e.Kind == inbox.TooLate { // what else is missing, the last line tells
			note("%v", e)
		}
	}
	late(c.State, c.Refusal)
	fmt.Fprintf(&b, "history   %s", stateWords(h.State))
	if h.State == inbox.SyncImporting || h.State == inbox.SyncComplete {
		fmt.Fprintf(&b, ", %d %% (phase %d), %d messages", h.Progress, h.Phase, h.Messages)
	}
	b.WriteString(requestWords(h.SyncRequest, now) + "\n")
	late(h.State, h.Refusal)
	switch {
	case h.State == inbox.SyncDeclined:
		note("it was not shared from the phone, so only new messages appear; to change that, disconnect in the app and")
		note("link the number again, or fill single chats from what the phone exports")
	case h.State == inbox.SyncImporting && now.Sub(h.UpdatedAt) > inbox.SyncStalls:
		note("nothing has come since %s; a chunk that is lost is not sent again", short(h.UpdatedAt, now))
	}
	if n := len(h.Gaps); n > 0 {
		note("%s never came: %s", pluralOf(n, "chunk", "chunks"), gapWords(h.Gaps))
	}
	if !h.MediaFrom.IsZero() {
		note("pictures and files of before %s are on the phone only", h.MediaFrom.Local().Format("2006-01-02"))
	}
	switch l := s.Listener; {
	case l.ProvenAt.IsZero():
		b.WriteString("listener  not proven: nothing signed has reached it; frontdesk doctor tries the whole way\n")
	case l.Address != "":
		fmt.Fprintf(&b, "listener  proven %s through %s\n", short(l.ProvenAt, now), l.Address)
	default:
		fmt.Fprintf(&b, "listener  proven %s by what WhatsApp sent\n", short(l.ProvenAt, now))
	}
	return b.String()
}

func requestWords(q inbox.SyncRequest, now time.Time) string {
	if q.RequestedAt.IsZero() {
		return ""
	}
	s := fmt.Sprintf("; asked for %s by %s", short(q.RequestedAt, now), q.By)
	switch q.Outcome {
	case inbox.SyncAccepted:
		if q.RequestID != "" {
			s += " (" + q.RequestID + ")"
		}
	case inbox.SyncRefused:
		s += ", refused"
	case inbox.SyncUnknown:
		s += ", and whether WhatsApp took it is not known"
	case inbox.SyncAsking:
		s += ", and no answer yet"
	}
	if q.Error != nil {
		s += ": " + q.Error.Title
	}
	return s
}

// gapWords names the first gaps.
func gapWords(gaps []inbox.Gap) string {
	var all []string
	for _, g := range gaps[:min(len(gaps), 6)] {
		all = append(all, fmt.Sprintf("%d of phase %d", g.Chunk, g.Phase))
	}
	if len(gaps) > 6 {
		all = append(all, "...")
	}
	return strings.Join(all, ", ")
}
