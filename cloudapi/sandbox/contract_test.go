package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func unlimited(c *Config) { c.Limits = Limits{PerSecond: -1, PairBurst: -1} }

// Every request that the documentation shows is accepted, apart from those that no number can send.
func TestDocumentedRequests(t *testing.T) {
	refused := map[string]int{}
	files, err := filepath.Glob("testdata/api/send-*.request.json")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d request files, %v", len(files), err)
	}
	l := newLab(t, unlimited)
	l.prepare()
	for _, f := range append(files, "mark-read.request.json", "mark-read-typing.request.json") {
		name := filepath.Base(f)
		r := l.send(string(fixture(t, name)))
		if r.code() != refused[name] {
			t.Errorf("%s: code %d, want %d: %s", name, r.code(), refused[name], r.raw)
			continue
		}
		if strings.HasPrefix(name, "mark-read") {
			if !r.Success {
				t.Errorf("%s: %s", name, r.raw)
			}
			continue
		}
		if !strings.HasPrefix(r.id(), "wamid.") || len(r.Contacts) != 1 {
			t.Errorf("%s: answer %s", name, r.raw)
		}
		bsuid := strings.Contains(name, "bsuid") || strings.Contains(name, "contact-info")
		if k := r.Contacts[0]; bsuid != (k["user_id"] == mayaID) || bsuid == (k["wa_id"] == "15550101001") {
			t.Errorf("%s: contacts %v", name, r.Contacts)
		}
		if isTemplate := strings.Contains(name, "template"); isTemplate != (r.Messages[0]["message_status"] == "accepted") {
			t.Errorf("%s: messages %v", name, r.Messages)
		}
	}
	if !l.MarkedRead("wamid.RklYVFVSRS0wMDAwMTE=") {
		t.Error("the read mark was not booked")
	}
	// The marketing endpoint's extra fields do not belong on /messages.
	if r := l.send(string(fixture(t, "marketing-message.request.json"))); r.code() != 100 {
		t.Errorf("marketing fields on /messages: %s", r.raw)
	}
}

