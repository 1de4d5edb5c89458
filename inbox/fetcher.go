package inbox

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"time"
)

// MediaLimits bound what is fetched and kept. Zero values are the defaults.
type MediaLimits struct {
	AutoMax int64         // bytes up to which a file is fetched unasked; default 16 MiB; below zero: none is
	Quota   int64         // bytes that all files together may take; 0: no limit
	KeepFor time.Duration // how long a file is kept; 0: for good
}

const (
	autoMax   = 16 << 20
	askedMax  = 101 << 20 // WhatsApp carries no more than 100 MB (cloud-api 4.2)
	fetchMost = 3         // downloads at a time
	fetchScan = 5000      // errands looked at in one go

	// Waits between two tries for one file, and how often something else than announced may come before it is given up.
	fetchFirst = 2 * time.Second
	fetchLast  = 30 * time.Minute
	oddMost    = 3

	fetchHeld  = time.Minute      // all wait after a refusal that names no time
	fetchIdle  = 10 * time.Minute // without news
	fetchAgain = 5 * time.Second  // after the journal or the vault did not take it
	fetchPause = 10 * time.Second // all wait, times failures in a row, when servers fail whatever is asked for
)

// fetcher brings the files of messages into the vault: newest first, a few at a time, each tried until it is there or
// its id expires. What it knows of tries is in memory; a restart begins them anew.
type fetcher struct {
	owner *Owner
	life  sync.WaitGroup

	flying map[keyHash]bool
	landed map[keyHash]Seq // outcomes that the views may not know yet
	tries  map[keyHash]fetchTry
	closed time.Time // until then nobody asks
	bad    int       // failures in a row, over all files
	ended  chan fetchEnd
}

// fetchTry is what came of a file so far.
type fetchTry struct {
	asked mark // by this wish of a person; another one begins anew
	n     int
	odd   int
	due   time.Time
}

// fetchJob is one file to get.
type fetchJob struct {
	hash  keyHash
	line  LineID
	wamid string
	id    string
	media Media
	asked mark // 0: unasked
}

// fetchEnd is how a job ended: on record at seq, or to be tried again.
type fetchEnd struct {
	job  fetchJob
	seq  Seq
	err  error
	late bool // what came could not be kept
}

func newFetcher(o *Owner) *fetcher {
	return &fetcher{
		owner: o, flying: map[keyHash]bool{}, landed: map[keyHash]Seq{}, tries: map[keyHash]fetchTry{},
		ended: make(chan fetchEnd, fetchMost),
	}
}

