package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"frontdesk/cloudapi"
	"frontdesk/inbox"
)

// verdict is how a link of the chain is.
type verdict string

// The verdicts, as people and scripts read them.
const (
	sound  verdict = "ok"
	doubt  verdict = "warn" // works, and somebody should know
	broken verdict = "fail"
	untold verdict = "skip" // cannot be told: something before it is broken, or there is nothing to look at
)

// finding is what is known of one link: one line, and one line of what to do.
type finding struct {
	Check    string   `json:"check"`
	State    verdict  `json:"state"`
	Text     string   `json:"text"`
	Remedy   string   `json:"remedy,omitempty"`
	Commands []string `json:"commands,omitempty"` // to be typed as they are

	blocked bool // by a link before it
}

func fine(format string, a ...any) finding {
	return finding{State: sound, Text: fmt.Sprintf(format, a...)}
}

func doubtful(remedy, format string, a ...any) finding {
	return finding{State: doubt, Text: fmt.Sprintf(format, a...), Remedy: remedy}
}

func amiss(remedy, format string, a ...any) finding {
	return finding{State: broken, Text: fmt.Sprintf(format, a...), Remedy: remedy}
}

func unseen(format string, a ...any) finding {
	return finding{State: untold, Text: fmt.Sprintf(format, a...)}
}

// failed is the finding of an error of this program's making, which says what to do behind its semicolon.
func failed(err error) finding {
	says, next, _ := strings.Cut(oneLine(err), "; ")
	return finding{State: broken, Text: says, Remedy: next}
}

// refused is the finding of a call that WhatsApp did not answer as wanted.
func refused(err error) finding {
	says, next := cloudapi.Trouble(err)
	return finding{State: broken, Text: says, Remedy: next}
}

// link is one thing between a customer's message and the screen. It is tested when the links it needs are not broken.
type link struct {
	name  string
	needs []string
	test  func(*checkup, context.Context) finding
}

// chain is every link, in the order in which they depend on each other.
var chain = []link{
	{"config", nil, (*checkup).configLink},
	{"secrets", []string{"config"}, (*checkup).secretsLink},
	{"files", []string{"config"}, (*checkup).filesLink},
	{"store", []string{"config"}, (*checkup).storeLink},
	{"disk", nil, (*checkup).diskLink},
	{"encryption", nil, (*checkup).encryptionLink},
	{"network", []string{"config"}, (*checkup).networkLink},
	{"clock", []string{"network"}, (*checkup).clockLink},
	{"token", []string{"network"}, (*checkup).tokenLink},
	{"scopes", []string{"token"}, (*checkup).scopesLink},
	{"app secret", []string{"token"}, (*checkup).appSecretLink},
	{"number", []string{"token"}, (*checkup).numberLink},
	{"coexistence", []string{"number"}, (*checkup).coexistenceLink},
	{"health", []string{"number"}, (*checkup).healthLink},
	{"subscription", []string{"token"}, (*checkup).subscriptionLink},
	{"fields", []string{"app secret"}, (*checkup).fieldsLink},
	{"listener", []string{"secrets"}, (*checkup).listenerLink},
	{"address", []string{"listener"}, (*checkup).addressLink},
	{"event", []string{"listener"}, (*checkup).eventLink},
	{"callback", []string{"number"}, (*checkup).callbackLink},
	{"deliveries", []string{"number"}, (*checkup).deliveriesLink},
	{"signatures", []string{"store"}, (*checkup).signaturesLink},
	{"last event", []string{"store"}, (*checkup).lastEventLink},
	{"connection", []string{"store"}, (*checkup).connectionLink},
	{"phone", []string{"store"}, (*checkup).phoneLink},
	{"templates", []string{"token"}, (*checkup).templatesLink},
	{"ffmpeg", nil, (*checkup).ffmpegLink},
	{"terminal", nil, (*checkup).terminalLink},
}

// checkup is one look at the whole chain, with what the links found out for those behind them.
type checkup struct {
	app     *app
	address string // to test instead of the configured one

	cfg      Config
	client   *cloudapi.Client
	desk     inbox.Desk // nil without a store
	running  bool       // an owner has it
	info     inbox.Info
	clock    finding // what networkLink heard of the time
	grant    cloudapi.Grant
	keyed    cloudapi.Keyed // what 360dialog tells in its place
	number   inbox.Number
	inForce  string // where WhatsApp posts to, as it says
	public   string // the address that was tested
	reached  error  // what testing it came to
	proven   bool   // the address answered both tests
	endings  []func()
	findings []finding
}

// run tests every link and tells each finding at once. A broken link keeps those that need it from being tested, and no
// other.
func (c *checkup) run(ctx context.Context, tell func(finding) error) error {
	defer c.end()
	for _, l := range chain {
		if err := ctx.Err(); err != nil {
			return err
		}
		if test, other := over360dialog[l.name]; other && c.cfg.Account.Provider == cloudapi.ProviderD360 {
			if test == nil {
				continue
			}
			l.test = test
		}
		f, blocked := c.blocked(l)
		if !blocked {
			f = l.test(c, ctx)
		}
		f.Check = l.name
		c.findings = append(c.findings, f)
		if err := tell(f); err != nil {
			return err
		}
	}
	if c.proven && c.desk != nil && !slices.Contains(c.broken(), "store") && ctx.Err() == nil {
		c.end()
		return recordProof(ctx, c.cfg, c.public, false)
	}
	return ctx.Err()
}

// end gives back what was opened.
func (c *checkup) end() {
	for _, end := range slices.Backward(c.endings) {
		end()
	}
	c.endings = nil
}

// blocked says which broken link keeps l from being tested.
func (c *checkup) blocked(l link) (finding, bool) {
	for _, need := range l.needs {
		for _, f := range c.findings {
			if f.Check == need && (f.State == broken || f.State == untold) {
				f := unseen("not tested: needs %s", need)
				f.blocked = true
				return f, true
			}
		}
	}
	return finding{}, false
}

// broken names the links that fail.
func (c *checkup) broken() (names []string) {
	for _, f := range c.findings {
		if f.State == broken {
			names = append(names, f.Check)
		}
	}
	return names
}
