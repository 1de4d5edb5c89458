package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Forever as Fault.Count keeps a fault armed until it is cleared.
const Forever = -1

// Fault is something that goes wrong on demand. The first armed fault that applies to a request is used up by it.
//
// Names, and what becomes of a message:
//
//	drop-request      connection reset, as if never read        not accepted
//	disconnect        request read, connection closed           not accepted
//	timeout           request read, no answer ever              not accepted
//	accept-timeout    no answer ever                            accepted
//	drop-response     connection closed instead of an answer    accepted
//	accept-then-500   answered 500                              accepted
//	bad-json          answered 200 with an unreadable body      accepted
//	no-id             answered 200 without a message id         accepted
//	slow              answered late; Arg is how late ("3s")     accepted
//	held              held_for_quality_assessment, sent later   accepted
//	paused            message_status paused, never sent         accepted
//	silent            no status ever follows                    accepted
//	failed            a failed status follows; Arg is its code  accepted
//	429               too many requests; Arg is Retry-After     not accepted
//	500, 502, 503     server error                              not accepted
//	131056, 190, …    any code of the error table               not accepted
//
// And what becomes of a file that is fetched, on the edge "download" alone, besides the connections, delays and statuses:
//
//	other-file        other bytes than those that were announced
//	empty             answered 200 with nothing
//	moved             sent on to Arg, by default an address of another host
//	404               not there
type Fault struct {
	Name  string
	Arg   string            // what Name says about it
	Count int               // how many requests it meets; 1 when zero, Forever for all
	On    string            // which edge: "messages" (when empty), "read" (read marks), "media" (uploads), "download" (files that are fetched), "message_templates", "smb_app_data", "number", "debug_token", "phone_numbers", "subscribed_apps", "subscriptions", or "any"
	Skip  int               // let this many requests pass first
	Every int               // then meet only each Every-th one
	To    string            // only messages to this number or user id, in any spelling
	When  func(r Send) bool // only messages for which this holds; not through the control endpoint
	seen  int               // requests that it applied to
	used  int               // requests that it met
}

// ParseFault reads the form of the command line: [edge/]name[=argument][:count], where count may be * for ever,
// as in "accept-then-500", "slow=3s:2", "429=7", "media/500:*", "download/other-file", "failed=131049".
func ParseFault(s string) (Fault, error) {
	var f Fault
	rest := s
	if on, after, ok := strings.Cut(rest, "/"); ok {
		f.On, rest = on, after
	}
	if before, count, ok := strings.Cut(rest, ":"); ok {
		rest = before
		if count == "*" {
			f.Count = Forever
		} else {
			n, err := strconv.Atoi(count)
			if err != nil || n < 1 {
				return Fault{}, fmt.Errorf("sandbox: fault %q: count %q is neither a number from 1 nor *", s, count)
			}
			f.Count = n
		}
	}
	f.Name, f.Arg, _ = strings.Cut(rest, "=")
	if err := f.check(); err != nil {
		return Fault{}, err
	}
	return f, nil
}

// FaultNames lists the names that ParseFault takes, besides the codes of the error table.
func FaultNames() []string {
	names := slices.Clone(faultNames)
	for _, n := range fileFaults {
		names = append(names, "download/"+n)
	}
	return names
}

var faultNames = []string{
	"drop-request", "disconnect", "timeout", "accept-timeout", "drop-response", "accept-then-500", "bad-json",
	"no-id", "slow", "held", "paused", "silent", "failed", "429", "500", "502", "503",
}

// fileFaults are those of a fetched file alone.
var fileFaults = []string{"other-file", "empty", "moved", "404"}

var faultEdges = []string{"", "messages", "read", "media", "download", "message_templates", "smb_app_data", "number", "debug_token", "phone_numbers", "subscribed_apps", "subscriptions", "any"}

