package line

import (
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"frontdesk/inbox"
	"frontdesk/ui"
)

// What people do with one message.

// detail says all that is known of a message: its way, why it stopped, its price, its names.
func (s *session) detail(args string) {
	r := s.rowNo(args)
	if r == nil {
		return
	}
	d, err := s.desk.Detail(s.ctx, s.talk.thread.ID, r.msg.Key)
	if err != nil {
		s.fail(err)
		return
	}
	r.msg = d.Message
	s.full(r)
	for _, e := range d.Message.Edits {
		s.dated(e.At, s.w.LabelEarlier, e.Text)
	}
	for _, st := range d.Steps {
		s.dated(st.At, s.w.Step(st.What), st.Note)
	}
	if e := d.Message.Error; e != nil {
		why, next := s.w.Reason(e)
		s.labelLine(s.w.LabelWhy, why)
		s.labelLine(s.w.LabelDo, next)
		if e.Code != 0 {
			s.labelLine(s.w.LabelCode, strings.TrimSpace(strconv.Itoa(e.Code)+" "+e.Detail))
		}
	}
	if p := d.Message.Pricing; p != nil {
		s.labelLine(s.w.LabelPrice, s.w.Price(p))
	}
	if m := d.Message.Media; m != nil {
		s.labelLine(s.w.LabelMedia, s.w.List(m.MIME, m.Path))
	}
	for _, id := range d.IDs {
		s.labelLine(s.w.LabelID, id)
	}
	s.labelLine(s.w.LabelRef, string(d.Message.Ref))
}

func (s *session) labelLine(label, text string) {
	if text != "" {
		s.out.line(label + ": " + text)
	}
}

// raw says the events behind a message as they came, one a line.
func (s *session) raw(args string) {
	r := s.rowNo(args)
	if r == nil {
		return
	}
	d, err := s.desk.Detail(s.ctx, s.talk.thread.ID, r.msg.Key)
	if err != nil {
		s.fail(err)
		return
	}
	for _, item := range d.Raw {
		s.dated(item.At, item.Kind, string(item.Data))
	}
	if len(d.Raw) == 0 {
		s.say(s.w.NoRaw)
	}
}

// choices are the words for what a person may decide about a message.
var choices = []struct {
	word     string
	decision inbox.Decision
}{
	{"again", inbox.Resend}, {"sent", inbox.MarkSent}, {"discard", inbox.Discard}, {"now", inbox.SendNow}, {"keep", inbox.KeepTime}, {"cancel", inbox.Cancel},
}

// decide says what can be done about a message that stopped, or does it.
func (s *session) decide(args string) {
	word, choice := firstWord(args)
	if word == "" {
		if word = s.stopped(); word == "" {
			s.say(s.w.NothingToDecide)
			return
		}
	}
	r := s.rowNo(word)
	if r == nil {
		return
	}
	m := s.freshRow(r)
	if choice == "" {
		s.sayChoices(r)
		return
	}
	if strings.EqualFold(choice, "lift") && m.AccountHold() {
		done, err := s.do(inbox.LiftHold{})
		if err != nil {
			s.fail(err)
			return
		}
		s.out.line(done.Text)
		return
	}
	for _, c := range choices {
		if strings.EqualFold(c.word, choice) && slices.Contains(m.Choices, c.decision) {
			s.settle(r, c.decision)
			return
		}
	}
	s.sayChoices(r)
}

// freshRow is a message as it is now: what may be decided changes with time alone.
func (s *session) freshRow(r *row) *inbox.Message {
	if d, err := s.desk.Detail(s.ctx, s.talk.thread.ID, r.msg.Key); err == nil {
		r.msg = d.Message
	}
	return &r.msg
}

// newestWith is the number of the newest message of the thread that fits, whether it was read here or not; "" when there
// is none.
func (s *session) newestWith(fits func(*inbox.Message) bool) string {
	page, err := s.desk.Messages(s.ctx, inbox.MessageQuery{Thread: s.talk.thread.ID, Limit: most})
	if err != nil {
		return ""
	}
	for i := range slices.Backward(page.Messages) {
		if m := &page.Messages[i]; fits(m) {
			return strconv.Itoa(s.numbered(m).n)
		}
	}
	return ""
}

