package joint

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Minute is something that a meeting wrote down. Minutes are only ever added.
type Minute struct {
	ID             int64 `gorm:"primaryKey"`
	SubjectKind    string
	SubjectID      int64
	Text           string
	PersonID       int64
	PostID         int64
	OrganisationID int64
	ItemID         int64 // the point of a conference that it is of; 0 for none
	ClientRef      string
	InputHash      string
	At             time.Time
}

// TableName names the table.
func (Minute) TableName() string { return "minutes" }

// Task is what an organisation owes by a day.
type Task struct {
	ID             int64 `gorm:"primaryKey"`
	SubjectKind    string
	SubjectID      int64
	CaseID         int64
	EstateID       int64
	AboutID        int64
	OrganisationID int64
	GivenBy        int64 // organisation
	Text           string
	DueAt          time.Time
	State          string // open, done
	Result         string
	RemindedAt     *time.Time // when its lateness was told
	DoneAt         *time.Time
	PersonID       int64 // who wrote it down
	ClientRef      string
	InputHash      string
	CreatedAt      time.Time
	RemindAt       *time.Time // when the office is reminded of the day; nil once it was
}

// Faults of tasks and minutes.
var (
	ErrTask     = fault.New(fault.NotFound, "task.not_found", "没有找到这项任务")
	ErrTaskDone = fault.New(fault.Conflict, "task.done", "这项任务已经完成")
	ErrMany     = fault.New(fault.Conflict, "joint.too_many", "记录已经很多，不能再加")
)

// maxNotes bounds the minutes and the tasks of one meeting.
const maxNotes = 200

// NewTask is a task to be given.
type NewTask struct {
	OrganisationID int64
	Text           string
	DueAt          time.Time
	ClientRef      string
	InputHash      string
}

