package fund

import (
	"context"
	"strings"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Revocation is a decision that a court revoked after money was paid on it: work for the township. Money never moves back by itself.
type Revocation struct {
	ID         int64 `gorm:"primaryKey"`
	ProjectID  int64
	EstateID   int64
	MeetingID  int64
	Resolution string
	Paid       money.Fen // on this decision
	Owed       money.Fen // by the contractor since the payments were reversed; what came of it are AdvanceReturns
	State      string    // open, stays, reverse, returning, reversed
	Decision   string    // by which the money goes back: a judgment or another decision of the owners, named
	Text       string
	OpenedAt   time.Time
	AnsweredBy int64
	AnsweredAt *time.Time
	Receipt    string
	BookedBy   int64
	BookedAt   *time.Time
}

// TableName names the table.
func (Revocation) TableName() string { return "fund_revocations" }

// RevocationStates are the states as people read them.
var RevocationStates = map[string]string{"open": "待乡镇（办事处）处理", "stays": "不冲回", "reverse": "待款项退回后冲回", "returning": "已冲回，款项还没有全部退回", "reversed": "已冲回，款项已退回"}

// ErrNoRevocation hides what is not somebody's.
var ErrNoRevocation = fault.New(fault.NotFound, "project.no_revocation", "没有找到这件待处理的事，请刷新后再看")

// DecisionRevoked opens the work that a court's judgment leaves where money was paid on the decision that it took away. It may be told twice.
func (s *Service) DecisionRevoked(ctx context.Context, meeting int64) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var m assembly.Meeting
		if err := tx.Select("id", "revoked_at").Where("id = ?", meeting).Limit(1).Find(&m).Error; err != nil || m.RevokedAt == nil {
			return err
		}
		var rows []struct {
			ProjectID  int64
			Resolution string
			Paid       money.Fen
		}
		err := tx.Model(&ProjectPayment{}).Select("project_id, MAX(resolution) AS resolution, SUM(amount) AS paid").Where("meeting_id = ? AND state = 'paid'", meeting).Group("project_id").Limit(200).Scan(&rows).Error
		if err != nil {
			return err
		}
		for _, r := range rows {
			var p Project
			if err := tx.ForUpdate().Where("id = ?", r.ProjectID).Take(&p).Error; err != nil {
				return err
			}
			var had int64 // told twice; the project is held
			if err := tx.Model(&Revocation{}).Where("project_id = ? AND meeting_id = ?", p.ID, meeting).Count(&had).Error; err != nil {
				return err
			}
			if had > 0 {
				continue
			}
			work := &Revocation{ProjectID: p.ID, EstateID: p.EstateID, MeetingID: meeting, Resolution: r.Resolution, Paid: r.Paid, State: "open", OpenedAt: tx.Now}
			if err := tx.Create(work).Error; err != nil {
				return err
			}
			if err := tx.Create(&ProjectNote{ProjectID: p.ID, EstateID: p.EstateID, What: "revoked", Text: "业主的决定“" + r.Resolution + "”被法院撤销，此前已按它支付" + r.Paid.String() + "元，由乡镇（办事处）处理", At: tx.Now}).Error; err != nil {
				return err
			}
			if err := tell(tx, "fund_revoked", "fund_revocation", work.ID, p.EstateID, 0, p.Title, p.Number); err != nil {
				return err
			}
			if err := audit.Append(tx, audit.System{}, "project.revoked", audit.Subject{Kind: "fund_project", ID: p.ID, Estate: p.EstateID}, map[string]any{"meeting": meeting, "fen": int64(r.Paid)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// RevocationView is such work with the project that it is of.
type RevocationView struct {
	Revocation
	Project Project
}

// ListRevocations pages through such work, by its id; state is one of RevocationStates, empty for what is open.
// Faults: org.ErrForbidden.
func (s *Service) ListRevocations(ctx context.Context, actor org.Actor, state string, after int64, limit int) (list []RevocationView, err error) {
	if err := actor.Must(org.RunProject); err != nil {
		return nil, err
	}
	if state == "" {
		state = "open"
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		var rows []Revocation
		err := tx.Scopes(actor.Within(org.RunProject, "fund_revocations.estate_id")).Where("state = ? AND id > ?", state, after).Order("id").Limit(limit).Find(&rows).Error
		if err != nil {
			return err
		}
		ids := []int64{0}
		for _, r := range rows {
			ids = append(ids, r.ProjectID)
		}
		var projects []Project
		err = tx.Where("id IN ?", ids[:min(len(ids), 900)]).Find(&projects).Error
		byID := make(map[int64]Project, len(projects))
		for _, p := range projects {
			byID[p.ID] = p
		}
		for _, r := range rows {
			list = append(list, RevocationView{r, byID[r.ProjectID]})
		}
		return err
	})
	return list, err
}

// revocationFor takes such work, and its project, for somebody who may do an action there.
func revocationFor(tx *store.Tx, actor org.Actor, action org.Action, id int64) (*Revocation, *Project, error) {
	var r Revocation
	if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
		return nil, nil, store.NotFound(err, ErrNoRevocation)
	}
	p, err := projectFor(tx, actor, action, r.ProjectID, true)
	if err != nil {
		return nil, nil, store.NotFound(err, ErrNoRevocation)
	}
	return &r, p, tx.Where("id = ?", id).Take(&r).Error // what somebody else did while the project was waited for counts
}

// DisposeRevocation is the township's word on what was paid on a decision that fell: it stays, for a reason; or it goes back by a decision that is
// named (a judgment, or what the owners decided since), which whoever keeps the account books once the money has come.
// Faults: org.ErrForbidden, ErrNoRevocation, ErrNotInCharge, ErrStep, fault.ErrInvalid.
func (s *Service) DisposeRevocation(ctx context.Context, actor org.Actor, id int64, back bool, decision, text string) (int64, error) {
	decision, text = strings.TrimSpace(decision), strings.TrimSpace(text)
	var c fault.Checks
	c.Check(runes(text, 4, 1000), "text", "请写明怎么处理、依据是什么（4至1000个字），业主会看到")
	c.Check(!back || runes(decision, 4, 200), "decision", "冲回要写明依据的判决书文号或业主大会决定（4至200个字）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.WatchProject, "dispose revocation", func(tx *store.Tx) (int64, error) {
		r, p, err := revocationFor(tx, actor, org.WatchProject, id)
		if err != nil {
			return 0, err
		}
		if actor.Post.OrgKind != org.Township {
			return 0, ErrNotInCharge.Saying("决定被撤销后的处理由乡镇（办事处）办理")
		}
		if r.State != "open" && r.State != "reverse" {
			return 0, ErrStep.Saying("这件事" + RevocationStates[r.State] + "，不用再处理")
		}
		r.State, r.Text, r.AnsweredBy, r.AnsweredAt = "stays", text, actor.PersonID, &tx.Now
		words := "不冲回：" + text
		if back {
			r.State, r.Decision, words = "reverse", decision, "按“"+decision+"”冲回："+text
		}
		err = tx.Model(&Revocation{}).Where("id = ?", r.ID).Select("state", "decision", "text", "answered_by", "answered_at").Updates(r).Error
		if err != nil {
			return 0, err
		}
		return r.ID, noted(tx, actor, p, "disposed", words)
	})
}
