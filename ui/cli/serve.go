package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) serveCmd() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use: "serve", Short: "Own the store, listen and send, without a screen", Args: noArgs,
		Long: "Own the store, listen and send, without a screen: for systemd, tmux or a server. Screens and commands attach\n" +
			"to it. SIGTERM ends it cleanly within two seconds.",
		RunE: func(c *cobra.Command, _ []string) error {
			more := map[string]string{}
			if listen != "" {
				more["webhook.listen"] = listen
			}
			cfg, err := a.load(more)
			if err != nil {
				return err
			}
			h, err := openHouse(c.Context(), cfg, a.logLevel, serveLockWait, a.err)
			if err != nil {
				return endless(c.Context(), err)
			}
			fmt.Fprintln(a.err, "frontdesk:", h.where())
			return errors.Join(h.run(c.Context()), h.close())
		},
	}
	c.Flags().StringVar(&listen, "listen", "", "where the webhook listener binds (webhook.listen)")
	return c
}
