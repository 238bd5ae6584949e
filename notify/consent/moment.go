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

// moments is the one table of who is asked for what. Votes and payments are told of by notices until they have templates of
// their own.
var moments = map[Moment]occasion{
	ComplaintFiled:   {[]string{"case_progress", "notice"}, true},
	ComplaintJoined:  {[]string{"case_progress", "notice"}, true},
	InboxOpened:      {[]string{"case_progress", "residency", "notice"}, false},
	ResidencyApplied: {[]string{"residency", "notice"}, true},
	NoticeRead:       {[]string{"notice", "case_progress"}, false},
	BeforeVote:       {[]string{"notice"}, true},
	Paid:             {[]string{"notice"}, false},
}

// Moments are all of them.
func Moments() []Moment { return slices.Sorted(maps.Keys(moments)) }