// with sends send-text.request.json with one thing changed.
func with(t *testing.T, file string, change func(m map[string]any)) string {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(fixture(t, file), &m); err != nil {
		t.Fatal(err)
	}
	change(m)
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func in(m map[string]any, path ...any) map[string]any {
	var v any = m
	for _, p := range path {
		switch p := p.(type) {
		case string:
			v = v.(map[string]any)[p]
		case int:
			v = v.([]any)[p]
		}
	}
	return v.(map[string]any)
}

func TestRefusals(t *testing.T) {
	type change = func(m map[string]any)
	const text, buttons, list = "send-text.request.json", "send-interactive-buttons.request.json", "send-interactive-list.request.json"
	const image, place, cards = "send-image-id.request.json", "send-location.request.json", "send-contacts.request.json"
	const pos, nam, doc, coupon = "send-template-positional.request.json", "send-template-named.request.json", "send-template-document-header.request.json", "send-template-copy-code.request.json"
	const offer, carousel = "send-template-image-header-buttons.request.json", "send-template-carousel.request.json"
	params := func(m map[string]any, component int) []any {
		return in(m, "template", "components", component)["parameters"].([]any)
	}
	tests := []struct {
		name, file string
		change     change
		code       int
		says       string
	}{
		{"no product", text, func(m map[string]any) { delete(m, "messaging_product") }, 100, "messaging_product is required"},
		{"other product", text, func(m map[string]any) { m["messaging_product"] = "sms" }, 100, "one of {WHATSAPP}"},
		{"nobody", text, func(m map[string]any) { delete(m, "to") }, 100, "to is required"},
		{"no number", text, func(m map[string]any) { m["to"] = "Maya" }, 131009, ""},
		{"number as a number", text, func(m map[string]any) { m["to"] = 15550101001 }, 100, "must be a string"},
		{"bad user id", text, func(m map[string]any) { delete(m, "to"); m["recipient"] = "Maya" }, 131009, ""},
		{"unknown type", text, func(m map[string]any) { m["type"] = "poll" }, 100, "one of {TEXT"},
		{"group", text, func(m map[string]any) { m["recipient_type"] = "group" }, 131215, ""},
		{"misspelt key", text, func(m map[string]any) { in(m, "text")["bodyy"] = "x" }, 100, `Unexpected key "bodyy" on param "text".`},
		{"unknown key", text, func(m map[string]any) { m["idempotency_key"] = "x" }, 100, "idempotency_key"},
		{"wrong object", text, func(m map[string]any) { m["type"] = "image" }, 100, "image is required"},
		{"no body", text, func(m map[string]any) { delete(in(m, "text"), "body") }, 131008, "text['body']"},
		{"empty body", text, func(m map[string]any) { in(m, "text")["body"] = "" }, 131008, ""},
		{"4097 characters", text, func(m map[string]any) { in(m, "text")["body"] = strings.Repeat("é", 4097) }, 100, "4096"},
		{"513 of callback data", text, func(m map[string]any) { m["biz_opaque_callback_data"] = strings.Repeat("x", 513) }, 100, "512"},
		{"quote of no message", text, func(m map[string]any) { m["context"] = map[string]any{"message_id": "17"} }, 131009, ""},
		{"to oneself", text, func(m map[string]any) { m["to"] = "+1 555-010-0001" }, 131021, ""},
		{"image without source", image, func(m map[string]any) { delete(in(m, "image"), "id") }, 131008, ""},
		{"image with both sources", image, func(m map[string]any) { in(m, "image")["link"] = "https://a.example/b.jpg" }, 131009, ""},
		{"unknown media", image, func(m map[string]any) { in(m, "image")["id"] = "1" }, 100, "not a valid whatsapp business account media"},
		{"voice note as image", image, func(m map[string]any) { in(m, "image")["id"] = "500000000000003" }, 131053, ""},
		{"long caption", image, func(m map[string]any) { in(m, "image")["caption"] = strings.Repeat("x", 1025) }, 100, "1024"},
		{"no address", "send-image-link.request.json", func(m map[string]any) { in(m, "image")["link"] = "file:///x" }, 100, "valid URI"},
		{"beyond the pole", place, func(m map[string]any) { in(m, "location")["latitude"] = 91 }, 131009, ""},
		{"no longitude", place, func(m map[string]any) { delete(in(m, "location"), "longitude") }, 131008, ""},
		{"card without a second name", cards, func(m map[string]any) {
			n := in(m, "contacts", 0, "name")
			delete(n, "first_name")
			delete(n, "last_name")
		}, 131009, ""},
		{"four buttons", buttons, func(m map[string]any) {
			a := in(m, "interactive", "action")
			a["buttons"] = append(a["buttons"].([]any), map[string]any{"type": "reply", "reply": map[string]any{"id": "4", "title": "Four"}})
		}, 131009, "buttons count"},
		{"same button id", buttons, func(m map[string]any) {
			in(m, "interactive", "action", "buttons", 1, "reply")["id"] = "pickup:today"
		}, 131009, "Duplicate"},
		{"long button", buttons, func(m map[string]any) {
			in(m, "interactive", "action", "buttons", 1, "reply")["title"] = strings.Repeat("x", 21)
		}, 100, "20"},
		{"eleven rows", list, func(m map[string]any) {
			var rows []any
			for i := range 11 {
				rows = append(rows, map[string]any{"id": string(rune('a' + i)), "title": "Row"})
			}
			in(m, "interactive", "action", "sections", 0)["rows"] = rows
		}, 131009, "row count"},
		{"picture above a list", list, func(m map[string]any) { in(m, "interactive", "header")["type"] = "image" }, 100, "one of {TEXT}"},

		{"unknown template", pos, func(m map[string]any) { in(m, "template")["name"] = "repair_gone" }, 132001, "(repair_gone) does not exist in en_US"},
		{"other language", pos, func(m map[string]any) { in(m, "template", "language")["code"] = "en" }, 132001, "does not exist in en"},
		{"rejected template", pos, func(m map[string]any) {
			m["template"] = map[string]any{"name": "autumn_offer", "language": map[string]any{"code": "de"}}
		}, 132001, ""},
		{"too few values", pos, func(m map[string]any) {
			in(m, "template", "components", 1)["parameters"] = params(m, 1)[:1]
		}, 132000, "body: number of localizable_params (1) does not match the expected number of params (2)"},
		{"no values", pos, func(m map[string]any) { delete(in(m, "template"), "components") }, 132000, ""},
		{"named value in a positional template", pos, func(m map[string]any) { params(m, 1)[0].(map[string]any)["parameter_name"] = "a" }, 132012, ""},
		{"unnamed value in a named template", nam, func(m map[string]any) { delete(params(m, 1)[0].(map[string]any), "parameter_name") }, 132012, ""},
		{"foreign name", nam, func(m map[string]any) { params(m, 1)[0].(map[string]any)["parameter_name"] = "colour" }, 132012, ""},
		{"line break in a value", pos, func(m map[string]any) { params(m, 1)[0].(map[string]any)["text"] = "a\nb" }, 132018, ""},
		{"tab in a value", pos, func(m map[string]any) { params(m, 1)[0].(map[string]any)["text"] = "a\tb" }, 132018, ""},
		{"five spaces in a value", pos, func(m map[string]any) { params(m, 1)[0].(map[string]any)["text"] = "a     b" }, 132018, ""},
		{"value too long", pos, func(m map[string]any) { params(m, 1)[0].(map[string]any)["text"] = strings.Repeat("x", 1025) }, 132005, ""},
		{"empty value", pos, func(m map[string]any) { params(m, 1)[0].(map[string]any)["text"] = "" }, 131008, ""},
		{"document header left out", doc, func(m map[string]any) {
			t := in(m, "template")
			t["components"] = t["components"].([]any)[1:]
		}, 132012, "header: Format mismatch, expected DOCUMENT, received UNKNOWN"},
		{"text for a document header", doc, func(m map[string]any) {
			in(m, "template", "components", 0)["parameters"] = []any{map[string]any{"type": "text", "text": "x"}}
		}, 132012, "expected DOCUMENT, received TEXT"},
		{"code of 16", coupon, func(m map[string]any) { params(m, 1)[0].(map[string]any)["coupon_code"] = strings.Repeat("X", 16) }, 132018, "button at index 0: coupon_code is longer than allowed"},
		{"address button without value", offer, func(m map[string]any) {
			t := in(m, "template")
			t["components"] = t["components"].([]any)[:3]
		}, 131008, "buttons: Button at index 1 of type Url requires a parameter"},
		{"button that is not there", offer, func(m map[string]any) { in(m, "template", "components", 3)["index"] = "7" }, 132018, ""},
		{"wrong kind of button", offer, func(m map[string]any) { in(m, "template", "components", 3)["sub_type"] = "copy_code" }, 132018, ""},
		{"card missing", carousel, func(m map[string]any) {
			c := in(m, "template", "components", 1)
			c["cards"] = c["cards"].([]any)[:1]
		}, 132000, ""},
		{"code template to a user id", "send-template-authentication.request.json", func(m map[string]any) { delete(m, "to"); m["recipient"] = mayaID }, 131062, ""},
		{"read mark for an unknown message", "mark-read.request.json", func(m map[string]any) { m["message_id"] = "wamid.x" }, 131009, ""},
		{"typing without kind", "mark-read-typing.request.json", func(m map[string]any) { m["typing_indicator"] = map[string]any{} }, 131008, ""},
		{"another status", "mark-read.request.json", func(m map[string]any) { m["status"] = "unread" }, 100, ""},
	}
	l := newLab(t, unlimited)
	l.prepare()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := l.send(with(t, tt.file, tt.change))
			if r.code() != tt.code || r.status < 400 {
				t.Fatalf("status %d code %d, want code %d: %s", r.status, r.code(), tt.code, r.raw)
			}
			if said := r.Error.Message + " " + r.Error.Data.Details; !strings.Contains(said, tt.says) {
				t.Errorf("says %q, want %q in it", said, tt.says)
			}
			if r.Error.Trace == "" || r.Error.Type == "" {
				t.Errorf("error body %s", r.raw)
			}
		})
	}
	for _, s := range l.Sends() {
		if s.Accepted {
			t.Errorf("request %d was accepted: %s", s.N, s.Body)
		}
	}
	for _, raw := range []string{"", "null", "[]", "{", `{} {}`, `"text"`} {
		if r := l.send(raw); r.code() != 100 {
			t.Errorf("body %q: %s", raw, r.raw)
		}
	}
}

