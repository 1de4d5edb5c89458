package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"frontdesk/inbox"
	"frontdesk/ui/enclose"

	tea "github.com/charmbracelet/bubbletea"
)

var sizes = [...][2]int{{130, 32}, {100, 28}, {80, 24}, {48, 16}}

// scenes are the states that have golden frames, and how to get there from the list.
var scenes = []struct {
	name string
	set  func(*fakeDesk, *Config)
	play func(*stage)
}{
	{"list", frontOffice, func(*stage) {}},
	{"empty", nil, func(*stage) {}},
	{"filter", frontOffice, func(s *stage) { s.press("/"); s.write("zz") }},
	{"waiting", frontOffice, func(s *stage) { s.press("4") }},
	{"waiting closing", frontOffice, func(s *stage) { s.press("4", "4") }},
	{"stuck", stuckOffice, func(s *stage) { s.press("6") }},
	{"stuck opened", stuckOffice, func(s *stage) { s.press("!", "!") }},
	{"away", longAway, func(s *stage) { s.pass(time.Second) }},
	{"teach", teaching, func(*stage) {}},
	{"talk", frontOffice, func(s *stage) { s.press("enter") }},
	{"write", frontOffice, func(s *stage) {
		s.press("enter", "i")
		s.write("Yes, two left. I can hold one until 6 pm and")
	}},
	{"quote", frontOffice, func(s *stage) { s.press("enter", "k", "k", "r"); s.write("Yes") }},
	{"closed", frontOffice, func(s *stage) {
		s.m.drafts[closed] = &draft{thread: closed, touched: true, oid: "01DRAFT"}
		s.m.drafts[closed].ed.set("Oi! O pedido 4431 saiu para entrega")
		s.update(answeredMsg(func(m *Model) cmd { m.focus = onTalk; return m.open(closed) }))
		s.idle()
		s.press("i")
	}},
	{"shared draft", frontOffice, func(s *stage) { s.show(dewi) }},
	{"stop", frontOffice, func(s *stage) {
		s.show(bruno)
		s.press("i")
		s.write("Temos sim, quantas você quer?")
		echo := told("09:46", inbox.OriginPhone, "", inbox.StatusSent, "Sim, temos duas.")
		echo.Key = "echo"
		s.desk.change(bruno, "", echo)
		s.idle()
		s.pass(8 * time.Second)
	}},
	{"pick", frontOffice, func(s *stage) { s.show(closed); s.press("t"); s.write("ord") }},
	{"pick paused", frontOffice, func(s *stage) { s.show(closed); s.press("t"); s.write("order_"); s.press("down") }},
	{"form", frontOffice, func(s *stage) {
		s.show(bruno)
		s.press("t")
		s.write("order_up")
		s.press("enter")
		s.write("4431")
		s.press("tab", "enter")
	}},
	{"form location", frontOffice, func(s *stage) { s.show(bruno); s.press("t"); s.write("map"); s.press("enter") }},
	{"review", frontOffice, func(s *stage) { s.toReview() }},
	{"priced", paidOffice, func(s *stage) { s.press("enter", "i"); s.write("Yes, two left.") }},
	{"priced detail", priced(inbox.Price{Pricing: inbox.Pricing{Billable: true, Category: "service", Model: "PMP", Type: "regular"}, Confirmed: true,
		Why: inbox.PriceListed, Country: "IN", Amount: &inbox.Money{Micros: 3400, Currency: "USD"}, ListedAt: "2026-10"}),
		func(s *stage) { s.show("t_priced"); s.press("d") }},
	{"priced form", paidOffice, func(s *stage) { s.show(bruno); s.press("t"); s.write("order_up"); s.press("enter"); s.write("4431") }},
	{"priced review", paidOffice, func(s *stage) { s.toReview() }},
	{"saved", withSaved, func(s *stage) { s.press("enter", "i", "/"); s.write("o"); s.press("down") }},
	{"saved none", frontOffice, func(s *stage) { s.press("enter", "i", "/") }},
	{"saved fields", withSaved, func(s *stage) { s.press("enter", "i", "/"); s.write("order"); s.press("enter") }},
	{"emoji", frontOffice, func(s *stage) { s.press("enter", "i"); s.write("Yes, thank you :smi") }},
	{"two drafts", frontOffice, func(s *stage) {
		s.press("enter", "i")
		s.write("Yes, two left. I can hold one until 6 pm.")
		s.pass(2 * time.Second)
		s.desk.alter(asha, func(t *inbox.Thread) {
			t.Draft = &inbox.Draft{OID: "01BEN", Text: "Yes, and UPI works too. Shall I hold one?", Agent: "ben", At: noon}
		})
		s.idle()
	}},
	{"attached", frontOffice, func(s *stage) {
		s.press("enter", "i")
		s.write("This is the room")
		s.m.drafts[asha].file = &enclose.File{Path: "/photos/sea view.jpg", OutFile: inbox.OutFile{As: inbox.AsImage, Name: "sea view.jpg", MIME: "image/jpeg", Bytes: 1_240_000}}
		s.press("left")
	}},
	{"attach", frontOffice, func(s *stage) {
		s.press("enter", "i")
		d := &fileBox{found: []enclose.Entry{{Path: "/d/sea view.jpg", Bytes: 1_240_000}, {Path: "/d/invoice-2041.pdf", Bytes: 48_213}, {Path: "/d/प्रस्ताव.docx", Bytes: 20_480}, {Path: "/d/photos/", Dir: true}}, listed: "~/Downloads/", at: 1}
		d.ed.single = true
		d.ed.set(d.listed)
		s.m.openDialog(d)
		s.press("left")
	}},
	{"place", frontOffice, func(s *stage) {
		s.press("enter", "i")
		s.write("We are here:")
		s.m.askFor(typedLine{kind: typedPlace, text: "52.52,13.4,Workshop"})
		s.press("left")
	}},
	{"ask buttons", frontOffice, func(s *stage) {
		s.press("enter", "i")
		s.write("Which day suits you?")
		s.press("ctrl+p")
		s.write("buttons")
		s.press("enter")
		s.write("Today | Tomorrow | Some other day")
	}},
	{"ask list", frontOffice, func(s *stage) {
		s.press("enter", "i")
		s.m.askFor(typedLine{kind: typedList, text: "What is it about? | Choose | # My order | Change it: size, colour or address | Cancel it | # Something else | Ask | Talk to somebody"})
	}},
	{"ask list too long", frontOffice, func(s *stage) {
		s.press("enter", "i")
		s.m.askFor(typedLine{kind: typedList, text: "What is it about? | Choose | I would like to change my order"})
	}},
	{"save reply", withSaved, func(s *stage) {
		s.press("enter", "i")
		s.write("We deliver until 8.")
		s.press("ctrl+s")
		s.write("delivery")
	}},
	{"failed", frontOffice, func(s *stage) { s.show(farid) }},
	{"detail", frontOffice, func(s *stage) { s.show(farid); s.press("d") }},
	{"raw", frontOffice, func(s *stage) { s.show(farid); s.press("D") }},
	{"choices", frontOffice, func(s *stage) { s.show(farid); s.press("R") }},
	{"states", everyState, func(s *stage) { s.press("enter") }},
	{"media", everyKind, func(s *stage) { s.press("enter") }},
	{"media earlier", everyKind, func(s *stage) { s.press("enter", "g") }},
	{"pictures", onlyPictures, func(s *stage) { s.press("enter", "k") }},
	{"preview", onlyPictures, func(s *stage) { s.press("enter", "k", "k", "o") }},
	{"save file", everyKind, func(s *stage) { s.choose("document"); s.press("w") }},
	{"scripts", everyScript, func(s *stage) { s.press("enter") }},
	{"help", frontOffice, func(s *stage) { s.press("enter", "?") }},
	{"switch", frontOffice, func(s *stage) { s.show(asha); s.show(farid); s.press("alt+k") }},
	{"switch typed", frontOffice, func(s *stage) { s.press("alt+k"); s.write("as") }},
	{"marked", frontOffice, func(s *stage) { s.press(" ", " ", "j", " ") }},
	{"switch message", talker, func(s *stage) { s.press("alt+k"); s.write("receipt") }},
	{"find", talker, func(s *stage) { s.show("t_talker"); s.look("receipt"); s.press("enter", "n") }},
	{"find typed", talker, func(s *stage) { s.show("t_talker"); s.look("rec") }},
	{"find nothing", talker, func(s *stage) { s.show("t_talker"); s.look("zebra") }},
	{"commands", frontOffice, func(s *stage) { s.press("enter", ":") }},
	{"commands typed", frontOffice, func(s *stage) { s.press(":"); s.write("re") }},
	{"commands argument", frontOffice, func(s *stage) { s.press(":"); s.write("assign ") }},
	{"snooze", frontOffice, func(s *stage) { s.press("s") }},
	{"later menu", frontOffice, func(s *stage) {
		s.press("enter", "i")
		s.write("Yes, two left.")
		s.press("alt+s")
	}},
	{"later shut", frontOffice, func(s *stage) {
		s.show(bruno)
		s.press("i")
		s.write("Amanhã cedo")
		s.press("alt+s", "1")
	}},
	{"later", frontOffice, func(s *stage) {
		s.press("enter", "i")
		s.write("Your box is ready.")
		s.press("alt+s", "2", "esc")
	}},
	{"later held", frontOffice, func(s *stage) {
		s.press("enter", "i")
		s.write("Your box is ready.")
		s.press("alt+s", "2", "esc")
		m := s.desk.find(asha, "box is ready")
		m.Status, m.HoldReason, m.HeldBy = inbox.Held, "answered", "phone"
		m.Choices = []inbox.Decision{inbox.SendNow, inbox.KeepTime, inbox.Cancel}
		echo := told("09:46", inbox.OriginPhone, "", inbox.StatusSent, "Come at five.")
		echo.Key = "echo"
		s.desk.change(asha, "", m, echo)
		s.idle()
		s.press("G", "down", "R")
	}},
	{"take back", withPause, func(s *stage) {
		s.press("enter", "i")
		s.write("Yes, two lfet")
		s.press("enter")
		s.pass(time.Second)
	}},
	{"review later", frontOffice, func(s *stage) { s.toReview(); s.press("alt+s", "3") }},
	{"date", frontOffice, func(s *stage) { s.press("enter", "J"); s.write("yesterday") }},
	{"pick favourite", func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		for i := range d.templates {
			if d.templates[i].Name == "order_update" {
				d.templates[i].Used, d.templates[i].UsedAt, d.templates[i].Quality, d.templates[i].Starred = 41, noon.AddDate(0, 0, -3), "GREEN", true
			}
		}
	}, func(s *stage) { s.show(closed); s.press("t") }},
	{"form from draft", frontOffice, func(s *stage) {
		s.show(bruno)
		s.press("i")
		s.write("O pedido 4431 saiu")
		s.press("esc", "t")
		s.write("order_up")
		s.press("enter")
	}},
	{"quit", frontOffice, func(s *stage) { s.press("enter", "i"); s.write("half"); s.press("esc", "q") }},
	{"another number", movedOn, func(s *stage) { s.press("enter") }},
	{"contact card", knownAsha, func(s *stage) { s.press("enter", "C") }},
	{"colleague", frontOffice, func(s *stage) {
		s.press("enter")
		s.desk.emit(inbox.Event{Kind: inbox.PresenceEvent, Presence: &inbox.Presence{Thread: asha, Agent: "ben", Doing: "typing", Until: noon.Add(time.Minute)}})
		s.idle()
	}},
	{"below", func(d *fakeDesk, c *Config) { longThread(d, "t_long", 300) }, func(s *stage) {
		s.press("enter", "ctrl+u", "ctrl+u")
		for i := range 3 {
			m := heard("09:46", fmt.Sprintf("new %d", i))
			m.Key = fmt.Sprintf("new%d", i)
			s.desk.change("t_long", "", m)
		}
		s.idle()
	}},
	{"notice", func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.info.Notices = []inbox.Notice{{Kind: "hold", Text: "WhatsApp refuses the access token", Next: "replace it; replies wait until then"}}
	}, func(*stage) {}},
	{"phone soon", func(d *fakeDesk, c *Config) { frontOffice(d, c); d.info.Phone = silentFor(11) }, func(*stage) {}},
	{"phone now", func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.info.Phone = silentFor(13)
		d.info.Notices = []inbox.Notice{inbox.Tell("phone", "phone-now", "n", "13")}
	}, func(s *stage) { s.press("enter") }},
	{"phone page", func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.info.Phone = silentFor(11)
		d.info.Link = inbox.Link{State: inbox.LinkDown, Reason: "PRIMARY_INACTIVITY", Since: noon.Add(-time.Hour)}
		d.info.Standing = inbox.NumberStanding{Quality: "GREEN", Limit: "TIER_2K"}
		d.info.News = []inbox.Note{{At: noon.Add(-3 * time.Hour), Text: "Display name Acme Store approved"}}
	}, func(s *stage) { s.press(":"); s.write("phone"); s.press("enter") }},
	{"phone stays", frontOffice, func(s *stage) { s.press(":"); s.write("phone"); s.press("enter", "pgdown", "pgdown") }},
	{"tray", onPhone, func(s *stage) { s.press("P", "j") }},
	{"tray empty", frontOffice, func(s *stage) { s.press("P") }},
	{"tray looked", onPhone, func(s *stage) { s.press("P", "x") }},
	{"phone over", func(d *fakeDesk, c *Config) { frontOffice(d, c); d.info.Phone = silentFor(15) }, func(s *stage) { s.press("enter") }},
	{"importing", importing(60), func(*stage) {}},
	{"importing talk", importing(60), func(s *stage) { s.show("t_past"); s.press("g") }},
	{"import stands", func(d *fakeDesk, c *Config) {
		importing(60)(d, c)
		d.synced.History.UpdatedAt = noon.Add(-2 * time.Hour)
	}, func(*stage) {}},
	{"sync", importing(60), func(s *stage) { s.press(":"); s.write("sync"); s.press("enter") }},
	{"sync declined", func(d *fakeDesk, c *Config) {
		importing(0)(d, c)
		d.synced.History.State, d.synced.History.UpdatedAt, d.synced.History.Gaps, d.synced.History.MediaFrom = inbox.SyncDeclined, time.Time{}, nil, time.Time{}
		d.synced.History.Refusal = inbox.Refusal("sync-history-declined", "time", "2026-08-20 09:01", "name", "priya")
	}, func(s *stage) { s.press(":"); s.write("sync"); s.press("enter") }},
	{"sync history", func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.synced = inbox.SyncStatus{History: inbox.HistorySync{State: inbox.SyncNever}, Contacts: inbox.ContactSync{State: inbox.SyncComplete, Known: 214}}
	}, func(s *stage) { s.press(":"); s.write("sync history"); s.press("enter") }},
	{"sync refused", func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.synced = inbox.SyncStatus{History: inbox.HistorySync{State: inbox.SyncNever, SyncRequest: inbox.SyncRequest{Refusal: inbox.Refusal("sync-contacts-first")}}}
	}, func(s *stage) { s.press(":"); s.write("sync hi") }},
	{"read only", func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		d.watchErr = &inbox.Error{Kind: inbox.ReadOnly, Text: "no owner runs"}
	}, func(s *stage) { s.press("enter") }},
}

