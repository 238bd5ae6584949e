package committee

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// NewMember is somebody who was elected. Whoever holds PostID at the committee is the person, or it is an account that the election knew;
// without either the phone says whose account it is, now or later.
type NewMember struct {
	PostID   int64
	PersonID int64
	Name     string
	Phone    string
	Role     Role
}

// reachable reports whether anything says whose account it is.
func (m *NewMember) reachable() bool {
	return m.PostID != 0 || m.PersonID != 0 || org.ValidPhone(m.Phone)
}

// Seating is the result of an election: plain values, so that whoever certifies an election can hand it over. Members are in
// the order of the election; alternates move up in it.
type Seating struct {
	EstateID     int64
	Size         int64 // how many seats the assembly decided
	StartsOn     time.Time
	EndsOn       time.Time
	Basis        string // number of the assembly's resolution
	ReportMonths int64  // 0 for what the rules say
	Members      []NewMember
	FileIDs      []int64 // evidence
	seating      int64   // the election by which they come
}

// check holds the numbers against the rules.
func (in *Seating) check(set *rulepack.Set) error {
	low, err := set.Int("committee.size_min")
	if err != nil {
		return err
	}
	high, err := set.Int("committee.size_max")
	if err != nil {
		return err
	}
	odd, err := set.Flag("committee.size_odd")
	if err != nil {
		return err
	}
	years, err := set.Int("committee.term_years_max")
	if err != nil {
		return err
	}
	months, err := set.Int("committee.report_months")
	if err != nil {
		return err
	}
	if in.ReportMonths == 0 {
		in.ReportMonths = months
	}
	in.Basis = strings.TrimSpace(in.Basis)
	var c fault.Checks
	c.Check(in.Size >= low && in.Size <= high && (!odd || in.Size%2 == 1), "size", fmt.Sprintf("委员人数应为%d至%d人的单数", low, high))
	c.Check(in.EndsOn.After(in.StartsOn) && !in.EndsOn.After(in.StartsOn.AddDate(int(years), 0, -1)), "ends_on", fmt.Sprintf("任期不超过%d年，结束要晚于开始", years))
	c.Check(length(in.Basis, 2, 200), "basis", "请写明业主大会的决定编号（2至200个字）")
	c.Check((in.ReportMonths == 6 || in.ReportMonths == 12) && in.ReportMonths <= months, "report_months", fmt.Sprintf("工作报告每半年或一年一次，不能少于每%d个月一次", months))
	seats, chairs := int64(0), 0
	for i := range in.Members {
		m := &in.Members[i]
		m.Name, m.Phone = strings.TrimSpace(m.Name), strings.TrimSpace(m.Phone)
		at := fmt.Sprintf("members[%d].", i)
		c.Check(length(m.Name, 1, 30), at+"name", "请填写姓名，不超过30个字")
		c.Check(m.reachable(), at+"phone", "请填写11位手机号，委员要用它验证身份")
		c.Check(RoleNames[m.Role] != "", at+"role", "请选择主任、副主任、委员或候补委员")
		if m.Role != Alternate {
			seats++
		}
		if m.Role == Chair {
			chairs++
		}
	}
	c.Check(len(in.Members) <= maxMembers/2, "members", "名单太长，请核对")
	c.Check(seats <= in.Size, "members", "当选的人数多于委员人数")
	c.Check(2*seats > in.Size, "members", "当选的人数没有超过委员人数的一半，业委会不能成立")
	c.Check(chairs <= 1, "members", "主任只能有一人")
	return c.Err()
}

// Seat records an election's result: the term before ends with its audit and hand-over, and the new one owes its first
// meeting, its filing, its reports and its renewal.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoCommittee, ErrMember, ErrTerm, ErrTermAhead, ErrRefReused, fault.ErrInvalid.
func (s *Service) Seat(ctx context.Context, actor org.Actor, in Seating) (int64, error) {
	return s.act(ctx, actor, org.SeatCommittee, "seat", func(tx *store.Tx) (int64, error) {
		e, err := org.EstateFor(tx, actor, org.SeatCommittee, in.EstateID)
		if err != nil {
			return 0, err
		}
		t, err := s.SeatIn(tx, actor, e, in)
		if err != nil {
			return 0, err
		}
		return t.ID, s.files.Attach(tx, actor, in.FileIDs, "notice", "committee_term", t.ID, e.ID)
	})
}

