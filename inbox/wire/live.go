package wire

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// slots hold the ephemeral values that one peer has not been sent yet: one per key, a few per subject, never a queue.
// What does not fit pushes out the oldest, which is also the least true.
type slots struct {
	perSubject int
	dirty      chan struct{} // holds one token while there is something to take

	mu     sync.Mutex
	values []Live // oldest first
}

func newSlots(perSubject int) *slots {
	return &slots{perSubject: perSubject, dirty: make(chan struct{}, 1)}
}

func (s *slots) put(v Live) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values = slices.DeleteFunc(s.values, func(o Live) bool { return o.Key == v.Key })
	oldest, same := 0, 0
	for i := len(s.values) - 1; i >= 0; i-- {
		if subject(s.values[i].Key) == subject(v.Key) {
			same++
			oldest = i
		}
	}
	switch {
	case same >= s.perSubject:
		s.values = slices.Delete(s.values, oldest, oldest+1)
	case len(s.values) >= liveSlots:
		s.values = slices.Delete(s.values, 0, 1)
	}
	s.values = append(s.values, v)
	select {
	case s.dirty <- struct{}{}:
	default:
	}
}

// take empties the slots and leaves out what is no longer true. A value without data ends another and is always told.
func (s *slots) take(now time.Time) []Live {
	s.mu.Lock()
	defer s.mu.Unlock()
	values := s.values
	s.values = nil
	return slices.DeleteFunc(values, func(v Live) bool { return len(v.Data) > 0 && v.Until.Before(now) })
}

// subject is the middle of a key kind/subject/who, or the whole key when it is not of that form.
func subject(key string) string {
	if parts := strings.Split(key, "/"); len(parts) == 3 {
		return parts[1]
	}
	return key
}
