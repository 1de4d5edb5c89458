package line

import (
	"frontdesk/inbox"
)

// away says what happened while nobody was here.
func (s *session) away(string) {
	a, now := s.absent, s.now()
	if fresh, err := s.desk.Away(s.ctx); err == nil && !fresh.Empty() {
		a, s.absent = fresh, fresh
	}
	if a.Empty() {
		s.say(s.w.AwayNothing)
		return
	}
	s.say(s.w.AwaySince, "at", s.w.Hour(now, a.Since), "span", s.w.Lasting(now.Sub(a.Since)))
	s.out.line(s.w.CameIn(a))
	for _, x := range a.Answers {
		s.out.line(s.w.AnsweredOften(x))
	}
	for _, d := range a.Down {
		s.out.line(s.w.Down(now, d))
	}
	some := func(title string, all int, threads []inbox.Thread, in inbox.View) {
		if all > 0 {
			s.out.line(title + ":")
		}
		for i := range threads {
			s.thread(&threads[i], in)
		}
	}
	some(s.w.Count(s.w.AwayWaiting, a.WaitingAll), a.WaitingAll, a.Waiting, inbox.ViewWaiting)
	some(s.w.Count(s.w.AwayClosed, a.ClosedAll), a.ClosedAll, a.Closed, inbox.ViewWaiting)
	some(s.w.Count(s.w.AwayStuck, a.StuckAll), a.StuckAll, a.Stuck, inbox.ViewStuck)
	s.quietly(inbox.SeeAll{Upto: a.Seq})
}

// awaySummary is what happened while nobody was here, in one line.
func (s *session) awaySummary() {
	s.say(s.w.LineAway, "since", s.w.Hour(s.now(), s.absent.Since), "came", s.w.CameIn(s.absent))
}
