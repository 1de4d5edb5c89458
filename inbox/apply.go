package inbox

import (
	"bytes"
	"slices"
)

// Apply joins facts into the views and answers what they changed, in journal order. Facts may come in any order and
// any number of times. An error leaves the transaction to be rolled back.
//
// A batch works in three steps, so that each value is read and written once, whatever the number of facts about it:
// who is who (threads are settled before any message is placed), what is said, and where the rows stand.
func (r Rules) Apply(tx Tx, facts []Sighted) ([]Change, error) {
	b := r.applied(tx, facts)
	return b.changes(), b.err
}

// applyUntold is Apply for changes that nobody is told one by one.
func (r Rules) applyUntold(tx Tx, facts []Sighted) error { return r.applied(tx, facts).err }

func (r Rules) applied(tx Tx, facts []Sighted) *batch {
	b := newBatch(tx, r.Install)
	for _, s := range facts {
		b.newest = max(b.newest, s.Seq)
		b.identify(s)
	}
	b.settleThreads()
	for _, s := range facts {
		b.take(s)
	}
	b.close()
	b.placeRows()
	b.write()
	return b
}

// batch is the working set of one Apply: what it has read and changed so far.
type batch struct {
	tx      Tx
	install string
	err     error // the first; everything after it is idle

	records map[string]*cell[record]
	oids    map[OID]*cell[outgoing]
	persons map[string]*cell[person]
	lines   map[LineID]*cell[lineState]
	chunks  map[string]*cell[chunk]
	notes   map[string]*cell[note]
	agents  map[AgentID]*cell[looked]
	saved   map[string]*cell[saved]
	habits  map[string]*cell[habit]

	unsettled map[string]Seq  // persons whose component must be walked, and the entry that says so
	open      []*cell[record] // records whose consequences are to be drawn
	openOIDs  []*cell[outgoing]

	rows    map[ThreadNo][]change
	anew    map[ThreadNo]bool // threads whose summary must be made anew
	changed map[Change]bool
	writes  map[Bucket][]write
	folds   map[foldedKey]foldedRow // for the blocks of search; without text: taken out

	newest  Seq             // entry of the batch
	beside  []place         // where rows stand or stood that exported lines may give way to
	regroup map[string]bool // persons whose thread is made of others than before
}

// cell is a value of the views in hand.
type cell[T any] struct {
	key   string
	value *T
	dirty bool
	queue bool // waits in batch.open

	hash   keyHash
	placed bool
	gone   bool          // its row gave way in this batch
	row    row           // as it lies in the views
	former []string      // targets of an edit before it turned out to have another
	at     int64         // when it was first received, as it lies in the views
	touch  map[Seq]delta // which entries changed it

	export  []byte     // its place among the exported lines, as it lies in the views
	covered bool       // of an exported line: another row says the same
	trayed  []byte     // its place in the tray
	silent  []byte     // and in what is to be asked about
	errands [][]byte   // about its file, as they lie in the views
	filed   []FileName // what it held
	tolled  bool       // it counts where messages cost money, as it lies in the views
	toll    toll
}

type write struct{ key, value []byte } // a nil value deletes

func newBatch(tx Tx, install string) *batch {
	return &batch{
		tx: tx, install: install,
		records: map[string]*cell[record]{}, oids: map[OID]*cell[outgoing]{}, persons: map[string]*cell[person]{},
		lines: map[LineID]*cell[lineState]{}, chunks: map[string]*cell[chunk]{}, notes: map[string]*cell[note]{}, agents: map[AgentID]*cell[looked]{}, saved: map[string]*cell[saved]{}, habits: map[string]*cell[habit]{},
		unsettled: map[string]Seq{}, rows: map[ThreadNo][]change{}, anew: map[ThreadNo]bool{},
		changed: map[Change]bool{}, writes: map[Bucket][]write{},
		folds: map[foldedKey]foldedRow{}, regroup: map[string]bool{},
	}
}

func (b *batch) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *batch) put(bucket Bucket, key, value []byte) {
	b.writes[bucket] = append(b.writes[bucket], write{key, value})
}

func (b *batch) drop(bucket Bucket, key []byte) {
	b.writes[bucket] = append(b.writes[bucket], write{key, nil})
}

// listed moves what stands in a list of keys from one place to another and gives the new one; nil is none.
func (b *batch) listed(bucket Bucket, from, to []byte) []byte {
	if bytes.Equal(from, to) {
		return to
	}
	if from != nil {
		b.drop(bucket, from)
	}
	if to != nil {
		b.put(bucket, to, []byte{})
	}
	return to
}

