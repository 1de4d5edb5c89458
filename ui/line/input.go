package line

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// typed is a line as it was read. ended is false for what stood behind the last newline when the input ended.
type typed struct {
	text  string
	ended bool
}

// longest is how much of one line is taken, in bytes; a terminal's own line editing gives 4096 at most.
const longest = 1 << 16

// readLines reads lines until the input ends or ctx does, then closes the channel.
func readLines(ctx context.Context, in io.Reader) <-chan typed {
	lines := make(chan typed)
	go func() {
		defer close(lines)
		r := bufio.NewReader(in)
		for {
			text, err := readLine(r)
			if err != nil && text == "" {
				return
			}
			select {
			case lines <- typed{text: text, ended: err == nil}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// readLine reads up to a newline. What is longer than anything can be is cut, not kept in memory.
func readLine(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		part, err := r.ReadSlice('\n')
		if room := longest - b.Len(); room > 0 {
			b.Write(part[:min(room, len(part))])
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		text := strings.TrimSuffix(strings.TrimSuffix(b.String(), "\n"), "\r")
		if !utf8.ValidString(text) {
			text = strings.ToValidUTF8(text, "\uFFFD")
		}
		return text, err
	}
}

// continued reports a line that a backslash at its end carries over to the next, and gives it without. Two of them stand
// for one that belongs to the text.
func continued(text string) (string, bool) {
	n := len(text) - len(strings.TrimRight(text, `\`))
	if n%2 == 0 {
		return text, false
	}
	return text[:len(text)-1], true
}

// unescape makes one backslash of two at the end of a text.
func unescape(text string) string {
	if strings.HasSuffix(text, `\\`) {
		return text[:len(text)-1]
	}
	return text
}
