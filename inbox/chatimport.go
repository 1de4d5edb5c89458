package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ChatImported holds lines of a chat that the phone exported as text. It says less than any webhook: times are those of
// the phone, on Android to the minute, and files are missing. Nothing of it is live.
type ChatImported struct {
	Peer  Peer       `json:"peer"`
	Agent AgentID    `json:"agent"`
	Lines []ChatLine `json:"lines"`
	At    time.Time  `json:"at"`
}

// ChatLine is one message of an exported chat.
type ChatLine struct {
	At    time.Time `json:"at"`
	Out   bool      `json:"out,omitempty"`
	Text  string    `json:"text,omitempty"`
	Media string    `json:"media,omitempty"` // image, video, audio, document, sticker or file: it is on the phone only
	Name  string    `json:"name,omitempty"`  // of the file
	// N counts, from 0, the lines of one minute and side that say the same, or that are files: two are two.
	N int `json:"n,omitempty"`
}

func (ChatImported) fact() {}

// chatLines is how many lines one fact holds: it is shown whole behind each of its messages.
const chatLines = 50

// chatAhead is how far a line may be dated ahead of the clock here. More means that its date was read wrong.
const chatAhead = 10 * time.Minute

// id names the message in place of the id that an export lacks.
func (l ChatLine) id(peer Peer) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%t\x00%s\x00%s\x00%d", peer.Alias, l.At.Unix()/60, l.Out, l.Media, l.Text, l.N))
	return "export:" + hex.EncodeToString(sum[:16])
}

// lift is the line as part of a record. Lines of a fact keep their order within a minute.
func (l ChatLine) lift(s Sighted, peer Peer, i int) lifted {
	s.Item += i
	f := MessageSeen{
		Line: peer.Line, WAMID: l.id(peer), Side: In, Source: FromExport, Time: l.At.Unix(), Peers: []Alias{peer.Alias},
		Content: Content{Level: Concrete, Type: "text", Text: Clean(l.Text)},
	}
	if l.Out {
		f.Side = Out
	}
	if l.Media != "" {
		f.Content.Level, f.Content.Type = Placeholder, "media_placeholder"
		if l.Name != "" {
			f.Content.Media = &Media{Name: Clean(l.Name)}
		}
	}
	said := liftMessage(s, f)
	said.rec.Nth = l.N
	return said
}

// importChat keeps the lines that are not there yet.
func (d *deskOf) importChat(ctx context.Context, id string, c ImportChat) (Done, error) {
	if len(c.Lines) > ImportChatMost {
		return Done{}, Refusal("chat-many", "n", strconv.Itoa(len(c.Lines)), "most", strconv.Itoa(ImportChatMost))
	}
	for i, l := range c.Lines {
		if l.At.IsZero() || strings.TrimSpace(l.Text) == "" && l.Media == "" {
			return Done{}, Refusal("chat-line", "n", strconv.Itoa(i+1))
		}
	}
	o := d.owner
	for i, l := range c.Lines {
		if l.At.After(o.clock.now().Add(chatAhead)) {
			return Done{}, Refusal("chat-ahead", "n", strconv.Itoa(i+1), "time", localTime(l.At))
		}
	}
	var peer Peer
	var fresh []ChatLine
	if err := o.view(d.agent, func(r *Reader) error {
		no := ThreadNo(0)
		if c.Thread == "" {
			if !looksLikeNumber(c.To) {
				return Refusal("number", "number", c.To)
			}
			peer = Peer{o.c.Line, PhoneAlias(c.To)}
			no, _ = r.Find(c.To) // most often there is none
		} else {
			var err error
			if no, peer, err = findPeer(r, c.Thread); err != nil {
				return err
			}
		}
		fresh = r.missing(no, peer, c.Lines)
		return r.Err()
	}); err != nil {
		return Done{}, err
	}
	done := Done{Chat: &ChatResult{New: len(fresh), Known: len(c.Lines) - len(fresh)}}
	if c.DryRun || len(fresh) == 0 {
		return done, nil
	}
	var facts []Fact
	for len(fresh) > 0 {
		n := min(chatLines, len(fresh))
		facts = append(facts, ChatImported{Peer: peer, Agent: d.agent, Lines: fresh[:n], At: o.clock.now()})
		fresh = fresh[n:]
	}
	return o.commit(ctx, id, done, nil, facts...)
}
