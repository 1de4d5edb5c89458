package cloudapi

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"testing"
)

// What is asked and said while a number of 360dialog's is set up.
func TestD360IsToldWhereToPost(t *testing.T) {
	guard := Guard{"X-Frontdesk-Secret", NewSecret("5e2f9d1c8b7a6453f0e1d2c3")}
	g := newGraph(t)
	g.says(200, apiFixture(t, "d360-health.response"))
	c := g.d360(t, nil)
	if k, err := c.Keyed(context.Background()); err != nil || k.Number != "200000000000001" || k.Account != "300000000000001" || k.State.CanSend != "AVAILABLE" {
		t.Errorf("the key: %+v %v", k, err)
	}
	g.says(404, []byte(`{"error":"Not found"}`))
	if h, err := c.Hook(context.Background()); err != nil || h.URL != "" || h.Carries(guard) || h.Carries(Guard{}) {
		t.Errorf("before it was told: %+v %v", h, err)
	}
	g.says(200, []byte(`{"url":"https://desk.example/w/1","headers":{"x-frontdesk-secret":"5e2f9d1c8b7a6453f0e1d2c3","X-Other":"1"}}`))
	h, err := c.Hook(context.Background())
	if err != nil || h.URL != "https://desk.example/w/1" || !h.Carries(guard) || h.Carries(Guard{"X-Frontdesk-Secret", NewSecret("another")}) {
		t.Errorf("told: %+v %v", h, err)
	}
	guard.Secret = NewSecret("00000000000000000000aaaa")
	if err := c.SetHook(context.Background(), h, "https://desk.example/w/2", guard); err != nil {
		t.Fatal(err)
	}
	all := g.requests()
	last := all[len(all)-1]
	var said any
	if err := json.NewDecoder(bytes.NewReader(last.body)).Decode(&said); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"url": "https://desk.example/w/2", "headers": map[string]any{"X-Frontdesk-Secret": "00000000000000000000aaaa", "X-Other": "1"}}
	if last.path != "/v1/configs/webhook" || !reflect.DeepEqual(said, want) {
		t.Errorf("%s is told %v", last.path, said)
	}
}
