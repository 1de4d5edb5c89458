package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"frontdesk/inbox"

	"github.com/spf13/cobra"
)

func (a *app) contactsCmd() *cobra.Command {
	var filter string
	var unheard bool
	c := a.jsonFlag(&cobra.Command{
		Use: "contacts", Short: "Contacts: list, set, join, import and export them", Args: noArgs,
		Long: "List who is known to the number: everybody who wrote, and the phone's address book. A contact is called by the\n" +
			"name a colleague gave, else as in the phone's address book, else as they call themselves. Colleagues also keep\n" +
			"fields of a contact, as " + strings.Join(inbox.UsualFields(), ", ") + " or others; saved replies fill them in.",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withContacts(c.Context(), reading, inbox.ContactQuery{Filter: filter, Unheard: unheard}, func(_ inbox.Desk, list []inbox.Contact) error {
				slices.SortFunc(list, func(a, b inbox.Contact) int {
					return compareAll(inbox.Fold(a.Name), inbox.Fold(b.Name), string(a.ID), string(b.ID))
				})
				for _, x := range list {
					var err error
					if a.asJSON {
						err = a.printJSON(x)
					} else {
						_, err = fmt.Fprintln(a.out, contactLine(x))
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
	})
	list := a.jsonFlag(&cobra.Command{Use: "list", Short: "List who is known, as without a word behind contacts", Args: noArgs, RunE: c.RunE})
	for _, c := range []*cobra.Command{c, list} {
		c.Flags().StringVar(&filter, "filter", "", "part of a name or number")
		c.Flags().BoolVar(&unheard, "unheard", false, "only those without a conversation")
	}
	c.AddCommand(list, a.contactsSetCmd(), a.contactsJoinCmd(), a.contactsSeparateCmd(), a.contactsImportCmd(), a.contactsExportCmd())
	return c
}

// contactLine is one contact for a person.
func contactLine(c inbox.Contact) string {
	who := c.UserID
	if c.WaID != "" {
		who = inbox.FormatNumber(c.WaID)
	}
	name := c.Name
	if name == who {
		name = ""
	}
	line := fmt.Sprintf("%-14s %-23s %-20s", c.ID, who, name)
	for _, f := range sortedFields(c.Fields) {
		line += "  " + f + "=" + c.Fields[f]
	}
	return strings.TrimRight(line, " ")
}

// sortedFields lists the names of fields, those with a meaning of their own first.
func sortedFields(fields map[string]string) []string {
	var names []string
	for f := range fields {
		names = append(names, f)
	}
	usual := inbox.UsualFields()
	slices.SortFunc(names, func(a, b string) int {
		if x, y := place(usual, a), place(usual, b); x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
	return names
}

// withContacts gives a command the desk and all contacts that a query has.
func (a *app) withContacts(ctx context.Context, n need, q inbox.ContactQuery, do func(inbox.Desk, []inbox.Contact) error) error {
	desk, done, err := a.connect(ctx, n)
	if err != nil {
		return err
	}
	defer done()
	list, err := allContacts(ctx, desk, q)
	if err != nil {
		return err
	}
	return do(desk, list)
}

func allContacts(ctx context.Context, desk inbox.Desk, q inbox.ContactQuery) (list []inbox.Contact, err error) {
	q.Limit = maxNewest
	for {
		page, err := desk.Contacts(ctx, q)
		if err != nil {
			return nil, err
		}
		list = append(list, page.Contacts...)
		if q.After = page.Next; q.After == "" {
			return list, nil
		}
	}
}

func (a *app) contactsSetCmd() *cobra.Command {
	var name string
	var fields []string
	c := &cobra.Command{
		Use: "set CONTACT", Short: "Set or clear a contact's name and fields", Args: exactly(1),
		Long: "Set what the desk keeps of a contact. CONTACT is a thread id, a phone number in any usual spelling, which may be\n" +
			"new, or an exact name when only one has it. An empty value clears: --name \"\" goes back to the name of the phone's\n" +
			"address book or the one the customer chose, --field order= takes a field away.",
		RunE: func(c *cobra.Command, args []string) error {
			edit := inbox.ContactEdit{Fields: map[string]string{}}
			if c.Flags().Changed("name") {
				edit.Name = &name
			}
			for _, f := range fields {
				key, value, ok := strings.Cut(f, "=")
				if !ok {
					return usage("--field is %q; it must be NAME=VALUE", f)
				}
				if inbox.ContactField(key) == "" {
					return usage("--field: %q can be no field of a contact; use letters, digits and _, and none of %s", key, strings.Join(inbox.KnownFields(), ", "))
				}
				edit.Fields[key] = value
			}
			if edit.Name == nil && len(edit.Fields) == 0 {
				return usage("nothing to set; give --name NAME or --field NAME=VALUE")
			}
			desk, done, err := a.connect(c.Context(), writing)
			if err != nil {
				return err
			}
			defer done()
			if edit.ID, edit.Number, err = chosenContact(c.Context(), desk, args[0]); err != nil {
				return err
			}
			_, err = desk.Do(c.Context(), inbox.NewID(), inbox.EditContacts{Edits: []inbox.ContactEdit{edit}})
			return err
		},
	}
	c.Flags().StringVar(&name, "name", "", "what the desk calls the contact; empty clears it")
	c.Flags().StringArrayVar(&fields, "field", nil, "NAME=VALUE; may be given several times; an empty value clears")
	return c
}

// chosenContact says whom a person means: by id, or by a number that nobody may have yet.
func chosenContact(ctx context.Context, desk inbox.Desk, ref string) (inbox.ThreadID, string, error) {
	if _, err := inbox.ThreadID(ref).No(); err == nil {
		return inbox.ThreadID(ref), "", nil
	}
	if len(inbox.ReadNumber(ref, "")) > 0 {
		return "", ref, nil
	}
	t, err := desk.Thread(ctx, ref)
	if err == nil || inbox.KindOf(err) != inbox.NotFound {
		return t.ID, "", err
	}
	list, listErr := allContacts(ctx, desk, inbox.ContactQuery{Filter: ref, Unheard: true})
	list = slices.DeleteFunc(list, func(x inbox.Contact) bool { return !strings.EqualFold(x.Name, strings.TrimSpace(ref)) })
	switch {
	case listErr != nil:
		return "", "", listErr
	case len(list) == 1:
		return list[0].ID, "", nil
	case len(list) > 1:
		return "", "", fmt.Errorf("several contacts are called %s; use an id or a phone number, as frontdesk contacts lists them", inbox.Clean(ref))
	}
	return "", "", fmt.Errorf("no contact is called %s; frontdesk contacts lists them", inbox.Clean(ref))
}

func (a *app) contactsJoinCmd() *cobra.Command {
	return &cobra.Command{
		Use: "join THREAD THREAD", Short: "Make one thread of two of the same customer", Args: exactly(2),
		Long: "Make one thread of two whose customer is the same: somebody with two numbers. Replies go to the number that wrote\n" +
			"last. frontdesk contacts separate takes it back.",
		RunE: func(c *cobra.Command, args []string) error {
			return a.onThreads(c.Context(), args, func(desk inbox.Desk, t []inbox.Thread) error {
				_, err := desk.Do(c.Context(), inbox.NewID(), inbox.Join{Thread: t[0].ID, With: t[1].ID})
				return err
			})
		},
	}
}

func (a *app) contactsSeparateCmd() *cobra.Command {
	return &cobra.Command{
		Use: "separate THREAD", Short: "Take back the last join of a thread", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.onThreads(c.Context(), args, func(desk inbox.Desk, t []inbox.Thread) error {
				_, err := desk.Do(c.Context(), inbox.NewID(), inbox.Separate{Thread: t[0].ID})
				return err
			})
		},
	}
}

func (a *app) onThreads(ctx context.Context, refs []string, do func(inbox.Desk, []inbox.Thread) error) error {
	desk, done, err := a.connect(ctx, writing)
	if err != nil {
		return err
	}
	defer done()
	var found []inbox.Thread
	for _, ref := range refs {
		t, err := desk.Thread(ctx, ref)
		if err != nil {
			return err
		}
		found = append(found, t)
	}
	return do(desk, found)
}

func (a *app) contactsImportCmd() *cobra.Command {
	var dry bool
	var rule, country string
	c := a.jsonFlag(&cobra.Command{
		Use: "import FILE.csv", Short: "Take names and fields from a CSV file", Args: exactly(1),
		Long: "Take names and fields of contacts from a CSV file; - reads standard input. The first line names the columns: number,\n" +
			"name, and any others, which become fields. Commas, semicolons and tabs, UTF-8, UTF-16 and Windows-1252 are all read, as\n" +
			"spreadsheets write them. An empty cell changes nothing. A customer is found in any spelling of the number.\n\n" +
			"--dry-run tells of every line whether it is new, adds to a contact, says the same, or conflicts with what is known, and\n" +
			"saves nothing. Where lines conflict, nothing is saved until --on-conflict says what is right.",
		RunE: func(c *cobra.Command, args []string) error {
			if rule != "" && rule != keepHere && rule != replaceHere {
				return usage("--on-conflict is %q; it must be keep or replace", rule)
			}
			need := writing
			if dry {
				need = reading
			}
			return a.withContacts(c.Context(), need, inbox.ContactQuery{}, func(desk inbox.Desk, known []inbox.Contact) error {
				if country == "" {
					info, err := desk.Info(c.Context())
					if err != nil {
						return err
					}
					country = info.Country
				}
				rows, err := a.readContacts(args[0], strings.ToUpper(country))
				if err != nil {
					return err
				}
				return a.importContacts(c.Context(), desk, newContactPlan(known, rule), rows, dry)
			})
		},
	})
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would change")
	c.Flags().StringVar(&rule, "on-conflict", "", "keep what is known here, or replace it by the file's")
	c.Flags().StringVar(&country, "country", "", "of numbers without a country code, as BR (default: that of your number)")
	return c
}

func (a *app) readContacts(name, country string) ([]contactRow, error) {
	shown, raw, err := a.readImport(name, maxContacts)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, usage("%s is larger than %d MB; import it in parts", shown, maxContacts>>20)
	case err != nil:
		return nil, err
	}
	return parseContacts(shown, raw, country)
}

// editsAtOnce is how many contacts one command changes.
const editsAtOnce = 250

func (a *app) importContacts(ctx context.Context, desk inbox.Desk, plan *contactPlan, rows []contactRow, dry bool) error {
	count := map[string]int{}
	var edits []inbox.ContactEdit
	for _, row := range rows {
		l := plan.line(row)
		count[l.Is]++
		if l.edit.ID != "" || l.edit.Number != "" {
			edits = append(edits, l.edit)
		}
		var err error
		if a.asJSON {
			err = a.printJSON(l)
		} else {
			_, err = fmt.Fprintln(a.out, l.words())
		}
		if err != nil {
			return err
		}
	}
	undecided := count[lineConflict] > 0 && plan.rule == ""
	saved := 0
	if !dry && !undecided {
		for part := range slices.Chunk(edits, editsAtOnce) {
			if _, err := desk.Do(ctx, inbox.NewID(), inbox.EditContacts{Edits: part}); err != nil {
				return fmt.Errorf("%w; %d contacts were saved before that", err, saved)
			}
			saved += len(part)
		}
	}
	if !a.asJSON {
		end := fmt.Sprintf("; %d contacts saved", saved)
		if dry || undecided {
			end = "; nothing was saved"
		}
		if _, err := fmt.Fprintf(a.out, "%d new, %d added to, %d the same, %d in conflict, %d unusable%s\n", count[lineNew], count[lineAdds],
			count[lineSame], count[lineConflict], count[lineFault], end); err != nil {
			return err
		}
	}
	switch {
	case dry:
		return nil
	case undecided:
		return fmt.Errorf("%s than what is known; --on-conflict keep or --on-conflict replace decides",
			pluralOf(count[lineConflict], "line says otherwise", "lines say otherwise"))
	case count[lineFault] > 0:
		return fmt.Errorf("%s; correct the file and import it again, the other lines are saved",
			pluralOf(count[lineFault], "line is unusable", "lines are unusable"))
	}
	return nil
}

func (a *app) contactsExportCmd() *cobra.Command {
	var force bool
	var semicolons bool
	c := &cobra.Command{
		Use: "export [FILE.csv]", Short: "Write the contacts as CSV",
		Long: "Write the contacts with their fields as CSV to FILE, or to standard output, as frontdesk contacts import reads it.\n" +
			"What a spreadsheet would take for a formula gets a ' before it. A file that exists is left alone but for --force.",
		Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withContacts(c.Context(), reading, inbox.ContactQuery{}, func(_ inbox.Desk, list []inbox.Contact) error {
				comma := ','
				if semicolons {
					comma = ';'
				}
				raw, err := formatContacts(list, comma)
				if err != nil {
					return err
				}
				return a.export(args, raw, force)
			})
		},
	}
	c.Flags().BoolVar(&force, "force", false, "write over a file that exists")
	c.Flags().BoolVar(&semicolons, "semicolons", false, "part cells by ; as Excel wants it where numbers have a decimal comma")
	return c
}
