package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
	"frontdesk/ui"

	"github.com/spf13/cobra"
)

func (a *app) demoCmd() *cobra.Command {
	var d demo
	var length time.Duration
	var at, scene string
	c := &cobra.Command{
		Use: "demo", Short: "The whole program against a practice WhatsApp: no account, no token", Args: noArgs,
		Long: "A hotel front desk against a practice WhatsApp on this machine: customers write, somebody answers from the\n" +
			"phone, you answer here. Only the far side is played; the webhooks, the store and the sending are the real\n" +
			"ones. The data is thrown away at the end unless --data-dir is given. --headless plays it without a screen, with\n" +
			"an agent that answers by itself, and ends with a summary. --scene link plays the first hour of a number that was\n" +
			"just linked: the listener is proven, the contacts and half a year of history come while guests go on writing, the\n" +
			"phone is changed and connected again; link-declined is a shop that shares no history. --scene identity has guests\n" +
			"who are known by several numbers and names: spelled otherwise, hidden behind a username, new, or the office's.",
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case length < 0, length == 0 && c.Flags().Changed("for"):
				return usage("--for is %s; it must be longer than nothing, for example 30s", length)
			case d.headless && length == 0:
				return usage("--headless never ends by itself; say for how long, for example --for 30s")
			}
			var err error
			if d.scene, err = sandbox.SceneNamed(scene); err != nil {
				return usage("--scene is %q; %w", scene, err)
			}
			if err := d.startAt(at); err != nil {
				return err
			}
			ctx := c.Context()
			if length > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeoutCause(ctx, length, errDemoOver)
				defer cancel()
			}
			d.app, d.lines = a, a.inLines(c, os.Getenv)
			return endless(ctx, d.run(ctx))
		},
	}
	a.screenFlags(c)
	f := c.Flags()
	f.BoolVar(&d.headless, "headless", false, "without a screen; needs --for")
	f.DurationVar(&length, "for", 0, "end after this long, for example 30s")
	f.StringVar(&scene, "scene", "hotel", "what is played: "+strings.Join(sandbox.SceneNames(), ", "))
	f.Float64Var(&d.speed, "speed", 1, "how fast")
	_ = f.MarkHidden("speed") // the ticks of a screen do not follow it
	f.Uint64Var(&d.seed, "seed", 1, "which play of the scene")
	f.StringVar(&at, "at", "", "what all its clocks show at the start, for example 2026-08-18T09:30:00 (default now)")
	return c
}

// errDemoOver is why a demo with --for ends: no failure.
var errDemoOver = errors.New("the demo is over")

// demo is the far side, played, and the near side, real.
type demo struct {
	app      *app
	headless bool
	lines    bool // line by line, not on a screen
	seed     uint64
	scene    sandbox.Scene
	speed    float64
	start    time.Time   // what its clocks show at the start; zero for the true time
	clock    inbox.Clock // of the near side; nil for the machine's
}

// startAt makes all clocks of the demo show a time, so that a play with the same seed looks the same on any day.
func (d *demo) startAt(at string) error {
	if at == "" {
		return nil
	}
	start, err := time.ParseInLocation("2006-01-02T15:04:05", at, time.Local)
	if err != nil {
		return usage("--at %q is no time; write it as 2026-08-18T09:30:00", at)
	}
	began := time.Now()
	d.start, d.clock = start, func() time.Time { return start.Add(time.Since(began)) }
	return nil
}

func (d *demo) run(ctx context.Context) (err error) {
	if !d.headless && !d.lines {
		if err := d.app.needTerminal(); err != nil {
			return err
		}
	}
	dir, cleanup, err := d.dataDir()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cleanup()) }()

	sb, err := sandbox.New(sandbox.Config{Seed: d.seed, Start: d.start, Speed: d.speed, Scene: d.scene, VerifiedName: "Hotel Mirador"})
	if err != nil {
		return err
	}
	// The play outlives ctx until the near side has ended, as WhatsApp does.
	if err := sb.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sb.Close()) }()

	cfg, err := d.config(dir, sb)
	if err != nil {
		return err
	}
	h, err := openHouse(ctx, cfg, d.app.logLevel, ownerLockWait, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	houseCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	var runErr error
	running.Go(func() { runErr = h.run(houseCtx) })
	defer func() {
		stop()
		running.Wait()
		err = errors.Join(err, runErr)
	}()

	callback := "http://" + h.hook.Addr().String() + cfg.Webhook.Path
	if err := sb.SetCallback(ctx, callback, sb.Config().VerifyToken); err != nil {
		return fmt.Errorf("the practice WhatsApp cannot reach the listener: %w", err)
	}
	if err := saveDemoReplies(ctx, h.own()); err != nil {
		return err
	}
	if strings.HasPrefix(d.scene.Name(), sandbox.FirstHour(false).Name()) {
		end, startErr := d.firstHour(ctx, h.own(), cfg, callback)
		if startErr != nil {
			return startErr
		}
		defer func() { err = errors.Join(err, end()) }()
	}
	if d.headless {
		return d.playAlone(ctx, h.own(), sb)
	}
	if d.lines {
		err = d.app.speak(ctx, cfg, h.own())
	} else {
		screen := d.app.screen(cfg, h.own())
		screen.Teach = true
		err = ui.Run(ctx, screen)
	}
	if errors.Is(err, errDemoOver) {
		return nil
	}
	return err
}

// dataDir is a temporary directory, or the one asked for, which is kept.
func (d *demo) dataDir() (string, func() error, error) {
	if d.app.dataDir != "" {
		return d.app.dataDir, func() error { return nil }, nil
	}
	dir, err := os.MkdirTemp("", "frontdesk-demo-")
	if err != nil {
		return "", nil, err
	}
	return dir, func() error { return os.RemoveAll(dir) }, nil
}

// config is that of a number linked to the sandbox. What people may have configured for their own number stays out of
// it, but for the look.
func (d *demo) config(dir string, sb *sandbox.Sandbox) (Config, error) {
	cfg, err := defaults()
	if err != nil {
		return cfg, err
	}
	c := sb.Config()
	cfg.DataDir, cfg.Clock = dir, d.clock
	cfg.Account.BaseURL, cfg.Account.PhoneNumberID, cfg.Account.WABAID = sb.URL(), c.PNID, c.WABA
	cfg.Account.AccessToken = cloudapi.NewSecret(c.AccessToken)
	cfg.Account.VerifyToken = cloudapi.NewSecret(c.VerifyToken)
	cfg.Account.AppSecrets = []cloudapi.Secret{cloudapi.NewSecret(c.AppSecret)}
	cfg.Webhook.Listen = "127.0.0.1:0"
	return cfg, nil
}

// playAlone answers as a person would until ctx ends, then says what came of it.
func (d *demo) playAlone(ctx context.Context, desk inbox.Desk, sb *sandbox.Sandbox) error {
	agent := demoAgent{desk: desk, answered: map[inbox.ThreadID]time.Time{}}
	if err := agent.run(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	if ctx.Err() != nil && !errors.Is(context.Cause(ctx), errDemoOver) {
		return ctx.Err()
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	s, err := summarise(end, desk)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(d.app.out, "demo: %s; %d webhooks delivered\n", s, sb.Traffic().Delivered)
	if err == nil && s.uncertain > 0 {
		err = fmt.Errorf("%d replies have an unknown outcome although nothing was made to fail", s.uncertain)
	}
	return err
}