// run fetches until ctx ends.
func (f *fetcher) run(ctx context.Context) error {
	for ctx.Err() == nil {
		rung := f.owner.bell.next() // before looking; imports ring it too
		timer := time.NewTimer(f.step(ctx))
		select {
		case <-rung:
		case e := <-f.ended:
			f.end(e)
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	f.life.Wait()
	return nil
}

// step starts what may be fetched now and says how long nothing can change by itself.
func (f *fetcher) step(ctx context.Context) time.Duration {
	for len(f.ended) > 0 {
		f.end(<-f.ended)
	}
	if wait := time.Until(f.closed); wait > 0 {
		return wait
	}
	jobs, next, err := f.look(fetchMost - len(f.flying))
	if err != nil {
		f.owner.c.Log.Error("the list of files to fetch could not be read", "err", err)
		return fetchIdle
	}
	for _, j := range jobs {
		f.flying[j.hash] = true
		f.life.Go(func() { f.ended <- f.fetch(ctx, j) })
	}
	return next
}

// look finds up to n files whose turn it is.
func (f *fetcher) look(n int) (jobs []fetchJob, next time.Duration, err error) {
	next = fetchIdle
	if n <= 0 {
		return nil, next, nil
	}
	err = f.owner.view("", func(r *Reader) error {
		if !f.owner.knowsFiles(r) {
			return nil
		}
		applied, live := Applied(r.tx).Seq, map[keyHash]bool{}
		oldest := ordered(r.lens.Now.Add(-mediaLife).Unix())
		scanned := 0
		r.tx.Descend(errandsBucket, []byte{errandFetch + 1}, func(k, _ []byte) bool {
			if len(k) != 1+8+16 || binary.BigEndian.Uint64(k[1:]) <= oldest || scanned >= fetchScan {
				return false
			}
			scanned++
			h := keyHash(k[9:])
			live[h] = true
			if f.flying[h] || f.landed[h] > applied {
				return true
			}
			j, ok := r.fetchJob(h)
			if !ok {
				return true
			}
			if t := f.tries[h]; t.asked == j.asked {
				if wait := time.Until(t.due); wait > 0 {
					next = min(next, wait)
					return true
				}
			}
			jobs = append(jobs, j)
			return len(jobs) < n
		})
		if len(jobs) < n && scanned < fetchScan {
			f.forget(live, applied)
		}
		return r.Err()
	})
	return jobs, next, err
}

// forget drops what is remembered of files that nobody waits for any more.
func (f *fetcher) forget(live map[keyHash]bool, applied Seq) {
	for h := range f.tries {
		if !live[h] && !f.flying[h] {
			delete(f.tries, h)
		}
	}
	for h, seq := range f.landed {
		if seq <= applied {
			delete(f.landed, h)
		}
	}
}

func (r *Reader) fetchJob(h keyHash) (fetchJob, bool) {
	s, err := find(r.tx, h)
	r.check(err)
	if err != nil || s == nil || s.rec == nil || s.rec.shown().Media == nil {
		return fetchJob{}, false
	}
	j := fetchJob{hash: h, line: s.rec.Line, wamid: bestID(s.rec), id: s.rec.asset().ID, media: *s.rec.shown().Media}
	if f := s.rec.File; f != nil {
		j.asked = f.Mark
	}
	return j, j.wamid != "" && j.id != ""
}

// fetch gets one file and puts on record what came of it.
func (f *fetcher) fetch(ctx context.Context, j fetchJob) fetchEnd {
	end := fetchEnd{job: j}
	draft, err := f.owner.c.Vault.Draft()
	if err != nil {
		end.err, end.late = err, true
		return end
	}
	most := max(cmp.Or(f.owner.c.Media.AutoMax, autoMax), 0)
	if j.asked != 0 {
		most = askedMax
	}
	got, err := f.owner.c.Gateway.Fetch(ctx, j.line, j.id, most, draft)
	if err == nil {
		for _, want := range []string{j.media.SHA256, got.SHA256} {
			if want != "" && want != draft.Sum() {
				err = &FetchError{Kind: FetchOdd, Err: errors.New("its contents are not those that were announced")}
			}
		}
	}
	if err != nil {
		draft.Drop()
		end.err = err
		return end
	}
	name := FileName(draft.Sum() + FileEnding(got.MIME))
	defer f.owner.files.lock(string(name))()
	if end.err = draft.Keep(name); end.err != nil {
		end.late = true
		return end
	}
	stored := MediaStored{Line: j.line, WAMID: j.wamid, File: name, MIME: got.MIME, Bytes: got.Bytes, Look: f.owner.lookInto(name, got.MIME), At: f.owner.clock.now()}
	end.seq, end.err = f.owner.record(ctx, stored)
	end.late = end.err != nil
	if end.err == nil {
		f.owner.custody.stored(end.seq)
		f.owner.follow(ctx, end.seq) // before the lock ends: whoever removes files must know that this one is in use
	}
	return end
}

// record makes facts durable that nobody commanded.
func (o *Owner) record(ctx context.Context, facts ...Fact) (Seq, error) {
	entries, err := o.local("", facts...)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitWithin)
	defer cancel()
	head, _, err := o.c.Journal.Append(ctx, Batch{Entries: entries})
	return head.Seq, err
}

// end takes note of how a job ended.
func (f *fetcher) end(e fetchEnd) {
	j := e.job
	delete(f.flying, j.hash)
	if e.err == nil {
		f.bad = 0
		f.landed[j.hash] = e.seq
		f.owner.notices.clear(noticeMedia)
		return
	}
	t := f.tries[j.hash]
	if t.asked != j.asked {
		t = fetchTry{asked: j.asked}
	}
	t.n++
	kind := fetchKind(e.err)
	f.owner.c.Log.Info("a file could not be fetched", "kind", string(kind), "try", t.n, "kept", !e.late, "err", e.err)
	if e.late {
		t.due = time.Now().Add(fetchAgain)
		if errors.Is(e.err, ErrFull) {
			f.closed = time.Now().Add(fetchHeld)
			f.owner.notices.set(noticeMedia, Tell(noticeMedia, "media-full"))
		}
		f.tries[j.hash] = t
		return
	}
	switch kind {
	case FetchGone:
		f.giveUp(j, MediaExpired, WhyGone, 0, &t)
	case FetchLarge:
		fe, _ := errors.AsType[*FetchError](e.err)
		f.giveUp(j, MediaLost, WhyLarge, fe.Bytes, &t)
	case FetchStray:
		f.giveUp(j, MediaLost, WhyHost, 0, &t)
	case FetchOdd:
		if t.odd++; t.odd >= oddMost {
			f.giveUp(j, MediaLost, WhySum, 0, &t)
			break
		}
		t.due = time.Now().Add(fetchWait(t.n))
	case FetchHeld:
		fe, _ := errors.AsType[*FetchError](e.err)
		f.closed = time.Now().Add(max(fe.After, fetchHeld))
		t.due = f.closed.Add(fetchWait(t.n)) // it may be refused for this file alone: the others have their turn before it
	default:
		t.due = time.Now().Add(fetchWait(t.n))
		if f.bad++; f.bad > fetchMost { // not this file alone: a provider bars who keeps asking (cloud-api 10.1)
			f.closed = time.Now().Add(min(time.Duration(f.bad)*fetchPause, fetchLast))
		}
	}
	f.tries[j.hash] = t
}

// giveUp puts on record that a file does not come by itself.
func (f *fetcher) giveUp(j fetchJob, state MediaState, why MediaWhy, bytes int64, t *fetchTry) {
	seq, err := f.owner.record(context.Background(), MediaFailed{
		Line: j.line, WAMID: j.wamid, State: state, Why: why, Bytes: bytes, At: f.owner.clock.now(),
	})
	if err != nil {
		t.due = time.Now().Add(fetchAgain)
		return
	}
	f.landed[j.hash] = seq
}

// fetchWait is the wait after n tries: it doubles, and varies by a fifth so that files do not come back in step.
func fetchWait(n int) time.Duration {
	wait := min(fetchFirst<<min(n-1, 12), fetchLast)
	return wait - time.Duration(jitter()*float64(wait)/5)
}

// fetchMedia asks for a file again, whatever its size.
func (d *deskOf) fetchMedia(ctx context.Context, id string, c FetchMedia) (Done, error) {
	o := d.owner
	if o.c.Gateway == nil || o.c.Vault == nil {
		return Done{}, noGateway()
	}
	var wanted MediaWanted
	var m Message
	err := o.view(d.agent, func(r *Reader) error {
		var ok bool
		if m, ok = r.Message(c.Key); !ok || m.Media == nil {
			return Refusal("no-file", "name", Clean(c.Key))
		}
		s := r.rowOf(c.Key)
		wanted = MediaWanted{Line: s.rec.Line, WAMID: bestID(s.rec), Agent: d.agent, At: o.clock.now()}
		return r.Err()
	})
	switch {
	case err != nil:
		return Done{}, err
	case m.Media.State == MediaKept:
		return Done{Text: "the file is here"}, nil
	case !m.Media.Again && m.Media.State == MediaPhone:
		return Done{}, Refusal("file-withheld")
	case !m.Media.Again:
		return Done{}, Refusal("file-old")
	}
	return o.commit(ctx, id, Done{Text: "the file is being fetched"}, nil, wanted)
}

// File implements Desk.
func (d *deskOf) File(ctx context.Context, key string) (io.ReadCloser, error) {
	if d.owner.c.Vault == nil {
		return nil, Refusal("files-none")
	}
	var name FileName
	err := d.read(ctx, func(r *Reader) error {
		var ok bool
		if name, ok = r.fileOf(key); !ok {
			return Refusal("file-absent")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	f, err := d.owner.c.Vault.Open(name)
	if err != nil {
		return nil, Refusal("file-left").Because(err)
	}
	return f, nil
}
