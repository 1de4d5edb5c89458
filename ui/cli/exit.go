package cli

import (
	"context"
	"errors"
	"strings"

	"frontdesk/cloudapi"
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
	var c *cloudapi.ConfigError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &u), errors.As(err, &c):
		return exitUsage
	}
	return exitFailed
}

// endless is what a command that runs until it is interrupted answers: to it, the interruption is no failure.
func endless(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// oneLine makes sure that a failure is one line whatever it was made from.
func oneLine(err error) string {
	var u *usageError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &u):
		err = u
	case errors.Is(err, context.Canceled):
		return "interrupted before it was done"
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}
