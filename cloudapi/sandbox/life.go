package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What becomes of the account is told with account_update (account_update reference): a phone is changed and connected
// again, the number is disconnected, access is withdrawn, the account is restricted or banned. While the number is off
// every send is refused with 133010 and nothing that customers write is told.

// Disconnections are the reasons of a PARTNER_REMOVED.
var Disconnections = []string{"ACCOUNT_DISCONNECTED", "BUSINESS_DOWNGRADE", "CHANGE_NUMBER", "COMPANION_INACTIVITY", "PRIMARY_INACTIVITY", "USER_RE_REGISTERED"}

// Offboard is a phone that is changed or registered again: the number is off until Reconnect.
func (p *Phone) Offboard() { p.sb.turn("off", "ACCOUNT_OFFBOARDED", nil) }

// Reconnect ends an Offboard. What came in between is not told.
func (p *Phone) Reconnect() { p.sb.turn("on", "ACCOUNT_RECONNECTED", nil) }

// Disconnect ends the connection, for one of [Disconnections] or as WhatsApp tells it without a reason.
func (p *Phone) Disconnect(reason string) error {
	if reason != "" && !slices.Contains(Disconnections, reason) {
		return fmt.Errorf("reason: one of %s", strings.Join(Disconnections, ", "))
	}
	extra := map[string]any{"waba_info": map[string]any{"waba_id": p.sb.cfg.WABA, "owner_business_id": "300000000000001"}}
	if reason != "" {
		by := "SYSTEM"
		if reason == "ACCOUNT_DISCONNECTED" {
			by = "USER"
		}
		extra["disconnection_info"] = map[string]any{"reason": reason, "initiated_by": by}
	}
	p.sb.turn("gone", "PARTNER_REMOVED", extra)
	return nil
}

// Connect shares the number with the client again, as a new sign-up does.
func (p *Phone) Connect() {
	p.sb.turn("on", "PARTNER_ADDED", map[string]any{"waba_info": map[string]any{"waba_id": p.sb.cfg.WABA, "owner_business_id": "300000000000001"}})
}

// Withdraw tells that an app lost its access: the client's own, which then is off, or another one.
func (p *Phone) Withdraw(own bool) {
	app, to := p.sb.cfg.AppID, "gone"
	if !own {
		app, to = "400000000000009", ""
	}
	p.sb.turn(to, "PARTNER_APP_UNINSTALLED", map[string]any{"waba_info": map[string]any{
		"waba_id": p.sb.cfg.WABA, "owner_business_id": "300000000000001", "partner_app_id": app}})
}

// AccountUpdate tells an event of account_update with what belongs to it, and changes nothing else.
func (sb *Sandbox) AccountUpdate(event string, extra map[string]any) { sb.turn("", event, extra) }

// turn puts the number on, off or away ("gone"; "" leaves it) and tells so. What is told of the account gets through
// whatever the number is.
func (sb *Sandbox) turn(to, event string, extra map[string]any) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	other := map[string]any{"event": event}
	for k, v := range extra {
		other[k] = v
	}
	if to != "" {
		sb.off = strings.TrimPrefix(to, "on")
	}
	sb.post.mute(false)
	sb.post.submit(&update{field: "account_update", time: sb.Now().Unix(), other: other})
	sb.post.mute(!sb.subbed || sb.off != "")
}

// accountActs carries out an order to /_sandbox/account/{verb}.
func (sb *Sandbox) accountActs(verb string, o order) (any, error) {
	p := sb.Phone()
	switch verb {
	case "offboard":
		p.Offboard()
	case "reconnect":
		p.Reconnect()
	case "disconnect":
		return done, p.Disconnect(strings.ToUpper(o.Reason))
	case "connect":
		p.Connect()
	case "withdraw":
		p.Withdraw(!o.OtherApp)
	case "update":
		if o.Event == "" {
			return nil, errors.New("event is required: a word of account_update, with what belongs to it in value")
		}
		sb.AccountUpdate(strings.ToUpper(o.Event), o.Value)
	default:
		return nil, fmt.Errorf("the account cannot %q", verb)
	}
	return done, nil
}
