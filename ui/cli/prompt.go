package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"frontdesk/ui/term"

	xterm "github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"
)

// prompter asks questions in plain lines: on any terminal, for a screen reader, and through a pipe. It writes no escape
// sequence and moves no cursor.
type prompter struct {
	in  io.Reader
	out io.Writer
}

var errInterrupted = errors.New("interrupted")

// say writes one line, broken at words where a terminal is narrower.
func (p prompter) say(format string, a ...any) {
	fmt.Fprintln(p.out, p.broken(fmt.Sprintf(format, a...)))
}

// broken is a line as the terminal takes it.
func (p prompter) broken(line string) string {
	rows := []string{line}
	if f, isFile := p.out.(*os.File); isFile {
		if w, _, err := xterm.GetSize(f.Fd()); err == nil && w > 40 {
			indent := line[:len(line)-len(strings.TrimLeft(line, " -"))]
			rows = term.Measure{}.Wrap(line[len(indent):], w-len(indent)-1)
			for i := range rows {
				if rows[i] = indent + rows[i]; i > 0 {
					rows[i] = strings.Repeat(" ", len(indent)) + rows[i][len(indent):]
				}
			}
		}
	}
	return strings.Join(rows, "\n")
}

// line asks for a line; the answer comes without blanks around it. The end of the input, and of ctx, is errInterrupted.
func (p prompter) line(ctx context.Context, question string) (string, error) {
	fmt.Fprint(p.out, p.broken(question)+" ")
	s, err := p.read(ctx, func() (string, error) { return readLine(p.in) })
	if f, isFile := p.in.(*os.File); err == nil && (!isFile || !xterm.IsTerminal(f.Fd())) {
		fmt.Fprintln(p.out) // which a terminal shows as it is typed
	}
	return s, err
}

// secret asks for a line that a terminal does not show. From a pipe it is read like any other.
func (p prompter) secret(ctx context.Context, question string) (string, error) {
	f, isFile := p.in.(*os.File)
	if !isFile || !xterm.IsTerminal(f.Fd()) {
		return p.line(ctx, question)
	}
	before, err := xterm.GetState(f.Fd())
	if err != nil {
		return "", err
	}
	hushed, err := xterm.GetState(f.Fd())
	if err != nil {
		return "", err
	}
	hushed.Lflag &^= unix.ECHO // and nothing else: the line is edited, and interrupted, as any other
	if err := xterm.SetState(f.Fd(), hushed); err != nil {
		return "", err
	}
	defer func() {
		_ = xterm.Restore(f.Fd(), before) // also while the reading still waits
		fmt.Fprintln(p.out)
	}()
	return p.line(ctx, question)
}

// yes asks a question that enter answers with otherwise.
func (p prompter) yes(ctx context.Context, question string, otherwise bool) (bool, error) {
	choice := " [y/N]"
	if otherwise {
		choice = " [Y/n]"
	}
	for {
		s, err := p.line(ctx, question+choice)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(s) {
		case "":
			return otherwise, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
		p.say("Please answer y or n.")
	}
}

// read waits for a reading or the end of ctx, which a terminal's driver knows nothing of. A reading that nobody waits for
// any more ends with the process.
func (p prompter) read(ctx context.Context, reading func() (string, error)) (string, error) {
	type result struct {
		s   string
		err error
	}
	done := make(chan result, 1)
	go func() {
		s, err := reading()
		done <- result{s, err}
	}()
	select {
	case r := <-done:
		if errors.Is(r.err, io.EOF) && r.s == "" {
			return "", errInterrupted
		}
		if r.err != nil && !errors.Is(r.err, io.EOF) {
			return "", r.err
		}
		return strings.TrimSpace(r.s), nil
	case <-ctx.Done():
		return "", errInterrupted
	}
}

// readLine takes one byte after the other, so that nothing of the next line is taken.
func readLine(in io.Reader) (string, error) {
	var line []byte
	one := make([]byte, 1)
	for {
		n, err := in.Read(one)
		if n == 1 && one[0] == '\n' {
			return string(line), nil
		}
		line = append(line, one[:n]...)
		if err != nil {
			return string(line), err
		}
	}
}
