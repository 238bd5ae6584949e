package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Rulebook is one version of what an estate gave itself: rules of procedure, covenant, or for a first meeting the voting rules that the
// preparatory group posts. It is never changed nor deleted; a later one takes its place from its day.
type Rulebook struct {
	ID          int64 `gorm:"primaryKey"`
	EstateID    int64
	Kind        RulebookKind
	Version     int
	Fields      string    // []RuleField as JSON
	EffectiveOn time.Time `gorm:"type:date"`
	MeetingID   int64     // whose certificate adopted it; 0 where it is recorded with evidence
	GroupID     int64     // which posted the voting rules
	Evidence    string
	State       string // proposed, confirmed, rejected
	EnteredBy   int64
	EnteredAt   time.Time
	ConfirmedBy int64
	ConfirmedAt *time.Time
	Reason      string
	ClientRef   string
	InputHash   string
}

// RulebookKind says which text it is.
type RulebookKind string

// The texts of an estate.
const (
	Procedure   RulebookKind = "rules"
	Covenant    RulebookKind = "covenant"
	VotingRules RulebookKind = "voting"
)

// RulebookNames are the texts as people read them.
var RulebookNames = map[RulebookKind]string{Procedure: "业主大会议事规则", Covenant: "管理规约", VotingRules: "首次业主大会表决规则"}

// RuleField is one thing that a text fixes, with the clause that says so.
type RuleField struct {
	Key    string `json:"key"` // of the rule pack: a value that the rules of procedure supply
	Value  string `json:"value"`
	Clause string `json:"clause"` // 第9条
}

// Faults of texts.
var (
	ErrNoRulebook = fault.New(fault.NotFound, "rulebook.not_found", "没有找到这一版")
	ErrRulebook   = fault.New(fault.Conflict, "rulebook.state", "这一版已经处理过了，请刷新后再看")
	ErrNotAdopted = fault.New(fault.Conflict, "rulebook.not_adopted", "这次会议没有通过这份文本，不能作为依据")
)

// NewRulebook is a version as it is entered.
type NewRulebook struct {
	EstateID    int64
	Kind        RulebookKind
	Fields      []RuleField
	EffectiveOn time.Time
	MeetingID   int64
	GroupID     int64
	Evidence    string
	FileIDs     []int64 // the whole text first
	ClientRef   string
	InputHash   string
}

func (r *NewRulebook) check() error {
	var c fault.Checks
	c.Check(RulebookNames[r.Kind] != "", "kind", "请选择议事规则、管理规约或首次会议的表决规则")
	c.Check(len(r.Fields) <= 60, "fields", "最多60项")
	for i := range r.Fields {
		f, path := &r.Fields[i], fmt.Sprintf("fields[%d].", i)
		checkText(&c, path+"clause", &f.Clause, 2, 40, "请写明是第几条（2至40个字）")
		checkText(&c, path+"value", &f.Value, 1, 500, "请填写内容")
		for _, g := range r.Fields[:i] {
			c.Check(g.Key != f.Key, path+"key", "同一项只写一次")
		}
	}
	c.Check(!r.EffectiveOn.IsZero(), "effective_on", "请填写从哪一天起执行")
	checkText(&c, "evidence", &r.Evidence, 0, 500, "依据说明不超过500个字")
	c.Check((r.Kind == VotingRules) == (r.GroupID != 0), "group_id", "首次会议的表决规则要选择公布它的筹备组，其他文本不用选")
	c.Check(r.Kind == VotingRules || r.MeetingID != 0 || len([]rune(r.Evidence)) >= 4, "evidence", "请选择通过它的会议；不是在本系统开的会，请写明何时何会通过，并附上决定")
	c.Check(len(r.FileIDs) > 0 && len(r.FileIDs) <= 10, "file_ids", "请附上全文（1至10份文件）")
	checkRef(&c, r.ClientRef)
	return c.Err()
}

// EnterRulebook enters a version; it has no effect until another person has confirmed it against the text.
// Faults: ErrForbidden, org.ErrEstateNotFound, ErrNotAdopted, ErrNoGroup, ErrRefReused, fault.ErrInvalid with each field that the rule pack refuses.
func (s *Service) EnterRulebook(ctx context.Context, actor org.Actor, in NewRulebook) (*Rulebook, error) {
	if err := actor.Must(org.ConveneMeeting); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	var r *Rulebook
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		r, err = earlier(tx, "entered_by", actor.PersonID, in.ClientRef, in.InputHash, func(r *Rulebook) string { return r.InputHash })
		if err != nil || r != nil {
			return err
		}
		e, err := org.EstateFor(tx, actor, org.ConveneMeeting, in.EstateID)
		if err != nil {
			return err
		}
		if err := s.adopted(tx, e.ID, in.Kind, in.MeetingID, in.GroupID); err != nil {
			return err
		}
		if err := begins(tx, in.EffectiveOn, in.MeetingID); err != nil {
			return err
		}
		if err := s.fieldsFit(tx, in.Kind, in.EffectiveOn, in.Fields); err != nil {
			return err
		}
		r, err = s.insertRulebook(tx, actor, in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("enter rules: %w", err)
	}
	return r, nil
}

