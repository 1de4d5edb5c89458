package ui

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/enclose"

	tea "github.com/charmbracelet/bubbletea"
)

// form is the second and the third step: a field for each value, a preview that follows, and a last look.
type form struct {
	from    *picker
	t       inbox.Template
	fields  []formField
	at      int
	oid     inbox.OID // made with the form: sending it twice is one message
	review  bool
	sending bool
	later   time.Time // when it leaves; zero is now
	tried   string    // what was handed over before, when the answer got lost
	err     error
	price   *inbox.Price      // nil until it is known
	marks   map[string]string // what is wrong, by field key
}

func newForm(m *Model, from *picker, t inbox.Template) *form {
	d := &form{from: from, t: t, oid: inbox.OID(m.newID()), later: from.later}
	for _, need := range t.Needs() {
		switch need.Kind {
		case inbox.LocationField:
			for _, part := range []string{"lat", "lon", "name", "address"} {
				d.add(formField{need: need, part: part, label: m.pen.w.LocationParts[part]})
			}
		case inbox.PayloadField:
			// What a quick reply sends back is for programs; people leave it to WhatsApp.
		default:
			f := formField{need: need, label: label(m.pen.w, t, need)}
			if nameField(t, need) {
				f.ed.set(inbox.FirstName(from.name))
				if !f.ed.blank() {
					f.origin = m.pen.w.FromContact
				}
			}
			d.add(f)
		}
	}
	d.fromDraft(m)
	for i := range d.fields {
		if d.fields[i].ed.blank() {
			d.at = i
			break
		}
	}
	d.review = len(d.fields) == 0
	return d
}

func (d *form) key(m *Model, k tea.KeyMsg) tea.Cmd {
	if d.sending {
		return nil
	}
	s := k.String()
	if k.Paste {
		s = "paste"
	}
	if d.review {
		switch s {
		case "esc":
			d.review = false
			if len(d.fields) == 0 {
				m.close(d)
			}
		case "enter":
			return d.send(m)
		default:
			if a := m.keys.find(inWrite, k); a != nil && a.name == "send later" && d.from.to == "" { // a conversation does not begin by itself
				return m.askWhen(func(at time.Time) tea.Cmd { d.later = at; return nil }, func(time.Time) bool { return true })
			}
		}
		return nil
	}
	d.err = nil
	switch s {
	case "esc":
		m.close(d)
	case "tab", "down":
		d.at = (d.at + 1) % len(d.fields)
	case "shift+tab", "up":
		d.at = (d.at + len(d.fields) - 1) % len(d.fields)
	case "enter":
		if d.check() {
			return d.lookAtFile()
		}
	default:
		f := &d.fields[d.at]
		before := f.ed.String()
		f.ed.key(m.pen, k, 1000)
		if f.ed.String() != before {
			f.origin = ""
			delete(d.marks, f.need.Key()+f.part)
		}
	}
	return nil
}

// check marks what is missing or would be refused, and goes to the first of it.
func (d *form) check() bool {
	d.marks = map[string]string{}
	for _, problem := range d.t.Check(d.values()) {
		key := problem.Field.Key()
		if problem.Field.Kind == inbox.LocationField {
			key += "lat"
		}
		d.marks[key] = problem.Text
	}
	for i := range d.fields {
		if d.marks[d.fields[i].need.Key()+d.fields[i].part] != "" {
			d.at = i
			return false
		}
	}
	for _, text := range d.marks { // about the whole, not one field
		d.err = &inbox.Error{Kind: inbox.Invalid, Text: text}
		return false
	}
	return true
}

// lookAtFile goes on to the review, and first to the disk when the header is a file: better here than after sending.
func (d *form) lookAtFile() tea.Cmd {
	media := d.values().HeaderMedia
	if media == nil {
		d.review = true
		return nil
	}
	d.sending = true
	return func() tea.Msg {
		info, err := os.Stat(media.File)
		return answeredMsg(func(m *Model) tea.Cmd {
			d.sending = false
			switch {
			case err != nil:
				d.marks["header"] = m.pen.w.NoSuchFile
			case !info.Mode().IsRegular():
				d.marks["header"] = m.pen.w.NotAFile
			default:
				d.review = true
			}
			return nil
		})
	}
}

func (d *form) send(m *Model) tea.Cmd {
	d.sending, d.err = true, nil
	v := d.values()
	send := inbox.Send{Thread: d.from.thread, To: d.from.to, OID: d.oid, Out: inbox.Outgoing{Type: "template", Text: d.t.Render(v), Template: &v}, Later: d.later}
	desk, ctx, text, tried := m.desk, m.ctx, send.Out.Text, d.tried
	d.tried = text
	return func() tea.Msg {
		err := enclose.Header(ctx, desk, &send.Out)
		if err == nil {
			_, err = desk.Do(ctx, string(send.OID), send)
		}
		stored, ok := text, true
		if err == nil && tried != "" && tried != text {
			stored, ok = storedText(ctx, desk, send.Thread, send.OID) // the first version may have gone under this id
		}
		return answeredMsg(func(m *Model) tea.Cmd {
			d.sending = false
			if d.err = err; err != nil {
				return nil
			}
			m.close(d.from)
			here := d.from.to == "" && m.talk.id == send.Thread // else the person has gone on to another thread
			if here && m.focus == onWrite {
				m.focus = onTalk
			}
			word, answered := m.pen.w.templateHanded(d.t.Name), tea.Cmd(nil)
			if send.Later.IsZero() {
				answered = m.answered(send.Thread)
			} else {
				word = fill(m.pen.w.LaterTemplateSet, "name", d.t.Name, "at", m.pen.whenNear(m.now(), send.Later))
			}
			if ok && stored != text {
				word = m.pen.w.FirstFormSent
			}
			if d.from.to != "" {
				return tea.Batch(m.say(word), m.openRef(d.from.to))
			}
			if here {
				return tea.Batch(m.say(word), m.toEnd(), answered)
			}
			return tea.Batch(m.say(word), answered)
		})
	}
}

// homePath is a path as a person types it, made absolute.
func homePath(s string) string {
	if rest, ok := strings.CutPrefix(s, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			s = filepath.Join(home, rest)
		}
	}
	if abs, err := filepath.Abs(s); err == nil {
		return abs
	}
	return s
}

func fileName(s string) string { return inbox.Clean(filepath.Base(s)) }
