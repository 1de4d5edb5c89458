package term

// pictures is what the terminal knows of a gallery: which pictures it was sent, and when each was on the screen last.
type pictures struct {
	gallery *Gallery // nil: none
	inTmux  bool
	sent    map[uint32]int // the frame it was on last
	frame   int
}

// keptOff is how many pictures that are off the screen the terminal keeps, so that scrolling back sends nothing.
const keptOff = 8

// forgetAll appends what takes every picture from the terminal, as before it is given back.
func (p *pictures) forgetAll(b []byte) []byte {
	for id := range p.sent {
		b = appendForget(b, id, p.inTmux)
	}
	clear(p.sent)
	return b
}

// lost says that the terminal may have forgotten what it was sent.
func (p *pictures) lost() { clear(p.sent) }

// appendNeeded appends the pictures of a frame that the terminal does not know, and lets go of those that have been
// off the screen longest.
func (p *pictures) appendNeeded(b []byte, f *Frame) []byte {
	if p == nil || p.gallery == nil {
		return b
	}
	p.frame++
	for _, row := range f.Rows {
		for _, st := range stripsIn(row) {
			h := p.gallery.hung(st.id)
			if h == nil || h.png == nil {
				continue
			}
			if _, known := p.sent[st.id]; !known {
				b = appendTransmit(b, st.id, h, p.inTmux)
			}
			if p.sent == nil {
				p.sent = map[uint32]int{}
			}
			p.sent[st.id] = p.frame
		}
	}
	for off := p.off(); off > keptOff; off-- {
		oldest, at := uint32(0), p.frame
		for id, last := range p.sent {
			if last < at {
				oldest, at = id, last
			}
		}
		b = appendForget(b, oldest, p.inTmux)
		delete(p.sent, oldest)
	}
	return b
}

// off counts the pictures that the terminal knows and does not show.
func (p *pictures) off() int {
	n := 0
	for _, last := range p.sent {
		if last < p.frame {
			n++
		}
	}
	return n
}

// appendStrip appends one row of a picture where the cursor stands. A picture that is gone leaves blanks.
func (p *pictures) appendStrip(b []byte, st strip) []byte {
	if p != nil && st.row < mostMarked && st.cols <= mostMarked {
		if h := p.gallery.hung(st.id); h != nil && h.png != nil {
			return appendPlaceholders(b, st)
		}
	}
	for range st.cols {
		b = append(b, ' ')
	}
	return b
}

// appendSixels appends the sixel rows of pictures over a row that was just written. Where the cursor is after each is
// for the terminal to decide; whatever follows says where it goes.
func (p *pictures) appendSixels(b []byte, m Measure, row string, y int) []byte {
	if p == nil || p.gallery == nil {
		return b
	}
	col := 0
	for len(row) > 0 {
		piece, n := m.next(row)
		if piece.kind == picture {
			st, _ := readStrip(row)
			if h := p.gallery.hung(st.id); h != nil && st.row < len(h.strips) {
				b = appendMove(b, col, y)
				b = append(b, h.strips[st.row]...)
			}
		}
		col += piece.width
		row = row[n:]
	}
	return b
}