// flush writes what waits for a bucket in the order of its keys; of two writes of one key the later counts.
func (b *batch) flush(buckets ...Bucket) {
	for _, bucket := range buckets {
		w := b.writes[bucket]
		slices.SortStableFunc(w, func(x, y write) int { return bytes.Compare(x.key, y.key) })
		for i, x := range w {
			if b.err != nil {
				return
			}
			switch {
			case i+1 < len(w) && bytes.Equal(x.key, w[i+1].key):
			case x.value == nil:
				b.check(b.tx.Delete(bucket, x.key))
			default:
				b.check(b.tx.Put(bucket, x.key, x.value))
			}
		}
		delete(b.writes, bucket)
	}
}

func (b *batch) check(err error) {
	if err != nil {
		b.fail(err)
	}
}

// record gives the cell of a message key, empty when the key is new.
func (b *batch) record(key string) *cell[record] {
	if c := b.records[key]; c != nil {
		return c
	}
	c := &cell[record]{key: key, value: &record{}, hash: hashKey(key)}
	b.records[key] = c
	s, err := find(b.tx, c.hash)
	if err != nil {
		b.fail(err)
	}
	if s != nil && s.rec != nil {
		c.value, c.row, c.placed, c.at = s.rec, s.row, s.placed, s.rec.At
		c.filedBefore(s.rec)
		c.export = s.rec.exportKey(c.hash)
		c.covered = c.export != nil && !s.placed
		if s.placed {
			c.trayed, c.silent = s.rec.trayKey(c.hash, s.row.flags), s.rec.silentKey(c.hash, s.row.flags)
		}
		c.toll, c.tolled = s.rec.toll()
	}
	return c
}

func (b *batch) outgoing(oid OID) *cell[outgoing] {
	if c := b.oids[oid]; c != nil {
		return c
	}
	c := &cell[outgoing]{key: string(oid), value: &outgoing{}, hash: hashKey(string(oid))}
	b.oids[oid] = c
	_, err := get(b.tx, outboxBucket, []byte(oid), c.value)
	b.check(err)
	return c
}

func load[K ~string, T any](b *batch, cells map[K]*cell[T], bucket Bucket, key K) *cell[T] {
	if c := cells[key]; c != nil {
		return c
	}
	c := &cell[T]{key: string(key), value: new(T)}
	cells[key] = c
	if _, err := get(b.tx, bucket, []byte(key), c.value); err != nil {
		b.fail(err)
	}
	return c
}

func (b *batch) person(line LineID, a Alias) *cell[person] {
	return load(b, b.persons, personsBucket, string(personKey(line, a)))
}

func (c *cell[T]) note(seq Seq, d delta) {
	if c.touch == nil {
		c.touch = map[Seq]delta{}
	}
	c.touch[seq] |= d
}

// say joins a fact's part into the record of its key.
func (b *batch) say(seq Seq, l lifted) {
	c := b.record(l.key)
	edit := c.value.Edit
	if d := c.value.join(&l.rec); d != noDelta {
		c.note(seq, d)
		b.reopen(c)
	}
	if edit != nil && edit.Target != c.value.Edit.Target {
		c.former = append(c.former, edit.Target) // it is that message's edit no more
	}
}

func (b *batch) reopen(c *cell[record]) {
	c.dirty = true
	if !c.queue {
		c.queue = true
		b.open = append(b.open, c)
	}
}

func (b *batch) sayOut(seq Seq, oid OID, e *outgoing) {
	c := b.outgoing(oid)
	if c.value.join(e) {
		c.note(seq, rowDelta)
		b.reopenOID(c)
	}
}

func (b *batch) reopenOID(c *cell[outgoing]) {
	c.dirty = true
	if !c.queue {
		c.queue = true
		b.openOIDs = append(b.openOIDs, c)
	}
}

// about joins p into each of the persons and reports whether that changed anything.
func (b *batch) about(seq Seq, line LineID, peers []Alias, p *person) (changed bool) {
	for _, a := range aliases(peers) {
		c := b.person(line, a)
		last := c.value.Last
		if c.value.join(p) {
			c.note(seq, rowDelta)
			changed = true
		}
		c.dirty = c.dirty || c.touch != nil || c.value.Last != last
	}
	return changed
}

// aboutOne is about for peers that one fact names: they are linked, so it is enough to keep with the first what is read
// of all of them together.
func (b *batch) aboutOne(seq Seq, line LineID, peers []Alias, p *person) (changed bool) {
	all := aliases(peers)
	return b.about(seq, line, all[:min(1, len(all))], p)
}

// rename is aboutOne for what shows as a contact's name.
func (b *batch) rename(seq Seq, line LineID, peers []Alias, p *person) {
	if b.aboutOne(seq, line, peers, p) {
		b.tell(Change{Seq: seq, Kind: ContactEvent, Thread: b.person(line, aliases(peers)[0]).value.Thread})
	}
}