func TestTemplateStates(t *testing.T) {
	l := newLab(t, unlimited)
	l.prepare()
	for status, code := range map[string]int{"PAUSED": 132015, "DISABLED": 132016, "REJECTED": 132001, "PENDING": 132001, "APPROVED": 0} {
		if err := l.SetTemplateStatus("repair_ready_pos", "en_US", status); err != nil {
			t.Fatal(err)
		}
		if r := l.send(string(fixture(t, "send-template-positional.request.json"))); r.code() != code {
			t.Errorf("%s: code %d, want %d", status, r.code(), code)
		}
	}
}

// The error bodies agree with the documented ones in status-independent parts: code, subcode, title.
func TestErrorBodies(t *testing.T) {
	files, _ := filepath.Glob("testdata/api/error-*.json")
	compared := 0
	for _, f := range files {
		var want graphReply
		if err := json.Unmarshal(fixture(t, filepath.Base(f)), &want); err != nil {
			continue // error_data as a bare string
		}
		code := want.Error.Code
		if code == 100 || code == 190 {
			continue // their message is the explanation itself
		}
		compared++
		if !known(code) {
			t.Errorf("%s: code %d is not in the table", f, code)
			continue
		}
		if e := fail(code, ""); e.message != want.Error.Message || e.subcode != want.Error.Subcode {
			t.Errorf("%s: %q/%d, want %q/%d", f, e.message, e.subcode, want.Error.Message, want.Error.Subcode)
		}
	}
	if compared < 30 {
		t.Errorf("only %d error bodies compared", compared)
	}
}

