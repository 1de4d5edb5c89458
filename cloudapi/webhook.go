package cloudapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"frontdesk/inbox"
)

// The limits of merge-rules 13 and network 4.1.
const (
	defaultMaxBody      = 16 << 20
	defaultMaxBuffered  = 64 << 20
	defaultCommitWithin = 20 * time.Second

	guessesPerMinute   = 5   // wrong verify tokens of one source
	forgeriesPerMinute = 120 // wrong signatures of one source before it is told to go away
)

// ListenerConfig says what a Listener takes and where it hands it.
type ListenerConfig struct {
	Path        string       // default /webhook
	Secrets     []Secret     // app secrets; at least one, several during a rotation
	Guard       Guard        // in the place of Secrets, where the provider signs nothing
	VerifyToken Secret       // answers WhatsApp's GET challenge; zero: no challenge passes
	Line        inbox.LineID // bodies about other numbers only are answered 200 and dropped
	Intake      inbox.Intake
	Log         *slog.Logger // default: nothing is logged
	Clock       inbox.Clock  // default time.Now

	MaxBody      int64         // of one body; default 16 MiB
	MaxBuffered  int64         // of all bodies being read or committed at once; default 64 MiB, then 503
	CommitWithin time.Duration // how long Intake.Accept may take; default 20 s, then 503
}

// Listener answers WhatsApp: the GET challenge and POSTs on one path, GET /healthz, and 404 without a body for
// everything else. A POST is answered 200 only when Intake.Accept returned nil. It implements http.Handler.
type Listener struct {
	cfg       ListenerConfig
	log       *slog.Logger
	room      budget
	guesses   *failures
	forgeries *failures
	counts    counters
}

// NewListener refuses a configuration without an app secret, a line or an Intake: verification must never be able to
// pass by default.
func NewListener(cfg ListenerConfig) (*Listener, error) {
	secrets := make([]Secret, 0, len(cfg.Secrets))
	for _, s := range cfg.Secrets {
		if !s.IsZero() {
			secrets = append(secrets, s)
		}
	}
	cfg.Secrets = secrets
	switch {
	case len(cfg.Secrets) > 0 && cfg.Guard.set():
		return nil, errors.New("webhooks are either signed or guarded by a header; set account.app_secret or webhook.header_secret")
	case len(cfg.Secrets) == 0 && !cfg.Guard.set():
		return nil, errors.New("no app secret, so no webhook could be told from a forged one; set account.app_secret")
	case cfg.Line == "":
		return nil, errors.New("no phone number id, so no webhook could be told to be ours; set account.phone_number_id")
	case cfg.Intake == nil:
		return nil, errors.New("cloudapi: ListenerConfig.Intake is nil")
	}
	if cfg.Path == "" {
		cfg.Path = "/webhook"
	}
	if !strings.HasPrefix(cfg.Path, "/") || cfg.Path == healthPath {
		return nil, misconfigured("webhook.path %q cannot be served; choose one that begins with / and is not %s", cfg.Path, healthPath)
	}
	if cfg.Guard.set() {
		if err := cfg.Guard.check(cfg.Path); err != nil {
			return nil, err
		}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = defaultMaxBody
	}
	if cfg.MaxBuffered <= 0 {
		cfg.MaxBuffered = defaultMaxBuffered
	}
	if cfg.CommitWithin <= 0 {
		cfg.CommitWithin = defaultCommitWithin
	}
	l := &Listener{
		cfg:       cfg,
		log:       cfg.Log,
		guesses:   newFailures(guessesPerMinute),
		forgeries: newFailures(forgeriesPerMinute),
	}
	l.room.free.Store(cfg.MaxBuffered)
	return l, nil
}

// Counts reads the counters.
func (l *Listener) Counts() Counts { return l.counts.read() }

// ServeHTTP implements http.Handler.
func (l *Listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == l.cfg.Path && r.Method == http.MethodPost:
		l.receive(w, r)
	case r.URL.Path == l.cfg.Path && r.Method == http.MethodGet:
		l.challenge(w, r)
	case r.URL.Path == healthPath && r.Method == http.MethodGet:
		l.health(w)
	default:
		l.counts.notFound.Add(1)
		refuse(w, http.StatusNotFound)
	}
}

