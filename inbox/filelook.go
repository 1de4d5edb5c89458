package inbox

import (
	"bytes"
	"encoding/binary"
	"image"
	_ "image/jpeg" // so that their sizes can be read
	_ "image/png"
	"io"
	"math"
)

const (
	lookHead = 1 << 20  // of a picture's beginning, for its size
	lookTail = 64 << 10 // of a sound's end, for its length; a page of Ogg is smaller (RFC 3533)

	opusRate = 48000 // granules a second, whatever the recording's own rate (RFC 7845)
)

// lookInto reads what a row tells of a stored file: how large a picture is and how long a voice note. What cannot be
// told is left out.
func (o *Owner) lookInto(name FileName, mime string) (look FileLook) {
	f, err := o.c.Vault.Open(name)
	if err != nil {
		return look
	}
	defer f.Close()
	switch bareMIME(mime) {
	case "image/jpeg", "image/png":
		if c, _, err := image.DecodeConfig(io.LimitReader(f, lookHead)); err == nil {
			look.Width, look.Height = c.Width, c.Height
		}
	case "audio/ogg":
		look.Seconds = oggSeconds(f)
	}
	return look
}

// oggSeconds is the length of an Ogg Opus file: the position of its last page, less what the head says to skip.
func oggSeconds(f io.ReadSeeker) float64 {
	head := make([]byte, 64)
	n, _ := io.ReadFull(f, head)
	at := bytes.Index(head[:n], []byte("OpusHead"))
	if at < 0 || at+12 > n {
		return 0
	}
	skip := uint64(binary.LittleEndian.Uint16(head[at+10:]))
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0
	}
	if _, err := f.Seek(max(0, size-lookTail), io.SeekStart); err != nil {
		return 0
	}
	tail, err := io.ReadAll(io.LimitReader(f, lookTail))
	if err != nil {
		return 0
	}
	last := bytes.LastIndex(tail, []byte("OggS"))
	if last < 0 || last+14 > len(tail) {
		return 0
	}
	end := binary.LittleEndian.Uint64(tail[last+6:])
	if end <= skip || end > opusRate*24*60*60 {
		return 0
	}
	return math.Round(float64(end-skip)/opusRate*10) / 10
}
