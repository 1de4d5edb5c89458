package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// followWithin is how long an answer waits for its own effect to reach the views, so that whoever asks next sees it.
// The effect is durable before; a slow cache delays nobody longer than this.
const followWithin = 2 * time.Second

// Do implements Desk. The answer is recorded with the effect in one commit, so a command that is repeated, after a
// lost answer or a restart, is answered and not carried out again (network.md 2.8). A refusal is not recorded: the
// same command may be given again when the reason is gone.
func (d *deskOf) Do(ctx context.Context, id string, c Command) (Done, error) {
	o := d.owner
	switch {
	case o.life.Err() != nil:
		return Done{}, errDeskClosed()
	case c == nil || id == "":
		return Done{}, invalid("a command needs an id")
	case !Allowed(d.role, c):
		return Done{}, Refusal("role", "role", string(d.role))
	}
	if _, backup := c.(Backup); o.readOnly && !backup {
		return Done{}, Refusal("no-owner")
	}
	defer o.commands.lock(id)()
	if done, ok, err := o.answered(ctx, id); ok || err != nil {
		return done, err
	}
	done, err := d.carryOut(ctx, id, c)
	if err != nil {
		return Done{}, deskError(err)
	}
	if done.Seq > 0 && !o.readOnly {
		o.follow(ctx, done.Seq)
	}
	return done, nil
}

func (d *deskOf) carryOut(ctx context.Context, id string, c Command) (Done, error) {
	switch c := c.(type) {
	case Send:
		return d.send(ctx, id, c)
	case Decide:
		return d.decide(ctx, id, c)
	case MarkRead:
		return d.markRead(ctx, id, c)
	case MarkUnread:
		return d.markUnread(ctx, id, c)
	case SetState:
		return d.setState(ctx, id, c)
	case Assign:
		return d.onThread(ctx, id, c.Thread, func(p Peer) Fact { return Assigned{Peer: p, To: c.To, Agent: d.agent} })
	case Label:
		label := strings.TrimSpace(Clean(c.Label))
		if label == "" || utf8.RuneCountInString(label) > 40 || strings.ContainsAny(label, "\n\t") {
			return Done{}, Refusal("label")
		}
		return d.onThread(ctx, id, c.Thread, func(p Peer) Fact {
			return Labelled{Peer: p, Label: label, Off: c.Off, Agent: d.agent}
		})
	case Mute:
		return d.onThread(ctx, id, c.Thread, func(p Peer) Fact { return Muted{Peer: p, Off: c.Off, Agent: d.agent} })
	case AddNote:
		if strings.TrimSpace(c.Text) == "" {
			return Done{}, Refusal("note-empty")
		}
		return d.onThread(ctx, id, c.Thread, func(p Peer) Fact {
			return Noted{Peer: p, ID: id, Text: Clean(c.Text), Agent: d.agent, At: d.owner.clock.now()}
		})
	case Rename:
		return d.editContacts(ctx, id, EditContacts{Edits: []ContactEdit{{ID: c.Thread, Name: &c.Name}}})
	case EditContacts:
		return d.editContacts(ctx, id, c)
	case Join:
		return d.join(ctx, id, c)
	case Separate:
		return d.separate(ctx, id, c)
	case SaveDraft:
		return d.saveDraft(ctx, c)
	case Look:
		return d.look(ctx, c)
	case SeeAll:
		return d.seeAll(ctx, id, c)
	case LookOnPhone:
		return d.lookOnPhone(ctx, id, c)
	case SeePhone:
		return d.seePhone(ctx, id)
	case Attend:
		return d.attend(c)
	case LiftHold:
		return d.liftHold(ctx, id)
	case RefreshTemplates:
		if d.owner.c.Gateway == nil {
			return Done{}, noGateway()
		}
		return Done{}, unreachable(d.owner.fetchTemplates(ctx))
	case SaveReply:
		return d.saveReply(ctx, id, c)
	case StarTemplate:
		return d.starTemplate(ctx, id, c)
	case RemoveReply:
		return d.removeReply(ctx, id, c)
	case FetchMedia:
		return d.fetchMedia(ctx, id, c)
	case RequestSync:
		return d.requestSync(ctx, id, c)
	case ImportChat:
		return d.importChat(ctx, id, c)
	case ListenerProven:
		return d.listenerProven(ctx, id, c)
	case Backup:
		return d.backup(ctx, id, c)
	}
	return Done{}, invalid(fmt.Sprintf("the command %q is not known here", c.Kind()))
}

