package inbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// memVault is a Vault in memory.
type memVault struct {
	mu    sync.Mutex
	files map[FileName][]byte
	full  error
	left  int // drafts that nobody ended
}

func newMemVault() *memVault { return &memVault{files: map[FileName][]byte{}} }

type memDraft struct {
	v   *memVault
	b   bytes.Buffer
	sum hash.Hash
}

func (v *memVault) Draft() (FileDraft, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.full != nil {
		return nil, v.full
	}
	v.left++
	return &memDraft{v: v, sum: sha256.New()}, nil
}

func (d *memDraft) Write(p []byte) (int, error) {
	d.sum.Write(p)
	return d.b.Write(p)
}
func (d *memDraft) Sum() string { return hex.EncodeToString(d.sum.Sum(nil)) }
func (d *memDraft) Keep(name FileName) error {
	d.v.mu.Lock()
	defer d.v.mu.Unlock()
	d.v.left--
	if !name.Valid() || name.Sum() != d.Sum() {
		return errors.New("not its sum")
	}
	d.v.files[name] = d.b.Bytes()
	return nil
}
func (d *memDraft) Drop() {
	d.v.mu.Lock()
	defer d.v.mu.Unlock()
	d.v.left--
}

type memFile struct{ *bytes.Reader }

func (memFile) Close() error { return nil }

func (v *memVault) Open(name FileName) (io.ReadSeekCloser, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if b, ok := v.files[name]; ok {
		return memFile{bytes.NewReader(b)}, nil
	}
	return nil, fs.ErrNotExist
}
func (v *memVault) Path(name FileName) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.files[name]; ok {
		return "/media/" + string(name)
	}
	return ""
}
func (v *memVault) Remove(name FileName) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.files, name)
	return nil
}
func (v *memVault) All() (map[FileName]int64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := map[FileName]int64{}
	for name, b := range v.files {
		all[name] = int64(len(b))
	}
	return all, nil
}
func (v *memVault) Backup(string) (int, int64, error) { return 0, 0, nil }

func (v *memVault) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.files)
}

// inGallery runs a test in a shop that keeps files; the far side has those of the map, by media id.
func inGallery(t *testing.T, limits MediaLimits, far map[string]string, do func(t *testing.T, s *shop, v *memVault)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, v := newShop(t), newMemVault()
		s.config.Vault, s.config.Media = v, limits
		s.gateway.file = func(_ context.Context, _ int, f fetchCall, w io.Writer) (Fetched, error) {
			content, ok := far[f.ID]
			if !ok {
				return Fetched{}, &FetchError{Kind: FetchGone, Err: errors.New("no such file")}
			}
			if int64(len(content)) > f.Most {
				return Fetched{}, &FetchError{Kind: FetchLarge, Bytes: int64(len(content)), Err: errors.New("large")}
			}
			_, err := io.WriteString(w, content)
			return Fetched{MIME: "image/jpeg", Bytes: int64(len(content))}, err
		}
		s.open()
		defer func() {
			s.stop()
			if v.left != 0 {
				t.Errorf("%d drafts were left behind", v.left)
			}
		}()
		do(t, s, v)
	})
}

// picture has a customer send one.
func (s *shop) picture(phone, media, content string) MessageSeen {
	s.t.Helper()
	m := *incoming(phone, media, time.Now())
	m.Content = Content{Level: Concrete, Type: "image", Text: "[image]", Media: &Media{ID: media, MIME: "image/jpeg"}}
	if content != "" {
		sum := sha256.Sum256([]byte(content))
		m.Content.Media.SHA256 = hex.EncodeToString(sum[:])
	}
	s.webhook(testFact{Message: &m})
	return m
}

// revoke takes a message back.
func (s *shop) revoke(m MessageSeen) {
	s.t.Helper()
	s.webhook(testFact{Revoke: &RevokeSeen{Line: m.Line, WAMID: "wamid.REVOKE" + m.WAMID, Target: m.WAMID, Side: m.Side, Source: FromLive, Time: time.Now().Unix(), Peers: m.Peers}})
}

func (s *shop) mediaOf(m MessageSeen) MediaView {
	s.t.Helper()
	synctest.Wait()
	var view MediaView
	if err := s.owner.view("priya", func(r *Reader) error {
		row, ok := r.Message(MessageKey(m.Line, m.WAMID))
		if !ok {
			return errors.New("no such message")
		}
		if row.Media != nil {
			view = *row.Media
		}
		return nil
	}); err != nil {
		s.t.Fatal(err)
	}
	return view
}

