package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"time"
)

// ErrLocked is what Open answers when another process holds the store; test with errors.Is. The error itself is a
// *LockedError, which says who.
var ErrLocked = errors.New("the inbox is held by another frontdesk")

var errLockTimeout = errors.New("the lock was not free in time")

// LockedError says who holds the store, as far as the holder has told: a holder that is only just starting has not
// written its name yet, and then PID is 0.
type LockedError struct {
	Dir   string    `json:"-"`
	PID   int       `json:"pid"`
	User  string    `json:"user"`
	Since time.Time `json:"since"`
}

// Error gives one line with the next step.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("another frontdesk is starting or ending in %s; try again in a few seconds", e.Dir)
	}
	return fmt.Sprintf("another frontdesk (pid %d, user %s, since %s) holds the inbox in %s; attach to it, or stop it first",
		e.PID, e.User, e.Since.Local().Format("2 Jan 15:04"), e.Dir)
}

// Is makes errors.Is(err, ErrLocked) true.
func (e *LockedError) Is(target error) bool { return target == ErrLocked }

// locked reads who holds the store of dir.
func locked(dir string) *LockedError {
	e := &LockedError{Dir: dir}
	if b, err := os.ReadFile(filepath.Join(dir, ownerFile)); err == nil && json.Unmarshal(b, e) != nil {
		*e = LockedError{Dir: dir}
	}
	return e
}

// signOwner writes who holds the store. It is a courtesy to people and need not be durable: the lock itself decides.
func signOwner(dir string, now time.Time) error {
	me := LockedError{PID: os.Getpid(), Since: now.UTC().Truncate(time.Second)}
	if u, err := user.Current(); err == nil {
		me.User = u.Username
	}
	b, err := json.Marshal(me)
	if err != nil {
		return err
	}
	temp := tempName(dir)
	if err := os.WriteFile(temp, append(b, '\n'), fileMode); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(dir, ownerFile))
}

// stillNamed reports whether an open file is the one that path names now.
func stillNamed(f *os.File, path string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(path)
	return err == nil && os.SameFile(a, b)
}
