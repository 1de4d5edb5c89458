package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"

	"github.com/spf13/cobra"
)

// pageSize is how many objects one question asks for; a listing asks as often as it takes.
const pageSize = 200

// maxNewest is the largest page of messages that an owner gives.
const maxNewest = 500

func (a *app) threadsCmd() *cobra.Command {
	var view, filter string
	var limit uint
	c := a.jsonFlag(&cobra.Command{
		Use: "threads", Short: "List threads, newest activity first", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			views := []inbox.View{inbox.ViewAll, inbox.ViewMine, inbox.ViewUnassigned, inbox.ViewWaiting, inbox.ViewDone}
			if !slices.Contains(views, inbox.View(view)) {
				return usage("--view is %q; it must be one of all, mine, unassigned, waiting, done", view)
			}
			desk, done, err := a.connect(c.Context(), reading)
			if err != nil {
				return err
			}
			defer done()
			q := inbox.ThreadQuery{View: inbox.View(view), Filter: filter}
			now := time.Now()
			for shown := 0; limit == 0 || shown < int(limit); {
				q.Limit = pageSize
				if limit > 0 {
					q.Limit = min(pageSize, int(limit)-shown)
				}
				page, err := desk.Threads(c.Context(), q)
				if err != nil {
					return err
				}
				for _, t := range page.Threads {
					if a.asJSON {
						err = a.printJSON(t)
					} else {
						_, err = fmt.Fprintln(a.out, threadLine(t, now))
					}
					if err != nil {
						return err
					}
				}
				shown += len(page.Threads)
				if q.After = page.Next; q.After == "" {
					break
				}
			}
			return nil
		},
	})
	c.Flags().StringVar(&view, "view", "all", "all, mine, unassigned, waiting or done")
	c.Flags().StringVar(&filter, "filter", "", "part of a name or number")
	c.Flags().UintVar(&limit, "limit", 0, "at most this many (0: all)")
	return c
}

func (a *app) messagesCmd() *cobra.Command {
	var limit uint
	c := a.jsonFlag(&cobra.Command{
		Use: "messages THREAD", Short: "Print one thread, oldest first", Args: exactly(1),
		Long: "Print one thread, oldest first. THREAD is a thread id, a phone number in any usual spelling, or a\n" +
			"contact's exact name when only one has it.",
		RunE: func(c *cobra.Command, args []string) error {
			if limit > maxNewest {
				return usage("--limit is %d; it may be %d at most, or 0 for all", limit, maxNewest)
			}
			desk, done, err := a.connect(c.Context(), reading)
			if err != nil {
				return err
			}
			defer done()
			t, err := desk.Thread(c.Context(), args[0])
			if err != nil {
				return err
			}
			q := inbox.MessageQuery{Thread: t.ID, First: true, Limit: pageSize}
			if limit > 0 {
				q = inbox.MessageQuery{Thread: t.ID, Limit: int(limit)}
			}
			now := time.Now()
			for {
				page, err := desk.Messages(c.Context(), q)
				if err != nil {
					return err
				}
				for _, m := range page.Messages {
					if a.asJSON {
						err = a.printJSON(m)
					} else {
						_, err = fmt.Fprintln(a.out, messageLines(m, now))
					}
					if err != nil {
						return err
					}
				}
				if limit > 0 || !page.Later || len(page.Messages) == 0 {
					return nil
				}
				q = inbox.MessageQuery{Thread: t.ID, After: page.Messages[len(page.Messages)-1].Key, Limit: pageSize}
			}
		},
	})
	c.Flags().UintVar(&limit, "limit", 0, "only the newest, at most 500 (0: all)")
	return c
}

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
			for batch := range w.Events {
				for _, e := range batch {
					if e.Kind == inbox.MarkEvent {
						continue
					}
					if e.Reset {
						fmt.Fprintln(a.err, "frontdesk: fell too far behind; some events were not told")
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
	case e.Account != nil:
		fmt.Fprintf(&b, " %s", cmp.Or(e.Account.Text, e.Account.Kind))
	case e.Template != nil:
		fmt.Fprintf(&b, " %s %s %s", e.Template.Name, e.Template.Language, strings.ToLower(e.Template.Status))
	}
	return b.String()
}
