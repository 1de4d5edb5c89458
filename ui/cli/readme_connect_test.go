package cli

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestReadmeConnects follows README's way to connect a number to the letter, from an empty home, but for the ports.
func TestReadmeConnects(t *testing.T) {
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: README's commands are not followed", tool)
		}
	}
	readme := content(t, filepath.Join("..", "..", "README.md"))
	_, block, found := strings.Cut(readme, "<!-- practise -->")
	_, block, also := strings.Cut(block, "```console\n")
	block, _, end := strings.Cut(block, "\n```")
	if !found || !also || !end {
		t.Fatal("README does not say how to practise")
	}
	graph, listen := freeAddress(t), freeAddress(t)
	block = strings.NewReplacer("127.0.0.1:8461", graph, "127.0.0.1:8460", listen).Replace(block)
	home := t.TempDir()
	env := append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "PATH="+filepath.Dir(builtBinary(t))+":"+os.Getenv("PATH"),
		"FRONTDESK_WEBHOOK_LISTEN="+listen, "DBUS_SESSION_BUS_ADDRESS=", "XDG_RUNTIME_DIR=", "LC_ALL=C.UTF-8")
	ran := 0
	for step := range strings.SplitSeq(strings.TrimPrefix(block, "$ "), "\n$ ") {
		command, typed, _ := strings.Cut(step, "\n")
		ran++
		switch {
		case strings.HasPrefix(command, "frontdesk sandbox"):
			aside(t, env, command+" --listen "+graph, "http://"+graph+"/_sandbox/")
		case strings.HasPrefix(command, "frontdesk serve"):
			aside(t, env, command, "http://"+listen+"/healthz")
		case command == "frontdesk threads": // a moment later, as long as a person takes to type it
			eventually(t, "the message is there", func() bool {
				c := exec.Command("sh", "-c", command)
				c.Env = env
				out, err := c.Output()
				return err == nil && strings.Contains(string(out), "Asha Rao")
			})
		default:
			follow(t, env, command, typed)
		}
	}
	if ran < 6 {
		t.Errorf("only %d commands were followed", ran)
	}
	shows := func(want string, args ...string) {
		t.Helper()
		c := exec.Command(builtBinary(t), args...)
		c.Env = env
		out, err := c.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("frontdesk %v: %v\n%s", args, err, out)
		}
	}
	shows("Is the shop open?", "messages", "Asha Rao")
	shows("Until six.", "messages", "Asha Rao")
}

// aside runs a command that goes on until the test ends, and waits until it answers.
func aside(t *testing.T, env []string, command, url string) {
	t.Helper()
	c := exec.Command("sh", "-c", "exec "+command)
	c.Env = env
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Wait() }()
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		<-ended
	})
	eventually(t, command+" answers", func() bool {
		res, err := http.Get(url)
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

// follow runs a command to its end. typed are the lines that README shows under it: questions with what is typed behind
// them; each question must be asked, and the others are answered with enter.
func follow(t *testing.T, env []string, command, typed string) {
	t.Helper()
	var answers []string
	var questions []string
	for line := range strings.Lines(typed) {
		line = strings.TrimSpace(line)
		i := strings.LastIndex(line, " ")
		questions, answers = append(questions, line[:i]), append(answers, line[i+1:])
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "sh", "-c", command)
	c.Env = env
	c.Stdin = strings.NewReader(strings.Join(append(answers, "", "", ""), "\n"))
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, said.String())
	}
	rest := said.String()
	for _, q := range questions {
		_, after, asked := strings.Cut(rest, q)
		if !asked {
			t.Errorf("%s does not ask %q:\n%s", command, q, said.String())
			continue
		}
		rest = after
	}
}
