package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Send is one request to POST /{PNID}/messages, whatever became of it.
type Send struct {
	N        int             `json:"n"` // counted from 1 in the order of arrival
	At       time.Time       `json:"at"`
	Body     json.RawMessage `json:"body,omitempty"` // as received; absent when a fault kept it from being read
	To       string          `json:"to,omitempty"`   // number or user id as given
	Type     string          `json:"type,omitempty"` // type of the message; "read" for a read mark
	Callback string          `json:"callback,omitempty"`
	Accepted bool            `json:"accepted"` // a message came of it, whether or not the client could learn so
	WAMID    string          `json:"wamid,omitempty"`
	Status   int             `json:"status,omitempty"` // HTTP status the sandbox decided on; a fault may have hidden it
	Code     int             `json:"code,omitempty"`   // Graph error code of a refusal
	Fault    string          `json:"fault,omitempty"`  // the fault that struck
}

// MarshalJSON leaves a body that is no JSON out instead of failing.
func (s Send) MarshalJSON() ([]byte, error) {
	type plain Send
	if !json.Valid(s.Body) {
		s.Body = nil
	}
	return json.Marshal(plain(s))
}

// Sends lists every request to POST /{PNID}/messages so far, read marks included.
func (sb *Sandbox) Sends() []Send {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	out := make([]Send, len(sb.sends))
	for i, s := range sb.sends {
		out[i] = *s
	}
	return out
}

// WaitSend returns the first request for which ok holds, waiting for it until ctx ends.
func (sb *Sandbox) WaitSend(ctx context.Context, ok func(Send) bool) (Send, error) {
	for {
		changed := sb.sendSeen.changed()
		for _, s := range sb.Sends() {
			if ok(s) {
				return s, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Send{}, fmt.Errorf("sandbox: no such request among %d: %w", len(sb.Sends()), ctx.Err())
		}
	}
}

func (sb *Sandbox) book(s *Send) {
	sb.mu.Lock()
	s.N, s.At = len(sb.sends)+1, sb.Now()
	sb.sends = append(sb.sends, s)
	sb.mu.Unlock()
	sb.sendSeen.notify()
}

func (sb *Sandbox) settle(change func()) {
	sb.mu.Lock()
	change()
	sb.mu.Unlock()
	sb.sendSeen.notify()
}

// Attempt strips the last part of callback data when it is a number: "wi1.abcd1234.01J….2" and its first attempt
// share everything before it. It is the usual key for AcceptedAtMostOnce.
func Attempt(callback string) string {
	i := strings.LastIndexAny(callback, ".:")
	if i < 0 || digits(callback[i+1:]) != callback[i+1:] || i+1 == len(callback) {
		return callback
	}
	return callback[:i]
}

// AcceptedAtMostOnce checks the promise that no reply goes out twice: among the requests with callback data, at
// most one for each key was accepted. key is Attempt when nil. The error names the key and the requests.
func AcceptedAtMostOnce(sends []Send, key func(callback string) string) error {
	if key == nil {
		key = Attempt
	}
	first := map[string]Send{}
	for _, s := range sends {
		if !s.Accepted || s.Callback == "" {
			continue
		}
		k := key(s.Callback)
		if earlier, twice := first[k]; twice {
			return fmt.Errorf("sandbox: %s was accepted twice: request %d (%s) and request %d (%s)", k, earlier.N, earlier.WAMID, s.N, s.WAMID)
		}
		first[k] = s
	}
	return nil
}
