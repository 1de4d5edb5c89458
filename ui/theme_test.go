package ui

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"frontdesk/ui/term"

	"github.com/charmbracelet/x/ansi"
)

var inkNames = [inks]string{"plain", "faint", "strong", "rule", "keyed", "unread", "mine", "theirs", "phone", "agent", "arrived", "seen", "failing", "warning", "sought"}

// light is a colour in linear light, each part from 0 to 1.
type light [3]float64

func lightOf(c color.Color) light {
	r, g, b, _ := c.RGBA()
	var l light
	for i, v := range [3]uint32{r, g, b} {
		l[i] = linear(float64(v) / 0xffff)
	}
	return l
}

func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func hex(rgb uint32) light {
	return lightOf(color.RGBA{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb), 255})
}

func (l light) luminance() float64 { return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2] }

// contrast is WCAG 2.2's, from 1 to 21.
func contrast(a, b light) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// lab is the colour in OKLab (bottosson.github.io/posts/oklab), where distances are as eyes see them.
func (l light) lab() [3]float64 {
	a := math.Cbrt(0.4122214708*l[0] + 0.5363325363*l[1] + 0.0514459929*l[2])
	b := math.Cbrt(0.2119034982*l[0] + 0.6806995451*l[1] + 0.1073969566*l[2])
	c := math.Cbrt(0.0883024619*l[0] + 0.2817188376*l[1] + 0.6299787005*l[2])
	return [3]float64{0.2104542553*a + 0.7936177850*b - 0.0040720468*c, 1.9779984951*a - 2.4285922050*b + 0.4505937099*c,
		0.0259040371*a + 0.7827717662*b - 0.8086757660*c}
}

