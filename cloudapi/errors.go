package cloudapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"frontdesk/inbox"
)

// APIError is an error answer of the Graph API (cloud-api 1.4), or an answer that is none. It holds no token and no
// message text. Reach it with errors.As behind an *inbox.Error.
type APIError struct {
	Status  int // HTTP status, 0 when no answer came
	Code    int // WhatsApp's code, or one of this package's below zero
	Subcode int
	Title   string // cleaned
	Detail  string // cleaned
	Trace   string // fbtrace_id, for WhatsApp's support

	hasCode    bool
	retryAfter time.Duration
}

// Error implements error.
func (e *APIError) Error() string {
	s := fmt.Sprintf("%s (error %d", e.Title, e.Code)
	if e.Subcode != 0 {
		s += fmt.Sprintf("/%d", e.Subcode)
	}
	if e.Status != 0 {
		s += fmt.Sprintf(", HTTP %d", e.Status)
	}
	s += ")"
	if e.Detail != "" && e.Detail != e.Title {
		s += ": " + e.Detail
	}
	return s
}

// failure is what of it goes into an Outcome.
func (e *APIError) failure() *inbox.Failure {
	return &inbox.Failure{Code: e.Code, Title: e.Title, Detail: e.Detail}
}

// longestDetail bounds what of an answer is kept.
const longestDetail = 500

// readAPIError reads an error answer. Bodies that are no JSON, or a provider's own, leave the HTTP status to speak.
func readAPIError(status int, header http.Header, body []byte) *APIError {
	e := &APIError{Status: status, retryAfter: retryAfter(header)}
	var envelope struct {
		Error json.RawMessage `json:"error"`
		Trace text            `json:"fbtrace_id"`
		Meta  loose[struct {  // 360dialog's older ones
			Message text `json:"developer_message"`
		}] `json:"meta"`
	}
	_ = json.Unmarshal(body, &envelope)
	var answer struct {
		Message text            `json:"message"`
		Code    text            `json:"code"`
		Subcode text            `json:"error_subcode"`
		Data    json.RawMessage `json:"error_data"` // an object, or a bare string
		Title   text            `json:"error_user_title"`
		UserMsg text            `json:"error_user_msg"`
		Trace   text            `json:"fbtrace_id"`
	}
	if len(envelope.Error) > 0 && envelope.Error[0] == '"' {
		_ = json.Unmarshal(envelope.Error, &answer.Message)
	} else if len(envelope.Error) > 0 {
		_ = json.Unmarshal(envelope.Error, &answer)
	}
	if answer.Message == "" {
		answer.Message = envelope.Meta.V.Message
	}
	e.Trace = cut(inbox.Clean(string(answer.Trace)), 80)
	e.Subcode = answer.Subcode.int()
	if _, ok := answer.Code.number(); ok {
		e.Code, e.hasCode = answer.Code.int(), true
	}
	e.Title = bounded(withoutCode(string(answer.Message)))
	e.Detail = bounded(errorDetail(answer.Data))
	if e.Detail == "" {
		e.Detail = bounded(joined(": ", string(answer.Title), string(answer.UserMsg)))
	}
	if e.Detail == "" && e.Subcode != 0 && e.hasCode {
		if row, ok := table().rows[[2]int{e.Code, e.Subcode}]; ok {
			e.Detail = row.title
		}
	}
	if !e.hasCode {
		e.Code = CodeRefused
		if status >= 500 || status < 400 {
			e.Code = CodeNoAnswer
		}
		e.Detail = joined(": ", "HTTP "+strconv.Itoa(status), joined(": ", e.Title, e.Detail))
		e.Title = ""
	}
	if e.Title == "" {
		e.Title, _ = Explain(e.Code, e.Subcode)
	}
	return e
}

func bounded(s string) string { return cut(inbox.Clean(s), longestDetail) }

// withoutCode drops the "(#131047) " that repeats the code.
func withoutCode(s string) string {
	if rest, ok := strings.CutPrefix(s, "(#"); ok {
		if code, rest, ok := strings.Cut(rest, ") "); ok {
			if _, err := strconv.Atoi(code); err == nil {
				return rest
			}
		}
	}
	return s
}

