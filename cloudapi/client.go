package cloudapi

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"frontdesk/inbox"
)

// ClientConfig says which number to speak for, and how.
type ClientConfig struct {
	// BaseURL is where the Graph API lives, without a version. Plain http only to loopback. Default
	// https://graph.facebook.com.
	BaseURL string
	// Version is the Graph API version, as "v25.0", which is the default.
	Version string
	// WABA is the WhatsApp Business Account that owns the templates.
	WABA string
	// Token gives the access token, anew for every request.
	Token TokenSource
	// AppSecret adds appsecret_proof to every request; the zero Secret leaves it away.
	AppSecret Secret
	// Hosts may get the token besides BaseURL's own host. Default: WhatsApp's hosts.
	Hosts []string
	// Log gets ids, codes and trace ids. Default: nothing is logged.
	Log *slog.Logger
	// Clock defaults to time.Now.
	Clock inbox.Clock
	// ConnectTimeout (10 s) covers name lookup, connect and TLS; Timeout (30 s) the whole request.
	ConnectTimeout, Timeout time.Duration
}

// Client implements inbox.Gateway over the Graph API. It is safe for concurrent use.
type Client struct{}

var _ inbox.Gateway = (*Client)(nil)

var errSkeleton = errors.New("not written yet")

// NewClient checks the configuration; it opens no connection.
func NewClient(cfg ClientConfig) (*Client, error) { return nil, errSkeleton }

// Close gives idle connections back. Requests in flight go on.
func (c *Client) Close() {}

// Send implements inbox.Gateway.
func (c *Client) Send(ctx context.Context, to inbox.Peer, out inbox.Outgoing, callback string) inbox.Outcome {
	return inbox.Outcome{Result: inbox.ResultNotSent}
}

// MarkRead implements inbox.Gateway.
func (c *Client) MarkRead(ctx context.Context, line inbox.LineID, wamid string, typing bool) error {
	return errSkeleton
}

// Templates implements inbox.Gateway.
func (c *Client) Templates(ctx context.Context) ([]inbox.Template, error) { return nil, errSkeleton }

// Upload implements inbox.Gateway.
func (c *Client) Upload(ctx context.Context, line inbox.LineID, name string, r io.Reader) (id, mime string, err error) {
	return "", "", errSkeleton
}

// Number implements inbox.Gateway.
func (c *Client) Number(ctx context.Context, line inbox.LineID) (inbox.Number, error) {
	return inbox.Number{}, errSkeleton
}

// Credential implements inbox.Gateway.
func (c *Client) Credential() string { return "" }
