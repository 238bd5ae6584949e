package assembly

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Archive is where everything of a meeting is found: what it prints, and each file that was taken in on its way.
type Archive struct {
	Meeting *Meeting
	Years   rulepack.Value // how long it is kept at least, and by which clause
	Until   *time.Time     // from the certificate on; nil before
	Boxed   bool           // there are paper forms
	Opened  bool           // the box was opened
	// Recounted says that there is a bundle.
	Recounted bool
	Files     []file.File
}

// FiledNames are the kinds of what is in an archive, as people read them.
var FiledNames = map[string]string{"meeting_order": "责令召开的文书", "preparation_group": "筹备组、换届组的材料", "rulebook": "议事规则、管理规约", "motion": "议题附件", "candidate": "候选人材料", "roll_note": "名册变化的证明", "debtor": "欠费异议的材料", "proxy": "授权委托书",
	"assisted_vote": "协助投票的照片或录音", "paper_form": "纸质票扫描件", "paper_opening": "开箱记录", "official_result": "外部计票结果的证据", "objection": "异议的证据", "meeting": "法院文书、抽签记录"}

// ListArchive shows what a meeting prints and pages through its files. What may tell a choice is not in it until the window is closed.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListArchive(ctx context.Context, actor org.Actor, id, after int64, limit int) (*Archive, error) {
	a := &Archive{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		a.Meeting = m
		if err := s.keep(tx, a); err != nil {
			return err
		}
		o, _, err := latest(tx, m.ID)
		if err != nil {
			return err
		}
		a.Recounted = o != nil && o.Cert != ""
		opening, err := openingOf(tx, m.ID)
		if err != nil {
			return err
		}
		var forms []int64
		if err := tx.Model(&Form{}).Where("meeting_id = ?", m.ID).Limit(1).Pluck("id", &forms).Error; err != nil {
			return err
		}
		a.Opened, a.Boxed = opening != nil, len(forms) > 0
		for kind, subjects := range m.filed(tx) {
			rows, err := s.o.Files.Under(tx, kind, subjects, after, limit)
			if err != nil {
				return err
			}
			a.Files = append(a.Files, rows...)
		}
		slices.SortFunc(a.Files, func(x, y file.File) int { return cmp.Compare(x.ID, y.ID) })
		a.Files = a.Files[:min(limit, len(a.Files))]
		return nil
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// keep finds until when the archive has to be there, by the law that the meeting was held under.
func (s *Service) keep(tx *store.Tx, a *Archive) error {
	day := tx.Now
	if a.Meeting.OpensAt != nil {
		day = *a.Meeting.OpensAt
	}
	set, _, err := s.law(tx, a.Meeting, day)
	if err != nil {
		return err
	}
	if a.Years, err = set.Find("meeting.records_years"); err != nil {
		return err
	}
	years, err := set.Int("meeting.records_years")
	if err == nil && a.Meeting.CertifiedAt != nil {
		until := a.Meeting.CertifiedAt.AddDate(int(years), 0, 0)
		a.Until = &until
	}
	return err
}

// filed selects by kind what files of a meeting are attached to.
func (m *Meeting) filed(tx *store.Tx) map[string]*gorm.DB {
	of := func(model any, where string, args ...any) *gorm.DB {
		return tx.Model(model).Select("id").Where(where, args...)
	}
	all := map[string]*gorm.DB{
		"meeting": of(&Meeting{}, "id = ?", m.ID), "motion": of(&Motion{}, "meeting_id = ?", m.ID), "candidate": of(&Candidate{}, "meeting_id = ?", m.ID), "roll_note": of(&RollNote{}, "meeting_id = ?", m.ID),
		"debtor": of(&Debtor{}, "meeting_id = ?", m.ID), "proxy": of(&Proxy{}, "meeting_id = ?", m.ID), "paper_opening": of(&Opening{}, "meeting_id = ?", m.ID), "official_result": of(&OfficialResult{}, "meeting_id = ?", m.ID),
		"objection": of(&Objection{}, "meeting_id = ?", m.ID), "rulebook": of(&Rulebook{}, "id IN ?", []int64{m.RulesID, m.CovenantID}),
	}
	switch m.Basis {
	case OnOrder:
		all["meeting_order"] = of(&Order{}, "id = ?", m.BasisID)
	case ForFirst, ForRenewal:
		all["preparation_group"] = of(&Group{}, "id = ?", m.BasisID)
	}
	if m.counting() {
		all["assisted_vote"], all["paper_form"] = of(&Assisted{}, "meeting_id = ?", m.ID), of(&Form{}, "meeting_id = ?", m.ID)
	}
	return all
}
