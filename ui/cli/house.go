package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/inbox"
	"frontdesk/inbox/attach"
	"frontdesk/store"
)

// house is the owner with everything around it: the store, the listener, the client and the socket. There is one per
// data directory; the store's lock decides who has it.
type house struct {
	cfg    Config
	log    *slog.Logger
	logTo  io.Closer
	store  *store.Store
	client *cloudapi.Client
	owner  *inbox.Owner
	desks  *attach.Server
	hook   *cloudapi.Server
	socket net.Listener
}

// openHouse takes the store's lock within wait and builds the house. Nothing runs until run. When somebody else has the
// lock the error is store.ErrLocked. also is a second place for the log; nil for none.
func openHouse(ctx context.Context, cfg Config, level string, wait time.Duration, also io.Writer) (h *house, err error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	collectLess()
	h = &house{cfg: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close())
		}
	}()
	o := storeOptions(wait)
	o.Clock = cfg.Clock
	if h.store, err = openStore(cfg.DataDir, o); err != nil {
		return h, err
	}
	if h.log, h.logTo, err = openLog(cfg.DataDir, level, also); err != nil {
		return h, err
	}
	h.trust()
	if h.client, err = newClient(cfg, h.log); err != nil {
		return h, err
	}
	tariff, err := cfg.tariff()
	if err != nil {
		return h, err
	}
	h.owner, err = inbox.NewOwner(inbox.Config{
		Line: inbox.LineID(cfg.Account.PhoneNumberID), Journal: h.store.Journal(), Views: h.store.Views(), Vault: h.store.Vault(), Media: cfg.Media,
		Decoder: cloudapi.DecoderFor(cfg.Account.WABAID), Gateway: h.client, Explain: cloudapi.Explain,
		Clock: cfg.Clock, Holder: holder(), Receipts: inbox.Receipts(cfg.Inbox.ReadReceipts), PhoneDays: cfg.Inbox.LifelineDays, AlertEvery: cfg.UI.NotifyRepeat, Tariff: tariff, Log: h.log,
	})
	if err != nil {
		return h, err
	}
	secrets, guard := cfg.proof()
	listener, err := cloudapi.NewListener(cloudapi.ListenerConfig{
		Path: cfg.Webhook.Path, Secrets: secrets, Guard: guard, VerifyToken: cfg.Account.VerifyToken,
		Line: inbox.LineID(cfg.Account.PhoneNumberID), Intake: h.owner, Clock: cfg.Clock, Log: h.log,
	})
	if err != nil {
		return h, err
	}
	if h.hook, err = listenSoon(ctx, cfg, listener, h.log); err != nil {
		return h, err
	}
	h.desks = &attach.Server{Desk: h.desk, Admit: admit(cfg), Log: h.log}
	h.socket, err = attach.Listen(cfg.socketPath(), cfg.hasTeam())
	return h, err
}

// storeOptions are those of every opening. A check after an unclean stop gets ten seconds (decisions 7).
func storeOptions(wait time.Duration) store.Options {
	return store.Options{LockTimeout: wait, CheckLimit: 10 * time.Second, Compact: true, ViewsLayout: inbox.ViewsLayout}
}

// openStore opens a store, and names the command that does what a refusal advises.
func openStore(dir string, o store.Options) (*store.Store, error) {
	s, err := store.Open(dir, o)
	var refused *store.Refusal
	if errors.As(err, &refused) {
		switch refused.Kind {
		case store.Lost, store.Damaged, store.Foreign:
			return nil, fmt.Errorf("%w (frontdesk check --set-aside renames its files, and deletes none)", err)
		case store.NoIdentity:
			return nil, fmt.Errorf("%w (frontdesk check --restored does that)", err)
		}
	}
	return s, err
}

// trust acts on what the start of the store found.
func (h *house) trust() {
	o := h.store.Opening()
	h.log.Info("store opened", "first", o.First, "clean", o.Clean, "checked", string(o.Checked), "took", o.Took.String())
	if o.Views != "" && !o.First {
		h.log.Warn("the views are made anew from the journal", "why", o.Views)
	}
	if len(o.Damaged) > 0 {
		h.log.Error("journal entries are damaged", "count", len(o.Damaged))
	}
}