// distance is about 0.02 where two colours can just be told apart side by side, and 1 from black to white.
func distance(a, b light) float64 {
	x, y := a.lab(), b.lab()
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

// deuteranopic is what eyes without the middle cones see, after Machado, Oliveira and Fernandes 2009
// (doi.org/10.1109/TVCG.2009.113), severity 1.
func deuteranopic(l light) light {
	rows := [3]light{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}
	var out light
	for i, row := range rows {
		out[i] = min(1, max(0, row[0]*l[0]+row[1]*l[1]+row[2]*l[2]))
	}
	return out
}

// Backgrounds that people have: black, white, and the grounds of themes that many terminals are set to.
var (
	darkGrounds  = []uint32{0x000000, 0x1e1e1e, 0x282a36, 0x2e3440, 0x300a24}
	lightGrounds = []uint32{0xffffff, 0xfafafa, 0xfdf6e3, 0xeeeeee, 0xeff1f5}
)

// The sixteen as terminals come: xterm, VTE (Tango), Windows Terminal (Campbell).
var sixteens = [][16]uint32{
	{0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff},
	{0x000000, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4, 0x75507b, 0x06989a, 0xd3d7cf, 0x555753, 0xef2929, 0x8ae234, 0xfce94f, 0x729fcf, 0xad7fa8, 0x34e2e2, 0xeeeeec},
	{0x0c0c0c, 0xc50f1f, 0x13a10e, 0xc19c00, 0x0037da, 0x881798, 0x3a96dd, 0xcccccc, 0x767676, 0xe74856, 0x16c60c, 0xf9f1a5, 0x3b78ff, 0xb4009e, 0x61d6d6, 0xf2f2f2},
}

// grounds are what a palette is read on; of the sixteen only black and white, which a terminal that comes so has.
func grounds(dark, sixteen bool) []uint32 {
	switch {
	case dark && sixteen:
		return darkGrounds[:1]
	case dark:
		return darkGrounds
	case sixteen:
		return lightGrounds[:1]
	}
	return lightGrounds
}

// seenAs are the colours that an ink may have on the screens of people.
func seenAs(p palette, i ink, depth term.Colours, dark bool) []light {
	c := p.colour(i, depth)
	if basic, ok := c.(ansi.BasicColor); ok {
		var all []light
		for _, set := range sixteens {
			all = append(all, hex(set[basic]))
		}
		return all
	}
	if c != nil {
		return []light{lightOf(c)}
	}
	own := hex(0xe5e5e5) // the terminal's own text
	if !dark {
		own = hex(0x000000)
	}
	if slices.Contains(dim, i) {
		for n := range own { // in half intensity
			own[n] = linear(0.5 * (math.Pow(own[n], 1/2.2) + math.Pow(hex(grounds(dark, true)[0])[n], 1/2.2)))
		}
	}
	return []light{own}
}

// least is the contrast that an ink needs: text 4.5, hints 3, lines between things 1.5; contrast has 7 for all that is
// text.
func least(name string, i ink) float64 {
	switch {
	case i == rule:
		return 1.5
	case name == "contrast":
		return 7
	case i == faint || i == arrived:
		return 3
	}
	return 4.5
}

func everyPalette(f func(name string, p palette, depth term.Colours, dark bool)) {
	for _, name := range Themes() {
		for _, dark := range []bool{true, false} {
			if name == "dark" || name == "light" {
				continue // are auto
			}
			for depth := term.Colours16; depth <= term.TrueColour; depth++ {
				f(name, paletteOf(name, dark), depth, dark)
			}
		}
	}
}

func TestContrasts(t *testing.T) {
	audited := 0
	everyPalette(func(name string, p palette, depth term.Colours, dark bool) {
		for i := range inks {
			_, sixteen := p.colour(i, depth).(ansi.BasicColor)
			for _, c := range seenAs(p, i, depth, dark) {
				for _, ground := range grounds(dark, sixteen || p.colour(i, depth) == nil) {
					audited++
					if got := contrast(c, hex(ground)); got < least(name, i) {
						t.Errorf("%s, dark %v, %v colours: %s has %.1f to one on %06x, it needs %.1f", name, dark, depth, inkNames[i], got, ground, least(name, i))
					}
				}
			}
		}
	})
	if audited < 1000 {
		t.Errorf("only %d were audited", audited)
	}
}

// opposed are inks that must not be taken for each other.
var opposed = [][2]ink{{failing, mine}, {failing, seen}, {failing, agent}, {failing, arrived}, {warning, mine}, {warning, seen}, {warning, arrived},
	{unread, mine}, {phone, agent}, {phone, theirs}, {theirs, agent}, {keyed, failing}}

func TestMeaningsWithoutRedAndGreen(t *testing.T) {
	const apart = 0.05 // more than twice what can just be told apart
	for _, dark := range []bool{true, false} {
		p := paletteOf("blue-orange", dark)
		for depth := term.Colours16; depth <= term.TrueColour; depth++ {
			for _, pair := range opposed {
				for n := range sixteens {
					a, b := seenAs(p, pair[0], depth, dark), seenAs(p, pair[1], depth, dark)
					one, other := a[n%len(a)], b[n%len(b)] // of the same terminal
					if d := distance(deuteranopic(one), deuteranopic(other)); d < apart {
						t.Errorf("dark %v, %v colours: %s and %s are %.3f apart", dark, depth, inkNames[pair[0]], inkNames[pair[1]], d)
					}
				}
			}
		}
	}
	// The same eyes take a red and a green of one lightness for one colour: else this test would see nothing.
	red, green := hex(0xd06060), hex(0x7a9140)
	if seen, d := distance(red, green), distance(deuteranopic(red), deuteranopic(green)); seen < 3*apart || d > apart {
		t.Errorf("a red and a green are %.3f apart, and %.3f without the middle cones", seen, d)
	}
}

func TestThemesHaveEveryInk(t *testing.T) {
	for _, name := range Themes() {
		for _, dark := range []bool{true, false} {
			p := paletteOf(name, dark)
			if p.basic == nil {
				t.Errorf("%s, dark %v, has no colours", name, dark)
			}
			for i := range inks {
				_, rgb := p.rgb[i]
				if len(p.rgb) > 0 && !rgb && i != plain && i != strong && i != sought {
					t.Errorf("%s, dark %v, has no colour for %s", name, dark, inkNames[i])
				}
			}
		}
	}
	if _, ok := themes[Themes()[0]]; !ok || len(themes) != len(Themes())-2 {
		t.Error("Themes does not list the themes")
	}
}

func TestThemeSettings(t *testing.T) {
	red := func(dark bool) string { return paletteOf("auto", dark).theme(term.Colours16).on[failing] }
	for _, c := range []struct {
		name  string
		cfg   Config
		light bool // the terminal says so
		want  string
	}{
		{"nothing said", Config{}, false, red(true)},
		{"the terminal says light", Config{}, true, red(false)},
		{"the person says dark", Config{Theme: "dark"}, true, red(true)},
		{"the person says light", Config{Theme: "light"}, false, red(false)},
		{"the person says the background is dark", Config{Background: "dark"}, true, red(true)},
		{"the person says the background is light", Config{Background: "light"}, false, red(false)},
		{"the environment says light", Config{Light: true}, false, red(false)},
		{"soft, in true colour", Config{Theme: "soft", Colours: term.TrueColour}, false, "\x1b[1;38;2;255;154;148m"},
		{"soft, in 256", Config{Theme: "soft", Colours: term.Colours256}, false, "\x1b[1;38;5;210m"},
		{"soft, in sixteen", Config{Theme: "soft"}, false, red(true)},
		{"NO_COLOR", Config{Theme: "soft", Colours: term.TrueColour, NoColor: true}, true, "\x1b[1m"},
		{"TERM=dumb", Config{Theme: "soft", Plain: true}, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			perform(t, func(_ *fakeDesk, cfg *Config) {
				cfg.Theme, cfg.Colours, cfg.NoColor, cfg.Plain = c.cfg.Theme, c.cfg.Colours, c.cfg.NoColor, c.cfg.Plain
				cfg.Background, cfg.Light = c.cfg.Background, c.cfg.Light
			}, func(s *stage) {
				s.size(80, 24)
				if c.light {
					s.update(term.BackgroundMsg{Dark: false})
				}
				if got := s.m.pen.on[failing]; got != c.want {
					t.Errorf("failing is %q, want %q", got, c.want)
				}
				s.m.setTheme("contrast")
				if c.cfg.NoColor && strings.Contains(s.m.View(), "38;") || c.cfg.Plain && strings.Contains(s.m.View(), "\x1b[") {
					t.Error("another theme brought colours where none are wanted")
				}
			})
		})
	}
}