// answer is what Journal.Result keeps of a command. Entry finds the position again, which is not known before the
// commit that the answer is part of.
type answer struct {
	Entry string `json:"entry,omitempty"`
	Done  Done   `json:"done"`
}

// answered looks for the recorded answer to a command.
func (o *Owner) answered(ctx context.Context, id string) (Done, bool, error) {
	b, ok, err := o.c.Journal.Result(ctx, id)
	if err != nil {
		return Done{}, false, storeError(err)
	}
	var a answer
	if !ok || json.Unmarshal(b, &a) != nil {
		return Done{}, false, nil
	}
	if a.Entry != "" {
		seq, _, err := o.c.Journal.Seen(ctx, a.Entry)
		if err != nil {
			return Done{}, false, storeError(err)
		}
		a.Done.Seq = seq
	}
	return a.Done, true, nil
}

// commit makes facts durable together with the answer to the command that caused them.
func (o *Owner) commit(ctx context.Context, id string, done Done, guard []Guard, facts ...Fact) (Done, error) {
	entries, err := o.local(id, facts...)
	if err != nil {
		return Done{}, err
	}
	a := answer{Done: done}
	if len(entries) > 0 {
		a.Entry = entries[len(entries)-1].ID
	}
	recorded, err := json.Marshal(a)
	if err != nil {
		return Done{}, err
	}
	head, _, err := o.c.Journal.Append(ctx, Batch{Entries: entries, Guard: guard, Results: map[string][]byte{id: recorded}})
	if err != nil {
		return Done{}, err
	}
	o.storeWell()
	if len(entries) > 0 {
		done.Seq = head.Seq
	}
	return done, nil
}

// follow waits until the views have applied seq.
func (o *Owner) follow(ctx context.Context, seq Seq) {
	ctx, cancel := context.WithTimeout(ctx, followWithin)
	defer cancel()
	stop := context.AfterFunc(o.life, cancel)
	defer stop()
	if err := o.applied.wait(ctx, seq); err != nil {
		o.c.Log.Debug("the views are behind", "seq", seq)
	}
}

// peer finds the customer of a thread.
func (d *deskOf) peer(thread ThreadID) (no ThreadNo, peer Peer, err error) {
	err = d.owner.view(d.agent, func(r *Reader) error {
		no, peer, err = findPeer(r, thread)
		return err
	})
	return no, peer, err
}

func findPeer(r *Reader, thread ThreadID) (ThreadNo, Peer, error) {
	no, err := thread.No()
	if err != nil {
		return 0, Peer{}, Refusal("no-thread", "name", string(thread))
	}
	no, ok := r.Resolve(no)
	if !ok {
		return 0, Peer{}, Refusal("no-thread", "name", string(thread))
	}
	peer, ok := r.Peer(no)
	if !ok {
		return 0, Peer{}, Refusal("no-customer", "name", string(thread))
	}
	return no, peer, nil
}

// onThread makes one fact about a thread durable.
func (d *deskOf) onThread(ctx context.Context, id string, thread ThreadID, fact func(Peer) Fact) (Done, error) {
	_, peer, err := d.peer(thread)
	if err != nil {
		return Done{}, err
	}
	return d.owner.commit(ctx, id, Done{}, nil, fact(peer))
}

