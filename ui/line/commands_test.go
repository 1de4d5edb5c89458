package line

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui"
)

// Every command has a help of its own in every language, no word means two, and the texts name only words that there are.
func TestCommandTable(t *testing.T) {
	words := map[string]string{}
	for _, c := range commands {
		for _, w := range []string{c.name, c.short} {
			if words[w] != "" {
				t.Errorf("%q is both %s and %s", w, words[w], c.name)
			}
			words[w] = c.name
		}
		for _, l := range ui.Languages() {
			if ui.NewSpeech(l, time.UTC, false).LineHelp[c.name] == "" {
				t.Errorf("%s: %s has no help", l, c.name)
			}
		}
	}
	help := ui.NewSpeech("en", time.UTC, false).LineHelp
	for _, name := range slices.Sorted(maps.Keys(help)) {
		if words[name] != name {
			t.Errorf("help explains %q, which is no command", name)
		}
	}
	for w, c := range also {
		if words[w] != "" && w != "?" || words[c] == "" {
			t.Errorf("%q stands for %q", w, c)
		}
	}
}

// heard is what a journey says to lines typed one after the other, with the first screenful left out.
func heard(t *testing.T, set func(*fakeDesk, *Config), before []string, lines ...string) (text string, desk *fakeDesk) {
	t.Helper()
	play(t, set, func(s *stage) {
		s.types(before...)
		s.hush()
		s.types(lines...)
		text, desk = s.hush(), s.desk
	})
	return text, desk
}

// onPhone is a message that is on the phone only.
func onPhone() inbox.TrayItem {
	return inbox.TrayItem{Name: "Asha Rao", Message: inbox.Message{Thread: "t_asha", Key: "kpoll", Type: "unsupported", At: at(9, 40),
		Text: "[unsupported: poll creation; see the phone]", PhoneOnly: &inbox.PhoneOnly{Lack: inbox.LackType, Tray: true}}}
}

// TestLookedAtInLines: what the tray lists is ticked off by its number there.
func TestLookedAtInLines(t *testing.T) {
	got, desk := heard(t, func(d *fakeDesk, _ *Config) { d.trayed = []inbox.TrayItem{onPhone()} }, []string{"tray"}, "looked 1")
	if !strings.Contains(got, "Looked at on the phone: Asha Rao.") {
		t.Errorf("it says\n%s", got)
	}
	if !slices.Contains(desk.log, inbox.Command(inbox.LookOnPhone{Thread: "t_asha", Key: "kpoll"})) {
		t.Errorf("the Desk was asked for %+v", desk.log)
	}
}

