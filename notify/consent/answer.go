package consent

import "slices"

// Answer is what came of asking about one template, in WeChat's words.
type Answer string

// The answers.
const (
	Accept Answer = "accept"
	Reject Answer = "reject"
	Ban    Answer = "ban"      // WeChat has blocked the template
	Unsaid Answer = "filter"   // WeChat did not ask: two templates of the request have one title
	other  Answer = "whatever" // a word that WeChat may yet invent; it changes nothing
)

// accepts are WeChat's words for yes; the longer ones add a sound or a banner.
var accepts = []string{"accept", "acceptWithAudio", "acceptWithAlert", "acceptWithForcePush"}

// answerOf reads WeChat's word.
func answerOf(word string) Answer {
	switch a := Answer(word); {
	case slices.Contains(accepts, word):
		return Accept
	case a == Reject, a == Ban, a == Unsaid:
		return a
	}
	return other
}
