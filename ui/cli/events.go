package cli

import (
	"cmp"
	"fmt"
	"strings"

	"frontdesk/inbox"

	"github.com/spf13/cobra"
)

func (a *app) eventsCmd() *cobra.Command {
	var since uint64
	c := a.jsonFlag(&cobra.Command{
		Use: "events", Short: "Follow what happens, as it happens", Args: noArgs,
		Long: "Follow what happens, as it happens, until interrupted. --since N first sends what came after N; --since 0\n" +
			"sends all that is still held.",
		RunE: func(c *cobra.Command, _ []string) error {
			desk, done, err := a.connect(c.Context(), attached)
			if err != nil {
				return err
			}
			defer done()
			var from inbox.Cursor
			resume := c.Flags().Changed("since")
			if resume {
				from = inbox.Cursor{Epoch: inbox.AnyEpoch, Seq: inbox.Seq(since)}
			}
			w, err := desk.Watch(c.Context(), from)
			if err != nil {
				return err
			}
			if resume && w.Reset {
				fmt.Fprintf(a.err, "frontdesk: cannot go on after %d, which is not held any more or not yet; starting at %d\n", since, w.Cursor.Seq)
			}
			said := "" // an import says the same every few seconds
			for batch := range w.Events {
				for _, e := range batch {
					if e.Kind == inbox.MarkEvent {
						continue
					}
					if e.Reset {
						if words := missed(e); words != said {
							fmt.Fprintln(a.err, "frontdesk: "+words)
							said = words
						}
						continue
					}
					if a.asJSON {
						err = a.printJSON(e)
					} else {
						_, err = fmt.Fprintln(a.out, eventLine(e))
					}
					if err != nil {
						return err
					}
				}
			}
			if c.Context().Err() != nil {
				return nil
			}
			return w.Err()
		},
	})
	c.Flags().Uint64Var(&since, "since", 0, "resume after this sequence number (default: what happens from now on)")
	return c
}

// missed says why some of what happened does not come as events.
func missed(e inbox.Event) string {
	if e.Kind == inbox.SyncEvent {
		return "an import fills the threads; its messages are not told one by one"
	}
	return "too much happened at once; some events were not told"
}

// eventLine is one event for a person.
func eventLine(e inbox.Event) string {
	var b strings.Builder
	seq := "-" // of what has no place in the journal
	if e.Seq > 0 {
		seq = fmt.Sprint(e.Seq)
	}
	fmt.Fprintf(&b, "%s %s %s", seq, e.At.Local().Format("15:04:05"), e.Kind)
	switch {
	case e.Message != nil:
		fmt.Fprintf(&b, " %s %s", e.Message.Thread, messageLines(*e.Message, e.At))
	case e.Thread != nil:
		fmt.Fprintf(&b, " %s %s, %d unread", e.Thread.ID, e.Thread.Name, e.Thread.Unread)
	case e.Presence != nil:
		fmt.Fprintf(&b, " %s %s %s", e.Presence.Thread, e.Presence.Agent, e.Presence.Doing)
	case e.Alert != nil:
		fmt.Fprintf(&b, " %s %s %s (%d in %d)", e.Alert.Kind, e.Alert.Thread, e.Alert.Name, e.Alert.Messages, e.Alert.Threads)
	case e.Account != nil:
		fmt.Fprintf(&b, " %s", cmp.Or(e.Account.Text, e.Account.Kind))
	case e.Sync != nil:
		fmt.Fprintf(&b, " history %s, %d %%; contacts %s", e.Sync.History.State, e.Sync.History.Progress, e.Sync.Contacts.State)
	case e.Template != nil:
		fmt.Fprintf(&b, " %s %s %s", e.Template.Name, e.Template.Language, strings.ToLower(e.Template.Status))
	case e.Saved != nil:
		what := "saved"
		if e.Saved.Removed {
			what = "removed"
		}
		fmt.Fprintf(&b, " %s %s by %s", e.Saved.Name, what, e.Saved.By)
	}
	return b.String()
}
