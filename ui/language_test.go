package ui

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdesk/ui/term"
)

func TestLanguageOfLocale(t *testing.T) {
	for locale, want := range map[string]string{
		"": "en", "C": "en", "POSIX": "en", "C.UTF-8": "en", "en_US.UTF-8": "en", "de_DE.UTF-8": "en", "nonsense": "en",
		"pt_BR.UTF-8": "pt-BR", "pt_BR": "pt-BR", "pt-br": "pt-BR", "pt": "pt-BR", "pt_PT.UTF-8": "pt-BR",
		"hi_IN": "hi", "hi": "hi", "id_ID.utf8": "id", "es_MX.UTF-8": "es", "es_ES@euro": "es", "ar_EG.UTF-8": "ar", "AR": "ar",
	} {
		if got := languageOf(locale).tag; got != want {
			t.Errorf("%q is %s, want %s", locale, got, want)
		}
	}
}

// The expected forms are CLDR's own samples of integers.
func TestPluralRules(t *testing.T) {
	samples := map[string]map[pluralForm]string{
		"en":    {formOne: "1", formOther: "0 2 3 16 100 1000"},
		"pt-BR": {formOne: "0 1", formOther: "2 3 17 100 1000"},
		"hi":    {formOne: "0 1", formOther: "2 3 17 100 1000"},
		"id":    {formOther: "0 1 2 15 100 1000"},
		"es":    {formOne: "1", formOther: "0 2 3 16 100 1000"},
		"ar": {formZero: "0", formOne: "1", formTwo: "2", formFew: "3 10 103 110 1003", formMany: "11 26 99 111 1011",
			formOther: "100 101 102 200 202 300 1000 10000"},
	}
	for _, l := range languages {
		if len(samples[l.tag]) != len(l.forms) {
			t.Errorf("%s has %d forms, and samples of %d", l.tag, len(l.forms), len(samples[l.tag]))
		}
		for form, numbers := range samples[l.tag] {
			if !slices.Contains(l.forms, form) {
				t.Errorf("%s does not have the form %s", l.tag, form)
			}
			for _, s := range strings.Fields(numbers) {
				n, _ := strconv.Atoi(s)
				if got := l.plural(n); got != form {
					t.Errorf("%s: %d is %s, want %s", l.tag, n, got, form)
				}
			}
		}
	}
}

// files are the texts of every language but English, as they stand in its file.
func files(t *testing.T) map[*language]map[string]string {
	t.Helper()
	all := map[*language]map[string]string{}
	for _, l := range languages[1:] {
		have, err := l.texts()
		if err != nil {
			t.Fatal(err)
		}
		all[l] = have
	}
	return all
}

// wants reports whether a language has to have a text of this name: of the forms that depend on numbers those of its
// rule.
func (l *language) wants(name string) bool {
	for form := formZero; form <= formOther; form++ {
		if strings.HasSuffix(name, "."+form.String()) {
			return slices.Contains(l.forms, form)
		}
	}
	return true
}

func TestLanguagesKnowEveryText(t *testing.T) {
	english := texts(&english)
	for l, have := range files(t) {
		var missing []string
		for name := range english {
			if l.wants(name) && have[name] == "" {
				missing = append(missing, name)
			}
		}
		slices.Sort(missing)
		if len(missing) > 0 {
			t.Errorf("ui/languages/%s.yaml lacks %s", l.tag, strings.Join(missing, ", "))
		}
		for _, name := range slices.Sorted(maps.Keys(have)) {
			if _, ok := english[name]; !ok || !l.wants(name) {
				t.Errorf("ui/languages/%s.yaml has %s, which nothing shows", l.tag, name)
			}
		}
	}
}

// exact reports whether a form is for a single number, which may then be left unsaid.
func (l *language) exact(name string) bool {
	_, form, _ := cutLast(name)
	return form == "zero" || form == "two" || form == "one" && l.plural(0) != formOne
}

