package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The mark of a clean stop names the size and the time of the journal it was left beside, so that a file that was
// exchanged or touched since is not taken for the one that was closed.

func cleanMark(dir string) (string, error) {
	info, err := os.Stat(filepath.Join(dir, journalFile))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %d", info.Size(), info.ModTime().UnixNano()), nil
}

// leaveCleanMark is called while the lock is still held and nothing more will be written.
func leaveCleanMark(dir string) error {
	mark, err := cleanMark(dir)
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, cleanFile), []byte(mark+"\n"))
}

// takeCleanMark reports whether the last stop was clean, and removes the mark durably: should the power fail while
// this process runs, the next start must not find it.
func takeCleanMark(dir string) (bool, error) {
	path := filepath.Join(dir, cleanFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	mark, err := cleanMark(dir)
	if err != nil {
		return false, err
	}
	return strings.TrimSpace(string(b)) == mark, removeFile(path)
}
