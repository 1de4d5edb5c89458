package ui

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// TestMonkey presses keys at random, clicks, turns the wheel, pastes and resizes, while customers write and the phone
// answers. Nothing panics, every frame fits, every draft is what was written into it, and nothing leaves or is decided but by
// enter, or a click that means it: in a box with a text, or in a form.
func TestMonkey(t *testing.T) {
	presses, seeds := 2000, 4
	if os.Getenv("FRONTDESK_LONG") != "" {
		presses, seeds = 20000, 6
	}
	var texts atomic.Int64 // of all seeds: one may well spend its time in dialogs
	t.Cleanup(func() {
		if texts.Load() < int64(seeds*presses/400) {
			t.Errorf("only %d texts were sent: too little to mean anything", texts.Load())
		}
	})
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			perform(t, monkeyHouse, func(s *stage) {
				m := newMonkey(s, uint64(seed))
				for i := range presses {
					if bad := m.step(); bad != "" {
						s.t.Fatalf("step %d, %s: %s\n%s", i, m.did, bad, s.screen())
					}
				}
				if bad := m.kept(); bad != "" {
					s.t.Fatal(bad)
				}
				s.t.Logf("%d texts, %d other messages, %d decisions, %d drafts left", m.texts, m.others, m.decided, len(m.drafts))
				texts.Add(int64(m.texts))
				if presses >= 20000 && (m.others == 0 || m.decided == 0) {
					s.t.Errorf("too little was done to mean anything")
				}
			})
		})
	}
}

