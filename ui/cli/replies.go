package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"frontdesk/inbox"

	"github.com/spf13/cobra"
)

func (a *app) repliesCmd() *cobra.Command {
	c := &cobra.Command{
		Use: "replies", Short: "Saved replies: list, add, remove, import and export them", Args: noArgs,
		Long: "Saved replies are texts under short names, shared by everybody at the desk; / in an empty box brings them up.\n" +
			"Fields are filled in from the contact when a reply is used: {{" + strings.Join(inbox.KnownFields(), "}} {{") + "}}.\n" +
			"Any other field, as {{order}}, is asked of whoever writes.",
		RunE: func(c *cobra.Command, _ []string) error {
			return usage("usage: frontdesk replies list|add|remove|import|export; see frontdesk replies --help")
		},
	}
	c.AddCommand(a.repliesListCmd(), a.repliesAddCmd(), a.repliesRemoveCmd(), a.repliesImportCmd(), a.repliesExportCmd())
	return c
}

// withReplies gives a command the desk and the saved replies as they are.
func (a *app) withReplies(ctx context.Context, n need, do func(inbox.Desk, []inbox.SavedReply) error) error {
	desk, done, err := a.connect(ctx, n)
	if err != nil {
		return err
	}
	defer done()
	list, err := desk.SavedReplies(ctx)
	if err != nil {
		return err
	}
	return do(desk, list)
}

func (a *app) repliesListCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use: "list", Short: "List the saved replies, most used first", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withReplies(c.Context(), reading, func(_ inbox.Desk, list []inbox.SavedReply) error {
				for _, r := range list {
					var err error
					if a.asJSON {
						err = a.printJSON(r)
					} else {
						_, err = fmt.Fprintf(a.out, "%-24s %s\n", replyTitle(r.Name, r.Language), firstLine(r.Text))
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
	})
}

// replyTitle is a name with its language, if it has one.
func replyTitle(name, language string) string {
	if language == "" {
		return name
	}
	return name + " (" + language + ")"
}

func sameReply(r inbox.SavedReply, n inbox.ReplyName) bool {
	return strings.EqualFold(r.Name, n.Name) && strings.EqualFold(r.Language, n.Language)
}

func (a *app) repliesAddCmd() *cobra.Command {
	var lang string
	var replace bool
	c := &cobra.Command{
		Use: "add NAME TEXT", Short: "Save a reply under a name", Args: exactly(2),
		Long: "Save a reply under a name, for everybody at the desk. TEXT - reads standard input.",
		RunE: func(c *cobra.Command, args []string) error {
			text := args[1]
			if text == "-" {
				var err error
				if text, err = readText(a.in); err != nil {
					return err
				}
			}
			row := replyRow{Name: strings.TrimSpace(args[0]), Language: lang, Text: strings.TrimRight(text, " \t\n")}
			if err := inbox.CheckReply(row.name(), row.Text); err != nil {
				return usage("%w", err)
			}
			return a.withReplies(c.Context(), writing, func(desk inbox.Desk, list []inbox.SavedReply) error {
				switch row.state(list) {
				case "changed":
					if !replace {
						return fmt.Errorf("there is a reply called %s already; --replace puts this one in its place", replyTitle(row.Name, lang))
					}
				case "same":
					return nil
				}
				_, err := desk.Do(c.Context(), inbox.NewID(), inbox.SaveReply{Reply: row.name(), Text: row.Text})
				return err
			})
		},
	}
	c.Flags().StringVar(&lang, "lang", "", "language of the text, as en or pt_BR")
	c.Flags().BoolVar(&replace, "replace", false, "put it in the place of the one that has the name")
	return c
}

func (a *app) repliesRemoveCmd() *cobra.Command {
	var lang string
	c := &cobra.Command{
		Use: "remove NAME", Short: "Remove a saved reply", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withReplies(c.Context(), writing, func(desk inbox.Desk, list []inbox.SavedReply) error {
				r, err := chosenReply(list, args[0], lang, c.Flags().Changed("lang"))
				if err != nil {
					return err
				}
				_, err = desk.Do(c.Context(), inbox.NewID(), inbox.RemoveReply{Reply: inbox.ReplyName{Name: r.Name, Language: r.Language}})
				return err
			})
		},
	}
	c.Flags().StringVar(&lang, "lang", "", "its language, where several have the name; empty for the one without")
	return c
}

