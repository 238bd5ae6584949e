package assembly

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"strings"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// maxPostings bounds how often the roster of one meeting is posted anew: each is kept whole.
const maxPostings = 20

// Faults of postings.
var (
	ErrNoPosting   = fault.New(fault.NotFound, "roster.no_posting", "没有找到这次公示")
	ErrSamePosting = fault.New(fault.Conflict, "roster.same_posting", "名册和上次公示的一样，截止时间也没有推后，不用重新公示")
)

// Posting is one version of a roster as it was posted. It is kept as it was: owners challenge what stands in it, and the frozen roll is
// held against the last one.
type Posting struct {
	ID        int64 `gorm:"primaryKey"`
	MeetingID int64
	EstateID  int64
	Version   int
	Seats     int64
	Units     int64
	AreaMilli area.Milli
	Hash      string // hex, of all rows: see rosterHash
	Days      int    // for how many days it stands at least, by the rules of its day
	Article   string // which say so
	EndsAt    time.Time
	PostedBy  int64
	At        time.Time
}

// TableName names the table.
func (Posting) TableName() string { return "roster_postings" }

// PostedSeat is a seat as a posted roster proposes it. Units and area are for all owners; the owner set is for comparing.
type PostedSeat struct {
	ID         int64 `gorm:"primaryKey"`
	PostingID  int64
	No         int
	OwnerSetID int64
	AreaMilli  area.Milli
	Units      string // []SeatUnit as JSON
	Flags      string
}

// TableName names the table.
func (PostedSeat) TableName() string { return "roster_seats" }

func (p *PostedSeat) row() (Row, error) {
	r := Row{No: p.No, SetID: p.OwnerSetID, Area: p.AreaMilli}
	if p.Flags != "" {
		r.Flags = strings.Split(p.Flags, ",")
	}
	return r, json.Unmarshal([]byte(p.Units), &r.Units)
}

// rosterHash is the SHA-256 of what a roster shows: a first line, the meeting's number, and for each seat its number and its units with
// their areas as they are printed. Whoever reads the pages can make it again.
func rosterHash(meeting string, rows []Row) string {
	x := newRosterSum(meeting)
	x.add(rows)
	return x.String()
}

// rosterSum is rosterHash of rows that come page by page. The first line is hashed with the first row.
type rosterSum struct {
	h    hash.Hash
	line []byte
}

func newRosterSum(meeting string) *rosterSum {
	return &rosterSum{sha256.New(), fmt.Appendf(nil, "linli/roster/v1\n%s\n", meeting)}
}

func (x *rosterSum) add(rows []Row) {
	for _, r := range rows {
		x.line = fmt.Append(x.line, r.No)
		for _, u := range r.Units {
			x.line = fmt.Appendf(x.line, "\t%s=%s", u.Code, u.Area)
		}
		_, _ = x.h.Write(append(x.line, '\n'))
		x.line = x.line[:0]
	}
}

func (x *rosterSum) String() string { return hex.EncodeToString(x.h.Sum(nil)) }