// importing is an office whose history comes in, with a chat of which the oldest part is here.
func importing(percent int) func(*fakeDesk, *Config) {
	return func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		asked := inbox.SyncRequest{RequestedAt: noon.Add(-45 * time.Minute), By: "priya", Outcome: inbox.SyncAccepted, RequestID: "REQ7"}
		d.synced = inbox.SyncStatus{
			History: inbox.HistorySync{State: inbox.SyncImporting, Phase: 1, Progress: percent, SyncRequest: asked, Messages: 41200, UpdatedAt: noon.Add(-time.Minute),
				MediaFrom: noon.AddDate(0, 0, -14), Gaps: []inbox.Gap{{Phase: 0, Chunk: 3}}},
			Contacts: inbox.ContactSync{State: inbox.SyncComplete, SyncRequest: asked, Known: 214},
			Listener: inbox.ListenerProof{ProvenAt: noon.Add(-50 * time.Minute), Address: "https://desk.example/webhook"},
		}
		d.synced.History.Refusal = inbox.Refusal("sync-history-importing", "time", "2026-08-20 09:01", "name", "priya", "n", "60")
		d.synced.Contacts.Refusal = inbox.Refusal("sync-contacts-asked", "time", "2026-08-20 09:01", "name", "priya")
		said := func(clock string, out bool, text string) inbox.Message {
			m := heard(clock, text)
			if out {
				m = told(clock, inbox.OriginEarlier, "", inbox.StatusRead, text)
			}
			m.Imported, m.At = true, m.At.AddDate(0, -2, 0)
			return m
		}
		picture := said("10:02", false, "")
		picture.Type, picture.Media = "image", &inbox.MediaView{State: inbox.MediaPhone}
		d.add(inbox.Thread{ID: "t_past", Name: "Wim Peeters", WaID: "32470000001", State: inbox.Open},
			said("10:00", false, "Is the workshop open on Saturday?"), said("10:01", true, "Until noon."), picture,
			said("10:03", true, "We can repair that."), said("10:03", true, "It takes two days."))
		d.covered = map[inbox.ThreadID]*inbox.Coverage{"t_past": {From: noon.AddDate(0, -2, 0), Importing: true, MediaFrom: noon.AddDate(0, 0, -14), Gaps: 1}}
	}
}

