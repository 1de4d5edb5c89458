package inbox

import (
	"bytes"
	"encoding/binary"
	"path"
	"strconv"
	"strings"
)

// The kinds as which a file can be sent. All but the last are WhatsApp's own words; a voice note is an audio message that
// is marked as spoken.
const (
	AsImage    = "image"
	AsVideo    = "video"
	AsAudio    = "audio"
	AsDocument = "document"
	AsSticker  = "sticker"
	AsVoice    = "voice"
)

// SendKinds lists them in the order in which people meet them.
func SendKinds() []string {
	return []string{AsImage, AsVideo, AsDocument, AsVoice, AsAudio, AsSticker}
}

const (
	kilobyte = 1 << 10
	megabyte = 1 << 20

	stillMost = 100 * kilobyte // of a sticker that does not move
	lookFirst = 512            // bytes that tell a type
)

// sendLimits are the types that WhatsApp takes and the bytes that a file of each may have (cloud-api 4.2).
var sendLimits = map[string]int64{
	"image/jpeg": 5 * megabyte, "image/png": 5 * megabyte, "image/webp": 500 * kilobyte,
	"video/mp4": 16 * megabyte, "video/3gpp": 16 * megabyte,
	"audio/aac": 16 * megabyte, "audio/amr": 16 * megabyte, "audio/mpeg": 16 * megabyte, "audio/mp4": 16 * megabyte, "audio/ogg": 16 * megabyte,
	"text/plain": 100 * megabyte, "application/pdf": 100 * megabyte,
	"application/msword": 100 * megabyte, "application/vnd.ms-excel": 100 * megabyte, "application/vnd.ms-powerpoint": 100 * megabyte,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   100 * megabyte,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         100 * megabyte,
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": 100 * megabyte,
}

// SendLimit is how many bytes a file of a type may have, 0 when WhatsApp does not take the type.
func SendLimit(mime string) int64 { return sendLimits[bareMIME(mime)] }

// sendMost is the largest file that can be sent.
const sendMost = 100 * megabyte

