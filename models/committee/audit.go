package committee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Audit is what the departure of the chair, a collective resignation or the end of a term starts. The township runs it
// (policy 五(二)12, 五(十五)6).
type Audit struct {
	ID          int64 `gorm:"primaryKey"`
	Number      string
	EstateID    int64
	TermID      int64
	Cause       AuditCause
	MemberID    int64
	CauseKey    string
	State       string // due, ordered, reported, published
	Auditor     string
	Text        string // what is looked at
	Summary     string
	OrderedAt   *time.Time
	DueAt       *time.Time
	ReportedAt  *time.Time
	NoticeID    int64
	PublishedAt *time.Time
	FromOn      *time.Time `gorm:"type:date"` // of a yearly audit
	ToOn        *time.Time `gorm:"type:date"`
	CreatedAt   time.Time
}

// TableName names the table.
func (Audit) TableName() string { return "committee_audits" }

// AuditCause is what started an audit.
type AuditCause string

// The causes of audits.
const (
	ChairLeft  AuditCause = "chair_left"
	Collective AuditCause = "collective"
	Renewal    AuditCause = "renewal"
	Yearly     AuditCause = "yearly"
)

// AuditCauses and AuditStates are as people read them.
var (
	AuditCauses = map[AuditCause]string{ChairLeft: "主任离任", Collective: "集体辞职", Renewal: "换届", Yearly: "年度财务审计"}
	AuditStates = map[string]string{"due": "待组织", "ordered": "审计中", "reported": "已出报告，待公示", "published": "已公示"}
)

// openAudit starts an audit, once for each cause.
func (s *Service) openAudit(tx *store.Tx, actor audit.Actor, t *Term, cause AuditCause, member int64) error {
	number, err := store.NextNumber(tx, "YS")
	if err != nil {
		return err
	}
	a := Audit{Number: number, EstateID: t.EstateID, TermID: t.ID, Cause: cause, MemberID: member, CauseKey: fmt.Sprintf("%d/%s/%d", t.ID, cause, member), State: "due", CreatedAt: tx.Now}
	res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&a)
	if res.Error != nil || res.RowsAffected == 0 {
		return res.Error
	}
	if err := s.money.Freeze(tx, actor, t.EstateID); err != nil {
		return err
	}
	if err := note(tx, actor, "audit_due", "committee_audit", a.ID, t.EstateID, map[string]any{"cause": cause}); err != nil {
		return err
	}
	return tell(tx, a.event("audit_due"))
}

func (a *Audit) event(what string) event.Committee {
	return event.Committee{SubjectKind: "committee_audit", SubjectID: a.ID, EstateID: a.EstateID, What: what, Number: a.Number, Title: AuditCauses[a.Cause]}
}

// ref names an audit's result on the register, posting its notice: one that was taken down is not the next.
func (a *Audit) ref() string { return "committee-audit-" + a.Number }

func (a *Audit) posting() string {
	if a.NoticeID == 0 {
		return a.ref()
	}
	return fmt.Sprintf("%s/%d", a.ref(), a.NoticeID)
}

// OpenYearly opens the third party's audit of some months of the running term (policy 五(十五)6); the same months once more answer the first.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoTerm, fault.ErrInvalid.
func (s *Service) OpenYearly(ctx context.Context, actor org.Actor, estate int64, from, to calendar.Date) (int64, error) {
	var c fault.Checks
	c.Check(!from.IsZero(), "from", "请填审计从哪一天起")
	c.Check(!to.IsZero() && !to.Before(from) && to.Before(calendar.DateOf(s.db.Now())), "to", "请填审计到哪一天：不能早于开始，最晚昨天")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.AuditCommittee, "open audit", func(tx *store.Tx) (int64, error) {
		t, err := running(tx, actor, org.AuditCommittee, estate)
		if err != nil {
			return 0, err
		}
		return s.openYearly(tx, actor, t, from, to)
	})
}

