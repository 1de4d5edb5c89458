package attach_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/inbox"
	"frontdesk/inbox/attach"
	"frontdesk/store"
)

// The contract that every inbox.Desk keeps: the same suite runs on the owner's own desk and on one attached to it over
// the socket.

const line = "200000000000001"

// whatsApp accepts everything and remembers what it was sent.
type whatsApp struct {
	mu   sync.Mutex
	sent []inbox.Outgoing

	uploads []string
	asked   []inbox.SyncKind
}

func (g *whatsApp) Send(_ context.Context, to inbox.Peer, out inbox.Outgoing, callback string) inbox.Outcome {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sent = append(g.sent, out)
	return inbox.Outcome{Result: inbox.ResultAccepted, WAMID: fmt.Sprintf("wamid.contract-%d", len(g.sent)), Peers: []inbox.Alias{to.Alias}, Date: time.Now().Unix()}
}
func (*whatsApp) MarkRead(context.Context, inbox.LineID, string, bool) error { return nil }
func (*whatsApp) Templates(context.Context) ([]inbox.Template, error) {
	return []inbox.Template{{Name: "order_update", Language: "en", Status: "APPROVED", Category: "UTILITY", Format: "POSITIONAL",
		Components: []inbox.TemplateComponent{{Type: "BODY", Text: "Hello {{1}}."}}, FetchedAt: time.Now()}}, nil
}
func (g *whatsApp) Upload(_ context.Context, _ inbox.LineID, name string, r io.Reader) (id, mime string, err error) {
	b, err := io.ReadAll(r)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.uploads = append(g.uploads, name+":"+string(b))
	return "media-1", "", err
}
func (*whatsApp) Fetch(_ context.Context, _ inbox.LineID, id string, _ int64, w io.Writer) (inbox.Fetched, error) {
	n, err := io.WriteString(w, "%PDF the file "+id)
	return inbox.Fetched{MIME: "application/pdf", Bytes: int64(n)}, err
}
func (*whatsApp) Number(context.Context, inbox.LineID) (inbox.Number, error) {
	return inbox.Number{Display: "+1 555-010-0001", Name: "Contract Shop", Date: time.Now()}, nil
}
func (g *whatsApp) RequestSync(_ context.Context, _ inbox.LineID, what inbox.SyncKind) inbox.SyncAnswer {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, what)
	return inbox.SyncAnswer{Result: inbox.ResultAccepted, RequestID: "REQ-" + string(what)}
}
func (*whatsApp) Credential() string { return "c" }

func (g *whatsApp) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.sent)
}

// desks is one owner with a desk of its own and one over the socket.
type desks struct {
	owner    *inbox.Owner
	whatsApp *whatsApp
	own, far inbox.Desk
	viewer   inbox.Desk
}

func open(t *testing.T) *desks {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "data"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	g := &whatsApp{}
	o, err := inbox.NewOwner(inbox.Config{Line: line, Journal: s.Journal(), Views: s.Views(), Vault: s.Vault(), Decoder: cloudapi.Decode, Gateway: g, Explain: cloudapi.Explain, PhoneDays: 14})
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "s.sock")
	l, err := attach.Listen(socket, false)
	if err != nil {
		t.Fatal(err)
	}
	srv := &attach.Server{
		Admit: func(_ int, name string) (attach.Person, error) {
			role := inbox.Lead
			if name == "vera" {
				role = inbox.Viewer
			}
			return attach.Person{Agent: inbox.AgentID(name), Role: role}, nil
		},
		Desk: func(p attach.Person) inbox.Desk { return o.DeskFor(p.Agent, p.Role) },
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := o.Run(ctx); err != nil {
			t.Errorf("the owner ended with %v", err)
		}
	})
	wg.Go(func() {
		if err := srv.Serve(ctx, l); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	dial := func(name inbox.AgentID) *attach.Desk {
		d, err := attach.Dial(ctx, socket, attach.Options{Agent: name})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		return d
	}
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &desks{owner: o, whatsApp: g, own: o.Desk("priya"), far: dial("priya"), viewer: dial("vera")}
	t.Cleanup(func() { _ = d.far.(*attach.Desk).Close(); _ = d.viewer.(*attach.Desk).Close() })
	return d
}

var arrivals int

// arrive has a customer write.
// arriveFile has a customer send a document.
func (d *desks) arriveFile(t *testing.T, phone, media, name string) {
	t.Helper()
	arrivals++
	body := fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100001","phone_number_id":"%s"},"messages":[{"from":"%s","id":"wamid.in-%d","timestamp":"%d","type":"document","document":{"id":%q,"filename":%q,"mime_type":"application/pdf"}}]}}]}]}`,
		line, phone, arrivals, time.Now().Unix(), media, name)
	if err := d.owner.Accept(t.Context(), inbox.EntryWebhook, []byte(body)); err != nil {
		t.Fatal(err)
	}
}

