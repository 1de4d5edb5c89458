package cli

import (
	"context"

	"frontdesk/inbox"
)

// over360dialog are the links that are tested in another way, or not at all (nil), where 360dialog carries the number: it
// has no call about a token, an app or a subscription, and its webhooks come with a header instead of a signature.
var over360dialog = map[string]func(*checkup, context.Context) finding{
	"token": (*checkup).keyLink, "address": (*checkup).guardedAddressLink, "event": (*checkup).guardedEventLink,
	"scopes": nil, "app secret": nil, "number": nil, "coexistence": nil, "subscription": nil, "fields": nil, "callback": nil,
}

// keyLink asks for the health of the number, which needs the key.
func (c *checkup) keyLink(ctx context.Context) finding {
	n, err := c.client.Number(ctx, inbox.LineID(c.cfg.Account.PhoneNumberID))
	if err != nil {
		return refused(err)
	}
	c.number = n
	return fine("360dialog takes the key")
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
		f.Text = "a test event with the secret header came through to the listener; 360dialog must send the same one"
	}
	return f
}
