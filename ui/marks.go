package ui

import (
	"context"
	"slices"

	"frontdesk/inbox"

	tea "github.com/charmbracelet/bubbletea"
)

// Several threads at once: those that are marked in the list, and what is done with them. A change to threads is kept
// until the next one, to be taken back.

// mark marks the thread under the cursor, or takes its mark away, and goes on to the next.
func (m *Model) mark() tea.Cmd {
	t := m.list.current()
	if m.marks[t.ID] {
		delete(m.marks, t.ID)
	} else {
		m.marks[t.ID] = true
	}
	m.list.choose(m.list.at + 1)
	return nil
}

// marked are the marked threads that the list has. A mark on another one means nothing, and is forgotten with the rest:
// nobody sees it.
func (m *Model) marked() []*inbox.Thread {
	var some []*inbox.Thread
	for _, id := range m.list.order {
		if m.marks[id] {
			some = append(some, m.list.byID[id])
		}
	}
	return some
}

// targets are the threads that an action works on: in the list the marked ones, else the one of [Model.thread].
func (m *Model) targets() []*inbox.Thread {
	if m.focus == onList {
		if some := m.marked(); len(some) > 0 {
			return some
		}
	}
	if t := m.thread(); t != nil {
		return []*inbox.Thread{t}
	}
	return nil
}

// named are the targets in a few words, for titles and answers.
func (m *Model) named(some []*inbox.Thread) string {
	if len(some) == 1 {
		return some[0].Name
	}
	return m.pen.w.threads(len(some))
}

// step is a change to a thread and the one that takes it back.
type step struct{ do, back inbox.Command }

// steps makes the change of each thread.
func steps(some []*inbox.Thread, change func(*inbox.Thread) step) []step {
	all := make([]step, 0, len(some))
	for _, t := range some {
		all = append(all, change(t))
	}
	return all
}

// stateWidth is about what the status bar needs before a word in it.
const stateWidth = 12

// carry hands changes to the Desk, one after the other, and says what was done once they are.
func (m *Model) carry(all []step, said string) tea.Cmd {
	clear(m.marks)
	desk, ctx := m.desk, m.ctx
	ids := make([]string, len(all))
	for i := range ids {
		ids[i] = m.newID()
	}
	return func() tea.Msg {
		done, err := carryOut(ctx, desk, ids, all)
		return answeredMsg(func(m *Model) tea.Cmd {
			m.undone = done
			switch {
			case err != nil && len(all) > 1:
				m.notice = notice{text: m.pen.w.someDone(len(done), len(all), m.pen.w.problem(err)), bad: true}
				return nil
			case err != nil:
				return m.fail(err)
			}
			back := m.withKeys(m.pen.w.TakesBack)
			if m.pen.Width(said+back) > m.w-stateWidth {
				return m.say(back + " " + said) // where a row is short, this must not be what is cut
			}
			return m.say(said + " " + back)
		})
	}
}

// carryOut does what can be done and gives that; the error is the first.
func carryOut(ctx context.Context, desk inbox.Desk, ids []string, all []step) (done []step, first error) {
	for i, s := range all {
		_, err := desk.Do(ctx, ids[i], s.do)
		if err == nil {
			done = append(done, s)
		} else if first == nil {
			first = err
		}
	}
	return done, first
}

// takeBack undoes the last change to threads.
func (m *Model) takeBack() tea.Cmd {
	all := make([]step, 0, len(m.undone))
	for _, s := range slices.Backward(m.undone) {
		all = append(all, step{do: s.back, back: s.do})
	}
	m.undone = nil
	return m.carry(all, m.pen.w.TakenBack)
}

func nothingToTakeBack(m *Model) string {
	if len(m.undone) == 0 {
		return m.pen.w.NothingToTakeBack
	}
	return ""
}

// stateStep changes the state of a thread.
func stateStep(s inbox.SetState) func(*inbox.Thread) step {
	return func(t *inbox.Thread) step {
		s.Thread = t.ID
		return step{do: s, back: inbox.SetState{Thread: t.ID, State: t.State, Until: t.SnoozedUntil}}
	}
}
