package inbox

import (
	"context"
	"strconv"
	"time"
)

// WhatsApp ends the connection of a number whose phone app was not opened for about 14 days (PRIMARY_INACTIVITY;
// developers.facebook.com, account_update, 2026-09-11). Nothing tells when the app is opened; what is done on the phone
// is told. So the days are counted from the last such sign, which is never later than the last time it was opened.

// PhoneSign is what the phone gave a sign by. It reaches disk: words are added, never changed.
type PhoneSign string

// The signs.
const (
	SignMessage PhoneSign = "message"   // something was written, changed or deleted on it (smb_message_echoes)
	SignContact PhoneSign = "contact"   // its address book changed (smb_app_state_sync)
	SignHistory PhoneSign = "history"   // it handed its history on, or declined to
	SignLinked  PhoneSign = "connected" // it was connected to the account, or connected again (account_update)
	SignPerson  PhoneSign = "person"    // somebody says that they opened the app (SeePhone)
)

// PhoneState says how urgently the phone app has to be opened.
type PhoneState string

// The states.
const (
	PhoneUncounted PhoneState = ""     // nothing has come for the number yet, or no days are counted
	PhoneFine      PhoneState = "fine" //
	PhoneSoon      PhoneState = "soon" // PhoneSoonDays or less are left: amber
	PhoneNow       PhoneState = "now"  // PhoneNowDays or less are left: red
	PhoneOver      PhoneState = "over" // none is left: WhatsApp may have cut the number off
)

// When the days left are told, and when they are told in red.
const (
	PhoneSoonDays = 4
	PhoneNowDays  = 1
)

const oneDay = 24 * time.Hour

// Phone is the lifeline of the number: when the phone gave its last sign, and how long WhatsApp puts up with silence.
type Phone struct {
	State    PhoneState `json:"state,omitempty"`     // as of Info; StateAt tells it for another moment
	DaysLeft int        `json:"days_left,omitempty"` // whole days, as of Info
	SeenAt   time.Time  `json:"seen_at,omitzero"`    // the last sign; zero for none since this inbox began
	SeenBy   PhoneSign  `json:"seen_by,omitempty"`   // what it was
	Since    time.Time  `json:"since,omitzero"`      // when the first thing of this number came here: counted from, without a sign
	EndsAt   time.Time  `json:"ends_at,omitzero"`    // when the days are over
	Days     int        `json:"days,omitempty"`      // inbox.phone_lifeline_days
}

// StateAt says how urgent it is at a moment.
func (p Phone) StateAt(now time.Time) PhoneState {
	left := p.EndsAt.Sub(now)
	switch {
	case p.EndsAt.IsZero():
		return PhoneUncounted
	case left <= 0:
		return PhoneOver
	case left <= PhoneNowDays*oneDay:
		return PhoneNow
	case left <= PhoneSoonDays*oneDay:
		return PhoneSoon
	}
	return PhoneFine
}

// Left is how many whole days are left at a moment, 0 when less than one is.
func (p Phone) Left(now time.Time) int { return max(0, int(p.EndsAt.Sub(now)/oneDay)) }

// Silent is how many whole days the phone has given no sign at a moment.
func (p Phone) Silent(now time.Time) int {
	from := p.SeenAt
	if from.IsZero() {
		from = p.Since
	}
	return max(0, int(now.Sub(from)/oneDay))
}

// pulse is the newest sign of the phone, in Unix seconds.
type pulse struct {
	At int64     `cbor:"1,keyasint,omitempty"`
	By PhoneSign `cbor:"2,keyasint,omitempty"`
}

func (a *pulse) join(b pulse) bool {
	if b.At < a.At || b.At == a.At && b.By <= a.By {
		return false
	}
	*a = b
	return true
}