func (f Fault) check() error {
	if !slices.Contains(faultEdges, f.On) {
		return fmt.Errorf("sandbox: fault %q: unknown edge %q, want one of %s", f.Name, f.On, strings.Join(faultEdges[1:], ", "))
	}
	if f.Count < Forever || f.Skip < 0 || f.Every < 0 {
		return fmt.Errorf("sandbox: fault %q: count, skip and every cannot be negative", f.Name)
	}
	switch f.Name {
	case "slow":
		if _, err := f.delay(); err != nil {
			return err
		}
	case "failed":
		if _, err := f.code(); err != nil {
			return err
		}
	case "429":
		if _, err := strconv.Atoi(f.Arg); f.Arg != "" && err != nil {
			return fmt.Errorf("sandbox: fault 429: Retry-After %q is not a number of seconds", f.Arg)
		}
	default:
		if slices.Contains(fileFaults, f.Name) {
			if f.On != "download" {
				return fmt.Errorf("sandbox: fault %s is one of fetched files; write download/%s", f.Name, f.Name)
			}
			return nil
		}
		if slices.Contains(faultNames, f.Name) {
			return nil
		}
		if n, err := strconv.Atoi(f.Name); err == nil && known(n) {
			return nil
		}
		return fmt.Errorf("sandbox: unknown fault %q, want a code of the error table or one of %s", f.Name, strings.Join(faultNames, ", "))
	}
	return nil
}

func (f Fault) delay() (time.Duration, error) {
	if f.Arg == "" {
		return 3 * time.Second, nil
	}
	d, err := time.ParseDuration(f.Arg)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("sandbox: fault slow: %q is not a length of time such as 3s", f.Arg)
	}
	return d, nil
}

func (f Fault) code() (int, error) {
	if f.Arg == "" {
		return 131000, nil
	}
	n, err := strconv.Atoi(f.Arg)
	if err != nil || !known(n) {
		return 0, fmt.Errorf("sandbox: fault failed: %q is not a code of the error table", f.Arg)
	}
	return n, nil
}

// left is how many requests the fault will still meet; Forever for all.
func (f *Fault) left() int {
	if f.Count == Forever {
		return Forever
	}
	return max(f.Count, 1) - f.used
}

// meets counts the request and says whether the fault strikes.
func (f *Fault) meets(edge string, r Send) bool {
	on := f.On
	if on == "" {
		on = "messages"
	}
	if on != "any" && on != edge {
		return false
	}
	if f.To != "" && !sameAddress(f.To, r.To) {
		return false
	}
	if f.When != nil && !f.When(r) {
		return false
	}
	f.seen++
	if f.seen <= f.Skip || f.left() == 0 {
		return false
	}
	if f.Every > 1 && (f.seen-f.Skip)%f.Every != 0 {
		return false
	}
	f.used++
	return true
}

func sameAddress(a, b string) bool {
	if a == b {
		return true
	}
	d := digits(a)
	return d != "" && d == digits(b) && !isUserID(a) && !isUserID(b)
}

// AddFault arms a fault. It fails only for a fault that ParseFault would refuse.
func (sb *Sandbox) AddFault(f Fault) error {
	if err := f.check(); err != nil {
		return err
	}
	f.seen, f.used = 0, 0
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.faults = append(sb.faults, &f)
	return nil
}

// Faults lists the faults that are still armed, with Count set to what is left of each.
func (sb *Sandbox) Faults() []Fault {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	var out []Fault
	for _, f := range sb.faults {
		if left := f.left(); left != 0 {
			c := *f
			c.Count = left
			out = append(out, c)
		}
	}
	return out
}

// ClearFaults disarms every fault.
func (sb *Sandbox) ClearFaults() {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.faults = nil
}

// strike takes the fault for this request, if one is armed.
func (sb *Sandbox) strike(edge string, r Send) (Fault, bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	for _, f := range sb.faults {
		if f.meets(edge, r) {
			return *f, true
		}
	}
	return Fault{}, false
}

// refusal is the error a fault answers with when it keeps the request from being carried out.
func (f Fault) refusal(w http.ResponseWriter) *graphError {
	switch f.Name {
	case "429":
		if f.Arg != "" {
			w.Header().Set("Retry-After", f.Arg)
		}
		e := fail(130429, "")
		e.status = http.StatusTooManyRequests
		return e
	case "500", "502", "503":
		status, _ := strconv.Atoi(f.Name)
		e := fail(131000, "")
		e.status = status
		return e
	}
	if n, err := strconv.Atoi(f.Name); err == nil {
		return fail(n, "")
	}
	return nil
}
