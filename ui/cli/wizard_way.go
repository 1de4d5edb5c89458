package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"frontdesk/cloudapi"
)

// The last two steps: how WhatsApp reaches the listener, and what it is to report.

// addressStep tests the public address with the listener in place, for as long as it takes.
func (w *wizard) addressStep(ctx context.Context) error {
	end, err := w.listen(ctx)
	if err != nil {
		return err
	}
	defer end()
	cfg := w.config()
	address := firstOf(w.flags.address, w.doc.get(keyAddress))
	if address == "" && cfg.Webhook.Domain != "" {
		address = "https://" + cfg.Webhook.Domain
	}
	for asked := false; ; asked = true {
		if address == "" {
			if w.flags.yes {
				w.tell("address", unseen("not given, so %s cannot reach the listener yet (--address)", w.carrier()))
				return nil
			}
			if !asked {
				w.ask.say("%s posts to an https address that leads to http://%s. For daily use a name of your own; for a trial a tunnel, started in another terminal:", w.carrier(), cfg.Webhook.Listen)
				for _, c := range tunnels(cfg) {
					w.ask.say("    %s", c)
				}
			}
			if address, err = w.ask.line(ctx, "Public address (enter: later):"); err != nil {
				return err
			}
			if address == "" {
				w.tell("address", unseen("left for later: frontdesk init asks again, frontdesk doctor tests it"))
				return nil
			}
		}
		address = publicAddress(cfg, address)
		f := w.judgeAddress(ctx, cfg, address)
		if f.State != broken {
			w.doc.set(keyAddress, address)
			w.proven = address
			return nil
		}
		if w.flags.yes {
			return refusedInScript(f, "--address")
		}
		if ctx.Err() != nil {
			return errInterrupted
		}
		address = ""
	}
}

// listen puts a listener in place, unless an owner has one there.
func (w *wizard) listen(ctx context.Context) (end func(), err error) {
	for {
		cfg := w.config()
		if d, err := dialOwner(ctx, cfg); err == nil {
			_ = d.Close()
			return func() {}, nil
		}
		end, err := listenMeanwhile(ctx, cfg)
		if err == nil {
			w.tell("listener", fine("listens at %s for the test", cfg.Webhook.Listen))
			return end, nil
		}
		w.tell("listener", failed(err))
		if w.flags.yes {
			return nil, err
		}
		other, err := w.ask.line(ctx, "Listen at (host:port):")
		if err != nil {
			return nil, err
		}
		w.doc.set(keyListen, other)
	}
}

func (w *wizard) judgeAddress(ctx context.Context, cfg Config, address string) finding {
	c, answers := callback(cfg, address), "%s answers the challenge"
	look := c.Challenge
	if w.over360dialog() { // which shows no challenge
		look, answers = func(context.Context) error { return c.Check() }, "%s"
	}
	if err := look(ctx); err != nil {
		f := failed(err)
		w.tell("address", f)
		return f
	}
	w.tell("address", fine(answers, address))
	if err := c.Event(ctx); err != nil {
		f := failed(err)
		w.tell("event", f)
		return f
	}
	f := fine("a signed test event came through, byte for byte; nothing of it is stored")
	if w.over360dialog() {
		f = fine("a test event with the secret header came through; nothing of it is stored")
	}
	w.tell("event", f)
	return f
}

// webhooksStep looks at what WhatsApp reports and to whom, and changes it when it is asked to.
func (w *wizard) webhooksStep(ctx context.Context) error {
	app, err := appClient(w.config(), w.grant.App, w.secret)
	if err != nil {
		return err
	}
	defer app.Close()
	client, err := setupClient(w.config(), w.token) // which knows the account by now
	if err != nil {
		return err
	}
	defer client.Close()
	sub, err := app.Subscription(ctx, w.grant.App)
	if err != nil {
		return w.inTrouble(err)
	}
	apps, err := client.SubscribedApps(ctx)
	if err != nil {
		return w.inTrouble(err)
	}
	at, err := client.CallbackOf(ctx, w.number.ID)
	if err != nil {
		return w.inTrouble(err)
	}
	fields := cloudapi.AllFields()
	missing := sub.Lacks(fields)
	subscribed := slices.ContainsFunc(apps, func(a cloudapi.AppOf) bool { return a.ID == w.grant.App })
	if subscribed && len(missing) == 0 && (w.proven == "" || at == w.proven) {
		f := fine("subscribed to all that is needed; WhatsApp posts to %s", at)
		if at == "" {
			f = unseen("subscribed to all that is needed; WhatsApp has no address to post to until frontdesk init is given one")
		}
		w.tell("webhooks", f)
		return nil
	}
	if !subscribed {
		w.ask.say("The app %s is not subscribed to the account.", appName(w.grant))
	}
	if len(missing) > 0 {
		w.ask.say("Fields not subscribed: %s", strings.Join(missing, ", "))
	}
	switch {
	case w.proven != "" && at == "":
		w.ask.say("WhatsApp has no address to post to.")
	case w.proven != "" && at != w.proven:
		w.ask.say("WhatsApp posts to %s, not to %s", at, w.proven)
	}
	do := w.flags.subscribe
	if !do && !w.flags.yes {
		if do, err = w.ask.yes(ctx, "Let frontdesk set that at WhatsApp?", true); err != nil {
			return err
		}
	}
	if !do {
		return w.byHand(missing)
	}
	return w.subscribe(ctx, app, client, sub, subscribed, at)
}