// What the monkey is there for must be noticed: a reply that leaves by itself, and a draft that is lost or changed.
func TestMonkeyNotices(t *testing.T) {
	for name, breaks := range map[string]func(*Model) tea.Cmd{
		"sent unasked": func(m *Model) tea.Cmd { return m.submit() },
		"draft lost":   func(m *Model) tea.Cmd { m.draft().ed.set(""); return nil },
		"draft of another thread": func(m *Model) tea.Cmd {
			for id, d := range m.drafts {
				if id != m.talk.id && !d.ed.blank() {
					d.ed.insert("x")
				}
			}
			return nil
		},
		"decided unasked": func(m *Model) tea.Cmd {
			return m.do(inbox.Decide{OID: "01FAIL", Decision: inbox.Discard}, func(*Model, inbox.Done, error) tea.Cmd { return nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			perform(t, monkeyHouse, func(s *stage) {
				s.size(100, 28)
				s.show(bruno)
				s.press("i")
				s.write("half a reply")
				s.press("esc")
				s.show(asha)
				s.press("i")
				s.write("another")
				m := newMonkey(s, 1)
				act := func() string {
					s.update(answeredMsg(func(m *Model) cmd { return breaks(m) }))
					s.idle()
					return "nothing a person did"
				}
				if bad := m.judge(act); bad == "" {
					s.t.Error("it passes")
				}
			})
		})
	}
}

func monkeyHouse(d *fakeDesk, c *Config) {
	withSaved(d, c)
	longThread(d, "t_long", 400)
}

// monkey plays, and keeps a model of what must have come of it.
type monkey struct {
	s      *stage
	rng    *rand.Rand
	keys   []string
	did    string
	n      int
	drafts map[inbox.ThreadID]string // what was written and not sent

	texts, others, decided int
}

func newMonkey(s *stage, seed uint64) *monkey {
	m := &monkey{s: s, rng: rand.New(rand.NewPCG(seed, 7)), drafts: map[inbox.ThreadID]string{}}
	s.size(100, 28)
	for id, d := range s.m.drafts {
		m.drafts[id] = d.text()
	}
	// Every key of every action, but those that hand the terminal to another program, or look at the files of whoever runs
	// the test; and keys that write.
	for i := range s.m.keys.table {
		if s.m.keys.table[i].name == "attach" {
			continue
		}
		for _, k := range s.m.keys.table[i].keys {
			name := strings.TrimPrefix(k, "alt+")
			if (keyTypes[name] != 0 || len([]rune(name)) == 1) && k != "ctrl+o" && k != "ctrl+z" {
				m.keys = append(m.keys, k)
			}
		}
	}
	m.keys = append(m.keys, strings.Fields("enter enter enter enter enter enter esc esc esc tab tab i i i 1 2 up down left right "+
		"home end backspace backspace delete ctrl+w ctrl+k ctrl+y ctrl+a ctrl+e alt+b alt+f w o a e 字 क 👍 é")...)
	m.keys = append(m.keys, " ", " ")
	return m
}

// step does one thing and says what was wrong with it.
func (m *monkey) step() string {
	m.n++
	switch n := m.rng.IntN(100); {
	case n < 3:
		m.did = "resize"
		m.s.w, m.s.h = term.Usable(1+m.rng.IntN(160), 1+m.rng.IntN(45))
		return m.judge(func() string { return m.update(tea.WindowSizeMsg{Width: m.s.w, Height: m.s.h}, "") })
	case n < 5:
		m.did = "message"
		return m.judge(m.message)
	case n < 8:
		m.did = "wheel"
		wheel := term.WheelMsg{X: m.rng.IntN(m.s.w + 1), Y: m.rng.IntN(m.s.h + 1), N: m.rng.IntN(7) - 3}
		return m.judge(func() string { return m.update(wheel, "") })
	case n < 13:
		x, y := m.rng.IntN(m.s.w+1), m.rng.IntN(m.s.h+1)
		spot, as := m.s.m.under(x, y).spot, ""
		if spot != "" {
			as = "click"
		}
		m.did = fmt.Sprintf("click on %d,%d (%s)", x, y, spot)
		return m.judge(func() string { return m.update(term.ClickMsg{X: x, Y: y}, as) })
	case n < 16:
		text := []string{"pasted", "two\nlines\n", "क्षमा 👨‍👩‍👧‍👦", "\n", " "}[m.rng.IntN(5)]
		m.did = fmt.Sprintf("paste of %q", text)
		return m.judge(func() string { return m.update(paste(text), "paste") })
	case n < 18:
		m.did = "pause"
		return m.judge(func() string { m.s.pass(2 * time.Second); return "" })
	default:
		k := m.keys[m.rng.IntN(len(m.keys))]
		m.did = "key " + k
		return m.judge(func() string { return m.update(keyMsg(k), k) })
	}
}

// update hands a message to the screen, and says as what it counts.
func (m *monkey) update(msg tea.Msg, as string) string {
	m.s.update(msg)
	m.s.idle()
	return as
}

// message comes from a customer or from the phone.
func (m *monkey) message() string {
	msg := told("09:46", inbox.OriginPhone, "", inbox.StatusSent, "from the phone")
	if m.rng.IntN(2) == 0 {
		msg = fresh(heard("09:46", "from the customer"))
	}
	msg.Key, msg.At = fmt.Sprintf("m%d", m.n), m.s.desk.now()
	m.s.desk.change([]inbox.ThreadID{asha, bruno, "t_long"}[m.rng.IntN(3)], "", msg)
	m.s.idle()
	return ""
}

// judge lets something happen and holds what came of it to the rules. act says which key it was; "click" is one on words
// that mean something, and nothing is no doing of a person's.
func (m *monkey) judge(act func() string) string {
	ui, desk := m.s.m, m.s.desk
	writing, asked, open := ui.focus == onWrite && len(ui.dialogs) == 0, len(ui.dialogs) > 0, ui.talk.id
	box, at, plain := "", 0, false
	if d := ui.drafts[open]; d != nil && open != "" {
		box, at = d.text(), len(string(d.ed.text[:d.ed.at]))
		plain = writing && d.handed == nil && d.stop == nil && d.ed.field == [2]int{} && ui.windowOpen()
	}
	before := len(m.commands())
	key := act()
	if m.s.quit {
		m.s.quit, ui.quitting = false, false
	}
	if bad := term.Misfit(ui.pen.Measure, ui.View(), m.s.w, m.s.h); bad != "" {
		return bad
	}

	means := key == "enter" || key == "click" || asked && len([]rune(key)) == 1
	tries, left := 0, false
	for _, c := range m.commands()[before:] {
		switch c := c.(type) {
		case inbox.Send:
			tries++
			text := c.Out.Type == "text"
			switch {
			case !means:
				return fmt.Sprintf("%+v left by %q", c.Out, key)
			case text && (!asked && !writing || strings.TrimSpace(box) == "" || c.Out.Text != box):
				return fmt.Sprintf("%q left with %q in the box", c.Out.Text, box)
			case !text && !asked:
				return fmt.Sprintf("a %s left without having been asked for", c.Out.Type)
			case !text:
				m.others++
			case desk.has(c.Thread, c.OID): // else it was refused: somebody had answered
				left = true
				m.texts++
			}
		case inbox.Decide:
			if !means && key != "x" && key != "Z" {
				return fmt.Sprintf("%s was decided by %q", c.Decision, key)
			}
			m.decided++
		}
	}
	if tries > 1 {
		return fmt.Sprintf("%d messages left at once", tries)
	}
	return m.drafted(open, key, box, at, plain, writing, asked, left)
}

func (m *monkey) commands() []inbox.Command {
	m.s.desk.mu.Lock()
	defer m.s.desk.mu.Unlock()
	return slices.Clone(m.s.desk.log)
}

// has reports whether a reply was taken.
func (d *fakeDesk) has(id inbox.ThreadID, oid inbox.OID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.messages[id], func(m inbox.Message) bool { return m.Ref == oid })
}