// onPhone is a front office with messages that are on the phone only.
func onPhone(d *fakeDesk, c *Config) {
	frontOffice(d, c)
	item := func(name, at0, text string, l inbox.Lack) inbox.TrayItem {
		m := heard(at0, text)
		m.Thread, m.Key, m.Type, m.PhoneOnly = asha, at0, "unsupported", &inbox.PhoneOnly{Lack: l, Tray: true}
		return inbox.TrayItem{Name: name, Message: m}
	}
	d.trayed = []inbox.TrayItem{
		item("Asha Rao", "09:41", "[unsupported: poll creation; see the phone]", inbox.LackType),
		item("Bruno Lima", "09:30", "[a message was edited; see the phone]", inbox.LackType),
		item("Farid", "09:12", "[not available yet; see the phone]", inbox.LackContent),
		item("Dewi Lestari", "08:57", "", inbox.LackText),
	}
	d.info.Counts.Tray = len(d.trayed)
}

// silentFor is a phone that gave its last sign so many days ago.
func silentFor(days int) inbox.Phone {
	seen := noon.AddDate(0, 0, -days)
	return inbox.Phone{SeenAt: seen, SeenBy: inbox.SignMessage, EndsAt: seen.AddDate(0, 0, 14), Days: 14}
}

type cmd = tea.Cmd

