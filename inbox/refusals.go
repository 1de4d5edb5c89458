package inbox

import "strings"

// refused is why a Desk did not do something, and what to do next: its English, with values in braces. Screens in other
// languages have their own words for its key.
type refused struct {
	kind       ErrorKind
	text, next string
}

// refusals are all that a person may meet. What only a program can get wrong has no key, and is English everywhere.
var refusals = map[string]refused{
	// Who may, and whether anything can be done at all.
	"role":          {NotAllowed, "your role ({role}) may not do that", "ask a lead"},
	"viewer":        {NotAllowed, "a viewer can only look", "ask a lead"},
	"looks-only":    {ReadOnly, "this desk only looks", "start frontdesk without --readonly"},
	"no-owner":      {ReadOnly, "no owner runs, so nothing can be changed", "start frontdesk or frontdesk serve"},
	"no-news":       {ReadOnly, "nothing new comes while no owner runs", "start frontdesk or frontdesk serve"},
	"decided-first": {TooLate, "somebody else decided first", "look at it again"},

	// What is not there.
	"no-thread":         {NotFound, "there is no thread {name}", "look at the list for its exact name"},
	"no-thread-called":  {NotFound, "no thread is called {name}", "frontdesk threads lists them"},
	"several-threads":   {Ambiguous, "several threads are called {name}", "use a thread's id or its phone number"},
	"no-customer":       {NotFound, "there is no customer of the thread {name}", "look at the list for its exact name"},
	"no-message":        {NotFound, "there is no message {name}", "look at the list for its exact name"},
	"no-reply":          {NotFound, "there is no reply {name}", "look at the list for its exact name"},
	"no-saved-reply":    {NotFound, "there is no saved reply {name}", "look at the list for its exact name"},
	"no-template":       {NotFound, "there is no template {name}", "frontdesk template list shows what there is"},
	"no-language":       {NotFound, "there is no template {name}", "it has these languages: {languages}"},
	"no-file":           {NotFound, "there is no file of a message {name}", "look at the list for its exact name"},
	"no-place":          {Invalid, "that is no place in the list of threads", "start without one"},
	"message-gone":      {NotFound, "that message is not there any more", "search again"},
	"message-elsewhere": {NotFound, "that message is not in the thread", "read the thread anew"},

	// Threads, notes and searching.
	"label":          {Invalid, "a label is one line of 1 to 40 characters", ""},
	"note-empty":     {Invalid, "the note is empty", ""},
	"nothing-unread": {Invalid, "the customer has written nothing that could be unread", ""},
	"snooze-past":    {Invalid, "a snooze needs a time that lies ahead", ""},
	"search-long":    {Invalid, "that is too long to look for", "look for a few words of it"},
	"search-empty":   {Invalid, "there is nothing to look for", "give a word, a name, a number or a day"},
	"search-words":   {Invalid, "those are too many words to look for", "look for a few of them"},

	// Who is who.
	"contact-name":   {Invalid, "a name has {n} characters at most", ""},
	"contact-field":  {Invalid, `"{name}" can be no field of a contact`, "use letters, digits and _, 40 at most; name, phone, agent and business are taken"},
	"contact-value":  {Invalid, "{name} has {n} characters at most", ""},
	"contact-fields": {Invalid, "a contact has {n} fields at most", "take one away first"},
	"join-same":      {Invalid, "the two are one thread already", ""},
	"join-lines":     {Invalid, "the two wrote to different numbers of yours", ""},
	"not-joined":     {Invalid, "nobody joined this thread with another", ""},
	"join-held":      {Invalid, "WhatsApp names both as one customer, so they stay one thread", ""},

	// Replies.
	"window-closed":  {WindowClosed, "the customer has not written in the last 24 hours", "send an approved template"},
	"window-refused": {WindowClosed, "WhatsApp refused the last reply because the 24 hours are over", "send an approved template"},
	"window-then":    {WindowClosed, "the 24 hours will be over at that time", "choose an earlier time, or schedule a template"},
	"answered":       {Stale, "answered meanwhile by {name}", "read it, then send anyway or keep the draft"},
	"all-here":       {Invalid, "all of that message is here", ""},
	"taken":          {Invalid, "this reply was taken already, with another text", "look at the thread; send the rest as a new one"},
	"place":          {Invalid, "a place needs a latitude from -90 to 90 and a longitude from -180 to 180", ""},
	"card":           {Invalid, "a contact card needs a name, and a number, an e-mail or a web address", ""},
	"cards":          {Invalid, "a message has 1 to {n} contact cards", "send the others in another one"},
	"ask-buttons":    {Invalid, "a text has 1 to 3 buttons, no two of them alike", "more fit in a list"},
	"ask-rows":       {Invalid, "a list has a button that opens it and 1 to 10 rows, no two of them alike", ""},
	"buttons-how":    {Invalid, "a | stands before each button", "for example: Which day? | Today | Tomorrow"},
	"list-how":       {Invalid, "a | stands before what opens the list, and before each row", "for example: What is it about? | Choose | My order: change it | A repair"},
	"ask-sections":   {Invalid, "in a list of several sections each needs a title", ""},
	"ask-link":       {Invalid, "a button that opens an address needs a title and an address with https://", ""},
	"ask-long":       {Invalid, `"{text}" is {n} characters long, {over} too many`, "shorten it"},
	"ask-file":       {Invalid, "above buttons stands an image, a video or a document, or a heading, and above a list no file", ""},
	"begin":          {Invalid, "only a template can begin a conversation", ""},
	"begin-later":    {Invalid, "a new conversation cannot begin by itself", "send the template now"},
	"number":         {Invalid, `"{number}" is not a phone number`, "write it with its country code, as +91 98200 12345"},
	"number-two":     {Invalid, `"{number}" can be two numbers: {numbers}`, "write it with its country code and a +"},
	"empty":          {Invalid, "the reply is empty", ""},
	"long":           {Invalid, "the reply is {n} characters long, {over} too many", "send it in parts"},
	"not-text":       {Invalid, "the reply is not valid text", ""},
	"field":          {Invalid, "{field} is not filled in", "write what belongs there"},
	"react-to":       {Invalid, "a reaction needs a message to react to", ""},
	"react-later":    {Invalid, "a reaction goes at once", ""},
	"pause":          {Invalid, "a reply can be taken back for at most {n} s", ""},
	"time-over":      {Invalid, "that time is over", "choose one that lies ahead"},
	"time-far":       {Invalid, "that time is more than a year away", "choose an earlier one"},
	"behind":         {Busy, "the screen is behind what happened", "try again in a moment"},
	"moved-on":       {TooLate, "the message has moved on meanwhile", "look at it again"},
	"stays":          {TooLate, "the message is WhatsApp's already and stays in the thread", "send it again, or leave it"},
	"sent-again":     {TooLate, "the message was sent again already", "look at its newer copy"},
	"confirming":     {Busy, "WhatsApp may still confirm the message", "wait half a minute; then decide"},
	"line-held":      {NotAllowed, "the whole number is held, not this reply alone", "solve what holds it; then it goes by itself"},
	"no-recall":      {TooLate, "the message is {status} and cannot be called back", "only the phone can delete it"},
	"status":         {TooLate, "the message is {status}", "look at what can be done with it now"},

	// Templates and saved replies.
	"template-unnamed":    {Invalid, "no template is named", ""},
	"template-unsendable": {Invalid, "the template {name} cannot be sent: {why}", "choose another one"},
	"template-code":       {Invalid, "a template with a code can only go to a phone number, and this customer shows none", ""},
	"template-open":       {Invalid, "the template is not filled in: {fields}", "give each a value"},
	"saved-name":          {Invalid, "a saved reply needs a name", ""},
	"saved-name-long":     {Invalid, "the name of a saved reply is one line of 1 to {n} characters", ""},
	"saved-language":      {Invalid, `"{name}" is no language`, "write it as en or pt_BR"},
	"saved-empty":         {Invalid, "a saved reply needs a text", ""},
	"saved-not-text":      {Invalid, "the saved reply is not valid text", ""},
	"saved-long":          {Invalid, "the saved reply is {n} characters long, {over} too many", "save it in parts"},
	"saved-room":          {Invalid, "there is room for {n} saved replies of {size} KiB together", "remove some first"},

	// Files.
	"file-withheld":     {TooLate, "WhatsApp did not hand this file on", "look at it on the phone"},
	"file-old":          {TooLate, "WhatsApp keeps files for seven days, and this one no longer", "look at it on the phone, or ask for it again"},
	"files-none":        {NotFound, "this owner keeps no files", "look on the phone"},
	"file-absent":       {NotFound, "the file is not here", "fetch it, or look on the phone"},
	"file-left":         {NotFound, "the file has left the media directory", "fetch it again, or look on the phone"},
	"file-unreadable":   {Invalid, "the file cannot be opened: {why}", "check its name"},
	"file-internal":     {Internal, "the owner could not read the file", "its log has the reason"},
	"file-again":        {NotFound, "{name} is not in the media directory any more", "attach it again"},
	"file-empty":        {Invalid, "{name} is empty", "choose another file"},
	"file-type":         {Invalid, "WhatsApp does not take files like {name}", "send JPEG, PNG, MP4, PDF, text or an Office document"},
	"file-picture":      {Invalid, "WhatsApp takes pictures as JPEG or PNG only, and {name} is neither", "save it as JPEG and attach that"},
	"file-webp":         {Invalid, "WhatsApp takes WebP as a sticker only", "send {name} as a sticker, or save it as JPEG"},
	"file-png":          {Invalid, "{name} is a PNG without 8 bit RGB colours, which WhatsApp does not take", "save it as JPEG and attach that"},
	"file-voice":        {Invalid, "a voice note is Ogg with Opus in mono, and {name} is not", "install ffmpeg, which frontdesk converts with, or send it as audio"},
	"file-unconverted":  {Invalid, "{name} could not be made a voice note: {why}", "send it as audio or as a document"},
	"file-ogg":          {Invalid, "WhatsApp takes Ogg with Opus in mono only, and {name} is not", "send it as a voice note, which ffmpeg converts, or save it as MP3"},
	"template-headless": {Invalid, "the template {name} has no header for a file", "leave the file out"},
	"template-file":     {Invalid, "the header of the template wants a file of the kind {kind}, and {name} is none", "choose another file"},
	"file-as":           {Invalid, "{name} cannot be sent as {kind}", "send it as {own}"},
	"file-large":        {Invalid, "{name} has {size}, and WhatsApp takes at most {most} of its kind", "make it smaller"},
	"file-mute":         {Invalid, "a file sent as {kind} carries no text", "send the text as a reply of its own"},
	"caption-long":      {Invalid, "the text beside the file is {n} characters long, {over} too many", "shorten it, or send it as a reply of its own"},
	"backup-failed":     {StoreFailed, "the backup could not be written: {why}", "choose another file"},

	// WhatsApp. Where it gave an error code, that is among the values, and {why} and {next} are its words.
	"unread-number":  {Invalid, "the number was not read: {why}", "{next}"},
	"unfetched":      {Invalid, "the templates were not fetched: {why}", "{next}"},
	"unmarked":       {Invalid, "the message was not marked read: {why}", "{next}"},
	"unuploaded":     {Invalid, "{name} was not uploaded: {why}", "{next}"},
	"no-connection":  {Unreachable, "this owner has no connection to WhatsApp", "set account.access_token"},
	"not-asked":      {Unreachable, "WhatsApp could not be asked: {why}", "try again; frontdesk doctor tests the connection"},
	"number-blocked": {NotAllowed, "WhatsApp still does not let this number send: {why}", "solve it in WhatsApp Manager, then try again"},

	// What the phone is asked for.
	"sync-what":              {Invalid, `"{name}" cannot be asked for`, "ask for contacts or for history"},
	"sync-asking":            {Busy, "WhatsApp is being asked already", "wait for its answer"},
	"sync-contacts-asked":    {TooLate, "the contacts were asked for on {time} by {name}, and WhatsApp gives them once", "frontdesk sync status tells what came"},
	"sync-history-asked":     {TooLate, "the history was asked for on {time} by {name}, and nothing has come yet", "wait: it may take hours; WhatsApp gives it once"},
	"sync-history-importing": {TooLate, "the history was asked for on {time} by {name} and is coming in: {n} %", "wait for the rest; WhatsApp gives it once"},
	"sync-history-complete":  {TooLate, "the history was asked for on {time} by {name}, and it is here", "WhatsApp gives it once; an exported chat can fill what is missing"},
	"sync-history-declined":  {TooLate, "the history was asked for on {time} by {name}, and was not shared from the phone", "to change that, disconnect in the app, link the number again and share the history then"},
	"sync-unknown":           {TooLate, "whether WhatsApp took the request of {time} is not known, so it is not repeated by itself", "see whether something comes; to ask again all the same, add --again"},
	"sync-used":              {TooLate, "WhatsApp says that this was asked for before, and it is given once", "disconnect the number in the app and link it again"},
	"sync-window":            {TooLate, "WhatsApp says that this can be asked for within 24 hours of linking only", "disconnect the number in the app and link it again"},
	"sync-late":              {TooLate, "the number was linked on {time}, and this can be asked for within 24 hours of that only", "disconnect the number in the app and link it again"},
	"sync-contacts-first":    {Invalid, "the contacts come before the history", "ask for the contacts first"},
	"sync-unproven":          {NotAllowed, "nothing that WhatsApp signed has reached this listener, and what the phone sends comes once only", "frontdesk doctor tries the whole way"},
	"sync-unproven-lately":   {NotAllowed, "nothing that WhatsApp signed has reached this listener since {time}, and what the phone sends comes once only", "frontdesk doctor tries the whole way"},
	"sync-off-phone":         {NotAllowed, "WhatsApp says that this number is not used on the phone's app", "link the app first"},
	"sync-off-api":           {NotAllowed, "WhatsApp says that this number is not linked to the Cloud API, but {name}", "link the app first"},
	"sync-refused":           {Invalid, "WhatsApp refused: {why}", "{next}"},
	"sync-not-sent":          {Unreachable, "WhatsApp was not reached, so nothing was asked for: {why}", "try again"},
	"sync-no-answer":         {Unreachable, "the request left, and WhatsApp did not say whether it took it: {why}", "see whether something comes; it is not repeated by itself"},
	"chat-line":              {Invalid, "line {n} of the chat has no time, or nothing in it", "give a time and a text, or a file"},
	"chat-ahead":             {Invalid, "line {n} of the chat is dated {time}, which is still to come", "say where the phone was, and how its dates are written"},
	"chat-many":              {Invalid, "that are too many lines at once: {n}", "give at most {most}"},
	"proof-address":          {Invalid, "the listener was proven through no public address", "give the one that WhatsApp calls"},

	// Money.
	"no-tariff": {NotFound, "this owner knows no prices", "start one with frontdesk or frontdesk serve"},
	"no-month":  {Invalid, "{name} is no month", "write it as 2026-10"},
	"no-biller": {Unreachable, "WhatsApp's own figures cannot be had here", "leave out --compare, or ask while frontdesk runs"},
	"unbilled":  {Invalid, "WhatsApp's own figures were not read: {why}", "{next}"},

	// The store and the owner.
	"store-failed":      {StoreFailed, "the store could not write: {why}", "try again; frontdesk check examines the store"},
	"store-full":        {StoreFailed, "the disk is full, so nothing new can be kept", "free some space; everything goes on by itself then"},
	"store-broken":      {StoreFailed, "a write to the disk failed, so the store is being checked and renewed", "look whether what you did is there before you do it again: it may have been kept"},
	"store-slow":        {StoreFailed, "the store did not answer in time", "try again: the same command is never carried out twice"},
	"store-busy":        {Busy, "too many writes are waiting", "try again in a moment"},
	"store-closed":      {DeskClosed, "the store is closed", ""},
	"cache":             {Internal, "the cache could not be read: {why}", "frontdesk check --rebuild makes it anew"},
	"owner-ending":      {DeskClosed, "the owner is ending", "it can be reached again when the next one runs"},
	"owner-failed":      {Internal, "the owner could not do that", "its log has the reason"},
	"owner-unreachable": {Unreachable, "the owner cannot be reached", "try again in a moment"},
	"owner-silent":      {Unreachable, "another frontdesk has this inbox and does not answer", "if it was stopped with Ctrl-Z, bring it back with fg; else end it and start it again"},
	"owner-other":       {Invalid, "the owner does not understand this frontdesk", "upgrade both ends to the same version"},
	"desk-closed":       {DeskClosed, "the desk is closed", ""},
	"too-large":         {Invalid, "that is too large to send to the owner", "shorten it"},
}

