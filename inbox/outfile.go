package inbox

import (
	"context"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// A file that is sent is handed over first and named in the message then. It lies in the vault before the message is
// queued, so that from there on nothing on another machine, and no crash, can take it away; and it was read by whoever
// attached it, never by the owner from a path that they gave.

// captionMost is how long a caption may be, in characters (cloud-api 2.5).
const captionMost = 1024

// longestName bounds a file name; file systems take 255 bytes.
const longestName = 200

// PlainName is the last element of a name that somebody else chose, cleaned; "" when nothing usable is left.
func PlainName(s string) string {
	if s == "" {
		return ""
	}
	s = strings.ReplaceAll(s, `\`, "/")
	s = strings.TrimSpace(path.Base(s))
	s = strings.NewReplacer("\n", " ", "\t", " ").Replace(Clean(s))
	if strings.Trim(s, ". /") == "" {
		return ""
	}
	for len(s) > longestName {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// handed are files that were handed over and are in no message yet: for a while nobody takes them away.
type handed struct {
	mu    sync.Mutex
	until map[FileName]time.Time
}

// handedFor is how long a file waits for its message.
const handedFor = time.Hour

func (h *handed) note(name FileName) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.until == nil {
		h.until = map[FileName]time.Time{}
	}
	for old, until := range h.until {
		if time.Now().After(until) {
			delete(h.until, old)
		}
	}
	h.until[name] = time.Now().Add(handedFor)
}

func (h *handed) waits(name FileName) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Before(h.until[name])
}

// KeepFile implements Desk.
func (d *deskOf) KeepFile(ctx context.Context, name, as string, r io.Reader) (OutFile, error) {
	o := d.owner
	switch {
	case o.life.Err() != nil:
		return OutFile{}, errDeskClosed()
	case !Allowed(d.role, Send{}):
		return OutFile{}, Refusal("role", "role", string(d.role))
	case o.readOnly:
		return OutFile{}, Refusal("no-owner")
	case o.c.Vault == nil:
		return OutFile{}, Refusal("files-none")
	}
	if name = PlainName(name); name == "" {
		name = "file"
	}
	s := Sample{Name: name, Head: make([]byte, lookFirst)}
	n, err := io.ReadFull(r, s.Head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return OutFile{}, Refusal("file-unreadable", "why", err.Error()).Because(err)
	}
	s.Head = s.Head[:n]
	f, err := s.Fits(as) // before the rest of it is read
	if err != nil {
		return f, err
	}
	draft, err := o.c.Vault.Draft()
	if err != nil {
		return f, storeError(err)
	}
	in := &readError{r: io.LimitReader(r, sendMost+1-int64(n))}
	_, err = draft.Write(s.Head)
	if err == nil {
		s.Bytes, err = io.Copy(draft, in)
		s.Bytes += int64(n)
	}
	if err == nil {
		err = ctx.Err()
	}
	switch {
	case in.err != nil:
		err = Refusal("file-unreadable", "why", in.err.Error()).Because(in.err)
	case err != nil:
		err = storeError(err)
	default:
		f, err = s.Fits(as)
	}
	if err != nil {
		draft.Drop()
		return f, err
	}
	f.File = FileName(draft.Sum() + FileEnding(f.MIME))
	defer o.files.lock(string(f.File))()
	o.handed.note(f.File)
	if err := draft.Keep(f.File); err != nil {
		return f, storeError(err)
	}
	f.Look = o.lookInto(f.File, f.MIME)
	return f, nil
}

// readError keeps what reading ended with, to tell it from an error of writing.
type readError struct {
	r   io.Reader
	err error
}

func (r *readError) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// prepareFile holds the file of a message against what lies in the vault: what a client says of it counts for nothing.
func (d *deskOf) prepareFile(out Outgoing) (Outgoing, error) {
	if out.File == nil || !out.File.File.Valid() {
		return out, invalid("a message of the type " + Clean(out.Type) + " needs a file that was handed over (KeepFile)")
	}
	f, err := d.looked(*out.File)
	if err != nil {
		return out, err
	}
	if n := utf8.RuneCountInString(out.Text); n > captionMost {
		return out, Refusal("caption-long", "n", strconv.Itoa(n), "over", strconv.Itoa(n-captionMost))
	}
	if out.Text != "" {
		switch f.As {
		case AsAudio, AsVoice, AsSticker:
			return out, Refusal("file-mute", "kind", f.As)
		}
		if err := sayable(out.Text); err != nil {
			return out, err
		}
	}
	return Outgoing{Type: f.Type(), Text: out.Text, ReplyTo: out.ReplyTo, File: &f}, nil
}

// looked is a file as it lies in the vault.
func (d *deskOf) looked(f OutFile) (OutFile, error) {
	if d.owner.c.Vault == nil {
		return f, Refusal("files-none")
	}
	in, err := d.owner.c.Vault.Open(f.File)
	if err != nil {
		return f, Refusal("file-again", "name", Clean(f.Name)).Because(err)
	}
	defer in.Close()
	s := Sample{Name: PlainName(f.Name), Head: make([]byte, lookFirst)}
	n, err := io.ReadFull(in, s.Head)
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.Head = s.Head[:n]
		s.Bytes, err = in.Seek(0, io.SeekEnd)
	}
	if err != nil {
		return f, Refusal("file-internal").Because(err)
	}
	is, err := s.Fits(f.As)
	is.File, is.Look = f.File, d.owner.lookInto(f.File, is.MIME)
	return is, err
}

// fileWords are what a row says of a file without a caption, as for those of customers.
var fileWords = map[string]string{
	AsImage: "[image]", AsVideo: "[video]", AsAudio: "[audio]", AsVoice: "[voice message]", AsDocument: "[document]", AsSticker: "[sticker]",
}

// describe fills in what a row tells of the file.
func (f *OutFile) describe(c *Content) {
	c.Media = &Media{
		MIME: Clean(f.MIME), SHA256: f.File.Sum(), Name: Clean(f.Name), Voice: f.As == AsVoice, Animated: f.Animated, Bytes: f.Bytes,
	}
	if c.Text == "" {
		c.Text = fileWords[f.As]
		if f.Name != "" {
			c.Text += " " + c.Media.Name
		}
	}
}

// filing is where the file of a message of ours lies, from where it was queued on.
func (f *OutFile) filing(m mark, at time.Time) *filing {
	if !f.File.Valid() {
		return nil
	}
	return &filing{Mark: m, Step: fileStored, Name: f.File, MIME: Clean(f.MIME), Bytes: f.Bytes, Look: f.Look, At: at.Unix()}
}

// fileHeld keeps the list of files in step with a message that WhatsApp has not named yet. One that was called back needs
// its file no more.
func (b *batch) fileHeld(c *cell[outgoing], shown bool, end Status) {
	q := c.value.Queued[0]
	if q.Out.File == nil || !q.Out.File.File.Valid() {
		return
	}
	key := fileKey(q.Out.File.File, c.hash)
	if shown && end != Cancelled && end != Discarded {
		b.put(filesBucket, key, number(uint64(q.At.Unix())))
	} else {
		b.drop(filesBucket, key)
	}
}

// unboundMedia is the attachment of a message that WhatsApp has not named yet.
func (r *Reader) unboundMedia(f *OutFile, c Content) *MediaView {
	m := &MediaView{
		MIME: c.Media.MIME, Name: c.Media.Name, Bytes: f.Bytes, SHA256: c.Media.SHA256, Voice: c.Media.Voice, Animated: f.Animated,
		State: MediaKept, Look: f.Look,
	}
	if r.lens.Files != nil {
		if m.Path = r.lens.Files(f.File); m.Path == "" {
			m.State, m.Why = MediaExpired, WhyRemoved
		}
	}
	return m
}
