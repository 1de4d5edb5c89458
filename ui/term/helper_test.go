package term

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
)

const helperEnv = "FRONTDESK_TERM_HELPER"

// The test binary plays the programs that tests start on a terminal of their own.
func TestMain(m *testing.M) {
	switch os.Getenv(helperEnv) {
	case "":
		os.Exit(m.Run())
	case "start": // package inits have run
		fmt.Println("started")
	case "ask": // what Bubble Tea's init would do without package quiet
		lipgloss.NewRenderer(os.Stdout).HasDarkBackground()
		fmt.Println("started")
	case "probe":
		p, err := Probe(os.Stdin, time.Minute)
		fmt.Println(p, err)
	case "screen":
		screenHelper()
	}
}

func screenHelper() {
	opts := Options{Widths: Widths(os.Getenv("WIDTHS")), Mouse: os.Getenv("MOUSE") != "", Notify: NotifyBy(os.Getenv("NOTIFY"))}
	if os.Getenv("TIMEOUT") != "" {
		opts.Timeout, _ = time.ParseDuration(os.Getenv("TIMEOUT"))
	}
	ctx, cancel := context.WithCancel(context.Background())
	err := Run(ctx, func(m Measure) tea.Model { return &clerk{m: m, cancel: cancel} }, opts)
	var crash *PanicError
	if errors.As(err, &crash) {
		fmt.Printf("ended: panic %v, trace with its place: %v\n", crash.Value, strings.Contains(err.Error(), "helper_test.go"))
		return
	}
	fmt.Println("ended:", err)
}

// clerk is a model that shows what it is told and does what it is asked to.
type clerk struct {
	m      Measure
	cancel func()
	w, h   int
	heard  []string
	broken bool
}

func (c *clerk) Init() tea.Cmd { return nil }

func boom() tea.Msg { panic("boom") }

func (c *clerk) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		c.w, c.h = msg.Width, msg.Height
	case tea.ResumeMsg:
		c.heard = append(c.heard, "resumed")
	case exitMsg:
		c.heard = append(c.heard, "editor:"+string(msg))
	case tea.KeyMsg:
		switch msg.String() {
		case "q":
			return c, tea.Quit
		case "u":
			boom()
		case "v":
			c.broken = true
		case "c":
			return c, boom
		case "s":
			return c, tea.Sequence(func() tea.Msg { return nil }, tea.Batch(boom, func() tea.Msg { return nil }))
		case "x":
			c.cancel()
		case "e":
			cmd := exec.Command("sh", "-c", `printf 'in the editor\n'; read line; printf 'it read %s\n' "$line"; exit 3`)
			return c, Exec(cmd, func(err error) tea.Msg { return exitMsg(fmt.Sprint(err)) })
		case "z":
			return c, tea.Suspend
		case "t":
			return c, Title("(12)\x1b]0;pwn\x07 acme\x07\nstore")
		case "n":
			return c, Notify(Notification{ID: "t_1", Title: "Asha\x1b]0;pwn\x07 Rao", Body: "2 kg; in stock?"}, func(how Notified) tea.Msg { return how })
		case "y":
			return c, Copy("two left", nil)
		case "l":
			return c, Redraw
		}
		c.heard = append(c.heard, word(msg))
	case Notified:
		c.heard = append(c.heard, "by "+string(how(msg)))
	case ClickMsg, WheelMsg, BackgroundMsg, tea.FocusMsg, tea.BlurMsg:
		c.heard = append(c.heard, word(msg))
	}
	return c, nil
}

// how is a way of notifying in one word.
func how(n Notified) NotifyBy {
	if n.Tmux {
		return "tmux:" + n.By
	}
	return n.By
}

type exitMsg string

func (c *clerk) View() string {
	if c.broken {
		boom()
	}
	n := len(c.heard) // at both ends of what was heard: so it is always drawn whole
	return fmt.Sprintf("ready %dx%d, %s\n%d heard %s%s. %d", c.w, c.h, c.m.Profile(), n, strings.Join(c.heard, " "), Cursor, n)
}
