package sandbox

import (
	"crypto/hmac"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// D360 as Config.Provider makes the sandbox speak as 360dialog does (its Messaging API description): a key in a header of
// its own, paths without version and number, templates in an envelope with offsets, files named at WhatsApp's media host,
// errors of its own as a bare text, and webhooks that are not signed.
const D360 = "360dialog"

// mediaHost is where WhatsApp says that files lie. 360dialog's clients must ask 360dialog for them instead.
const mediaHost = "https://lookaside.fbsbx.com"

// serveD360 answers one call, whatever it stands for in the graph.
func (sb *Sandbox) serveD360(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", sb.Now().UTC().Format(http.TimeFormat))
	node, edge, ok := sb.d360Place(r.URL.Path)
	switch {
	case !ok:
		plain(http.StatusNotFound, "Not found").write(w, "")
	case edge == "" && r.Method == http.MethodGet:
		sb.throughPenalty(w, func(w http.ResponseWriter) { sb.serveNode(w, r, node, edge) })
	default:
		sb.serveNode(w, r, node, edge)
	}
}

// d360Key checks the key. There is one for each number, and none for anything else.
func (sb *Sandbox) d360Key(r *http.Request) *graphError {
	sb.mu.Lock()
	want := sb.token
	sb.mu.Unlock()
	if !hmac.Equal([]byte(r.Header.Get("D360-API-KEY")), []byte(want)) {
		return plain(http.StatusUnauthorized, "Invalid api_key")
	}
	return nil
}

// d360Place translates a path of 360dialog's into the node and edge that it stands for; its own ones have the node "d360".
func (sb *Sandbox) d360Place(path string) (node, edge string, ok bool) {
	switch path = strings.Trim(path, "/"); path {
	case "messages", "media":
		return sb.cfg.PNID, path, true
	case "health_status":
		return D360, path, true
	case "v1/configs/templates", "v1/configs/webhook":
		return D360, strings.TrimPrefix(path, "v1/configs/"), true
	}
	return path, "", path != "" && !strings.Contains(path, "/") && strings.Trim(path, "0123456789") == ""
}

// d360Call answers what 360dialog answers by itself.
func (sb *Sandbox) d360Call(w http.ResponseWriter, r *http.Request, edge string) *graphError {
	switch r.Method + " " + edge {
	case "GET health_status":
		writeJSON(w, http.StatusOK, map[string]any{"health_status": sb.numberFields()["health_status"]})
	case "GET templates":
		return sb.d360Templates(w, r.URL.Query())
	case "GET webhook":
		target, _ := sb.post.address()
		writeJSON(w, http.StatusOK, map[string]any{"url": target, "headers": sb.post.extra()})
	case "POST webhook":
		var in struct {
			URL     string            `json:"url"`
			Headers map[string]string `json:"headers"`
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || checkURL(in.URL) != nil {
			return plain(http.StatusBadRequest, "Invalid webhook url")
		}
		sb.post.carry(in.Headers)
		if err := sb.SetCallback(r.Context(), in.URL, ""); err != nil {
			return plain(http.StatusBadRequest, "Invalid webhook url")
		}
		writeJSON(w, http.StatusOK, in)
	default:
		return plain(http.StatusNotFound, "Not found")
	}
	return nil
}

// plain is an error as 360dialog words its own.
func plain(status int, text string) *graphError {
	return &graphError{status: status, plain: text}
}

// d360Templates lists by offset, with states in small letters.
func (sb *Sandbox) d360Templates(w http.ResponseWriter, q url.Values) *graphError {
	number := func(name string, def int) (int, bool) {
		if q.Get(name) == "" {
			return def, true
		}
		n, err := strconv.Atoi(q.Get(name))
		return n, err == nil && n >= 0
	}
	limit, ok1 := number("limit", 1000)
	offset, ok2 := number("offset", 0)
	if !ok1 || !ok2 || limit == 0 {
		return plain(http.StatusBadRequest, "Invalid pagination")
	}
	sb.mu.Lock()
	if sb.pageMax > 0 {
		limit = min(limit, sb.pageMax)
	}
	sb.mu.Unlock()
	list, all := []map[string]any{}, sb.Templates()
	for i := offset; i < min(offset+limit, len(all)); i++ {
		t := all[i]
		list = append(list, map[string]any{"id": "fixtureWT" + strconv.Itoa(i), "external_id": t.ID, "name": t.Name, "language": t.Language, "category": t.Category,
			"status": strings.ToLower(t.Status), "namespace": "00000000_0000_0000_0000_000000000001", "rejected_reason": "NONE", "components": t.fields()["components"]})
	}
	writeJSON(w, http.StatusOK, map[string]any{"count": len(list), "total": len(all), "limit": limit, "offset": offset, "filters": map[string]any{},
		"sort": []string{"id"}, "waba_templates": list})
	return nil
}

// d360Penalty is what follows on error answers to media: more than twenty within an hour, and half an hour of no answer.
type d360Penalty struct {
	mu      sync.Mutex
	errors  []time.Time
	blocked time.Time
}

const (
	mediaErrorsAllowed = 20
	mediaBlocked       = 30 * time.Minute
)

// punished says whether no request for a file is answered now.
func (sb *Sandbox) punished(now time.Time) bool {
	p := &sb.penalty
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.blocked)
}

func (sb *Sandbox) mediaAnswered(status int, now time.Time) {
	if status < 400 {
		return
	}
	p := &sb.penalty
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := p.errors[:0]
	for _, t := range p.errors {
		if now.Sub(t) < time.Hour {
			kept = append(kept, t)
		}
	}
	if p.errors = append(kept, now); len(p.errors) > mediaErrorsAllowed {
		p.errors, p.blocked = nil, now.Add(mediaBlocked)
	}
}

// throughPenalty answers a request for a file, and counts how that ended.
func (sb *Sandbox) throughPenalty(w http.ResponseWriter, answer func(http.ResponseWriter)) {
	if sb.cfg.Provider != D360 {
		answer(w)
		return
	}
	if sb.punished(sb.Now()) {
		plain(http.StatusTooManyRequests, "Too many errors on media download").write(w, sb.trace())
		return
	}
	seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	answer(seen)
	sb.mediaAnswered(seen.status, sb.Now())
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
