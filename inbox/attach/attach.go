// Package attach is an inbox.Desk at the far end of a socket: the server beside the owner and the client in every other
// screen and command. It adds nothing to what a Desk can do and takes nothing away, so that nobody above it can tell
// whether the owner is in the same process. The stream itself, its resuming and its limits are inbox/wire's.
//
// A command travels under its kind, a question under a kind that begins with "q.". An event of the wire holds all objects
// that one journal entry changed, as a JSON array; what has no place in the journal (presence, drafts, notices)
// travels beside them and may be lost.
package attach

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"frontdesk/inbox"
	"frontdesk/inbox/wire"
)

// The questions.
const (
	askInfo      = "q.info"
	askThreads   = "q.threads"
	askThread    = "q.thread"
	askMessages  = "q.messages"
	askDetail    = "q.detail"
	askSearch    = "q.search"
	askTemplates = "q.templates"
	askAway      = "q.away"
	askTray      = "q.tray"
	askSaved     = "q.saved-replies"
	askSync      = "q.sync"
	askPrices    = "q.prices"
	askCosts     = "q.costs"
	askContacts  = "q.contacts"
)

func question(kind string) bool { return strings.HasPrefix(kind, "q.") }

// agentHeader names the agent that a terminal of the owner's own user is for. People with another user id are known by
// that, whatever they call themselves.
const agentHeader = "X-Frontdesk-Agent"

type threadQuestion struct {
	Ref string `json:"ref"`
}

type detailQuestion struct {
	Thread inbox.ThreadID `json:"thread"`
	Key    string         `json:"key"`
}

func toWire(c inbox.Cursor) wire.Cursor {
	return wire.Cursor{Epoch: c.Epoch, Seq: uint64(c.Seq), Chk: c.Chk}
}

func fromWire(c wire.Cursor) inbox.Cursor {
	return inbox.Cursor{Epoch: c.Epoch, Seq: inbox.Seq(c.Seq), Chk: c.Chk}
}

// wireError carries an *inbox.Error across; another error becomes one without its text, which might hold anything.
func wireError(err error) error {
	var e *inbox.Error
	if !errors.As(err, &e) {
		return err // the wire answers "internal" and logs the command's id
	}
	detail, merr := json.Marshal(e)
	if merr != nil {
		return merr
	}
	return &wire.Error{Kind: string(e.Kind), Message: e.Text, Detail: detail}
}

// deskError is the inverse of wireError.
func deskError(err error) error {
	var w *wire.Error
	if errors.As(err, &w) {
		e := inbox.Error{Text: w.Message}
		if len(w.Detail) > 0 {
			if jerr := json.Unmarshal(w.Detail, &e); jerr != nil {
				e.Err = jerr
			}
		}
		switch e.Kind = inbox.ErrorKind(w.Kind); w.Kind {
		case wire.KindInternal:
			e = *inbox.Refusal("owner-failed")
		case wire.KindTooLarge:
			e = *inbox.Refusal("too-large")
		}
		return &e
	}
	var c *wire.Close
	if errors.As(err, &c) {
		return &inbox.Error{Kind: inbox.NotAllowed, Text: c.Error(), Next: afterClose(c.Code), Err: err}
	}
	if errors.Is(err, wire.ErrClosed) {
		return inbox.Refusal("desk-closed").Because(err)
	}
	return err
}

// afterClose is what to do about a connection that the owner does not want back.
func afterClose(code int) string {
	switch code {
	case wire.CodeRole:
		return fmt.Sprintf("whoever runs the owner can add user %d to desk.agents", os.Getuid())
	case wire.CodeProtocol:
		return "upgrade both ends to the same version"
	}
	return "start again"
}