func (s *shop) read(m MessageSeen) (string, error) {
	f, err := s.desk.File(context.Background(), MessageKey(m.Line, m.WAMID))
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	return string(b), err
}

func (s *shop) expect(m MessageSeen, state MediaState, why MediaWhy) {
	s.t.Helper()
	if v := s.mediaOf(m); v.State != state || v.Why != why {
		s.t.Errorf("%s is %q (%q), want %q (%q)", m.Content.Media.ID, v.State, v.Why, state, why)
	}
}

func TestAFileIsFetchedOnArrival(t *testing.T) {
	inGallery(t, MediaLimits{}, map[string]string{"m1": "sea view"}, func(t *testing.T, s *shop, v *memVault) {
		m := s.picture("919800000210", "m1", "sea view")
		s.expect(m, MediaKept, "")
		if got, err := s.read(m); err != nil || got != "sea view" {
			t.Fatalf("%q %v", got, err)
		}
		view := s.mediaOf(m)
		if view.Bytes != 8 || !strings.HasSuffix(view.Path, ".jpg") || view.SHA256 != m.Content.Media.SHA256 {
			t.Errorf("%+v", view)
		}
		before := len(s.gateway.fetched())
		if _, err := Rebuild(context.Background(), func() Config { c := s.config; c.Views = NewMemoryViews(); return c }()); err != nil {
			t.Fatal(err)
		}
		s.stop()
		if err := s.views.Reset(); err != nil {
			t.Fatal(err)
		}
		s.open() // everything is made anew from the journal
		s.expect(m, MediaKept, "")
		if n := len(s.gateway.fetched()); n != before {
			t.Errorf("%d more fetches after a rebuild", n-before)
		}
	})
}

func TestADeletedMessageDropsItsFile(t *testing.T) {
	inGallery(t, MediaLimits{}, map[string]string{"m1": "same", "m2": "same"}, func(t *testing.T, s *shop, v *memVault) {
		first, second := s.picture("1001", "m1", ""), s.picture("1002", "m2", "")
		if v.count() != 1 {
			t.Fatalf("%d files for two equal pictures", v.count())
		}
		s.revoke(first)
		if v.count() != 1 {
			t.Fatal("the other message lost its file")
		}
		s.expect(second, MediaKept, "")
		if _, err := s.read(first); KindOf(err) != NotFound {
			t.Errorf("the file of a deleted message can be read: %v", err)
		}
		s.revoke(second)
		synctest.Wait()
		if v.count() != 0 {
			t.Error("the file outlives both messages")
		}
		size := s.journal.size()
		time.Sleep(3 * custodyEvery)
		synctest.Wait()
		if n := s.journal.size(); n != size {
			t.Errorf("%d entries were written although nothing happened", n-size)
		}
	})
}

// lateViews takes its time for some writes.
type lateViews struct {
	Views
	waits chan time.Duration
}

func (v lateViews) Update(fn func(Tx) error) error {
	select {
	case d := <-v.waits:
		time.Sleep(d)
	default:
	}
	return v.Views.Update(fn)
}

// TestAFileIsKeptForWhoJustGotIt deletes one of two equal pictures while the views do not know yet that the other has
// come.
func TestAFileIsKeptForWhoJustGotIt(t *testing.T) {
	inGallery(t, MediaLimits{}, nil, func(t *testing.T, s *shop, v *memVault) {
		s.gateway.set(func() {
			s.gateway.file = func(ctx context.Context, n int, _ fetchCall, w io.Writer) (Fetched, error) {
				if n == 2 && sleep(ctx, time.Second) != nil {
					return Fetched{}, ctx.Err()
				}
				k, err := io.WriteString(w, "same")
				return Fetched{MIME: "image/jpeg", Bytes: int64(k)}, err
			}
		})
		late := lateViews{s.views, make(chan time.Duration, 2)}
		s.stop()
		s.config.Views = late
		s.open()
		first, second := s.picture("1001", "m1", ""), s.picture("1002", "m2", "")
		late.waits <- 2 * time.Second            // for the deletion; meanwhile the other one comes
		late.waits <- followWithin + time.Second // for that
		s.revoke(first)
		time.Sleep(time.Minute)
		s.expect(second, MediaKept, "")
		if v.count() != 1 {
			t.Errorf("%d files are kept", v.count())
		}
	})
}

