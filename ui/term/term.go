// Package term is the one layer between Bubble Tea v1 and the terminal.
//
// Bubble Tea keeps what it does well: the loop of Init, Update and View. What
// v1 does not do well, or lets through, is done here:
//
//   - widths: a [Measure] counts columns the way this terminal counts them
//     (it was asked, see [Probe]), and draws what terminals disagree about in a
//     form they agree on;
//   - frames: only changed rows are written, in one synchronised write, as soon
//     as they are known. Text and colour pass ([StyleOnly]); no other byte of a
//     view reaches the terminal. Nothing runs while nothing changes;
//   - the cursor: a real one, placed by the [Cursor] mark inside a view's text;
//   - keys: plain, kitty and modifyOtherKeys spellings, pastes and focus become
//     Bubble Tea messages; answers of the terminal never become keys;
//   - the way out: quit, SIGHUP, a cancelled context, a panic in the model or in
//     a command, suspend and an editor all leave the terminal as it was found.
//
// A screen is a pure function that returns rows; its View joins them with "\n"
// and [Run] does the rest. The terminal's last column stays empty: a model
// learns the usable size (see [Usable]) and draws rows exactly that wide.
package term

import (
	"errors"

	_ "frontdesk/ui/term/quiet" // before Bubble Tea: see there
)

// Cursor is the mark for the terminal's cursor. It takes no columns; put it
// into a row's text where the cursor should stand ([Measure.WithCursor] finds a
// safe place: between characters, not inside one). The first mark of a view counts; a view without one hides the
// cursor. Cleaned text from outside holds no ESC and so cannot forge it.
const Cursor = "\x1b_cursor\x1b\\"

// ErrNoTerminal is returned by [Run] when standard output is no terminal.
var ErrNoTerminal = errors.New("standard output is not a terminal; " +
	"use `--plain` for words line by line; for scripts `frontdesk threads --json` or `frontdesk events --json`")

// ErrNoKeyboard is returned by [Run] when no terminal can be read from.
var ErrNoKeyboard = errors.New("no terminal to read keys from; " +
	"start frontdesk in a terminal, or use `frontdesk threads --json` or `frontdesk events --json`")

// Usable is the size a model draws in for a terminal of w by h cells: the last
// column stays empty, and neither side falls below 1.
func Usable(w, h int) (width, height int) { return max(1, w-1), max(1, h) }
