package inbox

import (
	"context"
	"encoding/json"
)

// deskOf is the owner's Desk for one agent.
type deskOf struct {
	owner *Owner
	agent AgentID
	role  Role
}

var _ Desk = (*deskOf)(nil)

// Desk gives the desk of a person who may do everything: whoever holds the store.
func (o *Owner) Desk(agent AgentID) Desk { return o.DeskFor(agent, Lead) }

// DeskFor gives the desk of a person with a role. The rules are the same for all of them.
func (o *Owner) DeskFor(agent AgentID, role Role) Desk {
	return &deskOf{owner: o, agent: agent, role: role}
}

// read answers a question from one consistent state of the views.
func (d *deskOf) read(ctx context.Context, fn func(*Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.owner.life.Err() != nil {
		return errDeskClosed()
	}
	err := d.owner.view(d.agent, func(r *Reader) error {
		if err := fn(r); err != nil {
			return err
		}
		return r.Err()
	})
	if err != nil {
		return cacheTrouble(err)
	}
	return nil
}

// Info implements Desk.
func (d *deskOf) Info(ctx context.Context) (Info, error) {
	o := d.owner
	number := o.number.get()
	info := Info{
		Agent: d.agent, Line: o.c.Line, Number: number.Display, Country: o.number.home(), Business: o.c.Business, Owner: o.c.Holder,
		ClockOffset: o.clock.fix(),
	}
	info.Standing = NumberStanding{Quality: number.Quality, Limit: number.Limit, CanSend: number.CanSend, AskedAt: number.Date}
	if info.Business == "" {
		info.Business = number.Name
	}
	_, info.LastEventAt, _ = o.intake.now()
	info.Unproven = o.intake.doubts()
	err := d.read(ctx, func(r *Reader) (err error) {
		info.Head = Applied(r.tx).Seq
		info.News = r.news(o.c.Line)
		info.Phone, info.Link, info.Account = o.phone(r), r.Link(o.c.Line), r.line(o.c.Line).troubles(r.lens.Own, r.lens.Now)
		info.Counts, err = r.Counts()
		info.Counts.Tray, info.TrayNext = r.trayed()
		return err
	})
	info.Notices = o.notices.list()
	return info, err
}

// Threads implements Desk.
func (d *deskOf) Threads(ctx context.Context, q ThreadQuery) (page ThreadPage, err error) {
	err = d.read(ctx, func(r *Reader) error {
		if page, err = r.Threads(q); err != nil {
			return err
		}
		for i := range page.Threads {
			d.owner.decorate(r, &page.Threads[i])
		}
		return nil
	})
	return page, err
}

// Thread implements Desk.
func (d *deskOf) Thread(ctx context.Context, ref string) (t Thread, err error) {
	err = d.read(ctx, func(r *Reader) error {
		no, err := r.Find(ref)
		if err != nil {
			return err
		}
		var ok bool
		if t, ok = r.Thread(no); !ok {
			return Refusal("no-thread", "name", ref)
		}
		d.owner.decorate(r, &t)
		return nil
	})
	return t, err
}

// Messages implements Desk.
func (d *deskOf) Messages(ctx context.Context, q MessageQuery) (page MessagePage, err error) {
	err = d.read(ctx, func(r *Reader) error {
		page, err = r.Messages(q)
		return err
	})
	return page, err
}

// Search implements Desk.
func (d *deskOf) Search(ctx context.Context, q SearchQuery) (page SearchPage, err error) {
	select {
	case d.owner.searches <- struct{}{}:
		defer func() { <-d.owner.searches }()
	case <-ctx.Done():
		return page, ctx.Err()
	}
	err = d.read(ctx, func(r *Reader) error {
		page, err = r.Search(ctx, q)
		return err
	})
	return page, err
}

// Prices implements Desk.
func (d *deskOf) Prices(ctx context.Context, q PriceQuery) (prices Prices, err error) {
	err = d.read(ctx, func(r *Reader) error {
		prices, err = r.Prices(d.owner.c.Line, q)
		return err
	})
	return prices, err
}

// Costs implements Desk.
func (d *deskOf) Costs(ctx context.Context, q CostsQuery) (costs Costs, err error) {
	err = d.read(ctx, func(r *Reader) error {
		costs, err = r.Costs(d.owner.c.Line, q)
		return err
	})
	if err != nil || !q.Compare {
		return costs, err
	}
	biller, ok := d.owner.c.Gateway.(Biller)
	if !ok {
		return costs, Refusal("no-biller")
	}
	costs.Reported, err = biller.Billed(ctx, d.owner.c.Line, costs.From, costs.To)
	return costs, err
}

// rawMost is how many entries behind one message Detail shows.
const rawMost = 20

// Detail implements Desk.
func (d *deskOf) Detail(ctx context.Context, thread ThreadID, key string) (found Detail, err error) {
	var seqs []Seq
	err = d.read(ctx, func(r *Reader) error {
		var ok bool
		if found, seqs, ok = r.Detail(key); !ok {
			return Refusal("no-message", "name", key)
		}
		return nil
	})
	if err != nil {
		return found, err
	}
	found.Raw, err = d.owner.rawItems(ctx, seqs)
	return found, err
}

// rawItems reads the newest journal entries behind a message, as they came.
func (o *Owner) rawItems(ctx context.Context, seqs []Seq) ([]RawItem, error) {
	var items []RawItem
	for _, seq := range seqs[max(0, len(seqs)-rawMost):] {
		entries, err := o.c.Journal.Read(ctx, Cursor{Epoch: AnyEpoch, Seq: seq - 1}, 1)
		if err != nil {
			return items, storeError(err)
		}
		if len(entries) == 0 || entries[0].Seq != seq {
			continue
		}
		e := entries[0]
		data := json.RawMessage(e.Data)
		if !json.Valid(data) {
			data, _ = json.Marshal(string(e.Data)) // a string always has a JSON form
		}
		items = append(items, RawItem{Seq: e.Seq, At: e.At, Kind: e.Kind, Data: data})
	}
	return items, nil
}

// decorate adds what is not in the views: the draft, and who else is there.
func (o *Owner) decorate(r *Reader, t *Thread) {
	no, err := t.ID.No()
	if err != nil {
		return
	}
	t.Draft = o.drafts.of(r, no)
	t.Presence = o.presences.in(no, r.lens.Agent, r.lens.Now)
}
