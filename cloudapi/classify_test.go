package cloudapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// TestClassifyFixtures is merge-rules 7.3 over the documented error answers to POST /messages, each with its own
// HTTP status.
func TestClassifyFixtures(t *testing.T) {
	want := map[string]inbox.Result{
		"error-10-permission": inbox.ResultRejectedAuth, "error-200-permission": inbox.ResultRejectedAuth,
		"error-104-no-token": inbox.ResultRejectedAuth, "error-190-expired": inbox.ResultRejectedAuth, "error-190-invalidated": inbox.ResultRejectedAuth,
		"error-100-33-object": inbox.ResultRejectedAccount, "error-368-policy": inbox.ResultRejectedAccount,
		"error-131031-locked": inbox.ResultRejectedAccount, "error-131042-payment": inbox.ResultRejectedAccount,
		"error-131048-spam": inbox.ResultRejectedAccount, "error-133010-not-registered": inbox.ResultRejectedAccount,
		"error-130429-throughput": inbox.ResultThrottled, "error-131057-maintenance": inbox.ResultThrottled,
		"error-4-app-limit": inbox.ResultThrottled, "error-80007-waba-limit": inbox.ResultThrottled,
		"error-131056-pair": inbox.ResultThrottledThread, "error-131047-window": inbox.ResultRejectedWindow,
		"error-2-service": inbox.ResultUnknown, "error-131000-unknown": inbox.ResultUnknown, "error-131016-unavailable": inbox.ResultUnknown,
		"d360-error-string": inbox.ResultRejectedAuth,
	}
	var index struct {
		Fixtures []struct {
			File, Kind string
			Status     int `json:"http_status"`
		}
	}
	if err := json.Unmarshal(apiFixture(t, "index"), &index); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range index.Fixtures {
		if f.Kind != "error" {
			continue
		}
		seen++
		name := strings.TrimSuffix(filepath.Base(f.File), ".json")
		e := readAPIError(f.Status, nil, apiFixture(t, name))
		expect, listed := want[name]
		if !listed {
			expect = inbox.ResultRejected
		}
		if got := outcomeOf(e); got != expect {
			t.Errorf("%s (HTTP %d): %s, want %s", name, f.Status, got, expect)
		}
		if e.Title == "" || e.Code == 0 || strings.HasPrefix(e.Title, "(#") {
			t.Errorf("%s: %+v", name, e)
		}
		delete(want, name)
	}
	if seen < 40 || len(want) > 0 {
		t.Errorf("%d error fixtures; not seen: %v", seen, want)
	}
}

// TestClassifyTable holds code against status in combinations that nobody documented.
func TestClassifyTable(t *testing.T) {
	cases := []struct {
		status, code, subcode int
		want                  inbox.Result
	}{
		{429, 0, -1, inbox.ResultThrottled}, // no code at all
		{429, 131056, 0, inbox.ResultThrottledThread},
		{429, 131047, 0, inbox.ResultRejectedWindow},
		{429, 131009, 0, inbox.ResultThrottled},
		{400, 4, 0, inbox.ResultThrottled}, {500, 4, 0, inbox.ResultThrottled}, {403, 341, 0, inbox.ResultThrottled}, {400, 613, 0, inbox.ResultThrottled},
		{500, 131057, 0, inbox.ResultThrottled}, {400, 130429, 2494055, inbox.ResultThrottled},
		{401, 0, -1, inbox.ResultRejectedAuth}, {401, 131005, 0, inbox.ResultRejectedAuth},
		{400, 0, 0, inbox.ResultRejectedAuth}, {500, 3, 0, inbox.ResultRejectedAuth}, {400, 190, 463, inbox.ResultRejectedAuth},
		{403, 200, 0, inbox.ResultRejectedAuth}, {403, 299, 0, inbox.ResultRejectedAuth}, {403, 300, 0, inbox.ResultRejected}, {403, 199, 0, inbox.ResultRejected},
		{400, 33, 0, inbox.ResultRejectedAccount}, {400, 100, 33, inbox.ResultRejectedAccount}, {400, 100, 0, inbox.ResultRejected},
		{400, 131037, 0, inbox.ResultRejectedAccount}, {400, 131045, 0, inbox.ResultRejectedAccount}, {500, 131031, 0, inbox.ResultRejectedAccount},
		{401, 131047, 0, inbox.ResultRejectedWindow}, {500, 131047, 0, inbox.ResultRejectedWindow},
		{400, 1, 0, inbox.ResultUnknown}, {400, 2, 0, inbox.ResultUnknown}, {400, 131000, 0, inbox.ResultUnknown}, {404, 131016, 0, inbox.ResultUnknown},
		{500, 131009, 0, inbox.ResultUnknown}, {502, 0, -1, inbox.ResultUnknown}, {503, 987654, 0, inbox.ResultUnknown},
		{400, 987654, 0, inbox.ResultRejected}, {404, 0, -1, inbox.ResultRejected}, {413, 0, -1, inbox.ResultRejected},
		{302, 0, -1, inbox.ResultUnknown}, {100, 0, -1, inbox.ResultUnknown},
	}
	for _, c := range cases {
		body := fmt.Sprintf(`{"error":{"message":"x","code":%d,"error_subcode":%d}}`, c.code, c.subcode)
		if c.subcode < 0 {
			body = "<html>proxy</html>"
		}
		if got := outcomeOf(readAPIError(c.status, nil, []byte(body))); got != c.want {
			t.Errorf("HTTP %d, code %d/%d: %s, want %s", c.status, c.code, c.subcode, got, c.want)
		}
	}
	// A code may come as a string.
	if got := outcomeOf(readAPIError(400, nil, []byte(`{"error":{"code":"131047"}}`))); got != inbox.ResultRejectedWindow {
		t.Errorf("a code in quotes: %s", got)
	}
}

