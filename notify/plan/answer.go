package plan

import (
	"slices"

	"github.com/linli-city/linli/models/event"
)

// Answer is which messages an event answers: those that told of some events about a subject. Nobody has to read them any more.
type Answer struct {
	Events      []string
	SubjectKind string
	SubjectID   int64
	Office      int64 // the office that has answered; 0 for all that were asked
}

// AnswerOf gives what an event answers, by the rows that wait until it; false for nothing.
func AnswerOf(e event.Event) (Answer, bool) {
	f, known := factsOf(e)
	if !known {
		return Answer{}, false
	}
	asked := f.asked
	if asked == (subject{}) {
		asked = subject{f.subject, f.id}
	}
	a := Answer{SubjectKind: asked.kind, SubjectID: asked.id}
	if by, ok := e.(interface{ Answered() int64 }); ok {
		a.Office = by.Answered()
	}
	for _, r := range Default().rows {
		if r.Ack != nil && slices.Contains(r.Ack.Until, e.Kind()) && !slices.Contains(a.Events, r.Event) {
			a.Events = append(a.Events, r.Event)
		}
	}
	return a, len(a.Events) > 0 && a.SubjectID != 0
}
