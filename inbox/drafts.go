package inbox

import (
	"context"
	"encoding/json"
	"sync"
)

// drafts holds the unsent replies. They are kept beside the journal, so that a crash loses at most what was typed in
// the last second; the last write wins (decisions 4).
type drafts struct {
	saving   keyedLocks         // one write of a thread at a time
	mu       sync.Mutex         // held for no write: whoever reads a thread looks here
	byThread map[ThreadNo]Draft // by the number the thread had when the draft was written
}

func (d *drafts) load(saved map[string][]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.byThread = map[ThreadNo]Draft{}
	for key, data := range saved {
		no, err := ThreadID(key).No()
		var draft Draft
		if err == nil && json.Unmarshal(data, &draft) == nil {
			d.byThread[no] = draft
		}
	}
}

// of finds the draft of a thread. Threads join after drafts were written, so a draft belongs to where its thread went;
// of two the later one counts.
func (d *drafts) of(r *Reader, no ThreadNo) *Draft {
	d.mu.Lock()
	defer d.mu.Unlock()
	var found *Draft
	for at, draft := range d.byThread {
		if at != no {
			if now, ok := r.Resolve(at); !ok || now != no {
				continue
			}
		}
		if _, sent := r.Outbox(draft.OID); sent {
			continue // a crash came between taking the reply and dropping its draft
		}
		if found == nil || draft.At.After(found.At) {
			found = &draft
		}
	}
	if found != nil && found.File != nil && r.lens.Files != nil {
		found.Gone = r.lens.Files(found.File.File) == ""
	}
	return found
}

// hold reports whether a file belongs to a draft.
func (d *drafts) hold(name FileName) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, draft := range d.byThread {
		if draft.File != nil && draft.File.File == name {
			return true
		}
	}
	return false
}

// files are those of the drafts under these numbers.
func (d *drafts) files(numbers []ThreadNo) (names []FileName) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, no := range numbers {
		if f := d.byThread[no].File; f != nil {
			names = append(names, f.File)
		}
	}
	return names
}

// keepDraft saves the draft of a thread and lets go of the file that it had before.
func (o *Owner) keepDraft(ctx context.Context, numbers []ThreadNo, draft Draft) error {
	had := o.drafts.files(numbers)
	if err := o.drafts.save(ctx, o.c.Journal, numbers, draft); err != nil {
		return err
	}
	for _, name := range had {
		o.custody.free(name, 0)
	}
	return nil
}

// save keeps the draft of a thread, or removes an empty one and those of threads that joined it.
func (d *drafts) save(ctx context.Context, j Journal, numbers []ThreadNo, draft Draft) error {
	defer d.saving.lock(string(numbers[0].ID()))()
	for i, no := range numbers {
		var data []byte
		if i == 0 && !draft.empty() {
			var err error
			if data, err = json.Marshal(draft); err != nil {
				return err
			}
		} else if d.kept(numbers[i:i+1]) == nil {
			continue
		}
		if err := j.SaveDraft(ctx, string(no.ID()), data); err != nil {
			return err
		}
		d.keep(no, draft, data != nil)
	}
	return nil
}

func (d *drafts) keep(no ThreadNo, draft Draft, there bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if there {
		d.byThread[no] = draft
	} else {
		delete(d.byThread, no)
	}
}

// numbers lists the numbers under which drafts of a thread are kept, its own first.
func (d *drafts) numbers(r *Reader, no ThreadNo) []ThreadNo {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := []ThreadNo{no}
	for at := range d.byThread {
		if now, ok := r.Resolve(at); at != no && ok && now == no {
			all = append(all, at)
		}
	}
	return all
}

// kept is the newest of the drafts under these numbers, even one whose reply was taken.
func (d *drafts) kept(numbers []ThreadNo) *Draft {
	d.mu.Lock()
	defer d.mu.Unlock()
	var found *Draft
	for _, no := range numbers {
		if draft, ok := d.byThread[no]; ok && (found == nil || draft.At.After(found.At)) {
			found = &draft
		}
	}
	return found
}
