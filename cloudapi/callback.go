package cloudapi

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"frontdesk/inbox"
)

// Callback is the public address that WhatsApp posts to, as a test of it sees it: from outside, with WhatsApp's own
// requests. Its methods change nothing on either side.
type Callback struct {
	URL         string
	VerifyToken Secret
	AppSecret   Secret
	Guard       Guard        // in the place of AppSecret, where the provider signs nothing
	Line        inbox.LineID // that the listener must work
	Listen      string       // where the listener binds, for the remedies
	Roots       *x509.CertPool
	Timeout     time.Duration // of one request; default 15 s
}

// CallbackError says which link to the listener is broken, and what to do about it.
type CallbackError struct{ Says, Next string }

// Error implements error.
func (e *CallbackError) Error() string { return e.Says + "; " + e.Next }

func brokenLink(next, format string, a ...any) error {
	return &CallbackError{fmt.Sprintf(format, a...), next}
}

// Check refuses an address that WhatsApp would not take: it wants https with a valid certificate (create a webhook
// endpoint). Plain http goes to this machine only, for a practice WhatsApp.
func (c Callback) Check() error {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return brokenLink("write it as https://desk.example.com/webhook", "%q is not an address", c.URL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return brokenLink("leave the rest out", "%q holds more than a host and a path", c.URL)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return brokenLink("use https with a valid certificate", "WhatsApp posts to https addresses only, not to %s", c.URL)
	case u.Scheme == "https" && isLoopback(u.Hostname()):
		return brokenLink("give the address that the proxy or tunnel has on the internet", "%s is this machine, which WhatsApp cannot reach", c.URL)
	case len(c.URL) > 200:
		return brokenLink("use a shorter one", "the address is longer than the 200 characters that WhatsApp takes")
	}
	return nil
}

// Challenge asks the address to prove that it knows the verify token, as WhatsApp does when it is set
// (create a webhook endpoint).
func (c Callback) Challenge(ctx context.Context) error {
	if err := c.Check(); err != nil {
		return err
	}
	challenge := rand.Text()
	q := url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {challenge}, "hub.verify_token": {c.VerifyToken.Reveal()}}
	status, body, err := c.ask(ctx, http.MethodGet, c.URL+"?"+q.Encode(), nil, "", "")
	switch {
	case err != nil:
		return err
	case status == http.StatusOK && body == challenge:
		return nil
	case status == http.StatusForbidden:
		return brokenLink("use one verify token in the configuration and restart the owner, or look what else answers there",
			"%s refuses the verify token (403)", c.URL)
	case status == http.StatusTooManyRequests:
		return brokenLink("wait a minute, then try again", "%s heard too many wrong verify tokens (429)", c.URL)
	case status == http.StatusOK:
		return brokenLink(c.pointItHere(), "%s answers, but not with the challenge: something other than frontdesk listens there", c.URL)
	}
	return c.unusable(status)
}

// Event posts a signed test event, which the listener recognises and does not store. A first one holds what a proxy
// that rewrites bodies would spoil; when it is refused, a second one says whether it was that.
func (c Callback) Event(ctx context.Context) error {
	if err := c.Check(); err != nil {
		return err
	}
	status, err := c.event(ctx, true)
	switch {
	case err != nil:
		return err
	case status == http.StatusOK:
		return nil
	case status == http.StatusTooManyRequests:
		return brokenLink("wait a minute, then try again; if it stays, look who posts there", "%s heard too many wrong signatures (429)", c.URL)
	case status != http.StatusUnauthorized && status != http.StatusForbidden:
		return c.unusable(status)
	}
	if c.Guard.set() {
		return brokenLink("make webhook.header and webhook.header_secret the same in the configuration of both, and restart the owner",
			"%s refuses the header (%d): whoever listens there has another secret", c.URL, status)
	}
	plain, err := c.event(ctx, false)
	if err == nil && plain == http.StatusOK {
		return brokenLink("let the proxy or tunnel pass bodies as they are, without reading or re-encoding JSON",
			"the way to %s changes the body, so no signature fits it", c.URL)
	}
	return brokenLink("make account.app_secret the same in the configuration of both, and restart the owner",
		"%s refuses the signature (%d): whoever listens there has another app secret", c.URL, status)
}

