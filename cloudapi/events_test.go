package cloudapi

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"frontdesk/inbox"
)

const (
	mayaPhone inbox.Alias = "p:15550100101"
	mayaUser  inbox.Alias = "u:US.90000000000000000101"
)

// only gives the single fact of a type.
func only[F inbox.Fact](t *testing.T, facts []inbox.Fact) F {
	t.Helper()
	var found []F
	for _, f := range facts {
		if f, ok := f.(F); ok {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d facts of the wanted type in %v", len(found), facts)
	}
	return found[0]
}

func TestDecodeText(t *testing.T) {
	got := only[inbox.MessageSeen](t, Decode(fixture(t, "messages_in_text"), ourLine))
	want := inbox.MessageSeen{
		Line: ourLine, WAMID: "wamid.Zng6aW4tdGV4dA==", Side: inbox.In, Source: inbox.FromLive, Time: 1790000240,
		Peers:   []inbox.Alias{mayaPhone, mayaUser},
		Content: inbox.Content{Level: inbox.Concrete, Type: "text", Text: "Hello, are you open on Sunday?"},
		Name:    "Maya Okafor",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDecodeDetails(t *testing.T) {
	message := func(name string) inbox.MessageSeen {
		return only[inbox.MessageSeen](t, Decode(fixture(t, name), ourLine))
	}

	if m := message("messages_in_text_reply_quoted"); m.ReplyTo == "" {
		t.Error("the quoted message is lost")
	}
	for name, want := range map[string]string{
		"messages_in_text_forwarded":            "forwarded",
		"messages_in_text_frequently_forwarded": "frequently_forwarded",
	} {
		if m := message(name); m.Forwarded != want || m.ReplyTo != "" {
			t.Errorf("%s: forwarded %q, reply to %q", name, m.Forwarded, m.ReplyTo)
		}
	}
	if r := message("messages_in_text_ctwa_referral_image").Referral; r == nil || *r != (inbox.Referral{
		SourceID: "600000000000000001", SourceURL: "https://fb.me/fixtureAd1", Headline: "Chat with the studio", ClickID: "FixtureClickId_0001",
	}) {
		t.Errorf("referral %+v", r)
	}
	if m := message("messages_in_group_text"); m.Group != "FixtureGroupId0001" {
		t.Errorf("group %q", m.Group)
	}
	if m := message("messages_in_image").Content.Media; m == nil || m.ID != "700000000000001" || m.MIME != "image/jpeg" ||
		m.SHA256 != "d7bdd545f09d8a73c2b990337c8211d708a04ccd9748627685e4fc79cc038039" {
		t.Errorf("image %+v", m)
	}
	if m := message("history_media_inbound"); m.Content.Media.SHA256 != "3b1f5d0c9a7e42d6b8f0a1c2d3e4f5061728394a5b6c7d8e9f00112233445566" || !m.Loose || m.Source != inbox.FromHistory {
		t.Errorf("media of an import %+v", m)
	}
	if m := message("messages_in_audio_voice").Content.Media; !m.Voice {
		t.Error("a voice message is not told apart")
	}
	if m := message("messages_in_sticker_animated").Content.Media; !m.Animated {
		t.Error("an animated sticker is not told apart")
	}
	hostile := message("messages_in_document_hostile_filename").Content
	if strings.ContainsAny(hostile.Media.Name+hostile.Text, "/\x1b\u202e") {
		t.Errorf("file name %q", hostile.Media.Name)
	}
	if c := message("messages_in_future_type").Content; c.Level != inbox.Concrete || !strings.Contains(string(c.Raw), `"question"`) {
		t.Errorf("a type from the future %+v", c)
	}
	if c := message("messages_in_location_place").Content; string(c.Details) !=
		`{"latitude":59.91273,"longitude":10.74609,"name":"Fixture Ceramics","address":"1 Fixture Square, Sampletown","url":"https://ceramics.example.com/"}` {
		t.Errorf("details %s", c.Details)
	}
	if m := message("messages_in_contacts_phone_shared_on_request"); !aliases(m.Peers).has("p:15550100103") {
		t.Errorf("the number shared on request is no alias: %v", m.Peers)
	}
	if m := message("messages_in_contacts_vcard_other"); aliases(m.Peers).has("p:15550100142") {
		t.Errorf("somebody else's card became an alias: %v", m.Peers)
	}
	if m := message("messages_in_unsupported_131060_unavailable"); m.Content.Level != inbox.Unavailable {
		t.Errorf("131060 has level %d", m.Content.Level)
	}
	if m := message("smb_message_echoes_text"); m.Side != inbox.Out || m.Source != inbox.FromEcho || !reflect.DeepEqual(m.Peers, []inbox.Alias{mayaPhone, mayaUser}) {
		t.Errorf("echo %+v", m)
	}
	if m := message("standby_message_echo"); m.Source != inbox.FromOther || m.ReplyTo == "" {
		t.Errorf("another tool's message %+v", m)
	}
}

func TestDecodeOthers(t *testing.T) {
	e := only[inbox.EditSeen](t, Decode(fixture(t, "messages_in_edit_text"), ourLine))
	if e.Target != "wamid.Zng6aW4tdGV4dA==" || e.WAMID == e.Target || e.Side != inbox.In || e.Content.Level != inbox.Concrete {
		t.Errorf("edit %+v", e)
	}
	r := only[inbox.RevokeSeen](t, Decode(fixture(t, "smb_message_echoes_revoke_api_sent_message"), ourLine))
	if r.Target != "wamid.Zng6b3V0LXN0YXR1cy0x" || r.Side != inbox.Out || r.Source != inbox.FromEcho {
		t.Errorf("revoke %+v", r)
	}
	x := only[inbox.ReactionSeen](t, Decode(fixture(t, "messages_in_reaction_removed"), ourLine))
	if x.Emoji != "" || x.Target == "" {
		t.Errorf("reaction %+v", x)
	}
	s := only[inbox.StatusSeen](t, Decode(fixture(t, "messages_status_biz_opaque_callback_data"), ourLine))
	if s.Callback != "outbox-row-000123" || s.Progress != inbox.Delivered {
		t.Errorf("status %+v", s)
	}
	s = only[inbox.StatusSeen](t, Decode(fixture(t, "messages_status_sent_free_entry_point"), ourLine))
	if s.FreeUntil != 1790259200 || s.Pricing == nil || *s.Pricing != (inbox.Pricing{Category: "referral_conversion", Model: "PMP", Type: "free_entry_point"}) {
		t.Errorf("free entry point %+v %+v", s, s.Pricing)
	}
	if s = only[inbox.StatusSeen](t, Decode(fixture(t, "messages_status_sent_v23_conversation"), ourLine)); s.FreeUntil != 0 {
		t.Error("a service conversation counts as free entry")
	}
	s = only[inbox.StatusSeen](t, Decode(fixture(t, "messages_status_failed_131047_window_closed"), ourLine))
	if s.Failure == nil || s.Failure.Code != 131047 || s.Failure.Title != "Re-engagement message" || !strings.HasPrefix(s.Failure.Detail, "Message failed to send because") {
		t.Errorf("failure %+v", s.Failure)
	}
	for _, name := range []string{"history_declined", "history_declined_bare_value"} {
		if h := only[inbox.HistorySeen](t, Decode(fixture(t, name), ourLine)); !h.Declined {
			t.Errorf("%s: %+v", name, h)
		}
	}
}

// body wraps a change into an envelope.
func body(field, value string) []byte {
	return fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":%q,"value":%s}]}]}`, field, value)
}

const meta = `"metadata":{"display_phone_number":"+1 555-010-0001","phone_number_id":"200000000000001"}`

func TestHistorySide(t *testing.T) {
	cases := []struct {
		name, thread, item string
		want               inbox.Side
	}{
		{"the business", `"id":"15550100101"`, `"from":"15550100001"`, inbox.Out},
		{"the customer", `"id":"15550100101"`, `"from":"15550100101"`, inbox.In},
		{"nobody", `"id":"15550100101"`, `"x":1`, inbox.In},
		{"an empty sender", `"id":"15550100101"`, `"from":""`, inbox.In},
		{"WhatsApp says from me", `"id":"15550100101"`, `"from":"15550100101","history_context":{"from_me":true}`, inbox.Out},
		{"WhatsApp says not from me", `"id":"15550100101"`, `"from":"15550100001","history_context":{"from_me":false}`, inbox.In},
		{"to does not decide", `"id":"15550100101"`, `"from":"15550100101","to":"15550100001"`, inbox.In},
		{"another spelling of the business", `"id":"15550100101"`, `"from":"15550100009"`, inbox.Out},
		{"the customer by user id", `"context":{"user_id":"US.90000000000000000101"}`, `"from":"15550100555","from_user_id":"US.90000000000000000101"`, inbox.In},
		{"a withheld number", `"context":{"user_id":"US.90000000000000000101"}`, `"from":"15550100555"`, inbox.In},
		{"the business to a withheld number", `"context":{"user_id":"US.90000000000000000101"}`, `"from":"15550100001"`, inbox.Out},
	}
	for _, c := range cases {
		b := body("history", `{`+meta+`,"history":[{"threads":[{`+c.thread+`,"messages":[{"id":"wamid.x","timestamp":"1","type":"text","text":{"body":"x"},`+c.item+`}]}]}]}`)
		m := only[inbox.MessageSeen](t, Decode(b, ourLine))
		if m.Side != c.want || m.Source != inbox.FromHistory {
			t.Errorf("%s: side %d, want %d", c.name, m.Side, c.want)
		}
	}
}

// TestHistoryPeersAreApart guards against items of one thread writing into each other's aliases.
func TestHistoryPeersAreApart(t *testing.T) {
	b := body("history", `{`+meta+`,"history":[{"threads":[{"id":"15550100101","messages":[
		{"id":"wamid.1","from_user_id":"US.1","type":"text","text":{"body":"x"}},
		{"id":"wamid.2","from_user_id":"US.2","type":"text","text":{"body":"x"}}]}]}]}`)
	facts := Decode(b, ourLine)
	for i, want := range []inbox.Alias{"u:US.1", "u:US.2"} {
		if got := facts[i].(inbox.MessageSeen).Peers; !reflect.DeepEqual(got, []inbox.Alias{mayaPhone, want}) {
			t.Errorf("message %d: %v", i+1, got)
		}
	}
}

func TestDecodeTolerance(t *testing.T) {
	text := `"type":"text","text":{"body":"x"}`
	cases := []struct {
		name, body string
		check      func(m inbox.MessageSeen) bool
	}{
		{"numbers for strings", `{"metadata":{"phone_number_id":200000000000001},"messages":[{"id":7,"from":15550100101,"timestamp":1790000060,` + text + `}]}`,
			func(m inbox.MessageSeen) bool {
				return m.WAMID == "7" && m.Time == 1790000060 && aliases(m.Peers).has(mayaPhone)
			}},
		{"no metadata", `{"messages":[{"id":"w","from":"15550100101","timestamp":"1790000060",` + text + `}]}`,
			func(m inbox.MessageSeen) bool { return m.Line == ourLine }},
		{"no type", `{` + meta + `,"messages":[{"id":"w","from":"15550100101","text":{"body":"x"}}]}`,
			func(m inbox.MessageSeen) bool { return m.Content.Text == "x" && m.Content.Type == "text" }},
		{"neither type nor content", `{` + meta + `,"messages":[{"id":"w","from":"15550100101"}]}`,
			func(m inbox.MessageSeen) bool { return m.Content.Level == inbox.Unsupported && len(m.Content.Raw) > 0 }},
		{"no content", `{` + meta + `,"messages":[{"id":"w","from":"15550100101","type":"image"}]}`,
			func(m inbox.MessageSeen) bool { return m.Content.Level == inbox.Placeholder }},
		{"odd company", `{` + meta + `,"contacts":[{"profile":"x","wa_id":"15550100101"}],"messages":[{"id":"w","from":"15550100101","context":7,"referral":"x","errors":"y",` + text + `}]}`,
			func(m inbox.MessageSeen) bool { return m.Content.Text == "x" && m.Referral == nil }},
		{"empty sender", `{` + meta + `,"contacts":[{"wa_id":"","user_id":"US.1"}],"messages":[{"id":"w","from":"","from_user_id":"US.1",` + text + `}]}`,
			func(m inbox.MessageSeen) bool { return reflect.DeepEqual(m.Peers, []inbox.Alias{"u:US.1"}) }},
		{"control bytes", `{` + meta + `,"messages":[{"id":"w","from":"1","type":"text","text":{"body":"a\u001b[2Jb\u202ec"}}]}`,
			func(m inbox.MessageSeen) bool { return m.Content.Text == "a\ufffd[2Jb\ufffdc" }},
	}
	for _, c := range cases {
		if m := only[inbox.MessageSeen](t, Decode(body("messages", c.body), ourLine)); !c.check(m) {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
	for stamp, want := range map[string]int64{`""`: 0, `"0"`: 0, `"-5"`: 0, `-5`: 0, `"soon"`: 0, `null`: 0, `{}`: 0,
		`"1790000060"`: 1790000060, `1790000060`: 1790000060, `1.79000006e9`: 1790000060, `"253402300799"`: 253402300799} {
		b := body("messages", `{`+meta+`,"messages":[{"id":"w","from":"1","timestamp":`+stamp+`,`+text+`}]}`)
		if m := only[inbox.MessageSeen](t, Decode(b, ourLine)); m.Time != want {
			t.Errorf("timestamp %s: %d, want %d", stamp, m.Time, want)
		}
	}
}

// TestFieldDecides holds that the source comes from the field, also when it has to be guessed.
func TestFieldDecides(t *testing.T) {
	const item = `[{"id":"w","from":"15550100101","to":"15550100101","timestamp":"1","type":"text","text":{"body":"x"}}]`
	cases := []struct {
		field, array string
		want         inbox.Source
		side         inbox.Side
	}{
		{"messages", "messages", inbox.FromLive, inbox.In},
		{"history", "messages", inbox.FromHistory, inbox.In},
		{"history", "message_echoes", inbox.FromHistory, inbox.Out},
		{"smb_message_echoes", "message_echoes", inbox.FromEcho, inbox.Out},
		{"message_echoes", "message_echoes", inbox.FromOther, inbox.Out},
		{"", "messages", inbox.FromLive, inbox.In},
		{"", "message_echoes", inbox.FromEcho, inbox.Out},
	}
	for _, c := range cases {
		m := only[inbox.MessageSeen](t, Decode(body(c.field, `{`+meta+`,"`+c.array+`":`+item+`}`), ourLine))
		if m.Source != c.want || m.Side != c.side || m.Loose != (c.want == inbox.FromHistory) {
			t.Errorf("field %q, array %s: %+v", c.field, c.array, m)
		}
	}
}

// TestBadNeighbours is scenario A3: two rows, one record of what could not be read.
func TestBadNeighbours(t *testing.T) {
	good := func(id string) string {
		return `{"id":"` + id + `","from":"15550100101","timestamp":"1","type":"text","text":{"body":"x"}}`
	}
	for _, bad := range []string{`7`, `"x"`, `null`, `[]`, `{}`, `{"id":"w","type":"text","text":"x"}`, `{"id":"w","type":"reaction"}`,
		`{"id":"w","type":"edit","edit":{"original_message_id":"v"}}`, `{"id":"w","type":"revoke","revoke":{}}`} {
		facts := Decode(body("messages", `{`+meta+`,"messages":[`+good("a")+`,`+bad+`,`+good("c")+`]}`), ourLine)
		if len(facts) != 3 {
			t.Errorf("%s: %v", bad, facts)
			continue
		}
		u, ok := facts[1].(inbox.Unreadable)
		if !ok || u.Path != "entry[0].changes[0].value.messages[1]" && !strings.HasPrefix(u.Path, "entry[0].changes[0].value.messages[1].") || u.Reason == "" {
			t.Errorf("%s: %+v", bad, facts[1])
		}
	}
	deep := Decode(body("history", `{`+meta+`,"history":[{"threads":[{"id":"1","messages":[`+good("a")+`,9,`+good("c")+`]},5]}]}`), ourLine)
	var paths []string
	for _, f := range deep {
		if u, ok := f.(inbox.Unreadable); ok {
			paths = append(paths, u.Path)
		}
	}
	if want := []string{"entry[0].changes[0].value.history[0].threads[0].messages[1]", "entry[0].changes[0].value.history[0].threads[1]"}; !reflect.DeepEqual(paths, want) {
		t.Errorf("paths %v, want %v", paths, want)
	}
	// A wrong list costs itself alone.
	facts := Decode(body("messages", `{`+meta+`,"statuses":"none","messages":[`+good("a")+`]}`), ourLine)
	only[inbox.MessageSeen](t, facts)
	only[inbox.Unreadable](t, facts)
}

func TestUnreadableBodies(t *testing.T) {
	for _, b := range []string{"", "x", "{", `"x"`, "[]", "7", `{"entry":7}`, `{"entry":[7]}`, `{"entry":[{"changes":[{"field":"messages"}]}]}`, "{}"} {
		facts := Decode([]byte(b), ourLine)
		if b == "{}" {
			if _, ok := facts[0].(inbox.NoteSeen); !ok || len(facts) != 1 {
				t.Errorf("%s: %v", b, facts)
			}
			continue
		}
		if len(facts) == 0 {
			t.Errorf("%s: lost in silence", b)
		}
	}
	secret := Decode([]byte(`{"entry":[{"changes":[{"field":"messages","value":{"messages":"my secret"}}]}]}`), ourLine)
	for _, f := range secret {
		if u, ok := f.(inbox.Unreadable); ok && strings.Contains(u.Reason, "secret") {
			t.Errorf("a reason tells the text: %+v", u)
		}
	}
}

func TestOtherLines(t *testing.T) {
	if facts := Decode(fixture(t, "messages_in_text"), "299999999999999"); len(facts) != 0 {
		t.Errorf("another number's facts: %v", facts)
	}
	if facts := Decode(fixture(t, "messaging_handovers_control_taken"), "299999999999999"); len(facts) != 0 {
		t.Errorf("another number's handover: %v", facts)
	}
	if facts := Decode(fixture(t, "envelope_batch_mixed"), ourLine); len(facts) != 5 {
		t.Errorf("the mixed batch: %v", facts)
	}
}

// TestMissingField guesses from the arrays what an event must have been.
func TestMissingField(t *testing.T) {
	for value, want := range map[string]inbox.Fact{
		`"history":[{"metadata":{"phase":1,"chunk_order":2,"progress":"300"}}]`:                       inbox.HistorySeen{Line: ourLine, Phase: 1, Chunk: 2, Progress: 100},
		`"state_sync":[{"action":"add","contact":{"full_name":"Maya","phone_number":"15550100101"}}]`: inbox.ContactSeen{Line: ourLine, Peers: []inbox.Alias{mayaPhone}, Register: inbox.BookRegister, Value: "Maya"},
		`"statuses":[{"id":"w","status":"read","recipient_id":"15550100101"}]`:                        inbox.StatusSeen{Line: ourLine, WAMID: "w", Progress: inbox.Read, Peers: []inbox.Alias{mayaPhone}},
		`"standby":{"statuses":[{"id":"w","status":"read","recipient_id":"15550100101"}]}`:            inbox.StatusSeen{Line: ourLine, WAMID: "w", Progress: inbox.Read, Peers: []inbox.Alias{mayaPhone}},
		`"contacts":[{"wa_id":"15550100101","user_id":"US.1"}],"groups":[]`:                           inbox.LinkSeen{Line: ourLine, Peers: []inbox.Alias{mayaPhone, "u:US.1"}},
	} {
		facts := Decode(body("", "{"+meta+","+value+"}"), ourLine)
		if len(facts) != 1 || !reflect.DeepEqual(facts[0], want) {
			t.Errorf("%s: %+v", value, facts)
		}
	}
	for value, kind := range map[string]string{
		`"calls":[{"id":"wacid.1","event":"later","from":"15550100101"}]`:                                "call",
		`"user_preferences":[{"user_id":"US.1","value":"other","detail":"Something"}]`:                   "preference",
		`"user_id_update":[{"user_id":{"previous":"US.1"}}]`:                                             "number_changed",
		`"errors":[{"code":"1","message":"x","details":"y"}]`:                                            "error",
		`"state_sync":[{"type":"label","action":"add"}]`:                                                 "sync",
		`"history":[{"errors":[{"code":5}]}]`:                                                            "error",
		`"messages":[{"id":"w","type":"system","system":{"type":"user_changed_number","wa_id":"1555"}}]`: "number_changed",
		`"messages":[{"id":"w","type":"system"}]`:                                                        "system",
		`"nothing":1`: "unknown",
	} {
		note := only[inbox.NoteSeen](t, Decode(body("", "{"+meta+","+value+"}"), ourLine))
		if note.Kind != kind || note.Text == "" {
			t.Errorf("%s: %+v", value, note)
		}
	}
}

// TestOtherToolsMessages reads send requests of another tool, which standby echoes hold.
func TestOtherToolsMessages(t *testing.T) {
	for request, want := range map[string]string{
		`"type":"template","template":{"name":"order_ready"}`:                               "[template] order_ready",
		`"type":"interactive","interactive":{"type":"button","body":{"text":"Which day?"}}`: "Which day?",
		`"type":"image","image":{"link":"https://x.example/a.jpg"}`:                         "[image]",
	} {
		b := body("standby", `{`+meta+`,"standby":{"message_echoes":[{"id":"w","timestamp":"5","message":{"recipient":"US.1",`+request+`}}]}}`)
		m := only[inbox.MessageSeen](t, Decode(b, ourLine))
		if m.Content.Text != want || m.Time != 5 || !reflect.DeepEqual(m.Peers, []inbox.Alias{"u:US.1"}) {
			t.Errorf("%s: %+v", request, m)
		}
	}
}

func TestForms(t *testing.T) {
	for form, want := range map[string]string{
		`{"flow_token":"x","b":"2","a":1,"c":["x","y"],"d":true,"e":{"f":"g"}}`: "[form] a: 1, b: 2, c: x, y, d: true, f: g",
		`not JSON`: "[form] Sent",
		`{}`:       "[form] Sent",
		strings.Repeat(`{"a":`, 9000) + `1` + strings.Repeat(`}`, 9000): "[form] Sent",
		`{"a":"\u001b[2J"}`: "[form] a: \ufffd[2J",
	} {
		b := body("messages", fmt.Sprintf(`{%s,"messages":[{"id":"w","from":"1","type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":%q}}}]}`, meta, form))
		if m := only[inbox.MessageSeen](t, Decode(b, ourLine)); m.Content.Text != want {
			t.Errorf("%.60s: %q, want %q", form, m.Content.Text, want)
		}
	}
}

// TestFailuresWithoutACode never explain themselves with somebody else's words.
func TestFailuresWithoutACode(t *testing.T) {
	s := only[inbox.StatusSeen](t, Decode(body("messages", `{`+meta+`,"statuses":[{"id":"w","status":"failed","errors":[{"title":"x"}]}]}`), ourLine))
	if title, _ := Explain(codeNoReason, 0); s.Failure == nil || s.Failure.Code != codeNoReason || s.Failure.Title != title || s.Word != "" {
		t.Errorf("%+v %+v", s, s.Failure)
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, name := range []string{"messages_in_text", "messages_status_delivered", "smb_message_echoes_text", "history_phase0_chunk1"} {
		body := fixture(b, name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				Decode(body, ourLine)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range fixtureNames(f) {
		f.Add(fixture(f, name))
	}
	f.Add([]byte(`{"entry":[{"changes":[{"field":"messages","value":{"messages":[{"id":"w","type":"system"}]}}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		first := Decode(b, ourLine)
		if second := Decode(b, ourLine); !reflect.DeepEqual(first, second) {
			t.Fatalf("two readings of one body differ:\n%v\n%v", first, second)
		}
		for _, fact := range first {
			checkFact(t, fact)
		}
	})
}

// checkFact holds what the owner relies on: cleaned text, no empty alias, no message without an id, a path and a
// reason for everything that was not read.
func checkFact(t *testing.T, fact inbox.Fact) {
	t.Helper()
	cleaned := func(texts ...string) {
		for _, s := range texts {
			if inbox.Clean(s) != s {
				t.Fatalf("text is not clean: %q in %+v", s, fact)
			}
		}
	}
	peers := func(lists ...[]inbox.Alias) {
		for _, list := range lists {
			for _, a := range list {
				if a.Phone()+a.User()+a.Parent() == "" {
					t.Fatalf("an empty alias in %+v", fact)
				}
			}
		}
	}
	content := func(c inbox.Content) {
		cleaned(c.Text, c.Type)
		if c.Level == inbox.NoContent {
			t.Fatalf("no content in %+v", fact)
		}
		if c.Media != nil {
			cleaned(c.Media.Name, c.Media.MIME)
			if strings.ContainsAny(c.Media.Name, "/\\\n") {
				t.Fatalf("a path: %q", c.Media.Name)
			}
		}
	}
	switch f := fact.(type) {
	case inbox.MessageSeen:
		content(f.Content)
		cleaned(f.Name, f.Username)
		peers(f.Peers)
		if f.WAMID == "" || f.Side == 0 || f.Source == 0 || f.Line != ourLine || f.Time < 0 {
			t.Fatalf("%+v", f)
		}
	case inbox.EditSeen:
		content(f.Content)
		peers(f.Peers)
		if f.WAMID == "" || f.Target == "" || f.Side == 0 {
			t.Fatalf("%+v", f)
		}
	case inbox.RevokeSeen:
		peers(f.Peers)
		if f.WAMID == "" || f.Target == "" || f.Side == 0 {
			t.Fatalf("%+v", f)
		}
	case inbox.ReactionSeen:
		cleaned(f.Emoji)
		peers(f.Peers)
		if f.Target == "" || f.Side == 0 {
			t.Fatalf("%+v", f)
		}
	case inbox.StatusSeen:
		cleaned(f.Word)
		peers(f.Peers)
		if f.Failure != nil {
			cleaned(f.Failure.Title, f.Failure.Detail)
		}
		if f.WAMID == "" {
			t.Fatalf("%+v", f)
		}
	case inbox.ContactSeen:
		cleaned(f.Value)
		peers(f.Peers)
		if len(f.Peers) == 0 {
			t.Fatalf("%+v", f)
		}
	case inbox.LinkSeen:
		peers(f.Peers)
	case inbox.AccountSeen:
		cleaned(f.Event, f.Reason, f.By, f.Detail, f.Number)
	case inbox.NoteSeen:
		cleaned(f.Text)
		peers(f.Peers, f.Other)
		if f.Text == "" || f.Kind == "" {
			t.Fatalf("%+v", f)
		}
	case inbox.Unreadable:
		if f.Reason == "" {
			t.Fatalf("%+v", f)
		}
	}
}
