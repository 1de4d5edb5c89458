package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"frontdesk/inbox"
)

// demoAgent is the person at the desk of a demo without a screen: it answers who waits, by a template where the window
// has closed, through the same Desk as everybody.
type demoAgent struct {
	desk     inbox.Desk
	answered map[inbox.ThreadID]time.Time // the message that was answered last
	reached  bool                         // a template went to a closed window
}

// A customer waits this long before the agent answers, so that the phone has its turn.
const demoPatience = 3 * time.Second

func (g *demoAgent) run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			if err := g.round(ctx, now); err != nil {
				return err
			}
		}
	}
}

func (g *demoAgent) round(ctx context.Context, now time.Time) error {
	page, err := g.desk.Threads(ctx, inbox.ThreadQuery{Limit: 100})
	if err != nil {
		return err
	}
	for _, t := range page.Threads {
		switch {
		case !t.Window.OpenAt(now) && !g.reached:
			if err := g.reach(ctx, t); err != nil {
				return err
			}
		case t.NeedsReply && t.Window.OpenAt(now) && now.Sub(t.LastActivityAt) > demoPatience && g.answered[t.ID].Before(t.LastActivityAt):
			g.answered[t.ID] = t.LastActivityAt
			out := inbox.Outgoing{Type: "text", Text: "Thank you, " + firstName(t.Name) + ". We are on it and will tell you within the hour."}
			oid := inbox.NewID()
			_, err := g.desk.Do(ctx, oid, inbox.Send{Thread: t.ID, OID: inbox.OID(oid), Out: out, Seen: t.Seq})
			if k := inbox.KindOf(err); err != nil && k != inbox.Stale && k != inbox.WindowClosed {
				return err
			}
			return nil // one at a time, as a person types
		}
	}
	return nil
}

// reach sends the first template that can be filled to a customer whose window has closed.
func (g *demoAgent) reach(ctx context.Context, t inbox.Thread) error {
	list, err := g.desk.Templates(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	for _, tpl := range list {
		if ok, _ := tpl.Sendable(); !ok || strings.EqualFold(tpl.Category, "MARKETING") {
			continue
		}
		send, ok := fillWithName(tpl, firstName(t.Name))
		if !ok {
			continue
		}
		g.reached = true
		oid := inbox.NewID()
		_, err := g.desk.Do(ctx, oid, inbox.Send{Thread: t.ID, OID: inbox.OID(oid), Out: inbox.Outgoing{Type: "template", Template: &send}})
		return err
	}
	return nil
}

func firstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

// demoSummary is what a demo without a screen says at its end.
type demoSummary struct {
	threads, in, phone, sent, read, delivered, failed, uncertain int
}

func (s demoSummary) String() string {
	return fmt.Sprintf("%d threads, %d messages from customers, %d answers from the phone, %d sent here (%d delivered, %d of them read), %d failed, %d uncertain",
		s.threads, s.in, s.phone, s.sent, s.delivered, s.read, s.failed, s.uncertain)
}

func summarise(ctx context.Context, desk inbox.Desk) (s demoSummary, err error) {
	q := inbox.ThreadQuery{Limit: pageSize}
	for {
		page, err := desk.Threads(ctx, q)
		if err != nil {
			return s, err
		}
		for _, t := range page.Threads {
			s.threads++
			if err := s.count(ctx, desk, t.ID); err != nil {
				return s, err
			}
		}
		if q.After = page.Next; q.After == "" {
			return s, nil
		}
	}
}

func (s *demoSummary) count(ctx context.Context, desk inbox.Desk, id inbox.ThreadID) error {
	q := inbox.MessageQuery{Thread: id, First: true, Limit: pageSize}
	for {
		page, err := desk.Messages(ctx, q)
		if err != nil {
			return err
		}
		for _, m := range page.Messages {
			s.add(m)
		}
		if !page.Later || len(page.Messages) == 0 {
			return nil
		}
		q = inbox.MessageQuery{Thread: id, After: page.Messages[len(page.Messages)-1].Key, Limit: pageSize}
	}
}

func (s *demoSummary) add(m inbox.Message) {
	switch m.Origin {
	case inbox.OriginCustomer:
		s.in++
	case inbox.OriginPhone:
		s.phone++
	case inbox.OriginAPI:
		s.sent++
		switch m.Status {
		case inbox.StatusRead, inbox.StatusPlayed:
			s.read++
			s.delivered++
		case inbox.StatusDelivered:
			s.delivered++
		}
	}
	switch m.Status {
	case inbox.StatusFailed:
		s.failed++
	case inbox.Unknown:
		s.uncertain++
	}
}

// fillWithName fills a template from what the list gives as examples, and the customer's name first. ok is false for
// one that needs a file or a place.
func fillWithName(t inbox.Template, name string) (send inbox.TemplateSend, ok bool) {
	send = inbox.TemplateSend{Name: t.Name, Language: t.Language}
	put := func(m *map[string]string, k, v string) {
		if *m == nil {
			*m = map[string]string{}
		}
		(*m)[k] = v
	}
	for _, f := range t.Needs() {
		value := f.Example
		if value == "" {
			value = "1"
		}
		switch {
		case f.Optional:
		case f.Kind == inbox.MediaField || f.Kind == inbox.LocationField:
			return send, false
		case f.Part == "header":
			put(&send.Header, f.Name, value)
		case f.Part == "body" && len(send.Body) == 0:
			put(&send.Body, f.Name, name)
		case f.Part == "body":
			put(&send.Body, f.Name, value)
		default:
			put(&send.Buttons, f.Name, value)
		}
	}
	return send, true
}
