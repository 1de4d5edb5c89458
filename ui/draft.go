package ui

import (
	"slices"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/enclose"

	tea "github.com/charmbracelet/bubbletea"
)

// draft is an unsent reply of one thread. Its oid is made with it, so that handing the same draft over twice is one
// message (merge-rules 3.3).
type draft struct {
	thread  inbox.ThreadID
	oid     inbox.OID
	ed      editor
	quoted  *inbox.Message // what it answers
	replyTo string
	began   inbox.ReplyName // the saved reply that it began as
	file    *enclose.File   // that goes with it
	seen    inbox.Seq       // the thread as it was when the draft began
	begunAt time.Time       // when that was
	author  inbox.AgentID   // of a draft that came from another terminal
	touched bool            // written in here since it was loaded

	completed *completion // by the last key

	saved   string       // what the Desk has of this terminal
	mine    []string     // what was handed over of late: its echoes are no news
	theirs  *inbox.Draft // what another terminal wrote in the same place
	lost    bool         // and the Desk keeps it in the place of this text: the last write wins
	savedAt time.Time
	saving  bool

	handed  *handed // being handed over right now
	tried   string  // a text that may have been handed over under this oid: the answer got lost
	problem error   // why it was not taken
	stop    *stop
}

// handed is a reply on its way to the Desk.
type handed struct {
	text    string
	replyTo string
	began   inbox.ReplyName
	file    *enclose.File
}

// stop is what stands between enter and two voices in one thread (screens.md, "Somebody else answered").
type stop struct {
	by     string
	at     time.Time
	seq    inbox.Seq
	asked  bool      // it came as the answer to enter: the next enter means it
	raised time.Time // when it appeared by itself: an enter already on its way does not count
}

// grace is how long an enter is taken for one that was meant before the stop appeared.
const grace = time.Second

// saveEvery is the shortest time between two saves of one draft (decisions 4).
const saveEvery = time.Second

// mostEchoes is how many saves may come back late.
const mostEchoes = 8

func (d *draft) text() string { return d.ed.String() }

// empty reports that there is nothing to send.
func (d *draft) empty() bool { return d.ed.blank() && d.file == nil }

// dirty reports that the Desk does not have the text.
func (d *draft) dirty() bool { return d.key() != d.saved }

// key is all of the draft that is kept, as one string to compare.
func (d *draft) key() string {
	kept := d.kept()
	if kept.Text == "" && kept.File == nil {
		return ""
	}
	return draftKey(&kept)
}

// kept is what the Desk keeps of it: a file once it was handed over.
func (d *draft) kept() inbox.Draft {
	kept := inbox.Draft{OID: d.oid, ReplyTo: d.replyTo}
	if !d.ed.blank() {
		kept.Text = d.text()
	}
	if d.file != nil && d.file.Handed() {
		kept.File = &d.file.OutFile
	}
	return kept
}

func draftKey(d *inbox.Draft) string {
	key := d.ReplyTo + "\x00" + d.Text
	if d.File != nil {
		key += "\x00" + string(d.File.File) + "\x00" + d.File.As
	}
	return key
}

// draftOf is the draft of a thread, made from what the Desk has kept when there is none yet.
func (m *Model) draftOf(t *inbox.Thread) *draft {
	d := m.drafts[t.ID]
	if d == nil {
		d = &draft{thread: t.ID, seen: t.Seq, begunAt: m.now()}
		d.ed.kills = &m.kills
		m.drafts[t.ID] = d
	}
	m.share(d, t)
	return d
}

// share takes over the kept draft of a thread, unless this terminal has something of its own in the box: then what
// another terminal wrote is shown beside it, and nothing of either goes without a word.
func (m *Model) share(d *draft, t *inbox.Thread) {
	kept := t.Draft
	if kept == nil && d.touched && d.saved != "" && d.tried == "" && d.handed == nil && !d.saving {
		// Another terminal sent or discarded the draft. Whoever goes on writing it here writes a new one; left to itself it
		// is no more, or it would be sent twice.
		if m.writingIn(d) || d.dirty() {
			d.oid = inbox.OID(m.newID())
		} else {
			d.clear()
		}
		d.saved = ""
	}
	own := d.touched && !d.empty() || d.handed != nil || d.saving
	switch {
	case kept == nil:
		d.theirs, d.lost = nil, false
	case d.wrote(kept, m.info.Agent): // as it was a moment ago
		d.lost = false
		return
	case draftKey(kept) == d.key():
		d.theirs, d.lost = nil, false
	case own, m.writingIn(d) && d.empty() && kept.Agent != m.info.Agent: // it must not appear under their hands
		d.theirs, d.lost = kept, d.touched && !d.empty()
		return
	}
	if own || d.touched && d.dirty() {
		return
	}
	switch {
	case kept == nil && !d.empty():
		d.ed.set("")
		d.oid, d.replyTo, d.quoted, d.saved, d.author, d.tried, d.file = "", "", nil, "", "", "", nil
	case kept != nil && (kept.OID != d.oid || kept.Text != d.text() || draftKey(kept) != d.key()):
		d.adopt(kept)
		d.seen, d.begunAt = t.Seq, kept.At
		d.stop = nil
	}
}

// adopt puts a kept draft into the box.
func (d *draft) adopt(kept *inbox.Draft) {
	d.ed.rewrite(kept.Text)
	d.oid, d.replyTo, d.author, d.quoted, d.file = kept.OID, kept.ReplyTo, kept.Agent, nil, Given(kept)
	d.saved, d.touched = d.key(), false
	d.theirs, d.lost = nil, false
}

