package cli

import (
	"context"

	"frontdesk/cloudapi"
)

// over360dialog are the links that are tested in another way, or not at all (nil), where 360dialog carries the number: it
// has no call about a token, an app or a subscription, and its webhooks come with a header instead of a signature.
var over360dialog = map[string]func(*checkup, context.Context) finding{
	"token": (*checkup).keyLink, "address": (*checkup).guardedAddressLink, "event": (*checkup).guardedEventLink,
	"number": (*checkup).keyedNumberLink, "callback": (*checkup).hookLink,
	"scopes": nil, "app secret": nil, "coexistence": nil, "subscription": nil, "fields": nil, "deliveries": nil,
}

// keyLink asks 360dialog which number the key is for, which needs the key.
func (c *checkup) keyLink(ctx context.Context) finding {
	k, err := c.client.Keyed(ctx)
	if err != nil {
		return refused(err)
	}
	c.keyed, c.number = k, k.State
	return fine("360dialog takes the key")
}

// keyedNumberLink compares the number that the key is for with the configured one.
func (c *checkup) keyedNumberLink(context.Context) finding {
	switch id := c.cfg.Account.PhoneNumberID; {
	case c.keyed.Number == "":
		return unseen("360dialog does not say which number the key is for")
	case c.keyed.Number != id:
		return amiss("correct account.phone_number_id, or take that number's own key: webhooks of any other number are dropped",
			"the key is for the number %s, not for %s", c.keyed.Number, id)
	default:
		return fine("the key is for %s", id)
	}
}

// hookLink compares where 360dialog posts to, and with which header, with this configuration.
func (c *checkup) hookLink(ctx context.Context) finding {
	is, err := c.client.Hook(ctx)
	if err != nil {
		return refused(err)
	}
	_, guard := c.cfg.proof()
	return hookFinding(is, c.public, guard)
}

// hookFinding compares what 360dialog has been told with what it should have been.
func hookFinding(is cloudapi.Hook, want string, guard cloudapi.Guard) finding {
	const remedy = "run frontdesk init --subscribe, which tells 360dialog"
	switch {
	case is.URL == "":
		return amiss(remedy, "360dialog has no address to post this number's webhooks to")
	case want != "" && is.URL != want:
		return amiss(remedy+"; or correct webhook.public_url", "360dialog posts to %s, not to %s", is.URL, want)
	case !is.Carries(guard):
		return amiss(remedy, "360dialog does not send the header %s with this configuration's secret, so its webhooks are refused", guard.Header)
	}
	return fine("360dialog posts to %s and sends the header along", is.URL)
}

// guardedAddressLink looks at the address alone: 360dialog shows no challenge.
func (c *checkup) guardedAddressLink(context.Context) finding {
	c.public = publicAddress(c.cfg, firstOf(c.address, c.cfg.Webhook.Public))
	if c.public == "" {
		f := amiss("give the listener one, for a trial with one of the commands below, and set webhook.public_url to it",
			"no public address is known, so 360dialog cannot reach %s", c.cfg.Webhook.Listen)
		f.Commands = tunnels(c.cfg)
		return f
	}
	if c.reached = callback(c.cfg, c.public).Check(); c.reached != nil {
		return failed(c.reached)
	}
	return fine("%s", c.public)
}

// guardedEventLink sends a test event with the secret header through the public address.
func (c *checkup) guardedEventLink(ctx context.Context) finding {
	f := c.eventLink(ctx)
	if c.proven {
		f.Text = "a test event with the secret header came through to the listener"
	}
	return f
}