// TestFetchFails is what the far side may answer, and what becomes of it.
func TestFetchFails(t *testing.T) {
	fail := func(k FetchKind) error { return &FetchError{Kind: k, Err: errors.New(string(k))} }
	for _, c := range []struct {
		name  string
		file  func(n int) (content string, err error)
		after time.Duration
		state MediaState
		why   MediaWhy
		most  int // requests, at most
	}{
		{"not there, then there", func(n int) (string, error) {
			if n < 4 {
				return "", fail(FetchBroken)
			}
			return "right", nil
		}, time.Minute, MediaKept, "", 4},
		{"never there", func(int) (string, error) { return "", fail(FetchBroken) }, 8 * 24 * time.Hour, MediaExpired, WhyGone, 7*60 + 20},
		{"still tried", func(int) (string, error) { return "", fail(FetchBroken) }, 2 * 24 * time.Hour, MediaFetching, "", 2*60 + 20},
		{"another content once", func(n int) (string, error) {
			if n == 1 {
				return "wrong", nil
			}
			return "right", nil
		}, time.Minute, MediaKept, "", 2},
		{"always another content", func(int) (string, error) { return "wrong", nil }, time.Hour, MediaLost, WhySum, oddMost},
		{"always another type", func(int) (string, error) { return "", fail(FetchOdd) }, time.Hour, MediaLost, WhySum, oddMost},
		{"gone", func(int) (string, error) { return "", fail(FetchGone) }, time.Hour, MediaExpired, WhyGone, 1},
		{"large", func(int) (string, error) { return "", fail(FetchLarge) }, time.Hour, MediaLost, WhyLarge, 1},
		{"at a stranger's", func(int) (string, error) { return "", fail(FetchStray) }, time.Hour, MediaLost, WhyHost, 1},
		{"refused for a while", func(n int) (string, error) {
			if n == 1 {
				return "", &FetchError{Kind: FetchHeld, After: 5 * time.Minute, Err: errors.New("held")}
			}
			return "right", nil
		}, 6 * time.Minute, MediaKept, "", 2},
		{"half of it, then an end", func(n int) (string, error) {
			if n == 1 {
				return "ri", fail(FetchBroken)
			}
			return "right", nil
		}, time.Minute, MediaKept, "", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			inGallery(t, MediaLimits{}, nil, func(t *testing.T, s *shop, v *memVault) {
				s.gateway.set(func() {
					s.gateway.file = func(_ context.Context, n int, _ fetchCall, w io.Writer) (Fetched, error) {
						content, err := c.file(n)
						_, _ = io.WriteString(w, content)
						return Fetched{MIME: "image/jpeg", Bytes: int64(len(content))}, err
					}
				})
				m := s.picture("919800000210", "m1", "right")
				time.Sleep(c.after)
				s.expect(m, c.state, c.why)
				if n := len(s.gateway.fetched()); n > c.most {
					t.Errorf("%d requests, want %d at most", n, c.most)
				}
				if c.state == MediaKept {
					if got, err := s.read(m); err != nil || got != "right" {
						t.Errorf("%q %v", got, err)
					}
				} else if v.count() != 0 {
					t.Error("something was kept")
				}
			})
		})
	}
}

// TestARefusedFileHoldsNoOther has newer files that are refused again and again, and an older one that is not.
func TestARefusedFileHoldsNoOther(t *testing.T) {
	inGallery(t, MediaLimits{}, nil, func(t *testing.T, s *shop, _ *memVault) {
		s.gateway.set(func() {
			s.gateway.file = func(_ context.Context, _ int, f fetchCall, w io.Writer) (Fetched, error) {
				if f.ID != "good" {
					return Fetched{}, &FetchError{Kind: FetchHeld, Err: errors.New("refused")}
				}
				n, err := io.WriteString(w, f.ID)
				return Fetched{MIME: "image/jpeg", Bytes: int64(n)}, err
			}
		})
		s.picture("919800000210", "bad", "")
		time.Sleep(time.Second)
		good := s.picture("919800000210", "good", "")
		for i := range fetchMost {
			time.Sleep(time.Second)
			s.picture("919800000210", fmt.Sprint("worse", i), "")
		}
		s.expect(good, MediaFetching, "")
		time.Sleep(5 * time.Minute)
		s.expect(good, MediaKept, "")
	})
}

