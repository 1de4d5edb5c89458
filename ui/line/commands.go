package line

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// command is one word that people type first. Its row is all there is to know of it: help and the words in the texts of
// the catalogue come from the table, as what is done does.
type command struct {
	name, short string
	args        string // as help shows them, the same in every language
	group       group
	talks       bool // needs an open thread
	run         func(s *session, args string)
}

// group orders help.
type group int

const (
	reading group = iota
	writing
	messages
	handling
	other
)

// commands is the table. Other spellings of a name stand in also.
var commands []command

func init() { // it names functions that read it
	commands = []command{
		{"threads", "t", "[VIEW] [WORDS]", reading, false, (*session).threads},
		{"waiting", "w", "", reading, false, func(s *session, words string) { s.threads("waiting " + words) }},
		{"stuck", "st", "", reading, false, func(s *session, words string) { s.threads("stuck " + words) }},
		{"open", "o", "THREAD", reading, false, (*session).openRef},
		{"next", "n", "", reading, false, (*session).nextUnread},
		{"read", "rd", "[N]", reading, true, (*session).read},
		{"more", "m", "", reading, false, (*session).goOn},
		{"earlier", "e", "", reading, true, (*session).earlier},
		{"search", "/", "WORDS", reading, false, (*session).search},
		{"find", "f", "WORDS", reading, true, (*session).find},
		{"hit", "i", "N", reading, false, (*session).hit},
		{"tray", "ty", "", reading, false, (*session).tray},
		{"phone", "ph", "[opened]", reading, false, (*session).phone},
		{"away", "aw", "", reading, false, (*session).away},
		{"where", "wh", "", reading, false, (*session).where},

		{"reply", "r", "[TEXT]", writing, true, (*session).reply},
		{"quote", "qt", "N [TEXT]", writing, true, (*session).quote},
		{"attach", "at", "PATH", writing, true, (*session).attach},
		{"location", "lc", "LAT,LON[,NAME[,ADDRESS]]", writing, true, (*session).location},
		{"card", "cd", "NAME,PHONE[,COMPANY]", writing, true, (*session).card},
		{"buttons", "bu", "TEXT | BUTTON[ | BUTTON[ | BUTTON]]", writing, true, (*session).buttons},
		{"choices", "ch", "TEXT | OPENS | ROW[: MORE][ | ROW ...]", writing, true, (*session).choices},
		{"later", "la", "TIME TEXT", writing, true, (*session).later},
		{"saved", "s", "[NAME]", writing, false, (*session).saved},
		{"save", "sv", "NAME TEXT", writing, false, (*session).save},
		{"template", "tp", "[NAME]", writing, false, (*session).template},
		{"react", "re", "N EMOJI", writing, true, (*session).react},
		{"send", "sd", "", writing, true, (*session).sendDraft},
		{"discard", "di", "", writing, true, (*session).discard},

		{"detail", "d", "N", messages, true, (*session).detail},
		{"raw", "ra", "N", messages, true, (*session).raw},
		{"decide", "de", "N [CHOICE]", messages, true, (*session).decide},
		{"retry", "rt", "N", messages, true, (*session).retry},
		{"cancel", "c", "[N]", messages, true, (*session).cancel},
		{"file", "fi", "N [PATH]", messages, true, (*session).file},

		{"looked", "lk", "N", handling, false, (*session).lookedAt},
		{"take", "ta", "", handling, true, (*session).takeThread},
		{"give", "gi", "", handling, true, func(s *session, _ string) { s.assign("") }},
		{"assign", "as", "NAME", handling, true, (*session).assign},
		{"done", "dn", "", handling, true, (*session).finish},
		{"reopen", "ro", "", handling, true, (*session).reopen},
		{"snooze", "sn", "TIME", handling, true, (*session).snooze},
		{"unread", "u", "", handling, true, (*session).unread},
		{"mute", "mu", "", handling, true, func(s *session, _ string) { s.mute(false) }},
		{"unmute", "um", "", handling, true, func(s *session, _ string) { s.mute(true) }},
		{"label", "lb", "NAME", handling, true, (*session).label},
		{"unlabel", "ul", "NAME", handling, true, (*session).unlabel},
		{"note", "no", "TEXT", handling, true, (*session).note},
		{"contact", "ct", "", handling, true, (*session).contact},
		{"field", "fl", "NAME=VALUE", handling, true, (*session).field},
		{"join", "jo", "THREAD", handling, true, (*session).join},
		{"separate", "se", "", handling, true, (*session).separate},
		{"other", "ot", "", handling, true, (*session).otherNumber},
		{"rename", "rn", "NAME", handling, true, (*session).rename},

		{"quiet", "qu", "", other, false, (*session).beQuiet},
		{"loud", "lo", "", other, false, (*session).beLoud},
		{"news", "nw", "", other, false, (*session).news},
		{"help", "h", "[COMMAND]", other, false, (*session).help},
		{"quit", "q", "", other, false, func(s *session, _ string) { s.quit = true }},
	}
	for i := range commands {
		spelled = append(spelled, commands[i].name, commands[i].name)
	}
	spelled = slices.Clip(append(spelled, answers...))
}