func TestTokens(t *testing.T) {
	l := newLab(t, unlimited)
	l.prepare()
	body := string(fixture(t, "send-text.request.json"))
	try := func(token string) graphReply {
		r, err := l.call("POST", "/v25.0/200000000000001/messages", token, nil, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := try(""); r.status != 401 || r.code() != 104 {
		t.Errorf("no token: %s", r.raw)
	}
	if r := try("wrong"); r.status != 401 || r.code() != 190 || r.Error.Subcode != 463 {
		t.Errorf("wrong token: %s", r.raw)
	}
	l.SetAccessToken("fresh")
	if r := try("sandbox-access-token"); r.code() != 190 {
		t.Errorf("old token: %s", r.raw)
	}
	if r := try("fresh"); r.code() != 0 {
		t.Errorf("new token: %s", r.raw)
	}
	proven := newLab(t, func(c *Config) { c.RequireProof = true })
	if r := proven.get("/v25.0/200000000000001"); r.code() != 100 || !strings.Contains(r.raw, "appsecret_proof") {
		t.Errorf("without proof: %s", r.raw)
	}
	if r := proven.get("/v25.0/200000000000001?appsecret_proof=00"); r.code() != 100 {
		t.Errorf("wrong proof: %s", r.raw)
	}
	good := strings.TrimPrefix(Sign("sandbox-app-secret", []byte("sandbox-access-token")), "sha256=")
	if r := proven.get("/v25.0/200000000000001?appsecret_proof=" + good); r.status != 200 {
		t.Errorf("right proof: %s", r.raw)
	}
}

func TestAddressing(t *testing.T) {
	l := newLab(t, func(c *Config) { c.DisplayNumber = "+91 55501 00001"; unlimited(c) })
	indian := l.Customer("+915550100102")
	indian.Write("hi")
	l.Customer("551692318222").Write("oi")

	if r := l.send(textTo("+915550100102", "a")); r.Contacts[0]["wa_id"] != "915550100102" {
		t.Errorf("with plus: %s", r.raw)
	}
	if r := l.send(textTo("5550100102", "b")); r.Contacts[0]["wa_id"] != "915550100102" {
		t.Errorf("without plus, home country: %s", r.raw)
	}
	// Without the plus sign an American number becomes an Indian one, and the message goes astray.
	if r := l.send(textTo("15550101001", "c")); r.Contacts[0]["wa_id"] != "9115550101001" {
		t.Errorf("without plus, abroad: %s", r.raw)
	}
	if r := l.send(textTo("+5516992318222", "d")); r.Contacts[0]["wa_id"] != "551692318222" || r.Contacts[0]["input"] != "+5516992318222" {
		t.Errorf("Brazilian ninth digit: %s", r.raw)
	}
	if r := l.send(string(fixture(t, "send-text-both-addresses.request.json"))); r.Contacts[0]["wa_id"] != "15550101001" {
		t.Errorf("both addresses: %s", r.raw)
	}
}

func TestMessageIDs(t *testing.T) {
	for _, v := range []struct {
		id, remote, key string
		out             bool
	}{
		{"HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=", "16503879439", "3AADF8441347E8571C10", false},
		{"HBgLMTUwMTU1NTAxMjMVAgARGBI1RjQ2OTMzRDU4Q0FCNTM5NDYA", "15015550123", "5F46933D58CAB53946", true},
		{"HBgLMTU1NTA3ODM4ODEVAgARGBI1RjQ2OTMzRDU4Q0FCNTM5NDYA", "15550783881", "5F46933D58CAB53946", true},
		{"HBgTVVMuMTM0OTEyMDg2NTUzMDI3NBUCABEYEjVGNDY5MzNENThDQUI1Mzk0NgA=", "US.1349120865530274", "5F46933D58CAB53946", true},
	} {
		if got := MessageID(v.remote, v.out, v.key); got != "wamid."+v.id {
			t.Errorf("%s: %s", v.remote, got)
		}
		if got := respell("wamid."+v.id, "15550000000"); got != MessageID("15550000000", v.out, v.key) {
			t.Errorf("respelled: %s", got)
		}
	}
	if got := respell("wamid.not base64!", "1"); got != "wamid.not base64!" {
		t.Errorf("another form: %s", got)
	}
	l := newLab(t, unlimited)
	c := l.prepare()
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(c.Write("x").ID, "wamid."))
	if err != nil || b[3+len(c.Number())+3] != 0x12 {
		t.Errorf("inbound id % x %v", b, err)
	}
	b, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(l.send(textTo(maya, "y")).id(), "wamid."))
	if err != nil || b[3+len(c.Number())+3] != 0x11 {
		t.Errorf("outbound id % x %v", b, err)
	}
}

