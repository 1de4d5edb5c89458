package inbox_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// The budgets of search (storage.md 4, 5) on a million messages in seven scripts, in a store on the disk:
//
//	go test -run xxx -bench Search -benchtime 1x ./inbox
//
// FRONTDESK_BENCH_MESSAGES makes it smaller. Filling takes most of the time.

// language makes up words of a script.
type language struct {
	syllables []string
	between   string
	words     []string
}

// speech says things in seven scripts, common words often and rare ones seldom.
type speech struct {
	r    *rand.Rand
	zipf *rand.Zipf
	all  []language
}

const vocabulary = 4000

func newSpeech() *speech {
	r := rand.New(rand.NewPCG(5, 6))
	s := &speech{r: r, zipf: rand.NewZipf(r, 1.15, 8, vocabulary-1)}
	for _, l := range []struct{ syllables, between string }{
		{"ba be bi bo bra ca ce co cha da de do fa ga go ha ju ka ki la le lo ma me mo na ne no pa pe po qua ra re ro sa se so ta te to va vi xa za ção ão é", " "},
		{"क का कि की ख ग गा च छ ज जा ट ड त ता ती थ द दे ध न ना ने प पा फ ब बा भ म मा मे य या र रा ल ला व वा श स सा सी ह हा है", " "},
		{"ا ب با ت تي ج ح خ د ذ ر را ز س ش ص ض ط ع غ ف في ق ك كا ل لا م ما ن نا ه و وا ي يا", " "},
		{"的 是 不 了 在 人 有 我 他 这 个 们 中 来 上 大 为 和 国 地 到 以 说 时 要 就 出 会 可 也 你 对 生 能 而 子 那 得 于 着 下 自 之 年 过 发 后 作 里 用 道 行 所 然 家 种 事 成 方 多 经 么 去 法 学 如 都 同 现 当 没 动 面 起 看 定 天 分 还 进 好 小 部 其 些 主 样 理 心 她 本 前 开 但 因 只 从 想 实", ""},
		{"ба ва го да де жи за ка ко ла ле ма ми на не но по пра ра ри са со та то ты ул фа хо ци ча ша щи юн яр", " "},
		{"가 나 다 라 마 바 사 아 자 차 카 타 파 하 고 노 도 로 모 보 소 오 조 는 은 을 를 이", " "},
		{"กา ขา คา งา จา ดา ตา นา ปา มา รา ลา วา สา หา ไม ได้ ที่ มี", ""},
	} {
		g := language{syllables: strings.Fields(l.syllables), between: l.between}
		for range vocabulary {
			w := ""
			for range 2 + r.IntN(3) {
				w += g.syllables[r.IntN(len(g.syllables))]
			}
			g.words = append(g.words, w)
		}
		s.all = append(s.all, g)
	}
	return s
}

// say makes a message of about sixty characters; one in six names an order.
func (s *speech) say() string {
	l := &s.all[s.r.IntN(len(s.all))]
	var b strings.Builder
	for n := 0; n < 60; n++ {
		w := l.words[s.zipf.Uint64()]
		n += len([]rune(w))
		b.WriteString(w)
		b.WriteString(l.between)
	}
	if s.r.IntN(6) == 0 {
		fmt.Fprintf(&b, " %d", 100000+s.r.IntN(900000))
	}
	return b.String()
}

// word is one of the Latin words, by how often it is said.
func (s *speech) word(from, to int) string { return s.all[0].words[from+s.r.IntN(to-from)] }

func (s *speech) part(w string, from, n int) string {
	c := []rune(w)
	from = min(from, len(c)-1)
	return string(c[from:min(len(c), from+n)])
}

// classes are the eight of decisions 28.
func (s *speech) classes() []struct {
	name string
	ask  func() string
} {
	return []struct {
		name string
		ask  func() string
	}{
		{"rare-word", func() string { return s.word(vocabulary-200, vocabulary) }},
		{"common-word", func() string { return s.word(0, 20) }},
		{"two-words", func() string { return s.word(50, 500) + " " + s.word(50, 500) }},
		{"prefix", func() string { return s.part(s.word(500, 3000), 0, 5) }},
		{"inside-a-word", func() string { return s.part(s.word(500, 3000), 1, 5) }},
		{"two-chinese-characters", func() string {
			c := s.all[3].syllables
			return c[s.r.IntN(len(c))] + c[s.r.IntN(len(c))]
		}},
		{"number", func() string { return strconv.Itoa(100000 + s.r.IntN(900000)) }},
		{"no-match", func() string { return fmt.Sprintf("qx%dzy", s.r.IntN(1e6)) }},
	}
}