// event posts one test event. A 200 that does not come from our own listener is an error.
func (c Callback) event(ctx context.Context, hard bool) (status int, err error) {
	nonce := rand.Text()
	body, secret := testBody(nonce, hard), c.AppSecret
	name, value := SignatureHeader, Sign(secret, body)
	if c.Guard.set() {
		name, value, secret = c.Guard.Header, c.Guard.Secret.Reveal(), c.Guard.Secret
	}
	status, answer, err := c.ask(ctx, http.MethodPost, c.URL, body, name, value)
	if err != nil || status != http.StatusOK {
		return status, err
	}
	if !hmac.Equal([]byte(answer), []byte(testProof(secret, string(c.Line), nonce))) {
		return status, brokenLink(c.pointItHere(), "%s took the event, but it was not this number's listener that did", c.URL)
	}
	return status, nil
}

func (c Callback) ask(ctx context.Context, method, to string, body []byte, header, value string) (status int, answer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.Timeout, 15*time.Second))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, to, bytes.NewReader(body))
	if err != nil {
		return 0, "", brokenLink("write it as https://desk.example.com/webhook", "%q is not an address", c.URL)
	}
	req.Header.Set("User-Agent", userAgent)
	if header != "" {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set(header, value)
	}
	client := &http.Client{Transport: c.transport(), CheckRedirect: refuseRedirects}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", c.unreached(withoutURL(err))
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return 0, "", c.unreached(err)
	}
	if where := resp.Header.Get("Location"); resp.StatusCode >= 300 && resp.StatusCode < 400 && where != "" {
		return 0, "", brokenLink("give WhatsApp the address that answers by itself", "%s sends elsewhere (%d), which WhatsApp does not follow", c.URL, resp.StatusCode)
	}
	return resp.StatusCode, strings.TrimSpace(string(read)), nil
}

// transport makes a connection of its own for each request. It goes through the machine's proxy where there is one: the
// address must be reached from wherever this machine stands on the internet.
func (c Callback) transport() *http.Transport {
	return &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true, DisableCompression: true}
}

// unusable explains a status that neither the challenge nor the event expects.
func (c Callback) unusable(status int) error {
	switch status {
	case http.StatusNotFound:
		return brokenLink("make the path of the address the one of webhook.path", "%s is answered 404: nothing is served at this path", c.URL)
	case http.StatusBadGateway, http.StatusGatewayTimeout, 521, 522, 523, 530:
		return brokenLink(c.pointItHere(), "a proxy or tunnel answers at %s, but reaches no listener behind it (%d)", c.URL, status)
	case http.StatusServiceUnavailable:
		return brokenLink("see what /healthz says there, and whether "+c.pointItHere(), "%s answers that it cannot take events now (503)", c.URL)
	}
	return brokenLink(c.pointItHere(), "%s answers %d, where WhatsApp wants 200", c.URL, status)
}

func (c Callback) pointItHere() string {
	if strings.HasPrefix(c.Listen, "unix:") {
		return "the proxy or tunnel forwards to " + c.Listen
	}
	return "the proxy or tunnel forwards to http://" + c.Listen
}

// unreached explains why no answer came.
func (c Callback) unreached(err error) error {
	host := c.URL
	if u, perr := url.Parse(c.URL); perr == nil {
		host = u.Hostname()
	}
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	const certificate = "get a certificate from a public authority: webhook.tls.domain does, and so does a proxy such as Caddy"
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return brokenLink("check the spelling, and the name's DNS record", "the name %s does not exist", host)
	case errors.As(err, &dns):
		return brokenLink("check the network's DNS, then try again", "the name %s cannot be looked up", host)
	case errors.As(err, &authority):
		return brokenLink(certificate, "the certificate of %s is not from an authority that WhatsApp trusts", host)
	case errors.As(err, &name):
		return brokenLink(certificate, "the certificate at %s is for another name", host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return brokenLink("renew it", "the certificate of %s is out of date", host)
	case errors.As(err, &invalid):
		return brokenLink(certificate, "the certificate of %s is not valid", host)
	case errors.Is(err, http.ErrSchemeMismatch):
		return brokenLink("put TLS in front of the listener", "what listens at %s does not speak TLS", host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return brokenLink("start the tunnel or proxy, or open the port", "nothing listens at %s", c.URL)
	case errors.Is(err, context.DeadlineExceeded):
		return brokenLink("check the firewall and the forwarding; some routers refuse their own outside address from within, so try the address from a phone without wifi too",
			"%s does not answer in time", c.URL)
	}
	return brokenLink("check the address and the network, then try again", "%s cannot be reached (%s)", c.URL, bounded(plainly(err)))
}
