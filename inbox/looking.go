package inbox

import "context"

// Looking is a Desk that carries out what a viewer may do and refuses the rest, whoever it is for: of a screen that was
// asked to change nothing.
func Looking(d Desk) Desk { return looking{d} }

type looking struct{ Desk }

// Do implements Desk.
func (d looking) Do(ctx context.Context, id string, c Command) (Done, error) {
	if c != nil && !Allowed(Viewer, c) {
		return Done{}, Refusal("looks-only")
	}
	return d.Desk.Do(ctx, id, c)
}
