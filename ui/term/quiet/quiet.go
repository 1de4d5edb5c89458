// Package quiet keeps Bubble Tea from questioning the terminal before main runs.
//
// Bubble Tea v1 asks for the background colour in its package init and waits up
// to 5 s for a terminal that does not answer, even in a program that is only
// printing its version. An answer that is already known is not asked for, and
// Go initialises ready packages in the order of their import paths: this one
// needs nothing but Lip Gloss, and "frontdesk/..." sorts before
// "github.com/charmbracelet/bubbletea", so it always comes first. It must
// therefore never import Bubble Tea, directly or through another package.
package quiet

import "github.com/charmbracelet/lipgloss"

// Dark is the sane default: most terminals are dark, tmux often does not say,
// and frontdesk/ui/term asks again later without waiting.
func init() { lipgloss.SetHasDarkBackground(true) }
