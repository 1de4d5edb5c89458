// Package line is the inbox line by line, for screen readers, terminals that cannot draw, and logs: everything that can be
// said in words, on an inbox.Desk. It reads commands from lines that the terminal's own line editing makes, and answers
// each event with one line that begins with when and who. Nothing is ever redrawn: what leaves is text and newlines.
//
// A line that somebody else wrote can never pass for one of the program's own: their newlines become " / ", and whoever
// wrote it is named before it.
package line

import (
	"context"
	"io"
	"slices"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui"
)

// Config is what line mode needs. Desk, In and Out are required; the rest has defaults.
type Config struct {
	Desk inbox.Desk
	In   io.Reader // ends line mode when it ends
	Out  io.Writer
	// Echo writes every line that is read behind the prompt. Where In is a terminal, the terminal has done so already.
	Echo bool

	Clock    inbox.Clock    // default time.Now
	Zone     *time.Location // default time.Local
	Language string         // one of [ui.Languages], or a locale; default English
	ASCII    bool           // signs of the program's own texts in ASCII

	ReadOnly bool // send and change nothing

	ReadReceipts ui.ReadReceipts // default ui.ReceiptsFocused
	// Pause is how long a reply can be taken back before it leaves (ui.hold_seconds); zero: not at all.
	Pause time.Duration
	// NewID makes ids of commands and replies; default inbox.NewID.
	NewID func() string
}

// Run speaks until the person quits, In ends, or ctx does. It returns the context's cause when ctx ended first, the
// error when Out cannot be written, else nil. What was being written is kept as a draft in every case. The goroutine that
// reads In ends with In: to end it with ctx, let In be a reader that ends then.
func Run(ctx context.Context, cfg Config) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Zone == nil {
		cfg.Zone = time.Local
	}
	if cfg.ReadReceipts == "" {
		cfg.ReadReceipts = ui.ReceiptsFocused
	}
	if cfg.NewID == nil {
		cfg.NewID = inbox.NewID
	}
	s := &session{
		cfg: cfg, ctx: ctx, desk: cfg.Desk, w: ui.NewSpeech(cfg.Language, cfg.Zone, cfg.ASCII),
		out: output{to: cfg.Out, echo: cfg.Echo}, heard: map[inbox.ThreadID]*said{}, stuck: map[string]inbox.Status{}, ours: map[inbox.OID]bool{}, late: map[inbox.ThreadID]int{},
	}
	return s.run(readLines(ctx, cfg.In))
}

// session is one person at one terminal. All of it belongs to the goroutine of run.
type session struct {
	cfg  Config
	ctx  context.Context
	desk inbox.Desk
	w    *ui.Speech
	out  output

	info  inbox.Info
	link  link
	names numbers // of threads
	talk  *talk   // the open thread; nil: none
	heard map[inbox.ThreadID]*said
	to    string // a number that nobody has written from, to begin with by a template

	asking  asking                  // takes the next lines; nil: they are commands
	offered offered                 // answers to what was said last
	await   *awaited                // a reply whose way is waited for before the next line is read
	half    string                  // a line that ended in a backslash
	more    func()                  // goes on with what was listed last
	trayed  []inbox.TrayItem        // the tray as it was listed last
	hits    []inbox.Match           // what was found last
	picks   []inbox.Template        // what was listed last
	quiet   bool                    // events wait until they are asked for
	waiting []func()                // events that wait until nobody is writing, as what says them
	stuck   map[string]inbox.Status // what was told of other threads
	ours    map[inbox.OID]bool      // what was sent from here: whoever wrote it knows what it says
	lateDue time.Time
	late    map[inbox.ThreadID]int // messages of long ago that came now
	absent  inbox.Away
	looked  looked
	quit    bool
}

// asking takes lines until it is done with them and sets another.
type asking interface {
	prompt() string
	take(s *session, text string)
	leave(s *session) // the lines have ended
}

func (s *session) now() time.Time { return s.cfg.Clock().Add(s.info.ClockOffset) }

func (s *session) do(c inbox.Command) (inbox.Done, error) {
	return s.desk.Do(s.ctx, s.cfg.NewID(), c)
}

// did carries out a command, and says what was done, or why not.
func (s *session) did(c inbox.Command, text string) bool {
	if _, err := s.do(c); err != nil {
		s.fail(err)
		return false
	}
	s.out.line(text)
	return true
}