// writes reports a command that may send or change something.
func (c *command) writes() bool {
	switch c.name {
	case "detail", "raw":
		return false
	}
	return c.group == writing || c.group == messages || c.group == handling
}

// also are other words for a command.
var also = map[string]string{"?": "help", "exit": "quit", "bye": "quit", "list": "threads", "inbox": "threads", "answer": "reply",
	"write": "reply", "resend": "retry", "templates": "template", "replies": "saved", "claim": "take", "close": "done", "info": "where"}

// answers are words that are no commands: they answer what was asked. They stand in texts like commands.
var answers = []string{"keep", "keep", "yes", "yes", "nobody", "nobody", "end", "end", "none", "none", "last", "last", "as", "as"}

// spelled are the words of commands as values for texts of the catalogue, which are the same in every language.
var spelled []string

func named(word string) *command {
	word = strings.ToLower(word)
	if full, ok := also[word]; ok {
		word = full
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == word || c.short == word })
	if i < 0 {
		return nil
	}
	return &commands[i]
}

// firstWord cuts the first word off.
func firstWord(text string) (word, rest string) {
	text = strings.TrimLeft(text, " \t")
	i := strings.IndexAny(text, " \t\n")
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimLeft(text[i:], " \t")
}

// offered are the answers to what was said last. Any other command lets them go; left says what that means.
type offered struct {
	answers map[string]func(args string)
	left    func()
}

// offer makes words answers to what is said now.
func (s *session) offer(answers map[string]func(string), left func()) {
	s.offered = offered{answers, left}
}

// withdraw lets the offer go.
func (s *session) withdraw() {
	left := s.offered.left
	s.offered = offered{}
	if left != nil {
		left()
	}
}

// command does what a line says.
func (s *session) command(text string) {
	word, args := firstWord(text)
	if word == "" {
		return
	}
	if answer, ok := s.offered.answers[strings.ToLower(word)]; ok {
		s.offered = offered{}
		answer(args)
		return
	}
	s.withdraw()
	if s.isNumber(word) && args == "" {
		s.openRef(word)
		return
	}
	if rest, ok := strings.CutPrefix(word, "/"); ok && rest != "" {
		word, args = "search", strings.TrimSpace(rest+" "+args)
	}
	c := named(word)
	switch {
	case c == nil:
		s.unknown(word)
	case s.cfg.ReadOnly && c.writes():
		s.say(s.w.LineReadOnly)
	case c.talks && s.talk == nil:
		s.say(s.w.LineNothingOpen)
	default:
		c.run(s, strings.TrimRight(args, " \t"))
	}
}

// unknown answers a word that is no command with the nearest that is one.
func (s *session) unknown(word string) {
	best, far := "", 1+min(2, utf8.RuneCountInString(word)/3)
	for _, c := range commands {
		if d := distance(strings.ToLower(word), c.name); d < far {
			best, far = c.name, d
		}
		if len(word) >= 3 && strings.HasPrefix(c.name, strings.ToLower(word)) {
			best, far = c.name, 0
		}
	}
	switch {
	case best != "":
		s.say(s.w.LineUnknownNear, "word", word, "near", best)
	case s.talk != nil:
		s.say(s.w.LineUnknownTalk, "word", word, "name", s.talk.thread.Name)
	default:
		s.say(s.w.LineUnknown, "word", word)
	}
}

// distance counts the letters that have to be put in, taken out, changed or swapped to make one word of another.
func distance(from, to string) int {
	a, b := []rune(from), []rune(to)
	var before, last []int
	for i := range len(a) + 1 {
		row := make([]int, len(b)+1)
		for j := range row {
			switch {
			case i == 0 || j == 0:
				row[j] = i + j
			case a[i-1] == b[j-1]:
				row[j] = last[j-1]
			default:
				row[j] = 1 + min(last[j-1], last[j], row[j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

// help lists the words of all commands by group, or explains one of them, or all.
func (s *session) help(args string) {
	switch c := named(args); {
	case strings.EqualFold(args, "all"):
		for _, c := range commands {
			s.explain(c)
		}
	case args == "":
		for g := reading; g <= other; g++ {
			var words []string
			for _, c := range commands {
				if c.group == g {
					words = append(words, c.name)
				}
			}
			s.out.line(s.w.LineGroups[g] + ": " + s.w.List(words...) + ".")
		}
		s.say(s.w.LineHelpMore)
	case c == nil:
		s.unknown(args)
	default:
		s.explain(*c)
	}
}

func (s *session) explain(c command) {
	how := c.name
	if c.args != "" {
		how += " " + c.args
	}
	s.out.line(how + s.w.Comma + c.short + ": " + s.filled(s.w.LineHelp[c.name]))
}
