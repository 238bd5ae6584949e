package consent

import (
	"maps"
	"slices"
)

// Moment is a tap at which a person may be asked: WeChat shows its dialog at no other time, and people say yes where they
// see what for.
type Moment string

// The moments.
const (
	ComplaintFiled   Moment = "complaint_filed"
	ComplaintJoined  Moment = "complaint_joined"
	InboxOpened      Moment = "inbox_opened"
	ResidencyApplied Moment = "residency_applied"
	NoticeRead       Moment = "notice_read"
	BeforeVote       Moment = "before_vote"
	Paid             Moment = "paid"
)

// occasion is what a moment asks for, the most useful first.
type occasion struct {
	templates []string // the plan's names
	// needs is set where a term runs for the person from now on: an answer lapses, a vote ends. They are asked about the
	// first template even if they refused it not long ago, when it was about something else.
	needs bool
}

// moments is the one table of who is asked for what. Votes and payments have templates of their own, so that nothing else uses up
// their consents; who reads a notice is asked for the next vote as well, for there is none without some who are told.
var moments = map[Moment]occasion{
	ComplaintFiled:   {[]string{"case_progress", "notice"}, true},
	ComplaintJoined:  {[]string{"case_progress", "notice"}, true},
	InboxOpened:      {[]string{"case_progress", "residency", "notice"}, false},
	ResidencyApplied: {[]string{"residency", "notice"}, true},
	NoticeRead:       {[]string{"notice", "vote", "case_progress"}, false},
	BeforeVote:       {[]string{"vote", "notice"}, true},
	Paid:             {[]string{"payment", "notice"}, false},
}

// Moments are all of them.
func Moments() []Moment { return slices.Sorted(maps.Keys(moments)) }
