package complaint

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// SavedView is a post's own selection of a work list: the query of the list, as the surface writes it.
type SavedView struct {
	ID        int64 `gorm:"primaryKey"`
	PostID    int64
	Name      string
	Query     string
	CreatedAt time.Time
}

// Template is a text that an office writes again and again, for one action, or one matter, or all.
type Template struct {
	ID             int64 `gorm:"primaryKey"`
	OrganisationID int64
	Name           string
	Action         Action
	Matter         string
	Text           string
	UpdatedBy      int64
	UpdatedAt      time.Time
}

// TableName names the table.
func (Template) TableName() string { return "reply_templates" }

const (
	maxSavedViews = 30
	maxTemplates  = 200
)

// Faults of the desk.
var (
	ErrSavedView = fault.New(fault.NotFound, "view.not_found", "没有找到这个常用筛选")
	ErrTemplate  = fault.New(fault.NotFound, "template.not_found", "没有找到这个答复模板")
	ErrDeskFull  = fault.New(fault.Conflict, "desk.full", "已经很多了，请先删除不用的")
)

// SaveView keeps a selection under a name; the same name again changes it.
// Faults: ErrForbidden, ErrDeskFull, fault.ErrInvalid.
func (s *Service) SaveView(ctx context.Context, actor org.Actor, name, query string) (*SavedView, error) {
	if err := actor.Must(org.ReadComplaints); err != nil {
		return nil, err
	}
	name = strings.TrimSpace(name)
	var c fault.Checks
	n := len([]rune(name))
	c.Check(n >= 1 && n <= 40, "name", "请起一个不超过40个字的名字")
	c.Check(len(query) <= 1000, "query", "筛选条件太长")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var v SavedView
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var count int64
		if err := tx.Model(&SavedView{}).Where("post_id = ? AND name <> ?", actor.Post.PostID, name).Count(&count).Error; err != nil {
			return err
		}
		if count >= maxSavedViews {
			return ErrDeskFull
		}
		v = SavedView{PostID: actor.Post.PostID, Name: name, Query: query, CreatedAt: tx.Now}
		err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "post_id"}, {Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"query"})}).Create(&v).Error
		if err != nil {
			return err
		}
		return tx.Where("post_id = ? AND name = ?", actor.Post.PostID, name).Take(&v).Error
	})
	if err != nil {
		return nil, fmt.Errorf("save view: %w", err)
	}
	return &v, nil
}

// ListSavedViews lists the post's own selections, by name.
func (s *Service) ListSavedViews(ctx context.Context, actor org.Actor) ([]SavedView, error) {
	if err := actor.Must(org.ReadComplaints); err != nil {
		return nil, err
	}
	var rows []SavedView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("post_id = ?", actor.Post.PostID).Order("name").Limit(2 * maxSavedViews).Find(&rows).Error
	})
	return rows, err
}

// DropView removes one of the post's own selections. Faults: ErrForbidden, ErrSavedView.
func (s *Service) DropView(ctx context.Context, actor org.Actor, id int64) error {
	if err := actor.Must(org.ReadComplaints); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		return store.MustAffect(tx.Where("id = ? AND post_id = ?", id, actor.Post.PostID).Delete(&SavedView{}), ErrSavedView)
	})
}

// WriteTemplate keeps a text of the office under a name; the same name again changes it.
// Faults: ErrForbidden, ErrMatter, ErrDeskFull, fault.ErrInvalid.
func (s *Service) WriteTemplate(ctx context.Context, actor org.Actor, t Template) (*Template, error) {
	if err := actor.Must(org.WorkComplaints); err != nil {
		return nil, err
	}
	t.Name, t.Text = strings.TrimSpace(t.Name), strings.TrimSpace(t.Text)
	var c fault.Checks
	n := len([]rune(t.Name))
	c.Check(n >= 1 && n <= 40, "name", "请起一个不超过40个字的名字")
	n = len([]rune(t.Text))
	c.Check(n >= 2 && n <= 2000, "text", "请写2至2000个字")
	_, known := ruleOf[t.Action]
	c.Check(t.Action == "" || known, "action", "没有这个操作")
	if err := c.Err(); err != nil {
		return nil, err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		mandates, err := s.Mandates(tx)
		if err != nil {
			return err
		}
		if _, known := mandates.Matter(t.Matter); t.Matter != "" && !known {
			return ErrMatter
		}
		var count int64
		if err := tx.Model(&Template{}).Where("organisation_id = ? AND name <> ?", actor.OrganisationID(), t.Name).Count(&count).Error; err != nil {
			return err
		}
		if count >= maxTemplates {
			return ErrDeskFull
		}
		t.ID, t.OrganisationID, t.UpdatedBy, t.UpdatedAt = 0, actor.OrganisationID(), actor.PersonID, tx.Now
		err = tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "organisation_id"}, {Name: "name"}},
			DoUpdates: clause.AssignmentColumns([]string{"action", "matter", "text", "updated_by", "updated_at"})}).Create(&t).Error
		if err != nil {
			return err
		}
		if err := tx.Where("organisation_id = ? AND name = ?", t.OrganisationID, t.Name).Take(&t).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "template.write", audit.Subject{Kind: "template", ID: t.ID}, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("write template: %w", err)
	}
	return &t, nil
}

