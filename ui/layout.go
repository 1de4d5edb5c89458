package ui

// rect is a part of the screen, in cells from the top left corner.
type rect struct{ X, Y, W, H int }

func (r rect) empty() bool { return r.W <= 0 || r.H <= 0 }

// frame says where everything is. A pane that is not shown is empty.
type frame struct {
	TooSmall bool // one line says so
	One      bool // one pane at a time
	Tight    bool // short of rows or columns: nothing is spent on air

	List     rect // thread list, its title included
	Title    rect // of the conversation
	Talk     rect // the conversation itself
	Find     rect // the line that finds in it; empty while nothing is looked for
	Composer rect
	Detail   rect // empty: the detail is an overlay
	Line     rect // the rule above the status bar, and what is said in more than one row
	Status   rect
}

// The sizes of screens.md, "Sizes", in columns of the terminal. The usable width is one less: the last stays empty.
const (
	wideFrom   = 120
	paneFrom   = 72
	leastW     = 24
	leastH     = 6
	roomyFrom  = 20 // rows from which a blank row and a rule can be afforded
	leastTalkW = 40
)

// layout places the panes on w usable columns and h rows. composer is how many rows the composer would like; said how
// many the words at the bottom; zoom asks for one pane.
func layout(w, h, composer, said int, zoom bool) frame {
	cols := w + 1
	if cols < leastW || h < leastH {
		return frame{TooSmall: true, Status: rect{0, 0, max(1, w), 1}}
	}
	var f frame
	f.Tight = h < roomyFrom || cols < paneFrom
	f.One = zoom || cols < paneFrom

	f.Status = rect{0, h - 1, w, 1}
	body := h - 1
	line := max(0, said-1) // a short screen says the last row of it in the status bar
	if h >= roomyFrom {
		line = max(1, said)
	}
	if line > 0 {
		body -= line
		f.Line = rect{0, body, w, line}
	}

	listW, detailW := 0, 0
	switch {
	case f.One:
	case cols >= wideFrom:
		listW = min(44, 34+max(0, cols-160)/4)
		detailW = min(44, max(33, cols/4))
	default:
		// At 80 columns two more than the sketch in screens.md: most names fit whole, and the conversation still has
		// its wide form.
		listW = min(30, 22+(cols-paneFrom)*8/28)
	}
	x := 0
	if listW > 0 {
		f.List = rect{0, 0, listW, body}
		x = listW + 1 // the rule between the panes
	}
	talkW := w - x
	if detailW > 0 && talkW-detailW-1 >= leastTalkW {
		talkW -= detailW + 1
		f.Detail = rect{x + talkW + 1, 0, detailW, body}
	}
	if f.One {
		f.List = rect{0, 0, w, body}
	}

	title := 2
	if f.Tight {
		title = 1
	}
	composer = max(1, min(composer, body-title-1, max(2, body/2)))
	f.Title = rect{x, 0, talkW, title}
	f.Talk = rect{x, title, talkW, body - title - composer}
	f.Composer = rect{x, body - composer, talkW, composer}
	return f
}
