package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var versionPart = regexp.MustCompile(`^v(\d+)\.\d+$`)

// The span of living Graph versions. A call with an older one is answered by the oldest.
const (
	oldestVersion = 21
	newestVersion = 26
)

func (sb *Sandbox) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/whatsapp_business/attachments/", sb.download)
	mux.Handle("/_sandbox/", sb.control())
	mux.HandleFunc("/", sb.serveGraph)
	return mux
}

// serveGraph answers one Graph call, through the fault that is armed for it if there is one.
func (sb *Sandbox) serveGraph(w http.ResponseWriter, r *http.Request) {
	if sb.cfg.Provider == D360 {
		sb.serveD360(w, r)
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	version := newestVersion
	if m := versionPart.FindStringSubmatch(parts[0]); m != nil {
		version, _ = strconv.Atoi(m[1])
		parts = parts[1:]
	}
	w.Header().Set("Date", sb.Now().UTC().Format(http.TimeFormat)) // clients correct their clock by it
	w.Header().Set("facebook-api-version", fmt.Sprintf("v%d.0", max(version, oldestVersion)))
	w.Header().Set("x-fb-trace-id", sb.trace())
	if len(parts) == 0 || parts[0] == "" || version > newestVersion {
		noPath(r.URL.Path).write(w, sb.trace())
		return
	}
	sb.serveNode(w, r, parts[0], strings.Join(parts[1:], "/"))
}

func (sb *Sandbox) serveNode(w http.ResponseWriter, r *http.Request, node, edge string) {
	if node == sb.cfg.PNID && edge == "messages" && r.Method == http.MethodPost {
		sb.serveMessages(w, r)
		return
	}
	f, struck := sb.strike(faultEdge(node, edge), Send{})
	if !struck {
		sb.answer(w, r, node, edge)
		return
	}
	sb.spoil(w, r, f, func(w http.ResponseWriter) { sb.answer(w, r, node, edge) })
}

func faultEdge(node, edge string) string {
	switch {
	case node == "debug_token":
		return node
	case edge == "":
		return "number"
	}
	return edge
}

// answer carries a call out and writes the answer.
func (sb *Sandbox) answer(w http.ResponseWriter, r *http.Request, node, edge string) {
	e := sb.authorised(r)
	if e == nil {
		e = sb.dispatch(w, r, node, edge)
	}
	if e != nil {
		e.write(w, sb.trace())
	}
}

func (sb *Sandbox) dispatch(w http.ResponseWriter, r *http.Request, node, edge string) *graphError {
	call := r.Method + " " + edge
	switch node {
	case D360:
		return sb.d360Call(w, r, edge)
	case "debug_token":
		return sb.debugToken(w, r)
	case sb.cfg.PNID:
		switch call {
		case "GET ":
			return sb.number(w, r)
		case "POST ":
			return sb.configureNumber(w, r)
		case "POST media":
			return sb.uploadMedia(w, r)
		case "GET message_history":
			return sb.messageHistory(w, r)
		case "POST smb_app_data":
			return sb.syncPhone(w, r)
		case "GET whatsapp_business_profile":
			return sb.businessProfile(w, r)
		case "POST register", "POST deregister":
			return fail(131055, "A number that is used on the WhatsApp Business app cannot be registered or deregistered.")
		}
	case sb.cfg.WABA:
		switch call {
		case "GET ":
			return sb.account(w, r)
		case "GET phone_numbers":
			return sb.phoneNumbers(w, r)
		case "GET message_templates":
			return sb.listTemplates(w, r)
		case "GET subscribed_apps", "POST subscribed_apps", "DELETE subscribed_apps":
			return sb.subscribedApps(w, r)
		}
	case sb.cfg.AppID:
		switch call {
		case "GET subscriptions", "POST subscriptions":
			return sb.appSubscriptions(w, r)
		}
	default:
		return sb.otherNode(w, r, node, edge)
	}
	if edge != "" {
		return noPath("/" + edge)
	}
	return noObject(r.Method, node)
}

// otherNode answers for media, templates and message history items, which are nodes by their own ids.
func (sb *Sandbox) otherNode(w http.ResponseWriter, r *http.Request, node, edge string) *graphError {
	if n := sb.secondNumber(node); n != nil && edge == "" && r.Method == http.MethodGet {
		return sel("WhatsAppBusinessPhoneNumber", n, []string{"display_phone_number", "verified_name", "quality_rating"}).write(w, r)
	}
	if f, ok := sb.file(node); ok && edge == "" {
		switch r.Method {
		case http.MethodGet:
			return sb.describeMedia(w, r, f)
		case http.MethodDelete:
			sb.deleteMedia(w, f)
			return nil
		}
	}
	if t, ok := sb.templateByID(node); ok && edge == "" && r.Method == http.MethodGet {
		return sel("MessageTemplate", t.fields(), []string{"name", "language", "status", "category", "parameter_format", "components"}).write(w, r)
	}
	if m, ok := sb.historyItem(node); ok && edge == "events" && r.Method == http.MethodGet {
		return sb.historyEvents(w, r, m)
	}
	return noObject(r.Method, node)
}

// authorised checks the token and, when asked for or given, the appsecret_proof.
func (sb *Sandbox) authorised(r *http.Request) *graphError {
	if sb.cfg.Provider == D360 {
		return sb.d360Key(r)
	}
	token := bearer(r)
	if token == "" {
		return fail(104, "")
	}
	sb.mu.Lock()
	want := sb.token
	sb.mu.Unlock()
	ofApp := strings.HasSuffix(r.URL.Path, "/debug_token") || strings.HasSuffix(r.URL.Path, "/subscriptions")
	if !hmac.Equal([]byte(token), []byte(want)) && !(ofApp && token == sb.appToken()) {
		return fail(190, "")
	}
	proof := r.URL.Query().Get("appsecret_proof")
	if proof == "" && !sb.cfg.RequireProof {
		return nil
	}
	mac := hmac.New(sha256.New, []byte(sb.cfg.AppSecret))
	mac.Write([]byte(token))
	switch {
	case proof == "":
		return &graphError{status: 400, code: 100, kind: "GraphMethodException", message: "API calls from the server require an appsecret_proof argument"}
	case !hmac.Equal([]byte(proof), []byte(hex.EncodeToString(mac.Sum(nil)))):
		return &graphError{status: 400, code: 100, kind: "GraphMethodException", message: "Invalid appsecret_proof provided in the API argument"}
	}
	return nil
}

// spoil lets a fault do its work on one call. carryOut answers the call properly.
func (sb *Sandbox) spoil(w http.ResponseWriter, r *http.Request, f Fault, carryOut func(http.ResponseWriter)) {
	ctx := r.Context()
	switch f.Name {
	case "drop-request":
		reset(w)
	case "disconnect":
		panic(http.ErrAbortHandler)
	case "timeout":
		<-ctx.Done()
		panic(http.ErrAbortHandler)
	case "accept-timeout":
		carryOut(&memoryWriter{header: http.Header{}})
		<-ctx.Done()
		panic(http.ErrAbortHandler)
	case "drop-response":
		carryOut(&memoryWriter{header: http.Header{}})
		panic(http.ErrAbortHandler)
	case "accept-then-500":
		kept := &memoryWriter{header: http.Header{}}
		carryOut(kept)
		if kept.status != http.StatusOK {
			kept.copyTo(w)
			return
		}
		e := fail(131000, "")
		e.write(w, sb.trace())
	case "bad-json", "no-id":
		kept := &memoryWriter{header: http.Header{}}
		carryOut(kept)
		if kept.status != http.StatusOK {
			kept.copyTo(w)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.WriteHeader(http.StatusOK)
		if f.Name == "no-id" {
			_, _ = w.Write([]byte(`{"messaging_product":"whatsapp","contacts":[],"messages":[]}`))
			return
		}
		_, _ = w.Write(kept.body.Bytes()[:kept.body.Len()/2])
	case "slow":
		d, _ := f.delay()
		kept := &memoryWriter{header: http.Header{}}
		carryOut(kept)
		if sb.clock.wait(ctx, d) != nil {
			panic(http.ErrAbortHandler)
		}
		kept.copyTo(w)
	default:
		if e := f.refusal(w); e != nil {
			e.write(w, sb.trace())
			return
		}
		carryOut(w) // held, paused, silent and failed concern messages only
	}
}

// reset ends the connection the way the kernel does when a program closes it with unread bytes: the client sees a
// reset instead of an orderly end.
func reset(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
		return
	}
	panic(http.ErrAbortHandler)
}

// selection is a node with the fields that may be asked of it.
type selection struct {
	kind     string
	fields   map[string]any
	defaults []string
}

func sel(kind string, fields map[string]any, defaults []string) selection {
	return selection{kind, fields, defaults}
}

func (s selection) write(w http.ResponseWriter, r *http.Request) *graphError {
	out, e := s.pick(r.URL.Query().Get("fields"))
	if e != nil {
		return e
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// pick returns the fields asked for, and always the id. Asking for one that the node does not have is refused.
func (s selection) pick(asked string) (map[string]any, *graphError) {
	names := s.defaults
	if asked != "" {
		names = fieldNames(asked)
	}
	out := map[string]any{"id": s.fields["id"]}
	for _, n := range names {
		v, ok := s.fields[n]
		if !ok {
			return nil, refuse("Tried accessing nonexisting field (%s) on node type (%s)", n, s.kind)
		}
		if v != nil {
			out[n] = v
		}
	}
	return out, nil
}

// fieldNames splits a fields parameter and drops what stands in braces, brackets or behind a dot.
func fieldNames(s string) []string {
	var out []string
	depth, start := 0, 0
	add := func(f string) {
		if i := strings.IndexAny(f, "{(."); i >= 0 {
			f = f[:i]
		}
		if f = strings.TrimSpace(f); f != "" {
			out = append(out, f)
		}
	}
	for i, r := range s {
		switch r {
		case '{', '(':
			depth++
		case '}', ')':
			depth--
		case ',':
			if depth == 0 {
				add(s[start:i])
				start = i + 1
			}
		}
	}
	add(s[start:])
	return out
}

// page cuts a list by limit, after and before, and writes it with cursors. Cursors are opaque to the client.
func (sb *Sandbox) page(w http.ResponseWriter, r *http.Request, items []map[string]any, limit, most int) *graphError {
	q := r.URL.Query()
	if s := q.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return refuse("Param limit must be an integer greater than or equal to 1.")
		}
		limit = n
	}
	if most > 0 {
		limit = min(limit, most)
	}
	from := 0
	if after := q.Get("after"); after != "" {
		n, ok := cursorPlace(after)
		if !ok || n > len(items) {
			return fail(131059, "")
		}
		from = n
	} else if before := q.Get("before"); before != "" {
		n, ok := cursorPlace(before)
		if !ok || n > len(items) {
			return fail(131059, "")
		}
		from = max(0, n-limit)
	}
	to := min(from+limit, len(items))
	answer := map[string]any{"data": slices.Clone(items[from:to])}
	if from < to {
		paging := map[string]any{"cursors": map[string]string{"before": cursor(from), "after": cursor(to)}}
		if to < len(items) {
			next := maps.Clone(q)
			next.Set("after", cursor(to))
			next.Del("before")
			paging["next"] = sb.URL() + r.URL.Path + "?" + next.Encode()
		}
		answer["paging"] = paging
	} else {
		answer["data"] = []any{}
	}
	writeJSON(w, http.StatusOK, answer)
	return nil
}

func cursor(place int) string { return hex.EncodeToString(fmt.Appendf(nil, "after:%d", place)) }

func cursorPlace(s string) (int, bool) {
	b, err := hex.DecodeString(s)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimPrefix(string(b), "after:"))
	return n, err == nil && n >= 0
}
