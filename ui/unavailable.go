package ui

// Why an action cannot be done now.

// written reports whether something stands in the box: keys of the empty box are text then.
func written(m *Model) bool {
	d := m.draft()
	return d == nil || d.text() != ""
}

// Reasons why an action cannot be run.

func noThread(m *Model) string {
	if m.thread() == nil {
		return m.pen.w.NoThreadChosen
	}
	return ""
}

func noOpen(m *Model) string {
	if m.opened() == nil {
		return m.pen.w.NoThreadChosen
	}
	return ""
}

func noWrite(m *Model) string {
	if why := noThread(m); why != "" {
		return why
	}
	if !m.openAt(m.thread(), m.now()) {
		return m.pen.closedWhy(m.w)
	}
	return ""
}

func noTheirs(m *Model) string {
	if d := m.draft(); d == nil || d.theirs == nil {
		return m.pen.w.NoTheirs
	}
	return noWrite(m)
}

func noMessage(m *Model) string {
	if m.talk.selected() == nil {
		return m.pen.w.NoMessageChosen
	}
	return ""
}

func noQuote(m *Model) string {
	switch msg := m.talk.selected(); {
	case msg == nil:
		return m.pen.w.NoMessageChosen
	case msg.ID == "":
		return m.pen.w.NotSentYet
	case msg.Revoked:
		return m.pen.w.WasDeleted
	case !m.windowOpen():
		return m.pen.closedWhy(m.w)
	}
	return ""
}

func noChoice(m *Model) string {
	switch msg := m.talk.selected(); {
	case msg == nil:
		return m.pen.w.NoMessageChosen
	case !canFetch(msg) && m.nearest(decides) == "":
		return m.pen.w.NothingToDecide
	}
	return ""
}

func noCancel(m *Model) string {
	switch msg := m.talk.selected(); {
	case msg == nil:
		return m.pen.w.NoMessageChosen
	case m.nearest(cancels) == "" && m.recallable() == nil:
		return m.pen.w.TooLateToCancel
	}
	return ""
}

func noLastTemplate(m *Model) string {
	switch {
	case m.opened() == nil:
		return m.pen.w.NoThreadChosen
	case m.talk.lastTemplate() == nil:
		return m.pen.w.NoLastTemplate
	}
	return ""
}
