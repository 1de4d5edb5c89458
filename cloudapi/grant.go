package cloudapi

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"
)

// The permissions that a token needs (cloud-api 1.3).
const (
	ScopeMessaging  = "whatsapp_business_messaging"
	ScopeManagement = "whatsapp_business_management"
)

// Grant is what an access token allows, as debug_token tells it (cloud-api 1.3).
type Grant struct {
	Valid   bool
	Why     string // it is not valid, in WhatsApp's words
	App     string // id of the app it belongs to
	AppName string
	Type    string    // SYSTEM_USER for one that lasts, USER for one of a trial
	Expires time.Time // zero: never
	Scopes  []string
	WABAs   []string // the accounts it is for; none: not told, or all
}

// Missing are the permissions it lacks.
func (g Grant) Missing() (list []string) {
	for _, s := range []string{ScopeMessaging, ScopeManagement} {
		if !slices.Contains(g.Scopes, s) {
			list = append(list, s)
		}
	}
	return list
}

// Grant asks what the client's own token allows. An invalid token is an answer, no error. The token goes into the
// query, since debug_token takes it nowhere else; it is asked by itself, so that no app secret is needed.
func (c *Client) Grant(ctx context.Context) (Grant, error) { return c.grant(ctx, c.token()) }

// GrantOf asks about another token. Asked by a client with an AppToken, it proves the app secret: WhatsApp answers
// whom it believes to be the app only.
func (c *Client) GrantOf(ctx context.Context, token Secret) (Grant, error) {
	return c.grant(ctx, token)
}

func (c *Client) grant(ctx context.Context, token Secret) (Grant, error) {
	u := c.node("debug_token")
	u.RawQuery = url.Values{"input_token": {token.Reveal()}}.Encode()
	var answer struct {
		Data struct {
			Valid   text   `json:"is_valid"`
			App     text   `json:"app_id"`
			Name    clean  `json:"application"`
			Type    clean  `json:"type"`
			Expires text   `json:"expires_at"`
			Scopes  []text `json:"scopes"`
			Targets loose[[]struct {
				Scope text          `json:"scope"`
				IDs   loose[[]text] `json:"target_ids"`
			}] `json:"granular_scopes"`
			Error loose[struct {
				Message clean `json:"message"`
			}] `json:"error"`
		} `json:"data"`
	}
	if _, err := c.read(ctx, u, &answer); err != nil {
		if api, ok := errors.AsType[*APIError](err); ok && api.Code == 190 && token.Reveal() == c.token().Reveal() {
			return Grant{Why: api.Title}, nil
		}
		return Grant{}, err
	}
	d := answer.Data
	g := Grant{Valid: d.Valid.yes(), Why: string(d.Error.V.Message), App: string(d.App), AppName: string(d.Name), Type: string(d.Type)}
	if at := d.Expires.unix(); at > 0 {
		g.Expires = time.Unix(at, 0)
	}
	for _, s := range d.Scopes {
		g.Scopes = append(g.Scopes, string(s))
	}
	for _, t := range d.Targets.V {
		if t.Scope != ScopeManagement && t.Scope != ScopeMessaging {
			continue
		}
		for _, id := range t.IDs.V {
			if !slices.Contains(g.WABAs, string(id)) {
				g.WABAs = append(g.WABAs, string(id))
			}
		}
	}
	return g, nil
}

// AppToken speaks for the app itself, which some questions about it need (cloud-api 1.3).
func AppToken(app string, secret Secret) TokenSource {
	return StaticToken(NewSecret(app + "|" + secret.Reveal()))
}
