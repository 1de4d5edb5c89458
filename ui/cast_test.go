package ui

import (
	"encoding/json"
	"strings"
	"time"

	"frontdesk/inbox"
)

// The threads that most tests play with: the scenes of the screens page, with names in scripts that terminals count
// differently.
const (
	asha     = inbox.ThreadID("t_asha")
	bruno    = inbox.ThreadID("t_bruno")
	dewi     = inbox.ThreadID("t_dewi")
	maryam   = inbox.ThreadID("t_maryam")
	closed   = inbox.ThreadID("t_closed")
	crown    = inbox.ThreadID("t_crown")
	farid    = inbox.ThreadID("t_farid")
	savita   = inbox.ThreadID("t_savita")
	wang     = inbox.ThreadID("t_wang")
	family   = inbox.ThreadID("t_family")
	farewell = "Your parcel is at the counter."
)

func at(hhmm string) time.Time {
	t, err := time.Parse("15:04", hhmm)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, time.August, 20, t.Hour(), t.Minute(), 0, 0, time.UTC)
}

func heard(hhmm, text string) inbox.Message {
	return inbox.Message{Direction: "in", Origin: inbox.OriginCustomer, Type: "text", Text: text, At: at(hhmm)}
}

func told(hhmm string, origin inbox.Origin, agent inbox.AgentID, s inbox.Status, text string) inbox.Message {
	return inbox.Message{Direction: "out", Origin: origin, Agent: agent, Status: s, Type: "text", Text: text, At: at(hhmm)}
}

func fresh(m inbox.Message) inbox.Message { m.Unread = true; return m }

func yesterday(m inbox.Message) inbox.Message { m.At = m.At.AddDate(0, 0, -1); return m }

func openFor(d time.Duration) inbox.Window {
	return inbox.Window{Open: d > 0, ExpiresAt: noon.Add(d)}
}

