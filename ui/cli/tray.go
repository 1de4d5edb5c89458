package cli

import (
	"fmt"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui"

	"github.com/spf13/cobra"
)

func (a *app) trayCmd() *cobra.Command {
	var looked string
	c := a.jsonFlag(&cobra.Command{
		Use: "tray", Short: "List what somebody has to look at on the phone",
		Long: "List the messages whose content is on the phone only, the newest first: types that WhatsApp does not hand on, what it\n" +
			"cannot show yet, and what was sent from the phone without its text. --looked ticks one off, for everybody.",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			need := reading
			if looked != "" {
				need = attached
			}
			desk, done, err := a.connect(c.Context(), need)
			if err != nil {
				return err
			}
			defer done()
			if looked != "" {
				_, err := desk.Do(c.Context(), inbox.NewID(), inbox.LookOnPhone{Key: looked})
				return err
			}
			items, err := desk.Tray(c.Context(), inbox.TrayMost)
			if err != nil {
				return err
			}
			if len(items) == 0 && !a.asJSON { // whoever reads JSON counts
				fmt.Fprintln(a.err, "nothing waits to be looked at on the phone")
			}
			words := ui.NewSpeech("en", time.Local, true)
			for i := range items {
				it := &items[i]
				if a.asJSON {
					err = a.printJSON(it)
				} else {
					_, err = fmt.Fprintf(a.out, "%s  %s  %s  %s\n", it.Message.At.Local().Format("2006-01-02 15:04"), it.Name, words.Lack(&it.Message), it.Message.Key)
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	})
	c.Flags().StringVar(&looked, "looked", "", "the `key` of a message that somebody looked at on the phone")
	return c
}

func (a *app) disconnectCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use: "disconnect", Short: "Explain how the number is disconnected, and what stays",
		Long: "Explain how the number is disconnected from WhatsApp: only the phone can do it. What is here stays, and can be searched.\n" +
			"With --json it tells how the number is connected now.",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			desk, done, err := a.connect(c.Context(), reading)
			switch {
			case err != nil && a.asJSON:
				return err
			case err == nil: // without an inbox the explanation is worth reading all the same
				defer done()
				info, err := desk.Info(c.Context())
				if err != nil {
					return err
				}
				if a.asJSON {
					return a.printJSON(map[string]any{"link": info.Link, "phone": info.Phone})
				}
				if n, off := info.Link.Notice(); off {
					now := fmt.Sprintf("Now: %s (since %s).", n.Text, info.Link.Since.Local().Format("2 January 15:04"))
					if n.Next != "" {
						now += " Next: " + n.Next + "."
					}
					prompter{a.in, a.out}.say("%s\n", now)
				}
			}
			_, err = fmt.Fprint(a.out, howToDisconnect)
			return err
		},
	})
}

const howToDisconnect = `Only the phone can disconnect the number; the API cannot:
  WhatsApp Business > Settings > Account > Business Platform > Disconnect

Afterwards
  - nothing is sent or received here any more; the phone goes on as before
  - everything that is here stays: frontdesk, frontdesk messages and
    frontdesk search work as they do now
  - frontdesk backup FILE keeps a copy of it

To connect again, sign up as the first time; contacts and history can then be
copied from the phone once more.
`
