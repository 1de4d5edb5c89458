package inbox

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"time"
)

// FileName names a file in the Vault: the SHA-256 of what is in it, in hex, and an ending that suits its type. Equal
// files have one name and lie there once.
type FileName string

var fileNameForm = regexp.MustCompile(`^[0-9a-f]{64}(\.[a-z0-9]{1,8})?$`)

// Valid reports whether the name is one: it then holds nothing that a path could be made of.
func (n FileName) Valid() bool { return fileNameForm.MatchString(string(n)) }

// Sum is the SHA-256 in hex.
func (n FileName) Sum() string {
	sum, _, _ := strings.Cut(string(n), ".")
	return sum
}

// Vault keeps the files of messages. They can be had from WhatsApp for seven days only, so what Keep took is durable.
// Its methods may be called from any goroutine.
type Vault interface {
	// Draft begins a file. It is no file until it is kept. An error that wraps ErrFull says that there is no room, or
	// so little that it is left to the journal.
	Draft() (FileDraft, error)
	// Open reads a kept file; the error wraps fs.ErrNotExist when there is none.
	Open(name FileName) (io.ReadSeekCloser, error)
	// Path is where a kept file lies, for other programs on this machine; "" when there is none.
	Path(name FileName) string
	// Remove takes a file away; one that is not there is no error.
	Remove(name FileName) error
	// All lists what is kept, with sizes in bytes.
	All() (map[FileName]int64, error)
	// Backup copies all of it into a new directory.
	Backup(dir string) (files int, bytes int64, err error)
}

// FileDraft is a file that is being written. Either Keep or Drop ends it.
type FileDraft interface {
	io.Writer
	// Sum is the SHA-256 of what was written so far, in hex.
	Sum() string
	// Keep makes it durable under a name that begins with its Sum.
	Keep(name FileName) error
	// Drop forgets it.
	Drop()
}

// Fetched is what is known of a file once it has come.
type Fetched struct {
	MIME   string // by its first bytes, or as WhatsApp says where those do not tell
	SHA256 string // as WhatsApp says, in hex; "" when it does not
	Bytes  int64
}

// FetchError says why a file did not come.
type FetchError struct {
	Kind  FetchKind
	Bytes int64         // of FetchLarge, when it is known
	After time.Duration // how long WhatsApp asked to wait
	Err   error         // in words, without addresses or secrets
}

// FetchKind says what an error of a fetch means for the next one.
type FetchKind string

// The kinds.
const (
	FetchGone   FetchKind = "gone"   // WhatsApp has it no more
	FetchLarge  FetchKind = "large"  // larger than asked for; not a byte of it was taken
	FetchOdd    FetchKind = "odd"    // what came cannot be what was announced: another size, another type
	FetchStray  FetchKind = "stray"  // it lies where the access token may not go
	FetchHeld   FetchKind = "held"   // the token is refused, or too much was asked for: everything waits
	FetchBroken FetchKind = "broken" // the network, or a server that is out of order: it may work the next time
)

// Error implements error.
func (e *FetchError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *FetchError) Unwrap() error { return e.Err }

// fetchKind is the kind of any error of a fetch.
func fetchKind(err error) FetchKind {
	if e, ok := errors.AsType[*FetchError](err); ok {
		return e.Kind
	}
	return FetchBroken
}

// endings are the file name endings that programs expect of the types that WhatsApp carries (cloud-api 4.2).
var endings = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif",
	"video/mp4": ".mp4", "video/3gpp": ".3gp",
	"audio/ogg": ".ogg", "audio/aac": ".aac", "audio/amr": ".amr", "audio/mpeg": ".mp3", "audio/mp4": ".m4a",
	"application/pdf": ".pdf", "text/plain": ".txt", "application/zip": ".zip",
	"application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         ".xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}

// bareMIME is a media type without its parameters, in lower case.
func bareMIME(mime string) string {
	mime, _, _ = strings.Cut(mime, ";")
	return strings.ToLower(strings.TrimSpace(mime))
}

// FileEnding is the ending that suits a type, "" when there is none to be sure of.
func FileEnding(mime string) string { return endings[bareMIME(mime)] }
