package assembly

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
)

// Choice is what is chosen on one motion.
type Choice struct {
	MotionID int64
	Choice   string // tally.Question.Canonical
}

// Cast is one submission: the whole pack of a seat.
type Cast struct {
	Actor     org.Actor
	OwnerID   int64 // org.Owner, where the phone of the roster was proved and nobody is signed in
	MeetingID int64
	SeatNo    int
	Choices   []Choice
	Agreed    bool // of a shared seat: the others agree
	Way       Way
	ClientRef string
	InputHash string
	// Of paper, which counts by its receipt in the sealed box and is entered later.
	FormID  int64
	ProxyID int64
	At      time.Time
}

// Receipt is what a voter keeps. Secret opens the commitments; it is not shown to anybody else.
type Receipt struct {
	Envelope
	SeatNo   int
	Meeting  string // its number
	Replaces bool   // an earlier ballot of this seat
	Ballots  []Ballot
}

// ErrAgree asks the owner of a shared seat to say that the others agree.
var ErrAgree = fault.New(fault.Invalid, "ballot.agree", "这套房屋有几位业主，一份表决权只投一次：请先确认其他业主同意您投这一票。提交后他们会收到通知，截止前可以提出异议")

// ErrFought says that the owners of a shared seat do not agree.
var ErrFought = fault.New(fault.Conflict, "ballot.fought", "共有业主对这份表决权投的票有异议，解决之前不能再投；请先商量一致，由提出异议的业主撤回异议")

func (c *Cast) check() error {
	var k fault.Checks
	k.Check(c.ClientRef != "" && len(c.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	k.Check(len(c.Choices) > 0 && len(c.Choices) <= maxMotions, "choices", "请对每个议题都作出选择")
	for i, x := range c.Choices {
		k.Check(len(x.Choice) <= 500, fmt.Sprintf("choices[%d].choice", i), "选择的格式不对")
		for _, y := range c.Choices[:i] {
			k.Check(y.MotionID != x.MotionID, fmt.Sprintf("choices[%d].motion_id", i), "同一个议题只能选一次")
		}
	}
	return k.Err()
}

// allowed asks the permission table.
func (c *Cast) allowed() error {
	action := org.JoinMeeting
	if c.ProxyID != 0 {
		action = org.VoteAsAgent
	}
	if err := c.Actor.Must(action); err != nil {
		return err
	}
	if c.Actor.Post != nil && c.FormID == 0 { // nobody votes as an office
		return org.ErrForbidden
	}
	return nil
}

// Cast takes a seat's pack of ballots. When it returns, they are durable. A second try with the same client_ref answers the first
// receipt; with another content it is refused. An actor's claim is proved in the transaction that takes the ballots.
// Faults: org.ErrSignIn, org.ErrNoConsent, ErrForbidden, ErrNotFound, ErrNoSeat, ErrNotOpen, ErrClosed, ErrElectronic, ErrPaperAsked, ErrAlreadyCast, ErrAgree, ErrRefReused, ErrBusy, fault.ErrInvalid.
func (s *Service) Cast(ctx context.Context, c Cast) (*Receipt, error) {
	if c.OwnerID == 0 && c.Actor.Claim == nil {
		if err := c.allowed(); err != nil {
			return nil, err
		}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	x := &casting{in: c}
	if err := s.put(ctx, x); err != nil {
		return nil, fmt.Errorf("cast ballot: %w", err)
	}
	return x.got, nil
}

// URL is where the receipt is checked; the secret stands behind the #, which browsers keep to themselves.
func (r *Receipt) URL(base string) string {
	secret, err := hex.DecodeString(r.Secret)
	if err != nil || len(secret) != 16 {
		return ""
	}
	return log.Receipt{Code: r.Code, Secret: [16]byte(secret), Seat: r.SeatNo}.URL(base)
}
