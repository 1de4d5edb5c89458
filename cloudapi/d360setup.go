package cloudapi

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"frontdesk/inbox"
)

// Keyed is what 360dialog tells of the number that a key is for (cloud-api 10.1). Its health names both, in WhatsApp's own
// shape; where it does not, they are "".
type Keyed struct {
	Number, Account string // their ids
	State           inbox.Number
}

// Keyed asks which number the key is for. An error says also that 360dialog does not take the key. Only 360dialog has it.
func (c *Client) Keyed(ctx context.Context) (Keyed, error) {
	var h numberAnswer
	at, err := c.read(ctx, c.base.JoinPath("health_status"), &h)
	if err != nil {
		return Keyed{}, explained(readingNumber, err)
	}
	k := Keyed{State: inbox.Number{CanSend: string(h.Health.V.CanSend), Problems: h.problems(), Date: at}}
	for _, e := range h.Health.V.Entities {
		switch e.Type {
		case "PHONE_NUMBER":
			k.Number = string(e.ID)
		case "WABA":
			k.Account = string(e.ID)
		}
	}
	return k, nil
}

// Hook is where 360dialog posts a number's webhooks, and the headers that it sends along with each.
type Hook struct {
	URL     string
	Headers map[string]string
}

// Carries reports whether the guard's header is sent along, with its secret.
func (h Hook) Carries(g Guard) bool {
	for name, value := range h.Headers {
		if strings.EqualFold(name, g.Header) && value == g.Secret.Reveal() {
			return g.set()
		}
	}
	return false
}

// Hook reads where webhooks go; the zero Hook when they go nowhere yet.
func (c *Client) Hook(ctx context.Context) (Hook, error) {
	var answer struct {
		URL     clean             `json:"url"`
		Headers map[string]string `json:"headers"`
	}
	if _, err := c.read(ctx, c.hook(), &answer); err != nil {
		if api, ok := errors.AsType[*APIError](err); ok && api.Status == http.StatusNotFound {
			return Hook{}, nil
		}
		return Hook{}, err
	}
	return Hook{string(answer.URL), answer.Headers}, nil
}

// SetHook sends webhooks to an address with the guard's header. Other headers that were sent along stay.
func (c *Client) SetHook(ctx context.Context, was Hook, to string, g Guard) error {
	headers := maps.Clone(was.Headers)
	if headers == nil {
		headers = map[string]string{}
	}
	maps.DeleteFunc(headers, func(name, _ string) bool { return strings.EqualFold(name, g.Header) })
	headers[g.Header] = g.Secret.Reveal()
	return c.change(ctx, c.hook(), map[string]any{"url": to, "headers": headers})
}

func (c *Client) hook() *url.URL { return c.base.JoinPath("v1", "configs", "webhook") }
