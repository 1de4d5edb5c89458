package cloudapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"frontdesk/inbox"
)

// NeededFields are the webhook fields without which the inbox would lack something for good: what is not delivered
// cannot be fetched later (webhooks 1.5).
var NeededFields = []string{"messages", "smb_message_echoes", "smb_app_state_sync", "history", "account_update"}

// UsefulFields tell what is otherwise asked for from time to time, or what only they tell: what customers wrote while Meta's
// own responder had the chat, who wants no marketing, and what becomes of number, limit, name and templates (webhooks 6).
var UsefulFields = []string{"message_template_status_update", "message_template_quality_update", "template_category_update",
	"phone_number_quality_update", "phone_number_name_update", "business_capability_update", "account_alerts", "account_review_update", "security",
	"user_preferences", "standby", "messaging_handovers"}

// AllFields are both.
func AllFields() []string { return append(slices.Clone(NeededFields), UsefulFields...) }

// subscribedObject is what the fields belong to.
const subscribedObject = "whatsapp_business_account"

// Subscription is what an app has asked WhatsApp to report, and where to (cloud-api 6.4).
type Subscription struct {
	Callback string // "" when none is set
	Fields   []string
}

// Lacks are the fields of a list that it does not have.
func (s Subscription) Lacks(fields []string) (list []string) {
	for _, f := range fields {
		if !slices.Contains(s.Fields, f) {
			list = append(list, f)
		}
	}
	return list
}

// Subscription reads an app's fields and callback. The client must speak with an AppToken.
func (c *Client) Subscription(ctx context.Context, app string) (Subscription, error) {
	var answer struct {
		Data []struct {
			Object   text  `json:"object"`
			Callback clean `json:"callback_url"`
			Active   text  `json:"active"`
			Fields   []struct {
				Name text `json:"name"`
			} `json:"fields"`
		} `json:"data"`
	}
	if _, err := c.read(ctx, c.node(app, "subscriptions"), &answer); err != nil {
		return Subscription{}, err
	}
	var s Subscription
	for _, d := range answer.Data {
		if d.Object != subscribedObject || d.Active == "false" {
			continue
		}
		s.Callback = string(d.Callback)
		for _, f := range d.Fields {
			s.Fields = append(s.Fields, string(f.Name))
		}
	}
	return s, nil
}

// Subscribe sets an app's callback and adds fields to those it has. WhatsApp asks the callback for the challenge before
// it answers. The client must speak with an AppToken.
func (c *Client) Subscribe(ctx context.Context, app, callback string, verify Secret, fields []string) error {
	return c.change(ctx, c.node(app, "subscriptions"), map[string]any{"object": subscribedObject, "callback_url": callback,
		"verify_token": verify.Reveal(), "fields": strings.Join(fields, ","), "include_values": true})
}

// AppOf is an app that is subscribed to the account, with the callback that overrides its own, if any.
type AppOf struct{ ID, Name, Callback string }

// SubscribedApps lists the apps that get the account's webhooks.
func (c *Client) SubscribedApps(ctx context.Context) ([]AppOf, error) {
	var answer struct {
		Data []struct {
			App struct {
				ID   text  `json:"id"`
				Name clean `json:"name"`
			} `json:"whatsapp_business_api_data"`
			Callback clean `json:"override_callback_uri"`
		} `json:"data"`
	}
	if _, err := c.read(ctx, c.node(c.waba, "subscribed_apps"), &answer); err != nil {
		return nil, err
	}
	var list []AppOf
	for _, d := range answer.Data {
		list = append(list, AppOf{string(d.App.ID), string(d.App.Name), string(d.Callback)})
	}
	return list, nil
}

// SubscribeApp lets the token's app get the account's webhooks. An override that was set for it stays no longer.
func (c *Client) SubscribeApp(ctx context.Context) error {
	return c.change(ctx, c.node(c.waba, "subscribed_apps"), map[string]any{})
}

// OverrideCallback sends one number's webhooks elsewhere than the app's. Template and account events follow the app's
// callback all the same (cloud-api 6.4).
func (c *Client) OverrideCallback(ctx context.Context, number, callback string, verify Secret) error {
	return c.change(ctx, c.node(number), map[string]any{"webhook_configuration": map[string]string{
		"override_callback_uri": callback, "verify_token": verify.Reveal()}})
}