// Sentence is what a Desk says and what it says to do next, in English, with values in braces: {name}.
type Sentence struct{ Text, Next string }

// Refusals are the sentences with which a Desk refuses, by the Key of the Error: what a screen in another language has
// to have words for.
func Refusals() map[string]Sentence {
	all := map[string]Sentence{}
	for key, r := range refusals {
		all[key] = Sentence{r.text, r.next}
	}
	return all
}

// Refusal is the error of a key of [Refusals]. Values are given in pairs of name and text.
func Refusal(key string, pairs ...string) *Error {
	r := refusals[key]
	e := &Error{Kind: r.kind, Key: key}
	e.Text, e.Next, e.With = Sentence{r.text, r.next}.filled(pairs)
	return e
}

// Because keeps the cause of an error, and gives the error.
func (e *Error) Because(err error) *Error {
	e.Err = err
	return e
}

// filled puts values into a sentence, and gives them by name as well.
func (s Sentence) filled(pairs []string) (text, next string, with map[string]string) {
	var braced []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if with == nil {
			with = map[string]string{}
		}
		with[pairs[i]] = pairs[i+1]
		braced = append(braced, "{"+pairs[i]+"}", pairs[i+1])
	}
	r := strings.NewReplacer(braced...)
	return r.Replace(s.Text), r.Replace(s.Next), with
}
