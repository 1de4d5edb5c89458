package cloudapi

import "fmt"

// ConfigError is a setting that cannot work, in one line with its key and what to write instead. Trying again does not
// help, as it may with a port in use.
type ConfigError struct{ line string }

// Error implements error.
func (e *ConfigError) Error() string { return e.line }

func misconfigured(format string, a ...any) error { return &ConfigError{fmt.Sprintf(format, a...)} }