func fileSafe(s string) string { return strings.ReplaceAll(s, " ", "-") }

// colourless fails on a sequence that sets a colour.
func (s *stage) colourless() {
	s.t.Helper()
	for _, seq := range sgrRE.FindAllString(s.m.View(), -1) {
		for _, n := range strings.Split(strings.Trim(seq, "\x1b[m"), ";") {
			if n != "" && n != "0" && n != "1" && n != "2" && n != "7" {
				s.t.Fatalf("without colours, %q is set", seq)
			}
		}
	}
}

// ownSigns are the signs of the program's own that ASCII has not. The dot is in a name of the cast, too.
var ownSigns = func() string {
	signs := fmt.Sprint(unicodeGlyphs())
	return strings.Map(func(r rune) rune {
		if r < 0x80 || r == '·' {
			return -1
		}
		return r
	}, signs) + "┌┐└┘├┤█▀▄"
}()

// inASCII fails on a sign of the program's own that is not ASCII.
func (s *stage) inASCII() {
	s.t.Helper()
	if screen := s.screen(); strings.ContainsAny(screen, ownSigns) {
		i := strings.IndexAny(screen, ownSigns)
		r, _ := utf8.DecodeRuneInString(screen[i:])
		s.t.Errorf("%q is not ASCII:\n%s", r, screen)
	}
}