func (d *deskOf) markRead(ctx context.Context, id string, c MarkRead) (Done, error) {
	var no ThreadNo
	var peer Peer
	var newest string
	err := d.owner.view(d.agent, func(r *Reader) (err error) {
		no, peer, err = findPeer(r, c.Thread)
		c.Upto = min(c.Upto, Applied(r.tx).Seq) // nobody has seen what is to come
		if err == nil {
			if wamid, seq, ok := r.LatestIncoming(no); ok && seq <= c.Upto {
				newest = wamid
			}
		}
		return err
	})
	if err != nil {
		return Done{}, err
	}
	if c.Receipt && d.owner.c.Receipts == ReceiptsFocused {
		d.owner.receipt(no, newest, false)
	}
	return d.owner.commit(ctx, id, Done{}, nil, Viewed{Peer: peer, Agent: d.agent, Upto: c.Upto})
}

func (d *deskOf) markUnread(ctx context.Context, id string, c MarkUnread) (Done, error) {
	var peer Peer
	var from Seq
	err := d.owner.view(d.agent, func(r *Reader) (err error) {
		no, p, err := findPeer(r, c.Thread)
		if err != nil {
			return err
		}
		_, seq, ok := r.LatestIncoming(no)
		if !ok {
			return Refusal("nothing-unread")
		}
		peer, from = p, seq
		return nil
	})
	if err != nil {
		return Done{}, err
	}
	return d.owner.commit(ctx, id, Done{}, nil, Unviewed{Peer: peer, Agent: d.agent, From: from})
}

func (d *deskOf) setState(ctx context.Context, id string, c SetState) (Done, error) {
	switch c.State {
	case Open, Closed:
		c.Until = time.Time{}
	case Snoozed:
		if !c.Until.After(d.owner.clock.now()) {
			return Done{}, Refusal("snooze-past")
		}
	default:
		return Done{}, invalid(fmt.Sprintf("a thread is open, snoozed or done, not %q", c.State))
	}
	return d.onThread(ctx, id, c.Thread, func(p Peer) Fact {
		return StateSet{Peer: p, State: c.State, Until: c.Until, Agent: d.agent}
	})
}

func (d *deskOf) saveDraft(ctx context.Context, c SaveDraft) (Done, error) {
	o := d.owner
	no, numbers := ThreadNo(0), []ThreadNo(nil)
	err := o.view(d.agent, func(r *Reader) (err error) {
		if no, _, err = findPeer(r, c.Thread); err == nil {
			numbers = o.drafts.numbers(r, no)
		}
		return err
	})
	if err != nil {
		return Done{}, err
	}
	draft := c.Draft
	draft.Agent, draft.At, draft.Gone = d.agent, o.clock.now(), false
	if f := draft.File; f != nil {
		if !f.File.Valid() {
			return Done{}, invalid("the file of a draft is handed over first (KeepFile)")
		}
		// Whoever takes files away must not come between the look at it and the draft that holds it.
		defer o.files.lock(string(f.File))()
		is, err := d.looked(*f)
		if err != nil { // the words are kept all the same, and whoever reads them is told
			is = *f
			is.Name = PlainName(f.Name)
		}
		draft.File = &is
	}
	if err := o.keepDraft(ctx, numbers, draft); err != nil {
		return Done{}, storeError(err)
	}
	o.tellThread(no)
	return Done{}, nil
}

