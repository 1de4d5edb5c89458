package cloudapi

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"frontdesk/inbox"
)

func apiFixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "api", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// jsonValue reads JSON for comparing as a value. What WhatsApp takes for given is left out, so that a request that
// spells it is equal to one that does not.
func jsonValue(t *testing.T, b []byte) any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if text, ok := v["text"].(map[string]any); ok && text["preview_url"] == false {
		delete(text, "preview_url")
	}
	return v
}

// TestRequestsAreThoseOfTheFixtures compares what is sent with the documented requests, as JSON values.
func TestRequestsAreThoseOfTheFixtures(t *testing.T) {
	phone := inbox.Peer{Line: ourLine, Alias: "p:15550101001"}
	user := inbox.Peer{Line: ourLine, Alias: "u:US.10000000000000000001"}
	text := func(s string) inbox.Outgoing { return inbox.Outgoing{Type: "text", Text: s} }
	template := func(s inbox.TemplateSend) inbox.Outgoing { return inbox.Outgoing{Type: "template", Template: &s} }
	header := func(format, text string) inbox.TemplateComponent {
		return inbox.TemplateComponent{Type: "HEADER", Format: format, Text: text}
	}
	bodyPart := func(text string) inbox.TemplateComponent { return inbox.TemplateComponent{Type: "BODY", Text: text} }
	buttons := func(kinds ...string) inbox.TemplateComponent {
		c := inbox.TemplateComponent{Type: "BUTTONS"}
		for _, k := range kinds {
			c.Buttons = append(c.Buttons, inbox.TemplateButton{Type: k})
		}
		return c
	}
	values := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	file := func(as, id, name, caption string) inbox.Outgoing {
		return inbox.WithFile(inbox.OutFile{As: as, ID: id, Name: name}, caption)
	}
	cases := []struct {
		fixture  string
		to       inbox.Peer
		out      inbox.Outgoing
		callback string
	}{
		{"send-text", phone, text("Hi Mara, your repair is ready. Details: https://shop.example/r/88"), "out:01J9ZK3Q6T4W:1"},
		{"send-text-bsuid", user, text("Thanks, we will get back to you shortly."), ""},
		{"send-text-reply", phone, inbox.Outgoing{Type: "text", Text: "Yes, we are open until 18:00.", ReplyTo: "wamid.RklYVFVSRS0wMDAwMTE="}, ""},
		{"send-reaction", phone, inbox.Outgoing{Type: "reaction", ReplyTo: "wamid.RklYVFVSRS0wMDAwMTE=", Emoji: "👍"}, ""},
		{"send-reaction-remove", phone, inbox.Outgoing{Type: "reaction", ReplyTo: "wamid.RklYVFVSRS0wMDAwMTE="}, ""},
		{"send-image-id", phone, file(inbox.AsImage, "500000000000001", "bike.jpg", "Front panel after repair"), ""},
		{"send-video-id", phone, file(inbox.AsVideo, "500000000000002", "gear.mp4", "How to reset the unit"), ""},
		{"send-audio-basic", phone, file(inbox.AsAudio, "500000000000004", "song.mp3", ""), ""},
		{"send-audio-voice", phone, file(inbox.AsVoice, "500000000000003", "voice.ogg", ""), ""},
		{"send-document", phone, file(inbox.AsDocument, "500000000000005", "invoice-2041.pdf", "Invoice 2041"), ""},
		{"send-sticker", phone, file(inbox.AsSticker, "500000000000006", "thanks.webp", ""), ""},
		{"send-location", phone, inbox.Outgoing{Type: "location", Location: &inbox.HeaderLocation{Latitude: 52.5206, Longitude: 13.4098, Name: "Northside Repairs", Address: "12 Example Street, Berlin"}}, ""},
		{"send-interactive-buttons", phone, inbox.Outgoing{Type: "interactive", Text: "When would you like to collect your device?", Ask: &inbox.Ask{Header: "Pickup", Footer: "Northside Repairs",
			Buttons: []inbox.AskButton{{ID: "pickup:today", Title: "Today"}, {ID: "pickup:tomorrow", Title: "Tomorrow"}, {ID: "pickup:other", Title: "Another day"}}}}, ""},
		{"send-interactive-list", phone, inbox.Outgoing{Type: "interactive", Text: "What is this about?", Ask: &inbox.Ask{Header: "Topics", Footer: "Pick one", Opens: "Choose topic", Sections: []inbox.AskSection{
			{Title: "Orders", Rows: []inbox.AskRow{{ID: "t:status", Title: "Order status", Description: "Where is my order?"}, {ID: "t:change", Title: "Change order"}}},
			{Title: "Service", Rows: []inbox.AskRow{{ID: "t:repair", Title: "Repair", Description: "Book or follow a repair"}}}}}}, ""},
		{"send-interactive-cta-url", phone, inbox.Outgoing{Type: "interactive", Text: "Open the page to follow every step.", Ask: &inbox.Ask{Header: "Track your repair", Footer: "Link valid for 7 days", Opens: "Open status", Link: "https://shop.example/r/88"}}, ""},
		{"send-template-plain", phone, template(inbox.TemplateSend{Name: "follow_up_no_params", Language: "en_US"}), ""},
		{"send-template-positional", phone, template(inbox.TemplateSend{Name: "repair_ready_pos", Language: "en_US",
			Header: values("1", "Mara"), Body: values("2", "18:00", "1", "88"),
			Components: []inbox.TemplateComponent{header("TEXT", "Hello {{1}}"), bodyPart("{{1}} until {{2}}")}}), ""},
		{"send-template-named", phone, template(inbox.TemplateSend{Name: "repair_ready_named", Language: "en_US", Named: true,
			Header: values("first_name", "Mara"), Body: values("closing_time", "18:00", "ticket_no", "88"),
			Components: []inbox.TemplateComponent{header("TEXT", "Hello {{first_name}}"), bodyPart("Your repair {{ticket_no}} until {{ closing_time }}.")}}), ""},
		{"send-template-image-header-buttons", phone, template(inbox.TemplateSend{Name: "autumn_offer", Language: "en_US",
			HeaderMedia: &inbox.HeaderMedia{ID: "500000000000001", Name: "offer.jpg"}, Body: values("1", "Mara"), Buttons: values("1", "mara-88", "0", "offer:stop"),
			Components: []inbox.TemplateComponent{header("IMAGE", ""), bodyPart("Hi {{1}}"), buttons("QUICK_REPLY", "URL")}}), ""},
		{"send-template-image-header-buttons", phone, inbox.Outgoing{Type: "template", File: &inbox.OutFile{ID: "500000000000001", Name: "offer.jpg", As: inbox.AsImage},
			Template: &inbox.TemplateSend{Name: "autumn_offer", Language: "en_US", HeaderMedia: &inbox.HeaderMedia{Name: "offer.jpg"}, Body: values("1", "Mara"), Buttons: values("1", "mara-88", "0", "offer:stop"),
				Components: []inbox.TemplateComponent{header("IMAGE", ""), bodyPart("Hi {{1}}"), buttons("QUICK_REPLY", "URL")}}}, ""},
		{"send-template-document-header", phone, template(inbox.TemplateSend{Name: "invoice_ready", Language: "en_US",
			HeaderMedia: &inbox.HeaderMedia{ID: "500000000000005", Name: "invoice-2041.pdf"}, Body: values("1", "2041"),
			Components: []inbox.TemplateComponent{header("DOCUMENT", ""), bodyPart("{{1}}")}}), ""},
		{"send-template-location-header", phone, template(inbox.TemplateSend{Name: "pickup_point", Language: "en_US",
			HeaderLocation: &inbox.HeaderLocation{Latitude: 52.5206, Longitude: 13.4098, Name: "Northside Repairs", Address: "12 Example Street, Berlin"}, Body: values("1", "Mara"),
			Components: []inbox.TemplateComponent{header("LOCATION", ""), bodyPart("{{1}}")}}), ""},
		{"send-template-copy-code", phone, template(inbox.TemplateSend{Name: "coupon_autumn", Language: "en_US",
			Body: values("1", "Mara"), Buttons: values("0", "FALL25"),
			Components: []inbox.TemplateComponent{bodyPart("A treat for {{1}}"), buttons("COPY_CODE")}}), ""},
		{"send-template-authentication", phone, template(inbox.TemplateSend{Name: "login_code", Language: "en_US",
			Body: values("1", "493021"), Buttons: values("0", "493021"),
			Components: []inbox.TemplateComponent{bodyPart("*{{1}}*"), buttons("URL")}}), ""},
	}
	for _, c := range cases {
		r, err := newSendRequest(c.to, c.out, c.callback)
		if err != nil {
			t.Errorf("%s: %v", c.fixture, err)
			continue
		}
		b, err := encode(r)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := jsonValue(t, b), jsonValue(t, apiFixture(t, c.fixture+".request")); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", c.fixture, got, want)
		}
	}
	// The documented video goes by link; ours are uploaded first.
	r, err := newSendRequest(phone, template(inbox.TemplateSend{Name: "how_to_video", Language: "en_US", HeaderMedia: &inbox.HeaderMedia{ID: "5"},
		Components: []inbox.TemplateComponent{header("VIDEO", "")}}), "")
	b, _ := encode(r)
	want := bytes.Replace(apiFixture(t, "send-template-video-header.request"), []byte(`"link": "https://cdn.shop.example/v/howto.mp4"`), []byte(`"id": "5"`), 1)
	if err != nil || !reflect.DeepEqual(jsonValue(t, b), jsonValue(t, want)) {
		t.Errorf("video header: %s, %v", b, err)
	}
}

