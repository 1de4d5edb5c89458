package ui

import (
	"reflect"
	"strconv"
	"strings"
)

// words is the catalogue: every text of the screen in one language, by topic. A topic is a file words_*.go with its
// texts, their English, and the sentences that are made from them; languages/ has the same texts in other languages.
// To add a text, add a field and its English to a topic. Values stand in braces: {name}.
type words struct {
	lang    *language
	reasons reasons
	desk    deskTexts // by the Key of an inbox.Error or inbox.Notice

	paneWords
	stateWords
	timeWords
	peopleWords
	composerWords
	answerWords
	dialogWords
	detailWords
	costWords
	contactWords
	templateWords
	savedWords
	mediaWords
	keyWords
	switcherWords
	findWords
	lookWords
	alertWords
	laterWords
	awayWords
	phoneWords
	syncWords
	lineWords
}

var english = words{
	lang:          languages[0],
	paneWords:     englishPanes,
	stateWords:    englishStates,
	timeWords:     englishTimes,
	peopleWords:   englishPeople,
	composerWords: englishComposer,
	answerWords:   englishAnswers,
	dialogWords:   englishDialogs,
	detailWords:   englishDetail,
	costWords:     englishCosts,
	contactWords:  englishContact,
	templateWords: englishTemplates,
	savedWords:    englishSaved,
	mediaWords:    englishMedia,
	keyWords:      englishKeys,
	switcherWords: englishSwitcher,
	findWords:     englishFind,
	lookWords:     englishLook,
	alertWords:    englishAlerts,
	laterWords:    englishLater,
	awayWords:     englishAway,
	phoneWords:    englishPhone,
	syncWords:     englishSync,
	lineWords:     englishLine,
}

// counted is a text that depends on the number {n}: a form for each that the language's rule tells apart. English has
// One and Other.
type counted struct{ Zero, One, Two, Few, Many, Other string }

// count puts n, and other values in pairs of name and text, into the form that suits n.
func (w *words) count(c counted, n int, pairs ...string) string {
	text := c.Other
	for i, form := range [...]string{c.Zero, c.One, c.Two, c.Few, c.Many} {
		if pluralForm(i) == w.lang.plural(n) && form != "" {
			text = form
		}
	}
	return fill(text, append(pairs, "n", strconv.Itoa(n))...)
}

// fill puts values, given in pairs of name and text, where a text names them in braces. What stands in a value stays as
// it is.
func fill(text string, pairs ...string) string {
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{")
		b.WriteString(before)
		if !open {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, found := "", false
		for i := 0; i+1 < len(pairs); i += 2 {
			if closed && pairs[i] == name {
				value, found = pairs[i+1], true
			}
		}
		if !found { // of another step, such as the name of a key
			b.WriteString("{")
			text = rest
			continue
		}
		b.WriteString(value)
		text = after
	}
}

// clone is the catalogue with every text as change answers for its name and its words. Parts of a field have its name
// and their own: Help.quit, DaysAgo.one, Months.0.
func (w *words) clone(change func(name, text string) string) *words {
	out := *w
	changeTexts(reflect.ValueOf(&out).Elem(), "", change)
	return &out
}

func changeTexts(v reflect.Value, name string, change func(name, text string) string) {
	part := func(s string) string {
		if name == "" {
			return s
		}
		return name + "." + s
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(change(name, v.String()))
	case reflect.Array:
		for i := range v.Len() {
			changeTexts(v.Index(i), part(strconv.Itoa(i)), change)
		}
	case reflect.Map:
		own := reflect.MakeMap(v.Type())
		for it := v.MapRange(); it.Next(); {
			own.SetMapIndex(it.Key(), reflect.ValueOf(change(part(it.Key().String()), it.Value().String())))
		}
		v.Set(own)
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			switch {
			case f.Anonymous:
				changeTexts(v.Field(i), name, change) // a topic
			case !f.IsExported():
			case v.Type() == reflect.TypeFor[counted]():
				changeTexts(v.Field(i), part(strings.ToLower(f.Name)), change)
			default:
				changeTexts(v.Field(i), part(f.Name), change)
			}
		}
	}
}

// inASCII is the catalogue with the signs that terminals without Unicode lack spelled out. Letters stay: messages have
// them too.
func (w *words) inASCII() *words {
	r := strings.NewReplacer("…", "...", "·", "-", "↑", "up", "↓", "down", "×", "x", "—", "-", "“", `"`, "”", `"`)
	return w.clone(func(_, text string) string { return r.Replace(text) })
}
