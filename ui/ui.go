package ui

import (
	"context"
	"os/exec"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/enclose"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/oklog/ulid/v2"
)

// ReadReceipts says when customers see blue ticks (configuration key inbox.read_receipts).
type ReadReceipts string

// The settings. The agent's own unread counts go down in all of them.
const (
	ReceiptsFocused ReadReceipts = "focused"  // a second after the newest message was on the screen
	ReceiptsOnReply ReadReceipts = "on_reply" // when the customer is answered
	ReceiptsNever   ReadReceipts = "never"
)

// Config is what a screen needs. Desk is required; the rest has defaults.
type Config struct {
	Desk  inbox.Desk
	Clock inbox.Clock    // default time.Now
	Zone  *time.Location // default time.Local

	Theme      string       // one of [Themes]; default auto
	Colours    term.Colours // how many the terminal shows
	Background string       // dark or light; anything else is what the terminal says
	Light      bool         // it is taken for light until the terminal has said so

	NoColor bool // weight and reverse video only (NO_COLOR)
	Plain   bool // no styles at all (TERM=dumb)
	ASCII   bool // signs in ASCII (ui.ascii)

	// Language is one of [Languages], or a locale such as pt_BR.UTF-8. Default: English.
	Language string

	ReadReceipts ReadReceipts // default ReceiptsFocused
	NoNotifyText bool         // notifications say that somebody wrote, not who or what (ui.notify_text: false)
	OpenFirst    bool         // open the first thread as soon as there is one
	ReadOnly     bool         // offer nothing that writes, and let nothing through that does (--readonly)
	Teach        bool         // begin with a hint of three lines for those who see the screen for the first time

	// Owns reports whether this process holds the store now; the terminals that Info counts are then all others. It is
	// asked away from the screen's own loop. Default: it does not.
	Owns func() bool

	// Browse opens an http or https address, or a file by its absolute path, on the person's desktop; nil: it is copied
	// instead. See [Browser].
	Browse func(ctx context.Context, address string) error

	Version string // of the program, for reports
	// Hold is how long a reply can be taken back before it leaves (ui.hold_seconds), at most a minute; 0 is not at all.
	Hold time.Duration

	EnterBreaks bool // enter makes a line and alt+enter sends (ui.enter_sends: false)

	// Keys puts other keys on actions, by the action's name in [KeyTable] (configuration key ui.keys).
	Keys map[string][]string

	// Terminal is passed to [term.Run] by [Run].
	Terminal term.Options
	// NewID makes ids of commands and replies; default a ULID. Tests fix it.
	NewID func() string
}

// Run shows the screen on the terminal until the person quits or ctx ends. Errors are those of [term.Run].
func Run(ctx context.Context, cfg Config) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var model *Model
	defer func() {
		if model != nil {
			model.spool.clear()
		}
	}()
	return term.Run(ctx, func(m term.Measure) tea.Model {
		model = New(ctx, cfg, m)
		return model
	}, cfg.Terminal)
}

// pane is what has the keys.
type pane uint8

const (
	onList pane = iota
	onTalk
	onWrite
)

// Model is the screen. Use [Run]; tests drive it with messages.
type Model struct {
	ctx        context.Context
	desk       inbox.Desk
	cfg        Config
	pen        *pen
	keys       *keymap
	wall       inbox.Clock
	lend       func(*exec.Cmd, func(error) tea.Msg) tea.Cmd // the terminal, to another program
	newID      func() string
	w, h       int
	focus      pane
	zoom       bool
	attendance attendance
	titled     string   // what the terminal's window is called
	light      bool     // its background is light
	mouse      bool     // the terminal reports the mouse
	dialogs    []dialog // the last one has the keys
	grace      graced

	info    inbox.Info
	link    link
	list    threads
	talk    convo
	find    finder
	drafts  map[inbox.ThreadID]*draft
	refused map[inbox.ThreadID]time.Time // when WhatsApp refused free text, before the thread's own word
	hosts   map[string]bool              // that the person agreed to open
	notice  notice
	keying  keying

	owns      bool      // the store is this process's own, as of info
	infoDue   time.Time // when the counts are asked for again
	infoAsked bool
	wrote     time.Time // the last key in the composer
	readDue   time.Time // when what is on the screen counts as read
	readUpto  inbox.Seq // what was marked last
	looked    look
	catchup   catchup
	teaching  bool                    // the hint is shown
	jumpFrom  inbox.ThreadID          // where alt+a started
	visited   []inbox.ThreadID        // that were open, the newest first
	marks     map[inbox.ThreadID]bool // in the list
	undone    []step                  // the last change to threads
	templates templateList
	saved     savedList
	kills     kills
	unmarked  unmarked

	attachedFrom string                      // the directory of the last file
	enclosed     map[inbox.OID]*enclose.File // of replies that can be taken back
	lastTyped    typedLine                   // sent last, which may be taken back
	pictures     pictures
	spool        *spool
	saveTo       string // where the last file was saved
	alarm        alarm
	sync         syncing
	leaving      bool // as soon as the Desk has all files, or when that is asked for once more
	quitting     bool
}

