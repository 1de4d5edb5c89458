package cli

import (
	"context"
	"errors"

	"frontdesk/ui"
)

// openInbox is frontdesk without a command: the screen, or the inbox line by line, on whichever desk there is.
func (a *app) openInbox(ctx context.Context, lines bool) error {
	cfg, err := a.load(nil)
	if err != nil {
		return err
	}
	if a.leads(cfg) {
		if err := a.setUp(ctx, setupFlags{}); err != nil {
			return err
		}
		if cfg, err = a.load(nil); err != nil {
			return err
		}
	}
	if cfg.Desk.Socket == "" { // who only attaches to a team's owner needs none of its secrets
		if err := cfg.complete(); err != nil {
			return err
		}
	}
	if !lines {
		if err := a.needTerminal(); err != nil {
			return err
		}
	}
	r, err := newRoamer(ctx, cfg, a.logLevel)
	if err != nil {
		return endless(ctx, err)
	}
	if lines {
		return errors.Join(endless(ctx, a.speak(ctx, cfg, r)), r.close())
	}
	return errors.Join(endless(ctx, ui.Run(ctx, a.screen(cfg, r))), r.close())
}
