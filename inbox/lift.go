package inbox

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Facts about messages become records of one fact each (merge-rules 4): what follows from a fact alone.

// lifted is one fact's part of the record of one key.
type lifted struct {
	key string
	rec record
}

// sourceRank orders sources of content: local over live and echo, over history (merge-rules 5.1).
func sourceRank(s Source) uint8 {
	switch s {
	case FromLocal:
		return 3
	case FromLive, FromEcho, FromOther:
		return 2
	case FromHistory:
		return 1
	}
	return 0
}

// sighting is the part that every lift of an item that names its own id shares.
func sighting(s Sighted, line LineID, wamid string, rank uint8) record {
	return record{
		Line: line, IDs: []spelling{{ID: wamid, Rank: rank}},
		First: markOf(s), At: s.At.Unix(), Last: s.Seq, Seqs: []Seq{s.Seq},
	}
}

// pointing is the part of a lift on the target of an edit, a revoke or a reaction: it does not sight the target.
func pointing(s Sighted, line LineID, wamid string) record {
	return record{Line: line, IDs: []spelling{{ID: wamid}}, Last: s.Seq, Seqs: []Seq{s.Seq}}
}

func liftMessage(s Sighted, f MessageSeen) lifted {
	idRank := uint8(0)
	if f.Source == FromLive {
		idRank = 2
	}
	rec := sighting(s, f.Line, f.WAMID, idRank)
	rec.Shown = rec.First
	rec.Peers = aliases(f.Peers)
	rec.Sides = f.Side & (In | Out)
	rec.Sources = f.Source
	t := timeIn(f.Time, s.At)
	rank := sourceRank(f.Source)
	rec.Said, rec.Assets = said(f.Content, rank, t, s.At.Unix())
	if f.ReplyTo != "" {
		rec.ReplyTo = ranked{rank, f.ReplyTo}
	}
	if f.Forwarded != "" {
		rec.Forwarded = ranked{rank, f.Forwarded}
	}
	if f.Referral != nil {
		rec.Referral = &referred{rank, *f.Referral}
	}
	quality := 3
	switch {
	case f.Loose:
		quality = 0
	case f.Source == FromHistory, f.Source == FromExport:
		quality = 1
	}
	rec.Times[quality] = t
	rec.Group = f.Group
	if f.History != nil {
		h := *f.History
		h.History = true
		st := liftStatus(s, h).rec
		st.Line, st.IDs, st.Peers = rec.Line, nil, nil
		rec.join(&st)
	}
	return lifted{MessageKey(f.Line, f.WAMID), rec}
}

func liftStatus(s Sighted, f StatusSeen) lifted {
	rec := sighting(s, f.Line, f.WAMID, 0)
	rec.Peers = aliases(f.Peers)
	rec.Sources = FromStatus
	t := timeIn(f.Time, s.At)
	if f.Progress <= Played {
		rec.Progress = f.Progress
	}
	if !f.History {
		rec.Times[0] = t // the message is no younger than this: better than when the status came
		if rec.Progress > NoProgress {
			rec.Levels[rec.Progress] = t
		}
		if rec.Progress == SentOn {
			rec.Times[2] = t
		}
	}
	if f.Failure != nil {
		rec.Faults = []fault{{
			Code: f.Failure.Code, History: f.History, Title: f.Failure.Title, Detail: f.Failure.Detail,
			Time: t, Mark: markOf(s),
		}}
		if f.Failure.Code == windowClosedCode {
			if rec.Rejected = t; t == 0 {
				rec.Rejected = s.At.Unix()
			}
		}
	}
	if f.Pricing != nil {
		rec.Pricing = &priced{t, *f.Pricing}
	}
	if f.Word != "" {
		rec.Words = []string{f.Word}
	}
	return lifted{MessageKey(f.Line, f.WAMID), rec}
}

// liftEdit gives the edit's own record and its mark on the target.
func liftEdit(s Sighted, f EditSeen) (own, target lifted) {
	own = lifted{MessageKey(f.Line, f.WAMID), sighting(s, f.Line, f.WAMID, 0)}
	target = lifted{MessageKey(f.Line, f.Target), pointing(s, f.Line, f.Target)}
	own.rec.Event = isEdit
	own.rec.Edit = &editing{
		Target: target.key, Side: f.Side, Time: timeIn(f.Time, s.At), Hash: hashOf(f.Content), Content: f.Content,
	}
	target.rec.Edits = []string{own.key}
	return own, target
}

func liftRevoke(s Sighted, f RevokeSeen) (own, target lifted) {
	own = lifted{MessageKey(f.Line, f.WAMID), sighting(s, f.Line, f.WAMID, 0)}
	target = lifted{MessageKey(f.Line, f.Target), pointing(s, f.Line, f.Target)}
	own.rec.Event = isRevoke
	target.rec.Revokes = []revoking{{Key: own.key, Side: f.Side, Time: timeIn(f.Time, s.At)}}
	return own, target
}

func liftReaction(s Sighted, f ReactionSeen) (own, target lifted) {
	own = lifted{MessageKey(f.Line, f.WAMID), sighting(s, f.Line, f.WAMID, 0)}
	target = lifted{MessageKey(f.Line, f.Target), pointing(s, f.Line, f.Target)}
	own.rec.Event = isReaction
	if f.Side != In && f.Side != Out {
		return own, target
	}
	target.rec.Reactions = []reacting{{Side: f.Side, Time: timeIn(f.Time, s.At), Key: own.key, Emoji: f.Emoji}}
	return own, target
}

// aliases makes a sorted set of the aliases that are there, fit to be keys of the views.
func aliases(list []Alias) []Alias {
	var set []Alias
	for _, a := range list {
		if a != "" {
			uniteOrdered(&set, []Alias{Alias(inKey(string(a)))})
		}
	}
	return set
}

// longestInKey bounds what comes from outside and becomes part of a key: one item with a name of a megabyte must not
// stop everything behind it.
const longestInKey = 256

// inKey makes a text fit to be part of a key: a zero byte would end that part early.
func inKey(s string) string {
	if len(s) > longestInKey {
		sum := sha256.Sum256([]byte(s))
		s = strings.ToValidUTF8(s[:64], "") + hex.EncodeToString(sum[:])
	}
	return strings.ReplaceAll(s, "\x00", "\uFFFD")
}