// talks is traffic that says things; mute, it sends pictures whose record is as large, and which search knows nothing of.
func (s *speech) talks(t *traffic, n int, mute bool) []inbox.Sighted {
	out := make([]inbox.Sighted, 0, n)
	for range n {
		t.n++
		t.seq++
		m := inbox.MessageSeen{Line: benchLine, WAMID: benchWAMID(0x12, t.n), Side: inbox.In, Source: inbox.FromLive, Time: benchEpoch.Unix() + int64(t.n), Peers: []inbox.Alias{t.peer()},
			Content: inbox.Content{Level: inbox.Concrete, Type: "text", Text: s.say()}}
		if mute {
			m.Content = inbox.Content{Level: inbox.Concrete, Type: "image", Details: []byte(m.Content.Text)}
		}
		out = append(out, inbox.Sighted{Seq: t.seq, At: benchEpoch.Add(time.Duration(t.n) * time.Second), Fact: m})
	}
	return out
}

func BenchmarkSearch(b *testing.B) {
	messages := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("FRONTDESK_BENCH_MESSAGES")); err == nil {
		messages = n
	}
	v, s, t := kinds[1].open(b), newSpeech(), newTraffic(20000)
	var applying, folding time.Duration
	for n := 0; n < messages; n += 10_000 {
		facts := s.talks(t, min(10_000, messages-n), false)
		began := time.Now()
		apply(b, v, facts)
		applying += time.Since(began)
		began = time.Now()
		for _, f := range facts {
			if strings.Contains(inbox.Fold(f.Fact.(inbox.MessageSeen).Content.Text), "qx00zy") {
				b.Fatal("nobody says that")
			}
		}
		folding += time.Since(began)
	}
	b.Logf("%d messages: applied %.0f a second, all folded while scanned in %s", messages, float64(messages)/applying.Seconds(), folding.Round(time.Millisecond))
	lens := inbox.Lens{Agent: "priya", Now: benchEpoch.Add(240 * 24 * time.Hour)}
	search := func(text string) int {
		found := 0
		if err := v.View(func(tx inbox.ReadTx) error {
			p, err := inbox.NewReader(tx, lens).Search(context.Background(), inbox.SearchQuery{Text: text})
			found = len(p.Matches)
			return err
		}); err != nil {
			b.Fatal(err)
		}
		return found
	}
	search("qx00zy") // warm
	for _, c := range s.classes() {
		b.Run(c.name, func(b *testing.B) {
			var all []time.Duration
			found := 0
			for range b.N {
				for range 100 {
					q := c.ask()
					began := time.Now()
					found += search(q)
					all = append(all, time.Since(began))
				}
			}
			slices.Sort(all)
			p99 := all[len(all)*99/100]
			b.ReportMetric(float64(all[len(all)/2])/1e6, "p50-ms")
			b.ReportMetric(float64(p99)/1e6, "p99-ms")
			b.ReportMetric(float64(p99)/float64(folding), "of-folding")
			b.ReportMetric(float64(found)/float64(len(all)), "found")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkSearchInsert says what share of applying is the blocks: messages that say something against pictures with
// records as large, by turns, alone and in the portions of a flood.
func BenchmarkSearchInsert(b *testing.B) {
	for _, portion := range []int{1, 50, 5000} {
		b.Run(fmt.Sprintf("portion=%d", portion), func(b *testing.B) {
			var took [2]time.Duration
			s := newSpeech()
			views := [2]inbox.Views{kinds[1].open(b), kinds[1].open(b)}
			traffics := [2]*traffic{newTraffic(20000), newTraffic(20000)}
			for i, v := range views { // as after some days
				for range 10 {
					apply(b, v, s.talks(traffics[i], 5000, i == 1))
				}
			}
			for range b.N {
				for range max(10, 2000/portion) {
					for i, v := range views {
						facts := s.talks(traffics[i], portion, i == 1)
						began := time.Now()
						apply(b, v, facts)
						took[i] += time.Since(began)
					}
				}
			}
			b.ReportMetric(100*(1-float64(took[1])/float64(took[0])), "%of-applying")
			b.ReportMetric(float64(took[0].Microseconds())/float64(b.N*portion*max(10, 2000/portion)), "µs/message")
			b.ReportMetric(0, "ns/op")
		})
	}
}
