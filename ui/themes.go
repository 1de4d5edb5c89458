package ui

import (
	"slices"
	"strings"

	"frontdesk/ui/term"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// A theme colours text, never the background: that is the person's own, and may be a picture. Every theme but the
// terminal's own sixteen comes for dark and for light backgrounds; the audit in theme_test.go holds both to WCAG's
// contrasts on the backgrounds that people have.

// Themes are the settings of ui.theme. The first three are the terminal's own sixteen colours: auto on what the terminal
// says of its background, dark and light on what the person says.
func Themes() []string { return []string{"auto", "dark", "light", "soft", "blue-orange", "contrast"} }

// palette is the colours of a theme on one kind of background. What has none is written in the terminal's own.
type palette struct {
	rgb   map[ink]uint32          // 0xRRGGBB
	basic map[ink]ansi.BasicColor // where the terminal has sixteen and no more
}

// What stands out by weight in every theme, also where there are no colours, and what is in half intensity where it has
// no colour.
var (
	bold = []ink{strong, unread, theirs, phone, agent, failing}
	dim  = []ink{faint, rule, arrived}
)

// The sixteen: those that can be read on such a background as xterm, VTE and Windows Terminal set them. That leaves out
// both magentas and both blues where it is dark, and green, yellow and cyan where it is light.
var (
	sixteenDark = map[ink]ansi.BasicColor{
		rule: ansi.BrightBlack, keyed: ansi.Cyan, unread: ansi.Yellow, mine: ansi.Green, theirs: ansi.Cyan, phone: ansi.BrightWhite,
		agent: ansi.Green, seen: ansi.BrightCyan, failing: ansi.BrightRed, warning: ansi.Yellow,
	}
	sixteenLight = map[ink]ansi.BasicColor{
		rule: ansi.BrightBlack, keyed: ansi.Blue, unread: ansi.Magenta, mine: ansi.Blue, theirs: ansi.Blue, phone: ansi.Magenta,
		seen: ansi.Blue, failing: ansi.Red, warning: ansi.Magenta,
	}
)

// themes are the palettes by name, for dark and for light backgrounds.
var themes = map[string][2]palette{
	"auto": {{basic: sixteenDark}, {basic: sixteenLight}},

	"soft": {
		{basic: sixteenDark, rgb: map[ink]uint32{
			faint: 0xa3adba, arrived: 0xa3adba, rule: 0x7d8796, keyed: 0x88c0d0, unread: 0xebcb8b, mine: 0xa3be8c, theirs: 0x9cc4ff,
			phone: 0xd8a6d8, agent: 0xb5d19c, seen: 0x81b9ff, failing: 0xff9a94, warning: 0xf0b878,
		}},
		{basic: sixteenLight, rgb: map[ink]uint32{
			faint: 0x5f6875, arrived: 0x5f6875, rule: 0x7d8591, keyed: 0x00606e, unread: 0x8a4b00, mine: 0x2d6a1f, theirs: 0x0b4f9e,
			phone: 0x7a2f86, agent: 0x2d6a1f, seen: 0x0a58b8, failing: 0xb3261e, warning: 0x8a5200,
		}},
	},

	// blue-orange is for eyes that take red and green for one colour: what is well is blue, what is not is orange, and the
	// phone is amber beside colleagues in blue.
	"blue-orange": {
		{
			basic: map[ink]ansi.BasicColor{
				rule: ansi.BrightBlack, unread: ansi.Yellow, mine: ansi.BrightCyan, phone: ansi.Yellow, agent: ansi.BrightCyan,
				seen: ansi.BrightCyan, failing: ansi.BrightYellow, warning: ansi.Yellow,
			},
			rgb: map[ink]uint32{
				faint: 0xa9b0ba, arrived: 0xa9b0ba, rule: 0x7f8792, keyed: 0xbcd9ff, unread: 0xffd166, mine: 0x6fb1ff, theirs: 0xf4f4f4,
				phone: 0xffd166, agent: 0x6fb1ff, seen: 0x6fb1ff, failing: 0xff9440, warning: 0xffd166,
			},
		},
		{
			basic: map[ink]ansi.BasicColor{
				rule: ansi.BrightBlack, unread: ansi.Red, mine: ansi.Blue, phone: ansi.Red, agent: ansi.Blue, seen: ansi.Blue,
				failing: ansi.Red, warning: ansi.Red,
			},
			rgb: map[ink]uint32{
				faint: 0x5c6470, arrived: 0x5c6470, rule: 0x7b828d, keyed: 0x00408a, unread: 0x8f3b00, mine: 0x0050b3, theirs: 0x1a1a1a,
				phone: 0x8f3b00, agent: 0x0050b3, seen: 0x0050b3, failing: 0xa82a00, warning: 0x6b5300,
			},
		},
	},

	// contrast keeps seven to one everywhere, for hints too (WCAG 2.2, 1.4.6).
	"contrast": {
		{
			basic: map[ink]ansi.BasicColor{
				plain: ansi.BrightWhite, strong: ansi.BrightWhite, faint: ansi.White, arrived: ansi.White, rule: ansi.White,
				keyed: ansi.BrightCyan, unread: ansi.BrightYellow, mine: ansi.BrightGreen, theirs: ansi.BrightCyan,
				phone: ansi.BrightWhite, agent: ansi.BrightGreen, seen: ansi.BrightWhite, failing: ansi.BrightYellow,
				warning: ansi.BrightYellow,
			},
			rgb: map[ink]uint32{
				plain: 0xffffff, strong: 0xffffff, faint: 0xd6d6d6, arrived: 0xd6d6d6, rule: 0xc0c0c0, keyed: 0x8cf4ff, unread: 0xffff5f,
				mine: 0x8cff8c, theirs: 0x8cf4ff, phone: 0xffc2ff, agent: 0x8cff8c, seen: 0xbcd7ff, failing: 0xffbdb8, warning: 0xffdf70,
			},
		},
		{
			basic: map[ink]ansi.BasicColor{
				plain: ansi.Black, strong: ansi.Black, faint: ansi.Black, arrived: ansi.Black, rule: ansi.Black, keyed: ansi.Black,
				unread: ansi.Black, mine: ansi.Black, theirs: ansi.Black, phone: ansi.Black, agent: ansi.Black, seen: ansi.Black,
				failing: ansi.Black, warning: ansi.Black,
			},
			rgb: map[ink]uint32{
				plain: 0x000000, strong: 0x000000, faint: 0x3a3a3a, arrived: 0x3a3a3a, rule: 0x4a4a4a, keyed: 0x000087, unread: 0x5f0000,
				mine: 0x000087, theirs: 0x000087, phone: 0x000000, agent: 0x5f005f, seen: 0x0000af, failing: 0x870000, warning: 0x5f0000,
			},
		},
	},
}

// paletteOf is that of a theme on a dark or a light background; an unknown name is auto.
func paletteOf(name string, dark bool) palette {
	switch name {
	case "dark", "light":
		name, dark = "auto", name == "dark"
	}
	both, ok := themes[name]
	if !ok {
		both = themes["auto"]
	}
	if dark {
		return both[0]
	}
	return both[1]
}

// colour is that of an ink on a terminal that shows so many colours; nil is the terminal's own.
func (p palette) colour(i ink, depth term.Colours) ansi.Color {
	rgb, have := p.rgb[i]
	switch basic, ok := p.basic[i]; {
	case have && depth == term.TrueColour:
		return ansi.RGBColor{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb)}
	case have && depth == term.Colours256:
		return ansi.Convert256(ansi.RGBColor{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb)})
	case ok:
		return basic
	}
	return nil
}

