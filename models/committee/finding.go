package committee

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Finding is what an audit found. It stays open until the township sees that it is put right.
type Finding struct {
	ID         int64 `gorm:"primaryKey"`
	AuditID    int64
	EstateID   int64
	Place      int64
	Text       string
	OwedBy     string // committee, company
	DueAt      time.Time
	State      string // open, answered, closed
	Answer     string
	AnsweredBy int64
	AnsweredAt *time.Time
	Verdict    string
	ClosedBy   int64
	ClosedAt   *time.Time
	CreatedAt  time.Time
}

// TableName names the table.
func (Finding) TableName() string { return "committee_findings" }

// FindingStates are as people read them.
var FindingStates = map[string]string{"open": "待整改", "answered": "已报整改，待核实", "closed": "已核实整改"}

// rounds reads what was said about some findings, in its order: an answer that was sent back stays to be read.
func rounds(tx *store.Tx, list []Finding) (map[int64][]Note, error) {
	ids := make([]int64, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	var rows []Note
	err := tx.Where("subject_kind = 'committee_finding' AND subject_id IN ?", append(ids, 0)).Order("id").Limit(maxRows * 10).Find(&rows).Error
	all := make(map[int64][]Note, len(list))
	for _, n := range rows {
		all[n.SubjectID] = append(all[n.SubjectID], n)
	}
	return all, err
}

// owers are who may have to put something right.
var owers = map[string]string{"committee": "业委会", "company": "物业服务企业"}

// maxFound bounds the findings of one audit.
const maxFound = 100

// AddFinding records what an audit with a report found, who has to put it right, and until when.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) AddFinding(ctx context.Context, actor org.Actor, id int64, text, owedBy string, due time.Time) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(length(text, 5, 500), "text", "请写明发现了什么问题（5至500个字），业主会看到")
	c.Check(owers[owedBy] != "", "owed_by", "请选择由业委会还是物业服务企业整改")
	c.Check(due.After(s.db.Now()), "due", "请填写今后的整改期限")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.AuditCommittee, "add finding", func(tx *store.Tx) (int64, error) {
		a, err := within[Audit](tx, actor, org.AuditCommittee, id)
		if err != nil {
			return 0, err
		}
		if a.State != "reported" && a.State != "published" {
			return 0, ErrState.Saying("还没有审计报告，先登记报告再登记发现的问题")
		}
		var n int64
		if err := tx.Model(&Finding{}).Where("audit_id = ?", a.ID).Count(&n).Error; err != nil {
			return 0, err
		}
		if n >= maxFound {
			return 0, ErrState.Saying(fmt.Sprintf("一次审计最多登记%d个问题", maxFound))
		}
		f := &Finding{AuditID: a.ID, EstateID: a.EstateID, Place: n + 1, Text: text, OwedBy: owedBy, DueAt: due, State: "open", CreatedAt: tx.Now}
		if err := tx.Create(f).Error; err != nil {
			return 0, store.Raced(err)
		}
		if err := owe(tx, Duty{EstateID: a.EstateID, TermID: a.TermID, Kind: OweFinding, SubjectID: f.ID, OwedBy: owedBy, Title: clip(text, 60), DueAt: due}); err != nil {
			return 0, err
		}
		return f.ID, note(tx, actor, "finding", "committee_finding", f.ID, a.EstateID, map[string]any{"audit": a.ID})
	})
}

// AnswerFinding says what was done about a finding, by whoever owes it, with papers.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) AnswerFinding(ctx context.Context, actor org.Actor, id int64, answer string, files []int64) (int64, error) {
	answer = strings.TrimSpace(answer)
	var c fault.Checks
	c.Check(length(answer, 5, 1000), "text", "请写明怎么整改的（5至1000个字），业主会看到")
	c.Check(len(files) <= 10, "file_ids", "附件不超过10份")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.AnswerAudit, "answer finding", func(tx *store.Tx) (int64, error) {
		f, err := within[Finding](tx, actor, org.AnswerAudit, id)
		if err != nil {
			return 0, err
		}
		if actor.Post == nil || string(actor.Post.OrgKind) != f.OwedBy {
			return 0, ErrNotFound.Saying("这个问题由" + owers[f.OwedBy] + "整改")
		}
		res := tx.Model(&Finding{}).Where("id = ? AND state = 'open'", id).Updates(map[string]any{"state": "answered", "answer": answer, "answered_by": actor.PersonID, "answered_at": tx.Now})
		if err := store.MustAffect(res, ErrState); err != nil {
			return 0, err
		}
		if err := s.files.Attach(tx, actor, files, "notice", "committee_finding", id, f.EstateID); err != nil {
			return 0, err
		}
		return id, written(tx, actor, "committee_finding", id, f.EstateID, "righted", answer)
	})
}

// JudgeFinding is the township's look at what was done: it is put right, or it is sent back with a reason and stays owed, however late.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) JudgeFinding(ctx context.Context, actor org.Actor, id int64, done bool, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 2, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明核实的情况（2至500个字）"})
	}
	return s.act(ctx, actor, org.AuditCommittee, "judge finding", func(tx *store.Tx) (int64, error) {
		f, err := within[Finding](tx, actor, org.AuditCommittee, id)
		if err != nil {
			return 0, err
		}
		change := map[string]any{"state": "open", "verdict": text}
		if done {
			change = map[string]any{"state": "closed", "verdict": text, "closed_by": actor.PersonID, "closed_at": tx.Now}
		}
		res := tx.Model(&Finding{}).Where("id = ? AND state = 'answered'", id).Updates(change)
		if err := store.MustAffect(res, ErrState); err != nil {
			return 0, err
		}
		if done {
			if err := settle(tx, OweFinding, id); err != nil {
				return 0, err
			}
		}
		what := "sent_back"
		if done {
			what = "accepted"
		}
		return id, written(tx, actor, "committee_finding", id, f.EstateID, what, text)
	})
}
