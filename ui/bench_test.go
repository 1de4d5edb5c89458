package ui

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"frontdesk/inbox"
	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

// benchStage is a screen on a thread of n messages with 50 rows of conversation and more in sight, its commands run at
// once on the same goroutine.
type benchStage struct {
	m *Model
	d *fakeDesk
}

func newBenchStage(b *testing.B, n int) *benchStage {
	d := newFakeDesk(func() time.Time { return noon })
	frontOffice(d, nil)
	longThread(d, "t_long", n)
	m := New(context.Background(), Config{Desk: d, Clock: func() time.Time { return noon }, Zone: time.UTC}, term.NewMeasure(term.Profile{}))
	s := &benchStage{m: m, d: d}
	m.Update(tea.WindowSizeMsg{Width: 199, Height: 106})
	s.settle(m.loadInfo())
	s.settle(m.loadThreads(false))
	m.focus = onTalk
	s.settle(m.open("t_long"))
	if len(m.talk.rows) == 0 || m.talk.h < 100 {
		b.Fatal("the bench shows no messages")
	}
	return s
}

// settle runs what a command answers, timers aside.
func (s *benchStage) settle(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	done := make(chan tea.Msg, 1)
	go func() { done <- cmd() }()
	select {
	case msg := <-done:
		switch msg := msg.(type) {
		case tea.BatchMsg:
			for _, c := range msg {
				s.settle(c)
			}
		case answeredMsg:
			_, next := s.m.Update(msg)
			s.settle(next)
		}
	case <-time.After(time.Millisecond): // an armed timer
	}
}

// BenchmarkKeyToFrame is a key press until the frame is ready to be written: move, scroll, type. The measure of issue 2
// is a p99 of 8 ms with 50 messages in sight and 20,000 in the thread.
func BenchmarkKeyToFrame(b *testing.B) {
	for _, n := range []int{200, 20000, 200000} {
		b.Run(fmt.Sprintf("messages=%d", n), func(b *testing.B) {
			s := newBenchStage(b, n)
			keys := []string{"k", "k", "k", "j", "ctrl+u", "ctrl+d", "i", "a", "b", "c", " ", "backspace", "esc", "G"}
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				_, cmd := s.m.Update(keyMsg(keys[i%len(keys)]))
				f := term.Render(s.m.pen.Measure, s.m.View(), 199, 106)
				took = append(took, time.Since(start))
				if len(f.Rows) != 106 {
					b.Fatal("no frame")
				}
				if i%len(keys) == 0 {
					b.StopTimer()
					s.settle(cmd)
					b.StartTimer()
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		})
	}
}

// BenchmarkArrival is an event until the frame: a message for the open thread, at the bottom.
func BenchmarkArrival(b *testing.B) {
	s := newBenchStage(b, 20000)
	i := 0
	for b.Loop() {
		i++
		m := heard("09:46", "a new message of ordinary length, as people write them")
		m.Key, m.Thread, m.Seq, m.At = fmt.Sprint("n", i), "t_long", inbox.Seq(100000+i), noon.Add(time.Duration(i)*time.Second)
		s.m.Update(eventsMsg{gen: s.m.link.gen, watch: &inbox.Watch{}, events: []inbox.Event{{Kind: inbox.MessageEvent, Message: &m}}})
		term.Render(s.m.pen.Measure, s.m.View(), 199, 106)
	}
}

// BenchmarkOpenAndJump opens the long thread and goes to its ends: every drawing is new.
func BenchmarkOpenAndJump(b *testing.B) {
	s := newBenchStage(b, 20000)
	for b.Loop() {
		s.m.talk.ready = false
		s.settle(s.m.open("t_long"))
		s.m.View()
		for _, k := range []string{"g", "G"} {
			_, cmd := s.m.Update(keyMsg(k))
			s.settle(cmd)
			s.m.View()
		}
	}
}
