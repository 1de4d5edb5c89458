package cloudapi

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
)

// When a certificate is renewed, and how long to wait after a failure. The authority counts failed validations per
// hour, so the pauses grow quickly.
const (
	renewBefore  = 30 * 24 * time.Hour
	longestNap   = 12 * time.Hour
	firstPause   = time.Minute
	longestPause = 4 * time.Hour
	issueWithin  = 5 * time.Minute
)

// authority keeps one certificate for one domain, got from an ACME authority (RFC 8555) by TLS-ALPN-01 (RFC 8737), on
// top of golang.org/x/crypto/acme. It stands in for acme/autocert, whose host name rules would bring
// golang.org/x/net along.
type authority struct {
	domain, email, dir string
	client             *acme.Client
	log                *slog.Logger
	pause              time.Duration // after the first failure

	mu        sync.RWMutex
	pair      *tls.Certificate
	challenge *tls.Certificate // while the authority checks the domain
}

func newAuthority(c TLSConfig, log *slog.Logger) (*authority, error) {
	domain := strings.ToLower(strings.TrimSuffix(c.Domain, "."))
	if strings.ContainsAny(domain, "/:_* ") || !strings.Contains(domain, ".") {
		return nil, fmt.Errorf("webhook.tls.domain %q is not a host name; write it as inbox.example.com", c.Domain)
	}
	if c.CacheDir == "" {
		return nil, errors.New("cloudapi: TLSConfig.CacheDir is empty")
	}
	if err := os.MkdirAll(c.CacheDir, 0o700); err != nil {
		return nil, fmt.Errorf("keep certificates: %w", err)
	}
	key, err := accountKey(filepath.Join(c.CacheDir, "acme-account.pem"))
	if err != nil {
		return nil, err
	}
	a := &authority{
		domain: domain, email: c.Email, dir: c.CacheDir, log: log, pause: firstPause,
		client: &acme.Client{
			Key:          key,
			DirectoryURL: c.DirectoryURL,
			UserAgent:    userAgent,
			HTTPClient:   &http.Client{Timeout: 30 * time.Second},
		},
	}
	if a.client.DirectoryURL == "" {
		a.client.DirectoryURL = acme.LetsEncryptURL
	}
	pair, err := a.stored()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("the kept certificate is not usable, a new one is asked for", "err", err)
	}
	a.pair = pair
	return a, nil
}

// config serves the certificate, and the proof of ownership while the authority asks for it.
func (a *authority) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1", acme.ALPNProto},
		GetCertificate: a.get,
	}
}

func (a *authority) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) {
		if a.challenge == nil || hello.ServerName != a.domain {
			return nil, errors.New("no certificate is being asked for")
		}
		return a.challenge, nil
	}
	if a.pair == nil {
		return nil, errors.New("no certificate yet")
	}
	return a.pair, nil
}

// keep gets a certificate and renews it until ctx ends. Failures are logged and tried again.
func (a *authority) keep(ctx context.Context) {
	pause := a.pause
	for {
		wait := a.due(time.Now())
		if wait <= 0 {
			if err := a.issue(ctx); err == nil {
				pause = a.pause
				continue
			} else if ctx.Err() == nil {
				a.log.Error("no certificate yet; the authority must reach this machine on port 443 under the name in webhook.tls.domain",
					"domain", a.domain, "again_in", pause, "err", err)
			}
			wait, pause = pause, min(2*pause, longestPause)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(min(wait, longestNap)):
		}
	}
}

// due says how long the present certificate is good for before it should be renewed.
func (a *authority) due(now time.Time) time.Duration {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if a.pair == nil {
		return 0
	}
	life := a.pair.Leaf.NotAfter.Sub(a.pair.Leaf.NotBefore)
	return a.pair.Leaf.NotAfter.Add(-min(renewBefore, life/3)).Sub(now)
}

// issue goes once through the order of RFC 8555: account, order, proof, certificate.
func (a *authority) issue(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, issueWithin)
	defer cancel()
	account := &acme.Account{}
	if a.email != "" {
		account.Contact = []string{"mailto:" + a.email}
	}
	if _, err := a.client.Register(ctx, account, acme.AcceptTOS); err != nil && !errors.Is(err, acme.ErrAccountAlreadyExists) {
		return fmt.Errorf("register: %w", err)
	}
	order, err := a.client.AuthorizeOrder(ctx, acme.DomainIDs(a.domain))
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	for _, url := range order.AuthzURLs {
		if err := a.prove(ctx, url); err != nil {
			return fmt.Errorf("prove the domain: %w", err)
		}
	}
	if order, err = a.client.WaitOrder(ctx, order.URI); err != nil {
		return fmt.Errorf("order: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{a.domain}}, key)
	if err != nil {
		return err
	}
	chain, _, err := a.client.CreateOrderCert(ctx, order.FinalizeURL, request, true)
	if err != nil {
		return fmt.Errorf("fetch the certificate: %w", err)
	}
	pair, err := a.store(key, chain)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.pair = pair
	a.mu.Unlock()
	a.log.Info("certificate received", "domain", a.domain, "expires", pair.Leaf.NotAfter)
	return nil
}

// prove answers the TLS-ALPN-01 challenge of one authorization.
func (a *authority) prove(ctx context.Context, url string) error {
	authz, err := a.client.GetAuthorization(ctx, url)
	if err != nil {
		return err
	}
	if authz.Status == acme.StatusValid {
		return nil
	}
	i := slices.IndexFunc(authz.Challenges, func(c *acme.Challenge) bool { return c.Type == "tls-alpn-01" })
	if i < 0 {
		return errors.New("the authority offers no tls-alpn-01 challenge")
	}
	proof, err := a.client.TLSALPN01ChallengeCert(authz.Challenges[i].Token, a.domain)
	if err != nil {
		return err
	}
	a.present(&proof)
	defer a.present(nil)
	if _, err := a.client.Accept(ctx, authz.Challenges[i]); err != nil {
		return err
	}
	_, err = a.client.WaitAuthorization(ctx, authz.URI)
	return err
}

func (a *authority) present(proof *tls.Certificate) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.challenge = proof
}

func (a *authority) file() string { return filepath.Join(a.dir, a.domain+".pem") }

// store writes key and chain into one file, so that they can never be of different orders.
func (a *authority) store(key *ecdsa.PrivateKey, chain [][]byte) (*tls.Certificate, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	b := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	for _, c := range chain {
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c})...)
	}
	if err := replaceFile(a.file(), b); err != nil {
		return nil, fmt.Errorf("keep the certificate: %w", err)
	}
	return a.stored()
}

// stored reads what store wrote. A certificate of another domain or past its end is an error.
func (a *authority) stored() (*tls.Certificate, error) {
	b, err := os.ReadFile(a.file())
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(b, b)
	if err != nil {
		return nil, err
	}
	if err := pair.Leaf.VerifyHostname(a.domain); err != nil {
		return nil, err
	}
	if time.Now().After(pair.Leaf.NotAfter) {
		return nil, errors.New("it has expired")
	}
	return &pair, nil
}

// accountKey reads the key that names us to the authority, or makes it.
func accountKey(file string) (crypto.Signer, error) {
	b, err := os.ReadFile(file)
	if err == nil {
		block, _ := pem.Decode(b)
		if block == nil {
			return nil, fmt.Errorf("%s holds no key; move it aside and start again", file)
		}
		key, err := x509.ParseECPrivateKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s holds no usable key; move it aside and start again", file)
		}
		return key, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, replaceFile(file, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
}

// replaceFile writes a file of mode 0600 whole or not at all.
func replaceFile(name string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}
