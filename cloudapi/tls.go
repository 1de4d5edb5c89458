package cloudapi

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// TLSConfig names a certificate: from files, or from an ACME authority for Domain. WhatsApp refuses self-signed ones
// (create a webhook endpoint).
type TLSConfig struct {
	CertFile, KeyFile string // PEM; read again when they change

	Domain       string // ACME over TLS-ALPN-01, so the authority must reach this server on port 443
	Email        string // given to the authority, may be empty
	CacheDir     string // where the account key and certificates are kept, 0700
	DirectoryURL string // of the authority; default Let's Encrypt
}

// config makes the server's TLS settings, nil for plain HTTP.
func (c TLSConfig) config(log *slog.Logger) (*tls.Config, error) {
	switch {
	case c.CertFile != "" && c.Domain != "":
		return nil, misconfigured("webhook.tls names both files and a domain; keep one of them")
	case c.CertFile != "" || c.KeyFile != "":
		if c.CertFile == "" || c.KeyFile == "" {
			return nil, misconfigured("webhook.tls needs cert_file and key_file together; add the missing one")
		}
		f := &certFiles{cert: c.CertFile, key: c.KeyFile, log: log, look: 2 * time.Second}
		if err := f.load(); err != nil {
			return nil, misconfigured("webhook.tls: %v; check cert_file and key_file", err)
		}
		return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: f.get}, nil
	case c.Domain != "":
		return c.fromAuthority()
	}
	return nil, nil
}

// certFiles serves a certificate from files and takes a new pair when both fit together.
type certFiles struct {
	cert, key string
	log       *slog.Logger
	look      time.Duration // how often the files are looked at, at most

	mu      sync.Mutex
	pair    *tls.Certificate
	looked  time.Time
	certWas os.FileInfo
	keyWas  os.FileInfo
}

// get looks at the files when a handshake comes, so that nothing runs while nobody connects. A pair that does not fit,
// as halfway through a renewal, leaves the old one in use.
func (f *certFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now(); now.Sub(f.looked) >= f.look {
		f.looked = now
		if f.changed() {
			if err := f.load(); err != nil {
				f.log.Warn("the new certificate is not usable yet, the old one stays", "err", err)
			} else {
				f.log.Info("certificate read again", "expires", f.pair.Leaf.NotAfter)
			}
		}
	}
	return f.pair, nil
}

func (f *certFiles) changed() bool {
	cert, err1 := os.Stat(f.cert)
	key, err2 := os.Stat(f.key)
	return err1 == nil && err2 == nil && !(unchanged(f.certWas, cert) && unchanged(f.keyWas, key))
}

func (f *certFiles) load() error {
	certInfo, err := os.Stat(f.cert)
	if err != nil {
		return err
	}
	keyInfo, err := os.Stat(f.key)
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return err
	}
	f.pair, f.certWas, f.keyWas = &pair, certInfo, keyInfo
	return nil
}