func (d *deskOf) look(_ context.Context, c Look) (Done, error) {
	o := d.owner
	switch c.Doing {
	case doingReading, doingTyping, doingClaimed, doingGone:
	default:
		return Done{}, invalid(fmt.Sprintf("one reads, types, claims or is gone; not %q", c.Doing))
	}
	if c.Doing != doingReading && c.Doing != doingGone && !Allowed(d.role, Send{}) {
		return Done{}, Refusal("viewer")
	}
	var no ThreadNo
	var wamid string
	var open bool
	if err := o.view(d.agent, func(r *Reader) (err error) {
		if no, _, err = findPeer(r, c.Thread); err != nil {
			return err
		}
		if c.Doing == doingTyping {
			wamid, _, _ = r.LatestIncoming(no)
			t, ok := r.Thread(no)
			open = ok && t.Window.OpenAt(r.lens.Now)
		}
		return nil
	}); err != nil {
		return Done{}, err
	}
	if seen, changed := o.presences.look(no, d.agent, c.Doing, o.clock.now()); changed {
		o.present(no, seen)
	}
	if open && o.c.Receipts == ReceiptsFocused {
		o.receipt(no, wamid, true)
	}
	return Done{}, nil
}

// present tells everybody what an agent does.
func (o *Owner) present(no ThreadNo, seen Presence) {
	key := "presence/" + string(no.ID()) + "/" + string(seen.Agent)
	o.slots.put(key, volatile{event: Event{Kind: PresenceEvent, Presence: &seen}})
}

// attend notes what the person at this terminal looks at. It is held with the desk: a terminal has one of its own.
func (d *deskOf) attend(c Attend) (Done, error) {
	var no ThreadNo
	if c.Here && c.Thread != "" {
		if err := d.owner.view(d.agent, func(r *Reader) (err error) {
			no, _, err = findPeer(r, c.Thread)
			return err
		}); err != nil {
			return Done{}, err
		}
		d.owner.alerts.opened(no)
	}
	d.owner.attendance.attend(d, c.Here, no)
	return Done{}, nil
}

// liftHold lets the number send again after a look at its health (decisions 14).
func (d *deskOf) liftHold(ctx context.Context, id string) (Done, error) {
	o := d.owner
	if o.c.Gateway == nil {
		return Done{}, noGateway()
	}
	n, err := o.fetchNumber(ctx)
	if err != nil {
		return Done{}, unreachable(err)
	}
	if n.CanSend == "BLOCKED" {
		return Done{}, Refusal("number-blocked", "why", problems(n))
	}
	return o.commit(ctx, id, Done{Text: "the number sends again"}, nil, LineReleased{Line: o.c.Line, Agent: d.agent, At: o.clock.now()})
}

func (d *deskOf) backup(ctx context.Context, id string, c Backup) (Done, error) {
	if c.File == "" {
		return Done{}, invalid("a backup needs a file")
	}
	var vault Vault
	if !c.JournalOnly {
		vault = d.owner.c.Vault
	}
	result, err := WriteBackup(ctx, d.owner.c.Journal, vault, c.File)
	if err != nil {
		return Done{}, Refusal("backup-failed", "why", err.Error()).Because(err)
	}
	done := Done{Backup: &result}
	if d.owner.readOnly {
		return done, nil
	}
	return d.owner.commit(ctx, id, done, nil)
}

// WriteBackup copies the journal to file, and then the files of messages into a directory beside it: each file that the
// copied journal names was kept before, so only those that were removed meanwhile can be missing. vault may be nil.
func WriteBackup(ctx context.Context, j Journal, vault Vault, file string) (r BackupResult, err error) {
	n, head, err := j.Backup(ctx, file)
	r = BackupResult{File: file, Bytes: n, Seq: head.Seq}
	if err != nil || vault == nil {
		return r, err
	}
	m := BackupMedia{Dir: file + ".media"}
	if m.Files, m.Bytes, err = vault.Backup(m.Dir); err == nil && m.Files > 0 {
		r.Media = &m
	}
	return r, err
}

func invalid(text string) *Error { return &Error{Kind: Invalid, Text: text} }

func noGateway() *Error { return Refusal("no-connection") }

// unreachable is a call to WhatsApp that failed, for a person; nil stays nil.
func unreachable(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Refusal("not-asked", "why", err.Error()).Because(err)
}

// deskError makes every error one that a Desk may answer.
func deskError(err error) error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, ErrGuard):
		return Refusal("decided-first").Because(err)
	}
	return storeError(err)
}
