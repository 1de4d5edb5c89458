package inbox

import (
	"errors"
	"time"
)

// ErrorKind is a closed set of what can go wrong for a person at a desk.
type ErrorKind string

// The kinds.
const (
	WindowClosed ErrorKind = "window-closed" // send a template, or wait for the customer
	Stale        ErrorKind = "stale"         // somebody else answered meanwhile
	NotFound     ErrorKind = "not-found"     // no such thread, message or template
	Ambiguous    ErrorKind = "ambiguous"     // several threads have that name
	Invalid      ErrorKind = "invalid"       // the command cannot be carried out as it is
	NotAllowed   ErrorKind = "not-allowed"   // this role or this desk may not
	TooLate      ErrorKind = "too-late"      // e.g. cancelled after an attempt began
	Busy         ErrorKind = "busy"          // too many commands at once
	Unreachable  ErrorKind = "unreachable"   // the owner or WhatsApp cannot be reached
	StoreFailed  ErrorKind = "store-failed"  // the journal refuses writes; Text says why
	ReadOnly     ErrorKind = "read-only"     // no owner runs; only reading works
	Internal     ErrorKind = "internal"
	DeskClosed   ErrorKind = "closed" // the desk went away
)

// Error is what a Desk answers when something cannot be done. Text is one line for a person; Next is what to do.
type Error struct {
	Kind ErrorKind `json:"kind"`
	Text string    `json:"text"`
	Next string    `json:"next,omitempty"`

	Key  string            `json:"key,omitempty"`  // of the sentence, see [Refusals]; "" for one that is English everywhere
	With map[string]string `json:"with,omitempty"` // the values in it

	By   string    `json:"by,omitempty"` // of Stale: phone, or an agent
	At   time.Time `json:"at,omitzero"`
	Head string    `json:"head,omitempty"` // of Stale: the first line of what they wrote
	Seq  Seq       `json:"seq,omitempty"`  // of Stale: pass it as Seen to send all the same
	Err  error     `json:"-"`
}

// Error gives one line: what happened and what to do next.
func (e *Error) Error() string {
	s := e.Text
	if s == "" {
		s = string(e.Kind)
	}
	if e.Next != "" {
		s += "; " + e.Next
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Kind: k}) compare kinds.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind
}

// KindOf gives the kind of err, Internal for a strange one, "" for nil.
func KindOf(err error) ErrorKind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}
