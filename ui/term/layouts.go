package term

import "unicode"

// Keys of layouts that have no Latin letters, by where they lie: what a Latin (US) layout has in the same place. Only
// letters, and only those that no two of the layouts put in different places.
var layouts = [...]struct{ latin, letters string }{
	// Russian, and what Ukrainian and Belarusian have instead
	{"qwertyuiopasdfghjklzxcvbnm", "йцукенгшщзфывапролдячсмить"},
	{"QWERTYUIOPASDFGHJKLZXCVBNM", "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ"},
	{"sSoO", "іІўЎ"},
	// Greek
	{"wertyuiopasdfghjklzxcvbnm", "ςερτυθιοπασδφγηξκλζχψωβνμ"},
	{"ERTYUIOPASDFGHJKLZXCVBNM", "ΕΡΤΥΘΙΟΠΑΣΔΦΓΗΞΚΛΖΧΨΩΒΝΜ"},
	// Hebrew
	{"ertyuiopasdfghjklzxcvbnm", "קראטוןםפשדגכעיחלךזסבהנמצ"},
	// Arabic; the Persian yeh lies where the Arabic one does
	{"qwertyuiopasdfghjklxcvnmd", "ضصثقفغعهخحشسيبلاتنمءؤرىةی"},
	{"QWERYASHNX", "\u064e\u064b\u064f\u064cإ\u0650\u064dأآ\u0652"},
	// Hindi, InScript
	{"qwertyuiopasdfghjklzxcvbnm", "\u094c\u0948\u093e\u0940\u0942बहगदज\u094b\u0947\u094d\u093f\u0941परकतॆ\u0902मनवलस"},
	{"QWERTYUIOPASDFGHJKLZXCVBNM", "औऐआईऊभङघधझओएअइउफऱखथऎ\u0901णऩऴळश"},
}

var latin = func() map[rune]rune {
	all := map[rune]rune{}
	for _, l := range layouts {
		keys := []rune(l.latin)
		for i, r := range []rune(l.letters) {
			all[r] = keys[i]
		}
	}
	return all
}()

// Latin is the letter that a Latin layout has on the key on which a Russian, Greek, Hebrew, Arabic or Hindi layout has
// r; false when there is none. Keys that are commands go by it, so that they stay where they lie.
func Latin(r rune) (rune, bool) {
	l, ok := latin[r]
	return l, ok
}

// based is the key that ctrl or alt is pressed with: of a letter that has no such combination the one that the terminal
// says lies there (the kitty protocol's base layout key), or the table.
func based(c, base rune, m mods) rune {
	if c < 0x80 || !m.ctrl() && !m.alt() {
		return c
	}
	if base > ' ' && base < 0x7f {
		if m.shift() {
			base = unicode.ToUpper(base)
		}
		return base
	}
	if l, ok := Latin(c); ok {
		return l
	}
	return c
}
