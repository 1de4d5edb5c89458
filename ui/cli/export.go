package cli

import (
	"errors"
	"fmt"
	"os"
)

// What an export command writes: to a file that is new, or to standard output.

// export writes raw to the file that args name, or to standard output.
func (a *app) export(args []string, raw []byte, over bool) error {
	if len(args) == 0 || args[0] == "-" {
		_, err := a.out.Write(raw)
		return err
	}
	return writeNew(args[0], raw, over)
}

// writeNew writes a file for its owner alone.
func writeNew(name string, raw []byte, over bool) error {
	flag := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if over {
		flag = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, flag, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists already; choose another name, or --force", name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, rootCause(err))
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", name, rootCause(err))
	}
	return nil
}
