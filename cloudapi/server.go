package cloudapi

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// ServerConfig says where a Server listens and how long it waits for slow peers.
type ServerConfig struct {
	Listen  string // host:port, or unix:/path for a proxy on this machine
	Handler http.Handler
	TLS     TLSConfig    // zero: plain HTTP, for a proxy in front
	Log     *slog.Logger // default: nothing is logged

	ReadHeaderTimeout time.Duration // default 2 s
	ReadTimeout       time.Duration // default 10 s
	WriteTimeout      time.Duration // default 30 s
	IdleTimeout       time.Duration // default 60 s
	StopWithin        time.Duration // how long Serve waits for requests in hand after ctx ends; default 1.5 s
}

// TLSConfig names a certificate: from files, or from an ACME authority for Domain.
type TLSConfig struct {
	CertFile, KeyFile string // read again when they change
	Domain            string // ACME over TLS-ALPN-01: WhatsApp connects to port 443
	Email             string // given to the authority, may be empty
	CacheDir          string // where certificates are kept, 0700
	DirectoryURL      string // default Let's Encrypt
}

// Server is an HTTP server that is bound already.
type Server struct{}

// Listen binds the address, so that a port in use is told before anything else starts. The error is one line with the
// next step.
func Listen(cfg ServerConfig) (*Server, error) { return nil, errSkeleton }

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return nil }

// Serve answers until ctx ends, then waits at most StopWithin for requests in hand. It returns nil after a clean end.
func (s *Server) Serve(ctx context.Context) error { return errSkeleton }
