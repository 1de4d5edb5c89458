package cli

import (
	"errors"
	"syscall"
)

// portTaken reports whether err says that another program listens there.
func portTaken(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
