package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"frontdesk/cloudapi"
	"frontdesk/inbox"

	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"
)

// Config is the configuration, read once at start.
type Config struct {
	File    string // where it was read; "" when there is none
	DataDir string
	Account Account
	Webhook Webhook
	Desk    DeskConfig
	Auto    bool // owner.auto
	Agent   string
	Inbox   InboxConfig
	Hosts   []string // media.hosts
	Media   inbox.MediaLimits
	Costs   CostsConfig
	UI      UIConfig
	Clock   inbox.Clock // nil is the machine's; only the demo may have another
}

// Account is the number and what opens it.
type Account struct {
	Provider, BaseURL, Version string
	PhoneNumberID, WABAID      string
	AccessToken, VerifyToken   cloudapi.Secret
	AppSecrets                 []cloudapi.Secret
	TokenFile                  string // watched when set
	Secrets                    map[string]foundSecret
}

// Webhook is where the listener binds.
type Webhook struct {
	Listen, Path, Domain, CertFile, KeyFile string
	Public                                  string // the address WhatsApp posts to; "" when it is not told

	// Header and HeaderSecret prove webhooks where the provider signs none.
	Header       string
	HeaderSecret cloudapi.Secret
}

// DeskConfig says how terminals attach.
type DeskConfig struct {
	Socket string
	Agents []Person
}

// Person is one row of desk.agents.
type Person struct {
	Name      string `yaml:"name"`
	Role      string `yaml:"role"`
	UID       *int   `yaml:"uid"`
	TokenHash string `yaml:"token_hash"`
}

// InboxConfig holds the rules people may choose.
type InboxConfig struct {
	ReadReceipts string
	LifelineDays int
}

// CostsConfig says what messages are taken to cost.
type CostsConfig struct {
	RatesFile, Currency, Zone string
}

// UIConfig is the look.
type UIConfig struct {
	Theme, Background, Language, Width, Mouse, Notify, Images string
	ASCII, EnterSends                                         bool
	HoldSeconds                                               int
	NotifyText                                                bool
	NotifyRepeat                                              time.Duration
	Keys                                                      map[string]string
}

// usageError is a wrong flag, argument or configuration: exit status 2.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usage(format string, a ...any) error { return &usageError{fmt.Errorf(format, a...)} }

// overrides are the flags that stand above the configuration; empty ones do not count.
type overrides struct {
	file, dataDir string
	keys          map[string]string
}

// envName spells a key as its environment variable.
func envName(name string) string {
	return "FRONTDESK_" + strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
}

// loadConfig reads flags, environment and file, in that order of strength, and refuses what it does not know.
func loadConfig(o overrides) (Config, error) {
	c, v, err := readConfig(o)
	if err != nil {
		return c, err
	}
	return c, c.fillSecrets(v)
}

// readConfig is loadConfig without the secrets, which viper knows how to find.
func readConfig(o overrides) (Config, *viper.Viper, error) {
	v := viper.New()
	for _, k := range keys {
		if k.def != "" {
			v.SetDefault(k.name, k.def)
		}
		if err := v.BindEnv(k.name, envName(k.name)); err != nil {
			return Config{}, v, err
		}
	}
	file, err := configFile(o.file)
	if err != nil {
		return Config{}, v, err
	}
	var c Config
	if file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return Config{}, v, usage("%s: %w; check --config", file, rootCause(err))
		}
		if err := checkYAML(file, raw, fileIsPrivate(file)); err != nil {
			return Config{}, v, err
		}
		v.SetConfigFile(file)
		v.SetConfigType("yaml")
		if err := v.ReadInConfig(); err != nil {
			return Config{}, v, usage("%s: %w", file, err)
		}
		if err := yaml.Unmarshal(raw, &struct {
			Desk *struct{ Agents *[]Person }
		}{&struct{ Agents *[]Person }{&c.Desk.Agents}}); err != nil {
			return Config{}, v, usage("%s: desk.agents: %w", file, err)
		}
	}
	for name, val := range o.keys {
		v.Set(name, val)
	}
	if o.dataDir != "" {
		v.Set("data_dir", o.dataDir)
	}
	if err := cmp.Or(checkValues(v), notYet(v)); err != nil {
		return Config{}, v, err
	}
	c.File = file
	c.fill(v)
	if c.DataDir == "" {
		return c, v, usage("there is no home directory to keep the inbox in; set HOME or XDG_STATE_HOME, or give --data-dir")
	}
	return c, v, nil
}

