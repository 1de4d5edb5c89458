package cloudapi

import (
	"context"
	"net/url"
	"time"

	"frontdesk/inbox"
)

// The providers that can carry a number (account.provider).
const (
	ProviderMeta = "meta"
	ProviderD360 = "360dialog"
)

// carrier is all that differs between those who carry a number for us (cloud-api 10.1): where things are, how a request says
// whose it is, how templates and the number are asked for. The JSON of messages, errors and webhooks is WhatsApp's own.
type carrier interface {
	// base is where the API lives when nothing else is configured, and hosts who may get the key beside that host.
	base() string
	hosts() []string
	// path is that of something in the graph; edge that of something which belongs to a number.
	path(c *Client, node string, rest ...string) []string
	edge(c *Client, line inbox.LineID, name string) []string
	// key is the header that proves whose a request is.
	key(token Secret) (header, value string)
	// media is the address that tells where a file lies, and file where it is to be had that is said to lie at another.
	media(c *Client, line inbox.LineID, id string) *url.URL
	file(c *Client, at *url.URL) *url.URL
	// fetchFailed notes an error answer to a download, and fetchPause is how long no other may be tried for them.
	fetchFailed(c *Client)
	fetchPause(c *Client) time.Duration
	// graph tells whether the account itself can be asked: for what it is billed, and for the phone's contacts and history.
	graph() bool
	templates(ctx context.Context, c *Client) ([]inbox.Template, error)
	number(ctx context.Context, c *Client, line inbox.LineID) (inbox.Number, error)
}

// carriers are all there are, by the name of their provider.
var carriers = map[string]carrier{"": graphAPI{}, ProviderMeta: graphAPI{}, ProviderD360: d360{}}

// graphAPI is WhatsApp's own Graph API.
type graphAPI struct{}

func (graphAPI) graph() bool     { return true }
func (graphAPI) base() string    { return "https://" + whatsappHosts[0] }
func (graphAPI) hosts() []string { return whatsappHosts }

func (graphAPI) path(c *Client, node string, rest ...string) []string {
	return append([]string{c.version, node}, rest...)
}

func (graphAPI) edge(c *Client, line inbox.LineID, name string) []string {
	return []string{c.version, string(line), name}
}

func (graphAPI) key(token Secret) (header, value string) {
	return "Authorization", "Bearer " + token.Reveal()
}

func (graphAPI) media(c *Client, line inbox.LineID, id string) *url.URL {
	u := c.node(id)
	u.RawQuery = url.Values{"phone_number_id": {string(line)}}.Encode()
	return u
}

func (graphAPI) file(_ *Client, at *url.URL) *url.URL { return at }
func (graphAPI) fetchFailed(*Client)                  {}
func (graphAPI) fetchPause(*Client) time.Duration     { return 0 }

func (graphAPI) templates(ctx context.Context, c *Client) ([]inbox.Template, error) {
	return c.graphTemplates(ctx)
}

func (graphAPI) number(ctx context.Context, c *Client, line inbox.LineID) (inbox.Number, error) {
	return c.graphNumber(ctx, line)
}
