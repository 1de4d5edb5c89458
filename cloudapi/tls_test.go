package cloudapi

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/acme"
)

// testCA signs certificates for tests.
type testCA struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newTestCA(t *testing.T) *testCA {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &testCA{key, cert}
}

func (ca *testCA) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(ca.cert)
	return p
}

func (ca *testCA) sign(serial int64, pub any, life time.Duration, names ...string) ([]byte, error) {
	return x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(life), KeyUsage: x509.KeyUsageDigitalSignature}, ca.cert, pub, ca.key)
}

// files writes a new pair for the name.
func (ca *testCA) files(t *testing.T, serial int64, certFile, keyFile, name string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := ca.sign(serial, &key.PublicKey, time.Hour, name)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := replaceFile(file, pem.EncodeToMemory(block)); err != nil {
			t.Fatal(err)
		}
	}
}

// replaceFile writes a file of mode 0600 whole or not at all, as programs that renew tokens and certificates do.
func replaceFile(name string, b []byte) error {
	if err := os.WriteFile(name+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// serial connects and tells which certificate is served.
func (ca *testCA) serial(addr, name string) (int64, error) {
	conn, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: ca.pool(), ServerName: name, MinVersion: tls.VersionTLS12})
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
}

func TestCertificateFilesAreReadAgain(t *testing.T) {
	const name = "inbox.example.com"
	ca, dir := newTestCA(t), t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	ca.files(t, 7, cert, key, name)
	f := &certFiles{cert: cert, key: key, log: slog.New(slog.DiscardHandler)}
	if err := f.load(); err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{GetCertificate: f.get, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.NotFoundHandler(), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	served := make(chan struct{})
	go func() { defer close(served); _ = s.Serve(l) }()
	defer func() { s.Close(); <-served }()
	expect := func(when string, want int64) {
		t.Helper()
		if got, err := ca.serial(l.Addr().String(), name); err != nil || got != want {
			t.Errorf("%s: certificate %d, %v", when, got, err)
		}
	}
	expect("at first", 7)
	ca.files(t, 8, cert, key, name)
	expect("after a renewal", 8)
	ca.files(t, 9, cert, filepath.Join(dir, "later.pem"), name)
	expect("halfway through a renewal", 8)
	if err := os.Rename(filepath.Join(dir, "later.pem"), key); err != nil {
		t.Fatal(err)
	}
	expect("when both are there", 9)
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	expect("while one is away", 9)
}

func TestServeOverTLS(t *testing.T) {
	ca, dir := newTestCA(t), t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	ca.files(t, 7, cert, key, "inbox.example.com")
	addr, _ := serve(t, newTestListener(t, &intake{}, nil), func(c *ServerConfig) { c.TLS = TLSConfig{CertFile: cert, KeyFile: key} })
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.pool(), ServerName: "inbox.example.com", MinVersion: tls.VersionTLS12}}
	defer tr.CloseIdleConnections()
	resp, err := (&http.Client{Transport: tr}).Get("https://" + addr + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
}

func TestTLSConfigRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]TLSConfig{
		"files and a domain": {CertFile: "x", KeyFile: "y", Domain: "inbox.example.com", CacheDir: dir},
		"half a pair":        {CertFile: "x"},
		"the other half":     {KeyFile: "x"},
		"no such files":      {CertFile: filepath.Join(dir, "a"), KeyFile: filepath.Join(dir, "b")},
		"an address":         {Domain: "https://inbox.example.com", CacheDir: dir},
		"a single word":      {Domain: "inbox", CacheDir: dir},
		"an underscore":      {Domain: "in_box.example.com", CacheDir: dir},
	} {
		_, err := Listen(ServerConfig{Listen: "127.0.0.1:0", Handler: http.NotFoundHandler(), TLS: c})
		if err == nil || !strings.Contains(err.Error(), "webhook.tls") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// fakeAuthority is an ACME authority (RFC 8555) that checks a domain by really connecting to the server under test.
// It trusts the order of requests and reads no signatures; the client library's own tests cover those.
type fakeAuthority struct {
	t      *testing.T
	ca     *testCA
	server *httptest.Server
	target func() string // where the domain's server listens

	mu     sync.Mutex
	key    json.RawMessage // the account's public key
	proven bool
	chain  []byte
	issued int64
	life   time.Duration
}

func newFakeAuthority(t *testing.T, ca *testCA, target func() string) *fakeAuthority {
	f := &fakeAuthority{t: t, ca: ca, target: target, life: 90 * 24 * time.Hour}
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	return f
}

const challengeToken = "token-of-the-challenge"

func (f *fakeAuthority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	base := f.server.URL
	w.Header().Set("Replay-Nonce", "nonce")
	answer := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	state := map[bool]string{false: "pending", true: "valid"}
	order := func() map[string]any {
		o := map[string]any{"status": map[bool]string{false: "pending", true: "ready"}[f.proven], "authorizations": []string{base + "/authz"}, "finalize": base + "/finalize",
			"identifiers": []any{map[string]string{"type": "dns", "value": "inbox.example.com"}}}
		if f.chain != nil {
			o["status"], o["certificate"] = "valid", base+"/cert"
		}
		return o
	}
	challenge := func() map[string]any {
		return map[string]any{"type": "tls-alpn-01", "url": base + "/chal", "token": challengeToken, "status": state[f.proven]}
	}
	switch r.URL.Path {
	case "/dir":
		answer(200, map[string]string{"newNonce": base + "/nonce", "newAccount": base + "/account", "newOrder": base + "/order",
			"revokeCert": base + "/x", "keyChange": base + "/x"})
	case "/nonce":
		w.WriteHeader(200)
	case "/account":
		f.key = f.field(r, "protected", "jwk")
		w.Header().Set("Location", base+"/account/1")
		answer(201, map[string]string{"status": "valid"})
	case "/order":
		f.chain = nil
		w.Header().Set("Location", base+"/order/1")
		answer(201, order())
	case "/order/1":
		w.Header().Set("Location", base+"/order/1")
		answer(200, order())
	case "/authz":
		answer(200, map[string]any{"status": state[f.proven], "identifier": map[string]string{"type": "dns", "value": "inbox.example.com"},
			"challenges": []any{map[string]string{"type": "http-01", "url": base + "/no", "token": "x"}, challenge()}})
	case "/chal":
		f.proven = f.check() == nil
		answer(200, challenge())
	case "/finalize":
		var csr string
		_ = json.Unmarshal(f.field(r, "payload", "csr"), &csr)
		der, _ := base64.RawURLEncoding.DecodeString(csr)
		request, err := x509.ParseCertificateRequest(der)
		if err != nil || !f.proven {
			answer(403, map[string]string{"type": "urn:ietf:params:acme:error:unauthorized"})
			return
		}
		f.issued++
		der, err = f.ca.sign(100+f.issued, request.PublicKey, f.life, request.DNSNames...)
		if err != nil {
			f.t.Error(err)
		}
		f.chain = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
		w.Header().Set("Location", base+"/order/1")
		answer(200, order())
	case "/cert":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		_, _ = w.Write(f.chain)
	default:
		w.WriteHeader(404)
	}
}

// field reads one field of a part of a signed request.
func (f *fakeAuthority) field(r *http.Request, part, name string) json.RawMessage {
	var jws map[string]string
	_ = json.NewDecoder(r.Body).Decode(&jws)
	b, _ := base64.RawURLEncoding.DecodeString(jws[part])
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(b, &fields)
	return fields[name]
}

// check is the authority's side of RFC 8737: the certificate served for acme-tls/1 holds the hash of the token and of
// the account's key.
func (f *fakeAuthority) check() error {
	conn, err := tls.Dial("tcp", f.target(), &tls.Config{ServerName: "inbox.example.com", NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true}) //nolint:gosec // the proof is its own certificate
	if err != nil {
		f.t.Error("the authority cannot connect:", err)
		return err
	}
	defer conn.Close()
	var jwk struct{ Crv, Kty, X, Y string }
	if err := json.Unmarshal(f.key, &jwk); err != nil {
		return err
	}
	thumb := sha256.Sum256(fmt.Appendf(nil, `{"crv":%q,"kty":%q,"x":%q,"y":%q}`, jwk.Crv, jwk.Kty, jwk.X, jwk.Y))
	want := sha256.Sum256([]byte(challengeToken + "." + base64.RawURLEncoding.EncodeToString(thumb[:])))
	for _, ext := range conn.ConnectionState().PeerCertificates[0].Extensions {
		if ext.Id.String() == "1.3.6.1.5.5.7.1.31" && bytes.HasSuffix(ext.Value, want[:]) {
			return nil
		}
	}
	f.t.Error("the certificate proves nothing")
	return io.ErrUnexpectedEOF
}

// acmeServer runs a server that gets its certificate from the authority.
func acmeServer(t *testing.T, ca *testCA, dir string, life time.Duration) (f *fakeAuthority, addr string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // a free port, known before the server is made
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	l.Close()
	f = newFakeAuthority(t, ca, func() string { return addr })
	f.life = life
	_, stop = serve(t, newTestListener(t, &intake{}, nil), func(c *ServerConfig) {
		c.Listen = addr
		c.TLS = TLSConfig{Domain: "inbox.example.com", Email: "desk@example.com", CacheDir: dir, DirectoryURL: f.server.URL + "/dir"}
	})
	return f, addr, stop
}

// waitSerial waits until the certificate is served.
func waitSerial(t *testing.T, ca *testCA, addr string, want int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		got, err := ca.serial(addr, "inbox.example.com")
		if err == nil && got == want {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("certificate %d, %v; want %d", got, err, want)
		}
	}
}

func TestCertificateFromAnAuthority(t *testing.T) {
	ca, dir := newTestCA(t), filepath.Join(t.TempDir(), "certs")
	f, addr, stop := acmeServer(t, ca, dir, 90*24*time.Hour)
	waitSerial(t, ca, addr, 101)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	for file, mode := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, filepath.Join(dir, "inbox.example.com"): 0o600, filepath.Join(dir, "acme_account+key"): 0o600} {
		if info, err := os.Stat(file); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v %v", file, info, err)
		}
	}
	// The next start uses what was kept and asks nobody.
	again, addr, _ := acmeServer(t, ca, dir, 90*24*time.Hour)
	waitSerial(t, ca, addr, 101)
	again.mu.Lock()
	defer again.mu.Unlock()
	if f.issued != 1 || again.issued != 0 {
		t.Errorf("%d and %d certificates were issued", f.issued, again.issued)
	}
}
