package disclosure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Incident is that somebody saw a paper taken down, covered or damaged before its days were over. The community looks and decides.
type Incident struct {
	ID             int64 `gorm:"primaryKey"`
	PostingID      int64
	NoticeID       int64
	Version        int
	EstateID       int64
	Reported       *int64 // the posting until somebody has decided
	Sort           string // removed, covered, damaged
	SeenAt         time.Time
	Words          string
	FileID         int64
	FileSum        string
	PersonID       int64
	OrganisationID int64
	RecordedAt     time.Time
	State          string // open, confirmed, rejected
	DownAt         *time.Time
	DecidedBy      int64
	DecidedAt      *time.Time
	Answer         string
	DueOn          *time.Time `gorm:"type:date"` // until when the community looks; nil where no rule says so
	WatchAt        *time.Time
	LateAt         *time.Time // since then it is the township's
	ClientRef      string
	InputHash      string
}

// TableName names the table.
func (Incident) TableName() string { return "notice_incidents" }

// The states of an incident.
const (
	IncidentOpen      = "open"
	IncidentConfirmed = "confirmed"
	IncidentRejected  = "rejected"
)

// IncidentNames are what may have happened to a paper, IncidentStates where a report stands, as people read them.
var (
	IncidentNames  = map[string]string{"removed": "被撕下", "covered": "被遮盖", "damaged": "被损坏看不清"}
	IncidentStates = map[string]string{IncidentOpen: "待社区核实", IncidentConfirmed: "属实", IncidentRejected: "不属实"}
)

// Faults of incidents.
var (
	ErrNoPaper    = fault.New(fault.NotFound, "notice.no_paper", "没有找到这次张贴")
	ErrDown       = fault.New(fault.Conflict, "notice.down", "已经核实这张公示不在了，请等重新张贴")
	ErrReported   = fault.New(fault.Conflict, "notice.reported", "已经有人报告了，社区正在核实，不用再报")
	ErrNotAgain   = fault.New(fault.Conflict, "notice.not_again", "您报告过这一张，社区去看过，公示还在；现在真的不见了的，请直接告诉社区工作人员")
	ErrNoIncident = fault.New(fault.NotFound, "notice.no_incident", "没有找到这条报告")
	ErrDecided    = fault.New(fault.Conflict, "notice.incident_decided", "这条报告已经处理过了")
	ErrOwnReport  = fault.New(fault.Forbidden, "notice.own_report", "报告的人和张贴的人不能自己核实，请由社区的另一个人核实")
)

// Sighting is a report as somebody sends it.
type Sighting struct {
	Sort      string
	SeenAt    time.Time // by the phone
	Words     string
	FileID    int64 // the photo
	ClientRef string
	InputHash string
}

func (in *Sighting) check(tx *store.Tx, p *Paper) error {
	in.Words, in.SeenAt = strings.TrimSpace(in.Words), in.SeenAt.UTC().Truncate(time.Second)
	var c fault.Checks
	c.Check(IncidentNames[in.Sort] != "", "sort", "请选择被撕下、被遮盖或被损坏")
	c.Check(len([]rune(in.Words)) <= 200, "words", "说明不超过200个字")
	c.Check(in.FileID != 0, "file_id", "请拍一张原来张贴位置的照片")
	inReason(&c, tx, "seen_at", in.SeenAt, p.HungAt)
	return c.Err()
}

// Report says that a paper is gone too early. One report of a paper is looked into at a time.
// Faults: ErrForbidden, ErrNoPaper, ErrDown, ErrReported, ErrNotAgain, ErrRefReused, file.ErrNotFound, fault.ErrInvalid.
func (s *Service) Report(ctx context.Context, actor org.Actor, paperID int64, in Sighting) (*Incident, error) {
	if err := actor.Must(org.ReportPosting); err != nil {
		return nil, err
	}
	var x *Incident
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var had []Incident
		if err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if len(had) == 1 {
			if x = &had[0]; x.InputHash != in.InputHash {
				return ErrRefReused
			}
			return nil
		}
		var p Paper
		if err := tx.ForUpdate().Scopes(actor.Within(org.ReportPosting, "notice_postings.estate_id")).Where("id = ?", paperID).Take(&p).Error; err != nil {
			return store.NotFound(err, ErrNoPaper)
		}
		if p.Hanging == nil {
			return ErrDown
		}
		if err := in.check(tx, &p); err != nil {
			return err
		}
		x = &Incident{PostingID: p.ID, NoticeID: p.NoticeID, Version: p.Version, EstateID: p.EstateID, Reported: &p.ID, Sort: in.Sort, SeenAt: in.SeenAt, Words: in.Words, FileID: in.FileID,
			PersonID: actor.PersonID, OrganisationID: actor.OrganisationID(), RecordedAt: tx.Now, State: IncidentOpen, ClientRef: in.ClientRef, InputHash: in.InputHash}
		return s.report(tx, actor, x)
	})
	if err != nil {
		return nil, fmt.Errorf("report posting: %w", err)
	}
	return x, nil
}

