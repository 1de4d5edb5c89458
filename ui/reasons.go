package ui

import (
	"fmt"
	"strconv"
	"strings"

	"frontdesk/inbox"

	"go.yaml.in/yaml/v3"
)

// reasons are what WhatsApp's error codes mean in one language: for each code its title and what to do next. A key is a
// code, a code with its subcode (100/33), a range of codes (200-299) or "other". English has none: its words come with
// each message, from the table of cloudapi.
type reasons map[string][2]string

// reasonsIn reads those of a language from languages/reasons.
func reasonsIn(tag string) (reasons, error) {
	data, err := languageFiles.ReadFile("languages/reasons/" + tag + ".yaml")
	if err != nil {
		return nil, err
	}
	var r reasons
	if err := yaml.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("reasons/%s: %w", tag, err)
	}
	return r, nil
}

// find looks as cloudapi.Explain does: for the code with its subcode, the code alone, a range that holds it, any other.
// ok is false for a language that has no words at all.
func (r reasons) find(code, subcode int) (title, hint string, ok bool) {
	if t, ok := r[fmt.Sprintf("%d/%d", code, subcode)]; ok {
		return t[0], t[1], true
	}
	if t, ok := r[strconv.Itoa(code)]; ok {
		return t[0], t[1], true
	}
	for key, t := range r {
		low, high, ranged := strings.Cut(strings.TrimPrefix(key, "-"), "-") // codes of our own are negative
		first, err := strconv.Atoi(low)
		last, err2 := strconv.Atoi(high)
		if ranged && err == nil && err2 == nil && first <= code && code <= last {
			return t[0], t[1], true
		}
	}
	t, ok := r["other"]
	return fill(t[0], "code", strconv.Itoa(code)), fill(t[1], "code", strconv.Itoa(code)), ok
}

// reason is why something failed, and what to do next, in the language of the screen. A failure without a code has
// WhatsApp's own words, if any.
func (w *words) reason(r *inbox.Reason) (title, hint string) {
	if r.Code != 0 {
		if title, hint, ok := w.reasons.find(r.Code, 0); ok {
			return title, hint
		}
	}
	return r.Title, r.Hint
}
