package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func (l *lab) upload(fields map[string]string, mimeType string, data []byte) graphReply {
	l.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range fields {
		_ = w.WriteField(k, v)
	}
	if data != nil {
		part, _ := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="f"`}, "Content-Type": {mimeType}})
		_, _ = part.Write(data)
	}
	_ = w.Close()
	r, err := l.call("POST", "/v25.0/200000000000001/media", "sandbox-access-token", http.Header{"Content-Type": {w.FormDataContentType()}}, &body)
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func TestMedia(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, unlimited)
		l.prepare()
		product := map[string]string{"messaging_product": "whatsapp"}
		photo := SamplePhoto(9)
		for name, x := range map[string]struct {
			fields map[string]string
			mime   string
			data   []byte
			code   int
		}{
			"no product":       {nil, "image/jpeg", photo, 100},
			"no file":          {product, "", nil, 100},
			"unknown type":     {product, "application/x-msdownload", photo, 100},
			"empty":            {product, "image/jpeg", []byte{}, 131053},
			"text as picture":  {product, "image/jpeg", []byte("hello there"), 131053},
			"jpeg as png":      {product, "image/png", photo, 131053},
			"picture too big":  {product, "image/jpeg", append(bytes.Clone(photo), make([]byte, 5<<20)...), 131053},
			"mp3 as ogg voice": {product, "audio/ogg", []byte("ID3\x03\x00\x00\x00\x00\x00\x00"), 131053},
		} {
			if r := l.upload(x.fields, x.mime, x.data); r.code() != x.code {
				t.Errorf("%s: %s", name, r.raw)
			}
		}
		for mime, data := range map[string][]byte{"image/jpeg": photo, "application/pdf": SamplePDF("x"), "audio/ogg; codecs=opus": SampleVoice(time.Second), "text/plain": []byte("hi")} {
			if r := l.upload(product, mime, data); r.status != 200 {
				t.Errorf("%s: %s", mime, r.raw)
			}
		}
		var up struct{ ID string }
		if err := json.Unmarshal([]byte(l.upload(product, "image/jpeg", photo).raw), &up); err != nil {
			t.Fatal(err)
		}
		if r := l.send(fmt.Sprintf(`{"messaging_product":"whatsapp","to":%q,"type":"image","image":{"id":%q}}`, maya, up.ID)); r.code() != 0 {
			t.Errorf("send: %s", r.raw)
		}
		describe := func() (url string) {
			var m struct {
				URL, MIME, SHA256, ID string
				Size                  int `json:"file_size"`
			}
			r := l.get("/v25.0/" + up.ID + "?phone_number_id=200000000000001")
			if err := json.Unmarshal([]byte(r.raw), &m); err != nil || m.Size != len(photo) || m.ID != up.ID {
				t.Fatalf("describe: %s %v", r.raw, err)
			}
			return m.URL
		}
		fetch := func(url, token string) (int, []byte) {
			req, _ := http.NewRequest("GET", url, nil)
			if token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
			}
			res, err := l.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			b, _ := io.ReadAll(res.Body)
			return res.StatusCode, b
		}
		url := describe()
		if status, b := fetch(url, "sandbox-access-token"); status != 200 || !bytes.Equal(b, photo) {
			t.Errorf("download %d, %d bytes", status, len(b))
		}
		if status, _ := fetch(url, ""); status != 401 {
			t.Errorf("without token %d", status)
		}
		time.Sleep(5 * time.Minute)
		if status, _ := fetch(url, "sandbox-access-token"); status != 404 {
			t.Errorf("five minutes later %d", status)
		}
		if status, _ := fetch(describe(), "sandbox-access-token"); status != 200 {
			t.Errorf("fresh address %d", status)
		}
		if r, _ := l.call("DELETE", "/v25.0/"+up.ID, "sandbox-access-token", nil, nil); !r.Success {
			t.Errorf("delete: %s", r.raw)
		}
		if r := l.get("/v25.0/" + up.ID); r.code() != 100 || r.Error.Subcode != 33 {
			t.Errorf("deleted: %s", r.raw)
		}

		l.Customer(maya).SendImage(photo, "seen?")
		l.settle()
		msgs := l.inbox.items("messages")
		img := in(msgs[len(msgs)-1], "image")
		if status, b := fetch(img["url"].(string), "sandbox-access-token"); status != 200 || !bytes.Equal(b, photo) {
			t.Errorf("webhook address %d", status)
		}
		time.Sleep(7 * 24 * time.Hour)
		if r := l.get("/v25.0/" + img["id"].(string)); r.code() != 100 {
			t.Errorf("a week later: %s", r.raw)
		}
	})
}

func TestSamples(t *testing.T) {
	if _, err := jpeg.Decode(bytes.NewReader(SamplePhoto(3))); err != nil {
		t.Errorf("photo: %v", err)
	}
	voice := SampleVoice(90 * time.Second)
	for at, pages := 0, 0; at < len(voice); pages++ { // every page is whole and its checksum right
		n := 27 + int(voice[at+26])
		for _, s := range voice[at+27 : at+n] {
			n += int(s)
		}
		page := bytes.Clone(voice[at : at+n])
		sum := [4]byte(page[22:26])
		copy(page[22:26], []byte{0, 0, 0, 0})
		if got := oggSum(page); [4]byte{byte(got), byte(got >> 8), byte(got >> 16), byte(got >> 24)} != sum {
			t.Fatalf("page %d: checksum", pages)
		}
		at += n
	}
	if oggSum([]byte("123456789")) != 0x89A1897F {
		t.Errorf("checksum %08X", oggSum([]byte("123456789")))
	}
	for data, want := range map[string]string{string(SamplePhoto(1)): "image/jpeg", string(SamplePDF("a(b)")): "application/pdf", string(voice): "audio/ogg"} {
		if got := sniff([]byte(data)); got != want {
			t.Errorf("sniffed %s, want %s", got, want)
		}
	}
}

func TestTemplatePages(t *testing.T) {
	l := newLab(t, func(c *Config) { c.Scene = Hotel() })
	type page struct {
		Data   []Template
		Paging struct {
			Next    string
			Cursors struct{ Before, After string }
		}
	}
	read := func(query string) (p page) {
		t.Helper()
		r := l.get("/v25.0/100000000000001/message_templates?" + query)
		if err := json.Unmarshal([]byte(r.raw), &p); err != nil || r.status != 200 {
			t.Fatalf("%s: %s", query, r.raw)
		}
		return p
	}
	for _, limit := range []int{3, 100} {
		seen, pages := map[string]bool{}, 0
		for after := ""; ; pages++ {
			p := read(fmt.Sprintf("limit=%d&after=%s&fields=id,name,language,status,category,parameter_format,components,quality_score,rejected_reason", limit, after))
			if len(p.Data) > limit {
				t.Errorf("%d on a page of %d", len(p.Data), limit)
			}
			for _, x := range p.Data {
				if seen[x.ID] || x.Name == "" || len(x.Components) == 0 {
					t.Errorf("template %+v", x)
				}
				seen[x.ID] = true
			}
			if p.Paging.Next == "" {
				break
			}
			if strings.Contains(p.Paging.Next, "sandbox-access-token") {
				t.Error("the next address carries a token")
			}
			after = p.Paging.Cursors.After
		}
		if len(seen) != len(hotelTemplates()) || pages < 2 {
			t.Errorf("limit %d: %d templates in %d pages", limit, len(seen), pages+1)
		}
	}
	if p := read("status=PAUSED"); len(p.Data) != 1 || p.Data[0].Name != "summer_offer" {
		t.Errorf("paused: %+v", p.Data)
	}
	if p := read("name=booking&language=pt_BR"); len(p.Data) != 1 {
		t.Errorf("by name and language: %+v", p.Data)
	}
	if p := read("name=nope"); p.Data == nil || len(p.Data) != 0 {
		t.Errorf("none: %+v", p)
	}
	if r := l.get("/v25.0/100000000000001/message_templates?after=zz"); r.code() != 131059 {
		t.Errorf("bad cursor: %s", r.raw)
	}
	if r := l.get("/v25.0/100000000000001/message_templates?fields=colour"); r.code() != 100 {
		t.Errorf("bad field: %s", r.raw)
	}
	one := l.Templates()[0]
	if r := l.get("/v25.0/" + one.ID + "?fields=name,status"); !strings.Contains(r.raw, one.Name) {
		t.Errorf("single: %s", r.raw)
	}
}

func TestNumberAndAccount(t *testing.T) {
	l := newLab(t, nil)
	for path, want := range map[string]string{
		"/v25.0/200000000000001":                                                 `{"display_phone_number":"+1 555-010-0001","id":"200000000000001","quality_rating":"GREEN","verified_name":"Practice Number"}`,
		"/v25.0/200000000000001?fields=is_on_biz_app,platform_type":              `{"id":"200000000000001","is_on_biz_app":true,"platform_type":"CLOUD_API"}`,
		"/v25.0/100000000000001?fields=name":                                     `{"id":"100000000000001","name":"Practice Number"}`,
		"/v25.0/100000000000001/phone_numbers?fields=status":                     `"status":"CONNECTED"`,
		"/v25.0/200000000000001?fields=health_status{can_send_message,entities}": `"can_send_message":"AVAILABLE"`,
		"/v25.0/100000000000001/subscribed_apps":                                 `"id":"400000000000001"`,
		"/v25.0/debug_token?input_token=sandbox-access-token":                    `"is_valid":true`,
		"/v25.0/debug_token?input_token=other":                                   `"is_valid":false`,
		"/v25.0/200000000000001/whatsapp_business_profile?fields=about":          `"about":"Practice number"`,
	} {
		if r := l.get(path); r.status != 200 || !strings.Contains(strings.TrimSpace(r.raw), want) {
			t.Errorf("%s: %s", path, r.raw)
		}
	}
	l.SetHealth("BLOCKED")
	if r := l.get("/v25.0/200000000000001?fields=health_status"); !strings.Contains(r.raw, "141006") {
		t.Errorf("health: %s", r.raw)
	}
	if r, _ := l.call("POST", "/v25.0/200000000000001/register", "sandbox-access-token", nil, strings.NewReader("{}")); r.code() != 131055 {
		t.Errorf("register: %s", r.raw)
	}
}

func TestSubscriptionStopsWebhooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		if r, _ := l.call("DELETE", "/v25.0/100000000000001/subscribed_apps", "sandbox-access-token", nil, nil); !r.Success {
			t.Fatal(r.raw)
		}
		l.Customer(maya).Write("unheard")
		if r := l.get("/v25.0/100000000000001/subscribed_apps"); strings.TrimSpace(r.raw) != `{"data":[]}` {
			t.Errorf("subscriptions %s", r.raw)
		}
		if r, _ := l.call("POST", "/v25.0/100000000000001/subscribed_apps", "sandbox-access-token", nil, nil); !r.Success {
			t.Fatal(r.raw)
		}
		l.Customer(maya).Write("heard")
		l.settle()
		if msgs := l.inbox.items("messages"); len(msgs) != 1 || in(msgs[0], "text")["body"] != "heard" {
			t.Errorf("messages %v", msgs)
		}
	})
}

func TestMessageHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, func(c *Config) { c.Faults = []Fault{{Name: "drop-response"}} })
		l.prepare()
		if _, err := l.trySend(textTo(maya, "answer lost")); err == nil {
			t.Fatal("the answer came")
		}
		l.settle()
		id := l.Sends()[0].WAMID
		type list struct {
			Data []struct {
				ID      string
				Message string `json:"message_id"`
				Events  struct {
					Data []struct {
						Status string `json:"delivery_status"`
						Hook   string `json:"webhook_update_state"`
					}
				}
				Status string `json:"delivery_status"`
			}
		}
		var all, events list
		r := l.get("/v25.0/200000000000001/message_history?fields=id,message_id,events{delivery_status}&message_id=" + strings.ReplaceAll(id, "+", "%2B"))
		if err := json.Unmarshal([]byte(r.raw), &all); err != nil || len(all.Data) != 1 || all.Data[0].Message != id {
			t.Fatalf("history %s", r.raw)
		}
		var words []string
		for _, e := range all.Data[0].Events.Data {
			words = append(words, e.Status+" "+e.Hook)
		}
		if got := strings.Join(words, ", "); got != "SENT DELIVERED, DELIVERED DELIVERED, READ DELIVERED" {
			t.Errorf("events %s", got)
		}
		r = l.get("/v25.0/" + all.Data[0].ID + "/events?limit=2")
		if err := json.Unmarshal([]byte(r.raw), &events); err != nil || len(events.Data) != 2 || events.Data[0].Status != "SENT" {
			t.Errorf("events edge %s", r.raw)
		}
		if r := l.get("/v25.0/200000000000001/message_history?fields=text"); r.code() != 100 {
			t.Errorf("content was shown: %s", r.raw)
		}
	})
}

func TestSynchronisation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		c := l.prepare()
		l.Phone().SaveContact(c, "Maya Okafor")
		echo := l.Phone().SendText(c, "from before")
		l.settle()
		ask := func(kind string) graphReply {
			r, err := l.call("POST", "/v25.0/200000000000001/smb_app_data", "sandbox-access-token", nil,
				strings.NewReader(`{"messaging_product":"whatsapp","sync_type":"`+kind+`"}`))
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := ask("everything"); r.code() != 100 {
			t.Errorf("unknown kind: %s", r.raw)
		}
		for _, kind := range []string{"smb_app_state_sync", "history"} {
			if r := ask(kind); r.status != 200 || !strings.Contains(r.raw, "request_id") {
				t.Errorf("%s: %s", kind, r.raw)
			}
			if r := ask(kind); r.code() != 2593107 {
				t.Errorf("%s again: %s", kind, r.raw)
			}
		}
		l.settle()
		h := l.inbox.items("history")
		msgs := in(h[0], "threads", 0)["messages"].([]any)
		if len(h) != 1 || len(msgs) != 2 || in(h[0], "metadata")["progress"] != 100.0 {
			t.Fatalf("history %v", h)
		}
		if id := in(map[string]any{"m": msgs}, "m", 1)["id"]; id == echo.ID || id != respell(echo.ID, "15550100001") {
			t.Errorf("outgoing history item keeps its id: %v", id)
		}
		if n := len(l.inbox.items("state_sync")); n != 2 {
			t.Errorf("%d contacts", n)
		}
	})
}

func TestControl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, unlimited)
		do := func(method, path, body string) (int, map[string]any, string) {
			t.Helper()
			req, _ := http.NewRequest(method, "http://graph.sandbox/_sandbox/"+path, strings.NewReader(body))
			res, err := l.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			raw, _ := io.ReadAll(res.Body)
			m := map[string]any{}
			_ = json.Unmarshal(raw, &m)
			return res.StatusCode, m, string(raw)
		}
		must := func(path, body string) map[string]any {
			t.Helper()
			status, m, raw := do("POST", path, body)
			if status != 200 {
				t.Fatalf("%s %s: %s", path, body, raw)
			}
			return m
		}
		must("customer", `{"customer":"+1 555 010 0101","name":"Maya Okafor"}`)
		wrote := must("customer/write", `{"customer":"+15550100101","text":"Is there parking?"}`)["id"].(string)
		must("phone/write", fmt.Sprintf(`{"customer":"+15550100101","text":"Yes, behind the house","quote":%q}`, wrote))
		must("customer/react", fmt.Sprintf(`{"message":%q,"emoji":"👍"}`, wrote))
		must("customer/edit", fmt.Sprintf(`{"message":%q,"text":"Is there free parking?"}`, wrote))
		for _, verb := range []string{"image", "voice", "document", "location", "unavailable"} {
			must("customer/"+verb, `{"customer":"+15550100101","text":"x","delay_ms":5}`)
		}
		for _, verb := range []string{"image", "voice", "document", "location"} {
			must("phone/"+verb, `{"customer":"+15550100101"}`)
		}
		must("phone/save", `{"customer":"+15550100101","name":"Maya O."}`)
		must("phone/forget", `{"customer":"+15550100101"}`)
		must("customer/read", `{"customer":"+15550100101"}`)
		must("fault", `{"name":"accept-then-500","count":2}`)
		must("fault", `{"name":"slow=1s:*"}`)
		must("token", `{"access_token":"fresh"}`)
		must("health", `{"status":"limited"}`)
		for path, body := range map[string]string{
			"customer/write": `{"text":"nobody"}`, "customer/fly": `{"customer":"+15550100101"}`, "fault": `{"name":"explode"}`,
			"customer/react": `{"message":"wamid.no","emoji":"x"}`, "phone/write": `{"customer":"+15550100101","colour":"red"}`,
			"customer": `{"customer":"+15550100101","fails":7}`, "template": `{"template":"none","language":"en","status":"PAUSED"}`,
		} {
			if status, m, raw := do("POST", path, body); status != 400 || m["error"] == "" {
				t.Errorf("%s %s: %d %s", path, body, status, raw)
			}
		}
		if _, _, raw := do("GET", "faults", ""); !strings.Contains(raw, `"count":2`) || !strings.Contains(raw, `"count":-1`) {
			t.Errorf("faults %s", raw)
		}
		if status, _, _ := do("DELETE", "faults", ""); status != 200 || len(l.Faults()) != 0 {
			t.Error("faults stay armed")
		}
		l.send(textTo("+15550100101", "with the old token"))
		if _, _, raw := do("GET", "sends", ""); !strings.Contains(raw, `"code":190`) || strings.Contains(raw, "fresh") {
			t.Errorf("sends %s", raw)
		}
		for _, path := range []string{"", "customers", "traffic", "messages?customer=15550100101", "templates"} {
			if status, _, raw := do("GET", path, ""); status != 200 || strings.Contains(raw, "sandbox-app-secret") {
				t.Errorf("%s: %d %s", path, status, raw)
			}
		}
		l.settle()
		if n := len(l.inbox.items("message_echoes")); n != 5 {
			t.Errorf("%d echoes", n)
		}
	})
}

func TestControlIsForThisMachineOnly(t *testing.T) {
	l := newLab(t, nil)
	for name, change := range map[string]func(r *http.Request){
		"another host":  func(r *http.Request) { r.RemoteAddr = "192.0.2.7:4711" },
		"another name":  func(r *http.Request) { r.Host = "evil.example" },
		"a web browser": func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1") },
	} {
		r, _ := http.NewRequest("GET", "/_sandbox/sends", nil)
		r.RemoteAddr, r.Host = "127.0.0.1:4711", "127.0.0.1:80"
		w := &memoryWriter{header: http.Header{}}
		l.Handler().ServeHTTP(w, r)
		if w.status != 200 {
			t.Errorf("%s: refused before the change: %d", name, w.status)
		}
		change(r)
		w = &memoryWriter{header: http.Header{}}
		l.Handler().ServeHTTP(w, r)
		if w.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, w.status)
		}
	}
}

func TestConfig(t *testing.T) {
	for name, c := range map[string]Config{
		"public address": {Listen: "0.0.0.0:0"}, "no port": {Listen: "127.0.0.1"}, "bad callback": {CallbackURL: "ftp://x"},
		"no number": {DisplayNumber: "none"}, "speed": {Speed: -1}, "window": {Window: "ajar"}, "echoes": {APIEchoes: "sometimes"},
		"batch": {Delivery: Delivery{Batch: 1001}}, "fault": {Faults: []Fault{{Name: "explode"}}},
		"template twice": {Templates: []Template{{Name: "a", Language: "en"}, {Name: "a", Language: "en"}}},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	sb, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sb.Close(); err != nil {
		t.Error(err)
	}
	first, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if first.Start(t.Context()) == nil {
		t.Error("started twice")
	}
	second, err := New(Config{Listen: strings.TrimPrefix(first.URL(), "http://")})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(context.Background()); err == nil || !strings.Contains(err.Error(), "choose another port") {
		t.Errorf("port in use: %v", err)
	}
}