func cutLast(name string) (before, after string, found bool) {
	i := strings.LastIndex(name, ".")
	if i < 0 {
		return name, "", false
	}
	return name[:i], name[i+1:], true
}

var (
	placeholder = regexp.MustCompile(`\{[^}]*\}`)
	namedKey    = regexp.MustCompile(`\b(enter|esc|tab|ctrl\+.|alt\+enter|ui\.keys|frontdesk serve|OSC 52)\b|[↑↓]`)
	dates       = []string{"DayRule", "DayRuleYear", "DayMonth", "DayMonthYear", "ListDay"}
)

// found are the matches of a pattern in a text, in no order.
func found(pattern *regexp.Regexp, text string) string {
	all := pattern.FindAllString(text, -1)
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestLanguagesKeepValuesAndKeys(t *testing.T) {
	english := texts(&english)
	for l, have := range files(t) {
		for _, name := range slices.Sorted(maps.Keys(have)) {
			text, base := have[name], name
			if counted, _, ok := cutLast(name); ok && english[name] == "" {
				base = counted + ".other" // a form that English has not
			}
			want := english[base]
			switch got := found(placeholder, text); {
			case slices.Contains(dates, name):
				for _, p := range placeholder.FindAllString(text, -1) {
					if !slices.Contains([]string{"{weekday}", "{day}", "{month}", "{m}", "{year}"}, p) {
						t.Errorf("%s: %s has %s, which is no part of a date: %q", l.tag, name, p, text)
					}
				}
			case got == found(placeholder, want):
			case l.exact(name) && found(placeholder, text+"{n}") == found(placeholder, want):
			default:
				t.Errorf("%s: %s has %q, English has %q", l.tag, name, got, found(placeholder, want))
			}
			if got, want := found(namedKey, text), found(namedKey, want); got != want && !strings.HasPrefix(name, "Problems.") { // the tab there is no key
				t.Errorf("%s: %s names the keys %q, English names %q", l.tag, name, got, want)
			}
			if strings.Count(text, " · ") != strings.Count(want, " · ") {
				t.Errorf("%s: %s has other parts than %q: %q", l.tag, name, want, text)
			}
		}
	}
}

// What stands in columns of a fixed width has to fit them, on terminals that count by code points too.
func TestLanguagesFitTheirColumns(t *testing.T) {
	for _, p := range []term.Profile{{}, {Method: term.Grapheme, WholeEmoji: true}} {
		m := term.NewMeasure(p)
		for _, l := range languages {
			w := wordsIn(l)
			fits := func(what, text string, columns int) {
				if got := m.Width(text); got > columns {
					t.Errorf("%s, %s: %s is %q, %d columns of %d", l.tag, p, what, text, got, columns)
				}
			}
			for _, day := range w.Weekdays {
				fits("a weekday", day, 5)
			}
			for month := time.January; month <= time.December; month++ {
				fits("a day in the list", w.dated(w.ListDay, time.Date(2026, month, 28, 0, 0, 0, 0, time.UTC)), 5)
			}
			labels := reflect.ValueOf(w.detailWords)
			for i := range labels.NumField() {
				if name := labels.Type().Field(i).Name; strings.HasPrefix(name, "Label") {
					fits(name, labels.Field(i).String(), 9)
				}
			}
		}
	}
}

// The words for a time to come are understood where they are offered.
func TestSnoozeWordsAreUnderstood(t *testing.T) {
	for _, l := range languages {
		p := &pen{w: wordsIn(l), clock: clock{time.UTC}}
		for _, word := range p.w.SnoozeWords {
			if at, ok := p.moment(noon, word); !ok || !at.After(noon) {
				t.Errorf("%s: %q is no time to come", l.tag, word)
			}
		}
	}
}

// A text that a language lacks is English; a form that it lacks is that of its other numbers.
func TestMissingTextsAreEnglish(t *testing.T) {
	l := &language{tag: "none", forms: []pluralForm{formOther}, plural: func(int) pluralForm { return formFew }}
	if w := wordsIn(l); w.Loading != english.Loading || w.lang != english.lang {
		t.Error("a language without a file is not English")
	}
	w := english
	w.lang = l
	if got := w.count(w.DaysAgo, 3); got != "3 days ago" {
		t.Errorf("a missing form gave %q", got)
	}
	w.lang = languageOf("pt_BR")
	if got := w.ago(24 * 3 * time.Hour); got != "3 days ago" {
		t.Errorf("English in another language's rule gave %q", got)
	}
}

func TestWordsInLanguages(t *testing.T) {
	c := clock{zone: time.UTC}
	day := time.Date(2026, time.August, 18, 15, 4, 0, 0, time.UTC)
	for tag, want := range map[string][]string{
		"en":    {"Tue 18 Aug", "Tue 18 Aug 2026", "2 days ago", "1 day ago", "21h 05m", "1.2 MB", "3 unread"},
		"pt-BR": {"ter, 18 ago", "ter, 18 ago 2026", "há 2 dias", "há 1 dia", "21h05", "1,2 MB", "3 não lidas"},
		"hi":    {"मंगल, 18 अग॰", "मंगल, 18 अग॰ 2026", "2 दिन पहले", "1 दिन पहले", "21 घं 05 मि", "1.2 MB", "3 नए"},
		"id":    {"Sel, 18 Agu", "Sel, 18 Agu 2026", "2 hari lalu", "1 hari lalu", "21j 05m", "1,2 MB", "3 belum dibaca"},
		"es":    {"mar, 18 ago", "mar, 18 ago 2026", "hace 2 días", "hace 1 día", "21h 05m", "1,2 MB", "3 no leídos"},
		"ar":    {"ثلاث، 18 أغسطس", "ثلاث، 18 أغسطس 2026", "قبل يومين", "قبل يوم", "21س 05د", "1.2 MB", "3 رسائل غير مقروءة"},
	} {
		w := wordsIn(languageOf(tag))
		got := []string{w.day(c, day.AddDate(0, 0, 2), day), w.day(c, day.AddDate(1, 0, 2), day), w.ago(49 * time.Hour),
			w.count(w.DaysAgo, 1), w.left(21*time.Hour + 5*time.Minute), w.size(1_200_000), w.unreadLine(3)}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", tag, got, want)
		}
	}
}

