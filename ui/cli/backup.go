package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"frontdesk/inbox"
	"frontdesk/inbox/attach"

	"github.com/spf13/cobra"
)

func (a *app) backupCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use: "backup FILE", Short: "Write a consistent copy of the inbox, also while running", Args: exactly(1),
		Long: "Write a consistent copy of the journal to FILE, also while frontdesk runs, and of the customers' pictures and\n" +
			"files to FILE.media. Neither may exist yet; nobody else can read them. The views are made anew from the journal.",
		RunE: func(c *cobra.Command, args []string) error {
			file, err := filepath.Abs(args[0])
			if err != nil {
				return usage("%s: %w", args[0], err)
			}
			r, err := a.backup(c.Context(), file)
			if err != nil {
				return err
			}
			if a.asJSON {
				return a.printJSON(r)
			}
			_, err = fmt.Fprintf(a.out, "%s: %d bytes, up to entry %d\n", r.File, r.Bytes, r.Seq)
			if r.Media != nil && err == nil {
				_, err = fmt.Fprintf(a.out, "%s: %d files, %d bytes\n", r.Media.Dir, r.Media.Files, r.Media.Bytes)
			}
			return err
		},
	})
}

// backup lets the running owner write the copy, or writes it when there is none.
func (a *app) backup(ctx context.Context, file string) (r inbox.BackupResult, err error) {
	cfg, err := a.load(nil)
	if err != nil {
		return r, err
	}
	if _, err := os.Lstat(file); err == nil {
		return r, fmt.Errorf("%s exists already; choose another name", file)
	}
	if _, err := os.Stat(filepath.Dir(file)); err != nil {
		return r, fmt.Errorf("%s: %w; choose another place", filepath.Dir(file), rootCause(err))
	}
	if d, err := dialOwner(ctx, cfg); err == nil {
		defer func() { _ = d.Close() }()
		done, err := d.Do(ctx, inbox.NewID(), inbox.Backup{File: file})
		if err != nil || done.Backup == nil {
			return r, err
		}
		return *done.Backup, nil
	} else if errors.Is(err, attach.ErrSilent) {
		return r, err
	} else if ctx.Err() != nil { // while it asked who is there
		return r, ctx.Err()
	}
	s, err := openExisting(cfg, ownerLockWait)
	if err != nil {
		return r, err
	}
	r, err = inbox.WriteBackup(ctx, s.Journal(), s.Vault(), file)
	return r, errors.Join(err, s.Close())
}
