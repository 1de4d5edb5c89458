package cli

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/inbox"
	"frontdesk/inbox/attach"
)

// The way of a webhook to the listener, from outside.

// stopgap takes the place of an owner while the way to the listener is tested: it answers challenges and test events.
// A real webhook is answered 503, so that WhatsApp sends it again when somebody can keep it.
type stopgap struct{}

var errNobodyKeeps = errors.New("no owner runs, so nothing can be kept")

// Accept implements inbox.Intake.
func (stopgap) Accept(context.Context, string, []byte) error { return errNobodyKeeps }

// Unproven implements inbox.Intake.
func (stopgap) Unproven() {}

// Healthy implements inbox.Intake.
func (stopgap) Healthy() (inbox.Seq, time.Time, error) { return 0, time.Time{}, nil }

// listenMeanwhile binds the listener where the owner would, until the function it gives is called.
func listenMeanwhile(ctx context.Context, cfg Config) (end func(), err error) {
	secrets, guard := cfg.proof()
	l, err := cloudapi.NewListener(cloudapi.ListenerConfig{Path: cfg.Webhook.Path, Secrets: secrets, Guard: guard,
		VerifyToken: cfg.Account.VerifyToken, Line: inbox.LineID(cfg.Account.PhoneNumberID), Intake: stopgap{}})
	if err != nil {
		return nil, err
	}
	s, err := cloudapi.Listen(cloudapi.ServerConfig{Listen: cfg.Webhook.Listen, Handler: l, StopWithin: 200 * time.Millisecond,
		TLS: cloudapi.TLSConfig{CertFile: cfg.Webhook.CertFile, KeyFile: cfg.Webhook.KeyFile, Domain: cfg.Webhook.Domain,
			CacheDir: filepath.Join(cfg.DataDir, "acme")}})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(ctx)
	}()
	return func() { cancel(); <-done }, nil
}

func (c *checkup) listenerLink(ctx context.Context) finding {
	if !c.running {
		end, err := listenMeanwhile(ctx, c.cfg)
		if err != nil {
			return failed(err)
		}
		c.endings = append(c.endings, end)
		return doubtful("start frontdesk, or frontdesk serve", "nobody runs the inbox, so nothing is received; this test listens at %s meanwhile", c.cfg.Webhook.Listen)
	}
	state, err := health(ctx, c.cfg)
	switch {
	case err != nil:
		return amiss("restart the owner: it was started with another webhook.listen", "the owner runs, but does not listen at %s", c.cfg.Webhook.Listen)
	case state != "ok":
		return amiss("see the reason, and frontdesk.log in "+tilde(c.cfg.DataDir), "the owner takes no webhooks: %s", state)
	}
	return fine("%s%s takes webhooks", c.cfg.Webhook.Listen, c.cfg.Webhook.Path)
}

