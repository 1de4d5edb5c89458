package inbox

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// How long each kind of presence lasts when nobody renews it (network.md 2.7).
const (
	readingLasts = 30 * time.Second
	typingLasts  = 6 * time.Second
	claimLasts   = 10 * time.Minute
	presenceMost = 4 // per thread
)

// What Look.Doing and Presence.Doing may say.
const (
	doingReading = "reading"
	doingTyping  = "typing"
	doingClaimed = "claimed"
	doingGone    = "gone"
)

// presences holds who looks at which thread. It is memory only: a restart forgets it, and it lapses by itself.
type presences struct {
	mu      sync.Mutex
	threads map[ThreadNo]map[AgentID]attention
}

// attention is what one agent does in one thread.
type attention struct {
	doing   string
	until   time.Time
	claimed time.Time // until when the thread is claimed: typing begins a claim, anything renews it
}

// at is what others see of it now.
func (a attention) at(now time.Time) (doing string, until time.Time) {
	switch {
	case a.doing == doingTyping && now.Before(a.until):
		return doingTyping, a.until
	case now.Before(a.claimed):
		return doingClaimed, a.claimed
	case a.doing == doingReading && now.Before(a.until):
		return doingReading, a.until
	}
	return doingGone, time.Time{}
}

// look notes what the agent does and gives what others see of it. It reports whether they see something new, other
// than a renewal of what they know.
func (p *presences) look(thread ThreadNo, agent AgentID, doing string, now time.Time) (seen Presence, changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.threads[thread][agent]
	before, _ := a.at(now)
	claimed := now.Before(a.claimed)
	a.doing = doing
	switch doing {
	case doingTyping:
		a.until, claimed = now.Add(typingLasts), true
	case doingReading:
		a.until = now.Add(readingLasts)
	case doingClaimed:
		claimed = true
	}
	if claimed && doing != doingGone {
		a.claimed = now.Add(claimLasts)
	}
	return p.set(thread, agent, a, now, before)
}

// release ends a claim, as sending does.
func (p *presences) release(thread ThreadNo, agent AgentID, now time.Time) (seen Presence, changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.threads[thread][agent]
	if !ok {
		return Presence{}, false
	}
	before, _ := a.at(now)
	a.claimed, a.doing, a.until = time.Time{}, doingReading, now.Add(readingLasts)
	return p.set(thread, agent, a, now, before)
}

func (p *presences) set(thread ThreadNo, agent AgentID, a attention, now time.Time, before string) (Presence, bool) {
	doing, until := a.at(now)
	if doing == doingGone {
		delete(p.threads[thread], agent)
		if len(p.threads[thread]) == 0 {
			delete(p.threads, thread)
		}
	} else {
		if p.threads == nil {
			p.threads = map[ThreadNo]map[AgentID]attention{}
		}
		if p.threads[thread] == nil {
			p.threads[thread] = map[AgentID]attention{}
		}
		p.threads[thread][agent] = a
	}
	seen := Presence{Thread: thread.ID(), Agent: agent, Doing: doing, Until: until}
	return seen, doing != doingGone || before != doingGone
}

// in lists who is in a thread now, but for one agent; the busiest first, at most four.
func (p *presences) in(thread ThreadNo, but AgentID, now time.Time) []Presence {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []Presence
	for _, agent := range slices.Sorted(maps.Keys(p.threads[thread])) {
		doing, until := p.threads[thread][agent].at(now)
		if agent != but && doing != doingGone {
			found = append(found, Presence{Thread: thread.ID(), Agent: agent, Doing: doing, Until: until})
		}
	}
	slices.SortStableFunc(found, func(a, b Presence) int { return busy(b.Doing) - busy(a.Doing) })
	return found[:min(len(found), presenceMost)]
}

func busy(doing string) int {
	return slices.Index([]string{doingReading, doingClaimed, doingTyping}, doing)
}

// prune forgets what has lapsed.
func (p *presences) prune(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for thread, agents := range p.threads {
		maps.DeleteFunc(agents, func(_ AgentID, a attention) bool {
			doing, _ := a.at(now)
			return doing == doingGone
		})
		if len(agents) == 0 {
			delete(p.threads, thread)
		}
	}
}
