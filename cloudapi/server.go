package cloudapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

// maxHeaderBytes bounds request headers; WhatsApp's are well under 2 KiB.
const maxHeaderBytes = 16 << 10

// ServerConfig says where a Server listens and how long it waits for slow peers (network 4.1).
type ServerConfig struct {
	Listen  string // host:port, or unix:/path for a proxy on this machine
	Handler http.Handler
	TLS     TLSConfig    // zero: plain HTTP, for a proxy in front
	Log     *slog.Logger // default: nothing is logged

	ReadHeaderTimeout time.Duration // default 2 s
	ReadTimeout       time.Duration // headers and body; default 10 s
	WriteTimeout      time.Duration // default 35 s: reading, then committing
	IdleTimeout       time.Duration // default 60 s
	StopWithin        time.Duration // how long Serve waits for requests in hand after ctx ends; default 1.5 s
}

// Server is an HTTP server that is bound already.
type Server struct {
	http  *http.Server
	bound net.Listener
	serve net.Listener // bound, with TLS around it when there is a certificate
	stop  time.Duration
}

// Listen binds the address, so that a port in use is told before anything else starts. An error is one line with the
// next step.
func Listen(cfg ServerConfig) (*Server, error) {
	if cfg.Handler == nil {
		return nil, errors.New("cloudapi: ServerConfig.Handler is nil")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	orDefault(&cfg.ReadHeaderTimeout, 2*time.Second)
	orDefault(&cfg.ReadTimeout, 10*time.Second)
	orDefault(&cfg.WriteTimeout, 35*time.Second)
	orDefault(&cfg.IdleTimeout, 60*time.Second)
	orDefault(&cfg.StopWithin, 1500*time.Millisecond)
	secure, err := cfg.TLS.config(cfg.Log)
	if err != nil {
		return nil, err
	}
	bound, err := bind(cfg.Listen)
	if err != nil {
		return nil, err
	}
	s := &Server{
		http: &http.Server{
			Handler:           cfg.Handler,
			ReadHeaderTimeout: cfg.ReadHeaderTimeout,
			ReadTimeout:       cfg.ReadTimeout,
			WriteTimeout:      cfg.WriteTimeout,
			IdleTimeout:       cfg.IdleTimeout,
			MaxHeaderBytes:    maxHeaderBytes,
			ErrorLog:          slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug),
		},
		bound: bound,
		serve: bound,
		stop:  cfg.StopWithin,
	}
	if secure != nil {
		s.serve = tls.NewListener(bound, secure)
	}
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.bound.Addr() }

// Close gives the address back at once, for a server that is not going to serve. Serve needs no Close after it.
func (s *Server) Close() error {
	err := s.http.Close()
	if cerr := s.bound.Close(); err == nil && !errors.Is(cerr, net.ErrClosed) {
		err = cerr
	}
	return err
}

// Serve answers until ctx ends; then it takes no new connection, waits at most StopWithin for requests in hand and
// closes the rest. It returns nil after that, else why it could not go on. It can be called once.
func (s *Server) Serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		grace, done := context.WithTimeout(context.WithoutCancel(ctx), s.stop)
		defer done()
		if err := s.http.Shutdown(grace); err != nil {
			_ = s.http.Close()
		}
	}()
	err := s.http.Serve(s.serve)
	cancel()
	<-stopped
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("the webhook listener stopped: %w", err)
}

func orDefault(d *time.Duration, def time.Duration) {
	if *d <= 0 {
		*d = def
	}
}

// bind opens the address and explains why it cannot.
func bind(addr string) (net.Listener, error) {
	network, where := "tcp", addr
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		network, where = "unix", path
		if err := removeStale(path); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen(network, where)
	if err == nil && network == "unix" {
		if err = os.Chmod(where, 0o660); err != nil {
			_ = l.Close()
		}
	}
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program; stop that one or set webhook.listen to a free port", addr)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s may not be opened by this user; set webhook.listen to a port above 1023 or allow it with CAP_NET_BIND_SERVICE", addr)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%s is not an address of this machine; set webhook.listen to one that is, such as 127.0.0.1:8460", addr)
	}
	if form := (*net.AddrError)(nil); errors.As(err, &form) {
		return nil, misconfigured("webhook.listen %q is not an address (%s); write it as 127.0.0.1:8460", addr, form.Err)
	}
	return nil, fmt.Errorf("cannot listen on %s: %v; check webhook.listen", addr, unwrapOp(err))
}

// removeStale removes a socket nobody listens on any more.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSocket == 0 {
		return nil // not there, or not ours to remove: net.Listen says so
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		_ = c.Close()
		return fmt.Errorf("%s is in use by another program; stop that one or choose another path in webhook.listen", path)
	}
	return os.Remove(path)
}

// unwrapOp leaves out what a net.OpError repeats of the address.
func unwrapOp(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
