package cloudapi

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"frontdesk/inbox"
)

// TestReceipts reads what message history says of one message, and nothing of another one.
func TestReceipts(t *testing.T) {
	const answer = `{"data":[
		{"id":"1","message_id":"wamid.A","events":{"data":[
			{"id":"2","delivery_status":"SENT","webhook_update_state":"DELIVERED","timestamp":1763800000},
			{"id":"3","delivery_status":"READ","webhook_update_state":"FAILED","timestamp":"1763800060"},
			{"id":"4","delivery_status":"DELETED","timestamp":1763800061},
			{"id":"5","delivery_status":"FAILED"}]}},
		{"id":"6","message_id":"wamid.B","events":{"data":[{"delivery_status":"READ","timestamp":1}]}}],"paging":{}}`
	g := newGraph(t)
	g.says(200, []byte(answer))
	got, err := g.client(t, nil).Receipts(t.Context(), ourLine, "wamid.A")
	want := []inbox.Receipt{{Progress: inbox.SentOn, Time: 1763800000}, {Progress: inbox.Read, Time: 1763800060}, {Failed: true}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	asked := g.requests()[0]
	if asked.query.Get("message_id") != "wamid.A" || asked.query.Get("fields") != receiptFields || len(asked.body) > 0 {
		t.Errorf("asked %+v", asked)
	}
	for body, none := range map[string]bool{`{"data":[]}`: true, `{"data":[{"message_id":"wamid.A"}]}`: true, `[]`: false} {
		g.says(200, []byte(body))
		if got, err := g.client(t, nil).Receipts(t.Context(), ourLine, "wamid.A"); len(got) > 0 || (err == nil) != none {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

// TestDeliveries reads how WhatsApp fared with its own webhooks, in whatever order they are told.
func TestDeliveries(t *testing.T) {
	g := newGraph(t)
	g.says(200, []byte(`{"data":[
		{"message_id":"wamid.A","events":{"data":[
			{"webhook_update_state":"FAILED","timestamp":1763800060,"error_description":"Webhook endpoint returned HTTP 500"},
			{"webhook_update_state":"DELIVERED","timestamp":"1763800000"},{"webhook_update_state":"PENDING","timestamp":1763800090}]}},
		{"message_id":"wamid.B","events":{"data":[{"webhook_update_state":"RETRYING","timestamp":1763800030,"error_description":"older"},{"webhook_update_state":"DELIVERED"}]}},
		{"message_id":"wamid.C"}]}`))
	got, err := g.client(t, nil).Deliveries(t.Context(), ourLine)
	want := Deliveries{Arrived: 2, Failed: 2, LastArrived: time.Unix(1763800000, 0), LastFailed: time.Unix(1763800060, 0), Why: "Webhook endpoint returned HTTP 500"}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if asked := g.requests()[0]; asked.query.Get("message_id") != "" || asked.query.Get("fields") != deliveryFields {
		t.Errorf("asked %+v", asked)
	}
	g.says(400, []byte(`{"error":{"message":"(#200) no","code":200}}`))
	if _, err := g.client(t, nil).Deliveries(t.Context(), ourLine); !errors.Is(err, inbox.ErrUntold) {
		t.Errorf("%v", err)
	}
}

// TestReceiptsRefused: what another question would meet as well is told apart from trouble.
func TestReceiptsRefused(t *testing.T) {
	g := newGraph(t)
	for code, untold := range map[int]bool{10: true, 100: true, 200: true, 299: true, 190: false, 131000: false, 4: false} {
		g.says(400, fmt.Appendf(nil, `{"error":{"message":"(#%d) no","code":%d}}`, code, code))
		_, err := g.client(t, nil).Receipts(t.Context(), ourLine, "wamid.A")
		if err == nil || errors.Is(err, inbox.ErrUntold) != untold {
			t.Errorf("%d: %v", code, err)
		}
	}
}
