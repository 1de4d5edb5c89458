package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// errTooLarge is what is more than may be read at once.
var errTooLarge = errors.New("too large")

// readImport reads a file to import, or standard input for "-", at most so many bytes; shown is what to call it.
func (a *app) readImport(name string, most int64) (shown string, raw []byte, err error) {
	in, shown := a.in, "standard input"
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return name, nil, fmt.Errorf("%s: %w", name, rootCause(err))
		}
		defer func() { _ = f.Close() }()
		in, shown = f, filepath.Base(name)
	}
	raw, err = io.ReadAll(io.LimitReader(in, most+1))
	switch {
	case err != nil:
		return shown, nil, fmt.Errorf("%s: %w", shown, rootCause(err))
	case int64(len(raw)) > most:
		return shown, nil, errTooLarge
	}
	return shown, raw, nil
}