func TestSignatureVectors(t *testing.T) {
	var v struct {
		Secret  string `json:"app_secret"`
		Vectors []struct {
			Name   string
			Body   []byte `json:"body_base64"`
			Header string
			Valid  *bool
		}
	}
	if err := json.Unmarshal(fixture(t, "../signature-vectors.json"), &v); err != nil {
		t.Fatal(err)
	}
	for _, x := range v.Vectors {
		if x.Valid != nil && (Sign(v.Secret, x.Body) == x.Header) != *x.Valid {
			t.Errorf("%s: valid is not %v", x.Name, *x.Valid)
		}
	}
	// What the second vector holds is what EscapedJSON makes of its text.
	got, err := EscapedJSON("Café <b>50%</b> @ http://example.com/äöå 😀")
	if want := `"Caf\u00e9 <b>50%<\/b> @ http:\/\/example.com\/\u00e4\u00f6\u00e5 \ud83d\ude00"`; err != nil || string(got) != want {
		t.Errorf("escaped %s, want %s", got, want)
	}
	if !strings.Contains(string(v.Vectors[1].Body), string(got)) {
		t.Error("the vector has another body")
	}
}

func FuzzReadOutgoing(f *testing.F) {
	files, _ := filepath.Glob("testdata/api/*.request.json")
	for _, name := range files {
		f.Add(fixtureBytes(name))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, mark, e := readOutgoing(raw)
		if e == nil && m == nil && mark == nil {
			t.Error("neither a message nor a refusal")
		}
		if e != nil && (e.status < 400 || e.message == "") {
			t.Errorf("refusal without a reason: %+v", e)
		}
	})
}

func FuzzEscapedJSON(f *testing.F) {
	f.Add("Café </script> 👨‍👩‍👧‍👦\x00\u2028\ufffd")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := EscapedJSON(s)
		if err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); strings.ToValidUTF8(back, "\ufffd") != back || len([]rune(back)) < len([]rune(want)) {
			t.Errorf("%q came back as %q", s, back)
		}
		for _, c := range b {
			if c >= 0x80 {
				t.Fatalf("%s is not ASCII", b)
			}
		}
	})
}

func TestUnknownThings(t *testing.T) {
	l := newLab(t, nil)
	for path, code := range map[string]int{
		"/v25.0/999":                     100,
		"/v25.0/200000000000001/nothing": 2500,
		"/v25.0":                         2500,
		"/v99.0/200000000000001":         2500,
		"/v25.0/200000000000001?fields=is_on_biz_x": 100,
	} {
		r := l.get(path)
		if r.code() != code || r.status != http.StatusBadRequest {
			t.Errorf("%s: %s", path, r.raw)
		}
	}
	if r := l.get("/v25.0/200000000000001?fields=is_on_biz_x"); r.Error.Message != "(#100) Tried accessing nonexisting field (is_on_biz_x) on node type (WhatsAppBusinessPhoneNumber)" {
		t.Errorf("field: %s", r.Error.Message)
	}
	if r := l.get("/v18.0/200000000000001"); r.header.Get("facebook-api-version") != "v21.0" {
		t.Errorf("an expired version is answered by %q", r.header.Get("facebook-api-version"))
	}
}

func fixtureBytes(path string) []byte {
	b, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return b
}