// ListTemplates lists the office's texts for an action and a matter, those made for both first.
func (s *Service) ListTemplates(ctx context.Context, actor org.Actor, a Action, matter string) ([]Template, error) {
	if err := actor.Must(org.WorkComplaints); err != nil {
		return nil, err
	}
	var rows []Template
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Where("organisation_id = ?", actor.OrganisationID())
		if a != "" {
			q = q.Where("action IN ?", []string{"", string(a)})
		}
		if matter != "" {
			q = q.Where("matter IN ?", []string{"", matter})
		}
		return q.Order("matter DESC, action DESC, name").Limit(2 * maxTemplates).Find(&rows).Error
	})
	return rows, err
}

// DropTemplate removes one of the office's texts. Faults: ErrForbidden, ErrTemplate.
func (s *Service) DropTemplate(ctx context.Context, actor org.Actor, id int64) error {
	if err := actor.Must(org.WorkComplaints); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Where("id = ? AND organisation_id = ?", id, actor.OrganisationID()).Delete(&Template{})
		if err := store.MustAffect(res, ErrTemplate); err != nil {
			return err
		}
		return audit.Append(tx, actor, "template.drop", audit.Subject{Kind: "template", ID: id}, nil)
	})
}

// Outcome is what became of one case of a bulk action.
type Outcome struct {
	ID   int64
	Case *Case // nil when it failed
	Err  error
}

// maxBulk bounds the cases of a bulk action.
const maxBulk = 100

// ActAll does one action on many cases, each in a transaction of its own: what is not possible for one is said for that
// one and does not stop the others. With a ref, a repeat answers the first outcome.
func (s *Service) ActAll(ctx context.Context, actor org.Actor, ids []int64, a Action, in Input) ([]Outcome, error) {
	if err := actor.Must(org.WorkComplaints); err != nil {
		return nil, err
	}
	if len(ids) == 0 || len(ids) > maxBulk {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "ids", Reason: fmt.Sprintf("一次选择1至%d件", maxBulk)})
	}
	out := make([]Outcome, 0, len(ids))
	for _, id := range ids {
		c, err := s.Act(ctx, actor, id, a, in)
		if err != nil && fault.Of(err).Kind == fault.Internal {
			return nil, err
		}
		out = append(out, Outcome{ID: id, Case: c, Err: err})
	}
	return out, nil
}

const (
	// maxListed bounds an export of a work list, and exportPage is how many cases it reads at a time.
	maxListed  = 20_000
	exportPage = 500
)

// ExportList gives each case of a work list, in its order, at most 20,000, or of a search in it; the export is recorded.
// Faults: ErrForbidden, ErrSearch.
func (s *Service) ExportList(ctx context.Context, actor org.Actor, text string, f Filter, each func(View) error) error {
	f.Limit, f.After, f.AfterQueue = exportPage, 0, 0
	n := 0
	for text != "" && n < maxListed {
		found, err := s.Search(ctx, actor, text, f)
		if err != nil {
			return err
		}
		for _, v := range found.Views {
			if err := each(v); err != nil {
				return err
			}
		}
		if n += len(found.Views); found.Next == 0 {
			break
		}
		f.After = found.Next
	}
	for text == "" && n < maxListed {
		rows, err := s.List(ctx, actor, f)
		if err != nil {
			return err
		}
		for _, v := range rows {
			if err := each(v); err != nil {
				return err
			}
		}
		n += len(rows)
		if len(rows) < exportPage {
			break
		}
		last := rows[len(rows)-1]
		f.After, f.AfterQueue = last.ID, last.Queue
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		return audit.Append(tx, actor, "complaint.export", audit.Subject{Kind: "organisation", ID: actor.OrganisationID()}, map[string]any{"cases": n, "list": f.List})
	})
}