// Faults of seating.
var (
	ErrMember    = fault.New(fault.Conflict, "committee.member_twice", "同一个人在名单上写了两次，请核对")
	ErrTerm      = fault.New(fault.Conflict, "committee.term_overlaps", "新一届的开始不能早于本届的开始，请核对日期")
	ErrTermAhead = fault.New(fault.Conflict, "committee.term_not_begun", "新一届还没有开始，本届继续履职")
)

// SeatIn is Seat inside a transaction, for an election that was certified elsewhere.
func (s *Service) SeatIn(tx *store.Tx, actor audit.Actor, e *org.Estate, in Seating) (*Term, error) {
	if e.CommitteeID == 0 {
		return nil, ErrNoCommittee
	}
	if err := store.Gate(tx, fmt.Sprintf("committee.term.%d", e.ID)); err != nil {
		return nil, err
	}
	set, err := s.rules(tx)
	if err != nil {
		return nil, err
	}
	if err := in.check(set); err != nil {
		return nil, err
	}
	var all []Term
	if err := tx.ForUpdate().Where("estate_id = ?", e.ID).Order("id").Limit(200).Find(&all).Error; err != nil {
		return nil, err
	}
	t := &Term{EstateID: e.ID, CommitteeID: e.CommitteeID, Ordinal: int64(len(all)) + 1, Size: in.Size, StartsOn: org.Day(in.StartsOn), EndsOn: org.Day(in.EndsOn), Basis: in.Basis,
		ReportMonths: in.ReportMonths, Rules: set.Stamp(), Running: &e.ID, Version: 1, CreatedAt: tx.Now}
	before := slices.IndexFunc(all, func(o Term) bool { return o.Running != nil })
	if before >= 0 {
		if !t.StartsOn.After(all[before].StartsOn) {
			return nil, ErrTerm
		}
		if t.StartsOn.After(org.DayOf(tx.Now)) { // those who sit, sit until then
			return nil, ErrTermAhead.Saying("新一届从" + t.StartsOn.Format("2006年1月2日") + "开始，本届到那一天才结束，请到那一天再登记")
		}
		if err := s.endTerm(tx, actor, &all[before]); err != nil {
			return nil, err
		}
	}
	if t.Number, err = store.NextNumber(tx, "YJ"); err != nil {
		return nil, err
	}
	if err := tx.Create(t).Error; err != nil {
		return nil, store.Duplicate(err, ErrState)
	}
	if err := s.insertMembers(tx, t, in.seating, in.Members); err != nil {
		return nil, err
	}
	if before >= 0 {
		if err := s.releaseOld(tx, actor, &all[before], t); err != nil {
			return nil, err
		}
		if err := s.openHandover(tx, actor, set, &all[before], t); err != nil {
			return nil, err
		}
	}
	if err := s.oweTerm(tx, set, t); err != nil {
		return nil, err
	}
	if err := s.openFiling(tx, actor, set, t, Election); err != nil {
		return nil, err
	}
	if err := note(tx, actor, "seat", "committee_term", t.ID, e.ID, map[string]any{"ordinal": t.Ordinal, "size": t.Size, "basis": t.Basis}); err != nil {
		return nil, err
	}
	return t, tell(tx, event.Committee{SubjectKind: "committee_term", SubjectID: t.ID, EstateID: e.ID, What: "seated", Number: t.Number, Title: fmt.Sprintf("第%d届", t.Ordinal)})
}

// oweTerm lists what a term owes from its first day on.
func (s *Service) oweTerm(tx *store.Tx, set *rulepack.Set, t *Term) error {
	first, err := set.Int("committee.first_meeting_days")
	if err != nil {
		return err
	}
	renewal, err := set.Int("committee.renewal_days")
	if err != nil {
		return err
	}
	starts, ends := calendar.DateOf(startOf(t.StartsOn)), calendar.DateOf(startOf(t.EndsOn))
	err = owe(tx, Duty{EstateID: t.EstateID, TermID: t.ID, Kind: OweFirst, SubjectID: t.ID, OwedBy: "committee", DueAt: latest(after(tx.Now, first), starts.Add(int(first)).End().UTC())})
	if err != nil {
		return err
	}
	watch := ends.Add(-int(renewal)).Start().UTC()
	if err := owe(tx, Duty{EstateID: t.EstateID, TermID: t.ID, Kind: OweRenewal, SubjectID: t.ID, OwedBy: "committee", DueAt: ends.End().UTC(), WatchAt: &watch}); err != nil {
		return err
	}
	return s.oweReports(tx, t)
}

// startOf is the moment at which a stored day begins in Shanghai.
func startOf(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, calendar.Shanghai).UTC()
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
