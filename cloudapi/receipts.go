package cloudapi

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

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

// untold reports a refusal that another question would meet as well: no permission, or no such edge.
func untold(e *APIError) bool {
	return e.Code == 10 || e.Code == 100 || e.Code >= 200 && e.Code <= 299
}
