package fund

import (
	"context"
	"slices"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// step is what may be done to a project: by whom, from which states.
type step struct {
	action org.Action
	what   string
	from   []ProjectState
	own    bool // by the organisation in charge alone
}

// take moves a project: f changes it and gives the words for its history and the columns to write.
func (s *Service) take(ctx context.Context, actor org.Actor, id int64, st step, f func(*store.Tx, *Project) (string, []string, error)) (int64, error) {
	return s.fundAct(ctx, actor, st.action, "project "+st.what, func(tx *store.Tx) (int64, error) {
		p, err := projectFor(tx, actor, st.action, id, true)
		if err != nil {
			return 0, err
		}
		if st.own && p.OrganisationID != actor.OrganisationID() {
			return 0, ErrNotInCharge
		}
		if len(st.from) > 0 && !slices.Contains(st.from, p.State) {
			return 0, ErrStep.Saying("项目目前“" + ProjectStates[p.State] + "”，不能办理这一步，请刷新后再看")
		}
		text, columns, err := f(tx, p)
		if err != nil {
			return 0, err
		}
		p.Version++
		if err := tx.Model(&Project{}).Where("id = ?", p.ID).Select(append(columns, "version")).Updates(p).Error; err != nil {
			return 0, err
		}
		return p.ID, noted(tx, actor, p, st.what, text)
	})
}

// projectFor finds a project of an estate on which the actor may do the action.
func projectFor(tx *store.Tx, actor org.Actor, action org.Action, id int64, lock bool) (*Project, error) {
	q := tx.DB
	if lock {
		q = tx.ForUpdate()
	}
	var p Project
	err := q.Scopes(actor.Within(action, "fund_projects.estate_id")).Where("id = ?", id).Take(&p).Error
	if err != nil {
		return nil, store.NotFound(err, ErrNoProject)
	}
	if p.State == ProjectDraft && actor.Post == nil && p.PersonID != actor.PersonID {
		return nil, ErrNoProject // nobody has published it yet
	}
	return &p, nil
}

// ProjectNote is one thing that happened to a project: who did what, and in which words. Notes are only ever added.
type ProjectNote struct {
	ID             int64 `gorm:"primaryKey"`
	ProjectID      int64
	EstateID       int64
	What           string
	Text           string
	PersonID       int64
	PostID         int64
	OrganisationID int64
	At             time.Time
}

// TableName names the table.
func (ProjectNote) TableName() string { return "fund_project_notes" }

// ProjectNotes are the steps as people read them.
var ProjectNotes = map[string]string{"proposed": "提出使用方案", "revised": "修改方案", "quoted": "登记报价", "chosen": "选定报价", "posted": "公示使用方案", "objected": "业主提出异议", "answered": "答复异议", "resolved": "登记业主表决结果",
	"opined": "乡镇（办事处）意见", "returned": "住建局退回补正", "filed": "住建局同意备案", "confirmed": "确认紧急使用", "contracted": "签订合同", "worked": "施工进展", "looked": "验收意见", "accepted": "验收通过",
	"settled": "决算和分摊", "final": "公示决算", "asked": "申请付款", "refused": "不同意付款", "advanced": "支付预付款", "paid": "付清", "reviewed": "事后审核", "cancelled": "取消项目", "taken_up": "接办业主的提议", "supplied": "补充材料",
	"uncancelled": "不同意取消", "returned_money": "预付款退回", "revoked": "决定被法院撤销", "disposed": "撤销后的处理", "reversed": "撤销后冲回"}

// noted adds a note, and an entry in the trail.
func noted(tx *store.Tx, actor org.Actor, p *Project, what, text string) error {
	_, err := notedAs(tx, actor, p, what, text)
	return err
}

func notedAs(tx *store.Tx, actor org.Actor, p *Project, what, text string) (int64, error) {
	person, post, organisation, _ := actor.AuditTrail()
	if r := []rune(text); len(r) > 2000 {
		text = string(r[:2000])
	}
	n := &ProjectNote{ProjectID: p.ID, EstateID: p.EstateID, What: what, Text: text, PersonID: person, PostID: post, OrganisationID: organisation, At: tx.Now}
	if err := tx.Create(n).Error; err != nil {
		return 0, err
	}
	return n.ID, audit.Append(tx, actor, "project."+what, audit.Subject{Kind: "fund_project", ID: p.ID, Estate: p.EstateID}, map[string]any{"number": p.Number, "state": p.State})
}