func (s *Service) report(tx *store.Tx, actor org.Actor, x *Incident) error {
	var open int64
	if err := tx.Model(&Incident{}).Where("reported = ?", x.PostingID).Count(&open).Error; err != nil {
		return err
	}
	if open > 0 {
		return ErrReported
	}
	var wrong int64
	if err := tx.Model(&Incident{}).Where("notice_id = ? AND version = ? AND posting_id = ? AND person_id = ? AND state = ?", x.NoticeID, x.Version, x.PostingID, x.PersonID, IncidentRejected).Count(&wrong).Error; err != nil {
		return err
	}
	if actor.Post == nil && wrong > 0 {
		return ErrNotAgain
	}
	var err error
	if x.FileSum, err = s.files.Sum(tx, x.FileID); err != nil {
		return err
	}
	if err := s.owedBy(tx, x); err != nil {
		return err
	}
	if err := tx.Create(x).Error; err != nil {
		return store.Raced(err)
	}
	if err := s.files.Attach(tx, actor, []int64{x.FileID}, "photo", "notice_incident", x.ID, x.EstateID); err != nil {
		return err
	}
	return audit.Append(tx, actor, "board.report_posting", audit.Subject{Kind: "notice", ID: x.NoticeID, Estate: x.EstateID}, map[string]any{"incident": x.ID, "posting": x.PostingID})
}

// Judge decides a report as another person than who sent it and who hung the paper. A confirmed one stops the clock of the place at downAt,
// the zero time meaning when it was seen; the paper goes up again by Hang.
// Faults: ErrForbidden, ErrNoIncident, ErrDecided, ErrOwnReport, fault.ErrInvalid.
func (s *Service) Judge(ctx context.Context, actor org.Actor, id int64, holds bool, downAt time.Time, answer string) error {
	if err := actor.Must(org.JudgePosting); err != nil {
		return err
	}
	answer = strings.TrimSpace(answer)
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var x Incident
		if err := tx.ForUpdate().Scopes(actor.Within(org.JudgePosting, "notice_incidents.estate_id")).Where("id = ?", id).Take(&x).Error; err != nil {
			return store.NotFound(err, ErrNoIncident)
		}
		if x.State != IncidentOpen {
			return ErrDecided
		}
		var p Paper
		if err := tx.ForUpdate().Where("id = ?", x.PostingID).Take(&p).Error; err != nil {
			return err
		}
		if slices.Contains([]int64{x.PersonID, p.PersonID}, actor.PersonID) {
			return ErrOwnReport
		}
		return x.decide(tx, actor, &p, holds, downAt, answer)
	})
	if err != nil {
		return fmt.Errorf("judge posting: %w", err)
	}
	return nil
}

func (x *Incident) decide(tx *store.Tx, actor org.Actor, p *Paper, holds bool, downAt time.Time, answer string) error {
	latest := x.SeenAt
	if latest.Before(p.HungAt) { // the clocks of two phones
		latest = p.HungAt
	}
	if downAt.IsZero() {
		downAt = latest
	}
	downAt = downAt.UTC().Truncate(time.Second)
	var c fault.Checks
	n := len([]rune(answer))
	c.Check(n <= 200 && (holds || n >= 2), "answer", "不属实的，请写明核实的情况（2至200个字），报告人会看到")
	c.Check(!holds || !downAt.Before(p.HungAt) && !downAt.After(latest), "down_at", "不见的时间应在张贴之后、看到之前")
	if err := c.Err(); err != nil {
		return err
	}
	change := map[string]any{"watch_at": nil, "reported": nil, "state": IncidentRejected, "decided_by": actor.PersonID, "decided_at": tx.Now, "answer": answer}
	if holds {
		change["state"], change["down_at"] = IncidentConfirmed, downAt
		if err := tx.Model(&Paper{}).Where("id = ?", p.ID).Updates(map[string]any{"hanging": nil, "down_at": downAt}).Error; err != nil {
			return err
		}
	}
	if err := tx.Model(&Incident{}).Where("id = ?", x.ID).Updates(change).Error; err != nil {
		return err
	}
	return audit.Append(tx, actor, "board.judge_posting", audit.Subject{Kind: "notice", ID: x.NoticeID, Estate: x.EstateID}, map[string]any{"incident": x.ID, "holds": holds})
}
