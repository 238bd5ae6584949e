package assembly

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrNoLink says that a voting link leads nowhere.
var ErrNoLink = fault.New(fault.NotFound, "link.not_found", "这个投票链接无效或已经作废，请联系会议召集人要一个新的，或者用纸质表决票")

// NewLink is a link as its maker sees it, once.
type NewLink struct {
	SeatNo    int
	Token     string
	ExpiresAt time.Time
}

// maxLinks bounds how many links are made at a time.
const maxLinks = 500

// WithoutLink is a seat that got no link, and why.
type WithoutLink struct {
	SeatNo int
	Why    string
}

// MakeLinks makes a voting link for each of some seats that may still vote, and says which others got none. Earlier ones so made for these
// seats end; what a letter leads to stays, for it is printed. The tokens are shown now and kept nowhere.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrElectronic, fault.ErrInvalid.
func (s *Service) MakeLinks(ctx context.Context, actor org.Actor, id int64, seats []int) ([]NewLink, []WithoutLink, error) {
	if len(seats) == 0 || len(seats) > maxLinks {
		return nil, nil, fault.ErrInvalid.With(fault.Field{Path: "seats", Reason: "一次请选1至500份表决权"})
	}
	var links []NewLink
	var without []WithoutLink
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		links, without = nil, nil
		m, err := convenedFor(tx, actor, id)
		if err != nil {
			return err
		}
		if err := m.takesLinks(); err != nil {
			return err
		}
		rows, err := seatsAt(tx, m, seats)
		if err != nil {
			return err
		}
		spent, err := m.spent(tx, rows)
		if err != nil {
			return err
		}
		made := []int{}
		for _, seat := range rows {
			if why := spent[seat.ID]; why != "" {
				without = append(without, WithoutLink{SeatNo: seat.No, Why: why})
				continue
			}
			l, err := newLink(tx, actor, m, seat)
			if err != nil {
				return err
			}
			links, made = append(links, *l), append(made, seat.No)
		}
		return note(tx, actor, m, "make_links", map[string]any{"seats": made})
	})
	if err != nil {
		return nil, nil, fmt.Errorf("make voting links: %w", err)
	}
	return links, without, nil
}

// seatsAt finds seats by their numbers, and refuses numbers that no seat of the meeting has.
func seatsAt(tx *store.Tx, m *Meeting, numbers []int) ([]Seat, error) {
	var rows []Seat
	if err := tx.Where("meeting_id = ? AND no IN ?", m.ID, numbers).Order("no").Limit(maxLinks).Find(&rows).Error; err != nil {
		return nil, err
	}
	var c fault.Checks
	for i, no := range numbers {
		c.Check(slices.ContainsFunc(rows, func(x Seat) bool { return x.No == no }), fmt.Sprintf("seats[%d]", i), fmt.Sprintf("本次会议没有%d号表决权，请核对", no))
	}
	return rows, c.Err()
}

// spent finds which seats have voted and may not vote again.
func (m *Meeting) spent(tx *store.Tx, rows []Seat) (map[int64]string, error) {
	t, err := m.terms()
	if err != nil || t.versions() > 1 {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	var voted []int64
	if err := tx.Model(&Envelope{}).Where("seat_id IN ? AND form_id = 0 AND void = ''", ids).Distinct().Pluck("seat_id", &voted).Error; err != nil {
		return nil, err
	}
	spent := map[int64]string{}
	for _, id := range voted {
		spent[id] = "已经投票，本次会议的规则不允许改票"
	}
	return spent, nil
}

func newLink(tx *store.Tx, actor org.Actor, m *Meeting, seat Seat) (*NewLink, error) {
	if err := endLinks(tx.Where("made_by <> 0"), seat.ID, tx.Now); err != nil {
		return nil, err
	}
	raw := make([]byte, 24)
	_, _ = rand.Read(raw)
	token := base64.RawURLEncoding.EncodeToString(raw)
	l := &Link{MeetingID: m.ID, SeatID: seat.ID, TokenHash: tokenHash(token), ExpiresAt: *m.ClosesAt, MadeBy: actor.PersonID, At: tx.Now}
	return &NewLink{SeatNo: seat.No, Token: token, ExpiresAt: *m.ClosesAt}, tx.Create(l).Error
}

func endLinks(q *gorm.DB, seat int64, now time.Time) error {
	return q.Model(&Link{}).Where("seat_id = ? AND revoked_at IS NULL", seat).Update("revoked_at", now).Error
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// RevokeLinks ends the links of a seat, those of letters too, by the convener.
// Faults: ErrForbidden, ErrNotFound, ErrNoSeat.
func (s *Service) RevokeLinks(ctx context.Context, actor org.Actor, id int64, no int) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := convenedFor(tx, actor, id)
		if err != nil {
			return err
		}
		seat, err := seatNo(tx, m.ID, no)
		if err != nil {
			return err
		}
		if err := endLinks(tx.DB, seat.ID, tx.Now); err != nil {
			return err
		}
		return note(tx, actor, m, "revoke_links", map[string]any{"seat": no})
	})
	if err != nil {
		return fmt.Errorf("revoke voting links: %w", err)
	}
	return nil
}

