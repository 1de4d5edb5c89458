package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"frontdesk/inbox"
	"frontdesk/store"

	"github.com/spf13/cobra"
)

func (a *app) checkCmd() *cobra.Command {
	var rebuild bool
	c := a.jsonFlag(&cobra.Command{
		Use: "check", Short: "Verify the store; --rebuild makes the views anew", Args: noArgs,
		Long: "Verify the store: pages, checksums, order and identity, in a process of its own, since a damaged file can take\n" +
			"its reader along. --rebuild then makes the views anew from the journal. The owner must not run meanwhile; a\n" +
			"backup can be checked at any time.",
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.load(nil)
			if err != nil {
				return err
			}
			if d, err := dialOwner(c.Context(), cfg); err == nil {
				_ = d.Close()
				return fmt.Errorf("frontdesk runs on %s; stop it first, or check a copy made with frontdesk backup", cfg.DataDir)
			}
			report, err := store.Check(c.Context(), cfg.DataDir)
			if err != nil {
				return err
			}
			if rebuild && !report.Refuse {
				if err := rebuildViews(c.Context(), cfg); err != nil {
					return err
				}
				report.Views = ""
				report.Problems = nil
				if report, err = store.Check(c.Context(), cfg.DataDir); err != nil {
					return err
				}
			}
			if err := a.printReport(report); err != nil {
				return err
			}
			if !report.OK {
				return fmt.Errorf("the store has problems; restore a backup, or, when only the views are affected, run frontdesk check --rebuild")
			}
			return nil
		},
	})
	c.Flags().BoolVar(&rebuild, "rebuild", false, "make the views anew from the journal")
	return c
}

func (a *app) printReport(r store.Report) error {
	if a.asJSON {
		if r.Problems == nil {
			r.Problems = []string{}
		}
		return a.printJSON(r)
	}
	if r.OK {
		_, err := fmt.Fprintf(a.out, "ok: %d entries\n", r.Entries)
		return err
	}
	_, err := fmt.Fprintln(a.out, strings.Join(r.Problems, "\n"))
	return err
}

// rebuildViews throws the views away and applies the journal from its beginning.
func rebuildViews(ctx context.Context, cfg Config) error {
	s, err := openExisting(cfg, ownerLockWait)
	if err != nil {
		return err
	}
	_, err = inbox.Rebuild(ctx, offline(inbox.LineID(cfg.Account.PhoneNumberID), s))
	return errors.Join(err, s.Close())
}