// chosenReply is the one of a name; where several languages have it, the language must be named.
func chosenReply(list []inbox.SavedReply, name, lang string, byLang bool) (inbox.SavedReply, error) {
	var found []inbox.SavedReply
	var langs []string
	for _, r := range list {
		if strings.EqualFold(r.Name, strings.TrimSpace(name)) && (!byLang || strings.EqualFold(r.Language, lang)) {
			found = append(found, r)
			langs = append(langs, cmp.Or(r.Language, `""`))
		}
	}
	switch len(found) {
	case 0:
		return inbox.SavedReply{}, fmt.Errorf("there is no saved reply %s; see frontdesk replies list", replyTitle(inbox.Clean(name), lang))
	case 1:
		return found[0], nil
	}
	return inbox.SavedReply{}, usage("%s is there in several languages; choose one with --lang: %s", found[0].Name, strings.Join(langs, ", "))
}

func (a *app) repliesImportCmd() *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use: "import FILE", Short: "Save the replies of a YAML file", Args: exactly(1),
		Long: "Save the replies of a YAML file as frontdesk replies export writes it; - reads standard input. Replies that are\n" +
			"not in the file stay. --dry-run says what is new, changed or the same, and saves nothing.",
		RunE: func(c *cobra.Command, args []string) error {
			rows, err := a.readReplies(args[0])
			if err != nil {
				return err
			}
			need := writing
			if dry {
				need = reading
			}
			return a.withReplies(c.Context(), need, func(desk inbox.Desk, list []inbox.SavedReply) error {
				return a.importReplies(c.Context(), desk, list, rows, dry)
			})
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would change")
	return c
}

func (a *app) readReplies(name string) ([]replyRow, error) {
	shown, raw, err := a.readImport(name, maxReplies)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, usage("%s is larger than all saved replies may be together", shown)
	case err != nil:
		return nil, err
	}
	return parseReplies(shown, raw)
}

func (a *app) importReplies(ctx context.Context, desk inbox.Desk, list []inbox.SavedReply, rows []replyRow, dry bool) error {
	count := map[string]int{}
	for _, row := range rows {
		state := row.state(list)
		if state != "same" && !dry {
			if _, err := desk.Do(ctx, inbox.NewID(), inbox.SaveReply{Reply: row.name(), Text: row.Text}); err != nil {
				return fmt.Errorf("%s in line %d was not saved: %w; those before it were", row.Name, row.line, err)
			}
		}
		count[state]++
		if _, err := fmt.Fprintf(a.out, "%-8s %s\n", state, replyTitle(row.Name, row.Language)); err != nil {
			return err
		}
	}
	end := ""
	if dry {
		end = "; nothing was saved"
	}
	_, err := fmt.Fprintf(a.out, "%d new, %d changed, %d the same%s\n", count["new"], count["changed"], count["same"], end)
	return err
}

func (a *app) repliesExportCmd() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use: "export [FILE]", Short: "Write the saved replies as YAML",
		Long: "Write the saved replies as YAML to FILE, or to standard output. A file that exists is left alone but for --force.",
		Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withReplies(c.Context(), reading, func(_ inbox.Desk, list []inbox.SavedReply) error {
				slices.SortFunc(list, func(a, b inbox.SavedReply) int {
					return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.Language, b.Language))
				})
				raw, err := formatReplies(list)
				if err != nil {
					return err
				}
				return a.export(args, raw, force)
			})
		},
	}
	c.Flags().BoolVar(&force, "force", false, "write over a file that exists")
	return c
}