// frontOffice fills a desk with the cast.
func frontOffice(d *fakeDesk, _ *Config) {
	d.info.Screens = 2
	photo := heard("09:38", "like this one")
	photo.Type, photo.Media = "image", &inbox.MediaView{MIME: "image/jpeg", Bytes: 118000, State: "stored"}
	answer := told("09:40", inbox.OriginAPI, "ben", inbox.StatusDelivered, "That is the 1 kg box, Rs 450.")
	answer.Reactions = []inbox.Reaction{{By: "customer", Emoji: "👍"}}
	d.add(inbox.Thread{ID: asha, Name: "Asha Rao", WaID: "919800000210", Assignee: "priya", State: inbox.Open, Window: openFor(21*time.Hour + 40*time.Minute),
		Labels: []string{"new order"}, FirstAt: time.Date(2025, 3, 12, 8, 0, 0, 0, time.UTC), FromPhone: 61, WaitingSince: at("09:44"),
		Notes: []inbox.Note{{ID: "n1", At: at("09:20"), By: "priya", Text: "Prefers UPI. Do not call before noon."}}},
		yesterday(heard("18:02", "Do you deliver on Sundays?")),
		yesterday(told("18:05", inbox.OriginPhone, "", inbox.StatusRead, "Yes, 9 to 1.")),
		photo, answer,
		fresh(heard("09:44", "Is the 2 kg box in stock?")),
		fresh(heard("09:45", "And can I pay by UPI?")))

	d.add(inbox.Thread{ID: bruno, Name: "Bruno Lima", WaID: "5511988880001", State: inbox.Open, Window: openFor(50 * time.Minute), WaitingSince: at("09:41")},
		heard("09:15", "Oi, ainda tem a caixa azul?"),
		told("09:20", inbox.OriginAPI, "priya", inbox.StatusRead, "boleto enviado"),
		fresh(heard("09:41", "Duas, por favor")))

	d.add(inbox.Thread{ID: dewi, Name: "Dewi Lestari", WaID: "628110000001", Assignee: "ben", State: inbox.Open, Window: openFor(8 * time.Hour),
		Draft: &inbox.Draft{OID: "01DEWI", Text: "Baik, kami kirim besok pagi.", Agent: "ben", At: at("09:31")}},
		heard("09:30", "Kapan dikirim?"))

	var arabic []inbox.Message
	for range 6 {
		arabic = append(arabic, fresh(heard("09:11", "السلام عليكم")))
	}
	d.add(inbox.Thread{ID: maryam, Name: "مريم", WaID: "971500000001", State: inbox.Open, Window: openFor(23 * time.Hour)},
		append(arabic, fresh(heard("09:12", "متى يصل الطلب؟")))...)

	d.add(inbox.Thread{ID: closed, Name: "+551150002210", WaID: "551150002210", State: inbox.Open, Window: openFor(-3 * time.Hour)},
		yesterday(heard("06:44", "Quero saber do pedido 4431")),
		yesterday(told("06:50", inbox.OriginPhone, "", inbox.StatusRead, "Já vejo para você.")))

	d.add(inbox.Thread{ID: crown, Name: "Crown Cafe", WaID: "442070000001", State: inbox.Snoozed, SnoozedUntil: at("14:00"), Window: openFor(2 * time.Hour)},
		yesterday(heard("11:00", "We will confirm the order after lunch")))

	failed := told("08:20", inbox.OriginAPI, "priya", inbox.StatusFailed, farewell)
	failed.Key, failed.Ref, failed.ID = "seedfail", "01FAIL", "wamid.HBgLMTU1NTAxMDAwMDEVAgARGBI0N0E"
	failed.Error = &inbox.Reason{Code: 131047, Title: "the 24-hour window has closed", Hint: "Send a template (t), or wait for a reply.",
		Detail: "More than 24 hours have passed since the recipient last replied."}
	failed.Choices = []inbox.Decision{inbox.Resend, inbox.Discard}
	d.add(inbox.Thread{ID: farid, Name: "Farid", WaID: "628110000077", Assignee: "priya", State: inbox.Open, Window: openFor(4 * time.Hour)},
		yesterday(heard("08:10", "Sudah sampai?")), failed)
	d.details["seedfail"] = inbox.Detail{Message: failed, IDs: []string{failed.ID}, Steps: []inbox.Step{
		{At: at("08:20").Add(100 * time.Millisecond), What: "queued"},
		{At: at("08:20").Add(200 * time.Millisecond), What: "attempt", Note: "1"},
		{At: at("08:20").Add(900 * time.Millisecond), What: "accepted"},
		{At: at("08:20").Add(1600 * time.Millisecond), What: "failed", Note: "131047"}},
		Raw: []inbox.RawItem{{Seq: 4711, At: at("08:20"), Kind: "webhook", Data: json.RawMessage(`{"statuses":[{"id":"wamid.X","status":"failed"}]}`)}}}

	d.add(inbox.Thread{ID: savita, Name: "सविता शर्मा", WaID: "919811111111", State: inbox.Open, Window: openFor(20 * time.Hour)},
		heard("08:00", "आपका ऑर्डर भेज दिया गया है क्या?"))
	d.add(inbox.Thread{ID: wang, Name: "王小明 · 老顾客", WaID: "8613800000000", State: inbox.Open, Window: openFor(19 * time.Hour)},
		heard("07:50", "今天可以送货吗？我在家等到下午六点。"))
	d.add(inbox.Thread{ID: family, Name: "👨‍👩‍👧‍👦 Os Silva", WaID: "5511977770000", State: inbox.Open, Window: openFor(18 * time.Hour)},
		heard("07:40", "Obrigada! 👨‍👩‍👧‍👦❤️👍🏽"))

	d.templates = cannedTemplates()
}