// take joins one fact.
func (b *batch) take(s Sighted) {
	b.pulsed(s)
	switch f := s.Fact.(type) {
	case MessageSeen:
		b.say(s.Seq, liftMessage(s, f))
		if f.Name != "" {
			b.rename(s.Seq, f.Line, f.Peers, liftName(s, ProfileRegister, f.Name, f.Time))
		}
		if f.Username != "" {
			b.rename(s.Seq, f.Line, f.Peers, liftName(s, UsernameRegister, f.Username, f.Time))
		}
	case StatusSeen:
		b.takeStatus(s, f)
	case EditSeen:
		own, target := liftEdit(s, f)
		b.say(s.Seq, own)
		b.say(s.Seq, target)
	case RevokeSeen:
		own, target := liftRevoke(s, f)
		b.say(s.Seq, own)
		b.say(s.Seq, target)
	case ReactionSeen:
		own, target := liftReaction(s, f)
		b.say(s.Seq, own)
		b.say(s.Seq, target)
	case ContactSeen:
		b.rename(s.Seq, f.Line, f.Peers, liftName(s, f.Register, f.Value, f.Time))
		if f.Register == BookRegister {
			b.line(s.Seq, f.Line, &lineState{Book: bookNews{markOf(s), s.At.Unix()}})
		}
	case LinkSeen:
		b.aboutOne(s.Seq, f.Line, f.Peers, &person{Last: s.Seq})
	case HistorySeen:
		b.takeHistory(s, f)
	case SyncRequested, SyncSettled, ListenerProved:
		line, st := liftSync(s)
		b.line(s.Seq, line, st)
	case NoteSeen:
		b.takeNote(s, f)
	case Unreadable:
		b.put(quarantineBucket, number(uint64(markOf(s))), encode(unreadable{s.At.Unix(), f.Path, f.Reason}))
		b.tell(Change{Seq: s.Seq, Kind: AccountEvent})
	case AccountSeen:
		b.takeAccount(s, f)
	case LinkChecked:
		b.line(s.Seq, f.Line, &lineState{Check: check{f.At.Unix(), f.Connected, f.Word}})
	case LineReleased:
		b.line(s.Seq, f.Line, &lineState{Released: markOf(s)})
	case ChatImported:
		for i, line := range f.Lines {
			b.say(s.Seq, line.lift(s, f.Peer, i))
		}
	case MediaStored, MediaFailed, MediaWanted, MediaDropped:
		if l, ok := liftFile(s); ok {
			b.say(s.Seq, l)
		}
	case Linked: // identify took it
	case ReceiptsTold:
		if l, ok := liftReceipts(s, f); ok {
			b.say(s.Seq, l)
		}
	case PhoneLooked:
		if l, ok := liftLooked(s, f); ok {
			b.say(s.Seq, l)
		}
	case Named, FieldsSet:
		peer, p := personal(s)
		b.rename(s.Seq, peer.Line, []Alias{peer.Alias}, p)
	case ReplySaved, ReplyRemoved, ReplyUsed:
		b.takeSaved(s)
	case Queued, TemplateStarred:
		b.takeHabit(s)
	case CaughtUp:
		b.lookedIn(f.Agent, looked{f.Upto, f.At.Unix()})
	case Missed:
		b.put(gapsBucket, number(uint64(markOf(s))), encode(gap{f.From.Unix(), f.To.Unix(), f.Why}))
	case Viewed, Unviewed, StateSet, Assigned, Labelled, Muted, Noted:
		if v, ok := f.(Viewed); ok {
			b.lookedIn(v.Agent, looked{s.Seq, s.At.Unix()})
		}
		peer, p := personal(s)
		b.about(s.Seq, peer.Line, []Alias{peer.Alias}, p)
		if n, ok := f.(Noted); ok {
			b.keepNote(s.Seq, peer.Line, peer.Alias, "note", n.ID, n.At.Unix(), note{By: n.Agent, Text: Clean(n.Text), Mark: markOf(s)})
		}
	}
}

func (b *batch) takeStatus(s Sighted, f StatusSeen) {
	l := liftStatus(s, f)
	oid := callbackOID(f.Callback, b.install)
	if oid != "" {
		l.rec.OIDs = []OID{oid}
	}
	b.say(s.Seq, l)
	if f.FreeUntil > 0 {
		b.aboutOne(s.Seq, f.Line, f.Peers, &person{Free: f.FreeUntil, Last: s.Seq})
	}
}

// tell notes a change that is no row's.
func (b *batch) tell(c Change) { b.changed[c] = true }
