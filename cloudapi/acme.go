package cloudapi

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// fromAuthority gets and renews a certificate by ACME over TLS-ALPN-01, through autocert: it asks at the first handshake
// for the domain, keeps account and certificate in CacheDir, and renews 30 days before the end. This file is the only
// one that knows the library, whose interface is not promised to stay.
func (c TLSConfig) fromAuthority() (*tls.Config, error) {
	domain := strings.ToLower(strings.TrimSuffix(c.Domain, "."))
	if strings.ContainsAny(domain, "/:_* ") || !strings.Contains(domain, ".") {
		return nil, misconfigured("webhook.tls.domain %q is not a host name; write it as inbox.example.com", c.Domain)
	}
	if c.CacheDir == "" {
		return nil, errors.New("cloudapi: TLSConfig.CacheDir is empty")
	}
	if err := os.MkdirAll(c.CacheDir, 0o700); err != nil {
		return nil, fmt.Errorf("keep certificates: %w", err)
	}
	directory := c.DirectoryURL
	if directory == "" {
		directory = acme.LetsEncryptURL
	}
	m := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      autocert.DirCache(c.CacheDir),
		HostPolicy: autocert.HostWhitelist(domain),
		Email:      c.Email,
		Client: &acme.Client{DirectoryURL: directory, UserAgent: userAgent,
			HTTPClient: &http.Client{Timeout: 30 * time.Second}},
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1", acme.ALPNProto}, // no h2: see Server
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			pair, err := m.GetCertificate(hello)
			if err != nil {
				return nil, fmt.Errorf("no certificate for %s; the authority must reach this machine on port 443 under that name: %w", domain, err)
			}
			return pair, nil
		},
	}, nil
}
