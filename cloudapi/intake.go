package cloudapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync/atomic"

	"frontdesk/inbox"
)

// budget bounds the bytes of all bodies in memory at once. It is taken as bytes arrive, so that a peer that
// announces much and sends little holds little.
type budget struct{ free atomic.Int64 }

func (b *budget) take(n int64) bool {
	if b.free.Add(-n) >= 0 {
		return true
	}
	b.free.Add(n)
	return false
}

func (b *budget) give(n int64) { b.free.Add(n) }

var errNoRoom = errors.New("no room for another body")

// Sizes of the first buffer for a body of unknown length, and the most that is reserved on a mere announcement.
const (
	firstBuffer = 4 << 10
	announced   = 64 << 10
)

// read reads the body whole and returns it with the bytes held in the budget, which the caller gives back, also after
// an error. A body over MaxBody is *http.MaxBytesError, at once when its length was announced.
func (l *Listener) read(w http.ResponseWriter, r *http.Request) (body []byte, held int64, err error) {
	limit := l.cfg.MaxBody
	if r.ContentLength > limit {
		return nil, 0, &http.MaxBytesError{Limit: limit}
	}
	size := int64(firstBuffer)
	if r.ContentLength >= 0 {
		size = min(r.ContentLength+1, announced) // one more, so that the end is seen without growing
	}
	if !l.room.take(size) {
		return nil, 0, errNoRoom
	}
	held = size
	src := http.MaxBytesReader(w, r.Body, limit)
	buf := make([]byte, 0, size)
	for {
		if len(buf) == cap(buf) {
			grown := min(2*int64(cap(buf)), limit+1)
			if r.ContentLength >= 0 {
				grown = min(grown, r.ContentLength+1)
			}
			if grown <= int64(cap(buf)) {
				grown = int64(cap(buf)) + 1
			}
			if !l.room.take(grown - held) {
				return nil, held, errNoRoom
			}
			held = grown
			buf = append(make([]byte, 0, grown), buf...)
		}
		n, err := src.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, held, nil
		}
		if err != nil {
			return nil, held, err
		}
	}
}

// classify says what kind of entry a signed body is, and whether it holds anything for our line. Account-level fields
// name no number; they, and whatever cannot be read, count as ours and are stored whole. Bodies of nothing but
// imports are told apart so that live messages need not wait behind them (decisions 6).
func classify(body []byte, line inbox.LineID) (kind string, ours bool) {
	var e struct {
		Entry []struct {
			Changes []struct {
				Field text `json:"field"`
				Value struct {
					Metadata metadata `json:"metadata"`
				} `json:"value"`
			} `json:"changes"`
		} `json:"entry"`
		// The history refusal is printed without its envelope (webhooks 4.2).
		Metadata  metadata        `json:"metadata"`
		History   json.RawMessage `json:"history"`
		StateSync json.RawMessage `json:"state_sync"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return inbox.EntryWebhook, true // the decoder tells what is wrong with it
	}
	changes, imports := 0, 0
	for _, entry := range e.Entry {
		for _, c := range entry.Changes {
			changes++
			if isImport(string(c.Field)) {
				imports++
			}
			ours = ours || c.Value.Metadata.names(line)
		}
	}
	if changes == 0 {
		ours = e.Metadata.names(line)
		if e.History != nil || e.StateSync != nil {
			changes, imports = 1, 1
		}
	}
	if changes > 0 && imports == changes {
		return inbox.EntryImport, ours
	}
	return inbox.EntryWebhook, ours
}

func isImport(field string) bool { return field == "history" || field == "smb_app_state_sync" }

// metadata is value.metadata: which business number an event is about.
type metadata struct {
	Display text `json:"display_phone_number"`
	ID      text `json:"phone_number_id"`
}

// names reports whether the event can be for the line: it names it, or no number at all.
func (m metadata) names(line inbox.LineID) bool { return m.ID == "" || inbox.LineID(m.ID) == line }