// quietly carries out a command that nobody asked for in words: when it fails, nothing is lost.
func (s *session) quietly(c inbox.Command) {
	if !s.cfg.ReadOnly {
		_, _ = s.do(c)
	}
}

// say says a text of the catalogue with its values.
func (s *session) say(text string, pairs ...string) { s.out.line(s.filled(text, pairs...)) }

// filled puts values into a text of the catalogue, and the words of commands. A value stands above a word of its name.
func (s *session) filled(text string, pairs ...string) string {
	return s.w.Fill(text, append(slices.Clone(spelled), pairs...)...)
}

func (s *session) fail(err error) { s.out.line(s.w.Problem(err)) }

// run is the loop: one line, one batch of events, or one moment at a time.
func (s *session) run(lines <-chan typed) error {
	s.link.begin(s)
	s.begin()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for !s.quit && s.out.err == nil {
		s.flush()
		in := lines
		if s.await != nil { // what became of the last line is told before the next is read
			in = nil
		} else {
			s.out.prompt(s.prompt())
		}
		timer.Stop()
		if next := s.next(); !next.IsZero() {
			timer.Reset(max(0, next.Sub(s.now())))
		}
		select {
		case <-s.ctx.Done():
			cause := context.Cause(s.ctx)
			s.end()
			return cause
		case l, ok := <-in:
			if !ok {
				s.quit = true
				break
			}
			s.take(l)
		case batch, ok := <-s.link.events:
			s.link.got(s, batch, ok)
		case <-timer.C:
			s.moment()
		}
	}
	s.end()
	return s.out.err
}

// begin says how the inbox is, what happened while nobody was here, and what is unread.
func (s *session) begin() {
	info, err := s.desk.Info(s.ctx)
	if err != nil {
		s.fail(err)
	}
	s.info = info
	name := info.Business
	if name == "" {
		name = s.w.LineInbox
	}
	s.say(s.w.LineStart, "name", name, "counts", s.w.Counts(info.Counts))
	s.notices()
	if s.absent, err = s.desk.Away(s.ctx); err == nil && !s.absent.Empty() {
		s.awaySummary()
	}
	s.listUnread()
}

// notices says what a person should know of the number now.
func (s *session) notices() {
	for _, n := range s.info.Notices {
		s.out.line(s.w.Notice(n))
	}
	if text := s.w.Phone(s.info.Phone, s.now()); text != "" {
		s.out.line(sentence(text))
	}
}

// take does what one line says.
func (s *session) take(l typed) {
	s.out.read(l.text)
	s.attend(true)
	if !l.ended { // the connection broke, or the input was cut: that is no word to send anything
		s.cut(l.text)
		return
	}
	text := s.half + l.text
	s.half = ""
	if s.asking != nil {
		s.asking.take(s, l.text)
		s.acknowledge()
		return
	}
	if body, goesOn := continued(text); goesOn {
		s.half = body + "\n"
		return
	}
	s.command(unescape(text))
	s.acknowledge()
}

func (s *session) prompt() string {
	switch {
	case s.asking != nil:
		return s.asking.prompt()
	case s.half != "":
		return ". "
	}
	return "> "
}

// end keeps what was being written and tells colleagues that nobody looks from here any more. The context may be over:
// it gets a moment of its own.
func (s *session) end() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), time.Second)
	defer cancel()
	s.ctx = ctx
	if s.asking != nil {
		s.asking.leave(s)
		s.asking = nil
	} else if s.half != "" {
		s.cut(s.half)
	}
	s.withdraw()
	s.look("gone")
	s.attend(false)
	s.out.end()
}

// next is when time alone changes something.
func (s *session) next() (due time.Time) {
	for _, t := range []time.Time{s.link.again, s.awaitedUntil(), s.talk.turns(), s.looked.until, s.lateAt()} {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	return due
}

// moment does what it is time for.
func (s *session) moment() {
	now := s.now()
	s.link.moment(s, now)
	s.awaitedOver(now)
	s.talk.moment(s, now)
	if due := s.lateAt(); !due.IsZero() && !now.Before(due) {
		s.cameLate()
	}
	if !s.looked.until.IsZero() && !now.Before(s.looked.until) {
		s.attend(false)
	}
}