func TestAnAgentAsksForWhatWasGone(t *testing.T) {
	far := map[string]string{}
	inGallery(t, MediaLimits{}, far, func(t *testing.T, s *shop, _ *memVault) {
		m := s.picture("919800000210", "m1", "")
		s.expect(m, MediaExpired, WhyGone)
		far["m1"] = "the token may see it now"
		s.do(NewID(), FetchMedia{Key: MessageKey(m.Line, m.WAMID)})
		s.expect(m, MediaKept, "")
	})
}

func TestAnAgentAsksForALargeFile(t *testing.T) {
	inGallery(t, MediaLimits{AutoMax: 10}, map[string]string{"m1": "a large picture"}, func(t *testing.T, s *shop, v *memVault) {
		m := s.picture("919800000210", "m1", "")
		s.expect(m, MediaLost, WhyLarge)
		view := s.mediaOf(m)
		if view.Bytes != int64(len("a large picture")) || !view.Again {
			t.Errorf("%+v", view)
		}
		key := MessageKey(m.Line, m.WAMID)
		s.do(NewID(), FetchMedia{Key: key})
		s.expect(m, MediaKept, "")
		if f := s.gateway.fetched(); len(f) != 2 || f[0].Most != 10 || f[1].Most != askedMax {
			t.Errorf("%+v", f)
		}
		if kind := s.refused(NewID(), FetchMedia{Key: "nobody's"}); kind != NotFound {
			t.Error(kind)
		}
		time.Sleep(8 * 24 * time.Hour)
		old := s.mediaOf(m)
		if old.State != MediaKept {
			t.Errorf("a stored file is %q after a week", old.State)
		}
		_ = v.Remove(FileName(strings.TrimPrefix(old.Path, "/media/")))
		s.expect(m, MediaExpired, WhyMissing)
		if kind := s.refused(NewID(), FetchMedia{Key: key}); kind != TooLate {
			t.Error(kind)
		}
	})
}

func TestFilesKeepToTheirLimits(t *testing.T) {
	far := map[string]string{}
	for i := range 9 {
		far[fmt.Sprint("m", i)] = fmt.Sprint("picture ", i)
	}
	inGallery(t, MediaLimits{Quota: 40, KeepFor: 3 * 24 * time.Hour}, far, func(t *testing.T, s *shop, v *memVault) {
		var sent []MessageSeen
		for i := range 9 {
			sent = append(sent, s.picture("919800000210", fmt.Sprint("m", i), ""))
			time.Sleep(time.Second)
		}
		time.Sleep(custodyEvery)
		synctest.Wait()
		if all, _ := v.All(); len(all) != 4 {
			t.Errorf("%d files are kept, want 4", len(all))
		}
		s.expect(sent[0], MediaExpired, WhyRemoved)
		s.expect(sent[8], MediaKept, "")
		if !s.mediaOf(sent[0]).Again {
			t.Error("what left for room can be fetched again for a week")
		}
		time.Sleep(4 * 24 * time.Hour)
		synctest.Wait()
		if v.count() != 0 {
			t.Errorf("%d files are older than three days", v.count())
		}
	})
}

func TestAFullDiskWaits(t *testing.T) {
	inGallery(t, MediaLimits{}, map[string]string{"m1": "sea view"}, func(t *testing.T, s *shop, v *memVault) {
		v.mu.Lock()
		v.full = fmt.Errorf("%w: nothing left", ErrFull)
		v.mu.Unlock()
		m := s.picture("919800000210", "m1", "")
		s.expect(m, MediaFetching, "")
		if s.notice(noticeMedia) == nil {
			t.Error("nobody is told")
		}
		v.mu.Lock()
		v.full = nil
		v.mu.Unlock()
		time.Sleep(2 * fetchHeld)
		s.expect(m, MediaKept, "")
		if s.notice(noticeMedia) != nil {
			t.Error("the notice stays")
		}
	})
}

func TestWhatNoMessageNamesIsSwept(t *testing.T) {
	inGallery(t, MediaLimits{}, map[string]string{"m1": "sea view"}, func(t *testing.T, s *shop, v *memVault) {
		m := s.picture("919800000210", "m1", "")
		orphan := FileName(strings.Repeat("e", 64) + ".jpg")
		v.mu.Lock()
		v.files[orphan] = []byte("left behind")
		v.mu.Unlock()
		s.restart()
		time.Sleep(2 * custodyEvery)
		synctest.Wait()
		all, _ := v.All()
		if _, there := all[orphan]; there || len(all) != 1 {
			t.Errorf("kept: %v", maps.Collect(maps.All(all)))
		}
		s.expect(m, MediaKept, "")
	})
}

