package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/inbox"
)

// The links that WhatsApp itself tells about.

// askedWithin bounds one request: somebody waits and looks.
const askedWithin = 10 * time.Second

// networkLink looks the host up and asks it, without a token. What it hears of the time is for clockLink.
func (c *checkup) networkLink(ctx context.Context) finding {
	var err error
	c.client, err = setupClient(c.cfg, c.cfg.Account.AccessToken)
	if err != nil {
		return failed(err)
	}
	c.endings = append(c.endings, c.client.Close)
	host := c.client.Host()
	offset, told, err := c.client.Reach(ctx)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return amiss("check that this machine is online and what its DNS says", "the name %s cannot be looked up", host)
	case errors.Is(err, context.DeadlineExceeded):
		return amiss("check the firewall and the proxy: outgoing https must be allowed", "%s does not answer in time", host)
	case err != nil:
		return amiss("check that this machine is online, the firewall, and account.api_base_url", "%s cannot be reached (%s)", host, oneLine(err))
	}
	c.clock = clockFinding(offset, told)
	return fine("%s answers", host)
}

// How far a clock may be off before windows and times are judged wrong, and before certificates fail.
const (
	clockOff  = 30 * time.Second
	clockLost = 10 * time.Minute
)

func clockFinding(offset time.Duration, told bool) finding {
	const remedy = "let the system set it: timedatectl set-ntp true, or the date settings"
	off := offset.Abs().Round(time.Second)
	way := "behind"
	if offset < 0 {
		way = "ahead of"
	}
	switch {
	case !told:
		return unseen("WhatsApp's answer bears no date")
	case off >= clockLost:
		return amiss(remedy, "this machine's clock is %s %s WhatsApp's", off, way)
	case off >= clockOff:
		return doubtful(remedy, "this machine's clock is %s %s WhatsApp's", off, way)
	}
	return fine("within %s of WhatsApp's", max(off, time.Second))
}

func (c *checkup) clockLink(context.Context) finding { return c.clock }

func (c *checkup) tokenLink(ctx context.Context) finding {
	if c.cfg.Account.AccessToken.IsZero() {
		return unseen("not tested: there is no access token")
	}
	g, err := c.client.Grant(ctx)
	if err != nil {
		return refused(err)
	}
	c.grant = g
	return tokenFinding(g, time.Now())
}

// newToken is where tokens come from.
const newToken = "make a system user token in Business settings > System users"

// tokenFinding judges a token for whoever sets up, and for doctor.
func tokenFinding(g cloudapi.Grant, now time.Time) finding {
	switch left := g.Expires.Sub(now); {
	case !g.Valid:
		why := g.Why
		if why == "" {
			why = "WhatsApp does not say why"
		}
		return amiss(newToken+" and put it in place of this one", "the access token is not valid: %s", strings.TrimSuffix(why, "."))
	case g.Expires.IsZero():
	case left < 14*24*time.Hour:
		return doubtful(newToken+" that never expires", "valid, but it expires %s", expiry(g.Expires, left))
	default:
		return fine("valid; it expires %s", expiry(g.Expires, left))
	}
	if g.Type == "USER" {
		return doubtful(newToken+"; one from the developer site lasts for hours", "valid, but a user's own token")
	}
	return fine("valid; it never expires")
}

func expiry(at time.Time, left time.Duration) string {
	if left < 48*time.Hour {
		return fmt.Sprintf("in %s", span(left))
	}
	return at.Local().Format("on 2 January 2006")
}

func (c *checkup) scopesLink(context.Context) finding {
	return scopesFinding(c.grant, c.cfg.Account.WABAID)
}

// scopesFinding says whether the token may do what is needed, and on the right account.
func scopesFinding(g cloudapi.Grant, waba string) finding {
	if missing := g.Missing(); len(missing) > 0 {
		return amiss("make the token again and tick "+strings.Join(missing, " and "), "the token lacks %s", strings.Join(missing, " and "))
	}
	if waba != "" && len(g.WABAs) > 0 && !slices.Contains(g.WABAs, waba) {
		return amiss("assign that account to the system user, or correct account.waba_id (the token is for "+strings.Join(g.WABAs, ", ")+")",
			"the token is not for the account %s", waba)
	}
	return fine("%s, %s", cloudapi.ScopeMessaging, cloudapi.ScopeManagement)
}

