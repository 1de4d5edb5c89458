package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/inbox"
	"frontdesk/inbox/attach"
	"frontdesk/store"
)

// need is what a command wants of the store.
type need int

const (
	reading  need = iota // works with no owner, straight from the store
	writing              // works with no owner too: nothing is sent or received meanwhile (decisions 8)
	attached             // needs a running owner
)

// electionWait is how long a start waits for the lock before it looks for the owner's socket (network.md 2.2).
const electionWait = 300 * time.Millisecond

// connect gives a desk for a command: the running owner's, else one straight from the store, unless an owner is needed.
func (a *app) connect(ctx context.Context, n need) (inbox.Desk, func(), error) {
	cfg, err := a.load(nil)
	if err != nil {
		return nil, nil, err
	}
	d, err := dialOwner(ctx, cfg)
	if err == nil {
		return d, func() { _ = d.Close() }, nil
	}
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if errors.Is(err, attach.ErrSilent) {
		return nil, nil, err
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, nil, fmt.Errorf("%s may not be opened by this user; whoever runs the owner can add you to desk.agents and to the socket's group", cfg.socketPath())
	}
	if n == attached {
		return nil, nil, fmt.Errorf("nobody runs the inbox of %s; start it with frontdesk or frontdesk serve, then try again", cfg.DataDir)
	}
	s, err := openExisting(cfg, electionWait)
	if errors.Is(err, store.ErrLocked) { // an owner is starting or ending: its socket comes, or the lock does
		return a.connectSlowly(ctx, cfg, n)
	}
	if err != nil {
		return nil, nil, err
	}
	return deskOn(ctx, cfg, s, n)
}

func (a *app) connectSlowly(ctx context.Context, cfg Config, n need) (inbox.Desk, func(), error) {
	deadline := time.Now().Add(ownerLockWait)
	for {
		d, err := dialOwner(ctx, cfg)
		if err == nil {
			return d, func() { _ = d.Close() }, nil
		}
		if errors.Is(err, attach.ErrSilent) {
			return nil, nil, err
		}
		s, err := openExisting(cfg, electionWait)
		if err == nil {
			return deskOn(ctx, cfg, s, n)
		}
		if !errors.Is(err, store.ErrLocked) || time.Now().After(deadline) || ctx.Err() != nil {
			return nil, nil, err
		}
	}
}

// offline is what is needed of the inbox where nothing is sent.
func offline(cfg Config, s *store.Store) inbox.Config {
	return inbox.Config{
		Line: inbox.LineID(cfg.Account.PhoneNumberID), Journal: s.Journal(), Views: s.Views(), Vault: s.Vault(),
		Decoder: cloudapi.DecoderFor(cfg.Account.WABAID), Explain: cloudapi.Explain, PhoneDays: cfg.Inbox.LifelineDays,
	}
}

// noInbox says why there is none for this user.
func noInbox(cfg Config, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s may not be read by this user; check --data-dir and who owns it", cfg.DataDir)
	}
	return fmt.Errorf("there is no inbox in %s; check --data-dir, or start one with frontdesk", cfg.DataDir)
}

// openExisting opens the store for a command, which never makes a new one.
func openExisting(cfg Config, wait time.Duration) (*store.Store, error) {
	if _, err := os.Stat(filepath.Join(cfg.DataDir, "store.id")); err != nil {
		return nil, noInbox(cfg, err)
	}
	return openStore(cfg.DataDir, storeOptions(wait))
}

// dialOwner attaches to the running owner. Another user's process is one only where the configuration names its socket.
func dialOwner(ctx context.Context, cfg Config) (*attach.Desk, error) {
	d, err := attach.Dial(ctx, cfg.socketPath(), attach.Options{Agent: inbox.AgentID(cfg.Agent), App: version})
	if err == nil && cfg.Desk.Socket == "" && d.Owner() != os.Getuid() {
		return nil, errors.Join(fmt.Errorf("the process at %s belongs to user %d; name the socket with desk.socket if that is right", cfg.socketPath(), d.Owner()), d.Close())
	}
	return d, err
}

// deskOn gives a desk on a store that nobody else has, and what ends it. Nothing is sent and nothing is received.
func deskOn(ctx context.Context, cfg Config, s *store.Store, n need) (inbox.Desk, func(), error) {
	desk, end, err := localDesk(ctx, cfg, s, n)
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return desk, func() { end(); _ = s.Close() }, nil
}

func localDesk(ctx context.Context, cfg Config, s *store.Store, n need) (inbox.Desk, func(), error) {
	agent := inbox.AgentID(cfg.Agent)
	if cfg.Account.PhoneNumberID == "" {
		return nil, nil, usage("account.phone_number_id is missing; it says whose messages these are")
	}
	c := offline(cfg, s)
	var err error
	if c.Tariff, err = cfg.tariff(); err != nil {
		return nil, nil, err
	}
	if n == reading {
		desk, err := inbox.Offline(ctx, c, agent)
		return desk, func() {}, err
	}
	o, err := inbox.NewOwner(c)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	end := func() { cancel(); <-ended }
	if err := o.CaughtUp(ctx); err != nil {
		end()
		return nil, nil, err
	}
	return o.Desk(agent), end, nil
}
