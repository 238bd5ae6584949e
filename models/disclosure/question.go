package disclosure

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
	"github.com/linli-city/linli/models/store"
)

// Question is what a resident asks about a line of a notice, or about a duty that is not fulfilled. It and its answer are public to whoever
// may read the notice; who asked is shown to nobody. Follows is the question that it follows up: one each.
type Question struct {
	ID             int64 `gorm:"primaryKey"`
	Number         string
	EstateID       int64
	NoticeID       int64
	DutyID         int64
	Line           string // which line; empty for the whole
	Follows        *int64
	PersonID       int64
	Role           string
	Text           string
	Display        Display
	DecidedBy      int64
	HiddenReason   string
	OrganisationID int64      // who published it, or owes it
	DueOn          *time.Time `gorm:"type:date"` // nil while no law fixes it
	WatchAt        *time.Time
	LateAt         *time.Time
	Answer         string
	AnsweredBy     int64
	AnsweredAt     *time.Time
	ClientRef      *string
	InputHash      string
	CreatedAt      time.Time
}

// TableName names the table.
func (Question) TableName() string { return "disclosure_questions" }

// Display says whether others read a question.
type Display string

// The displays: whoever asked and the offices read it in any case.
const (
	Cleared Display = "cleared"
	Review  Display = "review" // the check did not clear it: a person looks
	Hidden  Display = "hidden"
)

// Faults of questions.
var (
	ErrQuestionNotFound = fault.New(fault.NotFound, "question.not_found", "没有找到这个提问")
	ErrAnswered         = fault.New(fault.Conflict, "question.answered", "这个提问已经答复过了；答复不能修改，提问人可以追问一次")
	ErrNotAnswered      = fault.New(fault.Conflict, "question.not_answered", "这个提问还没有答复，答复以后可以追问一次")
	ErrFollowed         = fault.New(fault.Conflict, "question.followed", "这个提问已经追问过一次；还有不清楚的，请另外提问")
	ErrManyQuestions    = fault.New(fault.Limited, "question.many", "您在这个小区还有10个提问没有答复，请等答复后再问")
	ErrScreened         = fault.New(fault.Conflict, "question.screened", "这个提问不用核对，或者已经核对过了")
	ErrOwnQuestion      = fault.New(fault.Forbidden, "question.own", "问的是您单位的公示，不能由您单位核对，请由上级或另一个单位核对")
)

// Asking is what a resident asks.
type Asking struct {
	NoticeID  int64 // either a notice
	DutyID    int64 // or a duty
	Line      string
	Text      string
	ClientRef string
	InputHash string
}

// mostWaiting bounds what one resident has open in an estate; checkPatience is how long they wait for the check.
const (
	mostWaiting   = 10
	checkPatience = 3 * time.Second
)

func (in *Asking) check() error {
	in.Line, in.Text = strings.TrimSpace(in.Line), strings.TrimSpace(in.Text)
	var c fault.Checks
	c.Check(len([]rune(in.Text)) >= 4 && len([]rune(in.Text)) <= 300, "text", "请写清楚要问什么（4至300个字）")
	c.Check(len([]rune(in.Line)) <= 30, "line", "问的是哪一行，不超过30个字")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// Ask puts a question to whoever published a notice, or owes what is not published; the answer is public.
// Faults: org.ErrForbidden, ErrNotFound, ErrDutyNotFound, ErrWithdrawn, ErrManyQuestions, ErrRefReused, fault.ErrInvalid.
func (s *Service) Ask(ctx context.Context, actor org.Actor, in Asking) (*Question, error) {
	return s.ask(ctx, actor, in, func(tx *store.Tx, q *Question) error {
		if in.DutyID != 0 {
			if in.Line != "" {
				return fault.ErrInvalid.With(fault.Field{Path: "line", Reason: "问的是应公开事项，没有哪一行；请不填，把要问的写在提问里"})
			}
			var d Duty
			err := tx.Scopes(actor.Within(org.AskQuestion, "estate_id")).Where("id = ?", in.DutyID).Take(&d).Error
			q.EstateID, q.DutyID, q.OrganisationID = d.EstateID, d.ID, d.OrganisationID
			return store.NotFound(err, ErrDutyNotFound)
		}
		var n Notice
		if err := tx.Scopes(actor.Within(org.AskQuestion, "estate_id")).Where("id = ?", in.NoticeID).Take(&n).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		if n.WithdrawnAt != nil {
			return ErrWithdrawn.Saying("这份公示已撤回，不能再提问")
		}
		q.EstateID, q.NoticeID, q.OrganisationID = n.EstateID, n.ID, n.OrganisationID
		var err error
		q.Line, err = lineOf(tx, &n, in.Line)
		return err
	})
}

// lineOf is a line of a notice's figures as the question names it: of the version that stands, or of an earlier one, and then it says so. What is
// public with the question is what the notice says, not what somebody typed.
func lineOf(tx *store.Tx, n *Notice, line string) (string, error) {
	if line == "" {
		return "", nil
	}
	figures, err := figuresOf(tx, []int64{n.ID}, 0)
	if err != nil {
		return "", err
	}
	last := 0
	for _, f := range figures {
		if f.Label == line {
			last = max(last, f.Version)
		}
	}
	switch last {
	case 0:
		return "", fault.ErrInvalid.With(fault.Field{Path: "line", Reason: "这份公示的金额表里没有“" + line + "”这一行；请照表里的名称选，或者不填，问整份公示"})
	case n.CurrentVersion:
		return line, nil
	}
	return fmt.Sprintf("%s（第%d版里的一行，现在的版本没有）", line, last), nil
}

// FollowUp asks once more about an answer that one was given.
// Faults: org.ErrForbidden, ErrQuestionNotFound, ErrNotAnswered, ErrFollowed, ErrRefReused, fault.ErrInvalid.
func (s *Service) FollowUp(ctx context.Context, actor org.Actor, id int64, in Asking) (*Question, error) {
	return s.ask(ctx, actor, in, func(tx *store.Tx, q *Question) error {
		var first Question
		err := tx.ForUpdate().Scopes(actor.Within(org.AskQuestion, "estate_id")).Where("id = ? AND person_id = ?", id, actor.PersonID).Take(&first).Error
		if err != nil {
			return store.NotFound(err, ErrQuestionNotFound)
		}
		var had int64
		if err := tx.Model(&Question{}).Where("follows = ?", first.ID).Count(&had).Error; err != nil {
			return err
		}
		switch {
		case first.AnsweredAt == nil:
			return ErrNotAnswered
		case first.Follows != nil, had > 0:
			return ErrFollowed
		}
		q.EstateID, q.NoticeID, q.DutyID, q.OrganisationID, q.Line, q.Follows = first.EstateID, first.NoticeID, first.DutyID, first.OrganisationID, first.Line, &first.ID
		return nil
	})
}

// ask checks a text, outside the transaction, and puts the question where about says.
func (s *Service) ask(ctx context.Context, actor org.Actor, in Asking, about func(*store.Tx, *Question) error) (*Question, error) {
	if err := actor.Must(org.AskQuestion); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	clean := s.clean(ctx, actor, in.Line+"\n"+in.Text)
	var q *Question
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var had []Question
		if err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if len(had) == 1 {
			if q = &had[0]; q.InputHash != in.InputHash {
				return ErrRefReused
			}
			return nil
		}
		q = &Question{PersonID: actor.PersonID, Line: in.Line, Text: in.Text, Display: Review, ClientRef: &in.ClientRef, InputHash: in.InputHash, CreatedAt: tx.Now}
		if err := about(tx, q); err != nil {
			return err
		}
		return s.put(tx, actor, q, clean)
	})
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	return q, nil
}

