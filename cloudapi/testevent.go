package cloudapi

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// testObject is the object of a test event. WhatsApp never sends it (its own is whatsapp_business_account), and only
// whoever has the app secret can sign one, so a Listener can answer it without storing anything: a test leaves nothing
// in the record.
const testObject = "frontdesk_test"

// testBody spells a test event. With hard, it holds what WhatsApp's own bodies hold and what a proxy that reads and
// writes JSON spells differently: escaped slashes, letters beyond ASCII as \u, blanks (webhooks 1.2).
func testBody(nonce string, hard bool) []byte {
	if !hard {
		return []byte(`{"object":"` + testObject + `","nonce":"` + nonce + `"}`)
	}
	return []byte(`{"object":"` + testObject + `", "nonce":"` + nonce + `", "text":"caf\u00e9 \ud83d\ude42 https:\/\/example.com\/", "number":1.0}`)
}

// testProof is what a Listener answers a test event with: only one that has the app secret and works the same number
// knows it.
func testProof(secret Secret, line, nonce string) string {
	m := hmac.New(sha256.New, []byte(secret.Reveal()))
	_, _ = io.WriteString(m, testObject+"\x00"+line+"\x00"+nonce)
	return hex.EncodeToString(m.Sum(nil))
}

// testNonce reads a body that is a test event.
func testNonce(body []byte) (nonce string, ok bool) {
	if !bytes.HasPrefix(body, []byte(`{"object":"`+testObject+`"`)) {
		return "", false
	}
	var e struct {
		Object string `json:"object"`
		Nonce  string `json:"nonce"`
	}
	return e.Nonce, json.Unmarshal(body, &e) == nil && e.Object == testObject
}

// tested answers a test event: with the proof when a webhook in its place would have been taken, else as that would
// have been answered.
func (l *Listener) tested(w http.ResponseWriter, body []byte, header, nonce string) {
	if _, _, err := l.cfg.Intake.Healthy(); err != nil {
		l.counts.refused.Add(1)
		later(w, http.StatusServiceUnavailable, 5*time.Second)
		return
	}
	l.counts.tested.Add(1)
	l.log.Info("a signed test event arrived; nothing of it is stored")
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Cache-Control", "no-store")
	if l.cfg.Guard.set() {
		_, _ = io.WriteString(w, testProof(l.cfg.Guard.Secret, string(l.cfg.Line), nonce))
		return
	}
	for _, s := range l.cfg.Secrets {
		if Verify(body, header, []Secret{s}) {
			_, _ = io.WriteString(w, testProof(s, string(l.cfg.Line), nonce))
			return
		}
	}
}
