package inbox

// tidings are the sentences of notices, by their Key.
var tidings = map[string]Sentence{
	"sending-elsewhere": {"another process sends for this number: {why}", "end it, or use its screen"},
	"views-stuck":       {"new messages are kept but cannot be shown: {why}", "frontdesk check --rebuild makes the views anew"},
	"hold-auth":         {"WhatsApp does not accept the access token, so replies wait", "put a new token in place; they go by themselves then"},
	"hold-account":      {"WhatsApp has restricted this number, so replies wait", "solve it in WhatsApp Manager, then lift the hold"},
	"clock-behind":      {"the clock of this machine is {time} behind", "set it; windows and times here are corrected meanwhile"},
	"clock-ahead":       {"the clock of this machine is {time} ahead", "set it; windows and times here are corrected meanwhile"},
	"quarantine":        {"something from WhatsApp could not be understood; it is kept, and nothing else was held up", "frontdesk check tells what it was"},
	"unproven":          {"webhooks come that nothing proves to be WhatsApp's, so they are refused", "frontdesk doctor tells what is wrong"},
	"number-stopped":    {"WhatsApp does not let this number send: {why}", "solve it in WhatsApp Manager"},
	"quality-low":       {"customers block or report this number, and WhatsApp rates it low", "send fewer templates, and only to those who want them"},
	"media-full":        {"there is no room for pictures and files of customers", "make room on the disk: WhatsApp keeps them for seven days"},
	"link-account":      {"WhatsApp disconnected the number: the account was deleted, disconnected on the phone, or blocked", "look in WhatsApp Business on the phone and in WhatsApp Manager, then connect it again"},
	"link-downgrade":    {"the number is disconnected here: it was moved to WhatsApp Messenger", "register it in WhatsApp Business on the phone, then connect it again"},
	"link-changed":      {"this number is disconnected: the phone changed to another one", "connect the new number, or change back on the phone and connect it again"},
	"link-companion":    {"WhatsApp disconnected the number: a linked device was unused for about 30 days", "open WhatsApp Business on the phone, then connect it again"},
	"link-inactive":     {"WhatsApp disconnected the number: the phone app was not opened for about 14 days", "open WhatsApp Business on the phone, then connect it again"},
	"link-registered":   {"the number is disconnected: WhatsApp Business was registered again on a phone", "connect it again from that phone"},
	"link-paused":       {"the phone was changed or registered again: nothing is sent or received until it is connected", "wait some minutes; then look at Account > Business Platform on the phone"},
	"link-unsure":       {"WhatsApp says that access to the account was withdrawn; the number is being asked, and replies wait", ""},
	"link-withdrawn":    {"access to the WhatsApp account was withdrawn, so nothing can be sent or received", "connect the number again"},
	"link-deleted":      {"the WhatsApp account was deleted; what is here stays readable", ""},
	"link-off":          {"the number was disconnected, so nothing can be sent or received", "connect it again; what is here stays readable"},

	"account-disabled":         {"WhatsApp disabled the account", "ask for a review in WhatsApp Manager"},
	"account-will-end":         {"WhatsApp will disable the account on {date}", "solve it in WhatsApp Manager before that"},
	"account-restricted":       {"WhatsApp restricts the account: {what}", "solve it in WhatsApp Manager"},
	"account-restricted-until": {"WhatsApp restricts the account until {date}: {what}", "WhatsApp Manager tells why"},
	"account-violation":        {"WhatsApp reports a violation of its rules: {what}", "look in WhatsApp Manager before it restricts the account"},

	"phone-now":       {"open the phone app: it gave no sign for {n} days, and WhatsApp disconnects the number soon", ""},
	"phone-silent":    {"no sign of the phone for {n} days: WhatsApp may have disconnected the number", "open WhatsApp Business on the phone, and look whether it is still connected"},
	"templates-stale": {"the list of templates could not be fetched: {why}", "it is tried again every minute; frontdesk doctor tests the connection"},

	"store-over":       {"the store takes what comes again", ""},
	"sending-over":     {"this process sends for the number again", ""},
	"views-over":       {"new messages are shown again", ""},
	"hold-over":        {"the number sends again", ""},
	"clock-over":       {"the clock of this machine is right again", ""},
	"number-over":      {"WhatsApp lets this number send again", ""},
	"link-again":       {"the number is connected again", "what came in between may be on the phone only"},
	"account-again":    {"the WhatsApp account is usable again", ""},
	"restriction-over": {"the restriction of the account is over", ""},
	"violation-over":   {"the reported violation was a week ago", ""},
	"phone-seen":       {"the phone was seen again", ""},
	"quality-again":    {"the number's quality is no longer low", ""},
	"media-over":       {"pictures and files of customers are kept again", ""},
	"unproven-over":    {"WhatsApp's webhooks are taken again", ""},
	"templates-over":   {"the list of templates is fresh again", ""},

	"sync-running":  {"the history from the phone is coming in", ""},
	"sync-declined": {"the history was not shared from the phone", "only new messages appear; to change that, disconnect in the app and link the number again"},
	"sync-done":     {"the history from the phone is here", ""},

	"reconnecting": {"reconnecting to the owner", "typing goes on; replies wait"},
	"unreadable":   {"an event could not be read", "upgrade both ends to the same version"},
	"no-takeover":  {"this terminal cannot take over: {why}", ""},
}

// Tidings are the sentences of notices, by the Key of the Notice: what a screen in another language has to have words
// for, beside [Refusals]. What WhatsApp tells of the account has no key.
func Tidings() map[string]Sentence {
	all := map[string]Sentence{}
	for key, s := range tidings {
		all[key] = s
	}
	return all
}

// Tell is a notice of a kind with a sentence of [Tidings]. Values are given in pairs of name and text.
func Tell(kind, key string, pairs ...string) Notice {
	n := Notice{Kind: kind, Key: key}
	n.Text, n.Next, n.With = tidings[key].filled(pairs)
	return n
}