// pulsed notes what a fact says of the phone. A sign is no later than when it was received.
func (b *batch) pulsed(s Sighted) {
	var line LineID
	var by PhoneSign
	at := int64(0)
	written := func(on LineID, from Source, when int64) {
		if line = on; from == FromEcho {
			at, by = when, SignMessage
		}
	}
	switch f := s.Fact.(type) {
	case MessageSeen:
		written(f.Line, f.Source, f.Time)
	case EditSeen:
		written(f.Line, f.Source, f.Time)
	case RevokeSeen:
		written(f.Line, f.Source, f.Time)
	case ReactionSeen:
		written(f.Line, f.Source, f.Time)
	case ContactSeen:
		if line = f.Line; f.Register == BookRegister {
			at, by = f.Time, SignContact
		}
	case HistorySeen:
		line, at, by = f.Line, s.At.Unix(), SignHistory
	case PhoneSeen:
		line, at, by = f.Line, f.At.Unix(), SignPerson
	default:
		return
	}
	received := s.At.Unix()
	if at <= 0 || at > received {
		at = received
	}
	var p pulse
	if by != "" {
		p = pulse{at, by}
	}
	c := load(b, b.lines, linesBucket, line)
	c.dirty = c.value.beat(received, p) || c.dirty
}

// beat joins when something of the number first came, and a sign of the phone.
func (a *lineState) beat(heard int64, p pulse) bool {
	changed := a.Pulse.join(p)
	if heard != 0 && (a.Heard == 0 || heard < a.Heard) {
		a.Heard, changed = heard, true
	}
	return changed
}

// Phone tells how the phone's lifeline is. Without days nothing is counted.
func (r *Reader) Phone(line LineID, days int) Phone {
	st := r.line(line)
	p := Phone{Days: days, SeenAt: unixTime(st.Pulse.At), SeenBy: st.Pulse.By, Since: unixTime(st.Heard)}
	from := p.SeenAt
	if from.IsZero() {
		from = p.Since
	}
	if days > 0 && !from.IsZero() {
		p.EndsAt = from.Add(time.Duration(days) * oneDay)
	}
	p.State, p.DaysLeft = p.StateAt(r.lens.Now), p.Left(r.lens.Now)
	return p
}

// phone is the phone as people should see it: a number that is on no phone has none to open.
func (o *Owner) phone(r *Reader) Phone {
	p := r.Phone(o.c.Line, o.c.PhoneDays)
	if n := o.number.get(); p.SeenAt.IsZero() && n.Platform != "" && !n.OnPhone {
		return Phone{Since: p.Since}
	}
	return p
}

// lineLook is how often it is looked whether time has changed how the number is.
const lineLook = time.Minute

// watchLine tells how the number is whenever that changes, until ctx ends.
func (o *Owner) watchLine(ctx context.Context) error {
	was := PhoneUncounted
	for {
		rung := o.applied.bell.next() // before looking
		if s, err := o.standing(); err != nil {
			o.c.Log.Error("the state of the number could not be read", "err", err)
		} else {
			o.showStanding(was, s)
			was = s.phone.State
			o.link.set(s.link)
		}
		if sleepUntil(ctx, lineLook, rung) != nil {
			return nil
		}
	}
}

// showPhone tells when the days run out, and when the phone was seen again.
func (o *Owner) showPhone(was PhoneState, p Phone) {
	now := o.clock.now()
	switch p.State {
	case PhoneNow:
		o.notices.set(noticePhone, Tell(noticePhone, "phone-now", "n", strconv.Itoa(p.Silent(now))))
	case PhoneOver:
		o.notices.set(noticePhone, Tell(noticePhone, "phone-silent", "n", strconv.Itoa(p.Silent(now))))
	case PhoneFine, PhoneUncounted:
		if was == PhoneSoon {
			o.notices.tell(over[noticePhone])
		}
		o.notices.clear(noticePhone)
	default:
		o.notices.clear(noticePhone)
	}
}

// seePhone notes that a person opened the app.
func (d *deskOf) seePhone(ctx context.Context, id string) (Done, error) {
	return d.owner.commit(ctx, id, Done{}, nil, PhoneSeen{Line: d.owner.c.Line, Agent: d.agent, At: d.owner.clock.now()})
}
