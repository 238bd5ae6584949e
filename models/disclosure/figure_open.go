package disclosure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// OpenFigure is a figure of a standing notice that anybody may read, with the notice that it is in. No person is in it.
type OpenFigure struct {
	Figure
	EstateID  int64
	Estate    string
	Number    string
	Form      Form
	Publisher string
	On        time.Time // when the version was published
}

// figureBatch is how many notices with figures are read at a time; mostOpenFigures bounds one file.
const (
	figureBatch     = 500
	mostOpenFigures = 200_000
)

// OpenFigures gives every figure that an estate, or with 0 any estate of the city, has published for anybody, by notice: those of the version
// that stands, none of what was withdrawn, at most 200,000. stamp changes whenever what is given may have changed; where it is the one that
// the caller knows, nothing is read. Fault: org.ErrEstateNotFound.
func (s *Service) OpenFigures(ctx context.Context, estate int64, known string, each func(*OpenFigure) error) (stamp string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if estate != 0 {
			if _, err := org.OpenEstate(tx, estate); err != nil {
				return err
			}
		}
		if stamp, err = figureStamp(tx, estate); err != nil || stamp == known {
			return err
		}
		n := 0
		err = openFigures(tx, estate, func(f *OpenFigure) error {
			if n++; n > mostOpenFigures {
				return errDone
			}
			f.Label = s.o.Blot(f.Label)
			return each(f)
		})
		if errors.Is(err, errDone) {
			err = nil
		}
		return err
	})
	return stamp, err
}

// figureStamp counts versions and withdrawals: both only ever grow.
func figureStamp(tx *store.Tx, estate int64) (string, error) {
	var c struct{ Notices, Versions, Gone int64 }
	q := tx.Model(&Notice{}).Select("COUNT(*) AS notices, COALESCE(SUM(current_version), 0) AS versions, COUNT(withdrawn_at) AS gone")
	if estate != 0 {
		q = q.Where("estate_id = ?", estate)
	}
	err := q.Scan(&c).Error
	return fmt.Sprintf("f%d-%d-%d-%d", estate, c.Notices, c.Versions, c.Gone), err
}

// openFigures walks the figures by notice, a batch of notices at a time.
func openFigures(tx *store.Tx, estate int64, each func(*OpenFigure) error) error {
	for after := int64(0); ; {
		var ids []int64
		q := tx.Model(&Figure{}).Distinct("notice_id").Where("notice_id > ?", after).Order("notice_id")
		if estate != 0 {
			q = tx.Model(&Notice{}).Select("id AS notice_id").Where("estate_id = ? AND id > ? AND form IN ?", estate, after, []Form{Income, FundState, Accounts, AuditForm, WorkReport, Repair}).Order("id")
		}
		if err := q.Limit(figureBatch).Pluck("notice_id", &ids).Error; err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		if err := figuresIn(tx, ids, each); err != nil {
			return err
		}
	}
}

func figuresIn(tx *store.Tx, ids []int64, each func(*OpenFigure) error) error {
	var notices []Notice
	if err := tx.Where("id IN ? AND audience = ? AND withdrawn_at IS NULL", ids, Everyone).Order("id").Find(&notices).Error; err != nil || len(notices) == 0 {
		return err
	}
	var estates, offices []int64
	byID := map[int64]*Notice{}
	for i, n := range notices {
		byID[n.ID] = &notices[i]
		estates, offices = append(estates, n.EstateID), append(offices, n.OrganisationID)
	}
	names, err := org.EstateNames(tx, unique(estates))
	if err != nil {
		return err
	}
	of, err := org.Organisations(tx, unique(offices))
	if err != nil {
		return err
	}
	type row struct {
		Figure
		At time.Time
	}
	var rows []row
	err = tx.Model(&Figure{}).Select("notice_figures.*, v.at").Joins("JOIN notices n ON n.id = notice_figures.notice_id AND n.current_version = notice_figures.version").
		Joins("JOIN notice_versions v ON v.notice_id = n.id AND v.version = n.current_version").Where("notice_figures.notice_id IN ?", ids).Scopes(inOrder).Scan(&rows).Error
	if err != nil {
		return err
	}
	for _, r := range rows {
		n := byID[r.NoticeID]
		if n == nil {
			continue
		}
		f := &OpenFigure{Figure: r.Figure, EstateID: n.EstateID, Estate: names[n.EstateID], Number: n.Number, Form: n.Form, Publisher: of[n.OrganisationID].Name, On: r.At}
		if err := each(f); err != nil {
			return err
		}
	}
	return nil
}

func inOrder(q *gorm.DB) *gorm.DB { return q.Order("notice_figures.notice_id, notice_figures.seq") }
