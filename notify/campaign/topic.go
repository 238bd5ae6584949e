package campaign

// topic says to the plan what a run is about: a meeting of owners asks for votes, and its reminders come when the vote is closing.
func (c *Campaign) topic(of RunKind) string {
	switch {
	case c.Kind == "assembly" && of == ReminderRun:
		return "deadline"
	case c.Kind == "assembly":
		return "vote"
	case c.Kind == "fee":
		return "payment"
	}
	return "other"
}
