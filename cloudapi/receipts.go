package cloudapi

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"frontdesk/inbox"
)

var _ inbox.Informant = (*Client)(nil)

// receiptFields is what the list of message history is asked for (cloud-api 13).
const receiptFields = "id,message_id,events{delivery_status,webhook_update_state,timestamp}"

// Receipts implements inbox.Informant: it asks message history about one message. Only states and times come back, never
// what was written. A refusal wraps inbox.ErrUntold: Meta does not say which tokens may ask, nor which numbers have it.
func (c *Client) Receipts(ctx context.Context, line inbox.LineID, wamid string) ([]inbox.Receipt, error) {
	u := c.node(string(line), "message_history")
	u.RawQuery = url.Values{"message_id": {wamid}, "limit": {"1"}, "fields": {receiptFields}}.Encode()
	var page struct {
		Data []struct {
			ID     text `json:"message_id"`
			Events loose[struct {
				Data []struct {
					Status clean `json:"delivery_status"`
					Time   text  `json:"timestamp"`
				} `json:"data"`
			}] `json:"events"`
		} `json:"data"`
	}
	if _, err := c.read(ctx, u, &page); err != nil {
		if api, ok := errors.AsType[*APIError](err); ok && untold(api) {
			return nil, fmt.Errorf("%w: %w", inbox.ErrUntold, err)
		}
		return nil, err
	}
	var all []inbox.Receipt
	for _, item := range page.Data {
		if string(item.ID) != wamid {
			continue
		}
		for _, e := range item.Events.V.Data {
			r := inbox.Receipt{Time: e.Time.unix()}
			switch strings.ToUpper(string(e.Status)) {
			case "ACCEPTED":
				r.Progress = inbox.Accepted
			case "SENT":
				r.Progress = inbox.SentOn
			case "DELIVERED":
				r.Progress = inbox.Delivered
			case "READ":
				r.Progress = inbox.Read
			case "FAILED", "ERROR":
				r.Failed = true
			default: // DELETED, and what is not known: nothing that a tick could say
				continue
			}
			all = append(all, r)
		}
	}
	return all, nil
}

// deliveryFields is what is asked of how WhatsApp fared with its webhooks (cloud-api 13).
const deliveryFields = "id,message_id,events{webhook_update_state,timestamp,error_description}"

// Deliveries is how WhatsApp fared with its webhooks about the messages that were sent last, as it says itself.
type Deliveries struct {
	Arrived, Failed         int       // events; those that WhatsApp still repeats count as failed
	LastArrived, LastFailed time.Time // when they happened; zero for none, or none with a time
	Why                     string    // of the last that failed
}

// Deliveries asks message history how webhooks were delivered. A refusal wraps inbox.ErrUntold, as that of Receipts does.
func (c *Client) Deliveries(ctx context.Context, line inbox.LineID) (Deliveries, error) {
	u := c.node(string(line), "message_history")
	u.RawQuery = url.Values{"limit": {"25"}, "fields": {deliveryFields}}.Encode()
	var page struct {
		Data []struct {
			Events loose[struct {
				Data []struct {
					State clean `json:"webhook_update_state"`
					Time  text  `json:"timestamp"`
					Why   clean `json:"error_description"`
				} `json:"data"`
			}] `json:"events"`
		} `json:"data"`
	}
	if _, err := c.read(ctx, u, &page); err != nil {
		if api, ok := errors.AsType[*APIError](err); ok && untold(api) {
			return Deliveries{}, fmt.Errorf("%w: %w", inbox.ErrUntold, err)
		}
		return Deliveries{}, err
	}
	var d Deliveries
	for _, item := range page.Data {
		for _, e := range item.Events.V.Data {
			var at time.Time
			if t := e.Time.unix(); t > 0 {
				at = time.Unix(t, 0)
			}
			switch strings.ToUpper(string(e.State)) {
			case "DELIVERED":
				d.Arrived++
				if at.After(d.LastArrived) {
					d.LastArrived = at
				}
			case "FAILED", "RETRYING":
				d.Failed++
				if d.Why == "" || at.After(d.LastFailed) {
					d.Why = cut(string(e.Why), 200)
				}
				if at.After(d.LastFailed) {
					d.LastFailed = at
				}
			}
		}
	}
	return d, nil
}

// untold reports a refusal that another question would meet as well: no permission, or no such edge.
func untold(e *APIError) bool {
	return e.Code == 10 || e.Code == 100 || e.Code >= 200 && e.Code <= 299
}
