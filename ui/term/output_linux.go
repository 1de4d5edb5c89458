package term

import "golang.org/x/sys/unix"

// discardOutput throws away what has been written to a terminal and not read.
func discardOutput(fd uintptr) {
	_ = unix.IoctlSetInt(int(fd), unix.TCFLSH, unix.TCOFLUSH)
}