// appSecretLink lets WhatsApp judge the app secret: it answers the app itself only.
func (c *checkup) appSecretLink(ctx context.Context) finding {
	if len(c.cfg.Account.AppSecrets) == 0 {
		return unseen("not tested: there is no app secret")
	}
	var right int
	var first error
	for _, s := range c.cfg.Account.AppSecrets {
		switch err := proveAppSecret(ctx, c.cfg, c.grant.App, s); {
		case err == nil:
			right++
		case wrongSecret(err):
		default:
			first = err
		}
	}
	switch {
	case right == 0 && first != nil:
		return refused(first)
	case right == 0:
		return amiss("copy it from App settings > Basic of the app "+appName(c.grant), "WhatsApp does not know this app secret: no webhook would pass for genuine")
	case right < len(c.cfg.Account.AppSecrets):
		return doubtful("take the old one out when the rotation is over", "%d of %d app secrets are of the app %s", right, len(c.cfg.Account.AppSecrets), appName(c.grant))
	}
	return fine("it is that of the app %s", appName(c.grant))
}

func appName(g cloudapi.Grant) string {
	if g.AppName != "" {
		return g.AppName + " (" + g.App + ")"
	}
	return g.App
}

// setupClient speaks for the account while it is being set up or examined. It sends no appsecret_proof: a wrong app
// secret must not look like a wrong token.
func setupClient(cfg Config, token cloudapi.Secret) (*cloudapi.Client, error) {
	return cloudapi.NewClient(cloudapi.ClientConfig{Provider: cfg.Account.Provider, BaseURL: cfg.Account.BaseURL, Version: cfg.Account.Version, WABA: cfg.Account.WABAID,
		Token: cloudapi.StaticToken(token), Hosts: cfg.Hosts, Timeout: askedWithin, ConnectTimeout: askedWithin / 2})
}

// appClient speaks for the app itself.
func appClient(cfg Config, app string, secret cloudapi.Secret) (*cloudapi.Client, error) {
	return cloudapi.NewClient(cloudapi.ClientConfig{BaseURL: cfg.Account.BaseURL, Version: cfg.Account.Version, WABA: cfg.Account.WABAID,
		Token: cloudapi.AppToken(app, secret), Timeout: askedWithin, ConnectTimeout: askedWithin / 2})
}

// proveAppSecret is nil when WhatsApp takes the secret for the app's.
func proveAppSecret(ctx context.Context, cfg Config, app string, secret cloudapi.Secret) error {
	client, err := appClient(cfg, app, secret)
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = client.Subscription(ctx, app)
	return err
}

// wrongSecret reports that WhatsApp took the caller for somebody else than the app: the codes differ by how wrong it is.
func wrongSecret(err error) bool {
	api, ok := errors.AsType[*cloudapi.APIError](err)
	return ok && slices.Contains([]int{1, 101, 190}, api.Code) && api.Status < 500
}

func (c *checkup) numberLink(ctx context.Context) finding {
	n, err := c.client.Number(ctx, inbox.LineID(c.cfg.Account.PhoneNumberID))
	if err != nil {
		f := refused(err)
		if list, lerr := c.client.Numbers(ctx, c.cfg.Account.WABAID); lerr == nil && len(list) > 0 {
			f.Remedy = "correct account.phone_number_id; the account has " + numberNames(list)
		}
		return f
	}
	c.number = n
	if list, err := c.client.Numbers(ctx, c.cfg.Account.WABAID); err == nil && !slices.ContainsFunc(list, func(l cloudapi.ListedNumber) bool { return l.ID == c.cfg.Account.PhoneNumberID }) {
		return amiss("correct account.waba_id, or account.phone_number_id: the account has "+numberNames(list), "%s is not a number of the account %s", n.Display, c.cfg.Account.WABAID)
	} else if err != nil {
		f := refused(err)
		f.Text = "the account " + c.cfg.Account.WABAID + " cannot be read: " + f.Text
		return f
	}
	return withQuality(numberFinding(n, strings.TrimSpace(n.Display+" "+n.Name)), n)
}

// withQuality adds what customers make of the number, and how many may be written to first.
func withQuality(f finding, n inbox.Number) finding {
	if f.State != sound {
		return f
	}
	if n.Quality != "" && n.Quality != "NA" && n.Quality != "UNKNOWN" {
		f.Text += ", quality " + strings.ToLower(n.Quality)
	}
	if n.Limit != "" {
		f.Text += ", may write first to " + strings.ToLower(strings.TrimPrefix(n.Limit, "TIER_")) + " customers a day"
	}
	if n.Quality == "RED" {
		f.State, f.Remedy = doubt, "customers block or report its messages: send fewer templates, and only to those who want them, until it is green again"
	}
	return f
}