func TestReadAPIError(t *testing.T) {
	e := readAPIError(400, nil, apiFixture(t, "error-131047-window"))
	if e.Code != 131047 || e.Title != "Re-engagement message" || !strings.HasPrefix(e.Detail, "More than 24 hours") || e.Trace != "AFixtureTrace0115" {
		t.Errorf("%+v", e)
	}
	if e = readAPIError(400, nil, apiFixture(t, "error-string-error-data")); e.Detail != "Something is wrong with the request." {
		t.Errorf("%+v", e)
	}
	if e = readAPIError(401, nil, apiFixture(t, "error-190-expired")); e.Subcode != 463 || e.Detail != "Token expired" {
		t.Errorf("%+v", e)
	}
	if e = readAPIError(400, nil, apiFixture(t, "error-100-duplicate-template")); e.Detail != "Content in this language already exists: There is already English (US) content for this template." {
		t.Errorf("%+v", e)
	}
	if e = readAPIError(401, nil, apiFixture(t, "d360-error-string")); e.Code != CodeRefused || e.Detail != "HTTP 401: Invalid api_key" {
		t.Errorf("%+v", e)
	}
	if e = readAPIError(502, nil, []byte("<html>\x1b[2J")); e.Code != CodeNoAnswer || e.Detail != "HTTP 502" {
		t.Errorf("%+v", e)
	}
	if e = readAPIError(400, nil, []byte(`{"error":{"code":1,"message":"\u001b[31mred"}}`)); strings.Contains(e.Title, "\x1b") {
		t.Errorf("%+v", e)
	}
}

func TestRetryAfter(t *testing.T) {
	day := "Mon, 21 Sep 2026 14:13:20 GMT"
	for _, c := range []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{}, 0},
		{http.Header{"Retry-After": {"7"}}, 7 * time.Second},
		{http.Header{"Retry-After": {"99999"}}, 10 * time.Minute},
		{http.Header{"Retry-After": {"99999999999999999999"}}, 0},
		{http.Header{"Retry-After": {"-7"}}, 0},
		{http.Header{"Retry-After": {"soon"}}, 0},
		{http.Header{"Date": {day}, "Retry-After": {"Mon, 21 Sep 2026 14:14:20 GMT"}}, time.Minute},
		{http.Header{"Date": {day}, "Retry-After": {"Mon, 21 Sep 2026 14:12:20 GMT"}}, 0},
		{http.Header{"X-Business-Use-Case-Usage": {`{"1":[{"type":"x","call_count":100,"estimated_time_to_regain_access":3}]}`}}, 3 * time.Minute},
		{http.Header{"X-Business-Use-Case-Usage": {`{"1":[{"estimated_time_to_regain_access":600}]}`}}, 10 * time.Minute},
	} {
		if got := retryAfter(c.header); got != c.want {
			t.Errorf("%v: %v, want %v", c.header, got, c.want)
		}
	}
}

func TestPace(t *testing.T) {
	var headers map[string]string
	if err := json.Unmarshal(apiFixture(t, "rate-limit-headers.response"), &headers); err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	for k, v := range headers {
		h.Set(k, v)
	}
	if u := readUsage(h); u.percent != 97 || u.regain != 12*time.Minute {
		t.Errorf("%+v", u)
	}
	var p pace
	for percent, want := range map[int]time.Duration{0: 0, 80: 0, 90: 5 * time.Second, 100: 10 * time.Second, 300: 10 * time.Second} {
		p.note(http.Header{"X-App-Usage": {fmt.Sprintf(`{"call_count":%d,"total_time":1,"total_cputime":1}`, percent)}})
		if got := p.pause(); got != want {
			t.Errorf("%d %%: %v, want %v", percent, got, want)
		}
	}
	p.note(http.Header{"X-App-Usage": {"nonsense"}})
	if p.pause() != 0 {
		t.Error("an unreadable header slows down")
	}
}
