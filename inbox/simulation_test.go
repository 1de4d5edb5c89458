package inbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestP8Simulation plays an outbox against a WhatsApp that loses requests and answers, fails before and after it took a message,
// and tells late, doubled and out of order; the process dies at any commit. Afterwards WhatsApp must have taken every
// message at most once, and every row must say what is true. Replies with a time of their own go through the same: see
// simulation_later_test.go.
func TestP8Simulation(t *testing.T) {
	runs := 150
	if os.Getenv("FRONTDESK_LONG") != "" {
		runs = 2500
	}
	for seed := range uint64(runs) {
		if wrong := simulate(t, seed, honest); len(wrong) > 0 {
			t.Fatalf("seed %d: %v", seed, wrong)
		}
	}
}

// TestP8SimulationWouldNotice breaks one thing at a time. The simulation must see each.
func TestP8SimulationWouldNotice(t *testing.T) {
	for name, broken := range map[string]breakage{
		"a retry after a timeout":                {timeoutIsNotSent: true},
		"an attempt that is not on disk":         {loseAttempts: true},
		"statuses that bind nothing":             {dropCallbacks: true},
		"a lost request that counts as accepted": {lostIsAccepted: true},
		"a time that is forgotten":               {rewrite: forgetTimes},
		"answers that stop nothing":              {rewrite: seeAll},
		"replies that wait for those of later":   {rewrite: delayAll},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(150) {
				if len(simulate(t, seed, broken)) > 0 {
					return
				}
			}
			t.Error("150 runs found nothing wrong")
		})
	}
}

// breakage is what a worse program would do.
type breakage struct {
	timeoutIsNotSent, loseAttempts, dropCallbacks, lostIsAccepted bool
	rewrite                                                       func(*Queued) // before it is on disk
}

var honest breakage

// forgetful is a journal that says that attempts are on disk, and keeps none.
type forgetful struct{ *memJournal }

func (j forgetful) Append(ctx context.Context, b Batch) (Cursor, int, error) {
	if len(b.Entries) == 1 && b.Entries[0].Kind == entryAttempted {
		head, _, err := j.memJournal.Append(ctx, Batch{Guard: b.Guard})
		return head, 1, err
	}
	return j.memJournal.Append(ctx, b)
}

// world is WhatsApp, the customers and fate.
type world struct {
	*shop
	broken   breakage
	killer   *killed
	wrong    []string
	mu       sync.Mutex // over what WhatsApp and the test both touch
	rng      *rand.Rand
	kind     atomic.Bool // at the end: no more faults
	accepted []OID
	pending  []testFact   // statuses that are still to come
	asked    []OID        // replies that a person submitted, in order
	waiting  map[OID]bool // of which the person saw an error
	threads  []ThreadID
	sends    map[OID]Send
	times    times
	file     Views // the views as far as they had reached the disk
}

// roll throws a die with n sides.
func (w *world) roll(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rng.IntN(n)
}

func simulate(t *testing.T, seed uint64, broken breakage) (wrong []string) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			shop: newShop(t), rng: rand.New(rand.NewPCG(seed, 8)), broken: broken, waiting: map[OID]bool{}, sends: map[OID]Send{},
			times: newTimes(),
		}
		w.gateway.answer, w.gateway.upload = w.answer, w.carry
		w.config.Vault = newMemVault()
		w.config.Decoder = func(body []byte, line LineID) []Fact {
			facts := decodeTestBody(body, line)
			for i, f := range facts {
				if st, ok := f.(StatusSeen); ok && broken.dropCallbacks {
					st.Callback = ""
					facts[i] = st
				}
			}
			return facts
		}
		if broken.loseAttempts {
			w.config.Journal = forgetful{w.journal}
		}
		if broken.rewrite != nil {
			w.config.Journal = rewriting{w.journal, broken.rewrite}
		}
		w.open()
		defer func() { w.stop() }()
		for i := range 3 {
			w.threads = append(w.threads, w.customer(w.phone(i), "hello"))
			w.ask(w.threads[i], farAhead, 0)
		}
		for range 40 {
			w.step()
		}
		w.settle()
		w.judge()
		wrong = w.wrong
	})
	return wrong
}

