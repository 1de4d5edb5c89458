package cli

import (
	"strings"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/ui"
)

// kind is the type a configuration key takes in YAML.
type kind int

const (
	text kind = iota
	boolean
	number
	duration
	list    // of texts
	secret  // one secret
	secrets // one secret, or several during a rotation
	table   // text to text
	people  // desk.agents
)

func (k kind) String() string {
	return [...]string{"text", "true or false", "a whole number", "a duration such as 30s", "a list",
		"a secret", "a secret or a list of them", "a map", "a list of people"}[k]
}

// key is one row of the configuration: what config.yaml may hold, what config.example.yaml explains.
type key struct {
	name string
	kind kind
	def  string // as written in YAML; "" for none
	one  []string
	help string
}

// keys is the whole configuration. The example file, strict loading, environment names and defaults come from it.
var keys = []key{
	{name: "data_dir", kind: text, help: "Store, media, socket and log. Default: $XDG_STATE_HOME/frontdesk."},

	{name: "account.provider", kind: text, def: "meta", one: []string{cloudapi.ProviderMeta, cloudapi.ProviderD360}, help: "Who carries the number: meta or 360dialog, whose key is the access_token."},
	{name: "account.api_base_url", kind: text, help: "Another host that speaks Meta's own JSON; plain http only to loopback. Default: the provider's."},
	{name: "account.api_version", kind: text, def: "v25.0", help: "Graph API version."},
	{name: "account.access_token", kind: secret, help: "A secret: lets frontdesk send and read templates."},
	{name: "account.access_token_file", kind: text, help: "A file (mode 0600) that holds it; watched, so a renewed token is taken up at once."},
	{name: "account.app_secret", kind: secrets, help: "A secret, or a list of them during a rotation: webhooks without a valid signature are refused."},
	{name: "account.app_secret_file", kind: text, help: "A file (mode 0600) that holds it, one per line."},
	{name: "account.verify_token", kind: secret, help: "A secret: answers WhatsApp's GET challenge. You make it up and tell Meta."},
	{name: "account.verify_token_file", kind: text, help: "A file (mode 0600) that holds it."},
	{name: "account.phone_number_id", kind: text, help: "Which number this inbox is: WhatsApp Manager > API setup."},
	{name: "account.waba_id", kind: text, help: "The WhatsApp Business Account of that number, for its templates."},

	{name: "webhook.listen", kind: text, def: "127.0.0.1:8460", help: "Where the listener binds."},
	{name: "webhook.path", kind: text, def: "/webhook", help: "The path that WhatsApp posts to."},
	{name: "webhook.public_url", kind: text, help: "The https address that WhatsApp posts to, for frontdesk doctor and init to test."},
	{name: "webhook.header", kind: text, def: "X-Frontdesk-Secret", help: "Where the provider signs no webhooks (360dialog): the header that holds header_secret. Meta needs neither."},
	{name: "webhook.header_secret", kind: secret, help: "A secret of 20 or more characters that the provider sends along; webhooks without it are refused. webhook.path must be unguessable too."},
	{name: "webhook.header_secret_file", kind: text, help: "A file (mode 0600) that holds it."},
	{name: "webhook.tls.domain", kind: text, help: "Get a certificate for this name by ACME; the listener must then be reachable on port 443."},
	{name: "webhook.tls.cert_file", kind: text, help: "Or take it from files, read again when they change."},
	{name: "webhook.tls.key_file", kind: text, help: "The key that belongs to cert_file."},

	{name: "relay.url", kind: text, help: "Fetch webhooks from a relay instead of listening."},
	{name: "relay.token", kind: secret, help: "A secret: proves this laptop to the relay."},
	{name: "relay.verify", kind: text, def: "hmac", one: []string{"mtls", "hmac", "path"}, help: "How the relay checks who posts: mtls, hmac or path."},
	{name: "relay.seal", kind: text, help: "Public key that the relay seals bodies to."},

	{name: "desk.listen", kind: text, help: "host:port for terminals on other machines, over TLS. Local ones use the socket."},
	{name: "desk.socket", kind: text, help: "The socket of local terminals. Default: <data_dir>/frontdesk.sock."},
	{name: "desk.agents", kind: people, help: "People other than you: a list of {name, role: agent|lead|viewer, uid or token_hash}."},

	{name: "owner.auto", kind: boolean, def: "true", help: "When the owner of the store ends, an attached terminal of the same user takes over."},

	{name: "agent.name", kind: text, help: "Who you are, as colleagues see it. Default: $USER."},

	{name: "inbox.read_receipts", kind: text, def: "focused", one: []string{"focused", "on_reply", "never"}, help: "When the customer's ticks turn blue: focused, on_reply or never."},
	{name: "inbox.phone_lifeline_days", kind: number, def: "14", help: "After how many days without a sign of the phone WhatsApp disconnects the number; 0 counts none."},

	{name: "media.hosts", kind: list, help: "Hosts the access token may be sent to, beside WhatsApp's own."},

	{name: "media.auto_max", kind: number, def: "16", help: "Fetch customers' files unasked up to this many MiB; larger ones when somebody asks; 0 fetches none."},
	{name: "media.quota", kind: number, def: "0", help: "Keep at most this many MiB of files, letting the oldest go; 0 keeps all."},
	{name: "media.keep_days", kind: number, def: "0", help: "Keep files this many days; 0 keeps them for good."},

	{name: "costs.currency", kind: text, def: "USD", help: "What the account is billed in; prices in another currency are shown where the table has none in this one."},
	{name: "costs.time_zone", kind: text, help: "The time zone of the WhatsApp Business Account, as Asia/Kolkata: its months and price changes begin at midnight there. Default: this machine's."},
	{name: "costs.rates_file", kind: text, help: "Your own prices (YAML, in the form of cloudapi/rates.yaml); they take the place of those that frontdesk comes with."},

	{name: "ui.theme", kind: text, def: "auto", one: ui.Themes(),
		help: "Colours: " + strings.Join(ui.Themes(), ", ") + ". The first three are the terminal's own, blue-orange needs no red and green. NO_COLOR is honoured."},
	{name: "ui.background", kind: text, def: "auto", one: []string{"auto", "dark", "light"}, help: "What the theme is seen on; auto asks the terminal."},
	{name: "ui.language", kind: text, def: "auto", one: append([]string{"auto"}, ui.Languages()...),
		help: "Language of the screen: " + strings.Join(ui.Languages(), ", ") + "; auto takes the terminal's (LC_ALL, LC_MESSAGES, LANG)."},
	{name: "ui.width", kind: text, def: "auto", one: []string{"auto", "wcwidth", "grapheme"}, help: "How the terminal counts columns; auto asks it."},
	{name: "ui.images", kind: text, def: "auto", one: []string{"auto", "kitty", "sixel", "blocks", "off"}, help: "How pictures are drawn; auto takes the best that the terminal shows."},
	{name: "ui.ascii", kind: boolean, def: "false", help: "Draw with ASCII only."},
	{name: "ui.mouse", kind: text, def: "auto", one: []string{"auto", "on", "off"}, help: "Wheel and click."},
	{name: "ui.notify", kind: text, def: "auto", one: []string{"auto", "on", "bell", "osc9", "osc99", "osc777", "off"},
		help: "What tells of new messages while you look elsewhere: auto (on), bell, osc9, osc99, osc777 or off."},
	{name: "ui.notify_text", kind: boolean, def: "true", help: "Notifications say who wrote and what; false: only that somebody did."},
	{name: "ui.notify_repeat", kind: duration, def: "0s", help: "The owner repeats them this often until somebody opens the thread, for example 2m; 0s: never."},
	{name: "ui.keys", kind: table, help: "Other keys for actions, as action: key."},
	{name: "ui.enter_sends", kind: boolean, def: "true", help: "Enter sends and alt+enter makes a line; false turns it round."},
	{name: "ui.hold_seconds", kind: number, def: "0", help: "Seconds in which a reply can be taken back before it leaves: 0, none, to 60; 5 is usual."},
}

// required keys have no default and no reply can be sent or received without them, by account.provider.
var required = map[string][]string{
	cloudapi.ProviderMeta: {"account.phone_number_id", "account.waba_id", "account.access_token", "account.app_secret", "account.verify_token"},
	cloudapi.ProviderD360: {"account.phone_number_id", "account.access_token", "webhook.header_secret"},
}

// ownerLockWait is how long a starting owner waits for the store (decisions 8).
const ownerLockWait = 5 * time.Second

// serveLockWait is how long a second serve waits before it says that there is one already (merge-rules 7.7).
const serveLockWait = 1500 * time.Millisecond
