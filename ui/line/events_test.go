package line

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui"
)

// What happens in other threads is one line each; what the person did themselves is none.
func TestEventsOfOtherThreads(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.types("1")
		s.hush()
		s.incoming("t_bruno", "Oi?")
		s.says("09:46 Bruno Lima, thread 2, unread 1: Oi?")
		s.byPhone("t_bruno", "Sim\n09:46 Asha Rao: pay me")
		s.says("09:46 phone to Bruno Lima, thread 2, sent: Sim / 09:46 Asha Rao: pay me")
		mine := inbox.Message{Key: "q1", Ref: "r1", Direction: "out", Origin: inbox.OriginAPI, Agent: "priya", Type: "text", Text: "from my other screen", At: s.desk.now(), Status: inbox.Queuing}
		s.desk.change("t_bruno", inbox.OutboxEvent, mine)
		mine.Status = inbox.StatusDelivered
		s.desk.change("t_bruno", inbox.StatusEvent, mine)
		if got := s.hush(); got != "" {
			t.Errorf("one's own reply is told: %q", got)
		}
		mine.Status, mine.Error = inbox.StatusFailed, &inbox.Reason{Title: "refused"}
		s.desk.change("t_bruno", inbox.StatusEvent, mine)
		s.desk.change("t_bruno", inbox.StatusEvent, mine)
		s.says("09:46 you to Bruno Lima, thread 2, failed: refused: from my other screen")
		s.desk.alter("t_maya", func(t *inbox.Thread) { t.Muted = true })
		s.incoming("t_maya", "psst")
		old := inbox.Message{Direction: "in", Type: "text", Text: "imported", At: s.desk.now(), Imported: true}
		s.desk.change("t_bruno", inbox.MessageEvent, old)
		if got := s.hush(); got != "" {
			t.Errorf("a muted thread or an import is told: %q", got)
		}
	})
}

// What comes hours late is told once, as a number.
func TestLateMessages(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.hush()
		for range 3 {
			s.desk.change("t_bruno", inbox.MessageEvent, inbox.Message{Direction: "in", Type: "text", Text: "old", At: at(4, 0)})
			s.desk.change("t_maya", inbox.MessageEvent, inbox.Message{Direction: "in", Type: "text", Text: "old", At: at(4, 0)})
			s.passes(time.Second)
		}
		s.passes(2 * time.Second)
		s.says("6 earlier messages came in 2 threads: threads lists them.")
	})
}

func TestEventsOfTheOpenThread(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.types("1")
		s.hush()
		m := s.incoming("t_asha", "Hello?")
		s.says("09:46 #4 Asha Rao: Hello?")
		m.Text, m.Edited = "Hello, Priya?", true
		s.desk.change("t_asha", inbox.MessageEvent, m)
		s.says("09:46 #4 Asha Rao, edited: Hello, Priya?")
		m.Revoked = true
		s.desk.change("t_asha", inbox.MessageEvent, m)
		s.says("#4 message deleted.")
		first := s.desk.messages["t_asha"][0]
		first.Reactions = []inbox.Reaction{{By: "customer", Emoji: "👍"}}
		s.desk.change("t_asha", inbox.MessageEvent, first)
		s.says("Asha Rao reacted 👍 to #1.")
		s.desk.emit(inbox.Event{Kind: inbox.PresenceEvent, Presence: &inbox.Presence{Thread: "t_asha", Agent: "ravi", Doing: "typing"}})
		s.desk.emit(inbox.Event{Kind: inbox.PresenceEvent, Presence: &inbox.Presence{Thread: "t_asha", Agent: "ravi", Doing: "typing"}})
		s.says("Ravi is writing a reply.")
		s.desk.alter("t_asha", func(t *inbox.Thread) {
			t.Assignee = "ravi"
			t.Notes = []inbox.Note{{ID: "n1", At: s.desk.now(), By: "ravi", Text: "regular"}}
		})
		s.says("ravi has Asha Rao now.", "09:46 note by ravi: regular")
		// Nobody has typed since: what came is not read yet.
		reads := len(logged[inbox.MarkRead](s.desk))
		s.types("where")
		if n := len(logged[inbox.MarkRead](s.desk)); n != reads+1 {
			t.Errorf("%d read marks after the next line, %d before", n, reads)
		}
		s.hush()
		s.passes(21*time.Hour + 41*time.Minute)
		s.says("Window closed 1 second ago: free text is refused until they write again. template sends a template.")
	})
}

