package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// setupFlags are the answers that a script gives.
type setupFlags struct {
	provider, api, tokenFile, secretFile, number, waba, address, listen string
	subscribe, yes, overwrite, keyring                                  bool
}

func (a *app) initCmd() *cobra.Command {
	var f setupFlags
	c := &cobra.Command{
		Use: "init", Short: "Connect a number: asks, checks each answer against WhatsApp, writes config.yaml", Args: noArgs,
		Long: "Connect a number in five steps: access token, number, app secret, public address, webhooks (over 360dialog: API key,\n" +
			"number, secret path and header, public address, webhooks). Each answer is checked against WhatsApp as it is given;\n" +
			"secrets are not shown. It may be interrupted at any time: what was checked is kept\n" +
			"beside the configuration (mode 0600), and the next frontdesk init goes on from there. With a configuration that is\n" +
			"there already it asks for what does not work any more, and leaves the rest as it is.\n\n" +
			"In scripts: --yes asks nothing and takes the answers from the flags. Secrets never stand in flags, where other\n" +
			"users could read them, but in files of mode 0600 or in FRONTDESK_ACCOUNT_ACCESS_TOKEN and _APP_SECRET.",
		RunE: func(c *cobra.Command, _ []string) error { return a.setUp(c.Context(), f) },
	}
	s := c.Flags()
	s.StringVar(&f.provider, "provider", "", "who carries the number: meta or 360dialog (account.provider)")
	s.StringVar(&f.api, "api", "", "another host that speaks Meta's JSON (account.api_base_url), such as a frontdesk sandbox")
	s.StringVar(&f.tokenFile, "token-file", "", "file of mode 0600 that holds the access token; it stays there")
	s.StringVar(&f.secretFile, "app-secret-file", "", "file of mode 0600 that holds the app secret; it stays there")
	s.StringVar(&f.number, "phone-number-id", "", "which number, where the account has several")
	s.StringVar(&f.waba, "waba-id", "", "its WhatsApp Business Account, where the token does not tell")
	s.StringVar(&f.address, "address", "", "public https address of the listener")
	s.StringVar(&f.listen, "listen", "", "where the listener binds (webhook.listen)")
	s.BoolVar(&f.subscribe, "subscribe", false, "subscribe the app and its fields and set the callback, without asking")
	s.BoolVar(&f.keyring, "keyring", false, "keep the secrets in the system keyring instead of the file")
	s.BoolVar(&f.yes, "yes", false, "ask nothing; the checklist counts as read")
	s.BoolVar(&f.overwrite, "overwrite", false, "change a configuration that is there without asking")
	return c
}

// setUp runs the wizard and says how to go on when it was broken off.
func (a *app) setUp(ctx context.Context, f setupFlags) error {
	file := a.configFile
	if file == "" {
		file = defaultConfigFile()
	}
	if file == "" {
		return usage("there is no home directory to write a configuration to; set HOME, or give --config FILE")
	}
	w := &wizard{app: a, flags: f, file: file, draft: file + ".part", ask: prompter{a.in, a.out}, stays: map[string]bool{}}
	err := w.run(ctx)
	if errors.Is(err, errInterrupted) {
		if _, serr := os.Stat(w.draft); serr == nil {
			return fmt.Errorf("interrupted; what was checked is kept in %s: run frontdesk init to go on", tilde(w.draft))
		}
		return errors.New("interrupted before anything was checked; run frontdesk init to begin again")
	}
	return err
}

// leads reports whether frontdesk without a command begins with setting up: somebody is there, and no number is.
func (a *app) leads(cfg Config) bool {
	if a.configFile != "" || cfg.File != "" || cfg.Account.PhoneNumberID != "" || cfg.Desk.Socket != "" || a.needTerminal() != nil {
		return false
	}
	_, isFile := a.in.(*os.File)
	_, err := os.Stat(defaultConfigFile())
	return isFile && defaultConfigFile() != "" && errors.Is(err, fs.ErrNotExist)
}

// The keys that init sets.
const (
	keyProvider     = "account.provider"
	keyAPI          = "account.api_base_url"
	keyToken        = "account.access_token"
	keyApp          = "account.app_secret"
	keyVerify       = "account.verify_token"
	keyNumber       = "account.phone_number_id"
	keyWABA         = "account.waba_id"
	keyListen       = "webhook.listen"
	keyAddress      = "webhook.public_url"
	keyPath         = "webhook.path"
	keyHeader       = "webhook.header"
	keyHeaderSecret = "webhook.header_secret"
)

// checklist is what must be so before a number is linked, since linking cannot be taken back without loss
// (cloud-api 7.1, 7.3).
var checklist = []string{
	"The phone runs WhatsApp Business 2.24.17 or newer, and the number has been in use there for seven days.",
	"The number's country is one where a number may be on the phone and the API at once (all since April 2026).",
	"There is a backup of the phone's chats: linking again after a fault may need it.",
	"Linked computers and watches will be unlinked. Web and Mac can be linked again, Windows and watches cannot.",
	"A number with Meta Verified may lose its badge, and the blue tick is not for numbers on both.",
	"Broadcast lists become read-only; disappearing and view-once messages are switched off.",
	"The provider's sign-up (Embedded Signup) for WhatsApp Business app users is at hand, or was done.",
	"Somebody opens the app on the phone at least every 13 days: after 14 WhatsApp ends the link.",
}

// checklist says what must be so, a line each.
func (p prompter) checklist() {
	p.say("Before the number is linked, see that:")
	for _, s := range checklist {
		p.say("  - %s", s)
	}
	p.say("")
}

// shown is where a file is, for people.
func (w *wizard) shown() string { return tilde(w.file) }

// readSecretFlag reads a secret's file and gives its absolute path, so that the configuration finds it from anywhere.
func readSecretFlag(flag, file string) (path, value string, err error) {
	path, err = filepath.Abs(file)
	if err != nil {
		return "", "", err
	}
	s, err := readSecretFile(path)
	if err != nil {
		return "", "", usage("--%s: %w", flag, err)
	}
	return path, strings.TrimSpace(s.Reveal()), nil
}
