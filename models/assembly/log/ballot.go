package log

import (
	"crypto/hmac"
	"crypto/sha256"
)

// Ballot is one version of one seat's ballot on one motion, as its commitment sees it.
type Ballot struct {
	Meeting string // number of the meeting
	Motion  int    // position of the motion, from 1
	Seat    int    // number of the seat on the frozen roll, from 1
	Version int    // of this seat's ballot on this motion, from 1
}

// Salt hides the choice of one ballot. One secret covers everything that was cast together, so one receipt opens all of
// it; opening one ballot shows its salt alone and nothing of another motion's or version's.
func (b Ballot) Salt(secret []byte) Hash {
	mac := hmac.New(sha256.New, secret)
	mac.Write(newFields(nil, "linli/salt/v1").number(int64(b.Motion)).number(int64(b.Version)))
	return Hash(mac.Sum(nil))
}

// Seal is the commitment to the choice alone. Who knows it and not the salt learns nothing of the choice, so a ballot
// that does not count can show its seat and motion and keep what it said.
func Seal(choice string, salt Hash) Hash { return seal(nil, choice, salt) }

func seal(buf []byte, choice string, salt Hash) Hash {
	return newFields(buf, "linli/choice/v1").text(choice).bytes(salt[:]).sum()
}

// Commit is what the log holds of a ballot. The seal is as good as random to everybody else, so the commitment tells
// neither the choice nor the seat.
func (b Ballot) Commit(seal Hash) Hash { return b.commit(nil, seal) }

func (b Ballot) commit(buf []byte, seal Hash) Hash {
	return newFields(buf, "linli/ballot/v1").text(b.Meeting).number(int64(b.Motion)).number(int64(b.Seat)).
		number(int64(b.Version)).bytes(seal[:]).sum()
}
