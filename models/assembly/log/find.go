package log

import "github.com/linli-city/linli/models/assembly/tally"

// receipts looks for the ballots of receipts in the log, with nothing but the receipt and the bundle.
func (v *verification) receipts(urls []string) error {
	for i, url := range urls {
		secret, seat, ok := ParseFragment(url)
		if !ok {
			return errFormat("第 %d 张凭条的网址不完整：# 后面应有 22 个字符、一个点和票权编号", i+1)
		}
		if !v.find(secret[:], seat) {
			return errFormat("第 %d 张凭条的表决票不在这份日志里：也许是另一次会议的凭条；不是的话，请带着凭条向社区和街道办事处提出", i+1)
		}
	}
	return nil
}

// find tries every motion, version and choice that the receipt could stand for.
func (v *verification) find(secret []byte, seat int) bool {
	type said struct {
		Ballot
		choice string
	}
	want := map[Hash]said{}
	for _, m := range v.meeting.Motions {
		for version := 1; version <= MaxVersions; version++ {
			b := Ballot{v.meeting.Number, m.Position, seat, version}
			salt := b.Salt(secret)
			for choice := range choices(m.Question) {
				want[b.Commit(Seal(choice, salt))] = said{b, choice}
			}
		}
	}
	found := false
	for i, commit := range v.ledger.commits {
		if s, ok := want[commit]; ok && v.ledger.states[i] != "" {
			found = true
			v.say("凭条：票权 %d 议题 %d 第 %d 次表决“%s”，在第 %d 片叶子，%s", seat, s.Motion, s.Version, s.choice, i, stateNames[v.ledger.states[i]])
		}
	}
	return found
}

// choices yields canonical choices: all of them, or for an election with many candidates the ones that can be tried.
func choices(q tally.Question) func(func(string) bool) {
	return func(yield func(string) bool) {
		if !yield(tally.Void) {
			return
		}
		if q.Kind != tally.Election {
			for _, c := range append([]string{tally.Yes, tally.No, tally.Abstain}, q.Options...) {
				if text, err := q.Canonical(c); err == nil && !yield(text) {
					return
				}
			}
			return
		}
		if len(q.Options) > mostTried {
			return
		}
		marks(q, "", 0, yield)
	}
}

// mostTried is how many candidates an election may have for all its ballots to be tried: 3^9 of them for each version.
const mostTried = 9

func marks(q tally.Question, before string, at int, yield func(string) bool) bool {
	if at == len(q.Options) {
		_, err := q.Canonical(before)
		return err != nil || yield(before)
	}
	if at > 0 {
		before += ","
	}
	for _, mark := range []string{tally.Yes, tally.No, tally.Abstain} {
		if !marks(q, before+q.Options[at]+"="+mark, at+1, yield) {
			return false
		}
	}
	return true
}
