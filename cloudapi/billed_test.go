package cloudapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

func TestBilledFiguresAreAddedUp(t *testing.T) {
	g := newGraph(t)
	g.answer = func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/"+string(ourLine)) {
			_, _ = w.Write([]byte(`{"id":"200000000000001","display_phone_number":"+1 555-010-0001"}`))
			return
		}
		_, _ = w.Write(apiFixture(t, "pricing-analytics.response"))
	}
	from, to := time.Unix(1790640000, 0), time.Unix(1793232000, 0)
	got, err := g.client(t, nil).Billed(context.Background(), ourLine, from, to)
	want := []inbox.Reported{
		{Category: "service", Type: "free_customer_service", Country: "IN", Volume: 41},
		{Category: "service", Type: "regular", Country: "IN", Volume: 7, Micros: 9_800},
		{Category: "utility", Type: "regular", Country: "IN", Volume: 12, Micros: 16_800},
		{Category: "marketing", Type: "regular", Country: "BR", Volume: 3, Micros: 187_500},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v (%v), want %+v", got, err, want)
	}
	fields := g.requests()[1].query.Get("fields")
	for _, part := range []string{"pricing_analytics.start(1790640000).end(1793232000).granularity(DAILY)", `.phone_numbers(["15550100001"])`, `.metric_types(["COST","VOLUME"])`} {
		if !strings.Contains(fields, part) {
			t.Errorf("it asks for %s, without %s", fields, part)
		}
	}

	g.says(http.StatusForbidden, []byte(`{"error":{"message":"(#200) no","code":200}}`))
	if _, err := g.client(t, nil).Billed(context.Background(), ourLine, from, to); inbox.KindOf(err) == "" || !strings.Contains(err.Error(), "figures were not read") {
		t.Errorf("a token that may not read them gives %v", err)
	}
	if _, err := g.client(t, func(c *ClientConfig) { c.WABA = "" }).Billed(context.Background(), ourLine, from, to); err == nil || !strings.Contains(err.Error(), "account.waba_id") {
		t.Errorf("without an account it gives %v", err)
	}
}

func TestCostsAreReadAsTheyAreSpelled(t *testing.T) {
	for text, want := range map[string]int64{
		"0.0098": 9_800, "0": 0, "7": 7_000_000, "9.8e-05": 98, "0.0000005": 1, "0.0000004": 0, "0.0000006": 1, "0.1": 100_000, "1234567.891234": 1_234_567_891_234,
		"": 0, "null": 0, "\"x\"": 0, "1e999999999": 0, "0.00000000000000000000000000000000000000001": 0, "99999999999999999999": 0, "0x10": 0,
	} {
		if got := micros(text); got != want {
			t.Errorf("%s is %d, want %d", text, got, want)
		}
	}
}