// defaults is the configuration with nothing configured, for the demo: neither file nor environment count.
func defaults() (Config, error) {
	v := viper.New()
	for _, k := range keys {
		if k.def != "" {
			v.SetDefault(k.name, k.def)
		}
	}
	var c Config
	c.fill(v)
	return c, checkValues(v)
}

func (c *Config) fill(v *viper.Viper) {
	c.DataDir = v.GetString("data_dir")
	if state := xdg("XDG_STATE_HOME", ".local/state"); c.DataDir == "" && state != "" {
		c.DataDir = filepath.Join(state, "frontdesk")
	}
	if abs, err := filepath.Abs(c.DataDir); err == nil && c.DataDir != "" {
		c.DataDir = abs
	}
	c.Account = Account{
		Provider: v.GetString("account.provider"), BaseURL: v.GetString("account.api_base_url"),
		Version: v.GetString("account.api_version"), PhoneNumberID: v.GetString("account.phone_number_id"),
		WABAID: v.GetString("account.waba_id"), TokenFile: v.GetString("account.access_token_file"),
	}
	c.Webhook = Webhook{
		Listen: v.GetString("webhook.listen"), Path: v.GetString("webhook.path"), Domain: v.GetString("webhook.tls.domain"),
		CertFile: v.GetString("webhook.tls.cert_file"), KeyFile: v.GetString("webhook.tls.key_file"),
		Header: v.GetString("webhook.header"),
		Public: v.GetString("webhook.public_url"),
	}
	c.Desk.Socket = v.GetString("desk.socket")
	c.Auto = v.GetBool("owner.auto")
	c.Agent = v.GetString("agent.name")
	if c.Agent == "" {
		c.Agent = userName()
	}
	c.Inbox = InboxConfig{ReadReceipts: v.GetString("inbox.read_receipts"), LifelineDays: v.GetInt("inbox.phone_lifeline_days")}
	c.Hosts = v.GetStringSlice("media.hosts")
	c.Media = inbox.MediaLimits{
		AutoMax: int64(v.GetInt("media.auto_max")) << 20, Quota: int64(v.GetInt("media.quota")) << 20,
		KeepFor: time.Duration(v.GetInt("media.keep_days")) * 24 * time.Hour,
	}
	c.Costs = CostsConfig{RatesFile: v.GetString("costs.rates_file"), Currency: v.GetString("costs.currency"), Zone: v.GetString("costs.time_zone")}
	if c.Media.AutoMax == 0 {
		c.Media.AutoMax = -1 // none, where the inbox takes 0 for its default
	}
	c.UI = UIConfig{
		Theme: v.GetString("ui.theme"), Background: v.GetString("ui.background"), Language: v.GetString("ui.language"), Width: v.GetString("ui.width"), Images: v.GetString("ui.images"), Mouse: v.GetString("ui.mouse"),
		Notify: v.GetString("ui.notify"), ASCII: v.GetBool("ui.ascii"), EnterSends: v.GetBool("ui.enter_sends"),
		HoldSeconds: v.GetInt("ui.hold_seconds"), NotifyText: v.GetBool("ui.notify_text"), NotifyRepeat: v.GetDuration("ui.notify_repeat"), Keys: v.GetStringMapString("ui.keys"),
	}
}

// secretKeys are the keys of all secrets that a number may need.
var secretKeys = []string{"account.access_token", "account.app_secret", "account.verify_token", "webhook.header_secret"}

// fillSecrets looks up every secret, also after one that cannot be had, and gives the first error.
func (c *Config) fillSecrets(v *viper.Viper) (first error) {
	c.Account.Secrets = map[string]foundSecret{}
	for _, name := range secretKeys {
		short := name[strings.LastIndexByte(name, '.')+1:]
		var f foundSecret
		f.secret, f.source, f.err = findSecret(short, v.GetString(name+"_file"), envName(name), inFile(v, name), c.Account.PhoneNumberID)
		if c.Account.Secrets[name] = f; f.err != nil && first == nil {
			first = usage("%s: %w", name, f.err)
		}
	}
	c.Account.AccessToken = c.Account.Secrets["account.access_token"].secret
	c.Account.VerifyToken = c.Account.Secrets["account.verify_token"].secret
	c.Webhook.HeaderSecret = c.Account.Secrets["webhook.header_secret"].secret
	for line := range strings.FieldsSeq(c.Account.Secrets["account.app_secret"].secret.Reveal()) {
		c.Account.AppSecrets = append(c.Account.AppSecrets, cloudapi.NewSecret(line))
	}
	return first
}

