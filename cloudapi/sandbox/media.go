package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// How long media live (media reference): an address, a file that a webhook named, a file that was uploaded.
const (
	urlLife      = 5 * time.Minute
	receivedLife = 7 * 24 * time.Hour
	uploadedLife = 30 * 24 * time.Hour
)

// mediaLimits is the size in bytes that each type may have (media reference, supported types).
var mediaLimits = map[string]int{
	"audio/aac": 16 << 20, "audio/amr": 16 << 20, "audio/mpeg": 16 << 20, "audio/mp4": 16 << 20, "audio/ogg": 16 << 20,
	"image/jpeg": 5 << 20, "image/png": 5 << 20, "image/webp": 500 << 10, "video/mp4": 16 << 20, "video/3gpp": 16 << 20,
	"text/plain": 100 << 20, "application/pdf": 100 << 20, "application/msword": 100 << 20,
	"application/vnd.ms-excel": 100 << 20, "application/vnd.ms-powerpoint": 100 << 20,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   100 << 20,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         100 << 20,
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": 100 << 20,
}

type mediaFile struct {
	id      string
	name    string // of an upload
	mime    string
	sha     [sha256.Size]byte
	data    []byte
	expires time.Time
}

// Upload is a file that a client handed over to be sent.
type Upload struct {
	ID, Name, MIME string
	Data           []byte
}

// Uploads lists what was uploaded, oldest first.
func (sb *Sandbox) Uploads() []Upload {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return slices.Clone(sb.uploads)
}

// ticket is a download address that was handed out.
type ticket struct {
	media   string
	expires time.Time
}

// AddMedia stores a file as if it had been uploaded, under an id of the caller's choice or a new one when id is
// empty, and returns the id.
func (sb *Sandbox) AddMedia(id, mimeType string, data []byte) string {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return sb.store(id, mimeType, data, uploadedLife).id
}

func (sb *Sandbox) store(id, mimeType string, data []byte, life time.Duration) *mediaFile {
	if id == "" {
		id = sb.newID("500")
	}
	f := &mediaFile{id: id, mime: mimeType, sha: sha256.Sum256(data), data: data, expires: sb.Now().Add(life)}
	sb.media[id] = f
	return f
}

// attach stores what a customer or the phone sends and returns it as webhooks describe it.
func (sb *Sandbox) attach(data []byte, filename, caption string) *mediaBody {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	f := sb.store("", sniff(data), data, receivedLife)
	return &mediaBody{Caption: caption, Filename: filename, MIME: f.mime, ID: f.id, URL: sb.address(f, "webhook"),
		SHA256: base64.StdEncoding.EncodeToString(f.sha[:])}
}

func (sb *Sandbox) attachVoice(data []byte) *mediaBody {
	m := sb.attach(data, "", "")
	m.MIME = "audio/ogg; codecs=opus"
	yes := true
	m.Voice = &yes
	sb.mu.Lock()
	sb.media[m.ID].mime = m.MIME
	sb.mu.Unlock()
	return m
}

// sniff names the type of a file by its first bytes, as far as WhatsApp knows it.
func sniff(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("OggS")):
		return "audio/ogg"
	case bytes.HasPrefix(data, []byte("#!AMR")):
		return "audio/amr"
	case len(data) > 12 && string(data[4:8]) == "ftyp":
		if strings.HasPrefix(string(data[8:11]), "3gp") {
			return "video/3gpp"
		}
		return "video/mp4"
	}
	kind, _, _ := mime.ParseMediaType(http.DetectContentType(data))
	return kind
}

// address hands out a download address: the path of Meta's download host, on this one.
func (sb *Sandbox) address(f *mediaFile, source string) string {
	token := hex.EncodeToString(f.sha[:4]) + fmt.Sprintf("%08x", sb.rand.Uint32())
	expires := sb.Now().Add(urlLife)
	sb.tickets[token] = ticket{f.id, expires}
	q := url.Values{"mid": {f.id}, "ext": {unix(expires)}, "hash": {token}}
	if source != "" {
		q.Set("source", source)
	}
	host := sb.url
	if sb.cfg.Provider == D360 {
		host = mediaHost
	}
	return host + "/whatsapp_business/attachments/?" + q.Encode()
}

