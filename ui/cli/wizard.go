package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/inbox"
)

// wizard connects a number, step by step. What a step has verified is written to the draft before the next begins.
type wizard struct {
	app   *app
	flags setupFlags
	file  string // the configuration that comes of it
	draft string // what is verified so far
	ask   prompter

	doc    configDoc
	stays  map[string]bool // secrets that have a place of their own: the keyring
	token  cloudapi.Secret
	secret cloudapi.Secret
	verify cloudapi.Secret
	header cloudapi.Secret // in the place of an app secret, where webhooks are not signed
	client *cloudapi.Client
	grant  cloudapi.Grant
	keyed  cloudapi.Keyed // what 360dialog tells in its place
	number cloudapi.ListedNumber
	proven string // the address that answered
}

// wizardStep is one thing that is asked for and verified.
type wizardStep struct {
	name string
	do   func(*wizard, context.Context) error
}

// wizardSteps are those of a number at Meta, in their order.
var wizardSteps = []wizardStep{
	{"Access token", (*wizard).tokenStep},
	{"Number", (*wizard).numberStep},
	{"App secret", (*wizard).secretStep},
	{"Public address", (*wizard).addressStep},
	{"Webhooks", (*wizard).webhooksStep},
}

func (w *wizard) run(ctx context.Context) error {
	defer func() {
		if w.client != nil {
			w.client.Close()
		}
	}()
	if err := w.begin(ctx); err != nil {
		return err
	}
	steps := wizardSteps
	if w.over360dialog() {
		steps = d360Steps
	}
	for i, step := range steps {
		w.ask.say("")
		w.ask.say("Step %d of %d: %s", i+1, len(steps), step.name)
		if err := step.do(w, ctx); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return errInterrupted
		}
		if err := w.doc.write(w.draft); err != nil {
			return err
		}
	}
	return w.finish(ctx)
}

