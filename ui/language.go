package ui

import (
	"strings"
)

// language is one that the catalogue has.
type language struct {
	tag    string // BCP 47, as ui.language spells it
	name   string // in the language itself
	forms  []pluralForm
	plural func(n int) pluralForm
}

// pluralForm is a form of [counted], in its order.
type pluralForm uint8

const (
	formZero pluralForm = iota
	formOne
	formTwo
	formFew
	formMany
	formOther
)

// String is the form's name in the catalogue's files.
func (f pluralForm) String() string {
	return [...]string{"zero", "one", "two", "few", "many", "other"}[f]
}

// languages are the catalogue's, English first: it lends what another lacks. The rules are those that CLDR has for
// cardinal whole numbers (unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html). Its form for exact
// millions in Portuguese and Spanish is left out: numbers are written in digits here.
var languages = []*language{
	{tag: "en", name: "English", forms: []pluralForm{formOne, formOther}, plural: one},
}

func one(n int) pluralForm {
	if n == 1 {
		return formOne
	}
	return formOther
}

// Languages are the tags of the languages that the screen speaks, English first.
func Languages() []string {
	var tags []string
	for _, l := range languages {
		tags = append(tags, l.tag)
	}
	return tags
}

// languageOf is the language of a tag or of a locale such as pt_BR.UTF-8: the same one, else one of the same name,
// else English.
func languageOf(locale string) *language {
	tag, _, _ := strings.Cut(locale, ".")
	tag, _, _ = strings.Cut(tag, "@")
	tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	base, _, _ := strings.Cut(tag, "-")
	found := languages[0]
	for _, l := range languages {
		switch have := strings.ToLower(l.tag); {
		case have == tag:
			return l
		case have == base || strings.HasPrefix(have, base+"-"):
			found = l
		}
	}
	return found
}
