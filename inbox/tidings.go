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
	"number-stopped":    {"WhatsApp does not let this number send: {why}", "solve it in WhatsApp Manager"},
	"media-full":        {"there is no room for pictures and files of customers", "make room on the disk: WhatsApp keeps them for seven days"},
	"phone-now":         {"open the phone app: it gave no sign for {n} days, and WhatsApp disconnects the number soon", ""},
	"phone-silent":      {"no sign of the phone for {n} days: WhatsApp may have disconnected the number", "open WhatsApp Business on the phone, and look whether it is still connected"},
	"templates-stale":   {"the list of templates could not be fetched: {why}", "it is tried again every minute; frontdesk doctor tests the connection"},

	"store-over":     {"the store takes what comes again", ""},
	"sending-over":   {"this process sends for the number again", ""},
	"views-over":     {"new messages are shown again", ""},
	"hold-over":      {"the number sends again", ""},
	"clock-over":     {"the clock of this machine is right again", ""},
	"number-over":    {"WhatsApp lets this number send again", ""},
	"phone-seen":     {"the phone was seen again", ""},
	"media-over":     {"pictures and files of customers are kept again", ""},
	"templates-over": {"the list of templates is fresh again", ""},

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
