package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"frontdesk/ui/term"

	xterm "github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
)

func (a *app) doctorCmd() *cobra.Command {
	var address string
	c := a.jsonFlag(&cobra.Command{
		Use: "doctor", Short: "Test every link between WhatsApp and the inbox and name the broken one", Args: noArgs,
		Long: "Test every link between WhatsApp and the inbox, in their order: configuration, secrets, store, network, token,\n" +
			"number, webhooks, public address. What is broken is named with what to do. It works beside a running owner; without\n" +
			"one it listens itself for as long as it tests. The test event that goes through the public address is recognised and\n" +
			"not stored; only that it arrived is kept, as frontdesk sync wants to know. Status 1 when a link is broken.",
		RunE: func(c *cobra.Command, _ []string) error { return a.doctor(c.Context(), address) },
	})
	c.Flags().StringVar(&address, "address", "", "public address to test (default webhook.public_url, or where WhatsApp posts to)")
	return c
}

func (a *app) doctor(ctx context.Context, address string) error {
	c := &checkup{app: a, address: address}
	p := newFindingPrinter(a)
	tell, end := p.print, p.flush
	if a.asJSON {
		tell, end = func(f finding) error { return a.printJSON(f) }, func() error { return nil }
	}
	if err := errors.Join(c.run(ctx, tell), end()); err != nil {
		return err
	}
	if names := c.broken(); len(names) > 0 {
		return fmt.Errorf("%s broken: %s", pluralOf(len(names), "link is", "links are"), strings.Join(names, ", "))
	}
	return nil
}

// findingPrinter writes findings for a person as they come: one line, and what to do on the next. Links that wait for a
// broken one to be mended share a line, so that the broken one stands out.
type findingPrinter struct {
	out     io.Writer
	arrow   string
	width   int // of the terminal; 0: lines are not broken
	waiting []string
}

func newFindingPrinter(a *app) *findingPrinter {
	p := &findingPrinter{out: a.out, arrow: "→"}
	if a.ascii || !utf8Locale() {
		p.arrow = "->"
	}
	if f, isFile := a.out.(*os.File); isFile {
		p.width, _, _ = xterm.GetSize(f.Fd())
	}
	return p
}

func (p *findingPrinter) print(f finding) error {
	if f.blocked {
		p.waiting = append(p.waiting, f.Check)
		return nil
	}
	if err := p.flush(); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(p.hung(fmt.Sprintf("%-5s %-13s ", f.State, f.Check), f.Text))
	if f.Remedy != "" {
		b.WriteString(p.hung(strings.Repeat(" ", 20)+p.arrow+" ", f.Remedy))
	}
	if f.Check != "files" { // where they stand in the remedy
		for _, c := range f.Commands {
			fmt.Fprintf(&b, "%23s%s\n", "", c)
		}
	}
	_, err := io.WriteString(p.out, b.String())
	return err
}

// hung is a text behind its head, with the rows that follow under its beginning.
func (p *findingPrinter) hung(head, text string) string {
	indent := utf8.RuneCountInString(head)
	if p.width-indent < 20 {
		return head + text + "\n"
	}
	rows := term.Measure{}.Wrap(text, p.width-indent-1)
	return head + strings.Join(rows, "\n"+strings.Repeat(" ", indent)) + "\n"
}

func (p *findingPrinter) flush() error {
	if len(p.waiting) == 0 {
		return nil
	}
	_, err := io.WriteString(p.out, p.hung(fmt.Sprintf("%-5s %-13s ", untold, ""), "not tested until that is mended: "+strings.Join(p.waiting, ", ")))
	p.waiting = nil
	return err
}