func seatNo(tx *store.Tx, meeting int64, no int) (*Seat, error) {
	var seat Seat
	err := tx.Where("meeting_id = ? AND no = ?", meeting, no).Take(&seat).Error
	return &seat, store.NotFound(err, ErrNoSeat)
}

// ErrLinkOver says that the time of a voting link is over.
var ErrLinkOver = fault.New(fault.Closed, "link.over", "表决已经截止，这个投票链接到期了。投过票的，凭回执号仍然可以核验")

// byLink finds the seat of a link that was not revoked.
func byLink(tx *store.Tx, token string) (*Link, *Meeting, *Seat, error) {
	if len(token) < 20 || len(token) > 64 {
		return nil, nil, nil, ErrNoLink
	}
	var l Link
	if err := tx.Where("token_hash = ? AND revoked_at IS NULL", tokenHash(token)).Take(&l).Error; err != nil {
		return nil, nil, nil, store.NotFound(err, ErrNoLink)
	}
	var m Meeting
	if err := tx.Where("id = ?", l.MeetingID).Take(&m).Error; err != nil {
		return nil, nil, nil, err
	}
	var seat Seat
	err := tx.Where("id = ?", l.SeatID).Take(&seat).Error
	return &l, &m, &seat, err
}

// over reports whether the time of a link is over. It lasts until the close, and moves with it.
func (l *Link) over(m *Meeting, now time.Time) bool {
	return !now.Before(l.ExpiresAt) && (m.ClosesAt == nil || !now.Before(*m.ClosesAt))
}

// ShowLink shows what a link is for: the seat, its motions and documents, and how far it has voted. Whoever holds the link sees no
// name and no choice.
// Faults: ErrNoLink, ErrLinkOver.
func (s *Service) ShowLink(ctx context.Context, token string) (*Paper, error) {
	var p *Paper
	err := s.db.View(ctx, func(tx *store.Tx) error {
		l, m, seat, err := byLink(tx, token)
		if err != nil {
			return err
		}
		if l.over(m, tx.Now) {
			return ErrLinkOver
		}
		p, err = s.paperOf(tx, m, seat)
		return err
	})
	return p, err
}

// LinkMotions gives what a link's seat votes on, also when the window has closed.
// Fault: ErrNoLink.
func (s *Service) LinkMotions(ctx context.Context, token string) ([]Asked, error) {
	var list []Asked
	err := s.db.View(ctx, func(tx *store.Tx) error {
		_, m, _, err := byLink(tx, token)
		if err != nil {
			return err
		}
		a, err := readAgenda(tx, m)
		if err != nil {
			return err
		}
		list, err = s.asked(tx, a)
		return err
	})
	return list, err
}

// ErrPhone says that a phone is none of the seat's owners'.
var ErrPhone = fault.New(fault.Forbidden, "link.phone", "这个手机号不是这套房屋业主登记的手机号；号码换了请联系社区更新，或者用纸质表决票")

// OwnerByPhone finds which owner of a link's seat a phone belongs to. A phone that stands for several households, or changed, is no
// proof until an officer has looked.
// Faults: ErrNoLink, ErrPhone.
func (s *Service) OwnerByPhone(ctx context.Context, token, phone string) (owner int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		_, _, seat, err := byLink(tx, token)
		if err != nil {
			return err
		}
		var row struct {
			ID          int64
			PhoneReview org.Review
		}
		err = tx.Table("owners o").Select("o.id, s.phone_review").Joins("JOIN owner_sets s ON s.id = o.owner_set_id").
			Where("o.owner_set_id = ? AND o.phone_index IN ?", seat.HolderSetID, s.o.Vault.Indexes("phone", phone)).Order("o.position").Limit(1).Take(&row).Error
		if err != nil {
			return store.NotFound(err, ErrPhone)
		}
		if row.PhoneReview == org.PhoneShared || row.PhoneReview == org.PhoneChanged {
			return ErrPhone.Saying("这个手机号登记在多户名下或者刚换过，要先由社区核对；您也可以用纸质表决票")
		}
		owner = row.ID
		return nil
	})
	return owner, err
}

// CastByLink casts the seat of a link for whoever is proved to be one of its owners: a person who is signed in, or an owner whose phone
// was proved. The window judges the time, so that whoever lost the answer at the close still gets their first receipt.
// Faults: those of Cast, ErrNoLink.
func (s *Service) CastByLink(ctx context.Context, token string, c Cast) (*Receipt, error) {
	var no int
	err := s.db.View(ctx, func(tx *store.Tx) error {
		_, m, seat, err := byLink(tx, token)
		if err == nil {
			c.MeetingID, no = m.ID, seat.No
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	c.SeatNo, c.Way = no, ByLink
	if c.OwnerID == 0 && c.Actor.PersonID == 0 {
		return nil, org.ErrSignIn
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	x := &casting{in: c}
	if err := s.put(ctx, x); err != nil {
		return nil, fmt.Errorf("cast by link: %w", err)
	}
	return x.got, nil
}
