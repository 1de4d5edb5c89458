package ui

// height is how many rows an item takes.
func (c *convo) height(p *pen, v view, i int) int { return len(c.draw(p, v, i)) }

// settle makes the place of the reader valid for the pane's size: the top item exists, the pane is filled as far as
// there are rows, and at the bottom it follows.
func (c *convo) settle(p *pen, v view) {
	n := len(c.items)
	if n == 0 {
		c.top, c.skip, c.follow = "", 0, !c.later
		return
	}
	if !c.follow {
		i, ok := c.at[c.top]
		if !ok {
			i, c.skip = n-1, 0
		}
		c.skip = max(0, min(c.skip, c.height(p, v, i)-1))
		have := -c.skip
		for j := i; j < n && have <= c.h; j++ {
			have += c.height(p, v, j)
		}
		if have > c.h {
			c.top = c.items[i].key
			return
		}
		c.follow = !c.later // the end is on the screen
	}
	// From the end upwards, as many as fit.
	i, room := n-1, c.h
	for ; i >= 0; i-- {
		if room -= c.height(p, v, i); room <= 0 {
			break
		}
	}
	c.top, c.skip = c.items[max(0, i)].key, 0
	if i >= 0 && room < 0 {
		c.skip = -room
	}
	if c.follow {
		c.below = 0
	}
}

// scroll moves the view by n rows, down when positive.
func (c *convo) scroll(p *pen, v view, n int) {
	i, ok := c.at[c.top]
	if !ok {
		return
	}
	if n < 0 {
		c.follow = false
	}
	c.skip += n
	for c.skip < 0 && i > 0 {
		i--
		c.skip += c.height(p, v, i)
	}
	for i < len(c.items)-1 && c.skip >= c.height(p, v, i) {
		c.skip -= c.height(p, v, i)
		i++
	}
	c.skip = max(0, c.skip)
	c.top = c.items[i].key
	c.settle(p, v)
}

// reveal scrolls as little as needed to show the selected item, its beginning first.
func (c *convo) reveal(p *pen, v view) {
	c.settle(p, v)
	s, ok := c.at[c.sel]
	if !ok {
		return
	}
	t := c.at[c.top]
	if s < t || s == t && c.skip > 0 {
		c.follow, c.top, c.skip = false, c.sel, 0
		c.settle(p, v)
		return
	}
	bottom := -c.skip
	for i := t; i <= s; i++ {
		bottom += c.height(p, v, i)
	}
	if over := bottom - c.h; over > 0 {
		c.scroll(p, v, min(over, max(0, bottom-c.height(p, v, s))))
	}
}

// move selects the item n further. A message taller than the pane is read through before the next one is selected.
func (c *convo) move(p *pen, v view, n int) {
	s, ok := c.at[c.sel]
	if !ok {
		return
	}
	if above, below := c.hidden(p, v, s); n > 0 && below > 0 && c.height(p, v, s) > c.h {
		c.scroll(p, v, min(below, max(1, c.h/2)))
		return
	} else if n < 0 && above > 0 && c.height(p, v, s) > c.h {
		c.scroll(p, v, -min(above, max(1, c.h/2)))
		return
	}
	to := max(0, min(len(c.items)-1, s+n))
	c.sel = c.items[to].key
	if to < len(c.items)-1 {
		c.follow = false
	}
	c.reveal(p, v)
}

// hidden is how many rows of item s are above and below the pane.
func (c *convo) hidden(p *pen, v view, s int) (above, below int) {
	t := c.at[c.top]
	if s < t {
		return c.height(p, v, s), 0
	}
	y := -c.skip
	for i := t; i < s; i++ {
		y += c.height(p, v, i)
	}
	return max(0, -y), max(0, y+c.height(p, v, s)-c.h)
}

// half moves selection and view by half a pane.
func (c *convo) half(p *pen, v view, down bool) {
	n := max(1, c.h/2)
	if !down {
		n = -n
	}
	c.scroll(p, v, n)
	// The selection goes along: the item in the middle, or the last one at the ends.
	i, ok := c.at[c.top]
	if !ok {
		return
	}
	y := -c.skip
	for ; i < len(c.items)-1; i++ {
		if y += c.height(p, v, i); y > c.h/2 && !c.follow {
			break
		}
	}
	if !down && c.top == c.items[0].key && c.skip == 0 {
		i = 0
	}
	c.sel = c.items[i].key
}

// toEnd selects the newest item and follows from there.
func (c *convo) toEnd() {
	c.follow, c.below = true, 0
	if len(c.items) > 0 {
		c.sel = c.items[c.latest()].key
	}
}

// toStart selects the oldest item.
func (c *convo) toStart() {
	if len(c.items) > 0 {
		c.follow = false
		c.sel, c.top, c.skip = c.items[0].key, c.items[0].key, 0
	}
}

// toMark puts the first unread row near the top, with what came before in sight.
func (c *convo) toMark(p *pen, v view) bool {
	i, ok := c.at[c.mark]
	if !ok {
		return false
	}
	c.sel, c.follow = c.mark, false
	c.top, c.skip = c.items[i].key, 0
	c.settle(p, v)
	if !c.follow {
		c.scroll(p, v, -min(4, c.h/4))
	}
	return true
}