// show opens a thread wherever it stands in the list.
func (s *stage) show(id inbox.ThreadID) {
	s.update(answeredMsg(func(m *Model) cmd { m.focus = onTalk; return m.open(id) }))
	s.idle()
}

func (s *stage) toReview() {
	s.show(bruno)
	s.press("t")
	s.write("order_up")
	s.press("enter")
	s.write("4431")
	s.press("tab")
	s.write("sexta")
	s.press("tab")
	s.write("4431")
	s.press("enter")
}

// everyState is a thread with a message in each state that a person can meet.
func everyState(d *fakeDesk, _ *Config) {
	mk := func(hhmm string, s inbox.Status, f func(*inbox.Message)) inbox.Message {
		m := told(hhmm, inbox.OriginAPI, "priya", s, "reply "+string(s))
		if f != nil {
			f(&m)
		}
		return m
	}
	gone := heard("09:01", "")
	gone.Revoked = true
	edited := heard("09:02", "Three boxes, please")
	edited.Edited = true
	voice := heard("09:03", "")
	voice.Type, voice.Media = "audio", &inbox.MediaView{Voice: true, Bytes: 48000}
	odd := heard("09:04", "")
	odd.Type = "unsupported"
	quoting := heard("09:05", "This one?")
	quoting.Quote = &inbox.Quote{Key: "k1", From: "phone", Text: "We have the blue and the red one.\nAnd more."}
	stub := inbox.Message{Direction: "out", Origin: inbox.OriginElsewhere, Type: "", Text: "Sent from the phone or another system — text not provided.", At: at("09:06"), Status: inbox.StatusDelivered}
	tpl := mk("09:07", inbox.StatusRead, func(m *inbox.Message) {
		m.Template = &inbox.TemplateRef{Name: "order_update", Language: "pt_BR"}
		m.Type = "template"
	})
	echo := told("09:08", inbox.OriginPhone, "", "", "typed on the phone, no tick yet")
	imported := told("09:00", inbox.OriginEarlier, "", inbox.StatusRead, "from the import")
	imported.Imported = true
	d.add(inbox.Thread{ID: "t_states", Name: "Every State", WaID: "15550100002", State: inbox.Open, Window: openFor(5 * time.Hour),
		Notes: []inbox.Note{{ID: "s1", At: at("09:09"), Text: "The customer changed their number."}}},
		imported, gone, edited, voice, odd, quoting, stub, tpl, echo,
		mk("09:10", inbox.StatusAccepted, nil), mk("09:11", inbox.StatusSent, nil), mk("09:12", inbox.StatusDelivered, nil), mk("09:13", inbox.StatusPlayed, nil),
		mk("09:14", inbox.StatusSent, func(m *inbox.Message) { m.Marked = true }),
		mk("09:15", inbox.Unknown, func(m *inbox.Message) { m.Choices = []inbox.Decision{inbox.Resend, inbox.MarkSent, inbox.Discard} }),
		mk("09:16", inbox.Unknown, func(m *inbox.Message) { m.Confirming = true }),
		mk("09:17", inbox.Held, func(m *inbox.Message) { m.HoldReason = "stale" }),
		mk("09:18", inbox.Waiting, func(m *inbox.Message) { m.HoldReason = "throttled"; m.RetryAt = at("09:50") }),
		mk("09:19", inbox.StatusFailed, func(m *inbox.Message) {
			m.Error = &inbox.Reason{Code: 131026, Title: "this number is not on WhatsApp", Hint: "Check the number."}
		}),
		mk("09:20", inbox.Cancelled, nil), mk("09:21", inbox.Sending, nil), mk("09:22", inbox.Queuing, nil))
}