func (s *Service) insertRulebook(tx *store.Tx, actor org.Actor, in NewRulebook) (*Rulebook, error) {
	fields, err := json.Marshal(in.Fields)
	if err != nil {
		return nil, err
	}
	var last int
	if err := tx.Model(&Rulebook{}).Where("estate_id = ? AND kind = ?", in.EstateID, in.Kind).Select("COALESCE(MAX(version), 0)").Scan(&last).Error; err != nil {
		return nil, err
	}
	r := &Rulebook{EstateID: in.EstateID, Kind: in.Kind, Version: last + 1, Fields: string(fields), EffectiveOn: org.DayOf(in.EffectiveOn), MeetingID: in.MeetingID, GroupID: in.GroupID, Evidence: in.Evidence,
		State: "proposed", EnteredBy: actor.PersonID, EnteredAt: tx.Now, ClientRef: in.ClientRef, InputHash: in.InputHash}
	if err := tx.Create(r).Error; err != nil {
		return nil, store.Raced(err)
	}
	if err := s.attach(tx, actor, in.FileIDs, "rulebook", r.ID, r.EstateID); err != nil {
		return nil, err
	}
	return r, record(tx, actor, "rulebook", r.ID, r.EstateID, "enter", map[string]any{"kind": r.Kind, "version": r.Version, "fields": in.Fields, "meeting": r.MeetingID})
}

// adopted refuses a meeting that did not pass the text, and a group that does not prepare.
func (s *Service) adopted(tx *store.Tx, estate int64, kind RulebookKind, meeting, group int64) error {
	if kind == VotingRules {
		err := tx.Where("id = ? AND estate_id = ? AND kind = ? AND state = ?", group, estate, FirstGroup, Formed).Take(&Group{}).Error
		return store.NotFound(err, ErrNoGroup.Saying("没有找到本小区正在筹备的首次业主大会筹备组"))
	}
	if meeting == 0 {
		return nil
	}
	var m Meeting
	if err := tx.Where("id = ? AND estate_id = ? AND state = ? AND revoked_at IS NULL", meeting, estate, Certified).Take(&m).Error; err != nil {
		return store.NotFound(err, ErrNotAdopted.Saying("没有找到本小区已确认结果、没有被撤销的这次会议"))
	}
	_, st, err := latest(tx, m.ID)
	if err != nil {
		return err
	}
	if st == nil || !st.passed(string(kind)) {
		return ErrNotAdopted
	}
	return nil
}

// passed reports whether a plain motion on a matter was carried, counted here or elsewhere.
func (st *Statement) passed(matter string) bool {
	if st.Tally != nil {
		return slices.ContainsFunc(st.Tally.Motions, func(c Counted) bool { return c.Matter == matter && c.Result.Outcome == tally.Pass })
	}
	return st.Imported != nil && slices.ContainsFunc(st.Imported.Motions, func(c ImportedMotion) bool {
		return c.Matter == matter && len(c.Items) == 1 && c.Items[0].WithClause.Outcome == tally.Pass
	})
}

// ConfirmRulebook puts a version in force from its day, or rejects it with the reason, by another person than whoever entered it.
// Faults: ErrForbidden, ErrNoRulebook, ErrRulebook, ErrSamePerson, ErrNotAdopted, fault.ErrInvalid.
func (s *Service) ConfirmRulebook(ctx context.Context, actor org.Actor, id int64, confirm bool, reason string) error {
	if err := actor.Must(org.ConveneMeeting); err != nil {
		return err
	}
	var c fault.Checks
	least := 2
	if confirm {
		least = 0
	}
	checkText(&c, "reason", &reason, least, 200, "不予确认时请写明原因（2至200个字）")
	if err := c.Err(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var r Rulebook
		if err := tx.ForUpdate().Scopes(actor.Within(org.ConveneMeeting, "rulebooks.estate_id")).Where("id = ?", id).Take(&r).Error; err != nil {
			return store.NotFound(err, ErrNoRulebook)
		}
		if r.EnteredBy == actor.PersonID {
			return ErrSamePerson.Saying("录入的人不能自己确认，请由另一个人对照全文确认")
		}
		if r.State != "proposed" {
			return ErrRulebook
		}
		state := "rejected"
		if confirm {
			state = "confirmed"
			fields, err := r.fields()
			if err != nil {
				return err
			}
			if err := s.adopted(tx, r.EstateID, r.Kind, r.MeetingID, r.GroupID); err != nil {
				return err
			}
			if err := begins(tx, r.EffectiveOn, r.MeetingID); err != nil {
				return err
			}
			if err := s.fieldsFit(tx, r.Kind, r.EffectiveOn, fields); err != nil {
				return err
			}
		}
		if err := tx.Model(&Rulebook{}).Where("id = ?", r.ID).Updates(map[string]any{"state": state, "confirmed_by": actor.PersonID, "confirmed_at": tx.Now, "reason": reason}).Error; err != nil {
			return err
		}
		return record(tx, actor, "rulebook", r.ID, r.EstateID, "confirm", map[string]any{"state": state})
	})
	if err != nil {
		return fmt.Errorf("confirm rules: %w", err)
	}
	return nil
}

func (r *Rulebook) fields() (list []RuleField, err error) {
	err = json.Unmarshal([]byte(r.Fields), &list)
	return list, err
}

// day reads the DATE column, which drivers give as midnight UTC.
func (r *Rulebook) day() calendar.Date {
	d, err := calendar.ParseDate(r.EffectiveOn.UTC().Format(time.DateOnly))
	if err != nil {
		return calendar.Date{}
	}
	return d
}
