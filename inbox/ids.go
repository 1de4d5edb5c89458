package inbox

import (
	"encoding/base32"
	"encoding/binary"
	"errors"
	"strings"
)

// Seq is a position in the journal: commit order, never reused inside an epoch. Callers compare it and hand it back;
// they do not count with it.
type Seq uint64

// Cursor says what a reader has applied. Chk lets the journal refuse a cursor from another past, such as one that
// was made before a backup was restored.
type Cursor struct {
	Epoch string `json:"epoch"`
	Seq   Seq    `json:"seq"`
	Chk   uint64 `json:"chk,string"`
}

// LineID is the phone_number_id of one business number.
type LineID string

// AgentID is the name of a person who answers customers in this program.
type AgentID string

// OID is our own id for one outgoing message: a ULID, made when the draft is opened, so that a submit that is
// repeated is one outbox entry (merge-rules 3.3).
type OID string

// Alias names a customer: "p:<digits>" for a phone number or wa_id, "u:<id>" for a business-scoped user id, "up:<id>" for
// a parent one, which names the same person to all portfolios of one enterprise.
type Alias string

// PhoneAlias makes an alias of a phone number in any spelling; "" when it holds no digit.
func PhoneAlias(s string) Alias {
	d := Digits(s)
	if d == "" {
		return ""
	}
	return Alias("p:" + d)
}

// UserAlias makes an alias of a business-scoped user id; "" when the id is empty.
func UserAlias(id string) Alias {
	if id == "" {
		return ""
	}
	return Alias("u:" + id)
}

// ParentAlias makes an alias of a parent business-scoped user id; "" when the id is empty.
func ParentAlias(id string) Alias {
	if id == "" {
		return ""
	}
	return Alias("up:" + id)
}

// Phone returns the digits of a phone alias, or "".
func (a Alias) Phone() string { return after(a, "p:") }

// User returns the business-scoped user id of a user alias, or "".
func (a Alias) User() string { return after(a, "u:") }

// Parent returns the id of a parent user alias, or "".
func (a Alias) Parent() string { return after(a, "up:") }

func after(a Alias, prefix string) string {
	if s, ok := strings.CutPrefix(string(a), prefix); ok {
		return s
	}
	return ""
}

// Digits keeps the ASCII digits of s.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// Peer is one customer as seen from one of our numbers. Facts that people add to a thread (read marks, labels, an
// assignment) name a Peer, not a thread: threads join later, aliases stay.
type Peer struct {
	Line  LineID `json:"line"`
	Alias Alias  `json:"alias"`
}

// ThreadNo is the number of a thread: where the journal first named any of its aliases, as seq<<20 | item. It is the
// same after a rebuild. When threads join, the smaller number stays and the other keeps resolving.
type ThreadNo uint64

// MaxItems is how many items of one journal entry get numbers of their own. A body of 16 MiB holds fewer.
const MaxItems = 1 << 20

// FirstSeen makes the thread number for an alias first named by the given item of the given entry.
func FirstSeen(seq Seq, item int) ThreadNo {
	return ThreadNo(uint64(seq)<<20 | uint64(min(item, MaxItems-1)))
}

// ThreadID is a ThreadNo as people and scripts see it: "t_" and base32.
type ThreadID string

var threadEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// ID spells the number without leading zero bytes.
func (n ThreadNo) ID() ThreadID {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	i := 0
	for i < 7 && b[i] == 0 {
		i++
	}
	return ThreadID("t_" + threadEncoding.EncodeToString(b[i:]))
}

var errThreadID = errors.New("not a thread id")

// No reads the number back.
func (t ThreadID) No() (ThreadNo, error) {
	s, ok := strings.CutPrefix(string(t), "t_")
	if !ok {
		return 0, errThreadID
	}
	b, err := threadEncoding.DecodeString(s)
	if err != nil || len(b) == 0 || len(b) > 8 {
		return 0, errThreadID
	}
	var full [8]byte
	copy(full[8-len(b):], b)
	return ThreadNo(binary.BigEndian.Uint64(full[:])), nil
}

// AnyEpoch in a Cursor asks to resume by number alone, for a person who types one (events --since N). Programs keep
// whole cursors: only those notice that the journal is another one.
const AnyEpoch = "*"
