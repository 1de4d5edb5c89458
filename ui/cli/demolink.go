package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"frontdesk/inbox"
)

// firstHour is what somebody does in the first hour of a number that was just linked: read the checklist, prove the
// listener from outside, ask for the contacts and then for the history. What WhatsApp makes of it comes by itself.
type firstHour struct {
	desk  inbox.Desk
	cfg   Config
	at    string  // the address of the listener
	speed float64 // of the play
	say   func(format string, args ...any)
}

// firstHour plays it beside the screen, or the agent without one, until end is called.
func (d *demo) firstHour(ctx context.Context, desk inbox.Desk, cfg Config, at string) (end func() error, err error) {
	person := prompter{d.app.in, d.app.out}
	f := firstHour{desk: desk, cfg: cfg, at: at, speed: d.speed, say: person.say}
	person.checklist()
	if err := f.prove(ctx); err != nil {
		return nil, err
	}
	if !d.headless {
		if _, err := person.line(ctx, "Contacts and history are asked for next. Press enter to watch them come into the inbox."); err != nil {
			return nil, err
		}
		f.say = func(string, ...any) {} // the screen tells it
	}
	ctx, stop := context.WithCancel(ctx)
	var playing sync.WaitGroup
	var asked, told error
	playing.Go(func() { asked = f.ask(ctx) })
	if d.headless {
		playing.Go(func() { told = f.tell(ctx) })
	}
	return func() error {
		stop()
		playing.Wait()
		return errors.Join(asked, told)
	}, nil
}

// How long somebody takes between two steps, and how often the play without a screen looks what has become of them.
const (
	firstHourStep = 5 * time.Second
	firstHourLook = 200 * time.Millisecond
)

// prove sends the challenge and a signed test event to the listener, as WhatsApp would, and records that they came
// through: before that nothing that is given once may be asked for.
func (f *firstHour) prove(ctx context.Context) error {
	way := callback(f.cfg, f.at)
	if err := errors.Join(way.Challenge(ctx), way.Event(ctx)); err != nil {
		return err
	}
	if _, err := f.desk.Do(ctx, inbox.NewID(), inbox.ListenerProven{Address: f.at}); err != nil {
		return err
	}
	f.say("listener: a signed test event came through %s", f.at)
	return nil
}

// ask asks for both things in turn.
func (f *firstHour) ask(ctx context.Context) error {
	for _, what := range []inbox.SyncKind{inbox.SyncContacts, inbox.SyncHistory} {
		if pause(ctx, time.Duration(float64(firstHourStep)/f.speed)); ctx.Err() != nil {
			return nil
		}
		answer, err := f.desk.Do(ctx, inbox.NewID(), inbox.RequestSync{What: what})
		if err != nil {
			return unlessOver(ctx, err)
		}
		f.say("%s: asked for, as request %s", what, answer.Text)
	}
	return nil
}

// tell says what becomes of it, a line each time something has changed, until ctx ends.
func (f *firstHour) tell(ctx context.Context) error {
	var contacts, history string
	shown := map[string]bool{}
	for {
		pause(ctx, firstHourLook)
		s, err := f.desk.Sync(ctx)
		if err != nil {
			return unlessOver(ctx, err)
		}
		if now := fmt.Sprintf("%d with a name from the phone", s.Contacts.Known); s.Contacts.Known > 0 && now != contacts {
			contacts = now
			f.say("contacts: %s", now)
		}
		h := s.History
		now := string(h.State)
		if h.State == inbox.SyncImporting {
			now = fmt.Sprintf("importing, phase %d", h.Phase)
		}
		if h.State != inbox.SyncNever && h.State != inbox.SyncAsked && now != history {
			history = now
			if h.State == inbox.SyncDeclined {
				f.say("history: declined, so only new messages appear")
			} else {
				f.say("history: %s, %d %%, %d messages", now, h.Progress, h.Messages)
			}
		}
		info, err := f.desk.Info(ctx)
		if err != nil {
			return unlessOver(ctx, err)
		}
		standing := map[string]bool{}
		for _, n := range info.Notices {
			standing[n.Text] = true
			if !shown[n.Text] {
				f.say("%s: %s", n.Kind, n.Text)
			}
		}
		for text := range shown {
			if !standing[text] {
				f.say("over: %s", text)
			}
		}
		shown = standing
	}
}

func unlessOver(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