// step lets one thing happen.
func (w *world) step() {
	if w.killer != nil && w.killer.dead.Load() {
		w.rise()
	}
	if w.roll(4) == 0 {
		w.file = asNow(w.views)
	}
	switch n := w.roll(100); {
	case n < 35:
		w.askFor(w.threads[w.roll(len(w.threads))])
	case n < 55:
		time.Sleep(time.Duration(w.roll(20_000)) * time.Millisecond)
	case n < 75:
		w.deliver(1 + w.roll(3))
	case n < 77:
		w.voice(w.roll(len(w.threads)))
	case n < 79:
		w.decideSome()
	case n < 82:
		w.wall.jump(time.Duration(w.roll(240)-120) * time.Second)
	case n < 93 && w.killer == nil:
		w.doom()
	default:
		for oid := range w.waiting { // the person sees an error and presses enter again
			w.submit(oid)
			break
		}
	}
	synctest.Wait()
}

func (w *world) submit(oid OID) {
	if f := w.sends[oid].Out.File; f != nil { // whoever presses enter again hands the file over again
		_, _ = w.desk.KeepFile(context.Background(), f.Name, f.As, fileOf(oid))
	}
	if _, err := w.desk.Do(context.Background(), string(oid), w.sends[oid]); err != nil {
		w.waiting[oid] = true
	} else {
		delete(w.waiting, oid)
	}
}

// doom makes the process die at one of its next commits, before or after it.
func (w *world) doom() {
	in, late := w.roll(6), w.roll(2) == 0
	w.killer = w.killOn(func(*shop, string) (bool, bool) {
		in--
		return in < 0 && !late, in < 0 && late
	})
}

// rise starts the next process. What of the views had not reached the disk is lost with the last one.
func (w *world) rise() {
	if w.file != nil {
		w.views, w.config.Views = w.file, w.file
	}
	w.killer.bury()
	w.killer, w.file = nil, nil
}

// asNow is a copy of views in memory.
func asNow(v Views) Views {
	m := v.(*memoryViews)
	return &memoryViews{seed: m.seed, roots: m.snapshot()}
}

// answer is fate.
func (w *world) answer(ctx context.Context, _ int, p post) Outcome {
	w.leaves(p.oid())
	roll, slow := w.roll(100), time.Duration(w.roll(3000))*time.Millisecond
	if w.kind.Load() {
		roll, slow = 100, 0
	}
	unknown := Outcome{Result: ResultUnknown}
	if w.broken.timeoutIsNotSent {
		unknown.Result = ResultNotSent
	}
	if roll < 15 {
		return Outcome{Result: ResultNotSent}
	}
	if err := sleep(ctx, slow); err != nil {
		return unknown // we hung up before it was read
	}
	switch {
	case roll < 25: // the request was lost on the way, or failed before it was taken
		if w.broken.lostIsAccepted {
			return accepted(p)
		}
		return unknown
	case roll < 30:
		return Outcome{Result: ResultThrottled, RetryAfter: time.Duration(w.roll(5)) * time.Second}
	case roll < 35:
		return refusedWith(ResultThrottledThread, 131056)
	case roll < 38:
		return refusedWith(ResultRejected, 131009)
	}
	w.take(p)
	if err := sleep(ctx, slow); err != nil || roll < 55 { // the answer was lost, or was a 500 all the same
		return unknown
	}
	return accepted(p)
}

// carry is the fate of an upload. Whatever that is, the message itself leaves at its time.
func (w *world) carry(ctx context.Context, _ int, _ string) (string, error) {
	roll, slow := w.roll(100), time.Duration(w.roll(5000))*time.Millisecond
	if w.kind.Load() {
		roll, slow = 100, 0
	}
	if err := sleep(ctx, slow); err != nil {
		return "", err
	}
	switch {
	case roll < 20:
		return "", errors.New("the network")
	case roll < 23:
		return "", &UploadError{Result: ResultUnfit, Failure: &Failure{Code: 131053, Title: "refused"}, Err: errors.New("refused")}
	case roll < 26:
		return "", &UploadError{Result: ResultThrottled, RetryAfter: slow, Err: errors.New("too often")}
	}
	return "", nil
}

