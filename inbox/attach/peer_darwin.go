package attach

import (
	"net"

	"golang.org/x/sys/unix"
)

// peerUID asks the kernel whose process is at the far end of a unix socket.
func peerUID(c net.Conn) (int, error) {
	var cred *unix.Xucred
	err := control(c, func(fd int) (err error) {
		cred, err = unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
		return err
	})
	if err != nil {
		return 0, err
	}
	return int(cred.Uid), nil
}