// TestAnIdIsNotAskedForLongerThanItLives: a file that cannot be had is tried until WhatsApp has it no more, and no longer.
func TestAnIdIsNotAskedForLongerThanItLives(t *testing.T) {
	inGallery(t, MediaLimits{}, nil, func(t *testing.T, s *shop, _ *memVault) {
		s.gateway.set(func() {
			s.gateway.file = func(context.Context, int, fetchCall, io.Writer) (Fetched, error) {
				return Fetched{}, &FetchError{Kind: FetchBroken, Err: errors.New("out of order")}
			}
		})
		m := s.picture("919800000210", "m1", "")
		time.Sleep(mediaLife - 2*fetchLast)
		before := len(s.gateway.fetched())
		s.expect(m, MediaFetching, "")
		time.Sleep(4 * fetchLast)
		after := len(s.gateway.fetched())
		s.expect(m, MediaExpired, WhyGone)
		time.Sleep(4 * fetchLast)
		if n := len(s.gateway.fetched()); before < 100 || after == before || n != after {
			t.Errorf("asked for %d times within the seven days, %d at their end and %d later", before, after, n)
		}
	})
}

func TestFewAtATime(t *testing.T) {
	inGallery(t, MediaLimits{}, nil, func(t *testing.T, s *shop, v *memVault) {
		now, most := 0, 0
		s.gateway.set(func() {
			s.gateway.file = func(ctx context.Context, n int, f fetchCall, w io.Writer) (Fetched, error) {
				s.gateway.set(func() { now++; most = max(most, now) })
				defer s.gateway.set(func() { now-- })
				if sleep(ctx, time.Second) != nil {
					return Fetched{}, &FetchError{Kind: FetchBroken, Err: ctx.Err()}
				}
				k, err := io.WriteString(w, f.ID)
				return Fetched{MIME: "image/jpeg", Bytes: int64(k)}, err
			}
		})
		for i := range 20 {
			s.picture("919800000210", fmt.Sprint("m", i), "")
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if v.count() != 20 || most != fetchMost {
			t.Errorf("%d files, %d at a time", v.count(), most)
		}
	})
}

func TestImportedPicturesAreFetched(t *testing.T) {
	inGallery(t, MediaLimits{}, map[string]string{"m1": "old sea view"}, func(t *testing.T, s *shop, v *memVault) {
		m := *incoming("919800000210", "old", time.Now().Add(-3*24*time.Hour))
		m.Source, m.Loose = FromHistory, true
		m.Content = Content{Level: Concrete, Type: "image", Text: "[image]", Media: &Media{ID: "m1", MIME: "image/jpeg"}}
		body := append(testBody(t, testFact{Message: &m}), bytes.Repeat([]byte(" "), importSmall)...)
		if err := s.owner.Accept(context.Background(), EntryImport, body); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		s.expect(m, MediaKept, "")
	})
}

// TestARebuildTouchesNoFile: while the views are made anew they know the beginning of each story only.
func TestARebuildTouchesNoFile(t *testing.T) {
	inGallery(t, MediaLimits{}, map[string]string{"m1": "same", "m2": "same", "m3": "other"}, func(t *testing.T, s *shop, v *memVault) {
		first := s.picture("1001", "m1", "")
		other := s.picture("1003", "m3", "")
		// That the first one's file was dropped comes on record late, after another message brought the same file.
		s.journal.failing(func(b Batch) error {
			for _, e := range b.Entries {
				if e.Kind == entryMediaDropped {
					return errors.New("not now")
				}
			}
			return nil
		}, nil)
		s.revoke(first)
		for i := range 3 * batchFirst {
			s.webhook(testFact{Message: incoming("1009", fmt.Sprint("filler ", i), time.Now())})
		}
		second := s.picture("1002", "m2", "")
		s.journal.failing(nil, nil)
		time.Sleep(2 * custodyEvery)
		s.expect(second, MediaKept, "")
		fetches := len(s.gateway.fetched())

		s.stop()
		if err := s.views.Reset(); err != nil {
			t.Fatal(err)
		}
		s.open()
		time.Sleep(2 * custodyEvery)
		s.expect(second, MediaKept, "")
		s.expect(other, MediaKept, "")
		if n := len(s.gateway.fetched()) - fetches; n > 0 {
			t.Errorf("%d files were fetched once more", n)
		}
		if v.count() != 2 {
			t.Errorf("%d files", v.count())
		}
	})
}