// stuckOffice has messages that need a person, too.
func stuckOffice(d *fakeDesk, c *Config) {
	frontOffice(d, c)
	lost := told("09:20", inbox.OriginAPI, "priya", inbox.Unknown, "Your room is ready.")
	lost.Ref, lost.Choices = "01LOST", []inbox.Decision{inbox.Resend, inbox.MarkSent, inbox.Discard}
	held := told("09:05", inbox.OriginAPI, "ben", inbox.Held, "The courier comes at six.")
	held.Ref, held.HoldReason, held.Choices = "01HELD", "stale", []inbox.Decision{inbox.SendNow, inbox.Cancel}
	d.add(inbox.Thread{ID: "t_lost", Name: "Noor Haddad", WaID: "962790000001", State: inbox.Open, Window: openFor(3 * time.Hour)},
		heard("09:10", "Is it ready?"), lost)
	d.add(inbox.Thread{ID: "t_held", Name: "Sven Maier", WaID: "491510000001", State: inbox.Open, Window: openFor(100 * time.Minute), WaitingSince: at("07:26")},
		heard("07:26", "When does it come?"), held)
}

func cannedTemplates() []inbox.Template {
	body := func(s string) inbox.TemplateComponent {
		return inbox.TemplateComponent{Type: "BODY", Text: s, Example: map[string]string{"1": "Ana", "2": "4431", "3": "sexta"}}
	}
	return []inbox.Template{
		{Name: "coupon_order", Language: "en", Status: "APPROVED", Category: "MARKETING", Format: "POSITIONAL", Components: []inbox.TemplateComponent{
			body("Hello {{1}}, your coupon is waiting."), {Type: "BUTTONS", Buttons: []inbox.TemplateButton{{Type: "COPY_CODE", Text: "Copy code"}}}}},
		{Name: "map_order", Language: "en", Status: "APPROVED", Category: "UTILITY", Format: "NAMED", Components: []inbox.TemplateComponent{
			{Type: "HEADER", Format: "LOCATION"}, {Type: "BODY", Text: "Collect your parcel here, {{first_name}}."}}},
		{Name: "order_review", Language: "pt_BR", Status: "PAUSED", Category: "MARKETING", Components: []inbox.TemplateComponent{body("Olá {{1}}, o que achou?")}},
		{Name: "order_update", Language: "pt_BR", Status: "APPROVED", Category: "UTILITY", Format: "POSITIONAL", Components: []inbox.TemplateComponent{
			body("Olá {{1}}, seu pedido {{2}} saiu para entrega e chega até {{3}}."),
			{Type: "BUTTONS", Buttons: []inbox.TemplateButton{{Type: "URL", Text: "Rastrear", URL: "https://shop.example/{{1}}"}, {Type: "QUICK_REPLY", Text: "Falar conosco"}}}}},
		{Name: "order_refused", Language: "pt_BR", Status: "REJECTED", Category: "UTILITY", Reason: "INVALID_FORMAT", Components: []inbox.TemplateComponent{body("Pedido {{1}}")}},
		{Name: "receipt", Language: "en", Status: "APPROVED", Category: "UTILITY", Components: []inbox.TemplateComponent{
			{Type: "HEADER", Format: "DOCUMENT"}, {Type: "BODY", Text: "Here is your receipt."}, {Type: "FOOTER", Text: "Acme Store"}}},
	}
}

// longThread adds n messages to a thread.
func longThread(d *fakeDesk, id inbox.ThreadID, n int) {
	msgs := make([]inbox.Message, 0, n)
	begin := noon.Add(-time.Duration(n) * time.Minute)
	for i := range n {
		m := inbox.Message{Direction: "in", Origin: inbox.OriginCustomer, Type: "text", At: begin.Add(time.Duration(i) * time.Minute),
			Text: strings.Repeat("word ", 4+i%17) + "№" + string(rune('a'+i%26))}
		if i%3 == 1 {
			m.Direction, m.Origin, m.Status = "out", inbox.OriginPhone, inbox.StatusRead
		}
		msgs = append(msgs, m)
	}
	d.add(inbox.Thread{ID: id, Name: "Long Thread", WaID: "15550100009", State: inbox.Open, Window: openFor(23 * time.Hour)}, msgs...)
}