func (n *NewTask) check(now time.Time) error {
	n.Text = strings.TrimSpace(n.Text)
	var c fault.Checks
	l := len([]rune(n.Text))
	c.Check(l >= 2 && l <= 500, "text", "请写明要做什么（2至500个字）")
	c.Check(n.OrganisationID != 0, "to", "请选择哪个单位")
	c.Check(n.DueAt.After(now) && n.DueAt.Before(now.AddDate(3, 0, 0)), "due", "请选择今天之后、三年之内的日期")
	c.Check(n.ClientRef != "" && len(n.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// WriteMinute adds to the joint minutes of a whistle: whoever blew it, and every office that came.
// Faults: ErrForbidden, ErrWhistle, ErrState, ErrMany, ErrRefReused, fault.ErrInvalid.
func (s *Service) WriteMinute(ctx context.Context, actor org.Actor, id int64, text, ref, hash string) (*Whistle, error) {
	if err := actor.Must(org.ReadWhistles); err != nil {
		return nil, err
	}
	text = strings.TrimSpace(text)
	var c fault.Checks
	n := len([]rune(text))
	c.Check(n >= 2 && n <= 4000, "text", "请写2至4000个字")
	c.Check(ref != "" && len(ref) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.change(ctx, actor, id, func(tx *store.Tx, w *Whistle) error {
		if done, err := repeated(tx, &Minute{}, actor, ref, hash); done || err != nil {
			return err
		}
		if err := w.attends(tx, actor); err != nil {
			return err
		}
		if err := room(tx, &Minute{}, "whistle", w.ID); err != nil {
			return err
		}
		m := Minute{SubjectKind: "whistle", SubjectID: w.ID, Text: text, PersonID: actor.PersonID, PostID: actor.Post.PostID, OrganisationID: actor.OrganisationID(), ClientRef: ref, InputHash: hash, At: tx.Now}
		if err := tx.Create(&m).Error; err != nil {
			return store.Raced(err)
		}
		return audit.Append(tx, actor, "whistle.minute", audit.Subject{Kind: "whistle", ID: w.ID, Estate: w.EstateID, About: w.AboutID}, nil)
	})
}

// attends refuses whoever does not sit at the whistle's table.
func (w *Whistle) attends(tx *store.Tx, actor org.Actor) error {
	if w.State != Blown {
		return ErrState.Saying("这次吹哨现在是“" + StateNames[w.State] + "”")
	}
	if w.blower(actor) == nil {
		return nil
	}
	var n int64
	err := tx.Model(&Summons{}).Where("whistle_id = ? AND organisation_id = ? AND state = ?", w.ID, actor.OrganisationID(), Arrived).Count(&n).Error
	if err == nil && n == 0 {
		err = ErrState.Saying("报到以后才能记录")
	}
	return err
}

// repeated reports whether an earlier request with the same ref made the row.
func repeated(tx *store.Tx, model any, actor org.Actor, ref, hash string) (bool, error) {
	var hashes []string
	err := tx.Model(model).Where("person_id = ? AND client_ref = ?", actor.PersonID, ref).Limit(1).Pluck("input_hash", &hashes).Error
	if err == nil && len(hashes) == 1 && hashes[0] != hash {
		err = ErrRefReused
	}
	return len(hashes) == 1, err
}

func room(tx *store.Tx, model any, kind string, id int64) error {
	var n int64
	err := tx.Model(model).Where("subject_kind = ? AND subject_id = ?", kind, id).Count(&n).Error
	if err == nil && n >= maxNotes {
		err = ErrMany
	}
	return err
}

// GiveTask writes down what one of the offices at the whistle's table does by when.
// Faults: ErrForbidden, ErrWhistle, ErrNotBlower, ErrState, ErrSummoned, ErrMany, ErrRefReused, fault.ErrInvalid.
func (s *Service) GiveTask(ctx context.Context, actor org.Actor, id int64, n NewTask) (*Whistle, error) {
	if err := actor.Must(org.AskWhistle); err != nil {
		return nil, err
	}
	if err := n.check(s.db.Now()); err != nil {
		return nil, err
	}
	return s.change(ctx, actor, id, func(tx *store.Tx, w *Whistle) error {
		if done, err := repeated(tx, &Task{}, actor, n.ClientRef, n.InputHash); done || err != nil {
			return err
		}
		if err := w.blower(actor); err != nil {
			return err
		}
		if w.State != Blown {
			return ErrState.Saying("这次吹哨现在是“" + StateNames[w.State] + "”，不能再分任务")
		}
		var called int64
		if err := tx.Model(&Summons{}).Where("whistle_id = ? AND organisation_id = ? AND state <> ?", w.ID, n.OrganisationID, Excused).Count(&called).Error; err != nil {
			return err
		}
		if called == 0 && n.OrganisationID != w.AskedOrg && n.OrganisationID != w.TownshipID {
			return ErrSummoned.Saying("任务只能交给这次吹哨的单位")
		}
		t := Task{SubjectKind: "whistle", SubjectID: w.ID, CaseID: w.CaseID, EstateID: w.EstateID, AboutID: w.AboutID}
		return s.give(tx, actor, t, n)
	})
}

// give stores a task and tells its office.
func (s *Service) give(tx *store.Tx, actor org.Actor, t Task, n NewTask) error {
	if done, err := repeated(tx, &Task{}, actor, n.ClientRef, n.InputHash); done || err != nil {
		return err
	}
	if err := room(tx, &Task{}, t.SubjectKind, t.SubjectID); err != nil {
		return err
	}
	t.OrganisationID, t.GivenBy, t.Text, t.DueAt, t.State, t.PersonID, t.ClientRef, t.InputHash, t.CreatedAt =
		n.OrganisationID, actor.OrganisationID(), n.Text, n.DueAt, "open", actor.PersonID, n.ClientRef, n.InputHash, tx.Now
	at := calendar.RemindBefore(tx.Now, t.DueAt)
	t.RemindAt = &at
	if err := tx.Create(&t).Error; err != nil {
		return store.Raced(err)
	}
	return s.noteTask(tx, actor, &t, "given")
}

func (s *Service) noteTask(tx *store.Tx, actor audit.Actor, t *Task, what string) error {
	err := audit.Append(tx, actor, "task."+what, audit.Subject{Kind: "task", ID: t.ID, Estate: t.EstateID, About: t.AboutID}, map[string]any{"of": t.SubjectKind, "id": t.SubjectID, "office": t.OrganisationID})
	if err != nil {
		return err
	}
	names, err := org.Organisations(tx, []int64{t.OrganisationID, t.GivenBy})
	if err != nil {
		return err
	}
	estates, err := org.EstateNames(tx, []int64{t.EstateID})
	if err != nil {
		return err
	}
	return outbox.Append(tx, event.Task{TaskID: t.ID, CaseID: t.CaseID, EstateID: t.EstateID, EstateName: estates[t.EstateID], What: what, OfficeID: t.OrganisationID, OfficeName: names[t.OrganisationID].Name,
		GivenByID: t.GivenBy, GivenByName: names[t.GivenBy].Name, AboutID: t.AboutID, Due: t.DueAt, At: tx.Now})
}

// FinishTask says that the office did what it owed, and what came of it. The same tap again answers the first.
// Faults: ErrForbidden, ErrTask, ErrTaskDone, fault.ErrInvalid.
func (s *Service) FinishTask(ctx context.Context, actor org.Actor, id int64, result string) (*Task, error) {
	if err := actor.Must(org.WorkTasks); err != nil {
		return nil, err
	}
	result = strings.TrimSpace(result)
	if n := len([]rune(result)); n < 2 || n > 1000 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明完成情况（2至1000个字）"})
	}
	var t Task
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		t = Task{}
		if err := tx.ForUpdate().Where("id = ? AND organisation_id = ?", id, actor.OrganisationID()).Take(&t).Error; err != nil {
			return store.NotFound(err, ErrTask)
		}
		if done, err := s.tapped(tx, actor); done || err != nil {
			return err
		}
		if t.State == "done" {
			if t.Result == result {
				return nil
			}
			return ErrTaskDone
		}
		t.State, t.Result, t.DoneAt, t.RemindAt = "done", result, &tx.Now, nil
		if err := tx.Model(&Task{}).Where("id = ?", t.ID).Select("state", "result", "done_at", "remind_at").Updates(&t).Error; err != nil {
			return err
		}
		if err := s.mark(tx, actor, "task", t.ID); err != nil {
			return err
		}
		return s.noteTask(tx, actor, &t, "done")
	})
	if err != nil {
		return nil, fmt.Errorf("finish task %d: %w", id, err)
	}
	return &t, nil
}

// TaskView is a task with its names.
type TaskView struct {
	Task
	Office  string
	GivenBy string
	Estate  string
	Late    bool
}

// ListTasks pages through the tasks of the actor's office, or with given those that it gave, the first due first. After
// is the id and AfterDue the due time of the last row seen.
func (s *Service) ListTasks(ctx context.Context, actor org.Actor, given bool, state string, afterDue, after int64, limit int) ([]TaskView, error) {
	if err := actor.Must(org.WorkTasks); err != nil {
		return nil, err
	}
	var views []TaskView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		column := "organisation_id"
		if given {
			column = "given_by"
		}
		q := actor.NotAbout("tasks.about_id")(tx.Where(column+" = ?", actor.OrganisationID()))
		if state != "" {
			q = q.Where("state = ?", state)
		}
		if after > 0 {
			at := time.Unix(afterDue, 0).UTC()
			q = q.Where("(due_at > ? OR (due_at = ? AND id > ?))", at, at, after)
		}
		var rows []Task
		if err := q.Order("due_at, id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		views, err = viewTasks(tx, rows)
		return err
	})
	return views, err
}

func viewTasks(tx *store.Tx, rows []Task) ([]TaskView, error) {
	ids, estates := []int64{0}, []int64{0}
	for _, t := range rows {
		ids, estates = append(ids, t.OrganisationID, t.GivenBy), append(estates, t.EstateID)
	}
	names, err := org.Organisations(tx, ids)
	if err != nil {
		return nil, err
	}
	in, err := org.EstateNames(tx, estates)
	if err != nil {
		return nil, err
	}
	views := make([]TaskView, len(rows))
	for i, t := range rows {
		views[i] = TaskView{Task: t, Office: names[t.OrganisationID].Name, GivenBy: names[t.GivenBy].Name, Estate: in[t.EstateID], Late: t.State == "open" && tx.Now.After(t.DueAt)}
	}
	return views, nil
}
