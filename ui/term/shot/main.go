// Command shot draws a captured terminal screen as an SVG in which text stays text. It reads what
// tmux capture-pane -e -p prints and writes the picture:
//
//	tmux capture-pane -e -p | go run ./ui/term/shot -size 80x24 -title "The inbox" > inbox.svg
//
// Every browser has other fonts, and no font has all of Hindi, Arabic and emoji at the width of a cell. So each run of
// text is placed at its own column, runs of Latin are set to the width of their cells, and rules and blocks are drawn as
// shapes, as terminals draw them: columns stay straight whatever the font.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "shot:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	f := flag.NewFlagSet("shot", flag.ContinueOnError)
	size := f.String("size", "80x24", "columns and rows of the terminal")
	title := f.String("title", "", "what is seen, for people who do not see it")
	cursor := f.String("cursor", "", "column,row of the cursor, counted from 0; none when empty")
	if err := f.Parse(args); err != nil {
		return err
	}
	s := screen{cursor: point{-1, -1}}
	if _, err := fmt.Sscanf(*size, "%dx%d", &s.columns, &s.rows); err != nil || s.columns < 1 || s.rows < 1 {
		return fmt.Errorf("-size %q is no size; write it as 80x24", *size)
	}
	if *cursor != "" {
		if _, err := fmt.Sscanf(*cursor, "%d,%d", &s.cursor.x, &s.cursor.y); err != nil {
			return fmt.Errorf("-cursor %q is no place; write it as 3,22", *cursor)
		}
	}
	captured, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	s.read(string(captured))
	_, err = io.WriteString(out, s.svg(*title))
	return err
}