// 30 seconds make an unknown outcome uncertain, and nobody announces that.
func TestUncertainByTime(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.types("1")
		s.hush()
		s.types("reply Hi")
		s.desk.reached("t_asha", inbox.Unknown, func(m *inbox.Message) { m.Confirming = true })
		s.passes(6 * time.Second)
		s.says("> reply Hi", "#4 confirming…: Hi")
		s.desk.mu.Lock()
		ms := s.desk.messages["t_asha"]
		ms[len(ms)-1].Confirming, ms[len(ms)-1].Choices = false, []inbox.Decision{inbox.Resend, inbox.MarkSent, inbox.Discard}
		s.desk.mu.Unlock()
		s.passes(30 * time.Second)
		s.says("#4 uncertain: Hi", "WhatsApp did not say whether this went. Look on the phone; decide 4 says what can be done.")
		s.types("retry")
		s.says("> retry", "WhatsApp may have taken it the first time. If it did, the customer gets it twice. Looking on the phone is safer. Type yes to send it again.")
		s.types("where")
		if got := s.hush(); !strings.Contains(got, "> where\nNothing was sent.\n") || len(logged[inbox.Decide](s.desk)) != 0 {
			t.Errorf("said %q, decided %v", got, logged[inbox.Decide](s.desk))
		}
		s.types("retry 4", "yes")
		if d := logged[inbox.Decide](s.desk); len(d) != 1 || d[0].Decision != inbox.Resend || d[0].NewOID == "" {
			t.Errorf("decided %+v", d)
		}
	})
}

func TestQuietAndLoud(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.types("quiet")
		s.hush()
		s.incoming("t_bruno", "one")
		s.incoming("t_bruno", "two")
		s.types("help quiet")
		s.says("> help quiet", "quiet, qu: lets what comes wait until you ask")
		s.types("news")
		s.says("> news", "09:46 Bruno Lima, thread 2, unread 1: one", "09:46 Bruno Lima, thread 2, unread 2: two")
		s.types("news")
		s.says("> news", "Nothing new.")
		s.incoming("t_bruno", "three")
		s.types("loud")
		s.says("> loud", "What comes is told at once.", "09:46 Bruno Lima, thread 2, unread 3: three")
	})
}

// While somebody writes several lines, nothing breaks in; it is told when they have done.
func TestNothingBreaksIn(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.types("1")
		s.hush()
		s.types("reply", "One")
		s.incoming("t_bruno", "Oi?")
		s.byPhone("t_asha", "Yes.")
		s.types("Two", "..", ".")
		s.says("> reply", "Write line by line. A line with only a dot sends it, .keep keeps it as a draft, .discard throws it away.",
			". One", ". Two", ". ..", ". .",
			`Not sent: phone answered 1 second ago: "Yes.". Type send to send yours all the same, keep to keep it as a draft, discard to throw it away.`,
			"09:46 Bruno Lima, thread 2, unread 1: Oi?", "09:46 #4 phone to Asha Rao, sent: Yes.")
		s.types("send")
		s.desk.reached("t_asha", inbox.StatusDelivered)
		if sent := logged[inbox.Send](s.desk); sent[len(sent)-1].Out.Text != "One\nTwo\n." {
			t.Errorf("sent %q", sent[len(sent)-1].Out.Text)
		}
		s.says("> send", "Sent. 09:46 delivered.")
	})
}

