package inbox

// How many rows from the beginning of a thread are looked at: for the first imported one, and for a file that stayed on
// the phone. Imported chats have either among their first; a longer look would cost more than the line is worth.
const (
	coverRows  = 500
	coverFiles = 2000
)

// coverage says how much of a thread from before the number was linked is here; nil when no import has to do with it.
func (r *Reader) coverage(no ThreadNo, v *threadView) *Coverage {
	if v.line == "" {
		return nil
	}
	h := r.history(v.line)
	switch h.State {
	case SyncDeclined:
		return &Coverage{Declined: true}
	case SyncImporting, SyncComplete:
	default:
		return nil
	}
	c := Coverage{Importing: h.State == SyncImporting, Gaps: len(h.Gaps)}
	n := 0
	scan(r.tx, messagesBucket, rowsOf(no), nil, func(k, value []byte) bool {
		n++
		s, err := read(k, value)
		r.check(err)
		if err != nil || s.row.place.spot.Time >= h.MediaFrom.Unix() && !c.From.IsZero() {
			return false
		}
		if s.rec != nil && s.rec.imported() {
			if c.From.IsZero() {
				c.From = unixTime(s.row.place.spot.Time)
			}
			if s.rec.shown().Level == Placeholder && s.row.place.spot.Time < h.MediaFrom.Unix() {
				c.MediaFrom = h.MediaFrom
				return false
			}
		}
		return n < coverRows || !c.From.IsZero() && n < coverFiles
	})
	if c.From.IsZero() {
		return nil
	}
	return &c
}
