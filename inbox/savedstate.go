package inbox

import (
	"cmp"
	"context"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const savedBucket Bucket = "saved" // line 0 folded name 0 folded language -> saved

// How much is kept: all of it goes to a screen in one answer.
const (
	savedMost      = 500     // replies
	savedBytes     = 1 << 20 // of all texts together
	savedNameMost  = 40      // characters
	savedUsesKept  = 32
	savedHalfLife  = 14 * 24 * time.Hour // after that a use counts half
	savedSeparator = "\x00"
)

// saved is what the views keep of a saved reply. Of everything that was said the latest counts; one that was removed
// stays as a mark, or an older fact that comes later would bring it back.
type saved struct {
	Mark     mark    `cbor:"1,keyasint,omitempty"` // of what follows; 0: only its uses are known
	Name     string  `cbor:"2,keyasint,omitempty"`
	Language string  `cbor:"3,keyasint,omitempty"`
	Text     string  `cbor:"4,keyasint,omitempty"`
	By       AgentID `cbor:"5,keyasint,omitempty"`
	At       int64   `cbor:"6,keyasint,omitempty"`
	Gone     bool    `cbor:"7,keyasint,omitempty"`
	Uses     []use   `cbor:"8,keyasint,omitempty"` // the newest, newest first
}

type use struct {
	Mark mark  `cbor:"1,keyasint"`
	At   int64 `cbor:"2,keyasint,omitempty"`
}

// join reports whether what people see changed; that it was used changes only its place in the list.
func (a *saved) join(b saved) bool {
	changed := b.Mark > a.Mark
	if changed {
		uses := a.Uses
		*a = b
		a.Uses = uses
	}
	unite(&a.Uses, b.Uses, func(x, y use) int { return cmp.Compare(y.Mark, x.Mark) }, nil)
	a.Uses = a.Uses[:min(len(a.Uses), savedUsesKept)]
	return changed
}

func savedKey(line LineID, n ReplyName) string {
	return string(line) + savedSeparator + strings.ToLower(n.Name) + savedSeparator + strings.ToLower(n.Language)
}

// keepSaved joins what is said of a saved reply.
func (b *batch) keepSaved(seq Seq, key string, s saved) {
	c := load(b, b.saved, savedBucket, key)
	if c.value.join(s) {
		b.tell(Change{Seq: seq, Kind: SavedReplyEvent, Key: key})
	}
	c.dirty = true
}

// takeSaved joins a fact about a saved reply.
func (b *batch) takeSaved(s Sighted) {
	switch f := s.Fact.(type) {
	case ReplySaved:
		b.keepSaved(s.Seq, savedKey(f.Line, f.Reply), saved{Mark: markOf(s), Name: f.Reply.Name, Language: f.Reply.Language,
			Text: Clean(f.Text), By: f.Agent, At: f.At.Unix()})
	case ReplyRemoved:
		b.keepSaved(s.Seq, savedKey(f.Line, f.Reply), saved{Mark: markOf(s), Name: f.Reply.Name, Language: f.Reply.Language,
			By: f.Agent, At: f.At.Unix(), Gone: true})
	case ReplyUsed:
		b.keepSaved(s.Seq, savedKey(f.Line, f.Reply), saved{Uses: []use{{markOf(s), f.At.Unix()}}})
	}
}

func (s *saved) reply() SavedReply {
	r := SavedReply{Name: s.Name, Language: s.Language, Text: s.Text, By: s.By, At: unixTime(s.At), Removed: s.Gone, Used: len(s.Uses)}
	if len(s.Uses) > 0 {
		r.UsedAt = unixTime(s.Uses[0].At)
	}
	return r
}

// weight is how much a reply is used these days.
func (s *saved) weight(now time.Time) float64 {
	sum := 0.0
	for _, u := range s.Uses {
		sum += math.Exp2(-float64(now.Sub(unixTime(u.At))) / float64(savedHalfLife))
	}
	return sum
}

// SavedReplies lists the saved replies of a line: those that are used most these days first, the others by name.
func (r *Reader) SavedReplies(line LineID) []SavedReply {
	type weighed struct {
		SavedReply
		weight float64
	}
	var all []weighed
	scan(r.tx, savedBucket, []byte(string(line)+savedSeparator), nil, func(_, v []byte) bool {
		var s saved
		if err := decode(v, &s); err != nil {
			r.check(damaged(savedBucket, err))
			return false
		}
		if s.Mark != 0 && !s.Gone {
			all = append(all, weighed{s.reply(), s.weight(r.lens.Now)})
		}
		return true
	})
	slices.SortStableFunc(all, func(a, b weighed) int { return cmp.Compare(b.weight, a.weight) }) // the keys are sorted by name
	list := make([]SavedReply, len(all))
	for i := range all {
		list[i] = all[i].SavedReply
	}
	return list
}

// savedReply reads one by its key.
func (r *Reader) savedReply(key string) (SavedReply, bool) {
	var s saved
	ok, err := get(r.tx, savedBucket, []byte(key), &s)
	r.check(err)
	return s.reply(), ok && s.Mark != 0
}

// saved reports whether there is such a reply.
func (d *deskOf) saved(n ReplyName) (there bool) {
	if n.Name == "" {
		return false
	}
	err := d.owner.view(d.agent, func(r *Reader) error {
		s, ok := r.savedReply(savedKey(d.owner.c.Line, n))
		there = ok && !s.Removed
		return r.Err()
	})
	return there && err == nil
}

// SavedReplies implements Desk.
func (d *deskOf) SavedReplies(ctx context.Context) (list []SavedReply, err error) {
	err = d.read(ctx, func(r *Reader) error {
		list = r.SavedReplies(d.owner.c.Line)
		return nil
	})
	return list, err
}

var languagePattern = regexp.MustCompile(`^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,2}$`)

// CheckReply says what is wrong with a saved reply, in words; nil when it can be saved.
func CheckReply(n ReplyName, text string) error {
	switch name := utf8.RuneCountInString(n.Name); {
	case n.Name == "":
		return Refusal("saved-name")
	case name > savedNameMost || strings.ContainsAny(n.Name, "\n\t") || n.Name != Clean(strings.TrimSpace(n.Name)):
		return Refusal("saved-name-long", "n", strconv.Itoa(savedNameMost))
	case n.Language != "" && !languagePattern.MatchString(n.Language):
		return Refusal("saved-language", "name", Clean(n.Language))
	case strings.TrimSpace(text) == "":
		return Refusal("saved-empty")
	case !utf8.ValidString(text):
		return Refusal("saved-not-text")
	}
	if n := utf8.RuneCountInString(text); n > textMost {
		return Refusal("saved-long", "n", strconv.Itoa(n), "over", strconv.Itoa(n-textMost))
	}
	return nil
}

func (d *deskOf) saveReply(ctx context.Context, id string, c SaveReply) (Done, error) {
	c.Reply.Name, c.Text = strings.TrimSpace(c.Reply.Name), strings.TrimRight(c.Text, " \t\n")
	if err := CheckReply(c.Reply, c.Text); err != nil {
		return Done{}, err
	}
	o := d.owner
	list, err := d.SavedReplies(ctx)
	if err != nil {
		return Done{}, err
	}
	count, bytes := 1, len(c.Text)
	for _, r := range list {
		if savedKey("", c.Reply) != savedKey("", ReplyName{r.Name, r.Language}) {
			count++
			bytes += len(r.Text)
		}
	}
	if count > savedMost || bytes > savedBytes {
		return Done{}, Refusal("saved-room", "n", strconv.Itoa(savedMost), "size", strconv.Itoa(savedBytes>>10))
	}
	return o.commit(ctx, id, Done{}, nil, ReplySaved{Line: o.c.Line, Reply: c.Reply, Text: Clean(c.Text), Agent: d.agent, At: o.clock.now()})
}

func (d *deskOf) removeReply(ctx context.Context, id string, c RemoveReply) (Done, error) {
	o, found := d.owner, SavedReply{}
	err := d.read(ctx, func(r *Reader) error {
		var ok bool
		if found, ok = r.savedReply(savedKey(o.c.Line, c.Reply)); !ok || found.Removed {
			return Refusal("no-saved-reply", "name", Clean(c.Reply.Name))
		}
		return nil
	})
	if err != nil {
		return Done{}, err
	}
	return o.commit(ctx, id, Done{}, nil, ReplyRemoved{Line: o.c.Line, Reply: ReplyName{found.Name, found.Language}, Agent: d.agent, At: o.clock.now()})
}