func (sb *Sandbox) uploadMedia(w http.ResponseWriter, r *http.Request) *graphError {
	r.Body = http.MaxBytesReader(w, r.Body, 101<<20)
	form, err := r.MultipartReader()
	if err != nil {
		return refuse("The parameter messaging_product is required.")
	}
	fields := map[string]string{}
	var data []byte
	var partType, name string
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fail(131053, "The upload broke off.")
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return fail(131053, "Media file size too big. Max file size we currently support: 100 MB.")
		}
		if part.FormName() == "file" {
			if part.FileName() == "" {
				return refuse("The parameter file is required.")
			}
			data, partType, name = content, part.Header.Get("Content-Type"), part.FileName()
			continue
		}
		fields[part.FormName()] = string(content)
	}
	switch {
	case fields["messaging_product"] == "":
		return refuse("The parameter messaging_product is required.")
	case fields["messaging_product"] != "whatsapp":
		return refuse("Param messaging_product must be one of {WHATSAPP} - got %q.", fields["messaging_product"])
	case data == nil:
		return refuse("The parameter file is required.")
	}
	declared := partType
	if fields["type"] != "" {
		declared = fields["type"]
	}
	kind, _, err := mime.ParseMediaType(declared)
	if err != nil || mediaLimits[kind] == 0 {
		return refuse("Param file must be a file with one of the following types: audio/aac, audio/mp4, audio/mpeg, audio/amr, audio/ogg, application/pdf, text/plain, image/jpeg, image/png, image/webp, video/mp4, video/3gpp. Received file of type '%s'.", declared)
	}
	if len(data) == 0 {
		return fail(131053, "Media file is empty.")
	}
	if len(data) > mediaLimits[kind] {
		return fail(131053, "Media file size too big: %d bytes, the limit for %s is %d.", len(data), kind, mediaLimits[kind])
	}
	if found := sniff(data); !agrees(kind, found) {
		return fail(131053, "File uploaded with mimetype as %s, however on processing it is of type %s", kind, found)
	}
	sb.mu.Lock()
	f := sb.store("", declared, data, uploadedLife)
	f.name = name
	sb.uploads = append(sb.uploads, Upload{ID: f.id, Name: name, MIME: declared, Data: data})
	sb.mu.Unlock()
	sb.sendSeen.notify()
	writeJSON(w, http.StatusOK, map[string]string{"id": f.id})
	return nil
}

// agrees says whether the first bytes of a file can belong to the declared type. Containers that look alike pass.
func agrees(declared, found string) bool {
	family, _, _ := strings.Cut(declared, "/")
	switch {
	case declared == found:
		return true
	case family == "image":
		return false
	case declared == "application/pdf":
		return false
	case declared == "audio/mp4" || declared == "video/3gpp":
		return found == "video/mp4" || found == "video/3gpp"
	case declared == "video/mp4":
		return found == "video/3gpp"
	case declared == "audio/ogg" || declared == "audio/amr":
		return false
	case declared == "audio/mpeg" || declared == "audio/aac":
		return found == "audio/mpeg" || found == "application/octet-stream"
	}
	return true // office documents and plain text
}

// describeMedia answers GET /{media id}.
func (sb *Sandbox) describeMedia(w http.ResponseWriter, r *http.Request, f *mediaFile) *graphError {
	if n := r.URL.Query().Get("phone_number_id"); n != "" && n != sb.cfg.PNID {
		return noObject(r.Method, f.id)
	}
	sb.mu.Lock()
	answer := map[string]any{"messaging_product": "whatsapp", "url": sb.address(f, ""), "mime_type": f.mime,
		"sha256": hex.EncodeToString(f.sha[:]), "file_size": len(f.data), "id": f.id}
	sb.mu.Unlock()
	writeJSON(w, http.StatusOK, answer)
	return nil
}

func (sb *Sandbox) deleteMedia(w http.ResponseWriter, f *mediaFile) {
	sb.mu.Lock()
	delete(sb.media, f.id)
	sb.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]bool{"success": true})
}

// file finds media that have not expired. The caller does not hold mu.
func (sb *Sandbox) file(id string) (*mediaFile, bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	f, ok := sb.media[id]
	if !ok || !sb.Now().Before(f.expires) {
		return nil, false
	}
	return f, true
}

// download serves a file at an address handed out before. The address dies after five minutes.
func (sb *Sandbox) download(w http.ResponseWriter, r *http.Request) {
	sb.throughPenalty(w, func(w http.ResponseWriter) {
		hand := func(w http.ResponseWriter) { sb.handOut(w, r) }
		if f, struck := sb.strike("download", Send{}); struck {
			sb.mishand(w, r, f, hand)
			return
		}
		hand(w)
	})
}

// mishand hands out a file as the fault has it.
func (sb *Sandbox) mishand(w http.ResponseWriter, r *http.Request, f Fault, hand func(http.ResponseWriter)) {
	switch f.Name {
	case "other-file":
		kept := &memoryWriter{header: http.Header{}}
		hand(kept)
		if raw := kept.body.Bytes(); len(raw) > 0 {
			raw[len(raw)-1] ^= 1
		}
		kept.copyTo(w)
	case "empty":
		w.WriteHeader(http.StatusOK)
	case "moved":
		to := f.Arg
		if to == "" {
			to = "https://files.example/" // a name that is nobody's (RFC 2606)
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	case "404":
		w.WriteHeader(http.StatusNotFound)
	default:
		sb.spoil(w, r, f, hand)
	}
}

func (sb *Sandbox) handOut(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if e := sb.authorised(r); e != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	q := r.URL.Query()
	sb.mu.Lock()
	t, ok := sb.tickets[q.Get("hash")]
	live := ok && t.media == q.Get("mid") && sb.Now().Before(t.expires)
	if ok && !live {
		delete(sb.tickets, q.Get("hash"))
	}
	sb.mu.Unlock()
	f, there := sb.file(t.media)
	if !live || !there {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", f.mime)
	w.Header().Set("Content-Length", fmt.Sprint(len(f.data)))
	_, _ = w.Write(f.data)
}

func sha64(f *mediaFile) string { return base64.StdEncoding.EncodeToString(f.sha[:]) }
