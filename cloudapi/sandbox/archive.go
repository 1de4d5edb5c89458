package sandbox

import (
	"cmp"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Archive says how what the phone holds from before reaches the client, once it asks (history and smb_app_state_sync
// references). The zero value is the friendly case: one batch of contacts, chunks of a thousand messages in order, files
// of the last 14 days right behind theirs.
type Archive struct {
	Declined   bool          // the owner of the phone does not share the history: error 2593109
	Chunk      int           // most messages in a chunk; 1000 when zero
	Every      time.Duration // between two chunks, and two batches of contacts
	NumbersRun bool          // chunk_order goes on from one phase to the next instead of beginning anew
	Shuffle    bool          // chunks come in another order
	Double     int           // each so manieth chunk comes twice; 0 for none
	Missing    []int         // chunks that never come, counted from 1 over all phases
	MediaAfter time.Duration // how long behind its chunk a file follows
	Contacts   int           // most contacts in a batch; all in one when zero
}

// Before lets a message be one of the past, from before the number was linked: nothing is reported of it, and it comes
// with the history alone.
func Before(t time.Time) Option {
	return func(p *posting) { p.at, p.before = t, true }
}

// Archive sets how the past reaches the client.
func (p *Phone) Archive(a Archive) *Phone {
	p.sb.mu.Lock()
	defer p.sb.mu.Unlock()
	p.archive = a
	return p
}

// Remember puts a customer into the address book without reporting it: an entry of before the number was linked.
func (p *Phone) Remember(c *Customer, fullName string) {
	p.sb.mu.Lock()
	defer p.sb.mu.Unlock()
	p.note(c, fullName)
}

// ZeroRemovals lets removals from the address book carry the timestamp "0", as has been seen.
func (p *Phone) ZeroRemovals(on bool) *Phone {
	p.sb.mu.Lock()
	defer p.sb.mu.Unlock()
	p.zeroes = on
	return p
}

const (
	// syncWindow is how long after linking contacts and history may be asked for.
	syncWindow = 24 * time.Hour
	// mediaReach is how far before linking files are still handed on.
	mediaReach = 14 * 24 * time.Hour
)

// reaches is how far before linking each phase of the history goes.
var reaches = []time.Duration{24 * time.Hour, 90 * 24 * time.Hour, 180 * 24 * time.Hour}

// Link says when the number was linked, which begins the day in which its contacts and history can be asked for, once
// each, anew. A sandbox starts with a number that was linked an hour ago.
func (sb *Sandbox) Link(at time.Time) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.linked, sb.synced = at, map[string]bool{}
}

// syncPhone takes the one-time request for the phone's contacts or history. Each is granted once, in the first day.
func (sb *Sandbox) syncPhone(w http.ResponseWriter, r *http.Request) *graphError {
	top, e := readForm(r)
	if e != nil {
		return e
	}
	top.product()
	kind := top.text("sync_type", true)
	top.done()
	if top.bad() != nil {
		return top.bad()
	}
	if kind != "smb_app_state_sync" && kind != "history" {
		return refuse("Param sync_type must be one of {SMB_APP_STATE_SYNC, HISTORY} - got %q.", kind)
	}
	sb.mu.Lock()
	defer sb.mu.Unlock()
	switch {
	case sb.synced[kind]:
		return fail(2593107, "")
	case sb.Now().Sub(sb.linked) > syncWindow:
		return fail(2593108, "")
	}
	sb.synced[kind] = true
	if kind == "history" {
		sb.shareHistory()
	} else {
		sb.shareBook()
	}
	writeJSON(w, http.StatusOK, map[string]string{"messaging_product": "whatsapp", "request_id": sb.newID("REQ")})
	return nil
}

// shareBook reports the whole address book, in batches.
func (sb *Sandbox) shareBook() {
	size := cmp.Or(sb.phone.archive.Contacts, max(1, len(sb.phone.book)))
	n := 0
	for batch := range slices.Chunk(sb.phone.book, size) {
		var sync []stateSync
		for _, k := range batch {
			sync = append(sync, sb.phone.change("add", k))
		}
		sb.share(time.Duration(n)*sb.phone.archive.Every, &update{field: "smb_app_state_sync", value: value{StateSync: sync}})
		n++
	}
}

// share reports something after a while.
func (sb *Sandbox) share(after time.Duration, u *update) {
	if after <= 0 {
		sb.post.submit(u)
		return
	}
	sb.agenda.after(after, func() { sb.post.submit(u) })
}

// parcelOfPast is one chunk and the files that follow it.
type parcelOfPast struct {
	chunk history
	files []*update
}

// shareHistory reports the past as the archive says.
func (sb *Sandbox) shareHistory() {
	a := sb.phone.archive
	if a.Declined {
		sb.post.submit(&update{field: "history", value: value{History: []history{{Errors: []reportedError{fail(2593109, "").reported()}}}}})
		return
	}
	parcels := sb.pack(a)
	order := make([]int, len(parcels))
	for i := range order {
		order[i] = i
	}
	if a.Shuffle {
		r := rand.New(rand.NewPCG(sb.cfg.Seed, 3))
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	for n, i := range order {
		if slices.Contains(a.Missing, i+1) {
			continue
		}
		at := time.Duration(n) * a.Every
		times := 1
		if a.Double > 0 && (i+1)%a.Double == 0 {
			times = 2
		}
		for range times {
			sb.share(at, &update{field: "history", value: value{History: []history{parcels[i].chunk}}})
		}
		for _, f := range parcels[i].files {
			sb.share(at+a.MediaAfter, f)
		}
	}
}

// pack cuts the past into chunks, the newest first, and says in each how far it is. A phone with nothing to share says
// that it is through.
func (sb *Sandbox) pack(a Archive) []parcelOfPast {
	var parcels []parcelOfPast
	number := 0
	for phase, past := range sb.phases() {
		if !a.NumbersRun {
			number = 0
		}
		for batch := range slices.Chunk(past, cmp.Or(a.Chunk, 1000)) {
			number++
			p := parcelOfPast{chunk: history{Meta: &historyMeta{Phase: phase, Chunk: number}, Threads: sb.threads(batch)}}
			for _, m := range batch {
				if m.file() && sb.linked.Sub(m.At) <= mediaReach {
					p.files = append(p.files, sb.fileOf(m))
				}
			}
			parcels = append(parcels, p)
		}
	}
	if len(parcels) == 0 {
		parcels = []parcelOfPast{{chunk: history{Meta: &historyMeta{Chunk: 1}}}}
	}
	for i := range parcels {
		parcels[i].chunk.Meta.Progress = 100 * (i + 1) / len(parcels)
	}
	return parcels
}

// phases sorts what the phone holds by how long before linking it was, the newest first. Messages of the API are not
// among it, nor what is older than half a year.
func (sb *Sandbox) phases() [][]*message {
	all := make([][]*message, len(reaches))
	for _, m := range sb.journal {
		if m.Revoked || m.Type == "unsupported" || m.From == FromAPI {
			continue
		}
		age := sb.linked.Sub(m.At)
		for phase, reach := range reaches {
			if age <= reach {
				all[phase] = append(all[phase], m)
				break
			}
		}
	}
	for _, past := range all {
		slices.SortStableFunc(past, func(a, b *message) int { return a.At.Compare(b.At) })
		slices.Reverse(past) // of the same second, the one that was written later comes first, too
	}
	return all
}

// threads groups messages by customer, each chat in the order in which it was written.
func (sb *Sandbox) threads(batch []*message) []historyThread {
	of := map[*Customer][]*message{}
	for _, m := range batch {
		of[m.customer] = append(of[m.customer], m)
	}
	var threads []historyThread
	for _, c := range sb.customers {
		if len(of[c]) == 0 {
			continue
		}
		is, t := c.told(), historyThread{Context: map[string]string{}}
		t.ID = is.number
		for name, id := range map[string]string{"wa_id": is.number, "user_id": is.user, "parent_user_id": is.parent} {
			if id != "" {
				t.Context[name] = id
			}
		}
		for _, m := range slices.Backward(of[c]) {
			t.Messages = append(t.Messages, sb.historyMessage(m))
		}
		threads = append(threads, t)
	}
	return threads
}

// file reports whether a message is one whose file history hands on apart.
func (m *message) file() bool {
	b := m.payload
	return b.Image != nil || b.Audio != nil || b.Video != nil || b.Document != nil || b.Sticker != nil
}

// historyMessage is a message as a chunk holds it. Outgoing items carry the business's own number inside their ids, as
// seen in history webhooks; the key inside is the same.
func (sb *Sandbox) historyMessage(m *message) wireMessage {
	w := wireMessage{ID: m.ID, Timestamp: unix(m.At), Type: m.Type, body: m.payload}
	if m.payload.Text == nil && m.payload.Location == nil && m.payload.Contacts == nil {
		w.Type, w.body = "media_placeholder", body{}
	}
	if m.isOurs() {
		w.From = sb.post.meta.DisplayNumber
		w.ID = respell(m.ID, w.From)
		w.HistoryInfo = map[string]string{"status": strings.ToUpper(strings.Replace(m.Status, "accepted", "sent", 1))}
		return w
	}
	t := m.customer.told()
	w.From, w.FromUserID, w.FromParentID = t.number, t.user, t.parent
	w.HistoryInfo = map[string]string{"status": "READ"}
	return w
}

// fileOf reports the file of a placeholder: a message or an echo of the field history, under the placeholder's id.
func (sb *Sandbox) fileOf(m *message) *update {
	w := sb.historyMessage(m)
	w.Type, w.body, w.HistoryInfo = m.Type, m.payload, nil
	t := m.customer.told()
	v := value{Contacts: []contact{{WaID: t.number, UserID: t.user, ParentID: t.parent}}}
	if m.isOurs() {
		w.To, w.ToUserID, w.ToParentID = t.number, t.user, t.parent
		v.Echoes = []wireMessage{w}
	} else {
		v.Messages = []wireMessage{w}
	}
	return &update{field: "history", value: v}
}
