package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"frontdesk/inbox"
	"frontdesk/inbox/attach"
	"frontdesk/store"

	"github.com/spf13/cobra"
)

func (a *app) checkCmd() *cobra.Command {
	var rebuild, restored, aside bool
	c := a.jsonFlag(&cobra.Command{
		Use: "check", Short: "Verify the store; --rebuild makes the views anew", Args: noArgs,
		Long: "Verify the store: pages, checksums, order and identity, in a process of its own, since a damaged file can take\n" +
			"its reader along. While the owner runs, a copy of its journal is checked. --rebuild makes the views anew from\n" +
			"the journal; the owner must not run meanwhile.",
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.load(nil)
			if err != nil {
				return err
			}
			entries, err := os.ReadDir(cfg.DataDir)
			if err != nil || len(entries) == 0 {
				return noInbox(cfg, err)
			}
			switch {
			case aside && (rebuild || restored), rebuild && restored:
				return usage("--rebuild, --restored and --set-aside are three different things; give one of them")
			case aside:
				return a.setAside(cfg)
			case restored:
				if err := acceptRestored(cfg); err != nil {
					return err
				}
			}
			report, err := store.Check(c.Context(), cfg.DataDir)
			running := errors.Is(err, store.ErrLocked)
			switch {
			case running && !rebuild:
				report, err = checkRunning(c.Context(), cfg)
			case err == nil && rebuild && !report.Refuse:
				if err = rebuildViews(c.Context(), cfg); err == nil {
					report, err = store.Check(c.Context(), cfg.DataDir)
				}
			}
			if err != nil {
				return err
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
	f := c.Flags()
	f.BoolVar(&rebuild, "rebuild", false, "make the views anew from the journal")
	f.BoolVar(&restored, "restored", false, "take a journal that was brought here from a backup; it gets a new identity")
	f.BoolVar(&aside, "set-aside", false, "rename the store's files, so that the next start begins anew; nothing is deleted")
	return c
}

// setAside makes room for a new store beside the old one.
func (a *app) setAside(cfg Config) error {
	suffix, err := store.SetAside(cfg.DataDir, ownerLockWait)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "the files of %s now end in %s\n", cfg.DataDir, suffix)
	return err
}

// acceptRestored gives a journal that came without its store.id an identity of its own (decisions 10).
func acceptRestored(cfg Config) error {
	o := storeOptions(ownerLockWait)
	o.Restored = true
	s, err := store.Open(cfg.DataDir, o)
	if err != nil {
		return err
	}
	return s.Close()
}

// checkRunning has the owner write a copy of its journal and checks that. The views are its business while it runs.
func checkRunning(ctx context.Context, cfg Config) (store.Report, error) {
	var r store.Report
	d, err := dialOwner(ctx, cfg)
	if errors.Is(err, attach.ErrSilent) {
		return r, err
	}
	if err != nil {
		return r, fmt.Errorf("the store is locked and its holder does not answer on the socket: %w; try again in a moment", rootCause(err))
	}
	defer func() { _ = d.Close() }()
	dir, err := os.MkdirTemp(cfg.DataDir, ".check-")
	if err != nil {
		return r, fmt.Errorf("no room for a copy of the journal in %s: %w; stop the owner and check without it", cfg.DataDir, rootCause(err))
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if _, err := d.Do(ctx, inbox.NewID(), inbox.Backup{File: filepath.Join(dir, "journal.db"), JournalOnly: true}); err != nil {
		return r, err
	}
	id, err := os.ReadFile(filepath.Join(cfg.DataDir, "store.id"))
	if err != nil {
		return r, err
	}
	if err := os.WriteFile(filepath.Join(dir, "store.id"), id, 0o600); err != nil {
		return r, err
	}
	r, err = store.Check(ctx, dir)
	r.Views = ""
	return r, err
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
	collectLess()
	s, err := openExisting(cfg, ownerLockWait)
	if err != nil {
		return err
	}
	_, err = inbox.Rebuild(ctx, offline(cfg, s))
	return errors.Join(err, s.Close())
}
