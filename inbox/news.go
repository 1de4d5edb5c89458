package inbox

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"
)

// What WhatsApp tells of the account and of its templates is kept as notes; here they are read back, the newest first.

// How far back news is looked for, and how much of it an Info carries.
const (
	newsMost   = 5
	newsLooked = 500
	newsAge    = 30 * oneDay
)

// told yields the notes about the account, the newest first.
func (r *Reader) told(line LineID, yield func(kind, key string, n Note) bool) {
	prefix := append(personKey(line, accountNotes), 0)
	behind := append(personKey(line, accountNotes), 1)
	looked := 0
	r.tx.Descend(notesBucket, behind, func(k, v []byte) bool {
		rest, ok := bytes.CutPrefix(k, prefix)
		if !ok || len(rest) < 8 || looked == newsLooked {
			return false
		}
		looked++
		var n note
		if err := decode(v, &n); err != nil {
			r.check(damaged(notesBucket, err))
			return false
		}
		kind, key, _ := bytes.Cut(rest[8:], []byte{0})
		at := unixTime(int64(binary.BigEndian.Uint64(rest) ^ 1<<63))
		return yield(string(kind), string(key), Note{At: at, Text: n.Text})
	})
}

// news are the newest notes about the number and the account; those about templates stand with the templates.
func (r *Reader) news(line LineID) (all []Note) {
	r.told(line, func(kind, _ string, n Note) bool {
		if r.lens.Now.Sub(n.At) > newsAge {
			return false
		}
		switch kind {
		case "account", "quality", KindLifecycle, "error":
			all = append(all, n)
		}
		return len(all) < newsMost
	})
	return all
}

// templateNews puts what WhatsApp last told of each template with it: its state, its quality, its category.
func (r *Reader) templateNews(line LineID, list []Template) {
	newest := map[string]Note{}
	r.told(line, func(kind, key string, n Note) bool {
		if r.lens.Now.Sub(n.At) > newsAge {
			return false
		}
		if _, name, ok := strings.Cut(key, " "); kind == "template" && ok {
			if _, have := newest[name]; !have {
				newest[name] = n
			}
		}
		return true
	})
	for i := range list {
		if n, ok := newest[list[i].Name+" "+list[i].Language]; ok {
			list[i].Told, list[i].ToldAt = n.Text, n.At
		}
	}
}

// NumberStanding is what WhatsApp lets the number do, as it last said.
type NumberStanding struct {
	Quality string    `json:"quality,omitempty"`  // GREEN, YELLOW, RED, UNKNOWN
	Limit   string    `json:"limit,omitempty"`    // TIER_250, ...: customers that may be written to first, in a day
	CanSend string    `json:"can_send,omitempty"` // AVAILABLE, LIMITED, BLOCKED
	AskedAt time.Time `json:"asked_at,omitzero"`
}
