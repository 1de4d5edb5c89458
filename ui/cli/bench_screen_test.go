package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// screenProcess is the built program with its screen in a terminal that a benchmark reads.
type screenProcess struct {
	cmd *exec.Cmd
	tty *os.File

	mu   sync.Mutex
	out  bytes.Buffer
	seen chan struct{} // closed when the mark was drawn
}

// startScreen starts the inbox on a shop and waits until a text is drawn.
func startScreen(b *testing.B, s *shop, mark string) (*screenProcess, time.Duration) {
	b.Helper()
	p := &screenProcess{cmd: s.command(b.Context(), b), seen: make(chan struct{})}
	p.cmd.Env = append(p.cmd.Env, "TERM=xterm-256color", "FRONTDESK_UI_WIDTH=wcwidth") // this terminal answers nothing
	began := time.Now()
	tty, err := pty.StartWithSize(p.cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		b.Fatal(err)
	}
	p.tty = tty
	go func() {
		buf := make([]byte, 64<<10)
		for found := false; ; {
			n, err := tty.Read(buf)
			p.mu.Lock()
			p.out.Write(buf[:n])
			if !found && bytes.Contains(p.out.Bytes(), []byte(mark)) {
				found = true
				close(p.seen)
			}
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	select {
	case <-p.seen:
	case <-time.After(60 * time.Second):
		b.Fatalf("%q was never drawn", mark)
	}
	return p, time.Since(began)
}

func (p *screenProcess) written() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Len()
}

func (p *screenProcess) stop(b *testing.B) {
	b.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		b.Error(err)
	}
	if err := p.cmd.Wait(); err != nil {
		b.Errorf("the screen ended with %v", err)
	}
	_ = p.tty.Close()
}

// BenchmarkHouseScreen: from the start on a million messages to the first frame, anonymous memory under live load, and
// what an idle screen costs. Linux only.
func BenchmarkHouseScreen(b *testing.B) {
	s := newShop(b, "")
	s.dir = fullStore(b)
	yaml, err := os.ReadFile(s.config)
	if err != nil {
		b.Fatal(err)
	}
	lines := strings.Split(string(yaml), "\n")
	lines[0] = "data_dir: " + s.dir
	if err := os.WriteFile(s.config, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		b.Fatal(err)
	}
	builtBinary(b)
	for b.Loop() {
		var starts []time.Duration
		for range 5 {
			p, took := startScreen(b, s, "Customer")
			starts = append(starts, took)
			p.stop(b)
		}
		p, _ := startScreen(b, s, "Customer")
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
		peak := 0
		base := 40_000_000 + int(time.Now().UnixNano()%1e9)*100
		tick := time.NewTicker(time.Second / 60)
		for i := range 60 * 8 {
			<-tick.C
			if status, err := post(b.Context(), client, s.url(), incoming(base+i, benchCustomers, time.Now())); err != nil || status != http.StatusOK {
				b.Fatalf("%d %v", status, err)
			}
			if i%20 == 0 {
				peak = max(peak, rssAnon(b, p.cmd.Process.Pid))
			}
		}
		tick.Stop()
		client.CloseIdleConnections()
		time.Sleep(3 * time.Second) // receipts, counts and the like have settled then
		bytesBefore, cpuBefore := p.written(), cpuTicks(b, p.cmd.Process.Pid)
		time.Sleep(10 * time.Second)
		idleBytes, idleTicks := p.written()-bytesBefore, cpuTicks(b, p.cmd.Process.Pid)-cpuBefore
		p.stop(b)
		b.ReportMetric(ms(quantile(starts, 0.5)), "ms-first-frame")
		b.ReportMetric(float64(peak)/1024, "MB-anon")
		b.ReportMetric(float64(idleBytes), "idle-bytes/10s")
		b.ReportMetric(float64(idleTicks)/10, "%-of-a-core-idle")
		b.ReportMetric(0, "ns/op")
	}
}

// rssAnon reads the anonymous resident memory of a process in KB: what is not the evictable mapping of the store.
func rssAnon(b *testing.B, pid int) int {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatal("no RssAnon: this benchmark needs Linux")
	return 0
}

// cpuTicks reads the processor time a process has used, in hundredths of a second.
func cpuTicks(b *testing.B, pid int) int {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, err1 := strconv.Atoi(f[11])
	sys, err2 := strconv.Atoi(f[12])
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	return user + sys
}