// receive takes one webhook: size, signature, whose it is, durable, and only then 200 (merge-rules 2).
func (l *Listener) receive(w http.ResponseWriter, r *http.Request) {
	header := r.Header.Get(SignatureHeader)
	if l.cfg.Guard.set() {
		if !l.cfg.Guard.passes(r) {
			l.counts.unsigned.Add(1)
			l.cfg.Intake.Unproven() // who knows the path is no passer-by
			l.forged(w, r, "the secret header is missing or wrong")
			return
		}
	} else if _, ok := parseSignature(header); !ok {
		l.counts.unsigned.Add(1)
		l.forged(w, r, "the signature header is missing or malformed")
		return
	}
	body, held, err := l.read(w, r)
	defer l.room.give(held)
	if err != nil {
		l.unread(w, r, err)
		return
	}
	if !l.cfg.Guard.set() && !Verify(body, header, l.cfg.Secrets) {
		l.counts.forged.Add(1)
		l.cfg.Intake.Unproven()
		l.forged(w, r, "the signature does not fit the body and the app secret")
		return
	}
	if nonce, test := testNonce(body); test {
		l.tested(w, body, header, nonce)
		return
	}
	kind, ours := classify(body, l.cfg.Line)
	if !ours {
		l.counts.foreign.Add(1)
		l.log.Info("webhook for another number dropped", "bytes", len(body))
		w.WriteHeader(http.StatusOK)
		return
	}
	// The caller may hang up; what it signed is taken all the same, since it would only come again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), l.cfg.CommitWithin)
	defer cancel()
	if err := l.cfg.Intake.Accept(ctx, kind, body); err != nil {
		l.counts.refused.Add(1)
		l.log.Error("webhook not stored, WhatsApp is asked to send it again", "bytes", len(body), "kind", kind, "err", err)
		later(w, http.StatusServiceUnavailable, 5*time.Second)
		return
	}
	if kind == inbox.EntryImport {
		l.counts.imported.Add(1)
	} else {
		l.counts.stored.Add(1)
	}
	l.log.Debug("webhook stored", "bytes", len(body), "kind", kind)
	w.WriteHeader(http.StatusOK)
}

// forged answers a request without a valid signature. Only such requests are ever limited: a valid signature is
// never throttled, since an import comes in bursts.
func (l *Listener) forged(w http.ResponseWriter, r *http.Request, why string) {
	over, first := l.forgeries.add(source(r), l.cfg.Clock())
	if over {
		if first {
			l.log.Warn("too many webhooks without a valid signature from one source; not reported again for a minute", "source", source(r))
		}
		later(w, http.StatusTooManyRequests, time.Minute)
		return
	}
	l.log.Warn("webhook refused: "+why, "source", source(r), "status", http.StatusUnauthorized)
	refuse(w, http.StatusUnauthorized)
}

// unread answers a body that could not be read whole.
func (l *Listener) unread(w http.ResponseWriter, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		l.counts.tooLarge.Add(1)
		l.log.Error("webhook too large; WhatsApp sends it again for days and then drops it", "limit", l.cfg.MaxBody, "length", r.ContentLength)
		refuse(w, http.StatusRequestEntityTooLarge)
	case errors.Is(err, errNoRoom):
		l.counts.overloaded.Add(1)
		l.log.Warn("too many webhooks at once, WhatsApp is asked to send this one again")
		later(w, http.StatusServiceUnavailable, time.Second)
	case errors.Is(err, os.ErrDeadlineExceeded):
		l.counts.unread.Add(1)
		refuse(w, http.StatusRequestTimeout)
	default:
		l.counts.unread.Add(1)
		refuse(w, http.StatusBadRequest)
	}
}

const healthPath = "/healthz"

// health tells whether webhooks can be made durable. It holds no content and no secret.
func (l *Listener) health(w http.ResponseWriter) {
	seq, last, err := l.cfg.Intake.Healthy()
	answer := struct {
		Status string    `json:"status"`
		Last   time.Time `json:"last_event_at,omitzero"`
		Seq    inbox.Seq `json:"seq"`
		Reason string    `json:"reason,omitempty"`
	}{Status: "ok", Last: last.UTC(), Seq: seq}
	status := http.StatusOK
	if err != nil {
		status, answer.Status, answer.Reason = http.StatusServiceUnavailable, "failing", err.Error()
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// refuse answers without a body and closes: what a stranger still sends is not worth reading.
func refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Connection", "close")
	w.WriteHeader(status)
}

// later answers without a body and says when to come again.
func later(w http.ResponseWriter, status int, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(after/time.Second)))
	refuse(w, status)
}
