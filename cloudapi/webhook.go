package cloudapi

import (
	"log/slog"
	"net/http"
	"time"

	"frontdesk/inbox"
)

// ListenerConfig says what a Listener takes and where it hands it.
type ListenerConfig struct {
	Path        string       // default /webhook
	Secrets     []Secret     // app secrets; at least one, several during a rotation
	VerifyToken Secret       // answers WhatsApp's GET challenge; zero: no challenge passes
	Line        inbox.LineID // bodies about other numbers only are answered 200 and dropped
	Intake      inbox.Intake
	Log         *slog.Logger // default: nothing is logged
	Clock       inbox.Clock  // default time.Now

	MaxBody      int64         // of one body; default 16 MiB
	MaxBuffered  int64         // of all bodies being read or committed at once; default 64 MiB, then 503
	CommitWithin time.Duration // how long Intake.Accept may take; default 20 s, then 503
}

// Listener answers WhatsApp: the GET challenge and POSTs on one path, GET /healthz, and 404 for everything else.
type Listener struct{}

// NewListener refuses a configuration without an app secret, a line or an Intake.
func NewListener(cfg ListenerConfig) (*Listener, error) { return nil, errSkeleton }

// ServeHTTP implements http.Handler.
func (l *Listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

// Counts says how requests ended since the start, for a status display.
type Counts struct {
	Stored, Imported, Foreign                               uint64 // answered 200
	Unsigned, Forged, TooLarge, Unread, Overloaded, Refused uint64 // 401, 401, 413, 400, 503, 503
	Verified, VerifyFailed, VerifyLimited, NotFound         uint64 // 200, 403, 429, 404
}

// Counts reads the counters.
func (l *Listener) Counts() Counts { return Counts{} }
