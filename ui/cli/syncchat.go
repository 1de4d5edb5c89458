package cli

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/inbox/chatfile"

	"github.com/spf13/cobra"
)

// chatImport is one run of sync chat.
type chatImport struct {
	thread, business, dates, zone string
	dry                           bool
}

func (a *app) syncChatCmd() *cobra.Command {
	var in chatImport
	c := a.jsonFlag(&cobra.Command{
		Use: "chat FILE --thread THREAD", Short: "Fill a thread with a chat that the phone exported", Args: exactly(1),
		Long: "Fill a thread with what \"Export chat\" on the phone wrote: the text, or the zip it comes in, of an iPhone or an\n" +
			"Android. What is here already is left out, so that a chat can be imported again, and what WhatsApp tells of the\n" +
			"same messages later takes their place. Files are noted as being on the phone only. Nothing of it is unread, alerts\n" +
			"anybody or opens a window, and each message says where it is from.\n" +
			"THREAD may be a phone number that has no thread yet.",
		RunE: func(c *cobra.Command, args []string) error { return a.importChat(c.Context(), args[0], in) },
	})
	f := c.Flags()
	f.StringVar(&in.thread, "thread", "", "whose chat it is: a thread id, a number or an exact name")
	f.StringVar(&in.business, "business", "", "which name in the file is the business; found out where it can be")
	f.StringVar(&in.dates, "dates", "", "dmy, mdy or ymd, where the dates can be read in two ways")
	f.StringVar(&in.zone, "zone", "", "where the phone was, as Europe/Berlin (default: here)")
	f.BoolVar(&in.dry, "dry-run", false, "say what would be imported, and keep nothing")
	return c
}

// largestChat bounds the text of an export: the phone writes at most 40,000 messages.
const largestChat = 64 << 20

func (a *app) importChat(ctx context.Context, file string, in chatImport) error {
	if in.thread == "" {
		return usage("--thread says whose chat it is; see frontdesk sync chat --help")
	}
	chat, err := in.read(file)
	if err != nil {
		return err
	}
	desk, done, err := a.connect(ctx, writing)
	if err != nil {
		return err
	}
	defer done()
	cmd, customer, err := whose(ctx, desk, in.thread)
	if err != nil {
		return err
	}
	if in.business == "" {
		if in.business, err = a.findBusiness(ctx, desk, chat.People, customer); err != nil {
			return err
		}
	} else if !slices.Contains(chat.People, in.business) {
		return usage("nobody is called %q in the file; it has %s", in.business, strings.Join(chat.People, ", "))
	}
	result := chatReport{Thread: customer, Business: in.business, System: chat.System, Deleted: chat.Deleted, DryRun: in.dry}
	passes := []bool{true, false} // without keeping anything first: what is wrong with the last line is known before the first is kept
	if in.dry {
		passes = passes[:1]
	}
	for _, dry := range passes {
		result.New, result.Known = 0, 0
		for lines := range slices.Chunk(chatLines(chat, in.business), inbox.ImportChatMost) {
			cmd.Lines, cmd.DryRun = lines, dry
			done, err := desk.Do(ctx, inbox.NewID(), cmd)
			if err != nil {
				if result.New > 0 && !dry {
					return fmt.Errorf("after %d messages: %w; run it again, and what is here is left out", result.New, err)
				}
				return err
			}
			if done.Chat != nil {
				result.New, result.Known = result.New+done.Chat.New, result.Known+done.Chat.Known
			}
		}
	}
	result.From, result.To = chat.Messages[0].At.UTC(), chat.Messages[len(chat.Messages)-1].At.UTC()
	if a.asJSON {
		return a.printJSON(result)
	}
	_, err = fmt.Fprintln(a.out, result)
	return err
}

