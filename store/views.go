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

// views is the cache over views.db: two layers in memory and the file under them. A file takes what is scattered over
// its pages one page at a time and then waits for the disk, which the journal needs; so it gets few, large portions, while
// readers see every Update at once. Losing the layers with the process costs nothing but applying some entries again,
// because the position of the views in the journal lies in the same layer.
type views struct {
	path   string
	id     string
	layout uint64

	writer sync.Mutex   // one Update at a time
	mu     sync.RWMutex // over db: Reset exchanges it
	db     *bolt.DB
	why    error

	layers sync.RWMutex  // over the two layers
	top    *layer        // what Updates wrote
	low    *layer        // what is on its way to the file; nil when nothing is
	failed error         // why the lower one could not be written
	eased  chan struct{} // closed when the lower one is settled; nil when nobody waits for that

	sink    sync.Mutex     // one at a time goes to the file
	sinking sync.WaitGroup // goroutines that do
	timer   *time.Timer    // to the next time; nil when nothing waits
}

var _ inbox.Views = (*views)(nil)

// openViews opens the views that belong to the journal with this identity, or makes them anew and says why in
// opening.Views. The lock of the journal protects both.
func openViews(dir, id string, opts Options, opening *Opening) (*views, error) {
	v := &views{path: filepath.Join(dir, viewsFile), id: id, layout: opts.ViewsLayout, top: newLayer()}
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
		if v.low != nil {
			v.sinking.Go(v.sinkLowered)
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
	if err == nil {
		err = guarded(func() (err error) {
			v.low, err = readRedo(db)
			return err
		})
	}
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

// Update runs fn in the one write transaction. What it wrote is seen at once by every View that begins later, and is in
// the file at the latest when the store closes (sink.go).
func (v *views) Update(fn func(inbox.Tx) error) error {
	v.writer.Lock()
	defer v.writer.Unlock()
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return v.why
	}
	if err := v.room(); err != nil {
		return err
	}
	top, err := v.written(fn)
	if err != nil {
		return err
	}
	v.publish(top)
	return nil
}

// written runs fn and gives the layer that it left. The file is let go of before the layer is published: a file that has
// to be mapped anew waits for all who read it, and they must not wait for those who begin to.
func (v *views) written(fn func(inbox.Tx) error) (*layer, error) {
	r, err := v.begun()
	if err != nil {
		return nil, err
	}
	defer r.end()
	tx := newWriteTx(r)
	if err := fn(tx); err != nil {
		return nil, err
	}
	return tx.top, nil
}

// View runs fn on a consistent state.
func (v *views) View(fn func(inbox.ReadTx) error) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return v.why
	}
	tx, err := v.begun()
	if err != nil {
		return err
	}
	defer tx.end()
	return fn(tx)
}

// begun starts to read: the layers and the file as they are at one moment. One commit may fall between the two; it is
// of the lower layer, which then lies over its own contents.
func (v *views) begun() (*readTx, error) {
	v.layers.RLock()
	defer v.layers.RUnlock()
	tx, err := v.db.Begin(false)
	if err != nil {
		return nil, err
	}
	return &readTx{top: v.top, low: v.low, file: fileTx{tx: tx, open: make(map[inbox.Bucket]*bolt.Bucket)}}, nil
}

// Reset empties the views by putting a new file in their place. It waits for the transactions that run.
func (v *views) Reset() error {
	v.writer.Lock()
	defer v.writer.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db == nil && errors.Is(v.why, inbox.ErrClosed) {
		return v.why
	}
	v.drop()
	if v.db != nil {
		v.db.Close()
		v.db = nil
	}
	v.why = v.begin()
	return v.why
}

func (v *views) compact() (err error) {
	v.writer.Lock()
	defer v.writer.Unlock()
	if err := v.sinkAll(); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.db, err = rewrite(v.db, v.path)
	v.why = err
	return err
}

// close brings what is in memory to the file. When that cannot be done nothing is lost: the next start makes it of the
// journal again.
func (v *views) close() error {
	v.writer.Lock()
	defer v.writer.Unlock()
	_ = v.sinkAll()
	v.mu.Lock()
	db := v.db
	v.db, v.why = nil, inbox.ErrClosed
	v.drop()
	v.mu.Unlock()
	v.sinking.Wait()
	if db == nil {
		return nil
	}
	return db.Close()
}