// Given is the file of a draft that the Desk keeps; nil for none.
func Given(d *inbox.Draft) *enclose.File {
	if d.File == nil {
		return nil
	}
	return &enclose.File{OutFile: *d.File, Gone: d.Gone}
}

// wrote reports whether a kept draft is one that this terminal handed over.
func (d *draft) wrote(kept *inbox.Draft, me inbox.AgentID) bool {
	return kept.Agent == me && slices.Contains(d.mine, draftKey(kept))
}

// writingIn reports whether the keys are in the box of a draft.
func (m *Model) writingIn(d *draft) bool { return m.focus == onWrite && m.talk.id == d.thread }

// takeTheirs puts what another terminal wrote into the box; undo brings back what stood there.
func (m *Model) takeTheirs() tea.Cmd {
	d := m.draft()
	oid := d.oid
	d.adopt(d.theirs)
	if d.tried != "" { // the answer to an earlier try is not in yet
		d.oid = oid
	}
	return nil
}

// touch notes that a person writes: the first time the draft gets its id, and what they had seen by then.
func (m *Model) touch(d *draft) {
	if by := d.author; by != "" && by != m.info.Agent && !d.empty() {
		m.notice = notice{text: m.pen.w.goOnWith(string(by))}
	}
	d.touched, d.problem = true, nil
	d.author = ""
	if d.oid == "" {
		d.oid = inbox.OID(m.newID())
		d.seen, d.begunAt = m.talk.newest(), m.now()
	}
}

// save hands the draft to the Desk if it changed, at most once a second; wake comes back for the rest.
func (m *Model) save(d *draft, now time.Time, leaving bool) tea.Cmd {
	if !d.dirty() || d.saving || d.handed != nil || m.readOnly() {
		return nil
	}
	if !leaving && now.Before(d.savedAt.Add(saveEvery)) {
		return nil
	}
	key, kept := d.key(), d.kept()
	kept.Agent, kept.At = m.info.Agent, now
	d.saving, d.savedAt = true, now
	d.mine = append(d.mine, key)
	d.mine = d.mine[max(0, len(d.mine)-mostEchoes):]
	return m.do(inbox.SaveDraft{Thread: d.thread, Draft: kept}, func(m *Model, _ inbox.Done, err error) tea.Cmd {
		d.saving = false
		if err != nil {
			return nil // it stays dirty, and is tried again with the next change or when the thread is left
		}
		d.saved = key
		return nil
	})
}

// saveAll saves what is not saved, when the person leaves or quits.
func (m *Model) saveAll() tea.Cmd {
	var cmds []tea.Cmd
	for _, d := range m.drafts {
		cmds = append(cmds, m.save(d, m.now(), true))
	}
	return tea.Batch(cmds...)
}

// keepFile hands the file in the box to the Desk, so that it is kept as the words are, and goes from any terminal.
func (m *Model) keepFile(d *draft) tea.Cmd { return m.handFiles([]*draft{d}, nil) }

// handFiles hands over the files of drafts that the Desk does not have yet, then goes on; nil when it has them all.
func (m *Model) handFiles(drafts []*draft, then func(*Model) tea.Cmd) tea.Cmd {
	type handing struct {
		d    *draft
		file *enclose.File
		out  inbox.OutFile
		err  error
	}
	var todo []handing
	for _, d := range drafts {
		if d.file != nil && !d.file.Handed() && !m.readOnly() {
			todo = append(todo, handing{d: d, file: d.file})
		}
	}
	if len(todo) == 0 {
		return nil
	}
	desk, ctx := m.desk, m.ctx
	return func() tea.Msg {
		for i := range todo {
			todo[i].out, todo[i].err = todo[i].file.HandOver(ctx, desk)
		}
		return answeredMsg(func(m *Model) tea.Cmd {
			var cmds []tea.Cmd
			for _, h := range todo {
				switch {
				case h.d.file != h.file: // it is another one by now, or went
				case h.err != nil:
					h.d.problem = h.err
				default:
					h.d.file = &enclose.File{Path: h.file.Path, OutFile: h.out}
					cmds = append(cmds, m.save(h.d, m.now(), true))
				}
			}
			if then != nil {
				cmds = append(cmds, then(m))
			}
			return tea.Batch(cmds...)
		})
	}
}

// dueSave is when the next draft wants saving.
func (m *Model) dueSave() time.Time {
	var due time.Time
	for _, d := range m.drafts {
		if d.dirty() && !d.saving && d.handed == nil && !m.readOnly() {
			due = earlier(due, d.savedAt.Add(saveEvery))
		}
	}
	return due
}

// clear empties the box for the next reply.
func (d *draft) clear() {
	d.ed.set("")
	d.oid, d.replyTo, d.quoted, d.stop, d.problem, d.tried = "", "", nil, nil, nil, ""
	d.touched, d.author, d.began, d.file = false, "", inbox.ReplyName{}, nil
	d.lost = false
}

// restore puts a reply that was not taken back into the box, before whatever was written meanwhile.
func (d *draft) restore(oid inbox.OID, h handed) {
	text := h.text
	if text != "" && !d.ed.blank() {
		text += "\n"
	}
	if !d.ed.blank() {
		text += d.text()
	}
	d.ed.set(text)
	d.oid, d.replyTo, d.began, d.touched = oid, h.replyTo, h.began, true
	if h.file != nil {
		d.file = h.file
	}
}
