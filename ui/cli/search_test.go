package cli

import (
	"testing"
	"time"

	"frontdesk/inbox"
)

func TestMatchLines(t *testing.T) {
	now := time.Date(2026, 11, 5, 12, 0, 0, 0, time.Local)
	long := "Could someone pick us up at the airport? We land at 21:40, four people and five suitcases, and the smallest of us is asleep by then for sure."
	for _, c := range []struct {
		m    inbox.Match
		want string
	}{
		{inbox.Match{Message: inbox.Message{Thread: "t_1", At: now.Add(-time.Hour), Direction: "in", Text: "Is the 2 kg\nbox in stock?"}, Match: [][2]int{{9, 2}, {12, 3}}, ThreadName: "Asha"},
			"t_1            11:00      Asha: Is the 2 *kg* *box* in stock?"},
		{inbox.Match{Message: inbox.Message{Thread: "t_1", At: now, Direction: "out", Origin: inbox.OriginPhone, Text: "क़लम है"}, Match: [][2]int{{0, 4}}, ThreadName: "Asha"},
			"t_1            12:00      phone to Asha: *क़लम* है"},
		{inbox.Match{Message: inbox.Message{Thread: "t_1", At: now, Direction: "in", Text: long}, Match: inbox.Highlight("asleep", long), ThreadName: "Asha"},
			"t_1            12:00      Asha: …We land at 21:40, four people and five suitcases, and the smallest of us is *asleep* by then for sure."},
		{inbox.Match{Message: inbox.Message{Thread: "t_1", At: now, Direction: "in", Type: "document", Media: &inbox.MediaView{Name: "passport.pdf"}}, ThreadName: "Asha"},
			"t_1            12:00      Asha: [document] passport.pdf"},
	} {
		if got := matchLine(c.m, now, [2]string{"*", "*"}); got != c.want {
			t.Errorf("\n%s\n%s", got, c.want)
		}
	}
}
