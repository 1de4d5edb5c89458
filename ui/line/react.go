package line

import (
	"strconv"
	"strings"
	"unicode"

	"frontdesk/inbox"
	"frontdesk/ui"
)

// react sends an emoji to a message, or takes it back.
func (s *session) react(args string) {
	word, name := firstWord(args)
	r := s.rowNo(word)
	switch {
	case r == nil:
		return
	case r.msg.ID == "":
		s.say(s.w.NotSentYet)
		return
	case name == "":
		s.say(s.w.LineWhichEmoji)
		return
	}
	glyph := name
	if found, ok := emojiOf(name); ok {
		glyph = found
	}
	text := s.w.Fill(s.w.LineReactionSent, "emoji", glyph, "n", strconv.Itoa(r.n))
	if strings.EqualFold(name, "none") {
		glyph, text = "", s.w.LineReactionBack
	}
	r.reacted = glyph
	oid := inbox.OID(s.cfg.NewID())
	_, err := s.desk.Do(s.ctx, string(oid), inbox.Send{Thread: s.talk.thread.ID, OID: oid, Out: inbox.Outgoing{Type: "reaction", ReplyTo: r.msg.ID, Emoji: glyph}})
	if err != nil {
		s.fail(err)
		return
	}
	s.out.line(text)
}

// emojiOf finds an emoji by its name, as :thumbsup: or thumbsup.
func emojiOf(name string) (string, bool) {
	if strings.IndexFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
		return "", false
	}
	return ui.Emoji(strings.ToLower(strings.TrimSpace(name)))
}
