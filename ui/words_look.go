package ui

import "strings"

// lookWords answer who changes the theme.
type lookWords struct{ ThemeNow, NoSuchTheme, NoColours string }

var englishLook = lookWords{
	ThemeNow:    "The theme is {name} now; ui.theme keeps it for the next start.",
	NoSuchTheme: "No theme is called {name}. There are {all}.",
	NoColours:   "Colours are off here (NO_COLOR, or a terminal without).",
}

func (w *words) themeNow(name string) string { return fill(w.ThemeNow, "name", name) }

func (w *words) noSuchTheme(name string) string {
	return fill(w.NoSuchTheme, "name", name, "all", strings.Join(Themes(), ", "))
}
