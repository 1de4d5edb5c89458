package cli

import (
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
	var view, order, filter string
	var limit uint
	var views []string
	for _, v := range inbox.AllViews() {
		views = append(views, string(v))
	}
	c := a.jsonFlag(&cobra.Command{
		Use: "threads", Short: "List threads, newest activity first", Args: noArgs,
		Long: "List threads, newest activity first. The view \"waiting\" has those whose customer has no answer, the longest\n" +
			"first; the views \"failed\", \"uncertain\" and \"held\", and \"stuck\" for all of them, have those where a message of\n" +
			"ours needs a person, the oldest first: it is the thread's \"stuck\".",
		RunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains(views, view) {
				return usage("--view is %q; it must be one of %s", view, strings.Join(views, ", "))
			}
			if order != "longest" && order != string(inbox.Closing) {
				return usage("--order is %q; it must be longest or closing", order)
			}
			if order != "longest" && inbox.View(view) != inbox.ViewWaiting {
				return usage("--order is for --view waiting; the other views have one order each")
			}
			desk, done, err := a.connect(c.Context(), reading)
			if err != nil {
				return err
			}
			defer done()
			q := inbox.ThreadQuery{View: inbox.View(view), Filter: filter}
			if order == string(inbox.Closing) {
				q.Order = inbox.Closing
			}
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
						_, err = fmt.Fprintln(a.out, threadLine(t, q.View, now))
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
	c.Flags().StringVar(&view, "view", "all", strings.Join(views, ", "))
	c.Flags().StringVar(&order, "order", "longest", "of --view waiting: longest, or closing for whose window closes soonest")
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
