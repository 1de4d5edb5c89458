package ui

// lineWords are the texts of line mode (ui/line). The words of its commands, and the answers to what it asks, stand in
// braces and are the same in every language: {reply}.
type lineWords struct {
	Comma string // between the parts of a sentence

	LastSeconds, LastMinutes, LastHours, LastDays counted // how long something lasts

	LineInbox, LineStart                                                         string
	LineThreadNo, LineUnreadNo, LineWaits, LineWith, LineMuted, LineTo, LineHit  string
	LineMoreUnread, LineUnreadFrom, LineScheduled, LineCameLate                  counted
	LineOpened, LineAssignedYou, LineAssigned, LineAssignedNobody, LineLabels    string
	LineWindowOpen, LineWindowClosed, LineWindowNever, LineWindowRefused         string
	LineAnswering, LineReacted, LineReactedTo, LineConflict, LineLeaves          string
	LineLine, LineEarlier, LineNoEarlier, LineMore, LineNoMore                   string
	LineNothingOpen, LineNoThreadNo, LineNewNumber, LineWhich, LineWhichMessage  string
	LineNoMessageNo, LineNoMatch, LineNoThreads, LineNothingFound, LineNoHit     string
	LineFoundIs, LineLost, LineBack, LineQuiet, LineLoud, LineNoNews             string
	LineUnknown, LineUnknownNear, LineUnknownTalk, LineHelpMore                  string
	LineLeft                                                                     string
	LineSent, LineOnItsWay, LineStale, LineKept, LineNotSent, LineMaybeTaken     string
	LineCompose, LineGoOnDraft, LineDraft, LineNoDraft, LineNothingWritten       string
	LineCut, LineField, LineLaterSet, LineLaterText, LinePause, LineTwice        string
	LineDecideHint, LineUncertainHint, LineOvertaken, LineChoice                 string
	LineWhichEmoji, LineReactionSent, LineReactionBack, LineDone, LineRenamed    string
	LineNoNotes, LineNoFile, LineFileAt, LineFetching, LineWritten               string
	LineNotWritten, LineNoTemplates, LinePickTemplate, LineWhichLanguage         string
	LineFill, LineAsk, LineAskDefault, LineAskField, LineReview, LineReviewSaved string
	LineNoSaved, LineSaveWhat, LineSavedAs, LineReadOnly                         string
	LineAway                                                                     string
	LineAttached, LineAttachAs, LineAttachWhat                                   string

	LineHolds  map[string]string // why a message is held, where the screen names its keys
	LineGroups [5]string         // of commands
	LineHelp   map[string]string // by command
}