// Every command of the table, with what it says and what it asks the Desk for.
func TestEveryCommand(t *testing.T) {
	dir := t.TempDir()
	file, bill := filepath.Join(dir, "copy.pdf"), filepath.Join(dir, "bill.pdf")
	if err := os.WriteFile(bill, []byte("%PDF-1.7 bill"), 0o600); err != nil {
		t.Fatal(err)
	}
	set := func(d *fakeDesk, _ *Config) {
		d.templates = templates()
		d.saved = []inbox.SavedReply{{Name: "hours", Text: "Hi {{first_name}}, we open at {{time}}."}}
		d.steps = []inbox.Step{{At: at(9, 40), What: "queued"}, {At: at(9, 41), What: "sent", Note: "0.8 s"}}
		d.away = inbox.Away{Seq: 900, Since: at(6, 0), Messages: 3, Threads: 2, Answers: []inbox.Answers{{By: "phone", Messages: 2, Threads: 1}},
			Down: []inbox.Down{{From: at(7, 0), To: at(8, 0), Why: inbox.WasStopped}}, Waiting: []inbox.Thread{*d.threads["t_asha"]}, WaitingAll: 1}
		d.alter("t_bruno", func(t *inbox.Thread) {
			t.Notes = []inbox.Note{{ID: "n0", At: at(9, 0), By: "ravi", Text: "pays late"}}
			t.Names, t.Fields = inbox.Names{Profile: "Bru 🌵"}, map[string]string{"order": "4431", "table_no": "7"}
		})
		d.trayed = []inbox.TrayItem{onPhone()}
		m := inbox.Message{Key: "kfile", Direction: "in", Origin: inbox.OriginCustomer, Type: "document", At: at(9, 42),
			Media: &inbox.MediaView{MIME: "application/pdf", Name: "boleto.pdf", Bytes: 4000, State: inbox.MediaKept, Path: "/store/boleto.pdf"}}
		d.put("t_bruno", m)
		d.files["kfile"] = "a file"
		d.derive("t_bruno")
	}
	open := []string{"open bruno"}
	covered := map[string]bool{}
	for _, c := range []struct {
		line string
		want string // the end of what is said; %s is a file
		did  string // the command to the Desk, as its kind and a part of it
	}{
		{"threads", "> threads\n09:44 Asha Rao, thread 1, unread 2, assigned to you: And can I pay by UPI?\n09:42 Bruno Lima, thread 2: [document boleto.pdf 4 KB]\n19 Aug 06:46 Maya Lindqvist, thread 3, window closed: Is my scarf there?\n", ""},
		{"threads every maya", "> threads every maya\n19 Aug 06:46 Maya Lindqvist, thread 3, window closed: Is my scarf there?\n", ""},
		{"waiting", "> waiting\n09:44 Asha Rao, thread 1, unread 2, waits 2 minutes, assigned to you: And can I pay by UPI?\n", ""},
		{"stuck", "> stuck\nNothing is stuck: no message of yours failed, is uncertain or held.\n", ""},
		{"open +46 70 000 003", "> open +46 70 000 003\nThread 3, Maya Lindqvist. Window closed 3 hours ago", ""},
		{"next", "> next\nThread 1, Asha Rao. Window open, closes in 21 hours 40 minutes. Assigned to you.\n", ""},
		{"read", "> read\nThread 2, Bruno Lima. Window open, closes in 21 hours 40 minutes. Assigned to nobody.\n09:41 #1 Bruno Lima: O boleto chegou?\n09:42 #2 Bruno Lima: [document boleto.pdf 4 KB]\n", ""},
		{"more", "> more\nThere is no more.\n", ""},
		{"earlier", "> earlier\nThat is the beginning of this thread.\n", ""},
		{"search UPI", "> search UPI\n09:44 hit 1, Asha Rao, thread 1: And can I pay by UPI?\n", ""},
		{"/UPI", "> /UPI\n09:44 hit 1, Asha Rao, thread 1: And can I pay by UPI?\n", ""},
		{"find boleto", "> find boleto\n09:41 hit 1, Bruno Lima, thread 2: O boleto chegou?\n", ""},
		{"hit 1", "> hit 1\nSay which hit by its number; search finds some.\n", ""},
		{"away", "> away\nsince 06:00, 3 hours 46 minutes\n3 messages came in 2 threads.\nThe phone answered 2 times in 1 thread.\n07:00 to 08:00: nothing could arrive here, for frontdesk did not run. WhatsApp repeats for up to 7 days what it could not deliver: more of it may still come.\n1 customer waits for an answer:\n09:44 Asha Rao, thread 1, unread 2, waits 2 minutes, assigned to you: And can I pay by UPI?\n", "see-all 900"},
		{"where", "> where\nThread 2, Bruno Lima. Window open, closes in 21 hours 40 minutes. Assigned to nobody.\n", ""},

		{"reply Chegou", "> reply Chegou\n", "send Chegou"},
		{"quote 1 Chegou", "> quote 1 Chegou\n", "send wamid.k"},
		{"quote 9 Chegou", "> quote 9 Chegou\nNo message that was read here has the number 9.\n", ""},
		{"later 14:30 See you", "> later 14:30 See you\nIt leaves 14:30, also when nobody is here. cancel calls it back.\n", "send 2026-08-20 14:30"},
		{"later tomorrow 9:00 See you", "> later tomorrow 9:00 See you\nthe 24 hours will be over at that time; choose an earlier time\nKept as a draft. send sends it, reply goes on with it, discard throws it away.\n", "draft See you"},
		{"later See you", "> later See you\nSee is no time to come: write 30m, 2h, 3d, 14:00, tomorrow or mon.\n", ""},
		{"saved", "> saved\n1 hours: Hi {{first_name}}, we open at {{time}}.\n", ""},
		{"saved hours", "> saved hours\nHi Bruno, we open at {{time}}.\ntime? A line with only a dot stops.\n", ""},
		{"save thanks Thank you!", "> save thanks Thank you!\nSaved as thanks: saved thanks brings it back.\n", "save-reply Thank you!"},
		{"template nothing", "> template nothing\nNo template matches.\n", ""},
		{"react 1 thumbsup", "> react 1 thumbsup\nReacted 👍 to #1.\n", "send 👍"},
		{"react last 🙏", "> react last 🙏\nReacted 🙏 to #2.\n", "send 🙏"},
		{"react 1 none", "> react 1 none\nThe reaction is taken back.\n", "send reaction"},
		{"attach " + bill, "> attach " + bill + "\ndocument, bill.pdf, 13 B. send sends it, send and a text puts that beside it, as and a kind sends it as that, discard lets it go.\n", ""},
		{"attach", "> attach\nSay the path of the file, as ~/Downloads/bill.pdf.\n", ""},
		{"attach /nowhere/x.pdf", "the file cannot be opened: /nowhere/x.pdf: no such file or directory; check its name\n", ""},
		{"location 52.52,13.4,Workshop,12 Mill Street, Berlin", "", "send Type:location"},
		{"location Workshop", "> location Workshop\na place needs a latitude from -90 to 90 and a longitude from -180 to 180\n", ""},
		{"buttons Which day? | Today | Tomorrow", "", "send Type:interactive Text:Which day?"},
		{"buttons Which day?", "> buttons Which day?\na | stands before each button; for example: Which day? | Today | Tomorrow\n", ""},
		{"choices About what? | Choose | # Orders | Change: size or colour", "", "send Type:interactive Text:About what?"},
		{"choices About what? | Choose", "> choices About what? | Choose\na | stands before what opens the list, and before each row; for example: What is it about? | Choose | My order: change it | A repair\n", ""},
		{"card Jonas Feld, +1 555 010 1020", "", "send Type:contacts"},
		{"card Jonas", "> card Jonas\na contact card needs a name, and a number, an e-mail or a web address\n", ""},
		{"send", "> send\nThere is no draft here.\n", ""},
		{"discard", "> discard\nThere is no draft here.\n", ""},

		{"detail 1", "> detail 1\n09:41 #1 Bruno Lima: O boleto chegou?\n09:40 queued\n09:41 sent: 0.8 s\nid: wamid.k", ""},
		{"raw 1", "> raw 1\n09:41 webhook: {\"a\":\"\\u001b[2J\"}\n", ""},
		{"decide 1", "> decide 1\nNothing to decide about this message.\n", ""},
		{"retry", "> retry\nNothing to decide about this message.\n", ""},
		{"cancel", "> cancel\nThis cannot be cancelled: it has left, or never waited.\n", ""},
		{"file 2", "> file 2\nThe file is /store/boleto.pdf. file 2 and a path copies it there.\n", ""},
		{"file 2 " + file, "Written to " + file + ".\n", ""},
		{"file 2 " + file, file + " was not written: file exists.\n", ""},
		{"file 1", "> file 1\nThis message has no file.\n", ""},

		{"take", "> take\nYou have Bruno Lima now.\n", "assign priya"},
		{"give", "> give\nNobody has Bruno Lima now.\n", "assign t_bruno"},
		{"assign ravi", "> assign ravi\nravi has Bruno Lima now.\n", "assign ravi"},
		{"done", "> done\nDone. reopen opens it again.\n", "state done"},
		{"reopen", "> reopen\nOpen again.\n", "state open"},
		{"snooze 2h", "> snooze 2h\nSnoozed until 11:46.\n", "state 2026-08-20 11:46"},
		{"snooze end", "> snooze end\nOpen again.\n", "state open"},
		{"snooze soon", "> snooze soon\nsoon is no time to come: write 30m, 2h, 3d, 14:00, tomorrow or mon.\n", ""},
		{"unread", "> unread\nMarked unread.\n", "unread t_bruno"},
		{"mute", "> mute\nBruno Lima is muted: no alerts.\n", "mute t_bruno"},
		{"unmute", "> unmute\nBruno Lima is no longer muted.\n", "mute true"},
		{"label new order", "> label new order\nBruno Lima: labelled new order.\n", "label new order"},
		{"unlabel new order", "> unlabel new order\nBruno Lima: no longer labelled new order.\n", "label true"},
		{"note", "> note\n09:00 note by ravi: pays late\n", ""},
		{"note pays by Pix", "> note pays by Pix\nNote kept.\n", "note pays by Pix"},
		{"contact", "profile: Bru 🌵\norder: 4431\ntable no: 7\n", ""},
		{"field order=4500", "> field order=4500\nKept.\n", "contacts map[order:4500]"},
		{"field order", "> field order\nWrite it as NAME=VALUE; an empty value takes the field away.\n", ""},
		{"field phone=1", "> field phone=1\nphone can be no field: letters and digits, and a word that is not taken.\n", ""},
		{"join Maya Lindqvist", "> join Maya Lindqvist\nBruno Lima and Maya Lindqvist are one thread.\n", "join {Thread:t_bruno With:t_maya}"},
		{"join nobody", "nobody", ""},
		{"separate", "> separate\nThey are two threads again.\n", "separate t_bruno"},
		{"other", "> other\nNo other number is known of this customer.\n", ""},
		{"rename Bruno L", "> rename Bruno L\nCalled Bruno L from now on.\n", "rename Bruno L"},

		{"quiet", "> quiet\nQuiet: what comes waits until news or loud.\n", ""},
		{"loud", "> loud\nWhat comes is told at once.\n", ""},
		{"tray", "1. 09:40 Asha Rao: a type that is not handed on: poll creation\nlooked and a number ticks one off.\n", ""},
		{"looked 9", "No such number in the tray; the command tray lists it.\n", ""},
		{"phone", "What stays on the phone, and never comes here:\nGroup chats", ""},
		{"phone opened", "Noted: the days count from now.\n", "see-phone"},
		{"news", "> news\nNothing new.\n", ""},
		{"help later", "> help later\nlater TIME TEXT, la: sends the text at a time: 14:30, 2h, tomorrow 9:00\n", ""},
		{"help", "Other: quiet, loud, news, help, quit.\nhelp and a command explains it, help all explains all. A number opens that thread. A line that ends in a backslash goes on in the next.\n", ""},
		{"quit", "> quit\n", ""},
	} {
		word, _ := firstWord(strings.TrimPrefix(c.line, "/"))
		if n := named(word); n != nil {
			covered[n.name] = true
		}
		got, desk := heard(t, set, open, c.line)
		if !strings.Contains(got, c.want) {
			t.Errorf("%s says\n%s\nwant\n%s", c.line, got, c.want)
		}
		kind, part, _ := strings.Cut(c.did, " ")
		found := c.did == ""
		for _, x := range desk.log {
			found = found || x.Kind() == kind && strings.Contains(fmt.Sprintf("%+v", x), part)
		}
		if !found {
			t.Errorf("%s: the desk was asked for %+v, want %s", c.line, desk.log, c.did)
		}
	}
	for _, c := range commands {
		if !covered[c.name] {
			t.Errorf("no line tries %s", c.name)
		}
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "a file" {
		t.Errorf("the copy is %q, %v", b, err)
	}
}

func TestUnknownWords(t *testing.T) {
	for line, want := range map[string]string{
		"repyl hello": `"repyl" is no command. The nearest is reply.`,
		"thraeds":     `"thraeds" is no command. The nearest is threads.`,
		"templ":       `"templ" is no command. The nearest is template.`,
		"Hello Asha!": `"Hello" is no command, and nothing was sent. reply and a text answers Asha Rao; help lists the commands.`,
		"99":          "No thread has the number 99. threads lists them.",
		"\x1b[A":      `"` + "\ufffd" + `[A" is no command, and nothing was sent. reply and a text answers Asha Rao; help lists the commands.`,
	} {
		got, desk := heard(t, nil, []string{"1"}, line)
		if _, answer, _ := strings.Cut(got, "\n"); answer != want+"\n" {
			t.Errorf("%q says %q, want %q", line, answer, want)
		}
		if len(logged[inbox.Send](desk)) > 0 {
			t.Errorf("%q sent something", line)
		}
	}
	if got, _ := heard(t, nil, nil, "Hello", "reply Hi", ""); got != "> Hello\n\"Hello\" is no command. help lists them.\n> reply Hi\nNo thread is open. Type its number first; threads lists them.\n> \n" {
		t.Errorf("said %q", got)
	}
}

// Long threads and lists are read in parts, and numbers go on meaning the same message.
func TestReadingOn(t *testing.T) {
	set := func(d *fakeDesk, _ *Config) {
		for i := range 30 {
			d.put("t_bruno", inbox.Message{Key: fmt.Sprintf("b%d", i), Direction: "in", Type: "text", Text: fmt.Sprintf("msg %d", i), At: at(9, 42).Add(time.Duration(i) * time.Second)})
		}
		d.derive("t_bruno")
		for i := range 12 {
			d.add(inbox.Thread{ID: inbox.ThreadID(fmt.Sprintf("t_%d", i)), Name: fmt.Sprintf("Customer %d", i), State: inbox.Open, Window: inbox.Window{ExpiresAt: at(23, 0)}})
		}
	}
	play(t, set, func(s *stage) {
		s.types("threads customer")
		if got := s.hush(); !strings.HasSuffix(got, "Customer 9, thread 11\nThere is more: more reads on.\n") {
			t.Errorf("said %q", got)
		}
		s.types("more")
		s.says("> more", "Customer 10, thread 12", "Customer 11, thread 13")
		s.types("open bruno")
		if got := s.hush(); !strings.Contains(got, "There are earlier messages: earlier reads them.\n09:42 #1 Bruno Lima: msg 20\n") {
			t.Errorf("said %q", got)
		}
		s.types("earlier")
		if got := s.hush(); !strings.HasPrefix(got, "> earlier\n09:42 #11 Bruno Lima: msg 10\n") || !strings.HasSuffix(got, "#20 Bruno Lima: msg 19\nThere are earlier messages: earlier reads them.\n") {
			t.Errorf("said %q", got)
		}
		s.types("search msg 3", "hit 1")
		if got := s.hush(); !strings.Contains(got, "There is more: more reads on.\n") || !strings.HasSuffix(got, "is what was found.\n") {
			t.Errorf("said %q", got)
		}
		s.types("more")
		if got := s.hush(); !strings.Contains(got, "#12 Bruno Lima: msg 11\n") { // as before
			t.Errorf("said %q", got)
		}
		s.types("read 12", "search msg", "more")
		if got := s.hush(); !strings.HasPrefix(got, "> read 12\n09:42 #12 Bruno Lima: msg 11\n") || !strings.Contains(got, "hit 20, ") {
			t.Errorf("said %q", got)
		}
	})
}

// A number that nobody has written from begins with a template.
func TestNewNumber(t *testing.T) {
	play(t, func(d *fakeDesk, _ *Config) { d.templates = templates() }, func(s *stage) {
		s.hush()
		s.types("open +44 7700 900123")
		s.says("> open +44 7700 900123", "Nobody has written from +447700900123. Only a template can begin: template lists them.")
		s.types("template lost_item", "Ann", "hat", "send")
		if got := s.hush(); !strings.Contains(got, "This goes to +447700900123, exactly so:\n  Hello Ann, we found your hat.\n") || !strings.Contains(got, "Template lost_item is on its way.\nThread ") {
			t.Errorf("said %q", got)
		}
		if sent := logged[inbox.Send](s.desk); len(sent) != 1 || sent[0].To != "+447700900123" || sent[0].Thread != "" {
			t.Errorf("sent %+v", sent)
		}
	})
}

// A saved reply is filled in, shown, and goes only on the word; what counts as its use goes with it.
func TestSavedReply(t *testing.T) {
	set := func(d *fakeDesk, _ *Config) {
		d.saved = []inbox.SavedReply{{Name: "hours", Text: "Hi {{first_name}}, we open at {{time}}."}}
	}
	play(t, set, func(s *stage) {
		s.types("1")
		s.hush()
		s.types("saved 1", "9")
		s.says("> saved 1", "Hi Asha, we open at {{time}}.", "time? A line with only a dot stops.", ". 9",
			"This goes to Asha Rao, exactly so:", "  Hi Asha, we open at 9.",
			"Type send to send it, keep to keep it as a draft, discard to throw it away.")
		if len(logged[inbox.Send](s.desk)) > 0 {
			t.Fatal("sent without the word")
		}
		s.types("send")
		if sent := logged[inbox.Send](s.desk); len(sent) != 1 || sent[0].Saved.Name != "hours" || sent[0].Out.Text != "Hi Asha, we open at 9." {
			t.Errorf("sent %+v", sent)
		}
		s.passes(10 * time.Second)
		s.types("reply Hi {{name}}")
		if got := s.hush(); !strings.Contains(got, "{{name}} is not filled in: write what belongs there.\nKept as a draft.") {
			t.Errorf("said %q", got)
		}
	})
}

// A reply can be taken back for as long as it is held, and one for later until it leaves.
func TestPauseAndCancel(t *testing.T) {
	play(t, func(_ *fakeDesk, c *Config) { c.Pause = 5 * time.Second }, func(s *stage) {
		s.types("1")
		s.hush()
		s.types("reply Hi")
		s.says("> reply Hi", "It leaves in 5 seconds. cancel calls it back.")
		s.types("cancel")
		s.says("> cancel", "Cancelled.")
		if d := logged[inbox.Decide](s.desk); len(d) != 1 || d[0].Decision != inbox.Cancel {
			t.Errorf("decided %+v", d)
		}
		if sent := logged[inbox.Send](s.desk); sent[0].Pause != 5*time.Second {
			t.Errorf("sent %+v", sent)
		}
	})
}

// Whatever strangers write stays text of one line, and none of it can pass for a line of ours.
func TestHostileTextStaysText(t *testing.T) {
	evil := "\x1b]0;title\x07\x1b[2J\u009b31m\u202eabc\n> reply pay\r\n09:47 #9 you to X, read: ok\tz" + strings.Repeat("\u0301", 10000) + "\u2028end\u0000"
	set := func(d *fakeDesk, _ *Config) {
		d.add(inbox.Thread{ID: "t_evil", Name: inbox.Clean("Eve\x1b[2J\nBob"), State: inbox.Open, Window: inbox.Window{ExpiresAt: at(23, 0)}, Labels: []string{evil}},
			inbox.Message{Direction: "in", Type: "text", Text: inbox.Clean(evil), At: at(9, 0), Unread: true,
				Quote: &inbox.Quote{Key: "k", Text: evil, From: evil}, Reactions: []inbox.Reaction{{By: "customer", Emoji: evil}}})
		d.templates = []inbox.Template{{Name: "evil", Language: evil, Status: "APPROVED", Components: []inbox.TemplateComponent{{Type: "BODY", Text: evil}}}}
		d.saved = []inbox.SavedReply{{Name: evil, Text: evil}}
		d.info.Notices = []inbox.Notice{{Text: evil, Next: evil}}
		d.info.Business = evil
	}
	play(t, set, func(s *stage) {
		s.types("open eve", "detail 1", "raw 1", "search abc", "template", "template evil", ".", "saved", "where", "note "+strings.ReplaceAll(evil, "\n", " "), evil[:20], "label "+"\x1b[2J")
		s.incoming("t_evil", evil)
		s.byPhone("t_bruno", evil)
		all := s.hush()
		for _, bad := range []string{"\x1b", "\x07", "\u009b", "\u202e", "\u2028", "\r", "\t", "\x00"} {
			if strings.Contains(all, bad) {
				t.Errorf("%q left", bad)
			}
		}
		for l := range strings.SplitSeq(all, "\n") {
			if strings.HasPrefix(l, "> reply pay") || strings.HasPrefix(l, "09:47 #9") || strings.HasPrefix(l, "Bob") {
				t.Errorf("what a stranger wrote passes for a line of ours: %q", l)
			}
		}
		if n := strings.Count(all, "\u0301"); n > 8*60 {
			t.Errorf("%d combining marks left", n)
		}
	})
}

// No text of a language lacks a value, and Arabic has its own comma.
func TestLanguages(t *testing.T) {
	open := regexp.MustCompile(`\{[a-z]+\}`)
	for _, l := range ui.Languages() {
		var all string
		play(t, func(d *fakeDesk, c *Config) { c.Language = l; d.templates = templates() }, func(s *stage) {
			s.types("1", "help", "help all", "reply", "x", ".keep", "send")
			s.passes(10 * time.Second)
			s.byPhone("t_asha", "x")
			s.types("reply y", "keep", "discard", "template lost_item", "", "x", "keep", "quiet", "news", "loud", "bogus", "open 99", "react 1 none", "later 1h x", "cancel", "search zzz", "earlier", "away", "unread", "done", "threads")
			all = s.hush()
		})
		for _, m := range open.FindAllString(all, -1) {
			t.Errorf("%s: %s is not filled in", l, m)
		}
		want := map[string]string{"en": "closes in 21 hours 40 minutes", "pt-BR": "fecha em 21 horas 40 minutos", "es": "se cierra en 21 horas 40 minutos",
			"id": "tutup dalam 21 jam 40 menit", "hi": "21 घंटे 40 मिनट में बंद होगी", "ar": "تُغلق خلال 21 ساعة 40 دقيقة"}[l]
		if !strings.Contains(all, want) {
			t.Errorf("%s does not say %q:\n%s", l, want, all)
		}
	}
}

// TestAttachInLines sends a file by the words that follow its path.
func TestAttachInLines(t *testing.T) {
	bill := filepath.Join(t.TempDir(), "the bill.pdf")
	if err := os.WriteFile(bill, []byte("%PDF-1.7 bill"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		lines []string
		want  string // what goes: the kind, the name and the text
		says  string
	}{
		{[]string{"attach " + bill, "send"}, "document the bill.pdf ", ""},
		{[]string{"attach '" + bill + "'", "send Here it is"}, "document the bill.pdf Here it is", ""},
		{[]string{"attach " + bill, "as tune", "as document", "reply Here"}, "document the bill.pdf Here", "Say as what: image, video, document, voice, audio, sticker."},
		{[]string{"attach " + bill, "as image", "send"}, "", "cannot be sent as image; send it as document"},
		{[]string{"attach " + bill, "discard", "send"}, "", "Nothing was sent."},
		{[]string{"attach " + bill, "where", "send"}, "", "Nothing was sent."},
	} {
		got, desk := heard(t, func(*fakeDesk, *Config) {}, []string{"open bruno"}, c.lines...)
		sent := ""
		for _, x := range desk.log {
			if s, ok := x.(inbox.Send); ok && s.Out.File != nil {
				sent += s.Out.Type + " " + s.Out.File.Name + " " + s.Out.Text
			}
		}
		if sent != c.want || !strings.Contains(got, c.says) {
			t.Errorf("%q sends %q, want %q, and says\n%s", c.lines[1:], sent, c.want, got)
		}
	}
}
