package ui

import (
	"cmp"
	"strconv"
	"strings"

	"frontdesk/inbox"
)

// templateWords are choosing, filling and reviewing a template.
type templateWords struct {
	PickTitle, PickShown, StepOf, PickKeys                                          string
	AllLanguages, NoTemplates, NoTemplateMatch                                      string
	TemplateUsed                                                                    counted
	TemplateUsedMost, TemplateQuality, FromDraft                                    string
	Qualities                                                                       map[string]string
	FromContact, Preview, FormKeys, ReviewTo, ReviewKeys                            string
	NoSuchFile, NotAFile, TemplateHanded                                            string
	LocationParts                                                                   map[string]string
	TemplateStatus                                                                  map[string]string
	TemplatePaused, TemplateRejected, TemplateRejectedFor, TemplateUnsendable       string
	ButtonKinds                                                                     map[string]string // by WhatsApp's type
	Problems                                                                        map[string]string // by what the template's check says
	FieldFile, FieldURL, FieldCode, FieldTitle                                      string
	HintFile, HintLatitude, HintLongitude, HintMaybe, HintLike, HintURL, HintNeeded string
}

var englishTemplates = templateWords{
	PickTitle:           "Send a template to {name}",
	PickShown:           "{n} of {all}, {language}",
	StepOf:              "{n} of 3",
	PickKeys:            "↑ ↓ choose · enter next · * favourite · tab language · ctrl+r reload · esc",
	AllLanguages:        "all languages",
	NoTemplates:         "WhatsApp lists no templates for this number. Make one in WhatsApp Manager, then press ctrl+r.",
	NoTemplateMatch:     "No template matches.",
	TemplateUsed:        counted{One: "used {n} time, {at}", Other: "used {n} times, last {at}"},
	TemplateUsedMost:    "used often, last {at}",
	TemplateQuality:     "quality {quality}",
	Qualities:           map[string]string{"GREEN": "green", "YELLOW": "yellow", "RED": "red"},
	FromContact:         "from contact",
	FromDraft:           "from draft",
	Preview:             "preview",
	FormKeys:            "tab next field · enter review · esc back",
	ReviewTo:            "This goes to {name}, exactly so:",
	ReviewKeys:          "enter send · {later} later · esc change something",
	NoSuchFile:          "no such file",
	NotAFile:            "not a file",
	TemplateHanded:      "Template {name} is on its way.",
	LocationParts:       map[string]string{"lat": "latitude", "lon": "longitude", "name": "place", "address": "address"},
	TemplateStatus:      map[string]string{"PAUSED": "paused", "REJECTED": "rejected", "PENDING": "pending", "DISABLED": "disabled"},
	TemplatePaused:      "WhatsApp has paused this template: too many people blocked or reported it. It cannot be sent.",
	TemplateRejected:    "WhatsApp rejected this template. It cannot be sent.",
	TemplateRejectedFor: "WhatsApp rejected this template ({why}). It cannot be sent.",
	TemplateUnsendable:  "It cannot be sent: {why}.",
	ButtonKinds: map[string]string{"QUICK_REPLY": "quick reply", "URL": "url", "PHONE_NUMBER": "phone number", "COPY_CODE": "copy code",
		"OTP": "code", "FLOW": "flow"},
	Problems: map[string]string{"is missing": "is missing", "needs a place": "needs a place", "is not a place on earth": "is not a place on earth",
		"must be on one line": "must be on one line", "must not contain a tab": "must not contain a tab"},
	FieldFile:     "{format} file",
	FieldURL:      `url "{label}"`,
	FieldCode:     "code",
	FieldTitle:    "title: {label}",
	HintFile:      "path of a file",
	HintLatitude:  "like 15.49, 73.83", // maps copy both at once, and both are taken here
	HintLongitude: "in degrees",
	HintMaybe:     "may stay empty",
	HintLike:      "like {example}",
	HintURL:       "end of the address",
	HintNeeded:    "required",
}

func (w *words) pickTitle(name string) string      { return fill(w.PickTitle, "name", name) }
func (w *words) reviewTo(name string) string       { return fill(w.ReviewTo, "name", name) }
func (w *words) step3(n int) string                { return fill(w.StepOf, "n", strconv.Itoa(n)) }
func (w *words) templateHanded(name string) string { return fill(w.TemplateHanded, "name", name) }

func (w *words) templatesShown(n, all int, language string) string {
	return fill(w.PickShown, "n", strconv.Itoa(n), "all", strconv.Itoa(all), "language", language)
}

func (w *words) templateStatus(s string) string {
	if t := w.TemplateStatus[s]; t != "" {
		return t
	}
	return strings.ToLower(s)
}

// notSendable says why a template is not offered for sending.
func (w *words) notSendable(t inbox.Template, reason string) string {
	switch {
	case t.Status == "PAUSED":
		return w.TemplatePaused
	case t.Status == "REJECTED" && t.Reason != "" && t.Reason != "NONE":
		return fill(w.TemplateRejectedFor, "why", strings.ToLower(strings.ReplaceAll(t.Reason, "_", " ")))
	case t.Status == "REJECTED":
		return w.TemplateRejected
	}
	return fill(w.TemplateUnsendable, "why", reason)
}

// button is what pressing a button of a template does.
func (w *words) button(kind string) string {
	if s := w.ButtonKinds[kind]; s != "" {
		return s
	}
	return strings.ToLower(strings.ReplaceAll(kind, "_", " "))
}

// wrong says what is wrong with a value.
func (w *words) wrong(text string) string { return cmp.Or(w.Problems[text], text) }

// field is the label of a template's field.
func (w *words) field(f inbox.TemplateField) string {
	switch {
	case f.Kind == inbox.MediaField:
		return fill(w.FieldFile, "format", strings.ToLower(f.Format))
	case f.Kind == inbox.URLField:
		return fill(w.FieldURL, "label", f.Label)
	case f.Kind == inbox.CodeField:
		return w.FieldCode
	case f.Part == "header":
		return fill(w.FieldTitle, "label", f.Label)
	}
	return f.Label
}

// numbered is the label of a value that the template only numbers: the number, and the words it stands behind.
func (w *words) numbered(name, before string) string {
	words := strings.Fields(before)
	if n := len(words); n > 2 {
		words = words[n-2:]
	}
	return strings.TrimSpace(name + "  " + strings.Join(words, " "))
}

// fieldHint says what an empty field wants.
func (w *words) fieldHint(f inbox.TemplateField, part string) string {
	switch {
	case f.Kind == inbox.MediaField:
		return w.HintFile
	case f.Kind == inbox.LocationField && part == "lat":
		return w.HintLatitude
	case f.Kind == inbox.LocationField && part == "lon":
		return w.HintLongitude
	case f.Kind == inbox.LocationField:
		return w.HintMaybe
	case f.Example != "":
		return fill(w.HintLike, "example", f.Example)
	case f.Kind == inbox.URLField:
		return w.HintURL
	}
	return w.HintNeeded
}

// templateHabits says how often a template was sent from here, and what WhatsApp thinks of it.
func (w *words) templateHabits(t *inbox.Template, last string) string {
	var parts []string
	switch {
	case t.Used >= inbox.MostUses:
		parts = append(parts, fill(w.TemplateUsedMost, "at", last))
	case t.Used > 0:
		parts = append(parts, w.count(w.TemplateUsed, t.Used, "at", last))
	}
	if q := w.Qualities[t.Quality]; q != "" {
		parts = append(parts, fill(w.TemplateQuality, "quality", q))
	}
	if t.Told != "" {
		parts = append(parts, t.Told)
	}
	return strings.Join(parts, "; ")
}