// listenSoon binds the webhook port. The owner before us may still be letting go of it, so it tries for five seconds.
func listenSoon(ctx context.Context, cfg Config, h http.Handler, log *slog.Logger) (*cloudapi.Server, error) {
	deadline := time.Now().Add(ownerLockWait)
	for {
		s, err := cloudapi.Listen(cloudapi.ServerConfig{
			Listen: cfg.Webhook.Listen, Handler: h, Log: log,
			TLS: cloudapi.TLSConfig{CertFile: cfg.Webhook.CertFile, KeyFile: cfg.Webhook.KeyFile, Domain: cfg.Webhook.Domain,
				CacheDir: filepath.Join(cfg.DataDir, "acme")},
		})
		if err == nil || !portTaken(err) || time.Now().After(deadline) {
			return s, err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// run serves until ctx ends or a part fails, then ends all of them within two seconds.
func (h *house) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var once sync.Once
	var first error
	for _, part := range []func(context.Context) error{
		h.owner.Run,
		h.hook.Serve,
		h.serveDesks,
		h.mend,
	} {
		wg.Go(func() {
			if err := part(ctx); err != nil && !errors.Is(err, context.Canceled) {
				once.Do(func() { first = err })
			}
			cancel()
		})
	}
	h.log.Info("owner started", "listen", h.hook.Addr().String(), "pid", os.Getpid(), "version", version)
	wg.Wait()
	h.log.Info("owner ended")
	return first
}

// caughtUpWait is how long those who attach wait for views that a crash left behind: less than they wait for an answer
// to their greeting. Views that are made anew take longer, and are then shown as they grow.
const caughtUpWait = 4 * time.Second

func (h *house) serveDesks(ctx context.Context) error {
	wait, cancel := context.WithTimeout(ctx, caughtUpWait)
	defer cancel()
	if err := h.owner.CaughtUp(wait); err != nil && ctx.Err() == nil {
		h.log.Warn("desks are served while the views catch up with the journal")
	}
	return h.desks.Serve(ctx, h.socket)
}

// mend brings back a journal that has stopped because the outcome of a write was unknown (merge-rules 9.4). Until then
// nothing is acknowledged and nothing is sent.
func (h *house) mend(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		why := h.store.Err()
		if why == nil {
			continue
		}
		h.log.Error("the journal has stopped", "err", why)
		if err := h.store.Recover(ctx); err != nil {
			h.log.Error("the journal could not be brought back", "err", err)
			var refused *store.Refusal
			if errors.As(err, &refused) {
				return err
			}
			continue
		}
		h.log.Info("the journal was brought back")
	}
}

// where says, for whoever started it, where webhooks go and where the log is.
func (h *house) where() string {
	scheme := "http"
	if h.cfg.Webhook.Domain != "" || h.cfg.Webhook.CertFile != "" {
		scheme = "https"
	}
	return fmt.Sprintf("webhooks are taken at %s://%s%s; the log is %s", scheme, h.hook.Addr(), h.cfg.Webhook.Path, filepath.Join(h.cfg.DataDir, "frontdesk.log"))
}

func (h *house) close() error {
	var errs []error
	if h.socket != nil {
		if err := h.socket.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if h.client != nil {
		h.client.Close()
	}
	if h.store != nil {
		errs = append(errs, h.store.Close())
	}
	if h.logTo != nil {
		errs = append(errs, h.logTo.Close())
	}
	return errors.Join(errs...)
}

// desk gives one person their desk.
func (h *house) desk(p attach.Person) inbox.Desk { return h.owner.DeskFor(p.Agent, p.Role) }

// own is the desk of whoever runs this process.
func (h *house) own() inbox.Desk {
	return h.desk(attach.Person{Agent: inbox.AgentID(h.cfg.Agent), Role: inbox.Lead})
}

// admit knows people: the owner's own user under the name that the terminal gives, others by desk.agents.
func admit(cfg Config) func(uid int, name string) (attach.Person, error) {
	return func(uid int, name string) (attach.Person, error) {
		if uid == os.Getuid() {
			if name == "" {
				name = cfg.Agent
			}
			return attach.Person{Agent: inbox.AgentID(inbox.Clean(name)), Role: inbox.Lead}, nil
		}
		for _, p := range cfg.Desk.Agents {
			if p.UID != nil && *p.UID == uid {
				role := inbox.Role(p.Role)
				if role == "" {
					role = inbox.Member
				}
				return attach.Person{Agent: inbox.AgentID(p.Name), Role: role}, nil
			}
		}
		return attach.Person{}, fmt.Errorf("user %d is not in desk.agents of the owner's configuration", uid)
	}
}

func newClient(cfg Config, log *slog.Logger) (*cloudapi.Client, error) {
	token := cloudapi.StaticToken(cfg.Account.AccessToken)
	if cfg.Account.TokenFile != "" && os.Getenv("CREDENTIALS_DIRECTORY") == "" {
		var err error
		if token, err = cloudapi.FileToken(cfg.Account.TokenFile); err != nil {
			return nil, usage("account.access_token_file: %w", err)
		}
	}
	var proof cloudapi.Secret
	if secrets, _ := cfg.proof(); len(secrets) > 0 {
		proof = secrets[0]
	}
	return cloudapi.NewClient(cloudapi.ClientConfig{
		Provider: cfg.Account.Provider, BaseURL: cfg.Account.BaseURL, Version: cfg.Account.Version, WABA: cfg.Account.WABAID,
		Token: token, AppSecret: proof, Hosts: cfg.Hosts, Clock: cfg.Clock, Log: log,
	})
}

// proof is what tells webhooks from forged ones: Meta signs them with the app's secret, 360dialog sends a header along.
func (c Config) proof() ([]cloudapi.Secret, cloudapi.Guard) {
	if c.Account.Provider == cloudapi.ProviderD360 {
		return nil, cloudapi.Guard{Header: c.Webhook.Header, Secret: c.Webhook.HeaderSecret}
	}
	return c.Account.AppSecrets, cloudapi.Guard{}
}

func (c Config) socketPath() string {
	if c.Desk.Socket != "" {
		return c.Desk.Socket
	}
	return attach.SocketPath(c.DataDir)
}

// hasTeam reports whether people with other user ids may come to the socket.
func (c Config) hasTeam() bool {
	return slices.ContainsFunc(c.Desk.Agents, func(p Person) bool { return p.UID != nil })
}

func holder() string { return fmt.Sprintf("process %d of %s", os.Getpid(), userName()) }