// CallbackOf is where WhatsApp posts a number's messages: the number's own address, else the account's, else the app's
// (cloud-api 6.4). "" when there is none, or it is not told.
func (c *Client) CallbackOf(ctx context.Context, number string) (string, error) {
	var answer struct {
		Hooks loose[struct {
			Number  clean `json:"phone_number"`
			Account clean `json:"whatsapp_business_account"`
			App     clean `json:"application"`
		}] `json:"webhook_configuration"`
	}
	u := c.node(number)
	u.RawQuery = url.Values{"fields": {"webhook_configuration"}}.Encode()
	if _, err := c.read(ctx, u, &answer); err != nil {
		if missingField(err) {
			return "", nil
		}
		return "", err
	}
	h := answer.Hooks.V
	for _, u := range []clean{h.Number, h.Account, h.App} {
		if u != "" {
			return string(u), nil
		}
	}
	return "", nil
}

// ListedNumber is one number of an account.
type ListedNumber struct {
	ID, Display, Name, Status string
	OnPhone                   bool // is_on_biz_app
	Platform                  string
}

// Connected reports Coexistence: the number is on the phone app and on the Cloud API at once (cloud-api 6.1).
func (n ListedNumber) Connected() bool { return n.OnPhone && n.Platform == "CLOUD_API" }

// Numbers lists the numbers of an account, at most a hundred.
func (c *Client) Numbers(ctx context.Context, waba string) ([]ListedNumber, error) {
	var answer struct {
		Data []struct {
			numberAnswer
			ID text `json:"id"`
		} `json:"data"`
	}
	ask := func(fields string) error {
		u := c.node(waba, "phone_numbers")
		u.RawQuery = url.Values{"fields": {fields}, "limit": {"100"}}.Encode()
		_, err := c.read(ctx, u, &answer)
		return err
	}
	err := ask(coreFields)
	if missingField(err) {
		err = ask(minimalFields)
	}
	if err != nil {
		return nil, err
	}
	var list []ListedNumber
	for _, n := range answer.Data {
		list = append(list, ListedNumber{ID: string(n.ID), Display: string(n.Display), Name: string(n.Name), Status: string(n.Status),
			OnPhone: n.OnPhone.yes(), Platform: string(n.Platform)})
	}
	return list, nil
}

// change makes a call that may be repeated, and that answers with success alone.
func (c *Client) change(ctx context.Context, u *url.URL, body any) error {
	_, err := c.again(ctx, "POST "+u.Path, func(ctx context.Context) (answer, error) {
		at := *u
		return c.post(ctx, &at, body)
	}, c.timeout)
	return err
}

// Reach asks whether WhatsApp answers at all, and what time it has there. Any answer counts; no token is sent.
// offset is what to add to this machine's clock to get WhatsApp's, right to about a second; told is false when the answer bore no date.
func (c *Client) Reach(ctx context.Context) (offset time.Duration, told bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.base.String()+"/", nil)
	if err != nil {
		return 0, false, err
	}
	req.Header.Set("User-Agent", userAgent)
	asked := c.clock()
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, false, withoutURL(err)
	}
	_ = resp.Body.Close()
	at := answer{header: resp.Header}.at()
	if at.IsZero() {
		return 0, false, nil
	}
	now := c.clock()
	middle := asked.Add(now.Sub(asked) / 2)
	// The header has whole seconds, cut off: half a second is the best guess of the rest.
	return at.Add(500 * time.Millisecond).Sub(middle), true, nil
}

// Trouble puts an error of a call into a line and the next step, for whoever sets the connection up.
func Trouble(err error) (says, next string) {
	e, ok := errors.AsType[*inbox.Error](err)
	if !ok {
		bare := func(why, next string, _ ...string) *inbox.Error { return &inbox.Error{Text: why, Next: next} }
		e, _ = errors.AsType[*inbox.Error](explained(bare, err))
	}
	return e.Text, e.Next
}