func (d *desks) arrive(t *testing.T, phone, name, text string, at time.Time) {
	t.Helper()
	arrivals++
	body := fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100001","phone_number_id":"%s"},"contacts":[{"profile":{"name":%q},"wa_id":"%s"}],"messages":[{"from":"%s","id":"wamid.in-%d","timestamp":"%d","type":"text","text":{"body":%q}}]}}]}]}`,
		line, name, phone, phone, arrivals, at.Unix(), text)
	if err := d.owner.Accept(t.Context(), inbox.EntryWebhook, []byte(body)); err != nil {
		t.Fatal(err)
	}
}

// echo has somebody answer from the phone.
func (d *desks) echo(t *testing.T, phone, text string) {
	t.Helper()
	arrivals++
	body := fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"smb_message_echoes","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100001","phone_number_id":"%s"},"message_echoes":[{"from":"15550100001","to":"%s","id":"wamid.echo-%d","timestamp":"%d","type":"text","text":{"body":%q}}]}}]}]}`,
		line, phone, arrivals, time.Now().Unix(), text)
	if err := d.owner.Accept(t.Context(), inbox.EntryWebhook, []byte(body)); err != nil {
		t.Fatal(err)
	}
}

// follow collects what a watch tells until it satisfies a check.
func follow(t *testing.T, w *inbox.Watch, what string, ok func(inbox.Event) bool) inbox.Event {
	t.Helper()
	deadline := time.After(15 * time.Second)
	for {
		select {
		case batch, open := <-w.Events:
			if !open {
				t.Fatalf("the watch ended before %s: %v", what, w.Err())
			}
			if i := slices.IndexFunc(batch, ok); i >= 0 {
				return batch[i]
			}
		case <-deadline:
			t.Fatalf("never told: %s", what)
		}
	}
}

func TestDeskContract(t *testing.T) {
	for name, pick := range map[string]func(*desks) inbox.Desk{
		"own":      func(d *desks) inbox.Desk { return d.own },
		"attached": func(d *desks) inbox.Desk { return d.far },
	} {
		t.Run(name, func(t *testing.T) {
			for _, part := range []map[string]func(*testing.T, *desks, inbox.Desk){contract, phoneContract} {
				for what, f := range part {
					t.Run(what, func(t *testing.T) {
						d := open(t)
						f(t, d, pick(d))
					})
				}
			}
		})
	}
}

const asha = "919800000210"

var contract = map[string]func(t *testing.T, d *desks, desk inbox.Desk){
	"an empty inbox": func(t *testing.T, _ *desks, desk inbox.Desk) {
		info, err := desk.Info(t.Context())
		if err != nil || info.Agent != "priya" || info.Line != line {
			t.Errorf("%+v %v", info, err)
		}
		if p, err := desk.Threads(t.Context(), inbox.ThreadQuery{}); err != nil || len(p.Threads) != 0 || p.Next != "" {
			t.Errorf("%+v %v", p, err)
		}
		for _, ref := range []string{"t_1234", "+91 98000 00210", "Nobody"} {
			if _, err := desk.Thread(t.Context(), ref); inbox.KindOf(err) != inbox.NotFound {
				t.Errorf("%s: %v", ref, err)
			}
		}
	},
	"two threads are joined by hand, and separated": func(t *testing.T, d *desks, desk inbox.Desk) {
		const second = "919800000212"
		d.arrive(t, asha, "Asha Rao", "from my own number", time.Now().Add(-time.Minute))
		d.arrive(t, second, "Asha (work)", "and from work", time.Now())
		one, two := thread(t, desk, asha), thread(t, desk, second)
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.Separate{Thread: one.ID}); inbox.KindOf(err) != inbox.Invalid {
			t.Errorf("separated what nobody joined: %v", err)
		}
		w := watch(t, desk, inbox.Cursor{})
		done, err := desk.Do(t.Context(), inbox.NewID(), inbox.Join{Thread: two.ID, With: one.ID})
		if err != nil {
			t.Fatal(err)
		}
		follow(t, w, "the join", func(e inbox.Event) bool { return e.Kind == inbox.ThreadEvent && e.Replaces == string(two.ID) })
		both := thread(t, desk, string(two.ID))
		if both.ID != one.ID || both.Messages != 2 || len(both.Joins) != 1 || both.Joins[0].By != "priya" || len(both.Aliases) != 2 || done.Seq == 0 {
			t.Errorf("%+v", both)
		}
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.Join{Thread: two.ID, With: one.ID}); inbox.KindOf(err) != inbox.Invalid {
			t.Errorf("joined with itself: %v", err)
		}
		if both.WaID != second {
			t.Errorf("a reply would go to %s, and %s wrote last", both.WaID, second)
		}
		j := both.Joins[0]
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.Separate{Thread: both.ID, A: j.A, B: j.B}); err != nil {
			t.Fatal(err)
		}
		follow(t, w, "the separation", func(e inbox.Event) bool { return e.Kind == inbox.ThreadEvent && e.Thread.ID == two.ID })
		if a, b := thread(t, desk, string(one.ID)), thread(t, desk, string(two.ID)); a.ID != one.ID || b.ID != two.ID || a.Messages != 1 || b.Messages != 1 {
			t.Errorf("%+v\n%+v", a, b)
		}
		if _, err := d.viewer.Do(t.Context(), inbox.NewID(), inbox.Join{Thread: two.ID, With: one.ID}); inbox.KindOf(err) != inbox.NotAllowed {
			t.Errorf("a viewer joined: %v", err)
		}
	},
	"an arrival is told and can be read": func(t *testing.T, d *desks, desk inbox.Desk) {
		w := watch(t, desk, inbox.Cursor{})
		if !w.Reset {
			t.Error("a watch without a cursor must ask for the state to be read")
		}
		d.arrive(t, asha, "Asha Rao", "Is the 2 kg box in stock?", time.Now())
		e := follow(t, w, "the message", func(e inbox.Event) bool { return e.Kind == inbox.MessageEvent })
		if e.Seq == 0 || e.Message.Text != "Is the 2 kg box in stock?" || e.Message.Direction != "in" {
			t.Errorf("%+v", e)
		}
		th := thread(t, desk, "Asha Rao")
		if th.Unread != 1 || !th.Window.Open || !th.NeedsReply || th.WaitingSince.IsZero() || th.WaID != asha {
			t.Errorf("%+v", th)
		}
		page, err := desk.Messages(t.Context(), inbox.MessageQuery{Thread: th.ID})
		if err != nil || len(page.Messages) != 1 || page.Earlier || page.Later {
			t.Fatalf("%+v %v", page, err)
		}
		det, err := desk.Detail(t.Context(), th.ID, page.Messages[0].Key)
		if err != nil || len(det.Raw) != 1 || !strings.Contains(string(det.Raw[0].Data), "2 kg box") {
			t.Errorf("%+v %v", det, err)
		}
		again := watch(t, desk, inbox.Cursor{Epoch: e.Cursor.Epoch, Seq: e.Cursor.Seq, Chk: e.Cursor.Chk})
		if again.Reset {
			t.Error("a good cursor was not resumed")
		}
		bad := watch(t, desk, inbox.Cursor{Epoch: "another", Seq: e.Cursor.Seq, Chk: 1})
		if !bad.Reset {
			t.Error("a cursor of another journal was resumed")
		}
	},
	"a reply goes once": func(t *testing.T, d *desks, desk inbox.Desk) {
		d.arrive(t, asha, "Asha Rao", "hello", time.Now())
		th := thread(t, desk, asha)
		w := watch(t, desk, inbox.Cursor{})
		oid := inbox.NewID()
		send := inbox.Send{Thread: th.ID, OID: inbox.OID(oid), Out: inbox.Outgoing{Type: "text", Text: "Yes"}, Seen: th.Seq}
		done, err := desk.Do(t.Context(), oid, send)
		if err != nil || done.Ref != inbox.OID(oid) {
			t.Fatalf("%+v %v", done, err)
		}
		follow(t, w, "acceptance", func(e inbox.Event) bool {
			return e.Message != nil && e.Message.Ref == inbox.OID(oid) && e.Message.Status == inbox.StatusAccepted
		})
		again, err := desk.Do(t.Context(), oid, send)
		if err != nil || again.Ref != done.Ref {
			t.Errorf("the same id: %+v %v", again, err)
		}
		if n := d.whatsApp.count(); n != 1 {
			t.Errorf("%d POSTs", n)
		}
		page, err := desk.Messages(t.Context(), inbox.MessageQuery{Thread: th.ID})
		if err != nil || len(page.Messages) != 2 || page.Messages[1].Agent != "priya" || page.Messages[1].Origin != inbox.OriginAPI {
			t.Errorf("%+v %v", page.Messages, err)
		}
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.Decide{OID: inbox.OID(oid), Decision: inbox.Cancel}); inbox.KindOf(err) != inbox.TooLate {
			t.Errorf("cancelled what was sent: %v", err)
		}
	},
	"a reply for later": func(t *testing.T, d *desks, desk inbox.Desk) {
		d.arrive(t, asha, "Asha Rao", "hello", time.Now())
		th, w := thread(t, desk, asha), watch(t, desk, inbox.Cursor{})
		oid, due := inbox.OID(inbox.NewID()), time.Now().Add(time.Hour)
		if _, err := desk.Do(t.Context(), string(oid), inbox.Send{Thread: th.ID, OID: oid, Out: inbox.Outgoing{Type: "text", Text: "at one"}, Later: due}); err != nil {
			t.Fatal(err)
		}
		mine := func(e inbox.Event) bool { return e.Message != nil && e.Message.Ref == oid }
		if m := follow(t, w, "the reply", mine).Message; m.Status != inbox.Queuing || m.HoldReason != "later" || !m.NotBefore.Equal(due) || !m.Planned {
			t.Errorf("told: %+v", m)
		}
		if s := thread(t, desk, asha).Scheduled; s == nil || s.N != 1 || !s.Next.Equal(due) {
			t.Errorf("the thread says %+v", s)
		}
		for from, want := range map[time.Duration]string{-time.Hour: "hello", 30 * time.Minute: "at one"} {
			page, err := desk.Messages(t.Context(), inbox.MessageQuery{Thread: th.ID, From: time.Now().Add(from), Limit: 1})
			if err != nil || len(page.Messages) != 1 || page.Messages[0].Text != want {
				t.Errorf("from %v on: %+v, %v", from, page.Messages, err)
			}
		}
		d.arrive(t, asha, "Asha Rao", "never mind", time.Now())
		stopped := follow(t, w, "that it is stopped", func(e inbox.Event) bool { return mine(e) && e.Message.Status == inbox.Held }).Message
		if stopped.HoldReason != "answered" || stopped.HeldBy != "customer" {
			t.Errorf("stopped: %+v", stopped)
		}
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.Decide{OID: oid, Decision: inbox.KeepTime}); err != nil {
			t.Fatal(err)
		}
		follow(t, w, "that it keeps its time", func(e inbox.Event) bool { return mine(e) && e.Message.Status == inbox.Queuing })
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.Decide{OID: oid, Decision: inbox.Cancel}); err != nil {
			t.Fatal(err)
		}
		follow(t, w, "that it is cancelled", func(e inbox.Event) bool { return mine(e) && e.Message.Status == inbox.Cancelled })
	},
	"a closed window refuses free text and takes a template": func(t *testing.T, d *desks, desk inbox.Desk) {
		d.arrive(t, asha, "Asha Rao", "long ago", time.Now().Add(-25*time.Hour))
		th := thread(t, desk, asha)
		oid := inbox.NewID()
		_, err := desk.Do(t.Context(), oid, inbox.Send{Thread: th.ID, OID: inbox.OID(oid), Out: inbox.Outgoing{Type: "text", Text: "hi"}})
		if inbox.KindOf(err) != inbox.WindowClosed || d.whatsApp.count() != 0 {
			t.Fatalf("%v, %d POSTs", err, d.whatsApp.count())
		}
		until(t, "templates", func() bool { l, err := desk.Templates(t.Context()); return err == nil && len(l) == 1 })
		oid = inbox.NewID()
		_, err = desk.Do(t.Context(), oid, inbox.Send{Thread: th.ID, OID: inbox.OID(oid), Out: inbox.Outgoing{Type: "template",
			Template: &inbox.TemplateSend{Name: "order_update", Language: "en", Body: map[string]string{"1": "Asha"}}}})
		if err != nil {
			t.Fatal(err)
		}
		until(t, "the template is sent", func() bool { return d.whatsApp.count() == 1 })
	},
	"somebody else answered": func(t *testing.T, d *desks, desk inbox.Desk) {
		d.arrive(t, asha, "Asha Rao", "hello", time.Now().Add(-time.Minute))
		th := thread(t, desk, asha)
		d.echo(t, asha, "Sim, temos duas.")
		until(t, "the echo", func() bool { return thread(t, desk, asha).Seq > th.Seq })
		oid := inbox.NewID()
		send := inbox.Send{Thread: th.ID, OID: inbox.OID(oid), Out: inbox.Outgoing{Type: "text", Text: "Yes"}, Seen: th.Seq}
		_, err := desk.Do(t.Context(), oid, send)
		var e *inbox.Error
		if !errors.As(err, &e) || e.Kind != inbox.Stale || e.By != "phone" || e.Head != "Sim, temos duas." || e.At.IsZero() {
			t.Fatalf("%+v", err)
		}
		send.Anyway = true
		if _, err := desk.Do(t.Context(), oid, send); err != nil {
			t.Fatalf("anyway: %v", err)
		}
	},
	"what people do with a thread": func(t *testing.T, d *desks, desk inbox.Desk) {
		d.arrive(t, asha, "Asha Rao", "hello", time.Now())
		th := thread(t, desk, asha)
		for _, c := range []inbox.Command{
			inbox.Assign{Thread: th.ID, To: "priya"}, inbox.Label{Thread: th.ID, Label: "vip"}, inbox.Mute{Thread: th.ID}, inbox.AddNote{Thread: th.ID, Text: "prefers UPI"},
			inbox.Rename{Thread: th.ID, Name: "Asha (shop)"}, inbox.MarkRead{Thread: th.ID, Upto: th.Seq},
			inbox.SaveDraft{Thread: th.ID, Draft: inbox.Draft{OID: "01DRAFT", Text: "Yes, tw"}},
		} {
			if _, err := desk.Do(t.Context(), inbox.NewID(), c); err != nil {
				t.Fatalf("%s: %v", c.Kind(), err)
			}
		}
		until(t, "all of it", func() bool {
			th = thread(t, desk, asha)
			return th.Assignee == "priya" && th.Muted && slices.Equal(th.Labels, []string{"vip"}) && th.Name == "Asha (shop)" && th.Unread == 0 &&
				th.Draft != nil && th.Draft.Text == "Yes, tw" && len(th.Notes) == 1 && th.Notes[0].By == "priya"
		})
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.SetState{Thread: th.ID, State: inbox.Closed}); err != nil {
			t.Fatal(err)
		}
		until(t, "the done view", func() bool {
			done, err := desk.Threads(t.Context(), inbox.ThreadQuery{View: inbox.ViewDone})
			all, err2 := desk.Threads(t.Context(), inbox.ThreadQuery{View: inbox.ViewAll})
			return err == nil && err2 == nil && len(done.Threads) == 1 && len(all.Threads) == 0
		})
		if other := thread(t, d.viewer, asha); other.Unread != 1 {
			t.Errorf("one agent's reading counts for another: %d unread", other.Unread)
		}
	},
	"saved replies": func(t *testing.T, d *desks, desk inbox.Desk) {
		if list, err := desk.SavedReplies(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("%+v %v", list, err)
		}
		w, err := desk.Watch(t.Context(), inbox.Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		hours := inbox.ReplyName{Name: "hours", Language: "en"}
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.SaveReply{Reply: hours, Text: "Hi {{first_name}}, 9 to 6."}); err != nil {
			t.Fatal(err)
		}
		e := follow(t, w, "the saved reply", func(e inbox.Event) bool { return e.Kind == inbox.SavedReplyEvent })
		if s := e.Saved; s == nil || s.Name != "hours" || s.Language != "en" || s.Text != "Hi {{first_name}}, 9 to 6." || s.By != "priya" || s.Removed {
			t.Errorf("told: %+v", s)
		}
		if list, err := d.viewer.SavedReplies(t.Context()); err != nil || len(list) != 1 {
			t.Errorf("a viewer reads %+v %v", list, err)
		}
		for _, c := range []inbox.Command{inbox.SaveReply{Reply: hours, Text: "no"}, inbox.RemoveReply{Reply: hours}} {
			if _, err := d.viewer.Do(t.Context(), inbox.NewID(), c); inbox.KindOf(err) != inbox.NotAllowed {
				t.Errorf("a viewer may %s: %v", c.Kind(), err)
			}
		}
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.RemoveReply{Reply: inbox.ReplyName{Name: "HOURS", Language: "EN"}}); err != nil {
			t.Fatal(err)
		}
		follow(t, w, "its removal", func(e inbox.Event) bool { return e.Saved != nil && e.Saved.Removed && e.Saved.Name == "hours" })
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.RemoveReply{Reply: hours}); inbox.KindOf(err) != inbox.NotFound {
			t.Errorf("removed twice: %v", err)
		}
	},
	"alerts": func(t *testing.T, d *desks, desk inbox.Desk) {
		mine, veras := watch(t, desk, inbox.Cursor{}), watch(t, d.viewer, inbox.Cursor{})
		d.arrive(t, asha, "Asha Rao", "hello", time.Now())
		want := inbox.Alert{Kind: inbox.NewMessage, Thread: thread(t, desk, asha).ID, Name: "Asha Rao", Type: "text", Text: "hello",
			Messages: 1, Threads: 1, To: []inbox.AgentID{"priya", "vera"}}
		for _, w := range []*inbox.Watch{mine, veras} {
			got := alert(t, w)
			if got.Message == "" {
				t.Errorf("it names no message")
			}
			got.Message = ""
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
		// From now on one of them has the thread before them: it is another one that both hear of next.
		if _, err := desk.Do(t.Context(), inbox.NewID(), inbox.Attend{Here: true, Thread: want.Thread}); err != nil {
			t.Fatal(err)
		}
		d.arrive(t, asha, "Asha Rao", "are you there?", time.Now())
		d.arrive(t, "15550100077", "Ben", "hi", time.Now())
		for _, w := range []*inbox.Watch{mine, veras} {
			if got := alert(t, w); got.Text != "hi" || !slices.Equal(got.To, []inbox.AgentID{"vera"}) {
				t.Errorf("%+v", got)
			}
		}
	},
	"who waits, and in which order": func(t *testing.T, d *desks, desk inbox.Desk) {
		d.arrive(t, asha, "Asha Rao", "first", time.Now().Add(-3*time.Hour))
		d.arrive(t, "5511988880001", "Bruno Lima", "later, in a window that closes sooner", time.Now().Add(-2*time.Hour))
		d.arrive(t, asha, "Asha Rao", "still there?", time.Now())
		until(t, "both", func() bool {
			p, err := desk.Threads(t.Context(), inbox.ThreadQuery{View: inbox.ViewWaiting})
			return err == nil && len(p.Threads) == 2 && p.Threads[0].Name == "Asha Rao" && p.Threads[0].Unread == 2
		})
		p, err := desk.Threads(t.Context(), inbox.ThreadQuery{View: inbox.ViewWaiting, Order: inbox.Closing, Limit: 1})
		if err != nil || len(p.Threads) != 1 || p.Threads[0].Name != "Bruno Lima" || p.Next == "" {
			t.Fatalf("%+v %v", p, err)
		}
		p, err = desk.Threads(t.Context(), inbox.ThreadQuery{View: inbox.ViewWaiting, Order: inbox.Closing, Limit: 1, After: p.Next})
		if err != nil || len(p.Threads) != 1 || p.Threads[0].Name != "Asha Rao" || p.Next != "" {
			t.Fatalf("%+v %v", p, err)
		}
		d.echo(t, asha, "Sim, temos duas.")
		until(t, "an answer from the phone", func() bool {
			p, err := desk.Threads(t.Context(), inbox.ThreadQuery{View: inbox.ViewWaiting})
			info, err2 := desk.Info(t.Context())
			return err == nil && err2 == nil && len(p.Threads) == 1 && p.Threads[0].Name == "Bruno Lima" && info.Counts.Waiting == 1
		})
		if _, err := desk.Threads(t.Context(), inbox.ThreadQuery{Order: inbox.Closing}); inbox.KindOf(err) != inbox.Invalid {
			t.Errorf("%v", err)
		}
	},
	"while somebody was away": func(t *testing.T, d *desks, desk inbox.Desk) {
		d.arrive(t, asha, "Asha Rao", "before", time.Now())
		thread(t, desk, asha)
		if a, err := desk.Away(t.Context()); err != nil || !a.Empty() || !a.Since.IsZero() {
			t.Fatalf("who never looked: %+v %v", a, err)
		}
		a, err := desk.Away(t.Context())
		if err != nil || a.Seq == 0 {
			t.Fatalf("%+v %v", a, err)
		}
		for _, who := range []inbox.Desk{desk, d.viewer} { // a viewer looks, too
			if _, err := who.Do(t.Context(), inbox.NewID(), inbox.SeeAll{Upto: a.Seq}); err != nil {
				t.Fatal(err)
			}
		}
		d.arrive(t, asha, "Asha Rao", "after", time.Now())
		d.arrive(t, "15550100077", "Ben", "hi", time.Now())
		d.echo(t, asha, "Sim, temos duas.")
		for _, who := range []inbox.Desk{desk, d.viewer} {
			until(t, "the news", func() bool {
				a, err := who.Away(t.Context())
				return err == nil && a.Messages == 2 && a.Threads == 2 && slices.Equal(a.Answers, []inbox.Answers{{By: "phone", Messages: 1, Threads: 1}}) &&
					a.WaitingAll == 1 && len(a.Waiting) == 1 && a.Waiting[0].Name == "Ben" && !a.Since.IsZero() && !a.Empty()
			})
		}
	},
	"a viewer only looks": func(t *testing.T, d *desks, _ inbox.Desk) {
		d.arrive(t, asha, "Asha Rao", "hello", time.Now())
		th := thread(t, d.viewer, asha)
		for _, kind := range inbox.CommandKinds() {
			c, err := inbox.DecodeCommand(kind, []byte(`{"thread":"`+string(th.ID)+`"}`))
			if err != nil {
				t.Fatal(err)
			}
			_, err = d.viewer.Do(t.Context(), inbox.NewID(), c)
			if allowed := inbox.Allowed(inbox.Viewer, c); allowed == (inbox.KindOf(err) == inbox.NotAllowed) {
				t.Errorf("%s: allowed %v, %v", kind, allowed, err)
			}
		}
		if d.whatsApp.count() != 0 {
			t.Error("a viewer sent something")
		}
	},
	"search": func(t *testing.T, d *desks, desk inbox.Desk) {
		at := time.Now().Add(-time.Hour)
		d.arrive(t, asha, "Asha Rao", "Is the 2 kg box in stock? Call +91 98000 00-211", at)
		d.arrive(t, "5511912342210", "Bruno Lima", "Ação: o boleto da Asha", at.Add(time.Minute))
		d.echo(t, asha, "Yes, 2 boxes left.")
		th := thread(t, desk, asha)
		until(t, "the echo", func() bool { th = thread(t, desk, asha); return th.Messages == 2 })
		for _, who := range []inbox.Desk{desk, d.viewer} {
			for _, c := range []struct {
				q    inbox.SearchQuery
				want []string // how they begin
			}{
				{inbox.SearchQuery{Text: "BOX"}, []string{"Yes", "Is"}},
				{inbox.SearchQuery{Text: "box", Limit: 1}, []string{"Yes"}},
				{inbox.SearchQuery{Text: "acao"}, []string{"Ação"}},
				{inbox.SearchQuery{Text: "asha"}, []string{"Yes", "Ação", "Is"}},
				{inbox.SearchQuery{Text: "asha", Words: true}, []string{"Ação"}},
				{inbox.SearchQuery{Text: "asha", Thread: th.ID}, nil},
				{inbox.SearchQuery{Text: "9800000211", Thread: th.ID}, []string{"Is"}},
				{inbox.SearchQuery{Text: "today"}, []string{"Yes", "Ação", "Is"}},
			} {
				if c.q.Text == "today" && at.Day() != time.Now().Day() { // around midnight
					continue
				}
				p, err := who.Search(t.Context(), c.q)
				if err != nil || len(p.Matches) != len(c.want) || p.Earlier != (c.q.Limit == 1) || p.Seq == 0 {
					t.Errorf("%+v: %+v %v", c.q, p, err)
					continue
				}
				for i, m := range p.Matches {
					if !strings.HasPrefix(m.Text, c.want[i]) || m.ThreadName == "" || m.Match == nil {
						t.Errorf("%+v: %d is %+v", c.q, i, m)
					}
				}
			}
			first, err := who.Search(t.Context(), inbox.SearchQuery{Text: "box", Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			next, err := who.Search(t.Context(), inbox.SearchQuery{Text: "box", Limit: 1, Before: first.Matches[0].Key})
			if err != nil || len(next.Matches) != 1 || next.Earlier || !slices.Equal(next.Matches[0].Match, [][2]int{{12, 3}}) {
				t.Errorf("%+v %v", next, err)
			}
			back, err := who.Search(t.Context(), inbox.SearchQuery{Text: "box", Limit: 1, After: next.Matches[0].Key})
			if err != nil || len(back.Matches) != 1 || back.Matches[0].Key != first.Matches[0].Key || back.Later {
				t.Errorf("%+v %v", back, err)
			}
			for kind, q := range map[inbox.ErrorKind]inbox.SearchQuery{
				inbox.Invalid: {Text: " "}, inbox.NotFound: {Text: "box", Thread: "t_zzzz"},
			} {
				if _, err := who.Search(t.Context(), q); inbox.KindOf(err) != kind {
					t.Errorf("%+v: %v", q, err)
				}
			}
		}
	},
	"a backup": func(t *testing.T, d *desks, desk inbox.Desk) {
		d.arrive(t, asha, "Asha Rao", "hello", time.Now())
		file := filepath.Join(t.TempDir(), "copy.db")
		done, err := desk.Do(t.Context(), inbox.NewID(), inbox.Backup{File: file})
		if err != nil || done.Backup == nil || done.Backup.Seq == 0 || done.Backup.Bytes == 0 {
			t.Fatalf("%+v %v", done, err)
		}
		if info, err := os.Stat(file); err != nil || info.Size() != done.Backup.Bytes {
			t.Errorf("%v %v", info, err)
		}
	},
	"a file is fetched, told and read": func(t *testing.T, d *desks, desk inbox.Desk) {
		w := watch(t, desk, inbox.Cursor{})
		d.arriveFile(t, asha, "m/1", "rates.pdf")
		e := follow(t, w, "the file", func(e inbox.Event) bool {
			return e.Message != nil && e.Message.Media != nil && e.Message.Media.State == inbox.MediaKept
		})
		m := e.Message.Media
		if m.Name != "rates.pdf" || m.MIME != "application/pdf" || m.Bytes != int64(len("%PDF the file m/1")) || filepath.Ext(m.Path) != ".pdf" {
			t.Errorf("%+v", m)
		}
		f, err := desk.File(t.Context(), e.Message.Key)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(f)
		if err = errors.Join(err, f.Close()); err != nil || string(b) != "%PDF the file m/1" {
			t.Errorf("%q %v", b, err)
		}
		for _, key := range []string{"", "nobody's", "../../journal.db", e.Message.Key + "x"} {
			if _, err := desk.File(t.Context(), key); inbox.KindOf(err) != inbox.NotFound {
				t.Errorf("%q: %v", key, err)
			}
		}
		done, err := desk.Do(t.Context(), inbox.NewID(), inbox.FetchMedia{Thread: e.Message.Thread, Key: e.Message.Key})
		if err != nil || done.Text == "" || done.Seq != 0 {
			t.Errorf("asked for what is here: %+v %v", done, err)
		}
		file := filepath.Join(t.TempDir(), "copy.db")
		done, err = desk.Do(t.Context(), inbox.NewID(), inbox.Backup{File: file})
		if err != nil || done.Backup.Media == nil || done.Backup.Media.Files != 1 {
			t.Fatalf("%+v %v", done.Backup, err)
		}
		name := filepath.Base(m.Path)
		if b, err := os.ReadFile(filepath.Join(file+".media", name[:2], name)); err != nil || string(b) != "%PDF the file m/1" {
			t.Errorf("%q %v", b, err)
		}
	},
	"a file is handed over and sent": func(t *testing.T, d *desks, desk inbox.Desk) {
		w := watch(t, desk, inbox.Cursor{})
		d.arrive(t, asha, "Asha Rao", "hello", time.Now())
		hello := follow(t, w, "hello", func(e inbox.Event) bool { return e.Message != nil })
		content := "%PDF-1.7 " + strings.Repeat("rates ", 1<<20) // more than any frame of the wire takes
		f, err := desk.KeepFile(t.Context(), "/home/priya/rates.pdf", "", strings.NewReader(content))
		if err != nil || f.Name != "rates.pdf" || f.As != inbox.AsDocument || f.Bytes != int64(len(content)) || !f.File.Valid() {
			t.Fatalf("%+v %v", f, err)
		}
		oid := inbox.OID(inbox.NewID())
		if _, err := desk.Do(t.Context(), string(oid), inbox.Send{Thread: hello.Message.Thread, OID: oid, Out: inbox.WithFile(f, "our rates")}); err != nil {
			t.Fatal(err)
		}
		e := follow(t, w, "the message", func(e inbox.Event) bool {
			return e.Message != nil && e.Message.Ref == oid && e.Message.Status == inbox.StatusAccepted
		})
		d.whatsApp.mu.Lock()
		if len(d.whatsApp.uploads) != 1 || d.whatsApp.uploads[0] != "rates.pdf:"+content || d.whatsApp.sent[0].File.ID != "media-1" {
			t.Errorf("%d uploads, %+v", len(d.whatsApp.uploads), d.whatsApp.sent)
		}
		d.whatsApp.mu.Unlock()
		in, err := desk.File(t.Context(), e.Message.Key)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err = errors.Join(err, in.Close()); err != nil || string(b) != content {
			t.Errorf("%d bytes come back, %v", len(b), err)
		}
		for name, c := range map[string]struct {
			as, content, key string
		}{"a.exe": {"", "MZ\x90\x00", "file-type"}, "a.jpg": {"", "\xff\xd8\xff" + strings.Repeat("x", 6<<20), "file-large"}, "b.pdf": {inbox.AsImage, content, "file-as"}} {
			_, err := desk.KeepFile(t.Context(), name, c.as, strings.NewReader(c.content))
			var e *inbox.Error
			if !errors.As(err, &e) || e.Key != c.key || e.Next == "" {
				t.Errorf("%s: %v, want %s", name, err, c.key)
			}
		}
		if _, err := d.viewer.KeepFile(t.Context(), "a.pdf", "", strings.NewReader(content)); inbox.KindOf(err) != inbox.NotAllowed {
			t.Errorf("a viewer hands a file over: %v", err)
		}
	},
	"a watch ends with its context": func(t *testing.T, _ *desks, desk inbox.Desk) {
		ctx, cancel := context.WithCancel(t.Context())
		w, err := desk.Watch(ctx, inbox.Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		for range w.Events {
		}
		if w.Err() == nil {
			t.Error("it does not say why")
		}
	},
}

func watch(t *testing.T, d inbox.Desk, since inbox.Cursor) *inbox.Watch {
	t.Helper()
	w, err := d.Watch(t.Context(), since)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// alert waits for the next one.
func alert(t *testing.T, w *inbox.Watch) inbox.Alert {
	t.Helper()
	for deadline := time.After(15 * time.Second); ; {
		select {
		case batch := <-w.Events:
			for _, e := range batch {
				if e.Kind == inbox.AlertEvent {
					return *e.Alert
				}
			}
		case <-deadline:
			t.Fatal("no alert came")
		}
	}
}

// thread waits for a thread to be there.
func thread(t *testing.T, d inbox.Desk, ref string) (th inbox.Thread) {
	t.Helper()
	until(t, "thread "+ref, func() (ok bool) {
		var err error
		th, err = d.Thread(t.Context(), ref)
		return err == nil
	})
	return th
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
