package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// order is what the control endpoints take. Each uses the fields that it needs; unknown ones are refused.
type order struct {
	Customer      string `json:"customer"` // phone number in any spelling
	Name          string `json:"name"`
	Username      string `json:"username"`
	HideNumber    bool   `json:"hide_number"`
	ParentID      string `json:"parent_id"`
	WithoutUserID *bool  `json:"without_user_id"` // as before April 2026
	Number        string `json:"number"`          // a new one, or as the address book spells it
	ReadReceipts  *bool  `json:"read_receipts"`
	Offline       *bool  `json:"offline"`
	Blocked       *bool  `json:"blocked"`
	Fails         *int   `json:"fails"` // code that every message to the customer fails with; 0 for none

	Text     string    `json:"text"` // also a caption
	Kind     string    `json:"kind"` // of what is not handed on
	Quote    string    `json:"quote"`
	Message  string    `json:"message"` // id of the message that is meant
	Emoji    string    `json:"emoji"`
	Button   string    `json:"button"`
	Filename string    `json:"filename"`
	Data     []byte    `json:"data"` // base64; a sample is sent when it is absent
	Location *Location `json:"location"`
	At       time.Time `json:"at"`
	DelayMS  int       `json:"delay_ms"`

	Declined   bool  `json:"declined"` // of the archive, as the rest down to Contacts
	Chunk      int   `json:"chunk"`
	EveryMS    int   `json:"every_ms"`
	NumbersRun bool  `json:"numbers_run"`
	Shuffle    bool  `json:"shuffle"`
	Double     int   `json:"double"`
	Missing    []int `json:"missing"`
	Contacts   int   `json:"contacts"`
	Before     bool  `json:"before"` // of the time before the number was linked

	CallbackURL string `json:"callback_url"`
	VerifyToken string `json:"verify_token"`
	AccessToken string `json:"access_token"`
	Template    string `json:"template"`
	Language    string `json:"language"`
	Status      string `json:"status"`

	Event    string         `json:"event"` // of account_update
	Reason   string         `json:"reason"`
	OtherApp bool           `json:"other_app"`
	Value    map[string]any `json:"value"`

	Fields     map[string]any `json:"fields"`     // of the number's node; null takes one away
	Subscribed *bool          `json:"subscribed"` // whether the app gets the account's webhooks
	Webhooks   []string       `json:"webhooks"`   // the fields that the app is subscribed to
	Grant      *Grant         `json:"grant"`      // what the access token allows
}

// faultOrder arms a fault: Fault, or Name in the form of ParseFault.
type faultOrder struct {
	Name  string `json:"name"`
	Arg   string `json:"arg"`
	Count int    `json:"count"`
	On    string `json:"on"`
	Skip  int    `json:"skip"`
	Every int    `json:"every"`
	To    string `json:"to"`
}

var done = map[string]bool{"success": true}

