// Package cli is the way in: commands, flags, configuration, and the wiring of the rooms. It is the only package that
// reads viper and the environment, and the only one that knows them all. Nothing but a command's result goes to
// standard output; a failure is one line on standard error with the next step.
package cli
