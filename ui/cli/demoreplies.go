package cli

import (
	"context"
	_ "embed"

	"frontdesk/inbox"
)

// demoRepliesFile is what the hotel of the demo has saved, as people would import it.
//
//go:embed demoreplies.yaml
var demoRepliesFile []byte

// saveDemoReplies gives the desk of the demo its saved replies, unless it has some.
func saveDemoReplies(ctx context.Context, desk inbox.Desk) error {
	list, err := desk.SavedReplies(ctx)
	if err != nil || len(list) > 0 {
		return err
	}
	rows, err := parseReplies("demoreplies.yaml", demoRepliesFile)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if _, err := desk.Do(ctx, inbox.NewID(), inbox.SaveReply{Reply: row.name(), Text: row.Text}); err != nil {
			return err
		}
	}
	return nil
}
