package cli

import (
	"context"
	"errors"
)

// Exit statuses of commands.md.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// exitCode turns what a command answered into its status.
func exitCode(err error) int {
	var u *usageError
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return exitDone
	case errors.As(err, &u):
		return exitUsage
	}
	return exitFailed
}
