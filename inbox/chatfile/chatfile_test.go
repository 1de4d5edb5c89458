package chatfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

var berlin = time.FixedZone("CET", 3600)

func said(from, at, text string) Message {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", at, berlin)
	if err != nil {
		panic(err)
	}
	return Message{From: from, At: t, Text: text}
}

func (m Message) file(kind, name string) Message {
	m.Media, m.Name = kind, name
	return m
}

func TestParse(t *testing.T) {
	for name, tt := range map[string]struct {
		text    string
		order   Order
		want    []Message
		system  int
		deleted int
	}{
		"an iPhone in English": {
			"[1/12/26, 9:41:07\u202fAM] Asha Rao: \u200eMessages and calls are end-to-end encrypted.\n" +
				"[1/12/26, 9:41:08\u202fAM] Asha Rao: Is the 2 kg box in stock?\n" +
				"[1/13/26, 12:05:00\u202fPM] Hotel Mirador: Yes: two left.\nShall I hold one?\n" +
				"\u200e[1/13/26, 12:06:00\u202fPM] Asha Rao: \u200eimage omitted\n" +
				"\u200e[1/13/26, 12:07:00\u202fPM] Hotel Mirador: \u200e<attached: 00000012-PHOTO-2026-01-13-12-07-00.jpg>\n" +
				"[1/13/26, 12:08:00\u202fAM] Asha Rao: \u200eThis message was deleted.\n" +
				"\u200e[1/13/26, 12:09:00\u202fPM] Hotel Mirador: Price list.pdf • \u200e2 pages \u200edocument omitted\n", "",
			[]Message{said("Asha Rao", "2026-01-12 09:41:08", "Is the 2 kg box in stock?"),
				said("Hotel Mirador", "2026-01-13 12:05:00", "Yes: two left.\nShall I hold one?"),
				said("Asha Rao", "2026-01-13 12:06:00", "").file("image", ""),
				said("Hotel Mirador", "2026-01-13 12:07:00", "").file("image", "00000012-PHOTO-2026-01-13-12-07-00.jpg"),
				said("Hotel Mirador", "2026-01-13 12:09:00", "").file("document", "Price list.pdf")}, 1, 1,
		},
		"an Android in English": {
			"12/01/2026, 09:40 - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.\n" +
				"12/01/2026, 09:41 - Asha Rao: Is it open?\n\nOn Sunday, I mean - 13/01/2026\n" +
				"12/01/2026, 21:05 - Hotel Mirador: <Media omitted>\n" +
				"13/01/2026, 08:00 - Asha Rao: IMG-20260113-WA0001.jpg (file attached)\nThe damaged one\n" +
				"13/01/2026, 08:01 - Asha Rao: Yes <This message was edited>\n", "",
			[]Message{said("Asha Rao", "2026-01-12 09:41:00", "Is it open?\n\nOn Sunday, I mean - 13/01/2026"),
				said("Hotel Mirador", "2026-01-12 21:05:00", "").file("file", ""),
				said("Asha Rao", "2026-01-13 08:00:00", "The damaged one").file("image", "IMG-20260113-WA0001.jpg"),
				said("Asha Rao", "2026-01-13 08:01:00", "Yes")}, 1, 0,
		},
		"an Android in German": {
			"31.12.25, 23:59 - Asha Rao: Guten Rutsch\n01.01.26, 00:01 - Hotel Mirador: <Medien ausgeschlossen>\n", "",
			[]Message{said("Asha Rao", "2025-12-31 23:59:00", "Guten Rutsch"), said("Hotel Mirador", "2026-01-01 00:01:00", "").file("file", "")}, 0, 0,
		},
		"an Android in Spanish, with a clock of twelve hours": {
			"5/1/26, 9:41 a.\u00a0m. - Asha Rao: Hola\n14/1/26, 9:41 p.\u00a0m. - Hotel Mirador: <Multimedia omitido>\n", "",
			[]Message{said("Asha Rao", "2026-01-05 09:41:00", "Hola"), said("Hotel Mirador", "2026-01-14 21:41:00", "").file("file", "")}, 0, 0,
		},
		"an iPhone in Portuguese": {
			"[05/01/26 09:41:07] Asha Rao: Oi\n[14/01/26 09:41:07] Hotel Mirador: \u200eimagem ocultada\n", "",
			[]Message{said("Asha Rao", "2026-01-05 09:41:07", "Oi"), said("Hotel Mirador", "2026-01-14 09:41:07", "").file("image", "")}, 0, 0,
		},
		"an Android in Arabic": {
			"١٢\u200f/١\u200f/٢٠٢٦، ٩:٤١ ص - آشا: مرحبا ١٢\n١٣\u200f/١\u200f/٢٠٢٦، ٩:٤١ م - Hotel Mirador: أهلا\n", "",
			[]Message{said("آشا", "2026-01-12 09:41:00", "مرحبا ١٢"), said("Hotel Mirador", "2026-01-13 21:41:00", "أهلا")}, 0, 0,
		},
		"the year first": {
			"2026-01-12, 9:41 a.m. - Asha Rao: Hi\n", "", []Message{said("Asha Rao", "2026-01-12 09:41:00", "Hi")}, 0, 0,
		},
		"the year first, in two digits": {
			"26-01-31 09:41 - Asha Rao: Hi\n26-02-01 09:41 - Asha Rao: Hi\n", YearFirst, []Message{said("Asha Rao", "2026-01-31 09:41:00", "Hi"), said("Asha Rao", "2026-02-01 09:41:00", "Hi")}, 0, 0,
		},
		"time goes forward with the month first": {
			"1/9/26, 09:41 - A: one\n1/10/26, 09:41 - A: two\n2/1/26, 09:41 - A: three\n", "",
			[]Message{said("A", "2026-01-09 09:41:00", "one"), said("A", "2026-01-10 09:41:00", "two"), said("A", "2026-02-01 09:41:00", "three")}, 0, 0,
		},
		"as somebody says": {
			"1/2/26, 09:41 - A: one\n", MonthFirst, []Message{said("A", "2026-01-02 09:41:00", "one")}, 0, 0,
		},
		"Windows line ends, a mark at the beginning, midnight": {
			"\ufeff[1/13/26, 12:08:00 AM] A: one\r\ntwo\r\n", "", []Message{said("A", "2026-01-13 00:08:00", "one\ntwo")}, 0, 0,
		},
		"words that only look like a file": {
			"13/01/26, 08:00 - A: Please sign contract.pdf (the last page)\n13/01/26, 08:01 - A: <3\n", "",
			[]Message{said("A", "2026-01-13 08:00:00", "Please sign contract.pdf (the last page)"), said("A", "2026-01-13 08:01:00", "<3")}, 0, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Parse(tt.text, tt.order, berlin)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(c.Messages, tt.want, func(a, b Message) bool {
				return a.From == b.From && a.At.Equal(b.At) && a.Text == b.Text && a.Media == b.Media && a.Name == b.Name
			}) {
				t.Errorf("got  %q\nwant %q", c.Messages, tt.want)
			}
			if c.System != tt.system || c.Deleted != tt.deleted {
				t.Errorf("%d lines of WhatsApp's own and %d deleted, want %d and %d", c.System, c.Deleted, tt.system, tt.deleted)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":         "",
		"another file":    "Dear Sir,\n12/01/2026, 09:41 - A: no\n",
		"no date at all":  "45/45/2026, 09:41 - A: no\n",
		"an hour too far": "12/01/2026, 25:41 - A: no\n",
	} {
		if c, err := Parse(text, "", berlin); err == nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if _, err := Parse("1/2/26, 09:41 - A: one\n3/4/26, 09:41 - A: two\n", "", berlin); !errors.Is(err, ErrOrder) {
		t.Errorf("two ways to read it: %v", err)
	}
}

// FuzzParse: whatever the file, reading it ends, and no message has lost its author or its time.
func FuzzParse(f *testing.F) {
	f.Add("[1/12/26, 9:41:07\u202fAM] Asha: \u200eimage omitted\n")
	f.Add("12/01/2026, 09:41 - A: b\nc\n")
	f.Add("١٢\u200f/١\u200f/٢٠٢٦، ٩:٤١ ص - آشا: ب")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text, DayFirst, time.UTC)
		if err != nil {
			return
		}
		for _, m := range c.Messages {
			if m.From == "" || m.At.IsZero() || m.Text == "" && m.Media == "" || !slices.Contains(c.People, m.From) {
				t.Fatalf("%+v", m)
			}
		}
	})
}

func TestALongExport(t *testing.T) {
	var b strings.Builder
	at := time.Date(2024, 1, 1, 9, 0, 0, 0, time.UTC)
	for i := range 20000 {
		fmt.Fprintf(&b, "%s - %s: message %d\n", at.Format("1/2/06, 15:04"), []string{"A", "B"}[i%2], i)
		at = at.Add(37 * time.Minute)
	}
	c, err := Parse(b.String(), "", time.UTC)
	if err != nil || len(c.Messages) != 20000 || c.Order != MonthFirst || !slices.Equal(c.People, []string{"A", "B"}) {
		t.Errorf("%d messages of %v in %s, %v", len(c.Messages), c.People, c.Order, err)
	}
}
