package cloudapi

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
	"frontdesk/store"
)

// counter is a way to the Graph API that keeps what was asked of message history, and when.
type counter struct {
	http.RoundTripper
	mu    sync.Mutex
	asked []string // message ids
	at    []time.Time
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/message_history") {
		c.mu.Lock()
		c.asked, c.at = append(c.asked, r.URL.Query().Get("message_id")), append(c.at, time.Now())
		c.mu.Unlock()
	}
	return c.RoundTripper.RoundTrip(r)
}

func (c *counter) questions() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}

// silentDesk is an owner with its store, listener and client, before a practice WhatsApp, all in one process without a
// socket: days pass in it in a moment.
type silentDesk struct {
	*sandbox.Sandbox
	t     *testing.T
	desk  inbox.Desk
	graph *counter
	asha  *sandbox.Customer
	open  func() (stop func())
	stop  func()
}

func onSilentDesk(t *testing.T, do func(*testing.T, *silentDesk)) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	synctest.Test(t, func(t *testing.T) {
		var hook http.Handler
		quick := sandbox.Span{Min: time.Second, Max: time.Second}
		sb, err := sandbox.New(sandbox.Config{Listen: sandbox.NoListener, Cadence: sandbox.Cadence{Sent: quick, Delivered: quick, Read: quick},
			Callback: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { hook.ServeHTTP(w, r) })})
		if err != nil {
			t.Fatal(err)
		}
		cfg := sb.Config()
		client, err := NewClient(ClientConfig{BaseURL: "http://127.0.0.1:1", WABA: cfg.WABA, Token: StaticToken(NewSecret(cfg.AccessToken))})
		if err != nil {
			t.Fatal(err)
		}
		graph := &counter{RoundTripper: sb.Client().Transport}
		client.http.Transport = graph
		s, err := store.Open(dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		line := inbox.LineID(cfg.PNID)
		d := &silentDesk{Sandbox: sb, t: t, graph: graph, asha: sb.Customer("+919800000210").Named("Asha Rao")}
		d.open = func() (stop func()) {
			o, err := inbox.NewOwner(inbox.Config{Line: line, Journal: s.Journal(), Views: s.Views(), Decoder: DecoderFor(cfg.WABA), Gateway: client, Explain: Explain})
			if err != nil {
				t.Fatal(err)
			}
			hook, err = NewListener(ListenerConfig{Secrets: []Secret{NewSecret(cfg.AppSecret)}, VerifyToken: NewSecret(cfg.VerifyToken), Line: line, Intake: o})
			if err != nil {
				t.Fatal(err)
			}
			d.desk = o.Desk("priya")
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- o.Run(ctx) }()
			return func() {
				cancel()
				if err := <-ended; err != nil {
					t.Errorf("the owner ended with %v", err)
				}
			}
		}
		d.stop = d.open()
		defer func() {
			d.stop()
			for _, c := range []func() error{sb.Close, s.Close} {
				if err := c(); err != nil {
					t.Error(err)
				}
			}
		}()
		if err := sb.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.asha.Write("Is the 2 kg box in stock?")
		d.pass(time.Second)
		do(t, d)
	})
}

// away lets time go by with no owner running, and starts one again.
func (d *silentDesk) away(t time.Duration) {
	d.stop()
	time.Sleep(t)
	d.stop = d.open()
	d.pass(time.Minute)
}

// pass lets time go by, until all that it brings is done.
func (d *silentDesk) pass(t time.Duration) {
	time.Sleep(t)
	synctest.Wait()
}

func (d *silentDesk) reply(text string) {
	d.t.Helper()
	th, err := d.desk.Thread(d.t.Context(), "Asha Rao")
	if err != nil {
		d.t.Fatal(err)
	}
	oid := inbox.NewID()
	if _, err := d.desk.Do(d.t.Context(), oid, inbox.Send{Thread: th.ID, OID: inbox.OID(oid), Out: inbox.Outgoing{Type: "text", Text: text}}); err != nil {
		d.t.Fatal(err)
	}
	d.pass(time.Second)
}

