package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"frontdesk/inbox"
)

// viewsMeta is the bucket that says whose views these are. No bucket of the inbox has such a name.
var viewsMeta = []byte("\x00views")

// The keys of viewsMeta.
var (
	viewsSchemaKey = []byte("schema")
	viewsLayoutKey = []byte("layout")
	viewsOwnerKey  = []byte("journal")
)

// viewsSchema is the number of this package's own part of the file. Views are not migrated: they are made anew.
const viewsSchema = 1

// viewsFill is how full pages are left. Most keys go to the end of their thread or their bucket, but messages land in
// the middle of the file, where a full page would split at once.
const viewsFill = 0.75

// views is the cache over views.db.
type views struct {
	path   string
	id     string
	layout uint64

	mu  sync.RWMutex // over db: Reset exchanges it
	db  *bolt.DB
	why error
}

var _ inbox.Views = (*views)(nil)

// openViews opens the views that belong to the journal with this identity, or makes them anew and says why in
// opening.Views. The lock of the journal protects both.
func openViews(dir, id string, opts Options, opening *Opening) (*views, error) {
	v := &views{path: filepath.Join(dir, viewsFile), id: id, layout: opts.ViewsLayout}
	if opening.Views != "" || !exists(v.path) {
		if opening.Views == "" {
			opening.Views = "there were none"
		}
		return v, v.begin()
	}
	why := v.open(opts.LockTimeout)
	if why == nil {
		if opts.Compact && mostlyFree(v.db) {
			var err error
			if v.db, err = rewrite(v.db, v.path); err != nil {
				return v, err
			}
			opening.Compacted = append(opening.Compacted, viewsFile)
		}
		return v, nil
	}
	if errors.Is(why, ErrLocked) { // by a former owner that is just recovering its journal
		return v, why
	}
	var stale *staleViews
	if !errors.As(why, &stale) {
		if err := setViewsAside(dir); err != nil {
			return v, err
		}
	}
	opening.Views = why.Error()
	return v, v.begin()
}

// staleViews are whole, and of no use.
type staleViews struct{ text string }

func (e *staleViews) Error() string { return e.text }

func (v *views) open(timeout time.Duration) error {
	if err := privateFile(v.path); err != nil {
		return err
	}
	if err := looksWhole(v.path); err != nil {
		return errors.New("they were damaged")
	}
	db, err := openBolt(v.path, timeout, nil)
	if errors.Is(err, berrors.ErrTimeout) {
		return locked(filepath.Dir(v.path))
	}
	if err != nil {
		return errors.New("they could not be opened")
	}
	err = guarded(func() error {
		return db.View(func(tx *bolt.Tx) error {
			meta := tx.Bucket(viewsMeta)
			switch {
			case meta == nil:
				return errors.New("they were not frontdesk's")
			case number(meta.Get(viewsSchemaKey)) != viewsSchema, number(meta.Get(viewsLayoutKey)) != v.layout:
				return &staleViews{"they were of another version"}
			case string(meta.Get(viewsOwnerKey)) != v.id:
				return &staleViews{"they belonged to another journal"}
			}
			return nil
		})
	})
	if err != nil {
		db.Close()
		return err
	}
	v.db = db
	return nil
}

// begin makes empty views in the place of any that are there.
func (v *views) begin() error {
	temp := tempName(filepath.Dir(v.path))
	err := v.make(temp)
	if err == nil {
		err = os.Rename(temp, v.path)
	}
	if err != nil {
		os.Remove(temp)
		if isFull(err) {
			return fmt.Errorf("%w: the views cannot be made; make room", inbox.ErrFull)
		}
		return unusable(v.path, err)
	}
	if err := syncDir(filepath.Dir(v.path)); err != nil {
		return unusable(v.path, err)
	}
	v.db, err = openBolt(v.path, time.Second, nil)
	return err
}

func (v *views) make(path string) error {
	db, err := bolt.Open(path, fileMode, boltOptions(0, time.Second, nil))
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		meta, err := tx.CreateBucket(viewsMeta)
		if err != nil {
			return err
		}
		return errors.Join(meta.Put(viewsSchemaKey, u64(viewsSchema)), meta.Put(viewsLayoutKey, u64(v.layout)), meta.Put(viewsOwnerKey, []byte(v.id)))
	})
	return errors.Join(err, db.Close())
}