// theme is the palette as the sequences that switch its inks on.
func (p palette) theme(depth term.Colours) theme {
	t := theme{reverse: ansi.NewStyle(ansi.AttrReverse).String(), off: ansi.NewStyle(ansi.AttrReset).String()}
	for i := range inks {
		style := ansi.Style{}
		if slices.Contains(bold, i) {
			style = style.Bold()
		}
		switch c := p.colour(i, depth); {
		case c != nil:
			style = style.ForegroundColor(c)
		case slices.Contains(dim, i):
			style = style.Faint()
		}
		if len(style) > 0 {
			t.on[i] = style.String()
		}
	}
	t.on[sought] = t.reverse // the one ink with a ground: what is looked for must be seen at a glance
	return t
}

// themed is the theme for what the person and the terminal say. Without colours every state still has a word or a
// glyph beside it.
func (m *Model) themed() theme {
	switch {
	case m.cfg.Plain:
		return theme{}
	case m.cfg.NoColor:
		return palette{}.theme(term.Colours16)
	}
	return paletteOf(m.cfg.Theme, !m.light).theme(m.cfg.Colours)
}

// setTheme changes the theme while the screen runs. What was drawn in the old one is drawn again.
func (m *Model) setTheme(name string) {
	m.cfg.Theme = name
	m.recolour()
}

// themes offers the themes in the palette.
func (m *Model) themes() tea.Cmd { return m.openSwitcher(":theme ") }

// useTheme changes to the theme that a person names.
func (m *Model) useTheme(name string) tea.Cmd {
	name = strings.ToLower(name)
	if !slices.Contains(Themes(), name) {
		return m.say(m.pen.w.noSuchTheme(name))
	}
	m.setTheme(name)
	return m.say(m.pen.w.themeNow(name))
}

// noColours is why there is no other theme.
func noColours(m *Model) string {
	if m.cfg.Plain || m.cfg.NoColor {
		return m.pen.w.NoColours
	}
	return ""
}

// recolour draws in the theme as it is now, after the person or the terminal said something about it.
func (m *Model) recolour() {
	m.pen.theme = m.themed()
	clear(m.talk.drawn)
}