// Office files are told apart by their ending: inside, the old ones are all of one container, and the new ones zip.
var (
	oldOffice = map[string]string{".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint"}
	newOffice = map[string]string{
		".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	}
)

// Sniff tells the type of a file from its first 512 bytes, "" for none that WhatsApp takes. The name only decides where
// the bytes cannot.
func Sniff(head []byte, name string) string {
	ext := strings.ToLower(path.Ext(name))
	has := func(at int, magic string) bool { return len(head) >= at && bytes.HasPrefix(head[at:], []byte(magic)) }
	switch {
	case has(0, "\xff\xd8\xff"):
		return "image/jpeg"
	case has(0, "\x89PNG\r\n\x1a\n"):
		return "image/png"
	case has(0, "RIFF") && has(8, "WEBPVP"):
		return "image/webp"
	case has(0, "%PDF-"):
		return "application/pdf"
	case has(0, "OggS\x00"):
		return "audio/ogg"
	case has(0, "ID3"):
		return "audio/mpeg"
	case has(0, "GIF8"): // which reads like a text
		return ""
	case has(0, "#!AMR"):
		return "audio/amr"
	case has(4, "ftyp3g"):
		return "video/3gpp"
	case has(4, "ftypM4A"):
		return "audio/mp4"
	case has(4, "ftypisom"), has(4, "ftypiso2"), has(4, "ftypmp4"), has(4, "ftypavc1"), has(4, "ftypM4V"):
		return "video/mp4"
	case has(0, "\xff\xf1"), has(0, "\xff\xf9"):
		return "audio/aac"
	case has(0, "\xff\xfb"), has(0, "\xff\xf3"), has(0, "\xff\xf2"):
		return "audio/mpeg"
	case has(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return oldOffice[ext]
	case has(0, "PK\x03\x04"):
		return newOffice[ext]
	}
	if looksLikeText(head) {
		return "text/plain"
	}
	return ""
}

// looksLikeText holds for words: no control character but those that part lines and columns, and no page of the web, which
// begins like a text and is none.
func looksLikeText(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) { // UTF-16
		return true
	}
	for _, b := range head {
		if b < ' ' && !strings.ContainsRune("\t\n\r\f\x1b", rune(b)) {
			return false
		}
	}
	start := strings.ToLower(string(bytes.TrimLeft(head, " \t\n\r\f\ufeff")))
	for _, page := range []string{"<!doctype html", "<html", "<head", "<body", "<script", "<?xml", "<svg"} {
		if strings.HasPrefix(start, page) {
			return false
		}
	}
	return len(head) > 0
}

// Sample is what can be told of a file before it is sent.
type Sample struct {
	Name  string // its own, for the customer; no path
	Head  []byte // its first 512 bytes, or all of a shorter one
	Bytes int64  // 0 when nobody knows yet
}

// Fits decides as what a file is sent and holds it against what WhatsApp takes of that kind: its type by its first bytes,
// and its size. as is one of SendKinds, or empty to let the type decide. The error is a *Error that says what to do.
func (s Sample) Fits(as string) (OutFile, error) {
	mime := Sniff(s.Head, s.Name)
	f := OutFile{Name: s.Name, MIME: mime, Bytes: s.Bytes, Animated: mime == "image/webp" && moves(s.Head)}
	kind, err := s.kind(as, mime)
	if err != nil {
		return f, err
	}
	f.As = kind
	most := sendLimits[mime]
	if kind == AsSticker && !f.Animated {
		most = stillMost
	}
	if s.Bytes > most {
		return f, Refusal("file-large", "name", s.Name, "size", sizeWords(s.Bytes), "most", sizeWords(most))
	}
	return f, nil
}

// kind decides as what a file of a type is sent.
func (s Sample) kind(as, mime string) (string, error) {
	family, _, _ := strings.Cut(mime, "/")
	switch {
	case len(s.Head) == 0:
		return "", Refusal("file-empty", "name", s.Name)
	case as == AsVoice && !spoken(s.Head):
		return "", Refusal("file-voice", "name", s.Name)
	case mime == "" && picture(s.Head):
		return "", Refusal("file-picture", "name", s.Name)
	case mime == "":
		return "", Refusal("file-type", "name", s.Name)
	case mime == "audio/ogg" && !spoken(s.Head):
		return "", Refusal("file-ogg", "name", s.Name)
	case mime == "image/png" && !plainPNG(s.Head):
		return "", Refusal("file-png", "name", s.Name)
	case mime == "image/webp" && as != AsSticker:
		return "", Refusal("file-webp", "name", s.Name)
	}
	own := AsDocument
	switch {
	case mime == "image/webp":
		own = AsSticker
	case family == AsImage, family == AsVideo, family == AsAudio:
		own = family
	}
	switch as {
	case "", own, AsDocument:
		if as == AsDocument {
			own = AsDocument
		}
		return own, nil
	case AsVoice:
		return AsVoice, nil
	}
	return "", Refusal("file-as", "name", s.Name, "kind", as, "own", own)
}

// spoken holds for what a voice note is made of: Ogg with Opus and one channel (cloud-api 2.5; RFC 7845, 5.1).
func spoken(head []byte) bool {
	at := bytes.Index(head, []byte("OpusHead"))
	return bytes.HasPrefix(head, []byte("OggS")) && at > 0 && len(head) > at+9 && head[at+9] == 1
}

// plainPNG holds for the pictures that WhatsApp takes: 8 bit, RGB or RGBA (cloud-api 4.2). One whose head is cut off is
// WhatsApp's to judge.
func plainPNG(head []byte) bool {
	const depth, colour = 24, 25
	return len(head) <= colour || head[depth] == 8 && (head[colour] == 2 || head[colour] == 6)
}

// moves holds for a WebP picture that is animated.
func moves(head []byte) bool {
	return len(head) > 20 && string(head[12:16]) == "VP8X" && head[20]&2 != 0
}

// picture holds for pictures that WhatsApp does not take as such.
func picture(head []byte) bool {
	for _, magic := range []string{"GIF8", "BM", "II*\x00", "MM\x00*", "<svg"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	size := min(int(binary.BigEndian.Uint32(head)), len(head))
	for at := 8; at+4 <= size; at += 4 {
		switch string(head[at : at+4]) {
		case "heic", "heix", "mif1", "avif":
			return true
		}
	}
	return false
}

// sizeWords is a number of bytes as people write it.
func sizeWords(n int64) string {
	unit, f := " KB", float64(n)/kilobyte
	if n >= megabyte {
		unit, f = " MB", float64(n)/megabyte
	}
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(f, 'f', 2, 64), "0"), ".") + unit
}
