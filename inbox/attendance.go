package inbox

import (
	"cmp"
	"maps"
	"slices"
	"sync"
)

// attendance knows the terminals that follow this owner, and what the person at each of them looks at. It is memory
// only, told by the terminals when it changes (Attend), and goes with the connection: a terminal that is lost looks at
// nothing.
type attendance struct {
	mu    sync.Mutex
	desks map[*deskOf]*attending
}

// attending is one terminal.
type attending struct {
	agent   AgentID
	watches int
	here    bool     // the terminal has the focus, and somebody is at it
	thread  ThreadNo // on the screen then; 0: none
}

// come counts a subscription of a desk, leave takes it back.
func (a *attendance) come(d *deskOf) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.desks == nil {
		a.desks = map[*deskOf]*attending{}
	}
	if a.desks[d] == nil {
		a.desks[d] = &attending{agent: d.agent}
	}
	a.desks[d].watches++
}

func (a *attendance) leave(d *deskOf) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if at := a.desks[d]; at != nil {
		if at.watches--; at.watches == 0 {
			delete(a.desks, d)
		}
	}
}

// attend notes what the person at a desk looks at. A desk that follows nothing is no terminal, and is not noted.
func (a *attendance) attend(d *deskOf, here bool, thread ThreadNo) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if at := a.desks[d]; at != nil {
		at.here, at.thread = here, thread
	}
}

func (a *attendance) nobody() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.desks) == 0
}

// now is who is there.
func (a *attendance) now() attended {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := make(attended, 0, len(a.desks))
	for _, at := range a.desks {
		list = append(list, *at)
	}
	slices.SortFunc(list, func(x, y attending) int {
		return cmp.Or(cmp.Compare(x.agent, y.agent), cmp.Compare(x.thread, y.thread))
	})
	return list
}

// attended is who was there at one moment.
type attended []attending

// looksAt reports whether somebody looks at a thread. goes gives the number that a thread goes by now.
func (l attended) looksAt(no ThreadNo, goes func(ThreadNo) (ThreadNo, bool)) bool {
	return slices.ContainsFunc(l, func(at attending) bool {
		if !at.here || at.thread == 0 {
			return false
		}
		now, ok := goes(at.thread)
		return ok && now == no
	})
}

// hears lists the people whom an alert reaches: everybody with a terminal but no eye on any, for whoever sits at one
// sees the list change there, and needs no sound from another. A thread that has been assigned concerns its assignee
// alone, as long as they are attached; an alert that is repeated concerns all.
func (l attended) hears(assignee AgentID, again bool) []AgentID {
	here, away := map[AgentID]bool{}, map[AgentID]bool{}
	for _, at := range l {
		if at.here {
			here[at.agent] = true
		} else {
			away[at.agent] = true
		}
	}
	if assignee != "" && !again && (here[assignee] || away[assignee]) {
		maps.DeleteFunc(away, func(agent AgentID, _ bool) bool { return agent != assignee })
	}
	maps.DeleteFunc(away, func(agent AgentID, _ bool) bool { return here[agent] })
	return slices.Sorted(maps.Keys(away))
}
