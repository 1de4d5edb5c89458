package inbox

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

const habitsBucket Bucket = "habits" // line 0 template 0 language -> habit

// MostUses is how far the uses of a template are counted.
const MostUses = 100

// habit is what a desk does with a template: when it was sent, and who keeps it at hand.
type habit struct {
	Uses  []use  `cbor:"1,keyasint,omitempty"` // the newest, newest first
	Stars []star `cbor:"2,keyasint,omitempty"` // by agent
}

type star struct {
	Agent AgentID `cbor:"1,keyasint"`
	Mark  mark    `cbor:"2,keyasint"`
	Off   bool    `cbor:"3,keyasint,omitempty"`
}

func (a *habit) join(b habit) {
	unite(&a.Uses, b.Uses, func(x, y use) int { return cmp.Compare(y.Mark, x.Mark) }, nil)
	a.Uses = a.Uses[:min(len(a.Uses), MostUses)]
	unite(&a.Stars, b.Stars, func(x, y star) int { return cmp.Compare(x.Agent, y.Agent) }, func(x *star, y star) bool {
		if cmp.Or(cmp.Compare(x.Mark, y.Mark), compareBool(x.Off, y.Off)) >= 0 {
			return false
		}
		*x = y
		return true
	})
}

func habitKey(line LineID, name, language string) string {
	return inKey(string(line)) + "\x00" + inKey(name) + "\x00" + inKey(language)
}

// accustom joins what is said of a template's use.
func (b *batch) accustom(key string, h habit) {
	c := load(b, b.habits, habitsBucket, key)
	c.value.join(h)
	c.dirty = true
}

// takeHabit joins a fact about the use of a template.
func (b *batch) takeHabit(s Sighted) {
	switch f := s.Fact.(type) {
	case Queued:
		if t := f.Out.Template; t != nil {
			b.accustom(habitKey(f.Peer.Line, t.Name, t.Language), habit{Uses: []use{{markOf(s), f.At.Unix()}}})
		}
	case TemplateStarred:
		b.accustom(habitKey(f.Line, f.Name, f.Language), habit{Stars: []star{{f.Agent, markOf(s), f.Off}}})
	}
}

// habits puts into templates what the desk does with them, as the reader's agent sees it.
func (r *Reader) habits(line LineID, list []Template) {
	for i := range list {
		t := &list[i]
		var h habit
		_, err := get(r.tx, habitsBucket, []byte(habitKey(line, t.Name, t.Language)), &h)
		r.check(err)
		if t.Used = len(h.Uses); t.Used > 0 {
			t.UsedAt = unixTime(h.Uses[0].At)
		}
		t.Starred = slices.ContainsFunc(h.Stars, func(s star) bool { return s.Agent == r.lens.Agent && !s.Off })
	}
}

// Templates implements Desk.
func (d *deskOf) Templates(ctx context.Context) (list []Template, err error) {
	err = d.read(ctx, func(r *Reader) error {
		list = d.owner.templates.all()
		r.habits(d.owner.c.Line, list)
		r.templateNews(d.owner.c.Line, list)
		return nil
	})
	return list, err
}

func (d *deskOf) starTemplate(ctx context.Context, id string, c StarTemplate) (Done, error) {
	o := d.owner
	if _, ok := o.templates.find(c.Name, c.Language); !ok && !c.Off {
		return Done{}, Refusal("no-template", "name", fmt.Sprintf("%s (%s)", Clean(c.Name), Clean(c.Language)))
	}
	return o.commit(ctx, id, Done{}, nil, TemplateStarred{Line: o.c.Line, Name: c.Name, Language: c.Language, Off: c.Off, Agent: d.agent, At: o.clock.now()})
}

// TemplateStarred says that an agent wants a template at hand, or no more.
type TemplateStarred struct {
	Line     LineID    `json:"line"`
	Name     string    `json:"name"`
	Language string    `json:"language"`
	Off      bool      `json:"off,omitempty"`
	Agent    AgentID   `json:"agent"`
	At       time.Time `json:"at"`
}

func (TemplateStarred) fact() {}

// StarTemplate puts a template among the agent's favourites, or takes it away.
type StarTemplate struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Off      bool   `json:"off,omitempty"`
}

// Kind implements Command.
func (StarTemplate) Kind() string { return "star-template" }
