package cloudapi

import (
	"context"
	"encoding/json"
	"strings"

	"frontdesk/inbox"
)

// syncType is what smb_app_data calls the two (cloud-api 7.2).
var syncType = map[inbox.SyncKind]string{
	inbox.SyncContacts: "smb_app_state_sync",
	inbox.SyncHistory:  "history",
}

type syncRequest struct {
	Product string `json:"messaging_product"`
	Type    string `json:"sync_type"`
}

// RequestSync implements inbox.Gateway: POST /{number}/smb_app_data, which WhatsApp answers once for each of the two
// (cloud-api 7.2). As with Send, whatever may have been taken is unknown. An answer of 200 is acceptance, with a request
// id or without.
func (c *Client) RequestSync(ctx context.Context, line inbox.LineID, what inbox.SyncKind) inbox.SyncAnswer {
	if !c.via.graph() {
		return inbox.SyncAnswer{Result: inbox.ResultRejected, Hint: "start the copy in 360dialog's Hub; what comes is taken in",
			Failure: &inbox.Failure{Code: CodeUnsendable, Title: "360dialog starts the copy of contacts and history itself"}}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var try attempt
	a, err := c.post(try.watch(ctx), c.edge(line, "smb_app_data"), syncRequest{Product: product, Type: syncType[what]})
	if err == nil && a.ok() {
		var r struct {
			ID text `json:"request_id"`
		}
		if json.Unmarshal(a.body, &r) == nil {
			return inbox.SyncAnswer{Result: inbox.ResultAccepted, RequestID: bounded(string(r.ID))}
		}
	}
	o := c.outcome(a, err, &try) // without a message id, a 200 is of unknown outcome there
	if o.Failure == nil {
		return inbox.SyncAnswer{Result: o.Result}
	}
	f := *o.Failure
	code, subcode := f.Code, 0
	switch {
	case err == nil && a.ok():
		f.Detail = "its answer cannot be read"
	case err == nil:
		e := readAPIError(a.status, a.header, a.body)
		subcode = e.Subcode
		c.log.Warn("contacts or history refused", "what", what, "status", e.Status, "code", e.Code, "fbtrace_id", e.Trace)
	}
	title, hint := Explain(code, subcode)
	f.Title = title
	return inbox.SyncAnswer{Result: o.Result, Failure: &f, Hint: lowerFirst(strings.TrimSuffix(hint, "."))}
}
