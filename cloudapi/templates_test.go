package cloudapi

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// twoPages answers the template list as the fixtures have it: two pages, by cursor.
func twoPages(t *testing.T, g *graph) {
	pages := map[string][]byte{"": apiFixture(t, "templates-page-1.response"), "VDEtYWZ0ZXI=": apiFixture(t, "templates-page-2-last.response")}
	g.answer = func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.Query().Get("after")]
		if !ok || r.URL.Path != "/v25.0/300000000000001/message_templates" {
			w.WriteHeader(404)
			return
		}
		_, _ = w.Write(page)
	}
}

func TestTemplates(t *testing.T) {
	g := newGraph(t)
	twoPages(t, g)
	now := time.Unix(1790000000, 0)
	list, err := g.client(t, func(c *ClientConfig) { c.Clock = func() time.Time { return now } }).Templates(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	byName := map[string]inbox.Template{}
	for _, x := range list {
		names = append(names, x.Name+"/"+x.Language)
		byName[x.Name+"/"+x.Language] = x
		if !x.FetchedAt.Equal(now) || x.Components == nil {
			t.Errorf("%+v", x)
		}
	}
	if want := []string{"autumn_offer/de", "autumn_offer/en_US", "coupon_autumn/en_US", "login_code/en_US", "old_notice/en", "pickup_point/en_US", "repair_ready_named/en_US"}; !reflect.DeepEqual(names, want) {
		t.Errorf("%v", names)
	}
	named := byName["repair_ready_named/en_US"]
	if want := (inbox.Template{
		ID: "600000000000001", Name: "repair_ready_named", Language: "en_US", Status: "APPROVED", Category: "UTILITY", Format: "NAMED", Quality: "GREEN",
		FetchedAt: now.UTC(),
		Components: []inbox.TemplateComponent{
			{Type: "HEADER", Format: "TEXT", Text: "Hello {{first_name}}", Example: map[string]string{"first_name": "Mara"}},
			{Type: "BODY", Text: "Your repair {{ticket_no}} can be collected until {{closing_time}} today.", Example: map[string]string{"ticket_no": "88", "closing_time": "18:00"}},
			{Type: "FOOTER", Text: "Northside Repairs"},
		},
	}); !reflect.DeepEqual(named, want) {
		t.Errorf("got  %+v\nwant %+v", named, want)
	}
	offer := byName["autumn_offer/en_US"].Components
	if buttons := offer[2]; buttons.Example["1"] != "mara-88" || buttons.Buttons[1].URL != "https://shop.example/o/{{1}}" || buttons.Raw != nil {
		t.Errorf("%+v", buttons)
	}
	if offer[1].Example["1"] != "Mara" {
		t.Errorf("%+v", offer[1])
	}
	if b := byName["coupon_autumn/en_US"].Components[1]; b.Example["0"] != "FALL25" {
		t.Errorf("%+v", b)
	}
	if byName["autumn_offer/de"].Reason != "INVALID_FORMAT" || named.Reason != "" {
		t.Error("reasons of rejection")
	}
	if n := len(g.requests()); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestTemplatesThatCannotBeFilledIn(t *testing.T) {
	g := newGraph(t)
	g.says(200, fmt.Appendf(nil, `{"data":[%s,{"name":"form","language":"en","status":"approved","components":[{"type":"BODY","text":"a\u001b[2J"},{"type":"BUTTONS","buttons":[{"type":"FLOW","text":"x"}]}]},7,{"id":"1"}]}`,
		apiFixture(t, "template-carousel-get.response")))
	list, err := g.client(t, nil).Templates(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("%v %v", list, err)
	}
	form, carousel := list[0], list[1]
	if form.Status != "APPROVED" || form.Format != "POSITIONAL" || form.Components[0].Text != "a\ufffd[2J" || len(form.Components[1].Raw) == 0 {
		t.Errorf("%+v", form)
	}
	if c := carousel.Components[1]; c.Type != "CAROUSEL" || !bytes.Contains(c.Raw, []byte("cards")) {
		t.Errorf("%+v", c)
	}
	for _, x := range list {
		if ok, _ := x.Sendable(); ok {
			t.Errorf("%s can be sent", x.Name)
		}
	}
}

func TestTemplatesEnd(t *testing.T) {
	g := newGraph(t)
	g.says(200, []byte(`{"data":[],"paging":{"cursors":{"after":"same"},"next":"https://evil.example/steal?access_token=x"}}`))
	if _, err := g.client(t, nil).Templates(t.Context()); err == nil || len(g.requests()) != 2 {
		t.Errorf("a list without end: %v, %d requests", err, len(g.requests()))
	}
	g = newGraph(t)
	g.says(200, apiFixture(t, "templates-empty.response"))
	if list, err := g.client(t, nil).Templates(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
	if _, err := newTestClient(t, g.server.URL, func(c *ClientConfig) { c.WABA = "" }).Templates(t.Context()); inbox.KindOf(err) != inbox.Invalid {
		t.Errorf("without an account: %v", err)
	}
}

// TestReadsAreRepeated goes through what a read is worth repeating for, and what not.
func TestReadsAreRepeated(t *testing.T) {
	for _, c := range []struct {
		name     string
		status   int
		body     string
		headers  []string
		requests int
		kind     inbox.ErrorKind
	}{
		{"server errors", 500, `{"error":{"code":131000}}`, nil, tries, inbox.Unreachable},
		{"a proxy", 502, `<html>`, nil, tries, inbox.Unreachable},
		{"throttling", 400, string(apiFixture(t, "error-4-app-limit")), nil, tries, inbox.Busy},
		{"throttling for long", 400, string(apiFixture(t, "error-80007-waba-limit")), []string{"Retry-After", "600"}, 1, inbox.Busy},
		{"a dead token", 401, string(apiFixture(t, "error-190-expired")), nil, 1, inbox.NotAllowed},
		{"a wrong request", 400, string(apiFixture(t, "error-100-parameter")), nil, 1, inbox.Invalid},
		{"nonsense", 200, `<html>`, nil, 1, inbox.Unreachable},
	} {
		g := newGraph(t)
		g.says(c.status, []byte(c.body), c.headers...)
		_, err := g.client(t, nil).Templates(t.Context())
		if inbox.KindOf(err) != c.kind || len(g.requests()) != c.requests {
			t.Errorf("%s: %q (%s), %d requests", c.name, err, inbox.KindOf(err), len(g.requests()))
		}
		if err != nil && (strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), ";")) {
			t.Errorf("%s: not one line with a next step: %q", c.name, err)
		}
	}
	g := newGraph(t)
	n := 0
	twoPages(t, g)
	good := g.answer
	g.answer = func(w http.ResponseWriter, r *http.Request) {
		if n++; n%2 == 1 {
			w.WriteHeader(503)
			return
		}
		good(w, r)
	}
	if list, err := g.client(t, nil).Templates(t.Context()); err != nil || len(list) != 7 {
		t.Errorf("every other answer was an error: %d templates, %v", len(list), err)
	}
}

func TestReadsSlowDown(t *testing.T) {
	g := newGraph(t)
	twoPages(t, g)
	good := g.answer
	g.answer = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-App-Usage", `{"call_count":90,"total_time":1,"total_cputime":1}`)
		good(w, r)
	}
	c := g.client(t, nil)
	var waited []time.Duration
	c.wait = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	if _, err := c.Templates(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []time.Duration{0, 5 * time.Second}; !reflect.DeepEqual(waited, want) {
		t.Errorf("waited %v, want %v", waited, want)
	}
}

func TestBackoff(t *testing.T) {
	for n := 1; n < 40; n++ {
		ceiling := min(firstRetry<<min(n-1, 10), lastRetry)
		for range 50 {
			if d := backoff(n, firstRetry, lastRetry); d < 0 || d > ceiling {
				t.Fatalf("try %d: %v", n, d)
			}
		}
	}
}

func TestNumber(t *testing.T) {
	answers := func(g *graph, byFields map[string][]byte) {
		g.answer = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", "Mon, 21 Sep 2026 14:13:20 GMT")
			body, ok := byFields[r.URL.Query().Get("fields")]
			if !ok {
				w.WriteHeader(400)
				body = apiFixture(t, "error-100-field")
			}
			_, _ = w.Write(body)
		}
	}
	coexistence := apiFixture(t, "phone-number-coexistence.response")
	date := time.Unix(1790000000, 0).UTC()
	for name, c := range map[string]struct {
		answers map[string][]byte
		want    inbox.Number
	}{
		"all": {map[string][]byte{coreFields + linkedField: coexistence, healthField: apiFixture(t, "health-status-blocked.response")}, inbox.Number{
			Display: "+1 555-010-0001", Name: "Northside Repairs", Status: "CONNECTED", Quality: "GREEN", OnPhone: true, Platform: "CLOUD_API", CanSend: "BLOCKED", Date: date,
			LinkedAt: time.Date(2026, 9, 30, 8, 12, 44, 0, time.UTC),
			Problems: []inbox.Reason{{Code: 141006, Title: "There is an error with the payment method.", Hint: "Add a new payment method to the account.", Detail: "waba"}},
		}},
		"limited, without when it was linked": {map[string][]byte{coreFields: coexistence, healthField: apiFixture(t, "health-status-limited.response")}, inbox.Number{
			Display: "+1 555-010-0001", Name: "Northside Repairs", Status: "CONNECTED", Quality: "GREEN", OnPhone: true, Platform: "CLOUD_API", CanSend: "LIMITED", Date: date,
			LinkedAt: time.Date(2026, 9, 30, 8, 12, 44, 0, time.UTC), // a provider that answers with more than was asked for
			Problems: []inbox.Reason{{Title: "Your display name has not been approved yet. The message limit will rise after approval.", Detail: "phone number"}},
		}},
		"no health": {map[string][]byte{coreFields: apiFixture(t, "phone-number-disconnected.response")}, inbox.Number{
			Display: "+1 555-010-0003", Name: "Northside Old", Status: "DISCONNECTED", Quality: "UNKNOWN", OnPhone: true, Platform: "NOT_APPLICABLE", Date: date,
		}},
		"few fields": {map[string][]byte{minimalFields: apiFixture(t, "phone-number-minimal.response")}, inbox.Number{
			Display: "+1 555-010-0001", Name: "Northside Repairs", Quality: "NA", Date: date,
		}},
	} {
		g := newGraph(t)
		answers(g, c.answers)
		got, err := g.client(t, nil).Number(t.Context(), ourLine)
		if got.Date = got.Date.UTC(); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", name, err, got, c.want)
		}
	}
	g := newGraph(t)
	g.says(400, apiFixture(t, "error-100-33-object"))
	if _, err := g.client(t, nil).Number(t.Context(), ourLine); inbox.KindOf(err) != inbox.NotAllowed || len(g.requests()) != 1 {
		t.Errorf("a number that is not there: %v, %d requests", err, len(g.requests()))
	}
}
