package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"frontdesk/store"

	"github.com/spf13/cobra"
)

// app is one run of the program: its flags and where its words go.
type app struct {
	in       io.Reader
	out, err io.Writer

	configFile, dataDir, logLevel string
	noColor, asJSON               bool
	ascii, readOnly, plain        bool // of a screen
}

// Main runs the program and answers its exit status: 0 done, 1 it failed, 2 wrong usage or configuration.
func Main() int {
	store.CheckChildMain()
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as it is under nohup
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()
	return run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	a := &app{in: in, out: out, err: errw}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errw)
	err := root.ExecuteContext(ctx)
	if code := exitCode(err); code != exitDone {
		fmt.Fprintf(errw, "frontdesk: %s\n", oneLine(err))
		return code
	}
	return exitDone
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "frontdesk",
		Short: "The terminal inbox for a WhatsApp number that is also on a phone",
		Long: "frontdesk shows one WhatsApp number's conversations in a terminal while the shop keeps using the WhatsApp\n" +
			"Business app on its phone. Without a command it opens the inbox.\n\nNo account? frontdesk demo",
		Args:          noArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, _ []string) error { return a.openInbox(c.Context(), a.inLines(c, os.Getenv)) },
	}
	f := root.PersistentFlags()
	f.StringVar(&a.configFile, "config", "", "configuration file (default $XDG_CONFIG_HOME/frontdesk/config.yaml)")
	f.StringVar(&a.dataDir, "data-dir", "", "store, media, socket and log (default $XDG_STATE_HOME/frontdesk)")
	f.StringVar(&a.logLevel, "log-level", "info", "debug, info, warn or error")
	f.BoolVar(&a.noColor, "no-color", false, "no colours")
	a.screenFlags(root)
	root.Version = versionWords()
	root.SetVersionTemplate("frontdesk {{.Version}}\n")
	f.Bool("version", false, "print the version")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		_, err := logLevel(a.logLevel)
		return err
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		what := err.Error()
		if strings.HasPrefix(what, "invalid argument") {
			what, _, _ = strings.Cut(what, " flag: ") // behind it is a Go function's view of the matter
		}
		return usage("%s; see %s --help", what, c.CommandPath())
	})
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(a.initCmd(), a.demoCmd(), a.serveCmd(), a.threadsCmd(), a.messagesCmd(), a.searchCmd(), a.trayCmd(), a.disconnectCmd(), a.replyCmd(), a.templateCmd(), a.repliesCmd(), a.contactsCmd(),
		a.doctorCmd(), a.eventsCmd(), a.syncCmd(), a.costsCmd(), a.backupCmd(), a.checkCmd(), a.sandboxCmd(), a.versionCmd(), a.completionCmd())
	return root
}

// screenFlags gives a command that opens the screen its flags.
func (a *app) screenFlags(c *cobra.Command) {
	c.Flags().BoolVar(&a.ascii, "ascii", false, "draw with ASCII only")
	c.Flags().BoolVar(&a.readOnly, "readonly", false, "a screen that sends and changes nothing")
	c.Flags().BoolVar(&a.plain, "plain", false, "line by line, for screen readers and logs; also with TERM=dumb or ACCESSIBLE=1")
}

// jsonFlag gives a command --json.
func (a *app) jsonFlag(c *cobra.Command) *cobra.Command {
	c.Flags().BoolVar(&a.asJSON, "json", false, "one JSON object per line")
	return c
}

func (a *app) load(more map[string]string) (Config, error) {
	return loadConfig(overrides{file: a.configFile, dataDir: a.dataDir, keys: more})
}

// noArgs refuses arguments; an unknown command arrives here as one.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if c.HasSubCommands() {
		hint := fmt.Sprintf("see %s --help", c.CommandPath())
		if s := c.SuggestionsFor(args[0]); len(s) > 0 {
			hint = fmt.Sprintf("did you mean %q?", c.CommandPath()+" "+s[0])
		}
		return usage("unknown command %q; %s", args[0], hint)
	}
	return usage("%s takes no arguments; see %s --help", c.CommandPath(), c.CommandPath())
}

// exactly asks for n arguments, named in the usage line.
func exactly(n int) cobra.PositionalArgs { return between(n, n) }

func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if least <= len(args) && len(args) <= most {
			return nil
		}
		return usage("usage: %s; see %s --help", c.UseLine(), c.CommandPath())
	}
}
