package inbox_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"frontdesk/inbox"
)

// One bad item never blocks the ones behind it: whatever a fact holds, it is applied, and the views can be read after.
func TestHostileFacts(t *testing.T) {
	huge := strings.Repeat("x", 100_000)
	odd := "a\x00b\xff\xfe\u202e"
	texts := []string{huge, odd, ""}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			v := k.open(t)
			var facts []inbox.Sighted
			add := func(f inbox.Fact) {
				facts = append(facts, inbox.Sighted{Seq: inbox.Seq(len(facts) + 1), At: benchEpoch, Fact: f})
			}
			for _, s := range texts {
				peers := []inbox.Alias{inbox.UserAlias(s), "p:1", inbox.Alias(s)}
				c := inbox.Content{Level: 200, Type: s, Text: s, Details: []byte(s), Media: &inbox.Media{ID: s, Name: s}}
				add(inbox.MessageSeen{Line: benchLine, WAMID: s, Side: 77, Source: 255, Time: math.MinInt64, Peers: peers, Content: c, ReplyTo: s, Name: s, Username: s})
				add(inbox.StatusSeen{Line: benchLine, WAMID: s, Progress: 99, Time: math.MaxInt64, Peers: peers, Word: s, Callback: "wi1.0a1b2c3d." + s + ".1",
					Failure: &inbox.Failure{Code: math.MinInt, Title: s, Detail: s}})
				add(inbox.EditSeen{Line: benchLine, WAMID: s, Target: s, Side: 9, Content: c, Peers: peers})
				add(inbox.RevokeSeen{Line: benchLine, WAMID: s, Target: s + "1", Side: 9, Peers: peers})
				add(inbox.ReactionSeen{Line: benchLine, WAMID: s, Target: s, Side: 9, Emoji: s, Peers: peers})
				add(inbox.ContactSeen{Line: benchLine, Peers: peers, Register: 200, Value: s, Time: math.MaxInt64})
				add(inbox.NoteSeen{Line: benchLine, Kind: s, Key: s, Peers: peers, Other: peers, Text: s})
				add(inbox.HistorySeen{Line: benchLine, Phase: math.MinInt, Chunk: math.MaxInt, Progress: math.MaxInt})
				add(inbox.Unreadable{Path: s, Reason: s})
				add(inbox.Labelled{Peer: inbox.Peer{Line: benchLine, Alias: inbox.Alias(s)}, Label: s})
			}
			add(inbox.MessageSeen{Line: benchLine, WAMID: benchWAMID(0x12, 1), Side: inbox.In, Source: inbox.FromLive, Time: benchEpoch.Unix(),
				Peers: []inbox.Alias{"p:15550100001"}, Content: inbox.Content{Level: inbox.Concrete, Type: "text", Text: "hello"}})
			for _, f := range facts {
				apply(t, v, []inbox.Sighted{f})
			}
			err := v.View(func(tx inbox.ReadTx) error {
				r := inbox.NewReader(tx, inbox.Lens{Now: benchEpoch.AddDate(0, 0, 1)})
				page, err := r.Threads(inbox.ThreadQuery{})
				if err != nil {
					return err
				}
				found := false
				for _, th := range page.Threads {
					p, err := r.Messages(inbox.MessageQuery{Thread: th.ID})
					if err != nil {
						return err
					}
					for _, m := range p.Messages {
						found = found || m.Text == "hello"
						if _, _, ok := r.Detail(m.Key); !ok {
							return fmt.Errorf("no details of %.80q", m.Key)
						}
					}
				}
				if !found {
					t.Error("the message behind the bad ones does not show")
				}
				r.Sync(benchLine)
				_, err = r.Counts()
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
