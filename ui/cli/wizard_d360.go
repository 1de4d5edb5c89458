package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"frontdesk/cloudapi"
)

// The steps of a number that 360dialog carries (cloud-api 10.1): one key for each number, no app and no challenge, and a
// secret path and header in the place of signatures.

var d360Steps = []wizardStep{
	{"API key", (*wizard).keyStep},
	{"Number", (*wizard).keyedNumberStep},
	{"Secret path and header", (*wizard).guardStep},
	{"Public address", (*wizard).addressStep},
	{"Webhooks", (*wizard).hookStep},
}

func (w *wizard) keyStep(ctx context.Context) error {
	return w.credentialStep(ctx, credential{
		name: "API key", short: "key", judge: (*wizard).judgeKey,
		where: "360dialog Hub > the number > Generate API key.",
	})
}

// judgeKey asks 360dialog which number the key is for.
func (w *wizard) judgeKey(ctx context.Context) finding {
	err := w.speak()
	if err != nil {
		return failed(err)
	}
	if w.keyed, err = w.client.Keyed(ctx); err != nil {
		return refused(err)
	}
	return fine("360dialog takes the key")
}

// keyedNumberStep takes the number that the key is for. Where 360dialog does not tell, it has to be given, and nothing but
// a webhook can prove it.
func (w *wizard) keyedNumberStep(ctx context.Context) error {
	id, told := firstOf(w.flags.number, w.doc.get(keyNumber)), w.keyed.Number
	switch {
	case told != "" && id != "" && id != told && w.flags.yes:
		return usage("--phone-number-id is %s, and the key is for %s; take the number's own key, or leave the id out", id, told)
	case told != "":
		id = told
		w.tell("number", fine("%s: the key is for it", id))
	default:
		for asked := id != ""; strings.Trim(id, "0123456789") != "" || id == ""; asked = true {
			if w.flags.yes {
				return usage("360dialog does not say which number the key is for; give --phone-number-id")
			}
			if !asked {
				w.ask.say("360dialog does not say which number the key is for. Its phone number id stands in the Hub, in the details of the number.")
			}
			var err error
			if id, err = w.ask.line(ctx, "Phone number id:"); err != nil {
				return err
			}
		}
		w.tell("number", doubtful("compare it with the Hub: webhooks of any other number are dropped", "%s, as you say", id))
	}
	w.number.ID = id
	w.doc.set(keyNumber, id)
	if w.keyed.Account != "" {
		w.doc.set(keyWABA, w.keyed.Account)
	}
	c := checkup{number: w.keyed.State}
	w.tell("health", c.healthLink(ctx))
	return nil
}

// guardStep makes up what proves a webhook: a path that nobody can guess and a header with a secret. What is there already
// stays when it is good enough.
func (w *wizard) guardStep(context.Context) error {
	secret, err := w.given(keyHeaderSecret, "", "")
	if err != nil {
		return err
	}
	made := []string{}
	if cfg := w.config(); cloudapi.CheckGuard(cfg.Webhook.Path, cloudapi.Guard{Header: cfg.Webhook.Header, Secret: cloudapi.NewSecret(secret)}) != nil {
		if len(strings.TrimPrefix(cfg.Webhook.Path, "/")) < cloudapi.LeastGuard {
			w.doc.set(keyPath, "/w/"+strings.ToLower(rand.Text()))
			made = append(made, "the path")
		}
		if len(secret) < cloudapi.LeastGuard {
			secret = strings.ToLower(rand.Text())
			w.doc.set(keyHeaderSecret+"_file", "")
			w.stays[keyHeaderSecret] = false
			made = append(made, "the secret")
		}
	}
	w.keep(keyHeaderSecret, secret)
	w.header = cloudapi.NewSecret(secret)
	cfg := w.config()
	if err := cloudapi.CheckGuard(cfg.Webhook.Path, cloudapi.Guard{Header: cfg.Webhook.Header, Secret: w.header}); err != nil {
		return err
	}
	if at := w.doc.get(keyAddress); at != "" && !strings.HasSuffix(at, cfg.Webhook.Path) {
		w.doc.set(keyAddress, "") // it leads to the path of before
	}
	says := fmt.Sprintf("webhooks are taken at %s…, with the secret in the header %s, and nowhere else", shortPath(cfg.Webhook.Path), cfg.Webhook.Header)
	if len(made) > 0 {
		says += "; " + strings.Join(made, " and ") + " are made up anew"
	}
	w.tell("guard", fine("%s", says))
	return nil
}

// shortPath is as much of a secret path as may stand on a screen.
func shortPath(p string) string { return p[:min(len(p), 7)] }

// hookStep tells 360dialog where to post and which header to send along.
func (w *wizard) hookStep(ctx context.Context) error {
	client, err := setupClient(w.config(), w.token)
	if err != nil {
		return err
	}
	defer client.Close()
	is, err := client.Hook(ctx)
	if err != nil {
		return w.inTrouble(err)
	}
	if w.proven == "" {
		w.tell("webhooks", unseen("360dialog can be told when there is a public address: run frontdesk init again"))
		return nil
	}
	_, guard := w.config().proof()
	f := hookFinding(is, w.proven, guard)
	if f.State != sound {
		w.ask.say("%s", f.Text)
		do := w.flags.subscribe
		if !do && !w.flags.yes {
			if do, err = w.ask.yes(ctx, "Let frontdesk set that at 360dialog?", true); err != nil {
				return err
			}
		}
		if !do {
			return w.hookByHand(guard)
		}
		if err := client.SetHook(ctx, is, w.proven, guard); err != nil {
			return w.inTrouble(err)
		}
		if is, err = client.Hook(ctx); err != nil {
			return w.inTrouble(err)
		}
		f = hookFinding(is, w.proven, guard)
	}
	w.tell("webhooks", f)
	if f.State != sound {
		return fmt.Errorf("360dialog did not keep what it was told; %s", f.Remedy)
	}
	return nil
}

// hookByHand says what to tell 360dialog. The secret is shown, since it must be typed there; not in a script, whose output
// is mostly kept.
func (w *wizard) hookByHand(guard cloudapi.Guard) error {
	if w.flags.yes {
		w.ask.say("360dialog was told nothing: run frontdesk init --subscribe, which tells it.")
		return nil
	}
	w.ask.say("Tell 360dialog, with your key in the place of KEY:")
	// In one line, however narrow the terminal is: it is there to be copied.
	fmt.Fprintf(w.ask.out, "    curl -X POST %s/v1/configs/webhook -H 'D360-API-KEY: KEY' -H 'Content-Type: application/json' -d '{\"url\":%q,\"headers\":{%q:%q}}'\n",
		firstOf(w.value(keyAPI), "https://waba-v2.360dialog.io"), w.proven, guard.Header, guard.Secret.Reveal())
	w.ask.say("Then: frontdesk doctor")
	return nil
}