// setViewsAside keeps damaged views beside the new ones. One set is enough: they can be made again from the journal.
func setViewsAside(dir string) error {
	path := filepath.Join(dir, viewsFile)
	if err := os.Rename(path, path+".damaged"); err != nil {
		return unusable(path, err)
	}
	return nil
}

// Update runs fn in the one write transaction.
func (v *views) Update(fn func(inbox.Tx) error) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return v.why
	}
	err := v.db.Update(func(tx *bolt.Tx) error { return fn(&viewTx{tx: tx, open: make(map[inbox.Bucket]*bolt.Bucket)}) })
	if isFull(err) {
		return fmt.Errorf("%w: the views cannot be written; make room", inbox.ErrFull)
	}
	return err
}

// View runs fn on a consistent state.
func (v *views) View(fn func(inbox.ReadTx) error) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return v.why
	}
	return v.db.View(func(tx *bolt.Tx) error { return fn(&viewTx{tx: tx, open: make(map[inbox.Bucket]*bolt.Bucket)}) })
}

// Reset empties the views by putting a new file in their place. It waits for the transactions that run.
func (v *views) Reset() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db == nil && errors.Is(v.why, inbox.ErrClosed) {
		return v.why
	}
	if v.db != nil {
		v.db.Close()
		v.db = nil
	}
	v.why = v.begin()
	return v.why
}

func (v *views) compact() (err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.db, err = rewrite(v.db, v.path)
	v.why = err
	return err
}

func (v *views) close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	db := v.db
	v.db, v.why = nil, inbox.ErrClosed
	if db == nil {
		return nil
	}
	return db.Close()
}

// viewTx is one transaction; its buckets are looked up once.
type viewTx struct {
	tx   *bolt.Tx
	open map[inbox.Bucket]*bolt.Bucket
}

func (t *viewTx) bucket(name inbox.Bucket) *bolt.Bucket {
	if b, ok := t.open[name]; ok {
		return b
	}
	b := t.tx.Bucket([]byte(name))
	if b != nil {
		b.FillPercent = viewsFill
		t.open[name] = b
	}
	return b
}

// Put makes the bucket when it is the first to write to it.
func (t *viewTx) Put(name inbox.Bucket, key, value []byte) error {
	b := t.bucket(name)
	if b == nil {
		if _, err := t.tx.CreateBucket([]byte(name)); err != nil {
			return fmt.Errorf("bucket %q: %w", name, err)
		}
		b = t.bucket(name)
	}
	if value == nil {
		value = []byte{} // nil would read back as no key until the commit
	}
	return b.Put(key, value)
}

// Delete of a key that is not there is no error.
func (t *viewTx) Delete(name inbox.Bucket, key []byte) error {
	if b := t.bucket(name); b != nil {
		return b.Delete(key)
	}
	return nil
}

// Get returns nil when there is no such key.
func (t *viewTx) Get(name inbox.Bucket, key []byte) []byte {
	if b := t.bucket(name); b != nil {
		return b.Get(key)
	}
	return nil
}

// Ascend goes up from a key.
func (t *viewTx) Ascend(name inbox.Bucket, from []byte, yield func(k, v []byte) bool) {
	b := t.bucket(name)
	if b == nil {
		return
	}
	c := b.Cursor()
	for k, v := c.Seek(from); k != nil && yield(k, v); k, v = c.Next() {
	}
}

// Descend goes down from before, or from the end.
func (t *viewTx) Descend(name inbox.Bucket, before []byte, yield func(k, v []byte) bool) {
	b := t.bucket(name)
	if b == nil {
		return
	}
	c := b.Cursor()
	step := c.Last
	if before != nil {
		if k, _ := c.Seek(before); k != nil { // nil: all keys lie before it
			step = c.Prev
		}
	}
	k, v := step()
	for ; k != nil && yield(k, v); k, v = c.Prev() {
	}
}
