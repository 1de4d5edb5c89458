package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// form reads a JSON object strictly: every key must be asked for, every value must have its kind. The first
// problem is kept and everything after it reads as empty, so that a validation can be written straight down.
type form struct {
	path  string // how Meta names the object: text, interactive['action']
	m     map[string]any
	asked []string
	first *(*graphError)
}

const maxRequest = 1 << 20

func readForm(r *http.Request) (*form, *graphError) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		return nil, fail(100, "The request body could not be read.")
	}
	return parseForm(raw)
}

func parseForm(raw []byte) (*form, *graphError) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil || m == nil {
		return nil, fail(100, "The request body is not a JSON object.")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fail(100, "There is something behind the JSON object.")
	}
	var first *graphError
	return &form{m: m, first: &first}, nil
}

func (f *form) bad() *graphError { return *f.first }

func (f *form) refuse(e *graphError) {
	if *f.first == nil {
		*f.first = e
	}
}

func (f *form) name(key string) string {
	if f.path == "" {
		return key
	}
	return fmt.Sprintf("%s['%s']", f.path, key)
}

func (f *form) get(key string, required bool) (any, bool) {
	f.asked = append(f.asked, key)
	v, ok := f.m[key]
	if ok && v == nil {
		ok = false
	}
	if !ok && required {
		f.missing(key)
	}
	return v, ok && *f.first == nil
}

// missing refuses for a key that is not there: code 100 for the frame of a message, 131008 inside.
func (f *form) missing(key string) {
	if f.path == "" {
		f.refuse(refuse("The parameter %s is required.", key))
		return
	}
	f.refuse(fail(131008, "%s is required.", f.name(key)))
}

func (f *form) text(key string, required bool) string {
	v, ok := f.get(key, required)
	if !ok {
		return ""
	}
	s, isText := v.(string)
	if !isText {
		f.refuse(refuse("Param %s must be a string.", f.name(key)))
		return ""
	}
	if s == "" && required {
		f.missing(key)
	}
	return s
}

// short is a text of at most so many characters.
func (f *form) short(key string, required bool, most int) string {
	s := f.text(key, required)
	if utf8.RuneCountInString(s) > most {
		f.refuse(refuse("Param %s must be at most %d characters long.", f.name(key), most))
	}
	return s
}

func (f *form) oneOf(key string, required bool, words ...string) string {
	s := f.text(key, required)
	if s != "" && !slices.Contains(words, s) {
		f.refuse(refuse("Param %s must be one of {%s} - got %q.", f.name(key), strings.ToUpper(strings.Join(words, ", ")), s))
	}
	return s
}

func (f *form) flag(key string) bool {
	v, ok := f.get(key, false)
	if !ok {
		return false
	}
	b, isBool := v.(bool)
	if !isBool {
		f.refuse(refuse("Param %s must be a boolean.", f.name(key)))
	}
	return b
}

// number reads a number that may come as a string, as coordinates do.
func (f *form) number(key string, lo, hi float64) float64 {
	v, ok := f.get(key, true)
	if !ok {
		return 0
	}
	n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	_, isBool := v.(bool)
	if err != nil || isBool || math.IsNaN(n) || n < lo || n > hi {
		f.refuse(fail(131009, "%s must be a number from %g to %g.", f.name(key), lo, hi))
	}
	return n
}

// free takes whatever stands there.
func (f *form) free(key string) any {
	v, _ := f.get(key, false)
	return v
}

// sub is an object inside. It is never nil; when the key is absent it reads as empty and ok is false.
func (f *form) sub(key string, required bool) (*form, bool) {
	v, ok := f.get(key, required)
	in := &form{path: f.name(key), first: f.first}
	if !ok {
		return in, false
	}
	m, isObject := v.(map[string]any)
	if !isObject {
		f.refuse(refuse("Param %s must be a JSON object.", f.name(key)))
		return in, false
	}
	in.m = m
	return in, true
}

// list is the objects of an array.
func (f *form) list(key string, required bool) []*form {
	v, ok := f.get(key, required)
	if !ok {
		return nil
	}
	items, isList := v.([]any)
	if !isList {
		f.refuse(refuse("Param %s must be an array.", f.name(key)))
		return nil
	}
	var out []*form
	for i, item := range items {
		m, isObject := item.(map[string]any)
		if !isObject {
			f.refuse(refuse("Param %s[%d] must be a JSON object.", f.name(key), i))
			return nil
		}
		out = append(out, &form{path: fmt.Sprintf("%s[%d]", f.name(key), i), m: m, first: f.first})
	}
	return out
}

// product checks the word that every WhatsApp call carries.
func (f *form) product() { f.oneOf("messaging_product", true, "whatsapp") }

// done refuses keys that nobody asked for.
func (f *form) done() {
	var strange []string
	for k := range f.m {
		if !slices.Contains(f.asked, k) {
			strange = append(strange, k)
		}
	}
	if len(strange) == 0 {
		return
	}
	slices.Sort(strange)
	if f.path == "" {
		f.refuse(fail(100, "Unexpected key %q.", strange[0]))
		return
	}
	f.refuse(fail(100, "Unexpected key %q on param %q.", strange[0], f.path))
}
