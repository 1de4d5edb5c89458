package ui

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"frontdesk/inbox"

	"go.yaml.in/yaml/v3"
)

// deskTexts are what a Desk says in one language, by a key: each time what happened, and what to do next. English has
// none of it: its words come with what is said.
type deskTexts map[string][2]string

// reasons are what WhatsApp's error codes mean. A key is a code, a code with its subcode (100/33), a range of codes
// (200-299) or "other".
type reasons struct{ deskTexts }

// deskTextsIn reads what is told in a language from a directory of languages.
func deskTextsIn(directory, tag string) (deskTexts, error) {
	data, err := languageFiles.ReadFile("languages/" + directory + "/" + tag + ".yaml")
	if err != nil {
		return nil, err
	}
	var all deskTexts
	if err := yaml.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("%s/%s: %w", directory, tag, err)
	}
	return all, nil
}

// find looks as cloudapi.Explain does: for the code with its subcode, the code alone, a range that holds it, any other.
// ok is false for a language that has no words at all.
func (r reasons) find(code, subcode int) (title, hint string, ok bool) {
	if t, ok := r.deskTexts[fmt.Sprintf("%d/%d", code, subcode)]; ok {
		return t[0], t[1], true
	}
	if t, ok := r.deskTexts[strconv.Itoa(code)]; ok {
		return t[0], t[1], true
	}
	for key, t := range r.deskTexts {
		low, high, ranged := strings.Cut(strings.TrimPrefix(key, "-"), "-") // codes of our own are negative
		first, err := strconv.Atoi(low)
		last, err2 := strconv.Atoi(high)
		if ranged && err == nil && err2 == nil && first <= code && code <= last {
			return t[0], t[1], true
		}
	}
	t, ok := r.deskTexts["other"]
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

// said is what a Desk says, and what it says to do next, in the language of the screen: by the key of the sentence and the
// values in it, in the English it came with where there are no words. Where WhatsApp gave an error code, its reason is one
// of the values.
func (w *words) said(key string, values map[string]string, text, next string) string {
	between := "; "
	if own, ok := w.desk[key]; ok {
		values = maps.Clone(values)
		if code, err := strconv.Atoi(values["code"]); err == nil {
			subcode, _ := strconv.Atoi(values["subcode"])
			if why, hint, ok := w.reasons.find(code, subcode); ok {
				if detail := values["detail"]; detail != "" {
					why += " (" + detail + ")"
				}
				values["why"], values["next"], between = why, hint, ". "
			}
		}
		if level := w.levels()[inbox.Status(values["status"])]; level != "" {
			values["status"] = level
		}
		var pairs []string
		for name, value := range values {
			pairs = append(pairs, name, value)
		}
		text, next = fill(own[0], pairs...), fill(own[1], pairs...)
	}
	if next == "" {
		return text
	}
	return text + between + next
}
