package term

import (
	"os"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/sys/unix"
)

// reader reads the terminal until it is stopped. It never stands in a Read: it
// polls, so that it can be stopped, and the editor that gets the terminal then
// gets every key.
type reader struct {
	quit *os.File // closing it wakes the poll
	done chan struct{}
}

// startReader begins to read. Keys from before come first. When the terminal
// is gone, the program is asked to quit.
func startReader(in *os.File, k *keys, send func(tea.Msg)) *reader {
	r := &reader{done: make(chan struct{})}
	wake, quit, err := os.Pipe()
	if err != nil {
		close(r.done)
		go send(tea.Quit())
		return r
	}
	r.quit = quit
	go func() {
		defer close(r.done)
		defer wake.Close()
		for _, msg := range k.early {
			send(msg)
		}
		k.early = nil
		if !read(in, wake, k) {
			send(tea.Quit())
		}
	}()
	return r
}

// stop ends the reading and waits for it.
func (r *reader) stop() {
	if r.quit != nil {
		_ = r.quit.Close()
	}
	<-r.done
}

// read feeds k until wake's other end is closed (true) or the terminal is gone (false).
func read(in, wake *os.File, k *keys) bool {
	buf := make([]byte, 4096)
	fds := []unix.PollFd{
		{Fd: int32(in.Fd()), Events: unix.POLLIN},
		{Fd: int32(wake.Fd()), Events: unix.POLLIN},
	}
	for {
		timeout := -1
		if wait := k.wait(); wait > 0 {
			timeout = int(wait / time.Millisecond)
		}
		n, err := unix.Poll(fds, timeout)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return false
		case n == 0:
			k.idle()
			continue
		case fds[1].Revents != 0:
			return true
		}
		n, err = in.Read(buf)
		if n > 0 {
			k.feed(buf[:n])
		}
		if err != nil || n == 0 {
			return false
		}
	}
}