// control serves /_sandbox/… to programs on this machine: not to other hosts, and not to pages in a browser.
func (sb *Sandbox) control() http.Handler {
	mux := http.NewServeMux()
	get := func(path string, what func(r *http.Request) any) {
		mux.HandleFunc("GET /_sandbox/"+path, func(w http.ResponseWriter, r *http.Request) { writeJSON(w, http.StatusOK, what(r)) })
	}
	get("{$}", func(*http.Request) any { return sb.about() })
	get("sends", func(*http.Request) any { return sb.Sends() })
	get("customers", func(*http.Request) any { return sb.people() })
	get("traffic", func(*http.Request) any { return sb.Traffic() })
	get("faults", func(*http.Request) any { return faultList(sb.Faults()) })
	get("templates", func(*http.Request) any { return sb.Templates() })
	get("messages", func(r *http.Request) any { return sb.chat(r.URL.Query().Get("customer")) })
	mux.HandleFunc("DELETE /_sandbox/faults", func(w http.ResponseWriter, _ *http.Request) {
		sb.ClearFaults()
		writeJSON(w, http.StatusOK, done)
	})

	post := func(path string, do func(r *http.Request, o order) (any, error)) {
		mux.HandleFunc("POST /_sandbox/"+path, func(w http.ResponseWriter, r *http.Request) {
			var o order
			answer, err := any(nil), readOrder(r, &o)
			if err == nil {
				answer, err = do(r, o)
			}
			reply(w, answer, err)
		})
	}
	post("customer", func(_ *http.Request, o order) (any, error) { return sb.changeCustomer(o) })
	post("customer/{verb}", func(r *http.Request, o order) (any, error) { return sb.customerActs(r.PathValue("verb"), o) })
	post("phone/{verb}", func(r *http.Request, o order) (any, error) { return sb.phoneActs(r.PathValue("verb"), o) })
	post("account/{verb}", func(r *http.Request, o order) (any, error) { return sb.accountActs(r.PathValue("verb"), o) })
	post("callback", func(r *http.Request, o order) (any, error) {
		return done, sb.SetCallback(r.Context(), o.CallbackURL, o.VerifyToken)
	})
	post("template", func(_ *http.Request, o order) (any, error) {
		return done, sb.SetTemplateStatus(o.Template, o.Language, strings.ToUpper(o.Status))
	})
	post("archive", func(_ *http.Request, o order) (any, error) {
		sb.Phone().Archive(Archive{Declined: o.Declined, Chunk: o.Chunk, Every: time.Duration(o.EveryMS) * time.Millisecond, NumbersRun: o.NumbersRun,
			Shuffle: o.Shuffle, Double: o.Double, Missing: o.Missing, MediaAfter: time.Duration(o.DelayMS) * time.Millisecond, Contacts: o.Contacts})
		return done, nil
	})
	post("link", func(_ *http.Request, o order) (any, error) {
		if o.At.IsZero() {
			o.At = sb.Now()
		}
		sb.Link(o.At)
		return done, nil
	})
	post("health", func(_ *http.Request, o order) (any, error) { sb.SetHealth(strings.ToUpper(o.Status)); return done, nil })
	post("number", func(_ *http.Request, o order) (any, error) {
		for name, v := range o.Fields {
			sb.SetNumberField(name, v)
		}
		return done, nil
	})
	post("subscription", func(_ *http.Request, o order) (any, error) {
		if o.Subscribed != nil {
			sb.Subscribe(*o.Subscribed)
		}
		if o.Webhooks != nil {
			sb.SetFields(o.Webhooks)
		}
		return done, nil
	})
	post("grant", func(_ *http.Request, o order) (any, error) {
		if o.Grant == nil {
			return nil, errors.New("grant is required")
		}
		sb.SetGrant(*o.Grant)
		return done, nil
	})
	post("token", func(_ *http.Request, o order) (any, error) {
		if o.AccessToken == "" {
			return nil, errors.New("access_token is required")
		}
		sb.SetAccessToken(o.AccessToken)
		return done, nil
	})
	mux.HandleFunc("POST /_sandbox/fault", func(w http.ResponseWriter, r *http.Request) {
		err := sb.armFault(r)
		reply(w, faultList(sb.Faults()), err)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, _, _ := net.SplitHostPort(r.RemoteAddr)
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if !isLoopback(from) || !isLoopback(host) || r.Header.Get("Origin") != "" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func readOrder(r *http.Request, into any) error {
	dec := json.NewDecoder(io.LimitReader(r.Body, 128<<20))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("the body is not the JSON object expected here: %w", err)
	}
	return nil
}

func reply(w http.ResponseWriter, answer any, err error) {
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

func (sb *Sandbox) armFault(r *http.Request) error {
	var in faultOrder
	if err := readOrder(r, &in); err != nil {
		return err
	}
	f := Fault{Name: in.Name, Arg: in.Arg, On: in.On}
	if strings.ContainsAny(in.Name, "/:=") {
		parsed, err := ParseFault(in.Name)
		if err != nil {
			return err
		}
		f = parsed
	}
	if in.Count != 0 {
		f.Count = in.Count
	}
	f.Skip, f.Every, f.To = in.Skip, in.Every, in.To
	return sb.AddFault(f)
}

func faultList(faults []Fault) []faultOrder {
	out := []faultOrder{}
	for _, f := range faults {
		out = append(out, faultOrder{f.Name, f.Arg, f.Count, f.On, f.Skip, f.Every, f.To})
	}
	return out
}

// about is the overview: where things are and what can be asked. No secrets.
func (sb *Sandbox) about() map[string]any {
	target, _ := sb.post.address()
	scene := ""
	if sb.cfg.Scene != nil {
		scene = sb.cfg.Scene.Name()
	}
	return map[string]any{
		"url": sb.URL(), "phone_number_id": sb.cfg.PNID, "waba_id": sb.cfg.WABA, "display_phone_number": sb.cfg.DisplayNumber,
		"callback_url": target, "scene": scene, "speed": sb.cfg.Speed, "now": sb.Now(), "fault_names": FaultNames(),
		"get":            []string{"sends", "customers", "messages?customer=", "traffic", "faults", "templates"},
		"post":           []string{"customer", "customer/{verb}", "phone/{verb}", "account/{verb}", "fault", "callback", "template", "archive", "link", "health", "token", "number", "subscription", "grant"},
		"customer_verbs": []string{"write", "image", "voice", "document", "location", "react", "edit", "revoke", "tap", "unavailable", "unsupported", "read", "move"},
		"phone_verbs":    []string{"write", "image", "voice", "document", "location", "react", "edit", "revoke", "save", "forget"},
		"account_verbs":  []string{"offboard", "reconnect", "disconnect", "connect", "withdraw", "update"},
		"delete":         []string{"faults"},
	}
}

// person is a customer as the control endpoints show one.
type person struct {
	Number     string    `json:"number"`
	UserID     string    `json:"user_id"`
	Name       string    `json:"name,omitempty"`
	Username   string    `json:"username,omitempty"`
	HideNumber bool      `json:"hide_number,omitempty"`
	Offline    bool      `json:"offline,omitempty"`
	LastWrote  time.Time `json:"last_wrote,omitzero"`
	WindowOpen bool      `json:"window_open"`
}

func (c *Customer) shown() person {
	c.sb.mu.Lock()
	defer c.sb.mu.Unlock()
	return person{c.number, c.userID, c.name, c.username, c.hidden, c.offline, c.wrote, c.windowOpen(c.sb.Now())}
}

func (sb *Sandbox) people() []person {
	out := []person{}
	for _, c := range sb.Customers() {
		out = append(out, c.shown())
	}
	return out
}

func (sb *Sandbox) chat(number string) []Message {
	out := []Message{}
	for _, m := range sb.Messages(nil) {
		if number == "" || m.Customer == digits(number) {
			out = append(out, m)
		}
	}
	return out
}