// OrderAudit says who audits what until when.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) OrderAudit(ctx context.Context, actor org.Actor, id int64, auditor, text string, due time.Time) (int64, error) {
	auditor, text = strings.TrimSpace(auditor), strings.TrimSpace(text)
	var c fault.Checks
	c.Check(length(auditor, 2, 100), "auditor", "请写明由哪个第三方机构审计（2至100个字）")
	c.Check(length(text, 2, 500), "text", "请写明审计什么（2至500个字）")
	c.Check(due.After(s.db.Now()), "due", "请填写今后的完成日期")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.AuditCommittee, "order audit", func(tx *store.Tx) (int64, error) {
		a, err := within[Audit](tx, actor, org.AuditCommittee, id)
		if err != nil {
			return 0, err
		}
		if a.State != "due" {
			return 0, ErrState
		}
		err = tx.Model(&Audit{}).Where("id = ?", id).Updates(map[string]any{"state": "ordered", "auditor": auditor, "text": text, "ordered_at": tx.Now, "due_at": due}).Error
		if err != nil {
			return 0, err
		}
		if err := owe(tx, Duty{EstateID: a.EstateID, TermID: a.TermID, Kind: OweAudit, SubjectID: a.ID, OwedBy: "township", DueAt: due}); err != nil {
			return 0, err
		}
		if err := note(tx, actor, "audit_order", "committee_audit", a.ID, a.EstateID, nil); err != nil {
			return 0, err
		}
		e := a.event("audit_ordered")
		e.Due = due
		return id, tell(tx, e)
	})
}

// ReportAudit stores the auditor's report; without a paper there is none.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) ReportAudit(ctx context.Context, actor org.Actor, id int64, summary string, files []int64) (int64, error) {
	summary = strings.TrimSpace(summary)
	var c fault.Checks
	c.Check(length(summary, 10, 2000), "summary", "请写明审计结论（10至2000个字），公示时业主会看到")
	c.Check(len(files) > 0 && len(files) <= 10, "file_ids", "请上传审计报告（1至10份）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.AuditCommittee, "report audit", func(tx *store.Tx) (int64, error) {
		a, err := within[Audit](tx, actor, org.AuditCommittee, id)
		if err != nil {
			return 0, err
		}
		if a.State != "ordered" {
			return 0, ErrState
		}
		if err := s.files.Attach(tx, actor, files, "notice", "committee_audit", id, a.EstateID); err != nil {
			return 0, err
		}
		if err := tx.Model(&Audit{}).Where("id = ?", id).Updates(map[string]any{"state": "reported", "summary": summary, "reported_at": tx.Now}).Error; err != nil {
			return 0, err
		}
		if err := s.board.OweAudit(tx, a.EstateID, a.Cause != Yearly, a.ref()); err != nil {
			return 0, err
		}
		return id, note(tx, actor, "audit_report", "committee_audit", a.ID, a.EstateID, nil)
	})
}

// PublishAudit puts the result on the board.
// Faults: org.ErrForbidden, ErrNotFound, ErrState.
func (s *Service) PublishAudit(ctx context.Context, actor org.Actor, id int64) (int64, error) {
	return s.act(ctx, actor, org.AuditCommittee, "publish audit", func(tx *store.Tx) (int64, error) {
		a, err := within[Audit](tx, actor, org.AuditCommittee, id)
		if err != nil {
			return 0, err
		}
		if a.State != "reported" {
			return 0, ErrState
		}
		report, err := s.files.IDsIn(tx, "committee_audit", []int64{a.ID})
		if err != nil {
			return 0, err
		}
		notice, err := s.board.Post(tx, actor, Posted{EstateID: a.EstateID, Sort: "posting", Title: "业委会审计结果：" + AuditCauses[a.Cause], Ref: a.posting(), Papers: report[a.ID],
			Body: fmt.Sprintf("审计编号：%s\n原因：%s\n审计机构：%s\n审计内容：%s\n\n%s\n\n审计报告全文是这份公示的附件，在小区的业委会页面也可以打开。", a.Number, AuditCauses[a.Cause], a.Auditor, a.Text, a.Summary)})
		if err != nil {
			return 0, err
		}
		if err := tx.Model(&Audit{}).Where("id = ?", id).Updates(map[string]any{"state": "published", "notice_id": notice, "published_at": tx.Now}).Error; err != nil {
			return 0, err
		}
		if err := settle(tx, OweAudit, id); err != nil {
			return 0, err
		}
		if err := note(tx, actor, "audit_publish", "committee_audit", a.ID, a.EstateID, map[string]any{"notice": notice}); err != nil {
			return 0, err
		}
		return id, tell(tx, a.event("audit_published"))
	})
}
