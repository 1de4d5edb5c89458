//go:build !linux

package cli

import "os"

func fdatasync(f *os.File) error { return f.Sync() }
