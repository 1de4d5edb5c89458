package cloudapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// SignatureHeader carries "sha256=" and the hex HMAC-SHA256 of the raw body, keyed with the app secret (create a
// webhook endpoint).
const SignatureHeader = "X-Hub-Signature-256"

const signaturePrefix = "sha256="

// Verify reports whether header signs body under one of the secrets (several may be valid during a rotation). body
// must be the bytes as they came: WhatsApp signs its own escaped spelling, which no re-encoding gives back. An empty
// secret never passes. The comparison takes the same time wherever the digests differ.
func Verify(body []byte, header string, secrets []Secret) bool {
	want, ok := parseSignature(header)
	if !ok {
		return false
	}
	pass := false
	for _, s := range secrets {
		if s.IsZero() {
			continue
		}
		if hmac.Equal(digest(s, body), want) {
			pass = true
		}
	}
	return pass
}

// Sign makes the header value that Verify accepts.
func Sign(secret Secret, body []byte) string {
	return signaturePrefix + hex.EncodeToString(digest(secret, body))
}

// parseSignature reads a header value; ok is false for anything but a complete SHA-256 in the documented form. Hex in
// capitals is accepted, though WhatsApp sends small letters.
func parseSignature(header string) (sum []byte, ok bool) {
	s, found := strings.CutPrefix(header, signaturePrefix)
	if !found || len(s) != hex.EncodedLen(sha256.Size) {
		return nil, false
	}
	sum, err := hex.DecodeString(s)
	return sum, err == nil
}

func digest(secret Secret, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write(body)
	return mac.Sum(nil)
}