// subscribe sets what is missing. WhatsApp asks for the challenge meanwhile, so a listener must be there.
func (w *wizard) subscribe(ctx context.Context, app, client *cloudapi.Client, sub cloudapi.Subscription, subscribed bool, at string) error {
	cfg := w.config()
	fields := cloudapi.AllFields()
	end, err := w.listenQuietly(ctx, cfg)
	if err != nil {
		return err
	}
	defer end()
	if !subscribed {
		if err := client.SubscribeApp(ctx); err != nil {
			return w.inTrouble(err)
		}
		w.tell("subscription", fine("the app %s is subscribed to the account", appName(w.grant)))
	}
	target := w.proven
	if target == "" && len(sub.Lacks(fields)) > 0 && sub.Callback == "" {
		w.tell("fields", unseen("they can be subscribed when there is a public address: run frontdesk init again"))
		return nil
	}
	// The app may serve other numbers: an address that is another one's stays, and only this number's goes elsewhere.
	appCallback := firstOf(sub.Callback, target)
	ours := appCallback == target
	if len(sub.Lacks(fields)) > 0 && !ours {
		return w.byHand(sub.Lacks(fields)) // the app's own verify token is not known here
	}
	if target != "" && ours && (len(sub.Lacks(fields)) > 0 || sub.Callback == "") {
		f, err := w.subscribeFields(ctx, app, target, cfg.Account.VerifyToken)
		if err != nil {
			return w.inTrouble(err)
		}
		w.tell("fields", f)
	}
	if now, err := client.CallbackOf(ctx, w.number.ID); err == nil && target != "" && now != target {
		if err := client.OverrideCallback(ctx, w.number.ID, target, cfg.Account.VerifyToken); err != nil {
			return w.inTrouble(err)
		}
		w.tell("callback", fine("WhatsApp posts this number's webhooks to %s; the app's own address stays %s", target, firstOf(sub.Callback, "unset")))
		return nil
	}
	w.tell("callback", fine("WhatsApp posts to %s", firstOf(target, at)))
	return nil
}

// subscribeFields asks for all fields. WhatsApp refuses all of them for one that it does not have, as it does with some
// versions of its API: then those that are needed are asked for alone.
func (w *wizard) subscribeFields(ctx context.Context, app *cloudapi.Client, callback string, verify cloudapi.Secret) (finding, error) {
	all := cloudapi.AllFields()
	err := app.Subscribe(ctx, w.grant.App, callback, verify, all)
	if err == nil {
		return fine("%s", strings.Join(all, ", ")), nil
	}
	if api, ok := errors.AsType[*cloudapi.APIError](err); !ok || api.Code != 100 {
		return finding{}, err
	}
	if less := app.Subscribe(ctx, w.grant.App, callback, verify, cloudapi.NeededFields); less != nil {
		return finding{}, err
	}
	return doubtful("subscribe in the app dashboard > WhatsApp > Configuration what is there of: "+strings.Join(cloudapi.UsefulFields, ", "),
		"%s; WhatsApp does not take the others in one request", strings.Join(cloudapi.NeededFields, ", ")), nil
}

// keepSecrets moves the secrets out of the configuration into the keyring, when that is wanted. They leave the one only
// when they are in the other.
func (w *wizard) keepSecrets() error {
	if !w.flags.keyring {
		return nil
	}
	var moved []string
	for _, key := range secretKeys {
		value := w.doc.get(key)
		if value == "" {
			continue
		}
		if err := toKeyring(key[strings.LastIndexByte(key, '.')+1:], w.number.ID, value); err != nil {
			return fmt.Errorf("the secrets cannot go to the system keyring: %w; run frontdesk init without --keyring to keep them in the file", err)
		}
		moved = append(moved, key)
	}
	for _, key := range moved {
		w.doc.set(key, "")
	}
	if len(moved) > 0 {
		w.tell("secrets", fine("%s in the system keyring", pluralOf(len(moved), "secret", "secrets")))
	}
	return nil
}

func (w *wizard) listenQuietly(ctx context.Context, cfg Config) (func(), error) {
	if d, err := dialOwner(ctx, cfg); err == nil {
		_ = d.Close()
		return func() {}, nil
	}
	return listenMeanwhile(ctx, cfg)
}

// byHand says what to do in the dashboard. The verify token is shown, since it must be typed there.
func (w *wizard) byHand(missing []string) error {
	w.ask.say("In the app dashboard > WhatsApp > Configuration:")
	w.ask.say("    callback URL  %s", firstOf(w.doc.get(keyAddress), "your public address"))
	w.ask.say("    verify token  %s", w.verify.Reveal())
	if len(missing) > 0 {
		w.ask.say("    subscribe     %s", strings.Join(missing, ", "))
	}
	w.ask.say("The inbox must run when you save it there: frontdesk serve. Then: frontdesk doctor")
	return nil
}

func (w *wizard) inTrouble(err error) error {
	says, next := cloudapi.Trouble(err)
	return fmt.Errorf("%s; %s", says, firstOf(next, "run frontdesk init to try again"))
}

// finish puts the draft in the configuration's place.
func (w *wizard) finish(ctx context.Context) error {
	if err := w.keepSecrets(); err != nil {
		return err
	}
	if err := w.doc.write(w.file); err != nil {
		return err
	}
	if err := os.Remove(w.draft); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	w.ask.say("")
	w.ask.say("%s is written; only you can read it.", w.shown())
	if w.proven != "" {
		cfg, err := loadConfig(overrides{file: w.file, dataDir: w.app.dataDir})
		if err == nil {
			err = recordProof(ctx, cfg, w.proven, true)
		}
		if err != nil {
			w.ask.say("That the address was tested could not be kept (%s); frontdesk doctor does it later.", oneLine(err))
		}
	}
	w.ask.say("Now: frontdesk opens the inbox, frontdesk serve runs it without a screen, frontdesk doctor tests every link.")
	w.ask.say("Then write to %s from another phone.", firstOf(w.number.Display, "the number"))
	return nil
}
