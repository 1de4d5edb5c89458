package line

import (
	"strconv"
	"strings"

	"frontdesk/inbox"
)

// saved lists the saved replies, or fills one in: by its name or its number in the list.
func (s *session) saved(args string) {
	all, err := s.desk.SavedReplies(s.ctx)
	if err != nil {
		s.fail(err)
		return
	}
	name := strings.TrimSpace(args)
	if name == "" {
		s.listSaved(all)
		return
	}
	if s.talk == nil {
		s.say(s.w.LineNothingOpen)
		return
	}
	var fit []inbox.SavedReply
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(all) {
		fit = all[n-1 : n]
	} else {
		for _, r := range all {
			if strings.EqualFold(r.Name, name) || strings.EqualFold(r.Name+" "+r.Language, name) {
				fit = append(fit, r)
			}
		}
	}
	switch len(fit) {
	case 0:
		s.say(s.w.NoSavedMatch)
	case 1:
		s.useSaved(fit[0])
	default:
		s.listSaved(fit)
		s.say(s.w.LineWhichLanguage)
	}
}

func (s *session) listSaved(all []inbox.SavedReply) {
	for i, r := range all {
		s.out.line(s.w.List(strconv.Itoa(i+1)+" "+r.Name, r.Language) + ": " + r.Text)
	}
	if len(all) == 0 {
		s.say(s.w.LineNoSaved)
	}
}

// useSaved fills a saved reply in from the contact, asks for what is left, and waits for the word that sends it.
func (s *session) useSaved(r inbox.SavedReply) {
	t := s.talk
	text := inbox.FillFields(r.Text, inbox.FieldValues(t.thread, s.info))
	w := s.newReply(text, "")
	w.began = inbox.ReplyName{Name: r.Name, Language: r.Language}
	s.asking = &fields{r: w}
	s.asking.(*fields).ask(s)
}

// fields asks for what a saved reply leaves open.
type fields struct{ r *reply }

func (f *fields) prompt() string { return ". " }

func (f *fields) ask(s *session) {
	if open := inbox.Fields(f.r.text); len(open) > 0 {
		s.out.line(f.r.text)
		s.say(s.w.LineAskField, "field", open[0])
		return
	}
	s.asking = nil
	s.say(s.w.ReviewTo, "name", s.talk.thread.Name)
	s.out.line("  " + f.r.text)
	s.say(s.w.LineReviewSaved)
	s.choose(f.r)
}

func (f *fields) take(s *session, text string) {
	open := inbox.Fields(f.r.text)
	switch text = strings.TrimSpace(text); {
	case text == ".":
		s.asking = nil
		f.leave(s)
		return
	case text != "" && len(open) > 0:
		f.r.text = inbox.FillFields(f.r.text, map[string]string{open[0]: text})
	}
	f.ask(s)
}

func (f *fields) leave(s *session) { s.say(s.w.LineNotSent) }

// save keeps a text under a name, for everybody at the desk.
func (s *session) save(args string) {
	name, text := firstWord(args)
	if strings.TrimSpace(text) == "" {
		s.say(s.w.LineSaveWhat)
		return
	}
	s.did(inbox.SaveReply{Reply: inbox.ReplyName{Name: name}, Text: text}, s.filled(s.w.LineSavedAs, "name", name))
}