func errorDetail(raw json.RawMessage) string {
	var d loose[data]
	if len(raw) == 0 || d.UnmarshalJSON(raw) == nil && d.OK {
		return string(d.V.Details)
	}
	var s text
	_ = s.UnmarshalJSON(raw)
	return string(s)
}

// longestWait bounds Retry-After (merge-rules 7.3).
const longestWait = 10 * time.Minute

// retryAfter reads Retry-After, in seconds or as a date, and for WhatsApp, which sends none, the minutes in the usage
// header that its business limit needs to recover. 0 means not told.
func retryAfter(h http.Header) time.Duration {
	s := h.Get("Retry-After")
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return min(time.Duration(min(n, 3600))*time.Second, longestWait)
	}
	if at, err := http.ParseTime(s); err == nil {
		now, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		return min(max(at.Sub(now), 0), longestWait)
	}
	return min(readUsage(h).regain, longestWait)
}

// explained turns an error of a call into one for a person at a desk: the closed set of kinds, one line, and the next
// step. doing is the key of a sentence with {why} and {next}.
func explained(doing doing, err error) error {
	api, ok := errors.AsType[*APIError](err)
	if !ok {
		return unexplained(doing, err)
	}
	why, next := Explain(api.Code, api.Subcode)
	values := []string{"code", strconv.Itoa(api.Code), "subcode", strconv.Itoa(api.Subcode)}
	if api.Detail != "" && !strings.EqualFold(api.Detail, why) {
		why += " (" + api.Detail + ")"
		values = append(values, "detail", api.Detail)
	}
	if strings.HasSuffix(next, ".") {
		next = lowerFirst(strings.TrimSuffix(next, "."))
	}
	e := doing(why, next, values...).Because(api)
	switch outcomeOf(api) {
	case inbox.ResultThrottled, inbox.ResultThrottledThread:
		e.Kind = inbox.Busy
	case inbox.ResultRejectedAuth, inbox.ResultRejectedAccount:
		e.Kind = inbox.NotAllowed
	case inbox.ResultRejectedWindow:
		e.Kind = inbox.WindowClosed
	case inbox.ResultUnknown, inbox.ResultNotSent:
		e.Kind = inbox.Unreachable
	}
	return e
}

// unexplained words what came without an answer of WhatsApp's.
func unexplained(doing doing, err error) error {
	if p, ok := errors.AsType[permanent](err); ok {
		return doing(p.Error(), "check the account section of the configuration").Because(err)
	}
	e := doing("WhatsApp cannot be reached ("+bounded(plainly(err))+")", "check the network and try again", "code", strconv.Itoa(CodeUnreachable), "detail", bounded(plainly(err)))
	if odd, ok := errors.AsType[oddAnswer](err); ok {
		e = doing(odd.Error(), "try again later; if it stays, check account.api_base_url")
	}
	e.Kind = inbox.Unreachable
	return e.Because(err)
}

// doing is what did not work: it puts the reason and the next step, and what tells them in another language, into its
// sentence.
type doing func(why, next string, values ...string) *inbox.Error

func readingNumber(why, next string, values ...string) *inbox.Error {
	return inbox.Refusal("unread-number", append(values, "why", why, "next", next)...)
}

func fetchingTemplates(why, next string, values ...string) *inbox.Error {
	return inbox.Refusal("unfetched", append(values, "why", why, "next", next)...)
}

func readingBills(why, next string, values ...string) *inbox.Error {
	return inbox.Refusal("unbilled", append(values, "why", why, "next", next)...)
}

func markingRead(why, next string, values ...string) *inbox.Error {
	return inbox.Refusal("unmarked", append(values, "why", why, "next", next)...)
}

func uploading(name string) doing {
	return func(why, next string, values ...string) *inbox.Error {
		return inbox.Refusal("unuploaded", append(values, "name", name, "why", why, "next", next)...)
	}
}

// oddAnswer says what is wrong with an answer that came, and was no error, and cannot be used.
type oddAnswer string

func (o oddAnswer) Error() string { return string(o) }

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if next, _ := utf8.DecodeRuneInString(s[n:]); next >= 'a' && next <= 'z' || next == ' ' {
		return strings.ToLower(string(r)) + s[n:]
	}
	return s
}