// chatReport is what a person or a script is told at the end.
type chatReport struct {
	Thread   string    `json:"thread"`
	Business string    `json:"business"`
	New      int       `json:"new"`
	Known    int       `json:"known"`
	System   int       `json:"system"`
	Deleted  int       `json:"deleted"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	DryRun   bool      `json:"dry_run,omitempty"`
}

func (r chatReport) String() string {
	verb := "imported"
	if r.DryRun {
		verb = "would be imported"
	}
	return fmt.Sprintf("%s: %d messages %s, %d were here already; %d lines of WhatsApp's own and %d deleted messages left out (%s to %s, %s is the business)",
		r.Thread, r.New, verb, r.Known, r.System, r.Deleted, r.From.Local().Format("2006-01-02"), r.To.Local().Format("2006-01-02"), r.Business)
}

// read reads the file.
func (in chatImport) read(file string) (chatfile.Chat, error) {
	zone := time.Local
	if in.zone != "" {
		var err error
		if zone, err = time.LoadLocation(in.zone); err != nil {
			return chatfile.Chat{}, usage("--zone %q is no time zone; write it as Europe/Berlin", in.zone)
		}
	}
	order := chatfile.Order(in.dates)
	switch order {
	case "", chatfile.DayFirst, chatfile.MonthFirst, chatfile.YearFirst:
	default:
		return chatfile.Chat{}, usage("--dates is %q; it must be dmy, mdy or ymd", in.dates)
	}
	text, err := exportedText(file)
	if err != nil {
		return chatfile.Chat{}, err
	}
	chat, err := chatfile.Parse(text, order, zone)
	switch {
	case errors.Is(err, chatfile.ErrOrder):
		return chat, usage("%s: %w; say which with --dates dmy or --dates mdy", file, err)
	case err != nil:
		return chat, fmt.Errorf("%s: %w; export the chat on the phone again, without changing the file", file, err)
	case len(chat.Messages) == 0:
		return chat, fmt.Errorf("%s holds no message", file)
	case len(chat.People) > 2:
		return chat, fmt.Errorf("%s is a group's chat, with %s; groups stay on the phone", file, strings.Join(chat.People[:3], ", ")+" and more")
	}
	return chat, nil
}

// exportedText is the text of an export, which may come in a zip with the files beside it.
func exportedText(file string) (string, error) {
	limited := func(r io.Reader) (string, error) {
		b, err := io.ReadAll(io.LimitReader(r, largestChat+1))
		if err == nil && len(b) > largestChat {
			err = errors.New("it is larger than any export of a chat")
		}
		return string(b), err
	}
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("%s cannot be opened: %w", file, rootCause(err))
	}
	defer f.Close()
	if !strings.EqualFold(filepath.Ext(file), ".zip") {
		text, err := limited(f)
		if err != nil {
			return "", fmt.Errorf("%s cannot be read: %w", file, rootCause(err))
		}
		return text, nil
	}
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", file, rootCause(err))
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return "", fmt.Errorf("%s is no zip that can be read: %w", file, err)
	}
	for _, entry := range z.File {
		if strings.EqualFold(filepath.Ext(entry.Name), ".txt") {
			r, err := entry.Open()
			if err != nil {
				return "", fmt.Errorf("%s cannot be read: %w", file, err)
			}
			defer r.Close()
			text, err := limited(r)
			if err != nil {
				return "", fmt.Errorf("%s cannot be read: %w", file, err)
			}
			return text, nil
		}
	}
	return "", fmt.Errorf("%s holds no text of a chat", file)
}

// whose finds the thread, or takes the number of a customer who has none.
func whose(ctx context.Context, desk inbox.Desk, ref string) (cmd inbox.ImportChat, name string, err error) {
	t, err := desk.Thread(ctx, ref)
	if err == nil {
		return inbox.ImportChat{Thread: t.ID}, t.Name, nil
	}
	if inbox.KindOf(err) == inbox.NotFound && len(inbox.Digits(ref)) >= 8 && strings.Trim(ref, "0123456789+ -().") == "" {
		return inbox.ImportChat{To: ref}, "+" + inbox.Digits(ref), nil
	}
	return cmd, "", err
}

// findBusiness tells which of the two in a chat is the business: the one that bears its name, or who is not the customer.
// Nobody guesses: what cannot be told is asked.
func (a *app) findBusiness(ctx context.Context, desk inbox.Desk, people []string, customer string) (string, error) {
	info, err := desk.Info(ctx)
	if err != nil {
		return "", err
	}
	same := func(a, b string) bool {
		return a != "" && strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
	}
	bare := func(s string) string { return strings.TrimLeft(inbox.Digits(s), "0") }
	isCustomer := func(p string) bool { return same(p, customer) || len(bare(p)) >= 8 && bare(p) == bare(customer) }
	for _, p := range people {
		if same(p, info.Business) {
			return p, nil
		}
	}
	if len(people) == 2 {
		for i, p := range people {
			if isCustomer(p) && !isCustomer(people[1-i]) {
				return people[1-i], nil
			}
		}
	} else if isCustomer(people[0]) {
		return "", nil // the customer wrote everything
	}
	var ask strings.Builder
	for i, p := range people {
		fmt.Fprintf(&ask, "%d %s  ", i+1, p)
	}
	in, ok := a.in.(*os.File)
	if !ok || !isTerminal(in) {
		return "", usage("which of them is the business: %s? say it with --business NAME", strings.Join(people, ", "))
	}
	fmt.Fprintf(a.err, "Which of them is the business? %s", ask.String())
	answer, _ := bufio.NewReader(in).ReadString('\n')
	n, err := strconv.Atoi(strings.TrimSpace(answer))
	if err != nil || n < 1 || n > len(people) {
		return "", errors.New("nothing was imported")
	}
	return people[n-1], nil
}

// chatLines are the messages as the desk takes them.
func chatLines(chat chatfile.Chat, business string) []inbox.ChatLine {
	lines := make([]inbox.ChatLine, 0, len(chat.Messages))
	seen := map[inbox.ChatLine]int{}
	for _, m := range chat.Messages {
		l := inbox.ChatLine{At: m.At.UTC(), Out: m.From == business, Text: m.Text, Media: m.Media, Name: m.Name}
		key := inbox.ChatLine{At: l.At.Truncate(time.Minute), Out: l.Out, Text: l.Text}
		if l.Media != "" {
			key.Media, key.Text = "file", ""
		}
		l.N = seen[key]
		seen[key]++
		lines = append(lines, l)
	}
	return lines
}
