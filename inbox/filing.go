package inbox

import (
	"encoding/binary"
	"time"
)

// MediaState says where the file of a message is (commands.md).
type MediaState string

// The states.
const (
	MediaFetching MediaState = "fetching"
	MediaKept     MediaState = "stored"
	MediaExpired  MediaState = "expired"       // it cannot be had any more
	MediaPhone    MediaState = "on_phone_only" // an import that WhatsApp gave no file for
	MediaLost     MediaState = "failed"        // it was not taken; asking for it again may help
)

// MediaWhy says why a file is not here. It reaches disk: words are added, never changed.
type MediaWhy string

// The reasons.
const (
	WhyGone    MediaWhy = "gone"    // WhatsApp has it no more
	WhyLarge   MediaWhy = "large"   // larger than what is fetched unasked
	WhySum     MediaWhy = "sum"     // three times something else came than what was announced
	WhyHost    MediaWhy = "host"    // it lies on a host that may not get the access token
	WhyRemoved MediaWhy = "removed" // it was here, and left for its age or for room
	WhyMissing MediaWhy = "missing" // it should be in the media directory and is not
)

// mediaLife is how long a media id of a webhook can be asked for (cloud-api 4.1).
const mediaLife = 7 * 24 * time.Hour

// filing is what became of a message's file: a register that the newest fact has.
type filing struct {
	Mark  mark     `cbor:"1,keyasint"`
	Step  fileStep `cbor:"2,keyasint"`
	Name  FileName `cbor:"3,keyasint,omitempty"`
	MIME  string   `cbor:"4,keyasint,omitempty"`
	Bytes int64    `cbor:"5,keyasint,omitempty"`
	Look  FileLook `cbor:"6,keyasint,omitzero"`
	Why   MediaWhy `cbor:"7,keyasint,omitempty"`
	At    int64    `cbor:"8,keyasint,omitempty"`
}

// fileStep is what the newest fact about a file was.
type fileStep uint8

const (
	fileStored fileStep = iota + 1
	fileExpired
	fileLost
	fileWanted
	fileDropped
)

// FileLook is what one look into a file told.
type FileLook struct {
	Width   int     `json:"width,omitempty" cbor:"1,keyasint,omitempty"` // of a picture, in pixels
	Height  int     `json:"height,omitempty" cbor:"2,keyasint,omitempty"`
	Seconds float64 `json:"seconds,omitempty" cbor:"3,keyasint,omitempty"` // of a sound
}

// liftFile is what a fact about a file says of the message's key.
func liftFile(s Sighted) (lifted, bool) {
	var line LineID
	var wamid string
	f := filing{Mark: markOf(s)}
	switch x := s.Fact.(type) {
	case MediaStored:
		if !x.File.Valid() {
			return lifted{}, false
		}
		line, wamid = x.Line, x.WAMID
		f.Step, f.Name, f.MIME, f.Bytes, f.Look, f.At = fileStored, x.File, Clean(x.MIME), x.Bytes, x.Look, x.At.Unix()
	case MediaFailed:
		line, wamid = x.Line, x.WAMID
		f.Step, f.Why, f.Bytes = fileLost, x.Why, x.Bytes
		if x.State == MediaExpired {
			f.Step = fileExpired
		}
	case MediaWanted:
		line, wamid, f.Step = x.Line, x.WAMID, fileWanted
	case MediaDropped:
		line, wamid, f.Step = x.Line, x.WAMID, fileDropped
	}
	if wamid == "" {
		return lifted{}, false
	}
	rec := pointing(s, line, wamid)
	rec.File = &f
	return lifted{MessageKey(line, wamid), rec}, true
}

// The buckets of files. They follow from the records.
const (
	errandsBucket Bucket = "errands" // errandDrop hash 16, or errandFetch | time of receipt 8 | hash 16 -> empty
	filesBucket   Bucket = "files"   // file name 0 hash 16 -> when it was stored, Unix seconds, 8
)

const (
	errandDrop  = 1 // the message is deleted: its file goes
	errandFetch = 2
)