// numberFinding is how a number stands with WhatsApp, called as said.
func numberFinding(n inbox.Number, said string) finding {
	switch n.Status {
	case "CONNECTED", "":
		return fine("%s", said)
	case "FLAGGED", "RATE_LIMITED", "RESTRICTED", "PENDING":
		return doubtful("see WhatsApp Manager > Phone numbers", "%s is %s", said, strings.ToLower(n.Status))
	}
	return amiss("see WhatsApp Manager > Phone numbers; a disconnected one must be linked again from the phone", "%s is %s", said, strings.ToLower(n.Status))
}

func numberNames(list []cloudapi.ListedNumber) string {
	var names []string
	for _, n := range list {
		names = append(names, n.ID+" ("+n.Display+")")
	}
	return strings.Join(names, ", ")
}

func (c *checkup) coexistenceLink(context.Context) finding {
	return coexistenceFinding(c.number.OnPhone, c.number.Platform)
}

// coexistenceFinding: on the phone app and on the Cloud API at once (cloud-api 6.1).
func coexistenceFinding(onPhone bool, platform string) finding {
	const link = "link the number again: on the phone Settings > Account > Business platform, through the provider's sign-up"
	switch {
	case platform == "":
		return unseen("WhatsApp does not say where the number is")
	case platform != "CLOUD_API":
		return amiss(link, "the number is not on the Cloud API (platform_type %s)", platform)
	case !onPhone:
		return doubtful(link+"; without the phone, frontdesk works as an inbox of the API alone", "the number is on the API only (is_on_biz_app false): nothing comes from a phone")
	}
	return fine("on the phone and on the Cloud API (is_on_biz_app, platform_type CLOUD_API)")
}

func (c *checkup) healthLink(context.Context) finding {
	var why, next []string
	for _, p := range c.number.Problems {
		why, next = append(why, strings.TrimSuffix(p.Title, ".")), append(next, strings.TrimSuffix(p.Hint, "."))
	}
	reason := ""
	if len(why) > 0 {
		reason = ": " + strings.Join(why, "; ")
	}
	remedy := firstOf(append(next, "see WhatsApp Manager > Account overview")...)
	switch c.number.CanSend {
	case "AVAILABLE":
		return fine("messages can be sent")
	case "LIMITED":
		return doubtful(remedy, "sending is limited%s", reason)
	case "BLOCKED":
		return amiss(remedy, "sending is blocked%s", reason)
	}
	return unseen("WhatsApp does not say whether messages can be sent")
}

func (c *checkup) subscriptionLink(ctx context.Context) finding {
	apps, err := c.client.SubscribedApps(ctx)
	if err != nil {
		return refused(err)
	}
	if !slices.ContainsFunc(apps, func(a cloudapi.AppOf) bool { return a.ID == c.grant.App }) {
		return amiss("run frontdesk init --subscribe", "the app %s is not subscribed to the account %s: no webhook comes", appName(c.grant), c.cfg.Account.WABAID)
	}
	return fine("the app %s is subscribed to the account", appName(c.grant))
}

func (c *checkup) fieldsLink(ctx context.Context) finding {
	client, err := appClient(c.cfg, c.grant.App, c.cfg.Account.AppSecrets[0])
	if err != nil {
		return failed(err)
	}
	defer client.Close()
	s, err := client.Subscription(ctx, c.grant.App)
	if err != nil {
		return refused(err)
	}
	const remedy = "run frontdesk init --subscribe, or subscribe them in the app dashboard > WhatsApp > Configuration"
	if missing := s.Lacks(cloudapi.NeededFields); len(missing) > 0 {
		return amiss(remedy, "not subscribed: %s", strings.Join(missing, ", "))
	}
	if missing := s.Lacks(cloudapi.UsefulFields); len(missing) > 0 {
		return doubtful(remedy, "not subscribed: %s", strings.Join(missing, ", "))
	}
	return fine("%s, and %d that tell more", strings.Join(cloudapi.NeededFields, ", "), len(cloudapi.UsefulFields))
}

func (c *checkup) templatesLink(ctx context.Context) finding {
	list, err := c.client.Templates(ctx)
	if err != nil {
		return refused(err)
	}
	approved := 0
	for _, t := range list {
		if t.Status == "APPROVED" {
			approved++
		}
	}
	if approved == 0 {
		return doubtful("make one in WhatsApp Manager > Message templates, or at the provider", "no template is approved: after 24 hours of silence nobody can be written to")
	}
	return fine("%d approved of %d", approved, len(list))
}