// inFile gives a secret as the configuration holds it; a list becomes its items, one per line.
func inFile(v *viper.Viper, name string) string {
	if l, ok := v.Get(name).([]any); ok {
		var b strings.Builder
		for _, x := range l {
			fmt.Fprintln(&b, x)
		}
		return b.String()
	}
	return v.GetString(name)
}

// complete says whether the number can be worked, and names what is missing.
func (c Config) complete() error {
	have := map[string]bool{
		"account.phone_number_id": c.Account.PhoneNumberID != "", "account.waba_id": c.Account.WABAID != "",
		"account.access_token": !c.Account.AccessToken.IsZero(), "account.app_secret": len(c.Account.AppSecrets) > 0,
		"account.verify_token": !c.Account.VerifyToken.IsZero(), "webhook.header_secret": !c.Webhook.HeaderSecret.IsZero(),
	}
	var missing []string
	for _, k := range required[c.Account.Provider] {
		if !have[k] {
			missing = append(missing, k)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	where := c.File
	if where == "" {
		where = cmp.Or(defaultConfigFile(), "$XDG_CONFIG_HOME/frontdesk/config.yaml")
		if _, err := os.Stat(where); errors.Is(err, fs.ErrNotExist) {
			return usage("no configuration at %s; frontdesk init makes one, or try it without an account: frontdesk demo", where)
		}
	}
	return usage("%s: missing %s; frontdesk init asks for it, config.example.yaml says what each is", where, strings.Join(missing, ", "))
}

// notYet are keys whose names are taken but which this version does nothing with; better refused than without effect.
func notYet(v *viper.Viper) error {
	for _, k := range []string{"relay.url", "desk.listen"} {
		if v.GetString(k) != "" {
			return usage("%s is set, but version %s cannot do that yet; remove it", k, version)
		}
	}
	return nil
}

// checkValues refuses values that viper would turn into zero without a word.
func checkValues(v *viper.Viper) error {
	for _, k := range keys {
		s := v.GetString(k.name)
		if s == "" {
			continue
		}
		switch {
		case len(k.one) > 0 && !slices.Contains(k.one, s):
			return usage("%s is %q; it must be one of %s", k.name, s, strings.Join(k.one, ", "))
		case k.kind == boolean && !slices.Contains([]string{"true", "false"}, strings.ToLower(s)):
			return usage("%s is %q; it must be true or false", k.name, s)
		case k.kind == number && strings.Trim(s, "0123456789") != "":
			return usage("%s is %q; it must be a whole number", k.name, s)
		case k.name == "costs.currency" && (len(s) != 3 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != ""):
			return usage("%s is %q; it must be three capital letters, as USD", k.name, s)
		case k.name == "ui.hold_seconds" && v.GetInt(k.name) > 60:
			return usage("%s is %q; it must be 0 to 60", k.name, s)
		case k.kind == duration && !isDuration(s):
			return usage("%s is %q; it must be a duration such as 30s or 2m", k.name, s)
		}
	}
	return nil
}

// isDuration holds for what time.ParseDuration reads and is not less than nothing.
func isDuration(s string) bool {
	d, err := time.ParseDuration(s)
	return err == nil && d >= 0
}

// configFile finds the file: the one asked for, else the usual place if there is one there.
func configFile(asked string) (string, error) {
	if asked != "" {
		if _, err := os.Stat(asked); err != nil {
			return "", usage("%s: %w; check --config", asked, rootCause(err))
		}
		return asked, nil
	}
	file := defaultConfigFile()
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return file, nil
}

// defaultConfigFile is "" where there is no home directory.
func defaultConfigFile() string {
	dir := xdg("XDG_CONFIG_HOME", ".config")
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "frontdesk", "config.yaml")
}

// xdg is a base directory, or "" where there is no home directory.
func xdg(env, fallback string) string {
	if dir := os.Getenv(env); filepath.IsAbs(dir) {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil || !filepath.IsAbs(home) {
		return ""
	}
	return filepath.Join(home, fallback)
}

func fileIsPrivate(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().Perm()&0o077 == 0
}

func userName() string {
	for _, e := range []string{"USER", "LOGNAME", "USERNAME"} {
		if s := os.Getenv(e); s != "" {
			return s
		}
	}
	return "desk"
}

// rootCause drops the path and call that os puts before the reason; our lines name them already.
func rootCause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