// TestCards: the documented card has more than ours. What both have is spelled the same.
func TestCards(t *testing.T) {
	r, err := newSendRequest(inbox.Peer{Line: ourLine, Alias: "p:15550101001"}, inbox.Outgoing{Type: "contacts", Cards: []inbox.Card{{Name: "Jonas Feld", Company: "Northside Repairs", Title: "Technician",
		Phones: []string{"+1 555-010-1020"}, Emails: []string{"jonas@shop.example"}, URLs: []string{"https://shop.example"}}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := encode(r)
	got, want := jsonValue(t, b).(map[string]any), jsonValue(t, apiFixture(t, "send-contacts.request")).(map[string]any)
	card := want["contacts"].([]any)[0].(map[string]any)
	delete(card, "addresses")
	delete(card, "birthday")
	delete(card["org"].(map[string]any), "department")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %v\nwant %v", got, want)
	}
}

func TestUnsendable(t *testing.T) {
	phone := inbox.Peer{Line: ourLine, Alias: "p:15550101001"}
	url := []inbox.TemplateComponent{{Type: "BUTTONS", Buttons: []inbox.TemplateButton{{Type: "PHONE_NUMBER"}}}}
	for name, c := range map[string]struct {
		to  inbox.Peer
		out inbox.Outgoing
	}{
		"nobody":                     {inbox.Peer{Line: ourLine}, inbox.Outgoing{Type: "text", Text: "x"}},
		"no text":                    {phone, inbox.Outgoing{Type: "text"}},
		"another type":               {phone, inbox.Outgoing{Type: "poll"}},
		"a reaction to nothing":      {phone, inbox.Outgoing{Type: "reaction", Emoji: "x"}},
		"a file without an upload":   {phone, inbox.WithFile(inbox.OutFile{As: inbox.AsImage, Name: "x.jpg"}, "")},
		"no place":                   {phone, inbox.Outgoing{Type: "location"}},
		"no card":                    {phone, inbox.Outgoing{Type: "contacts"}},
		"nothing to press":           {phone, inbox.Outgoing{Type: "interactive", Text: "x"}},
		"no template":                {phone, inbox.Outgoing{Type: "template"}},
		"no language":                {phone, inbox.Outgoing{Type: "template", Template: &inbox.TemplateSend{Name: "x"}}},
		"a file without a header":    {phone, inbox.Outgoing{Type: "template", Template: &inbox.TemplateSend{Name: "x", Language: "en", HeaderMedia: &inbox.HeaderMedia{ID: "5"}}}},
		"a file that is not there":   {phone, inbox.Outgoing{Type: "template", Template: &inbox.TemplateSend{Name: "x", Language: "en", HeaderMedia: &inbox.HeaderMedia{File: "x.jpg"}}}},
		"a button that is not there": {phone, inbox.Outgoing{Type: "template", Template: &inbox.TemplateSend{Name: "x", Language: "en", Buttons: map[string]string{"1": "x"}, Components: url}}},
		"a button without a value":   {phone, inbox.Outgoing{Type: "template", Template: &inbox.TemplateSend{Name: "x", Language: "en", Buttons: map[string]string{"0": "x"}, Components: url}}},
	} {
		g := newGraph(t)
		o := g.client(t, nil).Send(t.Context(), c.to, c.out, "")
		if o.Result != inbox.ResultRejected || o.Failure == nil || o.Failure.Code != CodeUnsendable || o.Failure.Detail == "" {
			t.Errorf("%s: %+v", name, o)
		}
		if n := len(g.requests()); n != 0 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

func TestNumbersAlwaysHaveAPlus(t *testing.T) {
	for _, a := range []inbox.Alias{inbox.PhoneAlias("15550101001"), inbox.PhoneAlias("+1 (555) 010-1001")} {
		r, err := newSendRequest(inbox.Peer{Alias: a}, inbox.Outgoing{Type: "text", Text: "x"}, "")
		if err != nil || r.To != "+15550101001" || r.Recipient != "" {
			t.Errorf("%s: %q %v", a, r.To, err)
		}
	}
	if !strings.HasPrefix(phoneTo("+1"), "+1") {
		t.Error("two plus signs")
	}
}