func (s *Service) put(tx *store.Tx, actor org.Actor, q *Question, clean bool) error {
	// The person's row is the gate: what they send at once is counted one after the other.
	if err := tx.ForUpdate().Select("id").Where("id = ?", actor.PersonID).Take(&org.Person{}).Error; err != nil {
		return err
	}
	var waiting int64
	if err := tx.Model(&Question{}).Where("person_id = ? AND estate_id = ? AND answered_at IS NULL AND display <> ?", actor.PersonID, q.EstateID, Hidden).Count(&waiting).Error; err != nil {
		return err
	}
	if waiting >= mostWaiting {
		return ErrManyQuestions
	}
	for _, h := range actor.Homes {
		if h.EstateID == q.EstateID && (q.Role == "" || h.Role == org.RoleOwner) {
			q.Role = string(h.Role)
		}
	}
	if clean {
		if err := s.clear(tx, q); err != nil {
			return err
		}
	}
	var err error
	if q.Number, err = store.NextNumber(tx, "W"); err != nil {
		return err
	}
	if err := tx.Create(q).Error; err != nil {
		return store.Raced(err)
	}
	if err := audit.Append(tx, actor, "question.ask", audit.Subject{Kind: "question", ID: q.ID, Estate: q.EstateID}, map[string]any{"number": q.Number}); err != nil {
		return err
	}
	what := "review"
	if clean {
		what = "asked"
	}
	return s.tellQuestion(tx, q, what)
}

// clear shows a question to others; from then on its answer is owed.
func (s *Service) clear(tx *store.Tx, q *Question) error {
	q.Display = Cleared
	set, err := org.Rules(tx, tx.Now, s.o.Pack)
	if err != nil {
		return err
	}
	due, err := answerDue(set, calendar.DateOf(tx.Now))
	if err != nil || due.IsZero() {
		return err
	}
	at := due.End().Add(time.Second).UTC()
	q.DueOn, q.WatchAt = column(due), &at
	return nil
}

// clean asks the check once; without an answer a person looks.
func (s *Service) clean(ctx context.Context, actor org.Actor, text string) bool {
	switch {
	case s.o.Check == nil:
		return true
	case actor.OpenID == "":
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	ok, err := s.o.Check.Clean(ctx, actor.OpenID, text)
	if err != nil {
		s.o.Log.WarnContext(ctx, "content check did not answer; a person looks", "error", err.Error())
	}
	return ok && err == nil
}

func (s *Service) tellQuestion(tx *store.Tx, q *Question, what string) error {
	title, err := aboutOf(tx, q)
	if err != nil {
		return err
	}
	e := event.Duty{SubjectKind: "question", SubjectID: q.ID, EstateID: q.EstateID, What: what, Title: title, Number: q.Number, OrganisationID: q.OrganisationID}
	if what == "answered" && q.PersonID != 0 {
		e.PersonIDs = []int64{q.PersonID}
	}
	if due := dateIn(q.DueOn); !due.IsZero() {
		e.Due = due.End()
	}
	return tellDuty(tx, e)
}
