package sandbox

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
)

// MessageID writes a WhatsApp message id in its observed binary form: "wamid." and the base64 of remote id,
// direction and key. remote is the far side's phone number in digits, its business-scoped user id, or (as seen in
// history webhooks) the business's own number; the same key with another remote names the same message. Meta
// calls the id opaque; clients that look inside find here what they find there.
func MessageID(remote string, out bool, key string) string {
	direction := byte(0x12)
	if out {
		direction = 0x11
	}
	b := []byte{0x1C, 0x18}
	b = append(b, byte(len(remote)))
	b = append(b, remote...)
	b = append(b, 0x15)
	b = binary.AppendUvarint(b, 2)
	b = append(b, 0x00, direction, 0x18, byte(len(key)))
	b = append(b, key...)
	b = append(b, 0x00)
	return "wamid." + base64.StdEncoding.EncodeToString(b)
}

// messageKey draws the inner id of a message: phones use twenty hexadecimal digits, the Cloud API eighteen.
func messageKey(r *rand.Rand, api bool) string {
	if api {
		return fmt.Sprintf("%08X%08X%02X", r.Uint32(), r.Uint32(), r.Uint32()&0xFF)
	}
	return fmt.Sprintf("3A%08X%08X%02X", r.Uint32(), r.Uint32(), r.Uint32()&0xFF)
}

// respell names the same message with another remote id. An id of another form stays as it is.
func respell(id, remote string) string {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(id, "wamid."))
	if err != nil || len(b) < 3 || b[0] != 0x1C || b[1] != 0x18 {
		return id
	}
	rest := b[min(3+int(b[2]), len(b)):]
	if len(rest) < 7 || rest[0] != 0x15 {
		return id
	}
	key := rest[6 : len(rest)-1]
	return MessageID(remote, rest[3] == 0x11, string(key))
}
