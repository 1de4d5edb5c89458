package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"frontdesk/inbox"
	"frontdesk/ui"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

// replyParts are the flags of a reply that is more than a text.
type replyParts struct {
	file, as, location string
	contacts, buttons  []string
	list, link         string
	header, footer     string
}

func (p *replyParts) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&p.file, "file", "", "image, document, video, sound or sticker to send; TEXT is its caption")
	f.StringVar(&p.as, "as", "", "how it is sent: "+strings.Join(inbox.SendKinds(), ", "))
	f.StringVar(&p.location, "location", "", "LAT,LON[,NAME[,ADDRESS]]: a place")
	f.StringArrayVar(&p.contacts, "contact", nil, "NAME,PHONE[,COMPANY]: a contact card, repeated")
	f.StringArrayVar(&p.buttons, "button", nil, "TITLE or ID=TITLE: a reply button under TEXT, up to three")
	f.StringVar(&p.list, "list", "", "YAML file of a list under TEXT: button, and sections with rows of title, description, id")
	f.StringVar(&p.link, "link", "", "TITLE=URL: a button under TEXT that opens an address")
	f.StringVar(&p.header, "header", "", "heading above TEXT, with --button, --list or --link")
	f.StringVar(&p.footer, "footer", "", "small print under TEXT, with --button, --list or --link")
	_ = c.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(inbox.SendKinds(), cobra.ShellCompDirectiveNoFileComp)) // fails for no flag of that name
}

// textNeeded reports whether the message is a text, or has one.
func (p *replyParts) textNeeded() bool {
	return p.asks() || p.file == "" && p.location == "" && len(p.contacts) == 0
}

func (p *replyParts) asks() bool { return len(p.buttons) > 0 || p.list != "" || p.link != "" }

// message makes the message that the flags describe.
func (p *replyParts) message(text string) (m message, err error) {
	m.out = inbox.Outgoing{Type: "text", Text: text}
	kinds := 0
	for _, there := range []bool{p.location != "", len(p.contacts) > 0, len(p.buttons) > 0, p.list != "", p.link != ""} {
		if there {
			kinds++
		}
	}
	switch {
	case kinds > 1:
		return m, usage("--location, --contact, --button, --list and --link make different messages; send one after the other")
	case p.as != "" && p.file == "":
		return m, usage("--as says how a file is sent; name one with --file")
	case p.file != "" && (p.location != "" || len(p.contacts) > 0):
		return m, usage("a place or a contact card carries no file; send one after the other")
	case text != "" && (p.location != "" || len(p.contacts) > 0):
		return m, usage("a place or a contact card carries no text; send the text as a reply of its own")
	case p.header+p.footer != "" && !p.asks():
		return m, usage("--header and --footer go with --button, --list or --link")
	}
	if p.file != "" {
		if m.file, err = attachment(p.file, p.as); err != nil {
			return m, err
		}
	}
	switch {
	case p.location != "":
		at, err := parseLocation("--location", p.location)
		m.out = inbox.Outgoing{Type: "location", Location: &at}
		return m, err
	case len(p.contacts) > 0:
		m.out = inbox.Outgoing{Type: "contacts"}
		for _, s := range p.contacts {
			one, err := ui.ReadCard(s)
			if err != nil {
				return m, usage("--contact is %q; write NAME,PHONE or NAME,PHONE,COMPANY, for example \"Jonas Feld,+1 555 010 1020\"", s)
			}
			m.out.Cards = append(m.out.Cards, one.Cards...)
		}
	case p.asks():
		m.out.Type = "interactive"
		m.out.Ask, err = p.ask()
	}
	return m, err
}

func (p *replyParts) ask() (*inbox.Ask, error) {
	a := &inbox.Ask{}
	for _, b := range p.buttons {
		id, title, ok := strings.Cut(b, "=")
		if !ok {
			id, title = "", b
		}
		a.Buttons = append(a.Buttons, inbox.AskButton{ID: id, Title: title})
	}
	if p.link != "" {
		title, address, ok := strings.Cut(p.link, "=")
		if !ok {
			return nil, usage("--link is %q; write TITLE=URL, for example \"Open status=https://shop.example/r/88\"", p.link)
		}
		a.Opens, a.Link = title, address
	}
	if p.list != "" {
		raw, err := os.ReadFile(p.list)
		if err != nil {
			return nil, usage("--list: %w", err)
		}
		if a, err = parseList(p.list, raw); err != nil {
			return nil, err
		}
	}
	if p.header != "" {
		a.Header = p.header
	}
	if p.footer != "" {
		a.Footer = p.footer
	}
	return a, nil
}

// listFile is what a file of --list holds.
type listFile struct {
	Header   string `yaml:"header"`
	Footer   string `yaml:"footer"`
	Button   string `yaml:"button"`
	Sections []struct {
		Title string `yaml:"title"`
		Rows  []struct {
			ID          string `yaml:"id"`
			Title       string `yaml:"title"`
			Description string `yaml:"description"`
		} `yaml:"rows"`
	} `yaml:"sections"`
}

func parseList(name string, raw []byte) (*inbox.Ask, error) {
	var f listFile
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, usage("%s: %s; it holds button and sections, each of these with rows of title, description and id", filepath.Base(name), oneLine(err))
	}
	a := &inbox.Ask{Header: f.Header, Footer: f.Footer, Opens: f.Button}
	for _, s := range f.Sections {
		part := inbox.AskSection{Title: s.Title}
		for _, r := range s.Rows {
			part.Rows = append(part.Rows, inbox.AskRow{ID: r.ID, Title: r.Title, Description: r.Description})
		}
		a.Sections = append(a.Sections, part)
	}
	if len(a.Sections) == 0 {
		return nil, usage("%s has no sections; it holds button and sections, each of these with rows of title, description and id", filepath.Base(name))
	}
	return a, nil
}
