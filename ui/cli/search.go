package cli

import (
	"fmt"
	"os"
	"strings"
	"time"

	"frontdesk/inbox"

	xterm "github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
)

func (a *app) searchCmd() *cobra.Command {
	var thread string
	var limit uint
	c := a.jsonFlag(&cobra.Command{
		Use: "search QUERY", Short: "Find messages, newest first",
		Long: "Find messages that hold all words of QUERY, newest first. A word is found anywhere, also inside another one, whatever\n" +
			"its case, accents and script of digits; \"words in quotes\" as they stand together; a number in any spelling. A\n" +
			"customer's name or number counts as a word of every message in the thread, and so does a day: 2026-11-03, 3 nov,\n" +
			"yesterday.",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("usage: %s; see %s --help", c.UseLine(), c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			desk, done, err := a.connect(c.Context(), reading)
			if err != nil {
				return err
			}
			defer done()
			q := inbox.SearchQuery{Text: strings.Join(args, " ")}
			if thread != "" {
				t, err := desk.Thread(c.Context(), thread)
				if err != nil {
					return err
				}
				q.Thread = t.ID
			}
			now, mark := time.Now(), a.matchMarks()
			for shown := 0; ; {
				q.Limit = pageSize
				if limit > 0 {
					q.Limit = min(pageSize, int(limit)-shown)
				}
				page, err := desk.Search(c.Context(), q)
				if err != nil {
					return err
				}
				for _, m := range page.Matches {
					if a.asJSON {
						err = a.printJSON(m)
					} else {
						_, err = fmt.Fprintln(a.out, matchLine(m, now, mark))
					}
					if err != nil {
						return err
					}
				}
				shown += len(page.Matches)
				switch {
				case len(page.Matches) > 0 && page.Earlier && (limit == 0 || shown < int(limit)):
					q.Before = page.Matches[len(page.Matches)-1].Key
					continue
				case a.asJSON: // whoever reads it counts
				case shown == 0:
					fmt.Fprintln(a.err, "nothing was found")
				case page.Earlier:
					fmt.Fprintf(a.err, "there is more; --limit 0 prints all\n")
				}
				return nil
			}
		},
	})
	c.Flags().StringVar(&thread, "thread", "", "only in one thread: its id, a phone number, or a contact's exact name")
	c.Flags().UintVar(&limit, "limit", 50, "at most this many (0: all)")
	return c
}

// matchMarks are put around what was found: bold on a terminal, else WhatsApp's own sign for it.
func (a *app) matchMarks() [2]string {
	f, ok := a.out.(*os.File)
	if ok && xterm.IsTerminal(f.Fd()) && !a.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" {
		return [2]string{"\x1b[1;4m", "\x1b[22;24m"}
	}
	return [2]string{"*", "*"}
}

// How much of a long message is shown around what was found in it, in characters.
const (
	matchBefore = 30
	matchLength = 100
)

// matchLine is one match for a person: when, who, and the text around what was found, in one line.
func matchLine(m inbox.Match, now time.Time, mark [2]string) string {
	who := m.ThreadName
	if m.Direction == "out" {
		who = sender(m.Message) + " to " + who
	}
	return fmt.Sprintf("%-14s %-10s %s: %s", m.Thread, short(m.At, now), who, excerpt(m, mark))
}

// excerpt is the part of the text around the first match, with all matches in it marked.
func excerpt(m inbox.Match, mark [2]string) string {
	text := []rune(m.Text)
	if len(text) == 0 {
		return strings.TrimSpace("[" + m.Type + "] " + fileName(m.Message))
	}
	from := 0
	if len(m.Match) > 0 && len(text) > matchLength {
		from = min(max(0, m.Match[0][0]-matchBefore), len(text)-matchLength)
	}
	to := min(len(text), from+matchLength)
	var b strings.Builder
	if from > 0 {
		b.WriteString("…")
	}
	at := from
	for _, r := range m.Match {
		start, end := max(r[0], at), min(r[0]+r[1], to)
		if start >= end {
			continue
		}
		b.WriteString(string(text[at:start]) + mark[0] + string(text[start:end]) + mark[1])
		at = end
	}
	b.WriteString(string(text[at:to]))
	if to < len(text) {
		b.WriteString("…")
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func fileName(m inbox.Message) string {
	if m.Media == nil {
		return ""
	}
	return m.Media.Name
}
