package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"frontdesk/inbox"
)

// openHeaderFile opens the file an agent named for a template's header. Only people of the owner's own user reach this
// with a path that means something on this machine; the path must be a plain file.
func openHeaderFile(_ inbox.AgentID, name string) (io.ReadCloser, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, rootCause(err))
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its other end
		return nil, fmt.Errorf("%s is no plain file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, rootCause(err))
	}
	return f, nil
}

// portTaken reports whether err says that another program listens there.
func portTaken(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
