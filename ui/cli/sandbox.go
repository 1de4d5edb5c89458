package cli

import (
	"fmt"
	"strings"

	"frontdesk/cloudapi/sandbox"

	"github.com/spf13/cobra"
)

func (a *app) sandboxCmd() *cobra.Command {
	var cfg sandbox.Config
	var faults []string
	var scene string
	c := a.jsonFlag(&cobra.Command{
		Use: "sandbox", Short: "The practice WhatsApp alone, for testing any Cloud API client", Args: noArgs,
		Long: "A practice WhatsApp on loopback: a Graph API that refuses what Meta refuses, a phone, and customers who write.\n" +
			"It prints what a client needs and runs until interrupted. POST /_sandbox/... makes things happen.\n\nFaults: " +
			strings.Join(sandbox.FaultNames(), ", ") + ".",
		RunE: func(c *cobra.Command, _ []string) error {
			for _, s := range faults {
				f, err := sandbox.ParseFault(s)
				if err != nil {
					return usage("--fault: %w", err)
				}
				cfg.Faults = append(cfg.Faults, f)
			}
			if scene != "none" {
				var err error
				if cfg.Scene, err = sandbox.SceneNamed(scene); err != nil {
					return usage("--scene is %q; %w, or none", scene, err)
				}
			}
			if cfg.Provider == "meta" { // as account.provider spells it
				cfg.Provider = ""
			}
			sb, err := sandbox.New(cfg)
			if err != nil {
				return usage("%w", err)
			}
			if err := sb.Start(c.Context()); err != nil {
				return err
			}
			if err := a.printSandbox(sb); err != nil {
				return err
			}
			<-c.Context().Done()
			return sb.Close()
		},
	})
	f := c.Flags()
	f.StringVar(&cfg.Listen, "listen", "127.0.0.1:8461", "where it binds, loopback only")
	f.StringVar(&cfg.CallbackURL, "callback", "http://127.0.0.1:8460/webhook", "where webhooks go")
	f.StringVar(&cfg.AppSecret, "app-secret", "", "signs webhooks")
	f.StringVar(&cfg.VerifyToken, "verify-token", "", "shown in the handshake; - skips it")
	f.StringVar(&cfg.AccessToken, "access-token", "", "the bearer token it takes")
	f.Uint64Var(&cfg.Seed, "seed", 1, "everything drawn by chance follows from it")
	f.Float64Var(&cfg.Speed, "speed", 1, "sandbox seconds in one real second")
	f.StringVar(&cfg.Provider, "provider", "", "speak as this provider does: meta or 360dialog")
	f.StringToStringVar(&cfg.Headers, "header", nil, "name=value, sent along with each webhook; repeated")
	f.StringVar(&scene, "scene", "none", "what is played: "+strings.Join(sandbox.SceneNames(), ", ")+" or none")
	f.StringArrayVar(&faults, "fault", nil, "name[:count], repeated")
	return c
}

// printSandbox says how a client reaches it, as the configuration of frontdesk or as JSON. The secrets in it are made up.
func (a *app) printSandbox(sb *sandbox.Sandbox) error {
	c := sb.Config()
	if a.asJSON && c.Provider != "" {
		return a.printJSON(map[string]string{"provider": c.Provider, "url": sb.URL(), "callback": c.CallbackURL, "phone_number_id": c.PNID, "access_token": c.AccessToken})
	}
	if c.Provider != "" {
		_, err := fmt.Fprintf(a.out, "account:\n  provider: %s\n  api_base_url: %s\n  phone_number_id: %q\n  access_token: %s\n# webhooks go unsigned to %s; POST %s/v1/configs/webhook changes that\n",
			c.Provider, sb.URL(), c.PNID, c.AccessToken, somewhere(c.CallbackURL), sb.URL())
		return err
	}
	if a.asJSON {
		return a.printJSON(map[string]string{"url": sb.URL(), "callback": c.CallbackURL, "phone_number_id": c.PNID, "waba_id": c.WABA,
			"access_token": c.AccessToken, "app_secret": c.AppSecret, "verify_token": c.VerifyToken})
	}
	_, err := fmt.Fprintf(a.out, "account:\n  api_base_url: %s\n  phone_number_id: %q\n  waba_id: %q\n  access_token: %s\n  app_secret: %s\n  verify_token: %s\n# webhooks go to %s\n",
		sb.URL(), c.PNID, c.WABA, c.AccessToken, c.AppSecret, c.VerifyToken, somewhere(c.CallbackURL))
	return err
}

// somewhere is a callback, or that there is none.
func somewhere(callback string) string { return firstOf(callback, "nobody until a callback is set") }
