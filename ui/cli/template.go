package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"frontdesk/inbox"
	"frontdesk/ui"

	"github.com/spf13/cobra"
)

func (a *app) templateCmd() *cobra.Command {
	c := &cobra.Command{
		Use: "template", Short: "List templates, or send an approved one", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return usage("usage: frontdesk template list|send; see frontdesk template --help")
		},
	}
	c.AddCommand(a.templateListCmd(), a.templateSendCmd())
	return c
}

func (a *app) templateListCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use: "list", Short: "List templates", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			desk, done, err := a.connect(c.Context(), reading)
			if err != nil {
				return err
			}
			defer done()
			list, err := desk.Templates(c.Context())
			if err != nil {
				return err
			}
			for _, t := range list {
				if a.asJSON {
					err = a.printJSON(t)
				} else {
					_, err = fmt.Fprintf(a.out, "%-28s %-6s %-10s %-14s %s\n", t.Name, t.Language, strings.ToLower(t.Status), strings.ToLower(t.Category), firstLine(bodyText(t)))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	})
}

func bodyText(t inbox.Template) string {
	for _, c := range t.Components {
		if strings.EqualFold(c.Type, "BODY") {
			return c.Text
		}
	}
	return ""
}

func (a *app) templateSendCmd() *cobra.Command {
	var lang, file, location, at string
	var vars []string
	c := a.jsonFlag(&cobra.Command{
		Use: "send THREAD NAME", Short: "Send an approved template and wait until it is accepted", Args: exactly(2),
		Long: "Send an approved template. --var 1=… or --var name=… fills the body, header.1=… or header.name=… the header,\n" +
			"button.0=… a url suffix or a code. A phone number without a thread starts one.",
		RunE: func(c *cobra.Command, args []string) error {
			send := inbox.TemplateSend{Name: args[1], Language: lang}
			if err := fillVars(&send, vars); err != nil {
				return err
			}
			if file != "" {
				abs, err := filepath.Abs(file)
				if err != nil {
					return usage("--header-file: %w", err)
				}
				send.HeaderMedia = &inbox.HeaderMedia{File: abs}
			}
			if location != "" {
				loc, err := parseLocation("--header-location", location)
				if err != nil {
					return err
				}
				send.HeaderLocation = &loc
			}
			return a.submit(c.Context(), args[0], message{out: inbox.Outgoing{Type: "template", Template: &send}}, inbox.Send{}, at, true)
		},
	})
	f := c.Flags()
	f.StringVar(&lang, "lang", "", "language, as the list spells it (default: the only one)")
	f.StringArrayVar(&vars, "var", nil, "key=value, repeated")
	f.StringVar(&file, "header-file", "", "image, video or document for the header")
	f.StringVar(&at, "at", "", atHelp)
	f.StringVar(&location, "header-location", "", "LAT,LON,NAME,ADDRESS for the header")
	return c
}

// fillVars sorts --var values into body, header and buttons (decisions 22).
func fillVars(t *inbox.TemplateSend, vars []string) error {
	put := func(m *map[string]string, k, v string) {
		if *m == nil {
			*m = map[string]string{}
		}
		(*m)[k] = v
	}
	for _, s := range vars {
		k, v, ok := strings.Cut(s, "=")
		if !ok || k == "" {
			return usage("--var %q has no value; write --var name=value", s)
		}
		if h, ok := strings.CutPrefix(k, "header."); ok {
			put(&t.Header, h, v)
		} else if b, ok := strings.CutPrefix(k, "button."); ok {
			put(&t.Buttons, b, v)
		} else {
			put(&t.Body, k, v)
		}
	}
	return nil
}

func parseLocation(flag, s string) (inbox.HeaderLocation, error) {
	out, err := ui.ReadPlace(s)
	if err != nil {
		return inbox.HeaderLocation{}, usage("%s is %q; write LAT,LON,NAME,ADDRESS, for example 52.52,13.4,Workshop,12 Example Street", flag, s)
	}
	return *out.Location, nil
}

// onlyLanguage is the language of a template that has one.
func onlyLanguage(ctx context.Context, desk inbox.Desk, name string) (string, error) {
	list, err := desk.Templates(ctx)
	if err != nil {
		return "", err
	}
	var langs []string
	for _, t := range list {
		if t.Name == name {
			langs = append(langs, t.Language)
		}
	}
	switch len(langs) {
	case 0:
		return "", fmt.Errorf("there is no template %s; see frontdesk template list", name)
	case 1:
		return langs[0], nil
	}
	return "", usage("template %s has several languages; choose one with --lang: %s", name, strings.Join(langs, ", "))
}
