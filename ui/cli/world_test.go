package cli

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"frontdesk/store"
)

// The number that the tests of this package play.
const (
	testLine   = "200000000000001"
	testWABA   = "100000000000001"
	testSecret = "test-app-secret"
	testVerify = "test-verify-token"
	testToken  = "EAAtesttokentesttoken"
)

// wamid makes an id in WhatsApp's own form (merge-rules 3.1) for an incoming message.
func wamid(remote string, n int) string {
	key := fmt.Sprintf("3A%018X", n)
	b := append([]byte{0x1c, 0x18, byte(len(remote))}, remote...)
	b = append(b, 0x15, 0x02, 0x00, 0x12, 0x18, byte(len(key)))
	b = append(append(b, key...), 0)
	return "wamid." + base64.StdEncoding.EncodeToString(b)
}

var sayings = []string{"Do you have a double room for Friday night?", "क्या कल सुबह नाश्ता मिलेगा? धन्यवाद", "هل يمكنني الوصول متأخرا هذه الليلة؟",
	"Oi! Tem estacionamento no hotel? Chegamos às 22h", "Apakah kamar kami sudah siap? Terima kasih 🙏", "你好，请问可以延迟退房吗？谢谢", "We are four 👨‍👩‍👧‍👦 and a dog"}

// writer says which of many customers writes message n. Activity is skewed, as in any shop: half of the messages come
// from an eighth of the customers.
func writer(n, customers int) int {
	x := uint64(n)*0x9e3779b97f4a7c15 + 1 // splitmix64: the same for every run
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	u := float64((x^x>>31)>>11) / (1 << 53)
	return int(u * u * u * float64(customers))
}

func phoneNumber(customer int) string { return fmt.Sprintf("1555%07d", customer) }

// incoming is the body of message n.
func incoming(n, customers int, at time.Time) []byte {
	c := writer(n, customers)
	phone := phoneNumber(c)
	text, _ := json.Marshal(fmt.Sprintf("%s (%d)", sayings[n%len(sayings)], n))
	return fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":"%s","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100001","phone_number_id":"%s"},"contacts":[{"profile":{"name":"Customer %d"},"wa_id":"%s","user_id":"US.9%019d"}],"messages":[{"from":"%s","from_user_id":"US.9%019d","id":"%s","timestamp":"%d","type":"text","text":{"body":%s}}]},"field":"messages"}]}]}`,
		testWABA, testLine, c, phone, c, phone, c, wamid(phone, n), at.Unix(), text)
}

func sign(body []byte) string {
	m := hmac.New(sha256.New, []byte(testSecret))
	m.Write(body)
	return "sha256=" + hex.EncodeToString(m.Sum(nil))
}

// post delivers one webhook and gives the status.
func post(ctx context.Context, c *http.Client, url string, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature-256", sign(body))
	res, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, closing(err, res.Body)
}

func closing(err error, c io.Closer) error {
	if e := c.Close(); err == nil {
		err = e
	}
	return err
}

// binary builds the program once for all tests that need it as a process.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "frontdesk-test-")
	if err != nil {
		return "", err
	}
	binaryDir = dir
	bin := filepath.Join(dir, "frontdesk")
	out, err := exec.Command("go", "build", "-o", bin, "frontdesk").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, out)
	}
	return bin, nil
})

var binaryDir string

func builtBinary(t testing.TB) string {
	t.Helper()
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// shop is a data directory, a configuration and a port: what stays when the process is killed.
type shop struct {
	dir, config, addr, graph string
}

func newShop(t testing.TB, graph string) *shop {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{dir: filepath.Join(t.TempDir(), "data"), addr: l.Addr().String(), graph: graph}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if graph == "" {
		s.graph = "http://127.0.0.1:1"
	}
	s.config = filepath.Join(t.TempDir(), "config.yaml")
	yaml := fmt.Sprintf("data_dir: %s\naccount:\n  api_base_url: %s\n  access_token: %s\n  app_secret: %s\n  verify_token: %s\n  phone_number_id: %q\n  waba_id: %q\nwebhook:\n  listen: %s\nagent:\n  name: priya\n",
		s.dir, s.graph, testToken, testSecret, testVerify, testLine, testWABA, s.addr)
	if farProvider != "" {
		yaml = fmt.Sprintf("data_dir: %s\naccount:\n  provider: %s\n  api_base_url: %s\n  access_token: %s\n  phone_number_id: %q\nwebhook:\n  listen: %s\n  path: %s\n  header_secret: %s\nagent:\n  name: priya\n",
			s.dir, farProvider, s.graph, testToken, testLine, s.addr, farPath, farSecret)
	}
	if err := os.WriteFile(s.config, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shop) url() string {
	if farProvider != "" {
		return "http://" + s.addr + farPath
	}
	return "http://" + s.addr + "/webhook"
}

// command makes a process of the built program on this shop.
func (s *shop) command(ctx context.Context, t testing.TB, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, builtBinary(t), append(args, "--config", s.config)...)
	c.Env = append(os.Environ(), "HOME="+s.dir, "NO_COLOR=1")
	return c
}

// serve starts the owner and waits until it is healthy. What it says goes to log.
func (s *shop) serve(t testing.TB, log io.Writer) *exec.Cmd {
	t.Helper()
	c := s.command(context.Background(), t, "serve")
	c.Stderr = log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		_ = c.Wait()
		close(exited)
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-exited
	})
	s.awaitHealthy(t, exited)
	return c
}

// awaitHealthy waits until a starting owner can take webhooks. exited is closed when it ends.
func (s *shop) awaitHealthy(t testing.TB, exited <-chan struct{}) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		res, err := http.Get("http://" + s.addr + "/healthz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-exited:
			t.Fatal("serve ended at start")
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("serve does not become healthy")
		}
	}
}

// output runs a command of the program to its end.
func (s *shop) output(t testing.TB, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := s.command(ctx, t, args...)
	var out, errw bytes.Buffer
	c.Stdout, c.Stderr = &out, &errw
	err := c.Run()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errw.String(), c.ProcessState.ExitCode()
}

func TestMain(m *testing.M) {
	store.CheckChildMain() // the test binary is its own child, as the program is
	judgeMain()
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE")) // or every child of a -race run ends a second late
	// They wait for processes, terminals and clocks most of the time: more of them fit beside each other than processors.
	if err := flag.Set("test.parallel", strconv.Itoa(max(4, runtime.GOMAXPROCS(0)))); err != nil {
		panic(err)
	}
	code := m.Run()
	if binaryDir != "" {
		_ = os.RemoveAll(binaryDir)
	}
	os.Exit(code)
}