// everyScript is a thread in scripts that terminals count differently.
func everyScript(d *fakeDesk, c *Config) {
	frontOffice(d, c)
	d.add(inbox.Thread{ID: "t_scripts", Name: "सविता 王 مريم 👨‍👩‍👧‍👦", WaID: "919811111112", State: inbox.Open, Window: openFor(20 * time.Hour)},
		heard("09:44", "आपका ऑर्डर भेज दिया गया है क्या? क्षमा कीजिए, मुझे आज शाम तक चाहिए था।"),
		heard("09:45", "السلام عليكم، متى يصل الطلب؟ أنا في البيت حتى الساعة السادسة مساءً."),
		told("09:45", inbox.OriginPhone, "", inbox.StatusDelivered, "今天可以送货吗？我在家等到下午六点。谢谢您的耐心等待，我们马上出发。"),
		heard("09:46", "👨‍👩‍👧‍👦❤️👍🏽🇧🇷 ok"))
}

// TestFrames holds every screen at every size to its frames: as it is in colour, without, and in ASCII. A scene has one
// file; what reads the same without colours stands there once.
func TestFrames(t *testing.T) {
	for _, scene := range scenes {
		t.Run(scene.name, func(t *testing.T) {
			t.Parallel()
			draw := func(w, h int, look func(*Config), check func(*stage)) (frame string) {
				perform(t, func(d *fakeDesk, c *Config) {
					if scene.set != nil {
						scene.set(d, c)
					}
					look(c)
				}, func(s *stage) {
					s.size(w, h)
					scene.play(s)
					check(s)
					frame = s.frame()
				})
				return frame
			}
			var file strings.Builder
			for _, size := range sizes {
				w, h := size[0], size[1]
				dark := draw(w, h, func(*Config) {}, func(*stage) {})
				bare := draw(w, h, func(c *Config) { c.NoColor, c.Terminal.Gallery = true, nil }, (*stage).colourless)
				ascii := draw(w, h, func(c *Config) { c.NoColor, c.ASCII, c.Terminal.Gallery = true, true, nil }, func(s *stage) {
					s.colourless()
					s.inASCII()
				})
				fmt.Fprintf(&file, "%s%dx%d\n%s", frameMark, w, h, dark)
				if bare != dark { // pictures are not drawn then
					fmt.Fprintf(&file, "%s%dx%d without colours\n%s", frameMark, w, h, bare)
				}
				fmt.Fprintf(&file, "%s%dx%d in ASCII\n%s", frameMark, w, h, ascii)
			}
			compare(t, fileSafe(scene.name), file.String())
		})
	}
}
