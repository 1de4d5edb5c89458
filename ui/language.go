package ui

import (
	"cmp"
	"embed"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// language is one that the catalogue has.
type language struct {
	tag    string       // BCP 47, as ui.language spells it
	forms  []pluralForm // that its rule tells apart
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

// String is the form's name in the files of the catalogue.
func (f pluralForm) String() string {
	return [...]string{"zero", "one", "two", "few", "many", "other"}[f]
}

// languages are the catalogue's, English first: it lends what another lacks. The rules are those of CLDR for whole
// cardinal numbers (unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html). Its form for exact
// millions in Portuguese and Spanish is left out: numbers stand in digits here.
var languages = []*language{
	{"en", []pluralForm{formOne, formOther}, one},
	{"pt-BR", []pluralForm{formOne, formOther}, oneWithZero},
	{"hi", []pluralForm{formOne, formOther}, oneWithZero},
	{"id", []pluralForm{formOther}, func(int) pluralForm { return formOther }},
	{"es", []pluralForm{formOne, formOther}, one},
	{"ar", []pluralForm{formZero, formOne, formTwo, formFew, formMany, formOther}, arabic},
}

func one(n int) pluralForm {
	if n == 1 {
		return formOne
	}
	return formOther
}

func oneWithZero(n int) pluralForm {
	if n == 0 {
		return formOne
	}
	return one(n)
}

func arabic(n int) pluralForm {
	switch last := n % 100; {
	case n <= 2:
		return pluralForm(n)
	case last >= 3 && last <= 10:
		return formFew
	case last >= 11:
		return formMany
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
	var found *language
	for _, l := range languages {
		switch have, _, _ := strings.Cut(strings.ToLower(l.tag), "-"); {
		case strings.EqualFold(l.tag, tag):
			return l
		case have == base:
			found = l
		}
	}
	return cmp.Or(found, languages[0])
}

//go:embed languages
var languageFiles embed.FS

// wordsIn is the catalogue in a language, in English where that has no words. The files are the program's own: an error
// in one is found by the tests, and leaves the screen in English.
func wordsIn(l *language) *words {
	if l == languages[0] {
		return &english
	}
	have, err := l.texts()
	if err != nil {
		return &english
	}
	w := english.clone(func(name, text string) string {
		if own := have[name]; own != "" {
			return own
		}
		return text
	})
	w.lang = l
	w.reasons.deskTexts, _ = deskTextsIn("reasons", l.tag)
	w.desk, _ = deskTextsIn("desk", l.tag)
	return w
}

// texts are the file of a language, by the names that words.clone gives.
func (l *language) texts() (map[string]string, error) {
	data, err := languageFiles.ReadFile("languages/" + l.tag + ".yaml")
	if err != nil {
		return nil, err
	}
	var file yaml.Node
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", l.tag, err)
	}
	have := map[string]string{}
	var take func(name string, n *yaml.Node) error
	take = func(name string, n *yaml.Node) error {
		part := func(s string) string { return strings.TrimPrefix(name+"."+s, ".") }
		switch n.Kind {
		case yaml.DocumentNode:
			return take(name, n.Content[0])
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				if err := take(part(n.Content[i].Value), n.Content[i+1]); err != nil {
					return err
				}
			}
		case yaml.SequenceNode:
			for i, item := range n.Content {
				if err := take(part(strconv.Itoa(i)), item); err != nil {
					return err
				}
			}
		default:
			if _, twice := have[name]; twice {
				return fmt.Errorf("%s, line %d: %s stands there twice", l.tag, n.Line, name)
			}
			have[name] = n.Value
		}
		return nil
	}
	return have, take("", &file)
}
