package sandbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// Sign returns the X-Hub-Signature-256 header for a webhook body: HMAC-SHA256 over the raw bytes, keyed with the
// app secret (create a webhook endpoint).
func Sign(appSecret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// EscapedJSON encodes a value the way Meta puts it on the wire and signs it: everything beyond ASCII as \uXXXX
// in lower-case hex, and "/" as "\/". A client that decodes and re-encodes before checking the signature fails on
// the first accented name; with this it fails here.
func EscapedJSON(v any) ([]byte, error) {
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("sandbox: encode webhook: %w", err)
	}
	src := bytes.TrimSuffix(plain.Bytes(), []byte("\n"))
	out := make([]byte, 0, len(src)+len(src)/4)
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		switch {
		case r == '/':
			out = append(out, '\\', '/')
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r > 0xFFFF:
			hi, lo := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		src = src[n:]
	}
	return out, nil
}