// begin finds what there is already, and lets the checklist be read where there is nothing.
func (w *wizard) begin(ctx context.Context) error {
	from := w.file
	_, err := os.Stat(w.file)
	there := err == nil
	if there && !w.flags.overwrite {
		if w.flags.yes {
			return usage("%s is there already; --overwrite lets init change it", w.file)
		}
		change, err := w.ask.yes(ctx, fmt.Sprintf("There is a configuration at %s. Check it, and change what does not work?", w.shown()), false)
		if err != nil {
			return err
		}
		if !change {
			return errors.New("nothing was changed; frontdesk doctor tests the configuration without changing it")
		}
	}
	if _, err := os.Stat(w.draft); err == nil {
		from = w.draft
		w.ask.say("Going on from what was checked before (%s).", tilde(w.draft))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if w.doc, err = readConfigDoc(from); err != nil {
		return err
	}
	switch w.flags.provider {
	case "":
	case cloudapi.ProviderMeta, cloudapi.ProviderD360:
		w.doc.set(keyProvider, w.flags.provider)
	default:
		return usage("--provider is %q; it is %s or %s", w.flags.provider, cloudapi.ProviderMeta, cloudapi.ProviderD360)
	}
	if w.flags.api != "" {
		w.doc.set(keyAPI, w.flags.api)
	}
	if w.flags.listen != "" {
		w.doc.set(keyListen, w.flags.listen)
	}
	if there || from == w.draft || w.flags.yes {
		return nil
	}
	return w.readChecklist(ctx)
}

func (w *wizard) readChecklist(ctx context.Context) error {
	w.ask.say("This connects a WhatsApp number that stays on its phone. Five steps; ctrl+c loses nothing.")
	w.ask.say("To try frontdesk without a number: frontdesk demo")
	w.ask.say("")
	w.ask.checklist()
	read, err := w.ask.yes(ctx, "Is all of that so, or is the number linked already?", false)
	if err != nil {
		return err
	}
	if !read {
		return errors.New("nothing was changed; come back with frontdesk init when it is")
	}
	return w.askProvider(ctx)
}

// askProvider asks who carries the number, unless that is told or follows from the address that is asked.
func (w *wizard) askProvider(ctx context.Context) error {
	if w.value(keyProvider) != "" || w.value(keyAPI) != "" {
		return nil
	}
	for {
		s, err := w.ask.line(ctx, "Who carries the number: Meta, or 360dialog? [Meta]")
		switch {
		case err != nil:
			return err
		case s == "" || strings.EqualFold(s, cloudapi.ProviderMeta):
			return nil
		case strings.EqualFold(s, cloudapi.ProviderD360) || s == "360":
			w.doc.set(keyProvider, cloudapi.ProviderD360)
			return nil
		}
		w.ask.say("Please answer Meta or 360dialog. With your own app at Meta, or a provider whose API is Meta's, it is Meta.")
	}
}

func (w *wizard) over360dialog() bool { return w.value(keyProvider) == cloudapi.ProviderD360 }

// carrier is who carries the number, for people.
func (w *wizard) carrier() string {
	if w.over360dialog() {
		return cloudapi.ProviderD360
	}
	return "WhatsApp"
}

// config is what the answers so far come to.
func (w *wizard) config() Config {
	cfg, _ := defaults()
	cfg.File = w.file
	cfg.DataDir = firstOf(w.app.dataDir, w.value("data_dir"), cfg.DataDir)
	a := &cfg.Account
	a.BaseURL, a.PhoneNumberID, a.WABAID = w.value(keyAPI), w.doc.get(keyNumber), w.doc.get(keyWABA)
	a.Provider = firstOf(w.value(keyProvider), a.Provider)
	a.Version = firstOf(w.value("account.api_version"), a.Version)
	a.AccessToken, a.VerifyToken = w.token, w.verify
	if !w.secret.IsZero() {
		a.AppSecrets = []cloudapi.Secret{w.secret}
	}
	h := &cfg.Webhook
	h.Listen, h.Path = firstOf(w.value(keyListen), h.Listen), firstOf(w.value(keyPath), h.Path)
	h.Header, h.HeaderSecret = firstOf(w.value(keyHeader), h.Header), w.header
	h.Domain, h.CertFile, h.KeyFile = w.value("webhook.tls.domain"), w.value("webhook.tls.cert_file"), w.value("webhook.tls.key_file")
	return cfg
}

// value is what holds for a key: the environment stands above the file.
func (w *wizard) value(key string) string { return firstOf(os.Getenv(envName(key)), w.doc.get(key)) }

// tell writes a finding the way doctor does.
func (w *wizard) tell(check string, f finding) {
	f.Check = check
	_ = newFindingPrinter(w.app).print(f)
}

// given is a secret that needs not be asked for: from a flag's file, from the draft or the configuration, from the
// environment.
func (w *wizard) given(key, flag, file string) (string, error) {
	if file != "" {
		path, value, err := readSecretFlag(flag, file)
		if err != nil {
			return "", err
		}
		w.doc.set(key+"_file", path)
		w.doc.set(key, "")
		return value, nil
	}
	if file := w.doc.get(key + "_file"); file != "" {
		s, err := readSecretFile(file)
		return s.Reveal(), err
	}
	if v := w.doc.get(key); v != "" {
		return v, nil
	}
	s, from, err := findSecret(key[strings.LastIndexByte(key, '.')+1:], "", envName(key), "", w.doc.get(keyNumber))
	w.stays[key] = from == fromTheKeyring
	return s.Reveal(), err
}

// keep notes a secret for the configuration, unless it has a place of its own.
func (w *wizard) keep(key, value string) {
	if w.doc.get(key+"_file") == "" && !w.stays[key] && w.doc.get(key) != value {
		w.doc.set(key, value)
	}
}

// refusedInScript ends a run that cannot ask.
func refusedInScript(f finding, flag string) error {
	return fmt.Errorf("%s; %s (%s)", f.Text, f.Remedy, flag)
}

func (w *wizard) tokenStep(ctx context.Context) error {
	return w.credentialStep(ctx, credential{
		name: "access token", short: "token", judge: (*wizard).judgeToken,
		where: "Business settings > System users > Generate token, with whatsapp_business_messaging and whatsapp_business_management; expiry: never.",
	})
}

// judgeToken asks WhatsApp what the token allows.
func (w *wizard) judgeToken(ctx context.Context) finding {
	err := w.speak()
	if err != nil {
		return failed(err)
	}
	if w.grant, err = w.client.Grant(ctx); err != nil {
		return refused(err)
	}
	f := tokenFinding(w.grant, time.Now())
	if f.State == broken {
		return f
	}
	if s := scopesFinding(w.grant, ""); s.State == broken {
		return s
	}
	f.Text += "; for the app " + appName(w.grant)
	return f
}

func (w *wizard) numberStep(ctx context.Context) error {
	number, waba := firstOf(w.flags.number, w.doc.get(keyNumber)), firstOf(w.flags.waba, w.doc.get(keyWABA))
	for {
		list, of, err := w.numbers(ctx, waba)
		if err != nil {
			f := refused(err)
			if _, ours := errors.AsType[*usageError](err); ours {
				f = failed(err)
			}
			w.tell("number", f)
			if w.flags.yes {
				return refusedInScript(f, "--waba-id")
			}
			if waba, err = w.ask.line(ctx, "WhatsApp Business Account id (WhatsApp Manager > Account settings):"); err != nil {
				return err
			}
			continue
		}
		i, err := w.choose(ctx, list, number)
		if err != nil {
			return err
		}
		number = ""
		w.number = list[i]
		w.doc.set(keyNumber, w.number.ID)
		w.doc.set(keyWABA, of[i])
		if again, err := w.judgeNumber(ctx); err != nil || !again {
			return err
		}
	}
}

// numbers lists those of the accounts that the token is for, with the account of each.
func (w *wizard) numbers(ctx context.Context, waba string) (list []cloudapi.ListedNumber, of []string, err error) {
	accounts := w.grant.WABAs
	if waba != "" {
		accounts = []string{waba}
	}
	if len(accounts) == 0 {
		return nil, nil, usage("the token does not say which account it is for; name it")
	}
	var first error
	for _, account := range accounts {
		found, err := w.client.Numbers(ctx, account)
		if err != nil && first == nil {
			first = err
		}
		for _, n := range found {
			list, of = append(list, n), append(of, account)
		}
	}
	if len(list) == 0 && first == nil {
		first = usage("the account has no number; link one from the phone first")
	}
	if len(list) > 0 {
		first = nil
	}
	return list, of, first
}

// choose gives the place of the number that is meant.
func (w *wizard) choose(ctx context.Context, list []cloudapi.ListedNumber, id string) (int, error) {
	if i := slices.IndexFunc(list, func(n cloudapi.ListedNumber) bool { return n.ID == id }); i >= 0 {
		return i, nil
	}
	if id != "" && w.flags.yes {
		return 0, usage("--phone-number-id %s is none of the account's: %s", id, numberNames(list))
	}
	if len(list) == 1 {
		return 0, nil
	}
	if w.flags.yes {
		return 0, usage("the account has several numbers; name one with --phone-number-id: %s", numberNames(list))
	}
	for i, n := range list {
		where := "on the phone and the API"
		if !n.Connected() {
			where = "not on the phone and the API at once"
		}
		w.ask.say("  %d  %s  %s, %s", i+1, n.Display, n.Name, where)
	}
	for {
		s, err := w.ask.line(ctx, fmt.Sprintf("Which number (1 to %d):", len(list)))
		if err != nil {
			return 0, err
		}
		if i, err := strconv.Atoi(s); err == nil && i >= 1 && i <= len(list) {
			return i - 1, nil
		}
	}
}

// judgeNumber tells how the number is; again says that another one is wanted.
func (w *wizard) judgeNumber(ctx context.Context) (again bool, err error) {
	n, err := w.client.Number(ctx, inbox.LineID(w.number.ID))
	if err != nil {
		f := refused(err)
		w.tell("number", f)
		return true, refusedInScript(f, "--phone-number-id")
	}
	c := checkup{number: n}
	number, both := numberFinding(n, fmt.Sprintf("%s %s (%s)", n.Display, n.Name, w.number.ID)), c.coexistenceLink(ctx)
	w.tell("number", number)
	w.tell("coexistence", both)
	w.tell("health", c.healthLink(ctx))
	if (number.State != broken && both.State != broken && both.State != doubt) || w.flags.yes {
		return false, nil
	}
	on, err := w.ask.yes(ctx, "Go on with this number all the same?", false)
	return !on, err
}

func (w *wizard) secretStep(ctx context.Context) error {
	verify, err := w.given(keyVerify, "", "")
	if err != nil {
		return err
	}
	if verify == "" {
		verify = strings.ToLower(rand.Text())
	}
	w.keep(keyVerify, verify)
	w.verify = cloudapi.NewSecret(verify)
	value, err := w.given(keyApp, "app-secret-file", w.flags.secretFile)
	if err != nil {
		return err
	}
	for asked := false; ; asked = true {
		if value == "" {
			if w.flags.yes {
				return usage("there is no app secret; give --app-secret-file FILE")
			}
			if !asked {
				w.ask.say("App dashboard > App settings > Basic of %s > App secret > Show.", appName(w.grant))
			}
			if value, err = w.ask.secret(ctx, "App secret:"); err != nil {
				return err
			}
			if value == "" {
				continue
			}
			w.doc.set(keyApp+"_file", "")
			w.stays[keyApp] = false
		}
		w.secret = cloudapi.NewSecret(strings.Fields(value)[0])
		c := checkup{cfg: w.config(), grant: w.grant}
		f := c.appSecretLink(ctx)
		w.tell("app secret", f)
		if f.State != broken {
			w.keep(keyApp, value)
			return nil
		}
		if w.flags.yes {
			return refusedInScript(f, "--app-secret-file")
		}
		if ctx.Err() != nil {
			return errInterrupted
		}
		value = ""
	}
}