// errand is what is to be done about the file of a record, nil for nothing. gone is whether the message is deleted.
func (r *record) errand(hash keyHash, gone bool) []byte {
	switch {
	case gone && r.File != nil && r.File.Step == fileStored:
		return append([]byte{errandDrop}, hash[:]...)
	case gone || r.File != nil && r.File.Step != fileWanted || r.shown().Media == nil:
		return nil
	}
	a := r.asset()
	if a.ID == "" {
		return nil
	}
	return append(binary.BigEndian.AppendUint64([]byte{errandFetch}, ordered(a.Got)), hash[:]...)
}

// asset is the file's newest id.
func (r *record) asset() (newest asset) {
	for _, a := range r.Assets {
		if newest.ID == "" || a.Got > newest.Got || a.Got == newest.Got && a.Time > newest.Time {
			newest = a
		}
	}
	return newest
}

func fileKey(name FileName, hash keyHash) []byte {
	return append(append([]byte(name), 0), hash[:]...)
}

// file keeps the lists of errands and of stored files in step with a record. was is the record's row before.
func (b *batch) file(c *cell[record], gone bool) {
	r := c.value
	if len(r.Assets) == 0 && r.File == nil && len(c.errands) == 0 {
		return
	}
	now := r.errand(c.hash, gone)
	for _, old := range c.errands {
		b.drop(errandsBucket, old)
	}
	if now != nil {
		b.put(errandsBucket, now, []byte{})
	}
	for _, name := range c.filed {
		b.drop(filesBucket, fileKey(name, c.hash))
	}
	if f := r.File; f != nil && f.Step == fileStored {
		b.put(filesBucket, fileKey(f.Name, c.hash), number(uint64(f.At)))
	}
}

// filedBefore notes, once per batch, what a record asked for and held as it lies in the views.
func (c *cell[T]) filedBefore(r *record) {
	for _, gone := range []bool{false, true} {
		if e := r.errand(c.hash, gone); e != nil {
			c.errands = append(c.errands, e)
		}
	}
	if r.File != nil && r.File.Step == fileStored {
		c.filed = append(c.filed, r.File.Name)
	}
}

// media is the attachment as a person sees it.
func (r *Reader) media(rec *record, c Content) *MediaView {
	if c.Media == nil {
		return &MediaView{State: MediaPhone}
	}
	m := &MediaView{MIME: c.Media.MIME, Name: c.Media.Name, Bytes: c.Media.Bytes, SHA256: c.Media.SHA256, Voice: c.Media.Voice, Animated: c.Media.Animated}
	a, f := rec.asset(), rec.File
	young := a.ID != "" && r.lens.Now.Before(time.Unix(a.Got, 0).Add(mediaLife))
	m.Again = young // also of what is said to be gone: a token that may not see a file hears the same (100/33)
	switch {
	case f != nil && f.Step == fileStored:
		m.State, m.Bytes, m.SHA256, m.Look = MediaKept, f.Bytes, f.Name.Sum(), f.Look
		if f.MIME != "" {
			m.MIME = f.MIME
		}
		if r.lens.Files != nil {
			if m.Path = r.lens.Files(f.Name); m.Path == "" {
				m.State, m.Why = MediaExpired, WhyMissing
				if young {
					m.State = MediaLost
				}
			}
		}
		m.Again = m.Again && m.State == MediaLost
	case f != nil && f.Step == fileLost && young:
		m.State, m.Why = MediaLost, f.Why
		m.Bytes = max(m.Bytes, f.Bytes)
	case f != nil && (f.Step == fileExpired || f.Step == fileLost):
		m.State, m.Why = MediaExpired, f.Why
		m.Bytes = max(m.Bytes, f.Bytes)
	case a.ID == "":
		m.State = MediaPhone
	case young:
		m.State = MediaFetching
	default:
		m.State, m.Why = MediaExpired, WhyGone
	}
	return m
}

// fileOf is the name of the file that a shown message holds; ok is false when there is none to be read.
func (r *Reader) fileOf(key string) (FileName, bool) {
	s := r.rowOf(key)
	if s == nil || !r.visible(s.row) || s.row.flags.has(flagGone) {
		return "", false
	}
	if s.rec == nil {
		e, ok := r.Outbox(s.oid)
		if !ok || e.Out.File == nil {
			return "", false
		}
		return e.Out.File.File, e.Out.File.File.Valid()
	}
	if f := s.rec.File; f != nil && f.Step == fileStored {
		return f.Name, true
	}
	return "", false
}
