package mediation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Lawyer is somebody of the judicial bureau's pool for property matters.
type Lawyer struct {
	ID        int64 `gorm:"primaryKey"`
	Name      string
	Firm      string
	Licence   string
	Phone     string // for the offices
	Fields    string // what they know best
	CreatedBy int64
	CreatedAt time.Time
	ClosedAt  *time.Time
	Reason    string // why they left the pool
}

// LawyerView is a lawyer with how many mediations they take part in.
type LawyerView struct {
	Lawyer
	Open, All int64
}

const maxLawyers = 500

// keeps refuses everybody but the judicial bureau.
func keeps(tx *store.Tx, actor org.Actor) error {
	o, err := org.OrganisationByCode(tx, "justice")
	if err != nil {
		return err
	}
	if actor.OrganisationID() != o.ID {
		return org.ErrForbidden
	}
	return nil
}

// RegisterLawyer adds a lawyer to the pool, or brings back one who had left. The licence is the key.
// Faults: ErrForbidden, ErrMany, fault.ErrInvalid.
func (s *Service) RegisterLawyer(ctx context.Context, actor org.Actor, l Lawyer) (*Lawyer, error) {
	if err := actor.Must(org.KeepLawyers); err != nil {
		return nil, err
	}
	l.Name, l.Firm, l.Licence, l.Phone, l.Fields = strings.TrimSpace(l.Name), strings.TrimSpace(l.Firm), strings.TrimSpace(l.Licence), strings.TrimSpace(l.Phone), strings.TrimSpace(l.Fields)
	var c fault.Checks
	between := func(s string, low, high int) bool { n := len([]rune(s)); return n >= low && n <= high }
	c.Check(between(l.Name, 2, 30), "name", "请填写姓名（2至30个字）")
	c.Check(between(l.Firm, 2, 60), "firm", "请填写执业机构（2至60个字）")
	c.Check(between(l.Licence, 5, 32), "licence", "请填写执业证号（5至32个字符）")
	c.Check(between(l.Phone, 5, 32), "phone", "请填写联系电话")
	c.Check(between(l.Fields, 0, 200), "fields", "擅长领域不超过200个字")
	if err := c.Err(); err != nil {
		return nil, err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := keeps(tx, actor); err != nil {
			return err
		}
		var same []Lawyer
		if err := tx.ForUpdate().Where("licence = ?", l.Licence).Limit(1).Find(&same).Error; err != nil {
			return err
		}
		// Who has left takes no place; nor does one who is in it and only brought up to date.
		var n int64
		if err := tx.Model(&Lawyer{}).Where("closed_at IS NULL AND licence <> ?", l.Licence).Count(&n).Error; err != nil {
			return err
		}
		if n >= maxLawyers {
			return ErrMany
		}
		l.ID, l.CreatedBy, l.CreatedAt, l.ClosedAt, l.Reason = 0, actor.PersonID, tx.Now, nil, ""
		if len(same) == 1 {
			l.ID, l.CreatedBy, l.CreatedAt = same[0].ID, same[0].CreatedBy, same[0].CreatedAt
			if err := tx.Model(&Lawyer{}).Where("id = ?", l.ID).Select("name", "firm", "phone", "fields", "closed_at", "reason").Updates(&l).Error; err != nil {
				return err
			}
		} else if err := tx.Create(&l).Error; err != nil {
			return store.Raced(err)
		}
		return audit.Append(tx, actor, "lawyer.register", audit.Subject{Kind: "lawyer", ID: l.ID}, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("register lawyer: %w", err)
	}
	return &l, nil
}

// CloseLawyer takes a lawyer out of the pool, with the reason; past mediations keep the name.
// Faults: ErrForbidden, ErrLawyer, fault.ErrInvalid.
func (s *Service) CloseLawyer(ctx context.Context, actor org.Actor, id int64, text string) error {
	if err := actor.Must(org.KeepLawyers); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 200 {
		return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明退出的原因（2至200个字）"})
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := keeps(tx, actor); errors.Is(err, org.ErrForbidden) {
			return ErrLawyer // the pool is another department's
		} else if err != nil {
			return err
		}
		res := tx.Model(&Lawyer{}).Where("id = ? AND closed_at IS NULL", id).Updates(map[string]any{"closed_at": tx.Now, "reason": text})
		if err := store.MustAffect(res, ErrLawyer); err != nil {
			return err
		}
		return audit.Append(tx, actor, "lawyer.close", audit.Subject{Kind: "lawyer", ID: id}, nil)
	})
}

// ListLawyers lists the pool by name, with how much each is asked.
func (s *Service) ListLawyers(ctx context.Context) ([]LawyerView, error) {
	var views []LawyerView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var rows []Lawyer
		if err := tx.Where("closed_at IS NULL").Order("name, id").Limit(maxLawyers).Find(&rows).Error; err != nil {
			return err
		}
		ids := []int64{0}
		for _, l := range rows {
			ids = append(ids, l.ID)
		}
		var counts []struct{ LawyerID, Open, N int64 }
		err := tx.Model(&Mediation{}).Select("lawyer_id, SUM(CASE WHEN closed_at IS NULL THEN 1 ELSE 0 END) AS open, COUNT(*) AS n").Where("lawyer_id IN ? AND lawyer_id <> 0", ids).Group("lawyer_id").Limit(maxLawyers).Find(&counts).Error
		if err != nil {
			return err
		}
		for _, l := range rows {
			v := LawyerView{Lawyer: l}
			for _, c := range counts {
				if c.LawyerID == l.ID {
					v.Open, v.All = c.Open, c.N
				}
			}
			views = append(views, v)
		}
		return nil
	})
	return views, err
}
