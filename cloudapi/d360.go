package cloudapi

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"frontdesk/inbox"
)

// d360 is 360dialog (cloud-api 10.1): one key for each number, so no path names it; no version; templates in an envelope of
// their own; and files only by way of its own host, which is the only one that gets the key. It has no call that describes
// the number, none for its account, and none for the phone's contacts and history, which its Hub starts.
type d360 struct{}

const d360Host = "waba-v2.360dialog.io"

func (d360) graph() bool     { return false }
func (d360) base() string    { return "https://" + d360Host }
func (d360) hosts() []string { return []string{d360Host} }

func (d360) path(_ *Client, node string, rest ...string) []string {
	return append([]string{node}, rest...)
}

func (d360) edge(_ *Client, _ inbox.LineID, name string) []string { return []string{name} }

func (d360) key(token Secret) (header, value string) { return "D360-API-KEY", token.Reveal() }

func (d360) media(c *Client, _ inbox.LineID, id string) *url.URL { return c.node(id) }
func (d360) fetchFailed(c *Client)                               { c.errors.note(c.clock()) }
func (d360) fetchPause(c *Client) time.Duration                  { return c.errors.pause(c.clock()) }

// file swaps WhatsApp's media host for 360dialog's and keeps path and query. Any other host is left as it is: it will not
// get the key.
func (d360) file(c *Client, at *url.URL) *url.URL {
	if !slices.Contains(whatsappHosts, strings.ToLower(at.Hostname())) {
		return at
	}
	moved := *at
	moved.Scheme, moved.Host, moved.Path = c.base.Scheme, c.base.Host, strings.TrimSuffix(c.base.Path, "/")+at.Path
	return &moved
}

// templates pages by offset. Their states come in small letters, and their WhatsApp id as external_id.
func (d360) templates(ctx context.Context, c *Client) ([]inbox.Template, error) {
	var all []inbox.Template
	for from, pages := 0, 0; ; pages++ {
		u := c.base.JoinPath("v1", "configs", "templates")
		u.RawQuery = url.Values{"limit": {templatesPerPage}, "offset": {strconv.Itoa(from)}}.Encode()
		var page struct {
			Total     text              `json:"total"`
			Templates []json.RawMessage `json:"waba_templates"`
		}
		if _, err := c.read(ctx, u, &page); err != nil {
			return nil, explained(fetchingTemplates, err)
		}
		all = append(all, c.readTemplates(page.Templates)...)
		from += len(page.Templates)
		if len(page.Templates) == 0 || from >= page.Total.int() {
			break
		}
		if pages == mostPages {
			return nil, explained(fetchingTemplates, oddAnswer("the pages of the list do not end"))
		}
	}
	sortTemplates(all)
	return all, nil
}

// number is what its health tells: there is no call for the rest.
func (d360) number(ctx context.Context, c *Client, _ inbox.LineID) (inbox.Number, error) {
	k, err := c.Keyed(ctx)
	return k.State, err
}

// More than twenty error answers to downloads within an hour and 360dialog answers none for half an hour (cloud-api 10.1).
// The rest is room for downloads that are on their way at once, and for a restart.
const (
	mediaErrorsMost = 12
	mediaErrorsSpan = time.Hour
)

// mediaErrors counts the error answers to downloads where there is a penalty on too many of them.
type mediaErrors struct {
	mu sync.Mutex
	at []time.Time
}

// pause is how long no download may be tried.
func (m *mediaErrors) pause(now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = slices.DeleteFunc(m.at, func(t time.Time) bool { return now.Sub(t) >= mediaErrorsSpan })
	if len(m.at) < mediaErrorsMost {
		return 0
	}
	return m.at[len(m.at)-mediaErrorsMost].Add(mediaErrorsSpan).Sub(now)
}

func (m *mediaErrors) note(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = append(m.at, now)
}