var englishLine = lineWords{
	Comma: ", ",

	LastSeconds: counted{One: "{n} second", Other: "{n} seconds"},
	LastMinutes: counted{One: "{n} minute", Other: "{n} minutes"},
	LastHours:   counted{One: "{n} hour", Other: "{n} hours"},
	LastDays:    counted{One: "{n} day", Other: "{n} days"},

	LineInbox:          "inbox",
	LineStart:          "{name}: {counts}. Type {help} for commands.",
	LineThreadNo:       "thread {n}",
	LineUnreadNo:       "unread {n}",
	LineWaits:          "waits {time}",
	LineWith:           "assigned to {name}",
	LineMuted:          "muted",
	LineTo:             "{who} to {name}",
	LineHit:            "hit {n}",
	LineMoreUnread:     counted{One: "{n} more thread with unread messages: {next} opens one after the other.", Other: "{n} more threads with unread messages: {next} opens one after the other."},
	LineUnreadFrom:     counted{One: "{n} unread:", Other: "{n} unread:"},
	LineScheduled:      counted{One: "{n} reply leaves later, {at}.", Other: "{n} replies leave later, the first {at}."},
	LineOpened:         "Thread {n}, {name}.",
	LineAssignedYou:    "Assigned to you.",
	LineAssigned:       "Assigned to {name}.",
	LineAssignedNobody: "Assigned to nobody.",
	LineLabels:         "Labels: {labels}.",
	LineWindowOpen:     "Window open, closes in {left}.",
	LineWindowClosed:   "Window closed {time} ago: free text is refused until they write again. {template} sends a template.",
	LineWindowNever:    "Window not open, they have not written yet. {template} sends a template.",
	LineWindowRefused:  "Window closed by WhatsApp: free text is refused until they write again. {template} sends a template.",
	LineAnswering:      "answering {text}",
	LineReacted:        "{who} reacted {emoji}",
	LineReactedTo:      "{who} reacted {emoji} to #{n}.",
	LineConflict:       "two versions: {raw} shows both",
	LineLeaves:         "leaves {at}",
	LineLine:           "Line {n}: {text}",
	LineEarlier:        "There are earlier messages: {earlier} reads them.",
	LineNoEarlier:      "That is the beginning of this thread.",
	LineMore:           "There is more: {more} reads on.",
	LineNoMore:         "There is no more.",
	LineNothingOpen:    "No thread is open. Type its number first; {threads} lists them.",
	LineNoThreadNo:     "No thread has the number {n}. {threads} lists them.",
	LineNewNumber:      "Nobody has written from {number}. Only a template can begin: {template} lists them.",
	LineWhich:          "Say which: {open} with a thread's number, a name, or a phone number.",
	LineWhichMessage:   "Say which message by the number behind its #, or {last} for the newest.",
	LineNoMessageNo:    "No message that was read here has the number {n}.",
	LineNoMatch:        "No name or number matches.",
	LineNoThreads:      "No thread is there.",
	LineNothingFound:   "Nothing is found.",
	LineNoHit:          "Say which hit by its number; {search} finds some.",
	LineFoundIs:        "#{n} is what was found.",
	LineLost:           "The connection is lost. It is tried again.",
	LineBack:           "The connection is back.",
	LineCameLate:       counted{One: "{n} earlier message came {in}: {threads} lists them.", Other: "{n} earlier messages came {in}: {threads} lists them."},
	LineQuiet:          "Quiet: what comes waits until {news} or {loud}.",
	LineLoud:           "What comes is told at once.",
	LineNoNews:         "Nothing new.",
	LineUnknown:        `"{word}" is no command. {help} lists them.`,
	LineUnknownNear:    `"{word}" is no command. The nearest is {near}.`,
	LineUnknownTalk:    `"{word}" is no command, and nothing was sent. {reply} and a text answers {name}; {help} lists the commands.`,
	LineHelpMore:       "{help} and a command explains it, {help} all explains all. A number opens that thread. A line that ends in a backslash goes on in the next.",
	LineSent:           "Sent.",
	LineOnItsWay:       "On its way. What becomes of it is told here.",
	LineLeft:           `{text} {other} opens the other thread.`,
	LineStale:          `Not sent: {who} answered {time} ago: "{text}". Type {send} to send yours all the same, {keep} to keep it as a draft, {discard} to throw it away.`,
	LineKept:           "Kept as a draft. {send} sends it, {reply} goes on with it, {discard} throws it away.",
	LineNotSent:        "Nothing was sent.",
	LineMaybeTaken:     "It may have been taken all the same. {send} tries again; it goes once at most.",
	LineCompose:        "Write line by line. A line with only a dot sends it, .keep keeps it as a draft, .discard throws it away.",
	LineGoOnDraft:      "You go on with the draft: {text}",
	LineDraft:          `Draft, {who}: "{text}". {send} sends it, {reply} goes on with it, {discard} throws it away.`,
	LineNoDraft:        "There is no draft here.",
	LineNothingWritten: "Nothing was written.",
	LineCut:            "The last line did not end. Nothing was done with it.",
	LineField:          "{field} is not filled in: write what belongs there.",
	LineLaterSet:       "It leaves {at}, also when nobody is here. {cancel} calls it back.",
	LineLaterText:      "Say the time, then the text.",
	LinePause:          "It leaves in {time}. {cancel} calls it back.",
	LineTwice:          "WhatsApp may have taken it the first time. If it did, the customer gets it twice. Looking on the phone is safer. Type {yes} to send it again.",
	LineDecideHint:     "{decide} {n} says what can be done.",
	LineUncertainHint:  "WhatsApp did not say whether this went. Look on the phone; {decide} {n} says what can be done.",
	LineOvertaken:      "{who} has written since.",
	LineChoice:         "{decide} {n} {choice}.",
	LineWhichEmoji:     "Say the emoji, or its name, as thumbsup; {none} takes it back.",
	LineReactionSent:   "Reacted {emoji} to #{n}.",
	LineReactionBack:   "The reaction is taken back.",
	LineDone:           "Done. {reopen} opens it again.",
	LineRenamed:        "Called {name} from now on.",
	LineNoNotes:        "There are no notes.",
	LineNoFile:         "This message has no file.",
	LineFileAt:         "The file is {path}. {file} {n} and a path copies it there.",
	LineFetching:       "It is being fetched. {file} says when it is here.",
	LineWritten:        "Written to {path}.",
	LineNotWritten:     "{path} was not written: {why}.",
	LineNoTemplates:    "WhatsApp lists no templates for this number. Make one in WhatsApp Manager.",
	LinePickTemplate:   "{template} and a name or a number fills one in.",
	LineWhichLanguage:  "There are several. Say the language too, or the number.",
	LineFill:           `{template}: "{text}". A line with only a dot stops.`,
	LineAsk:            "{n} of {all}, {field}, {hint}:",
	LineAskDefault:     `{n} of {all}, {field}: "{text}". An empty line takes it.`,
	LineAskField:       "{field}? A line with only a dot stops.",
	LineReview:         "Type {send} to send it, {later} and a time to send it then, or anything else to leave it.",
	LineReviewSaved:    "Type {send} to send it, {keep} to keep it as a draft, {discard} to throw it away.",
	LineNoSaved:        "Nothing is saved yet. {save}, a name and a text keeps one for everybody here.",
	LineSaveWhat:       "Say a name, then the text.",
	LineSavedAs:        "Saved as {name}: {saved} {name} brings it back.",
	LineReadOnly:       "Read-only: nothing is sent or changed here.",
	LineAttached:       "{file}. {send} sends it, {send} and a text puts that beside it, {as} and a kind sends it as that, {discard} lets it go.",
	LineAttachAs:       "Say as what: {kinds}.",
	LineAttachWhat:     "Say the path of the file, as ~/Downloads/bill.pdf.",
	LineAway:           "While you were away, since {since}: {came} {away} says more.",

	LineHolds: map[string]string{
		"unlinked": "The number is disconnected: nothing leaves from here.",
		"paused":   "The phone is being changed. It goes by itself once that is connected.",
		"window":   "The 24 hours are over. {template} sends a template; or wait for the customer.",
		"account":  "WhatsApp has stopped this number. Look in WhatsApp Manager.",
		"stale":    "It is more than 15 minutes old. {retry} sends it now, {cancel} calls it back.",
	},
	LineGroups: [5]string{"Reading", "Writing", "Messages", "Threads", "Other"},
	LineHelp: map[string]string{
		"threads":  "lists threads, the newest first; a view narrows them: mine, unassigned, waiting, closing, done, stuck, every; words narrow by name or number",
		"waiting":  "lists who waits for an answer, the longest first",
		"stuck":    "lists what failed, is uncertain or held",
		"open":     "opens a thread by its number here, a name, or a phone number; a number alone does so too",
		"next":     "opens the next thread with unread messages",
		"read":     "reads the newest messages again; with a number, one message line by line",
		"more":     "reads on in what was listed last",
		"earlier":  "reads earlier messages of the thread",
		"search":   "finds messages in all threads by words, names, numbers or days",
		"find":     "finds messages in the open thread",
		"hit":      "opens a thread at a message that was found",
		"away":     "says what happened while you were away",
		"tray":     "lists what has to be looked at on the phone",
		"looked":   "says that you looked at a message of the tray on the phone, by its number there",
		"phone":    "says how the phone and the number are, and what stays on the phone; with opened, that you opened the app on it",
		"where":    "says how the open thread or the inbox is",
		"reply":    "sends the text; alone it takes several lines, and a line with only a dot sends them",
		"attach":   "picks a file to send, by its path; then {send} sends it",
		"location": "sends a place: latitude, longitude, name and address with commas between; the last two may be left out",
		"card":     "sends a contact card: name, number and company with commas between; the last may be left out",
		"buttons":  "sends a text with buttons to press: the text, then up to three buttons, with a | before each",
		"choices":  "sends a text with a list to choose from: the text, what opens the list, then up to ten rows, with a | before each; a row may say more behind a colon, and # begins a section",
		"quote":    "replies with a quote of message N",
		"later":    "sends the text at a time: 14:30, 2h, tomorrow 9:00",
		"saved":    "lists the saved replies; with a name it fills one in and asks before it is sent",
		"save":     "keeps a text as a saved reply for everybody",
		"template": "lists the templates; with a name it fills one in and asks before it is sent",
		"react":    "reacts to message N with an emoji or its name; {none} takes it back",
		"send":     "sends the draft of the open thread",
		"discard":  "throws the draft of the open thread away",
		"detail":   "says all that is known of message N",
		"raw":      "says the events behind message N as they came",
		"decide":   "says what can be done about message N, or does it",
		"retry":    "sends message N again",
		"cancel":   "calls back what has not left yet",
		"file":     "says where the file of message N is, fetches it, or copies it to a path",
		"take":     "assigns the thread to you",
		"give":     "gives the thread back to nobody",
		"assign":   "assigns the thread to a colleague, or to {nobody}",
		"done":     "marks the thread as done",
		"reopen":   "opens it again",
		"snooze":   "puts the thread off: 2h, tomorrow, mon 14:00; {end} brings it back",
		"unread":   "marks the thread as unread",
		"mute":     "stops notifications about the thread, for everybody",
		"unmute":   "lets them come again",
		"label":    "puts a label on the thread",
		"unlabel":  "takes a label off",
		"note":     "keeps a note that customers never see; alone it reads the notes",
		"contact":  "shows what is known of the customer",
		"field":    "keeps a field of the contact, or takes it away",
		"join":     "joins it with another thread of the same customer",
		"separate": "separates what was joined",
		"other":    "opens the thread of the customer's other number",
		"rename":   "calls the customer by another name here",
		"quiet":    "lets what comes wait until you ask",
		"loud":     "tells what comes at once",
		"news":     "tells what came while it was quiet",
		"help":     "lists the commands, or explains one",
		"quit":     "ends; what is half written is kept as a draft",
	},
}
