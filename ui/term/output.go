package term

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// stuck is how long a terminal may take to read the last bytes once the program
// ends: it must be gone within two seconds, the line up or not.
const stuck = 500 * time.Millisecond

// output writes to a terminal, and can be told to stop waiting for one that
// does not read: a lost line, a stopped screen. A blocked write on a terminal
// cannot be woken, so it uses an open file of its own that does not block;
// changing standard output itself would change it for the shell as well.
type output struct {
	tty *os.File // as given; never made to not block
	own *os.File // nil where the terminal cannot be opened again
}

func openOutput(tty *os.File) *output {
	o := &output{tty: tty}
	own, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", tty.Fd()), os.O_WRONLY|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return o
	}
	if own.SetWriteDeadline(time.Time{}) != nil { // no deadlines here
		own.Close()
		return o
	}
	o.own = own
	return o
}

func (o *output) Write(b []byte) (int, error) {
	if o.own == nil {
		return o.tty.Write(b)
	}
	return o.own.Write(b)
}

// giveUp ends the write that hangs, and every later one that would.
func (o *output) giveUp() {
	if o.own != nil {
		_ = o.own.SetWriteDeadline(time.Now())
	}
}

// last writes b even when the terminal did not read what came before: that is
// thrown away then, so that b is what it reads first when it reads again.
func (o *output) last(b []byte) {
	_, err := o.Write(b)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return
	}
	discardOutput(o.tty.Fd())
	_ = o.own.SetWriteDeadline(time.Now().Add(stuck))
	_, _ = o.Write(b)
}

func (o *output) close() {
	if o.own != nil {
		_ = o.own.Close()
	}
}
