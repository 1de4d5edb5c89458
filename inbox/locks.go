package inbox

import "sync"

// keyedLocks gives one lock per key, kept only while somebody holds or wants it.
type keyedLocks struct {
	mu   sync.Mutex
	held map[string]*keyedLock
}

// keyedLock is a channel and no Mutex: its holder waits for the views, and a fake clock in tests goes on only while
// everybody waits in a way that it can see.
type keyedLock struct {
	free  chan struct{} // holds one value while the lock is free
	users int
}

// lock waits for the key and gives what unlocks it.
func (k *keyedLocks) lock(key string) (unlock func()) {
	k.mu.Lock()
	if k.held == nil {
		k.held = map[string]*keyedLock{}
	}
	l := k.held[key]
	if l == nil {
		l = &keyedLock{free: make(chan struct{}, 1)}
		l.free <- struct{}{}
		k.held[key] = l
	}
	l.users++
	k.mu.Unlock()
	<-l.free
	return func() {
		l.free <- struct{}{}
		k.mu.Lock()
		defer k.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(k.held, key)
		}
	}
}
