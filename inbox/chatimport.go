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
	// N counts the lines of one minute, side and text, from 0: two that say the same are two.
	N int `json:"n,omitempty"`
}

func (ChatImported) fact() {}

// chatLines is how many lines one fact holds: it is shown whole behind each of its messages.
const chatLines = 50

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
	return liftMessage(s, f)
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
		fresh = r.missing(no, c.Lines)
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

// chatSlack is how far the clock of a phone and WhatsApp's time of a message may lie apart: an export shows minutes, and
// imported history shows when the phone had the message.
const chatSlack = int64(120)

// missing are the lines that the thread has no message for: none of the same side and text at about the same time. Each
// message stands for one line.
func (r *Reader) missing(no ThreadNo, lines []ChatLine) (fresh []ChatLine) {
	if len(lines) == 0 {
		return nil
	}
	from, to := lines[0].At.Unix(), lines[0].At.Unix()
	for _, l := range lines {
		from, to = min(from, l.At.Unix()), max(to, l.At.Unix())
	}
	type said struct {
		out, file bool
		text      string
	}
	have := map[said][]int64{}
	if no != 0 {
		scan(r.tx, messagesBucket, rowsOf(no), place{no, spot{Time: from - chatSlack}}.bytes(), func(k, v []byte) bool {
			s, err := read(k, v)
			r.check(err)
			if err != nil || s.row.place.spot.Time > to+chatSlack {
				return false
			}
			if s.rec == nil {
				return true
			}
			c := s.rec.shown()
			file := c.Media != nil || c.Level == Placeholder
			key := said{s.rec.out(), file, strings.TrimSpace(c.Text)}
			if file {
				key.text = "" // a caption may stand apart
			}
			have[key] = append(have[key], s.row.place.spot.Time)
			return true
		})
	}
	for _, l := range lines {
		key := said{l.Out, l.Media != "", strings.TrimSpace(Clean(l.Text))}
		if key.file {
			key.text = ""
		}
		at, found := l.At.Unix(), false
		for i, t := range have[key] {
			if t >= at-chatSlack && t <= at+chatSlack {
				have[key] = append(have[key][:i], have[key][i+1:]...)
				found = true
				break
			}
		}
		if !found {
			fresh = append(fresh, l)
		}
	}
	return fresh
}