// health asks the owner's listener on this machine, past proxy and tunnel. state is "ok", or why it is not.
func health(ctx context.Context, cfg Config) (state string, err error) {
	ctx, cancel := context.WithTimeout(ctx, askedWithin)
	defer cancel()
	network, where := "tcp", cfg.Webhook.Listen
	if path, isUnix := strings.CutPrefix(where, "unix:"); isUnix {
		network, where = "unix", path
	}
	transport := &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, where)
		},
		// Its certificate is for the name it has outside; here nothing secret is said or believed.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec
	scheme := "http"
	if cfg.Webhook.Domain != "" || cfg.Webhook.CertFile != "" {
		scheme = "https"
		transport.TLSClientConfig.ServerName = cfg.Webhook.Domain
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://listener/healthz", nil)
	if err != nil {
		return "", err
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read only
	var h struct {
		Status string `json:"status"`
		Reason string `json:"reason"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&h); err != nil || h.Status == "" {
		return "", errors.New("something else listens there")
	}
	if h.Status != "ok" {
		return firstOf(h.Reason, h.Status), nil
	}
	return "ok", nil
}

// callback is the test of the address for this configuration.
func callback(cfg Config, address string) cloudapi.Callback {
	c := cloudapi.Callback{URL: address, VerifyToken: cfg.Account.VerifyToken, Line: inbox.LineID(cfg.Account.PhoneNumberID), Listen: cfg.Webhook.Listen}
	var secrets []cloudapi.Secret
	if secrets, c.Guard = cfg.proof(); len(secrets) > 0 {
		c.AppSecret = secrets[0]
	}
	return c
}

// publicAddress completes an address that was given without a path, as tunnels print it.
func publicAddress(cfg Config, address string) string {
	if address == "" && cfg.Webhook.Domain != "" {
		address = "https://" + cfg.Webhook.Domain
	}
	if u, err := url.Parse(address); err == nil && u.Host != "" && (u.Path == "" || u.Path == "/") {
		u.Path = cfg.Webhook.Path
		return u.String()
	}
	return address
}

// addressLink asks for the challenge through the public address.
func (c *checkup) addressLink(ctx context.Context) finding {
	from := "webhook.public_url"
	c.public = publicAddress(c.cfg, firstOf(c.address, c.cfg.Webhook.Public))
	if c.public == "" && c.client != nil && c.grant.Valid {
		c.inForce, _ = c.client.CallbackOf(ctx, c.cfg.Account.PhoneNumberID)
		c.public, from = c.inForce, "where WhatsApp posts to"
	}
	if c.public == "" {
		f := amiss("give the listener one, for a trial with one of the commands below, and set webhook.public_url to it",
			"no public address is known, so WhatsApp cannot reach %s", c.cfg.Webhook.Listen)
		f.Commands = tunnels(c.cfg)
		return f
	}
	if c.reached = callback(c.cfg, c.public).Challenge(ctx); c.reached != nil {
		f := failed(c.reached)
		if !strings.Contains(f.Text, "verify token") {
			f.Commands = tunnels(c.cfg)
		}
		return f
	}
	return fine("%s answers the challenge (%s)", c.public, from)
}

// eventLink sends a signed test event through the public address.
func (c *checkup) eventLink(ctx context.Context) finding {
	if c.public == "" {
		return unseen("not tested: needs address")
	}
	err := callback(c.cfg, c.public).Event(ctx)
	switch {
	case err == nil:
	case c.reached != nil && err.Error() == c.reached.Error():
		return unseen("not tested: needs address")
	default:
		return failed(err)
	}
	if c.reached == nil {
		c.proven = true
	}
	return fine("a signed test event came through to the listener, byte for byte")
}

// recordProof keeps that a signed event came through the public address: what can be asked for once is then asked for
// safely. Without an owner it takes the store for a moment; anew says that there may be none yet.
func recordProof(ctx context.Context, cfg Config, address string, anew bool) error {
	do := func(d inbox.Desk) error {
		_, err := d.Do(ctx, inbox.NewID(), inbox.ListenerProven{Address: address})
		return err
	}
	if d, err := dialOwner(ctx, cfg); err == nil {
		return errors.Join(do(d), d.Close())
	} else if errors.Is(err, attach.ErrSilent) {
		return err
	}
	if _, err := os.Stat(filepath.Join(cfg.DataDir, "store.id")); err != nil && !anew {
		return nil
	}
	s, err := openStore(cfg.DataDir, storeOptions(ownerLockWait))
	if err != nil {
		return err
	}
	d, end, err := deskOn(ctx, cfg, s, writing)
	if err != nil {
		return err
	}
	defer end()
	return do(d)
}

// deliveriesLink asks WhatsApp how it fared with its own webhooks.
func (c *checkup) deliveriesLink(ctx context.Context) finding {
	d, err := c.client.Deliveries(ctx, inbox.LineID(c.cfg.Account.PhoneNumberID))
	switch {
	case errors.Is(err, inbox.ErrUntold):
		return unseen("WhatsApp does not tell how its webhooks were delivered")
	case err != nil:
		return refused(err)
	}
	return deliveriesFinding(d, time.Now())
}

// deliveriesFinding: a failure that is followed by a delivery is over.
func deliveriesFinding(d cloudapi.Deliveries, now time.Time) finding {
	all := d.Arrived + d.Failed
	switch {
	case all == 0:
		return unseen("WhatsApp tells of no webhook lately")
	case d.Failed == 0:
		return fine("WhatsApp delivered all of its last %d", all)
	case d.LastArrived.After(d.LastFailed):
		return fine("WhatsApp delivers again; %d of its last %d failed, the last %s", d.Failed, all, ago(now.Sub(d.LastFailed)))
	}
	says := fmt.Sprintf("WhatsApp could not deliver %d of its last %d", d.Failed, all)
	if !d.LastFailed.IsZero() {
		says += ", the last " + ago(now.Sub(d.LastFailed))
	}
	if d.Why != "" {
		says += ": " + strings.TrimSuffix(d.Why, ".")
	}
	return doubtful("look at the links above; WhatsApp repeats for up to 7 days what it could not deliver", "%s", says)
}

// signaturesLink says whether webhooks were refused lately that nothing proved genuine. WhatsApp signs all of its own, so
// several in a row, with none that fits in between, are its own and the secret is another.
func (c *checkup) signaturesLink(context.Context) finding {
	if !c.running {
		return unseen("nobody runs the inbox, so none was looked at")
	}
	_, guard := c.cfg.proof()
	secret := !c.failed("app secret") && !c.failed("event") && !c.failed("callback")
	return signaturesFinding(c.info.Unproven, guard.Header, secret, time.Now())
}

// signaturesFinding judges what was refused in a row. header is that of a provider that does not sign, and secret holds
// when the secret is known to be right on both sides, and to be what the running owner uses.
func signaturesFinding(u inbox.Unproven, header string, secret bool, now time.Time) finding {
	if u.Count == 0 {
		return fine("nothing was refused since the last webhook that was taken")
	}
	n := "1 signature"
	if u.Count > 1 {
		n = fmt.Sprintf("%d signatures", u.Count)
	}
	says := "the last " + n + " did not match (" + ago(now.Sub(u.At)) + ")"
	next := "copy it again from App settings > Basic, restart the owner, then run doctor"
	switch {
	case header != "":
		says = fmt.Sprintf("%s came lately without the right %s header (%s)", pluralOf(u.Count, "webhook", "webhooks"), header, ago(now.Sub(u.At)))
		next = "run frontdesk init, which gives 360dialog the header of this configuration"
		if secret {
			next = "360dialog sends the right one, so somebody else knows the path: take webhook.path out, and frontdesk init makes up another"
		}
	case secret:
		next = "the app secret is right: look whether another app posts to this address, or something on the way changes bodies"
	}
	if u.Count < inbox.UnprovenMany {
		return doubtful(next, "%s", says)
	}
	return amiss(next, "%s", says)
}

// failed reports that a link was tested and is broken.
func (c *checkup) failed(name string) bool { return slices.Contains(c.broken(), name) }

// callbackLink compares where WhatsApp posts to with the address that was tested.
func (c *checkup) callbackLink(ctx context.Context) finding {
	at := c.inForce
	if at == "" {
		var err error
		if at, err = c.client.CallbackOf(ctx, c.cfg.Account.PhoneNumberID); err != nil {
			return refused(err)
		}
	}
	const remedy = "run frontdesk init --subscribe, or set it in the app dashboard > WhatsApp > Configuration"
	switch {
	case at == "":
		return amiss(remedy, "WhatsApp has no address to post this number's webhooks to")
	case c.public == "" || at == c.public:
		return fine("WhatsApp posts to %s", at)
	}
	return amiss(remedy+"; or correct webhook.public_url", "WhatsApp posts to %s, not to %s", at, c.public)
}

// tunnels are the commands that give a listener a public address for a trial. None of them keeps what comes while this
// machine is off.
func tunnels(cfg Config) []string {
	_, port, err := net.SplitHostPort(cfg.Webhook.Listen)
	if err != nil {
		return nil
	}
	return []string{
		fmt.Sprintf("cloudflared tunnel --url http://127.0.0.1:%s", port),
		fmt.Sprintf("tailscale funnel %s", port),
		fmt.Sprintf("ngrok http %s", port),
	}
}