// notice is a short word in the status bar, until the next key.
type notice struct {
	text string
	bad  bool
}

// New makes the screen for a terminal that counts as m says. Nothing is asked of the Desk before Init.
func New(ctx context.Context, cfg Config, m term.Measure) *Model {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Zone == nil {
		cfg.Zone = time.Local
	}
	if cfg.ReadReceipts == "" {
		cfg.ReadReceipts = ReceiptsFocused
	}
	if cfg.Owns == nil {
		cfg.Owns = func() bool { return false }
	}
	if cfg.NewID == nil {
		cfg.NewID = func() string { return ulid.Make().String() }
	}
	p := &pen{Measure: m, glyphs: unicodeGlyphs(), w: wordsIn(languageOf(cfg.Language)), clock: clock{cfg.Zone}}
	if cfg.ASCII {
		p.Measure, p.glyphs, p.w, p.ascii = m.ASCII(), asciiGlyphs(), p.w.inASCII(), true
	}
	if cfg.ReadOnly {
		cfg.Desk = inbox.Looking(cfg.Desk)
	}
	keys, clashes := newKeymap(p.w, cfg.Keys, cfg.EnterBreaks)
	model := &Model{
		ctx: ctx, desk: cfg.Desk, lend: term.Exec, cfg: cfg, pen: p, keys: keys, wall: cfg.Clock, newID: cfg.NewID,
		mouse: cfg.Terminal.Mouse, teaching: cfg.Teach, drafts: map[inbox.ThreadID]*draft{}, refused: map[inbox.ThreadID]time.Time{}, hosts: map[string]bool{}, marks: map[inbox.ThreadID]bool{},
		light:    cfg.Background == "light" || cfg.Background != "dark" && cfg.Light,
		pictures: pictures{gallery: cfg.Terminal.Gallery}, spool: &spool{},
	}
	model.recolour()
	model.attendance.touched = model.now()
	model.talk.clock = p.clock
	model.list.init()
	if len(clashes) > 0 {
		model.notice = notice{text: strings.Join(clashes, "; "), bad: true}
	}
	return model
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd { return tea.Batch(m.watch(inbox.Cursor{}), m.armed()) }

// now is the time as WhatsApp has it: the local clock and its offset.
func (m *Model) now() time.Time { return m.wall().Add(m.info.ClockOffset) }

// thread is what an action works on: the one under the cursor of the list, else the open one.
func (m *Model) thread() *inbox.Thread {
	if m.focus == onList {
		return m.list.current()
	}
	return m.opened()
}

// opened is the open thread, or nil.
func (m *Model) opened() *inbox.Thread {
	if m.talk.id == "" {
		return nil
	}
	return &m.talk.thread
}

// draft is that of the open thread, or nil.
func (m *Model) draft() *draft {
	if m.talk.id == "" {
		return nil
	}
	return m.drafts[m.talk.id]
}

// windowOpen reports whether free text may be sent in the open thread now.
func (m *Model) windowOpen() bool {
	t := m.opened()
	return t != nil && m.openAt(t, m.now())
}

// openAt is Window.OpenAt and what this screen has just been told by a refusal.
func (m *Model) openAt(t *inbox.Thread, now time.Time) bool {
	if at, ok := m.refused[t.ID]; ok && t.Window.ExpiresAt.Before(at.Add(24*time.Hour-time.Second)) {
		return false
	}
	return t.Window.OpenAt(now)
}

// whyReadOnly says what keeps this screen from changing anything.
func (m *Model) whyReadOnly() string {
	if m.link.readOnly {
		return m.pen.w.ReadOnlyNext
	}
	return m.pen.w.ReadOnlyAsked
}

func (m *Model) readOnly() bool { return m.cfg.ReadOnly || m.link.readOnly }

func (m *Model) view() view {
	return view{now: m.now(), me: m.info.Agent, focused: m.focus == onTalk && len(m.dialogs) == 0, nothing: len(m.list.order) == 0, pictures: &m.pictures, fetchKey: m.keys.first("retry")}
}

// say puts a word into the status bar.
func (m *Model) say(text string) tea.Cmd {
	m.notice = notice{text: text}
	return nil
}

// fail puts an error into the status bar: what happened and what to do next.
func (m *Model) fail(err error) tea.Cmd {
	if err != nil && m.ctx.Err() == nil {
		m.notice = notice{text: m.pen.w.problem(err), bad: true}
	}
	return nil
}