// A theme that changes while the screen runs changes every row that stands there, and nothing but colours.
func TestThemeChangesLive(t *testing.T) {
	perform(t, func(d *fakeDesk, c *Config) {
		frontOffice(d, c)
		c.Colours = term.TrueColour
	}, func(s *stage) {
		s.size(130, 32)
		s.press("enter")
		before, plainBefore := s.m.View(), s.screen()
		s.m.setTheme("blue-orange")
		after := s.m.View()
		if s.screen() != plainBefore {
			t.Errorf("another theme changed more than colours:\n%s", s.screen())
		}
		old := s.m.pen.on
		for i, c := range paletteOf("auto", true).basic {
			seq := ansi.Style{}.ForegroundColor(c).String()
			if strings.Contains(after, seq) && !slices.Contains(old[:], seq) {
				t.Errorf("%s is still in its old colour", inkNames[i])
			}
		}
		s.m.setTheme("auto")
		if s.m.View() != before {
			t.Error("the way back is not the same")
		}
	})
}

// The frames of the themes keep their sequences, with ESC as a sign that can be read.
func TestThemeFrames(t *testing.T) {
	for _, name := range []string{"auto", "soft", "blue-orange", "contrast"} {
		for _, ground := range []string{"dark", "light"} {
			t.Run(name+" "+ground, func(t *testing.T) {
				perform(t, func(d *fakeDesk, c *Config) {
					frontOffice(d, c)
					c.Theme, c.Background, c.Colours = name, ground, term.TrueColour
				}, func(s *stage) {
					s.size(80, 24)
					s.show(farid)
					s.rows() // fit
					rows := term.Render(s.m.pen.Measure, s.m.View(), s.w, s.h).Rows
					got := strings.ReplaceAll(strings.Join(rows, "\n"), "\x1b", "␛")
					compare(s.t, fmt.Sprintf("theme-%s-%s-80x24", name, ground), got+"\n")
				})
			})
		}
	}
}