// stopped is the number of the newest message that something can be decided about.
func (s *session) stopped() string {
	return s.newestWith(func(m *inbox.Message) bool {
		return m.AccountHold() || slices.ContainsFunc(m.Choices, func(d inbox.Decision) bool { return d != inbox.Cancel })
	})
}

func (s *session) sayChoices(r *row) {
	m := &r.msg
	var words []string
	for _, c := range choices {
		if slices.Contains(m.Choices, c.decision) {
			words = append(words, c.word+", "+s.w.Choice(c.decision, m.Status))
		}
	}
	if m.AccountHold() {
		words = append(words, "lift, "+s.w.LiftHold)
	}
	if len(words) == 0 {
		s.say(s.w.NothingToDecide)
		return
	}
	s.full(r)
	for _, w := range words {
		s.say(s.w.LineChoice, "n", strconv.Itoa(r.n), "choice", w)
	}
}

// settle carries out a decision. What could reach the customer twice is asked a second time.
func (s *session) settle(r *row, d inbox.Decision) {
	c := inbox.Decide{OID: r.msg.Ref, Decision: d}
	run := func(string) {
		if d == inbox.Resend {
			c.NewOID = inbox.OID(s.cfg.NewID())
		}
		if !s.did(c, s.w.Decided[d]) {
			return
		}
		switch d { // what follows from it is no news
		case inbox.Resend:
			s.ours[c.NewOID] = true
		case inbox.Cancel:
			r.told.Status = inbox.Cancelled
		case inbox.Discard:
			r.told.Status = inbox.Discarded
		}
	}
	if d == inbox.Resend && r.msg.Status == inbox.Unknown {
		s.say(s.w.LineTwice)
		s.offer(map[string]func(string){"yes": run}, func() { s.say(s.w.LineNotSent) })
		return
	}
	run("")
}

// retry sends again what failed or is uncertain, or now what is held.
func (s *session) retry(args string) {
	if args == "" {
		if args = s.stopped(); args == "" {
			s.say(s.w.NothingToDecide)
			return
		}
	}
	r := s.rowNo(args)
	if r == nil {
		return
	}
	switch m := s.freshRow(r); {
	case slices.Contains(m.Choices, inbox.Resend):
		s.settle(r, inbox.Resend)
	case slices.Contains(m.Choices, inbox.SendNow):
		s.settle(r, inbox.SendNow)
	default:
		s.sayChoices(r)
	}
}

// cancel calls back what has not left: that of a number, or the newest.
func (s *session) cancel(args string) {
	if args == "" {
		args = s.newestWith(func(m *inbox.Message) bool { return slices.Contains(m.Choices, inbox.Cancel) })
		if args == "" {
			s.say(s.w.TooLateToCancel)
			return
		}
	}
	r := s.rowNo(args)
	if r == nil {
		return
	}
	if m := s.freshRow(r); m.Ref == "" || !slices.Contains(m.Choices, inbox.Cancel) {
		s.say(s.w.TooLateToCancel)
		return
	}
	s.settle(r, inbox.Cancel)
}

// file says where the file of a message is, asks for one that is not here, or writes it to a path.
func (s *session) file(args string) {
	word, path := firstWord(args)
	r := s.rowNo(word)
	if r == nil {
		return
	}
	m := s.freshRow(r)
	if m.Media == nil {
		s.say(s.w.LineNoFile)
		return
	}
	if m.Media.State != inbox.MediaKept {
		if !m.Media.Again {
			s.out.line(s.w.Said(m))
			return
		}
		s.did(inbox.FetchMedia{Thread: m.Thread, Key: m.Key}, s.filled(s.w.LineFetching))
		return
	}
	if path == "" {
		s.say(s.w.LineFileAt, "path", m.Media.Path, "n", strconv.Itoa(r.n))
		return
	}
	path = ui.HomePath(path)
	if err := s.writeFile(m.Key, path); err != nil {
		s.say(s.w.LineNotWritten, "path", path, "why", causeOf(err))
		return
	}
	s.say(s.w.LineWritten, "path", path)
}

// writeFile copies a file of the Desk to a new one; what is there already stays.
func (s *session) writeFile(key, path string) error {
	from, err := s.desk.File(s.ctx, key)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// causeOf is an error without the call and the path that Go puts before it.
func causeOf(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return err.Error()
}