// A few frames of every language show that nothing is cut where it must be read.
func TestLanguageFrames(t *testing.T) {
	for _, l := range languages[1:] {
		for _, scene := range scenes {
			if scene.name != "talk" && scene.name != "stop" && scene.name != "closed" {
				continue
			}
			for _, size := range [...][2]int{{80, 24}, {48, 16}} {
				name := fmt.Sprintf("language-%s-%s-%dx%d", l.tag, scene.name, size[0], size[1])
				t.Run(name, func(t *testing.T) {
					perform(t, func(d *fakeDesk, c *Config) {
						scene.set(d, c)
						c.Language = l.tag
					}, func(s *stage) {
						s.size(size[0], size[1])
						scene.play(s)
						s.golden(name)
					})
				})
			}
		}
	}
}

// The widest of what a person must read whole: how a reply goes on after somebody else's, in every language, on the
// narrowest terminal the keys are meant for.
func TestWaysFitInEveryLanguage(t *testing.T) {
	for _, p := range []term.Profile{{}, {Method: term.Grapheme, WholeEmoji: true}} {
		for _, l := range languages {
			m := New(t.Context(), Config{Language: l.tag}, term.NewMeasure(p))
			if got := m.pen.widthOf(m.ways(47)); got > 47 {
				t.Errorf("%s, %s: the ways on take %d columns of 47", l.tag, p, got)
			}
			for _, text := range []string{m.pen.w.ClosedShort, m.pen.w.TooSmallShort} {
				if got := m.pen.Width(text) + 2; got > 47 {
					t.Errorf("%s, %s: %q takes %d columns of 47", l.tag, p, text, got)
				}
			}
		}
	}
}