// states are those of our messages, the oldest first.
func (d *silentDesk) states() (all []inbox.Message) {
	d.t.Helper()
	th, err := d.desk.Thread(d.t.Context(), "Asha Rao")
	if err != nil {
		d.t.Fatal(err)
	}
	page, err := d.desk.Messages(d.t.Context(), inbox.MessageQuery{Thread: th.ID})
	if err != nil {
		d.t.Fatal(err)
	}
	return slices.DeleteFunc(page.Messages, func(m inbox.Message) bool { return m.Direction != "out" })
}

// TestSilentMessagesAreAskedAbout: the webhooks of three replies are lost. Each is asked about at message history once, no
// sooner than after ten minutes, one after the other; what WhatsApp tells there is shown as if it had been told.
func TestSilentMessagesAreAskedAbout(t *testing.T) {
	onSilentDesk(t, func(t *testing.T, d *silentDesk) {
		d.Subscribe(false)
		for n := range 3 {
			d.reply(fmt.Sprint("reply ", n))
		}
		d.pass(9 * time.Minute)
		if got := d.graph.questions(); len(got) != 0 {
			t.Fatalf("asked about %v already", got)
		}
		for _, m := range d.states() {
			if m.Status != inbox.StatusAccepted {
				t.Errorf("%s is %s", m.Text, m.Status)
			}
		}
		d.pass(2 * time.Minute)
		var ids []string
		for _, x := range d.Sends() {
			if x.Type == "text" {
				ids = append(ids, x.WAMID)
			}
		}
		if got := d.graph.questions(); len(ids) != 3 || !slices.Equal(got, ids) {
			t.Errorf("asked about %v, want %v", got, ids)
		}
		for i, at := range d.graph.at {
			if i > 0 && at.Sub(d.graph.at[i-1]) < 2*time.Second {
				t.Errorf("question %d came %v after the one before", i, at.Sub(d.graph.at[i-1]))
			}
		}
		all := d.states()
		for _, m := range all {
			if s := m.StatusAt; m.Status != inbox.StatusRead || s.Read.Sub(m.At) > 10*time.Second || s.Sent.IsZero() || s.Delivered.IsZero() {
				t.Errorf("%s of %v is %s: %+v", m.Text, m.At, m.Status, s)
			}
		}
		d.Subscribe(true)
		d.pass(time.Hour)
		if got := d.graph.questions(); len(all) != 3 || len(got) != 3 {
			t.Errorf("%d questions about %d replies", len(got), len(all))
		}
	})
}

// TestASentMessageIsGivenHours: the customer's phone is off. That is asked about once, after hours, and the webhook counts
// that tells of the delivery afterwards.
func TestASentMessageIsGivenHours(t *testing.T) {
	onSilentDesk(t, func(t *testing.T, d *silentDesk) {
		d.asha.Offline(true)
		d.reply("Yes, two left.")
		d.away(5 * time.Hour)
		if all := d.states(); len(d.graph.questions()) != 0 || all[0].Status != inbox.StatusSent {
			t.Errorf("%s, asked %d times", all[0].Status, len(d.graph.questions()))
		}
		d.away(time.Hour)
		if all := d.states(); len(d.graph.questions()) != 1 || all[0].Status != inbox.StatusSent {
			t.Errorf("%s, asked %d times", all[0].Status, len(d.graph.questions()))
		}
		d.away(time.Hour) // no other owner asks again
		d.asha.Offline(false)
		d.pass(time.Minute)
		if all := d.states(); len(all) != 1 || all[0].Status != inbox.StatusRead || len(d.graph.questions()) != 1 {
			t.Errorf("%+v, asked %d times", all, len(d.graph.questions()))
		}
	})
}
