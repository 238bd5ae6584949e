package campaign

// grave reports whether people cannot leave a campaign aside: it rings at night, or no preference switches it off.
func (c *Campaign) grave() bool { return c.Kind == Safety || c.NeedsProof }

// topic says to the plan what a run is about: by it the plan says how pressing it is, by which template it goes and whether people
// may switch it off. A meeting of owners asks for votes, and its reminders come when the vote is closing.
func (c *Campaign) topic(of RunKind) string {
	switch {
	case c.Kind == Safety:
		return "urgent"
	case c.Kind == "assembly" && of == ReminderRun:
		return "deadline"
	case c.Kind == "assembly":
		return "vote"
	case c.NeedsProof:
		return "served"
	case c.Kind == "fee":
		return "payment"
	}
	return "other"
}
