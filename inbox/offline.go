package inbox

import (
	"context"
	"time"
)

// Offline gives a desk that only reads, for commands while no owner runs (decisions 8): it brings the views up to the
// journal, sends nothing, and has nothing to end. A Backup is the one command that it carries out.
func Offline(ctx context.Context, c Config, agent AgentID) (Desk, error) {
	c.Gateway = nil
	o, err := NewOwner(c)
	if err != nil {
		return nil, err
	}
	o.readOnly = true
	if err := newProjector(o, batchImport).catchUp(ctx); err != nil {
		return nil, deskError(err)
	}
	return o.Desk(agent), nil
}

// Rebuilt says what a rebuild found.
type Rebuilt struct {
	Entries     Seq           `json:"entries"`     // the newest one
	Quarantined int           `json:"quarantined"` // items that could not be understood, at most 1000
	Took        time.Duration `json:"-"`
}

// Rebuild throws the views away and makes them anew from the journal (merge-rules 8). Only the holder of the store
// may call it, and no Owner may run. The template list is kept: it is not in the journal.
func Rebuild(ctx context.Context, c Config) (Rebuilt, error) {
	c.Gateway = nil
	began := time.Now()
	o, err := NewOwner(c)
	if err != nil {
		return Rebuilt{}, err
	}
	p := newProjector(o, batchImport)
	if err := p.empty(); err != nil {
		return Rebuilt{}, cacheTrouble(err)
	}
	if err := p.catchUp(ctx); err != nil {
		return Rebuilt{}, deskError(err)
	}
	done := Rebuilt{Entries: p.at.Seq}
	err = o.view("", func(r *Reader) error {
		q, err := r.Quarantined(1000)
		done.Quarantined = len(q)
		return err
	})
	done.Took = time.Since(began)
	return done, err
}
