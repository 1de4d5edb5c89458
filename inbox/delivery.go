package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Limits of one attempt.
const (
	commitWithin = 5 * time.Second        // an append that is not done by then counts as failed
	commitAgain  = 500 * time.Millisecond // between tries to commit what happened
	pickAgain    = time.Second            // after somebody else was faster
	hangUp       = 700 * time.Millisecond // what a cancelled POST has to end in
	lastWords    = 700 * time.Millisecond // what its outcome then has to be committed in
)

// delivery is one attempt to send one message.
type delivery struct {
	sender *sender
	entry  OutboxEntry
	n      int
}

// delivered is how it ended.
type delivered struct {
	oid    OID
	thread ThreadNo
	result Result
	wait   time.Duration // until it may be tried again
	seq    Seq           // the views know all of it from here on
	late   bool          // it left at a time that a person had chosen
	file   FileName      // that it was made of
}

// run commits the attempt, POSTs once, and commits what came of it. The commit of the attempt is guarded by what was
// seen of the message: whoever decided something about it meanwhile has won, and nothing leaves.
func (d delivery) run(ctx context.Context) delivered {
	end := delivered{oid: d.entry.OID, thread: d.entry.Thread, late: d.entry.Planned}
	if f := d.entry.Out.File; f != nil {
		end.file = f.File
	}
	attempted := Attempted{OID: d.entry.OID, N: d.n, Run: d.owner().run, At: d.owner().clock.now()}
	head, added, err := d.append(ctx, commitWithin, []Guard{{Scope: string(d.entry.OID), Last: d.entry.Scope}}, attempted)
	switch {
	case errors.Is(err, ErrGuard) || err == nil && added == 0:
		end.seq, end.wait = d.lastSeq(ctx, head.Seq), pickAgain
		return end
	case err != nil:
		end.seq = d.takeBack(ctx, attempted, err)
		return end
	}
	token := d.owner().c.Gateway.Credential()
	out := Outcome{Result: ResultNotSent} // we are ending, and no byte has left
	if ctx.Err() == nil {
		out = d.post(ctx)
	}
	if out.Result == ResultRejectedAuth && out.Token == "" {
		out.Token = token
	}
	d.owner().learnTime(out.Date)
	out.RetryAfter = retryWait(out, d.inARow(out.Result), d.sender.random)
	end.result, end.wait = out.Result, out.RetryAfter
	end.seq = d.settle(ctx, out)
	return end
}

func (d delivery) owner() *Owner { return d.sender.owner }

// callback comes back in every status of the message (merge-rules 3.3).
func (d delivery) callback() string {
	return fmt.Sprintf("wi1.%s.%s.%d", d.owner().rules.Install, d.entry.OID, d.n)
}

// post makes the one request. When we are ending it is cancelled; a gateway that does not let go is left behind, and
// the outcome is unknown.
func (d delivery) post(ctx context.Context) Outcome {
	answer := make(chan Outcome, 1)
	go func() { answer <- d.owner().c.Gateway.Send(ctx, d.entry.Peer, d.entry.Out, d.callback()) }()
	select {
	case out := <-answer:
		return out
	case <-ctx.Done():
	}
	late := time.NewTimer(hangUp)
	defer late.Stop()
	select {
	case out := <-answer:
		return out
	case <-late.C:
		return Outcome{Result: ResultUnknown}
	}
}

// inARow counts the attempts up to this one that ended alike.
func (d delivery) inARow(r Result) int {
	n := 1
	for i := len(d.entry.Attempts) - 1; i >= 0; i-- {
		if out := d.entry.Attempts[i].Outcome; out == nil || out.Result != r {
			break
		}
		n++
	}
	return n
}

// settle commits the outcome, and again until it is there: the result is kept in memory and nothing new is sent
// meanwhile (merge-rules 7.2, 9.4). It gives up when we are ending; the attempt then counts as unknown.
func (d delivery) settle(ctx context.Context, out Outcome) Seq {
	settled := Settled{OID: d.entry.OID, N: d.n, Outcome: out, At: d.owner().clock.now()}
	return d.persist(ctx, func() (Seq, error) {
		head, _, err := d.append(ctx, lastWords, nil, settled)
		return head.Seq, err
	})
}

// takeBack deals with an attempt whose commit failed: nothing was POSTed, but the attempt may be on disk, or come there
// late, and would look unknown for ever. So it is put on record together with its outcome: not sent. When it was there
// already, or comes later, it is the same entry.
func (d delivery) takeBack(ctx context.Context, attempted Attempted, err error) Seq {
	d.owner().storeTrouble(err)
	settled := Settled{OID: attempted.OID, N: attempted.N, Outcome: Outcome{Result: ResultNotSent}, At: d.owner().clock.now()}
	return d.persist(ctx, func() (Seq, error) {
		head, _, err := d.append(ctx, lastWords, nil, attempted, settled)
		return head.Seq, err
	})
}

// persist tries until it works. Nothing new is sent while it does not.
func (d delivery) persist(ctx context.Context, try func() (Seq, error)) Seq {
	blocked := false
	for {
		seq, err := try()
		if err == nil {
			if blocked {
				d.sender.blocked.Add(-1)
			}
			d.owner().storeWell()
			return seq
		}
		d.owner().storeTrouble(err)
		if !blocked {
			blocked = true
			d.sender.blocked.Add(1)
		}
		if sleep(ctx, commitAgain) != nil {
			return 0
		}
	}
}

// append commits facts about the message. It does not end with ctx: what was done is to be on record.
func (d delivery) append(ctx context.Context, within time.Duration, guard []Guard, facts ...Fact) (Cursor, int, error) {
	entries, err := d.owner().local("", facts...)
	if err != nil {
		return Cursor{}, 0, err
	}
	if ctx.Err() == nil {
		within = commitWithin
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
	defer cancel()
	return d.owner().c.Journal.Append(ctx, Batch{Entries: entries, Guard: guard})
}

// lastSeq is where the views know all that is on record about the message.
func (d delivery) lastSeq(ctx context.Context, or Seq) Seq {
	last, err := d.owner().c.Journal.Last(context.WithoutCancel(ctx), string(d.entry.OID))
	if err != nil {
		return or
	}
	return max(last, or)
}
