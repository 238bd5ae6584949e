package consent

// Wanted is what a moment asks for.
func Wanted(m Moment) []string { return moments[m].templates }
