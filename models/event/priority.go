package event

// Priority says what goes first when there is much to tell. The numbers are stored.
type Priority int

// The priorities, the first before all others.
const (
	Alarm  Priority = iota // danger to life or to the building
	Urgent                 // a term runs out or has run out
	Normal                 // what somebody waits for
	Bulk                   // to many at once, to nobody at this minute
)

// Priorities are all of them, the first first.
var Priorities = []Priority{Alarm, Urgent, Normal, Bulk}

// String names a priority as the plan writes it.
func (p Priority) String() string { return [...]string{"alarm", "urgent", "normal", "bulk"}[p] }

// PriorityOf is how much an event presses.
func PriorityOf(e Event) Priority {
	if p, ok := e.(interface{ Priority() Priority }); ok {
		return p.Priority()
	}
	return Normal
}

// Priority of a new complaint: danger passes everything.
func (e CaseFiled) Priority() Priority {
	if e.Urgent {
		return Alarm
	}
	return Normal
}

// Priority of what happens to a complaint.
func (e CaseMoved) Priority() Priority {
	switch {
	case e.Urgent && (e.What == "escalate" || e.What == "remind" || e.What == "urge" || e.What == "redirect" || e.What == "part"):
		return Alarm
	case e.What == "escalate", e.What == "remind":
		return Urgent
	}
	return Normal
}

// Priority of what happens to a whistle: offices are called to the spot.
func (e Whistle) Priority() Priority {
	switch e.What {
	case "blown", "must_come", "soon", "late", "unsigned":
		return Urgent
	}
	return Normal
}

// Priority of what happens to a task.
func (e Task) Priority() Priority {
	if e.What == "soon" || e.What == "late" {
		return Urgent
	}
	return Normal
}

// Priority of a campaign: many are told, at a rate, and nobody waits for it, unless it is about safety or a vote is about to close.
func (e CampaignSent) Priority() Priority {
	switch e.Topic {
	case "urgent":
		return Urgent
	case "deadline":
		return Normal
	}
	return Bulk
}

// Priority of a notice: a whole estate is told, and the board has it meanwhile.
func (NoticePublished) Priority() Priority { return Bulk }

// Priority of a late notifier: it must not wait behind what is late.
func (NotifierBehind) Priority() Priority { return Urgent }

// Priority of what happens to a meeting: all owners are told.
func (MeetingMoved) Priority() Priority { return Bulk }