// take is WhatsApp taking a message. Of some it tells at once, of most later; some of it twice.
func (w *world) take(p post) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.accepted = append(w.accepted, p.oid())
	levels := []Progress{SentOn, Delivered, Read}[:1+w.rng.IntN(3)]
	for _, level := range levels {
		st := statusOf(p, level, time.Now())
		w.pending = append(w.pending, st)
		if w.rng.IntN(3) == 0 {
			w.pending = append(w.pending, st)
		}
	}
	w.rng.Shuffle(len(w.pending), func(i, j int) { w.pending[i], w.pending[j] = w.pending[j], w.pending[i] })
}

// deliver brings up to n statuses in one body. A dead process takes none; they come again.
func (w *world) deliver(n int) {
	w.mu.Lock()
	n = min(n, len(w.pending))
	items := slices.Clone(w.pending[:n])
	w.pending = slices.Delete(w.pending, 0, n)
	w.mu.Unlock()
	if n == 0 {
		return
	}
	w.bodies++
	body := append(testBody(w.t, append(items, testFact{})...), slices.Repeat([]byte(" "), w.bodies)...)
	if w.owner.Accept(context.Background(), EntryWebhook, body) != nil {
		w.mu.Lock()
		w.pending = append(w.pending, items...)
		w.mu.Unlock()
	}
	synctest.Wait()
}

func (w *world) outstanding() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.pending)
}

// settle lets everything come to its end: the faults stop, a last process runs, every status arrives.
func (w *world) settle() {
	if w.killer == nil {
		w.killer = w.killOn(func(*shop, string) (bool, bool) { return false, false })
	}
	w.rise()
	w.kind.Store(true)
	for oid := range w.waiting {
		w.submit(oid)
	}
	time.Sleep(10 * time.Minute)
	synctest.Wait()
	w.nothingWaits()
	time.Sleep(farAhead) // now those of later leave, too
	synctest.Wait()
	for w.outstanding() > 0 {
		w.deliver(5)
	}
	time.Sleep(time.Minute)
	synctest.Wait()
}

func (w *world) fail(format string, args ...any) {
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// judge compares what is shown with what is true.
func (w *world) judge() {
	taken := map[OID]int{}
	newest := map[ThreadID]Seq{}
	for _, oid := range w.accepted {
		if taken[oid]++; taken[oid] > 1 {
			w.fail("%s was taken %d times", oid, taken[oid])
		}
		if s := w.sends[oid]; s.Later.IsZero() && s.Pause == 0 { // the others have a time of their own
			at := w.journal.ids[queuedID(oid)]
			if at < newest[s.Thread] {
				w.fail("%s went after what was written later", oid)
			}
			newest[s.Thread] = at
		}
	}
	if w.gateway.didCross() {
		w.fail("two requests for one customer were on their way at once")
	}
	for _, oid := range w.asked {
		m, ok := w.find(oid)
		if !ok && w.waiting[oid] && !w.sends[oid].Later.IsZero() {
			continue // its time was over when it was tried again, and the person was told
		}
		if !ok {
			w.fail("%s was lost in silence", oid)
			continue
		}
		shown := slices.Contains([]Status{StatusAccepted, StatusSent, StatusDelivered, StatusRead}, m.Status)
		switch {
		case taken[oid] > 0 && !shown:
			w.fail("%s was taken and is shown as %q", oid, m.Status)
		case taken[oid] == 0 && shown:
			w.fail("%s was never taken and is shown as %q", oid, m.Status)
		case taken[oid] > 0 && w.times.cancelled[oid]:
			w.fail("%s was cancelled and taken", oid)
		}
	}
}

func (w *world) find(oid OID) (Message, bool) {
	page, err := w.desk.Messages(context.Background(), MessageQuery{Thread: w.sends[oid].Thread, Limit: 500})
	if err != nil {
		w.fail("%v", err)
	}
	i := slices.IndexFunc(page.Messages, func(m Message) bool { return m.Ref == oid })
	if i < 0 {
		return Message{}, false
	}
	return page.Messages[i], true
}