// edits are the keys that change a text in ways that are tested with the editor.
var edits = strings.Fields("enter tab up down backspace delete ctrl+d ctrl+h ctrl+j ctrl+k ctrl+t ctrl+u ctrl+w ctrl+y ctrl+_ ctrl+p ctrl+n " +
	"alt+enter alt+z alt+Z alt+o alt+y alt+d alt+u alt+l alt+c alt+backspace paste click")

// drafted holds every draft to what was written into it. plain says that the box takes text as it is; asked that a dialog
// is there, which may put one into it.
func (m *monkey) drafted(open inbox.ThreadID, key, box string, at int, plain, writing, asked, left bool) string {
	text := func(id inbox.ThreadID) string {
		if d := m.s.m.drafts[id]; d != nil {
			return d.text()
		}
		return ""
	}
	for id, want := range m.drafts {
		if have := text(id); id != open && have != want {
			return fmt.Sprintf("the draft of %s was %q and is %q", id, want, have)
		}
	}
	if open == "" {
		return ""
	}
	have := text(open)
	m.drafts[open] = have
	one := len([]rune(key)) == 1
	switch {
	case left && have != "":
		return fmt.Sprintf("it left, and %q is still in the box", have)
	case left:
	case have == box:
		if plain && one && (box != "" || key != "/") {
			return fmt.Sprintf("%q was not written", key)
		}
	case asked && (key == "enter" || key == "tab" || key == "click" || one):
	case !writing && slices.Contains([]string{"x", "Z", "click"}, key):
	case box == "" && m.colleagues(open, have): // it comes into an empty box that nobody writes in any more
	case plain && one:
		if want := box[:at] + key + box[at:]; have != want {
			return fmt.Sprintf("%q at %d of %q made %q", key, at, box, have)
		}
	case plain && key == "backspace":
		if cut := len(box) - len(have); cut <= 0 || cut > at || box[:at-cut]+box[at:] != have {
			return fmt.Sprintf("at %d of %q it made %q", at, box, have)
		}
	case !writing || !one && !slices.Contains(edits, key):
		return fmt.Sprintf("the draft was %q and is %q", box, have)
	}
	return ""
}

// colleagues reports whether a text is what somebody else left in a thread, and nobody touched it here.
func (m *monkey) colleagues(id inbox.ThreadID, text string) bool {
	m.s.desk.mu.Lock()
	defer m.s.desk.mu.Unlock()
	kept, d := m.s.desk.threads[id].Draft, m.s.m.drafts[id]
	return kept != nil && kept.Agent != m.s.m.info.Agent && kept.Text == text && d.author == kept.Agent && !d.touched
}

// kept compares what the desk has of the drafts, a while later.
func (m *monkey) kept() string {
	m.s.pass(3 * time.Second)
	m.s.desk.mu.Lock()
	defer m.s.desk.mu.Unlock()
	for id, d := range m.s.m.drafts {
		have, want := m.s.desk.threads[id].Draft, d.text()
		if d.ed.blank() && have != nil || !d.ed.blank() && (have == nil || have.Text != want) {
			return fmt.Sprintf("the desk keeps %+v of %q in %s", have, want, id)
		}
	}
	return ""
}