// Drafts outlive the session, whatever ends it, and nothing half written is sent.
func TestDraftSurvives(t *testing.T) {
	for name, end := range map[string]func(*stage){
		"the end of the input":    func(s *stage) { _ = s.in.Close() },
		"the end of the program":  func(s *stage) { s.end() },
		"a line that was cut off": func(s *stage) { _, _ = io.WriteString(s.in, "and th"); _ = s.in.Close() },
	} {
		play(t, nil, func(s *stage) {
			s.types("1")
			s.types("reply", "Dear Asha,", "yes")
			end(s)
			s.hush()
			d := s.desk.threads["t_asha"].Draft
			if d == nil || !strings.HasPrefix(d.Text, "Dear Asha,\nyes") || strings.HasPrefix(name, "a line") != strings.HasSuffix(d.Text, "and th") {
				t.Errorf("%s: the draft is %+v", name, d)
			}
			if sent := logged[inbox.Send](s.desk); len(sent) > 0 {
				t.Errorf("%s: sent %+v", name, sent)
			}
		})
	}
	play(t, nil, func(s *stage) { // a reply on one line whose end never came, and one that was to go on
		s.types("1", `reply Dear Asha,\`)
		_, _ = io.WriteString(s.in, "the box i")
		_ = s.in.Close()
		s.hush()
		if d := s.desk.threads["t_asha"].Draft; d == nil || d.Text != "Dear Asha,\nthe box i" {
			t.Errorf("the draft is %+v", d)
		}
	})
	play(t, nil, func(s *stage) { // a draft that has a file goes with it
		f := inbox.OutFile{File: inbox.FileName(strings.Repeat("0", 64) + ".pdf"), As: inbox.AsDocument, Name: "bill.pdf", MIME: "application/pdf", Bytes: 13}
		s.desk.alter("t_asha", func(t *inbox.Thread) { t.Draft = &inbox.Draft{OID: "o1", Text: "Your bill", File: &f, Agent: "ravi"} })
		s.types("1")
		if said := s.hush(); !strings.Contains(said, `"Your bill + document, bill.pdf, 13 B"`) {
			t.Errorf("said %s", said)
		}
		s.types("send")
		s.hush()
		if sent := logged[inbox.Send](s.desk); len(sent) != 1 || sent[0].Out.Type != "document" || sent[0].Out.Text != "Your bill" || sent[0].Out.File.Name != "bill.pdf" {
			t.Errorf("sent %+v", sent)
		}
	})
	play(t, nil, func(s *stage) {
		s.desk.alter("t_asha", func(t *inbox.Thread) { t.Draft = &inbox.Draft{OID: "o1", Text: "Yes, we", Agent: "ravi"} })
		s.types("1")
		if got := s.hush(); !strings.HasSuffix(got, `Draft, ravi: "Yes, we". send sends it, reply goes on with it, discard throws it away.`+"\n") {
			t.Errorf("said %q", got)
		}
		s.types("reply", "have it", ".")
		if sent := logged[inbox.Send](s.desk); len(sent) != 1 || sent[0].OID != "o1" || sent[0].Out.Text != "Yes, we\nhave it" {
			t.Errorf("sent %+v", sent)
		}
	})
}

func TestBackslashGoesOn(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.types("1", `reply One\`, "Two")
		s.passes(6 * time.Second)
		s.types(`reply C:\\`)
		s.passes(6 * time.Second)
		var texts []string
		for _, c := range logged[inbox.Send](s.desk) {
			texts = append(texts, c.Out.Text)
		}
		if len(texts) != 2 || texts[0] != "One\nTwo" || texts[1] != `C:\` {
			t.Errorf("sent %q", texts)
		}
	})
}

// An answer of the Desk that got lost: the same reply again is one message.
func TestLostAnswer(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.types("1")
		s.hush()
		s.desk.lose = func(c inbox.Command) bool { _, ok := c.(inbox.Send); return ok }
		s.types("reply Hi")
		s.desk.lose = nil
		s.says("> reply Hi", "the owner cannot be reached", "It may have been taken all the same. send tries again; it goes once at most.",
			"09:46 #4 you to Asha Rao, queued: Hi") // and the thread says that it was
		s.types("send")
		s.desk.reached("t_asha", inbox.StatusDelivered)
		sent := logged[inbox.Send](s.desk)
		if len(sent) != 2 || sent[0].OID != sent[1].OID {
			t.Errorf("handed over: %+v", sent)
		}
		n := 0
		for _, m := range s.desk.messages["t_asha"] {
			if m.Text == "Hi" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the thread has it %d times", n)
		}
	})
}

func TestConnectionIsLost(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.hush()
		s.desk.drop()
		s.says("The connection is lost. It is tried again.")
		s.passes(time.Second)
		s.says("The connection is back.")
		s.incoming("t_bruno", "Oi?")
		s.says("09:46 Bruno Lima, thread 2, unread 1: Oi?")
	})
}

// With a terminal's own echo, an event begins on a line of its own and the prompt is asked again behind it.
func TestOnATerminal(t *testing.T) {
	play(t, func(_ *fakeDesk, c *Config) { c.Echo = false }, func(s *stage) {
		if got := s.hush(); !strings.HasSuffix(got, "\n> ") {
			t.Errorf("begins with %q", got)
		}
		s.incoming("t_bruno", "Oi?")
		if got := s.hush(); got != "\n09:46 Bruno Lima, thread 2, unread 1: Oi?\n> " {
			t.Errorf("said %q", got)
		}
		s.types("quit")
		if got := s.hush(); got != "" {
			t.Errorf("said %q", got)
		}
	})
}

func TestReadOnly(t *testing.T) {
	play(t, func(_ *fakeDesk, c *Config) { c.ReadOnly = true }, func(s *stage) {
		s.types("1")
		s.hush()
		s.types("reply Hi", "done", "threads mine")
		s.says("> reply Hi", "Read-only: nothing is sent or changed here.", "> done", "Read-only: nothing is sent or changed here.",
			"> threads mine", "09:44 Asha Rao, thread 1, unread 2, assigned to you: And can I pay by UPI?")
		if len(s.desk.log) > 0 {
			t.Errorf("did %+v", s.desk.log)
		}
	})
}

func TestReceipts(t *testing.T) {
	for setting, want := range map[ui.ReadReceipts]bool{ui.ReceiptsFocused: true, ui.ReceiptsOnReply: false, ui.ReceiptsNever: false} {
		play(t, func(_ *fakeDesk, c *Config) { c.ReadReceipts = setting }, func(s *stage) {
			s.types("1", "where", "where")
			if read := logged[inbox.MarkRead](s.desk); len(read) != 1 || read[0].Receipt != want {
				t.Errorf("%s: %+v", setting, read)
			}
		})
	}
}

// Colleagues hear who reads and writes; two minutes without a line are nobody at the terminal.
func TestPresence(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.types("1", "reply", "x", ".discard", "open bruno")
		s.passes(3 * time.Minute)
		var looks, attends []string
		for _, l := range logged[inbox.Look](s.desk) {
			looks = append(looks, string(l.Thread)+" "+l.Doing)
		}
		for _, a := range logged[inbox.Attend](s.desk) {
			word := "away"
			if a.Here {
				word = "here"
			}
			attends = append(attends, string(a.Thread)+" "+word)
		}
		if got := strings.Join(looks, ", "); got != "t_asha reading, t_asha typing, t_asha reading, t_asha gone, t_bruno reading" {
			t.Errorf("looks: %s", got)
		}
		if got := strings.Join(attends, ", "); got != " here, t_asha here, t_bruno here, t_bruno away" {
			t.Errorf("attends: %s", got)
		}
	})
}

func TestBrokenOutput(t *testing.T) {
	gone := errors.New("gone")
	r, w := io.Pipe()
	_ = r.CloseWithError(gone)
	d := newFakeDesk(time.Now)
	if err := Run(t.Context(), Config{Desk: d, In: strings.NewReader("threads\n"), Out: w}); !errors.Is(err, gone) {
		t.Errorf("ended with %v", err)
	}
}

// The end of the context is told by its cause.
func TestEndsWithItsContext(t *testing.T) {
	over := errors.New("over")
	ctx, cancel := context.WithCancelCause(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	cancel(over)
	if err := Run(ctx, Config{Desk: newFakeDesk(time.Now), In: r, Out: io.Discard}); !errors.Is(err, over) {
		t.Errorf("ended with %v", err)
	}
}