// keepPosting keeps the roster of now as a new version, and says until when it stands: as long as the convener says, no shorter than the
// rules of today ask for, and no shorter than owners were told before.
func (s *Service) keepPosting(tx *store.Tx, actor org.Actor, m *Meeting, until time.Time) (*Posting, error) {
	set, _, err := s.law(tx, m, tx.Now)
	if err != nil {
		return nil, err
	}
	days, err := set.Int("meeting.roster_days")
	if err != nil {
		return nil, err
	}
	v, err := set.Find("meeting.roster_days")
	if err != nil {
		return nil, err
	}
	rows, _, err := s.rollOf(tx, m, set)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrState.Saying("这个范围里没有登记的房屋，请先导入名册")
	}
	// The day of posting is not counted, and the last day is over at its end (Civil Code arts 201, 203).
	if least := calendar.DateOf(tx.Now).Add(int(days)).End().UTC(); until.Before(least) {
		until = least
	}
	last, err := lastPosting(tx, m.ID)
	if err != nil {
		return nil, err
	}
	p := &Posting{MeetingID: m.ID, EstateID: m.EstateID, Version: 1, Seats: int64(len(rows)), Hash: rosterHash(m.Number, rows), Days: int(days), Article: short(v.Article, 200), EndsAt: until, PostedBy: actor.PersonID, At: tx.Now}
	if last != nil {
		if p.Version = last.Version + 1; p.Version > maxPostings {
			return nil, ErrState.Saying(fmt.Sprintf("名册最多公示%d次，请核对无误后锁定", maxPostings))
		}
		if p.EndsAt.Before(*m.ChallengeUntil) {
			p.EndsAt = *m.ChallengeUntil
		}
		if p.Hash == last.Hash && p.EndsAt.Equal(*m.ChallengeUntil) {
			return nil, ErrSamePosting
		}
	}
	for _, r := range rows {
		p.Units, p.AreaMilli = p.Units+int64(len(r.Units)), p.AreaMilli+r.Area
	}
	if err := tx.Create(p).Error; err != nil {
		return nil, store.Raced(err)
	}
	return p, p.keep(tx, rows)
}

func (p *Posting) keep(tx *store.Tx, rows []Row) error {
	kept := make([]PostedSeat, len(rows))
	for i, r := range rows {
		units, err := json.Marshal(r.Units)
		if err != nil {
			return err
		}
		kept[i] = PostedSeat{PostingID: p.ID, No: r.No, OwnerSetID: r.SetID, AreaMilli: r.Area, Units: string(units), Flags: strings.Join(r.Flags, ",")}
	}
	return tx.CreateInBatches(&kept, 900).Error
}

// lastPosting gives how a meeting's roster was posted last; nil where it was not.
func lastPosting(tx *store.Tx, meeting int64) (*Posting, error) {
	var rows []Posting
	err := tx.Where("meeting_id = ?", meeting).Order("version DESC").Limit(1).Find(&rows).Error
	return first(rows), err
}

// rows gives a page of what was posted, after a seat's number.
func (p *Posting) rows(tx *store.Tx, after, limit int) ([]Row, error) {
	var kept []PostedSeat
	if err := tx.Where("posting_id = ? AND no > ?", p.ID, after).Order("no").Limit(limit).Find(&kept).Error; err != nil {
		return nil, err
	}
	rows := make([]Row, len(kept))
	for i := range kept {
		var err error
		if rows[i], err = kept[i].row(); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// ListPostings lists the versions of a meeting's roster, the last first.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListPostings(ctx context.Context, actor org.Actor, id int64) ([]Posting, error) {
	var rows []Posting
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		return tx.Where("meeting_id = ?", m.ID).Order("version DESC").Limit(maxPostings).Find(&rows).Error
	})
	return rows, err
}

// ShowPosting gives a page of one version as it was posted, after a seat's number. It stays after another was posted, and after the freeze.
// Faults: ErrForbidden, ErrNotFound, ErrNoPosting.
func (s *Service) ShowPosting(ctx context.Context, actor org.Actor, id int64, version, after, limit int) (*Roster, error) {
	var r *Roster
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ReadMeetings, id)
		if err != nil {
			return err
		}
		var p Posting
		if err := tx.Where("meeting_id = ? AND version = ?", m.ID, version).Take(&p).Error; err != nil {
			return store.NotFound(err, ErrNoPosting)
		}
		r, err = p.roster(tx, m, after, limit)
		return err
	})
	return r, err
}

func (p *Posting) roster(tx *store.Tx, m *Meeting, after, limit int) (*Roster, error) {
	rows, err := p.rows(tx, after, limit)
	if err != nil {
		return nil, err
	}
	return &Roster{Meeting: m, Posting: p, Rows: rows, Seats: int(p.Seats), Area: p.AreaMilli}, nil
}
