package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"frontdesk/inbox"
)

// Backup writes a consistent copy of the journal to file, which must not exist yet, while everything goes on. The copy
// appears under its name only when it is whole and on the disk. It holds conversations: mode 0600.
func (j *journal) Backup(ctx context.Context, file string) (n int64, head inbox.Cursor, err error) {
	if exists(file) {
		return 0, head, fmt.Errorf("%s exists already; choose another name", file)
	}
	temp := tempName(filepath.Dir(file))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return 0, head, unusable(filepath.Dir(file), err)
	}
	var at position
	err = j.view(ctx, func(tx *bolt.Tx) error {
		k, v := tx.Bucket(entriesBucket).Cursor().Last()
		at.seq = inbox.Seq(number(k))
		at.chk, _ = chkOf(v)
		n, err = tx.WriteTo(untilDone{ctx, f})
		return err
	})
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = publish(temp, file)
	}
	switch {
	case err == nil:
		return n, j.cursor(at), nil
	case errors.Is(err, fs.ErrExist):
		err = fmt.Errorf("%s exists already; choose another name", file)
	case isFull(err):
		err = fmt.Errorf("%w: no room for %s; make room, or choose another place", inbox.ErrFull, file)
	}
	os.Remove(temp)
	return 0, inbox.Cursor{}, err
}

// untilDone writes until ctx ends.
type untilDone struct {
	ctx context.Context
	w   io.Writer
}

func (u untilDone) Write(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.w.Write(p)
}
