package fund

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Recheck is an owner's request to look again at published figures (复核, Order 165 art. 30).
type Recheck struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	UnitID     int64
	PersonID   int64
	Year       int // 0 where it is about no year
	Text       string
	State      string // open, answered
	DueAt      time.Time
	Answer     string
	AnsweredBy int64
	AnsweredAt *time.Time
	CreatedAt  time.Time
	WatchAt    *time.Time // when somebody has to be told
	LateAt     *time.Time // since when the answer is late
}

// TableName names the table.
func (Recheck) TableName() string { return "fund_rechecks" }

// ErrRecheckOpen says that the same owner's request is not answered yet.
var ErrRecheckOpen = fault.New(fault.Conflict, "fund.recheck_open", "您对这套房屋的复核请求正在办理，答复后可以再提")

// AskRecheck asks the keeper to look again at a unit's sub-account, within the days that the local rule gives.
// Faults: org.ErrForbidden, org.ErrUnitNotFound, ErrNoAccount, ErrRecheckOpen, ErrTapReused, rulepack.ErrUnset (fund.recheck_days),
// fault.ErrInvalid.
func (s *Service) AskRecheck(ctx context.Context, actor org.Actor, unit int64, year int, text string) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(runes(text, 4, 1000), "text", "请写明您觉得哪里不对（4至1000个字）")
	c.Check(year == 0 || year >= 1998 && year <= calendar.DateOf(s.db.Now()).Year, "year", "请填写年份，不清楚的可以不填")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.fundAct(ctx, actor, org.FollowFund, "ask recheck", func(tx *store.Tx) (int64, error) {
		home, ok := actor.HomeIn(org.FollowFund, unit)
		if !ok {
			return 0, org.ErrUnitNotFound
		}
		set, err := s.fundRules(tx)
		if err != nil {
			return 0, err
		}
		days, err := set.Int("fund.recheck_days")
		if err != nil {
			return 0, err
		}
		if _, err := lockAccount(tx, home.EstateID); err != nil {
			return 0, err
		}
		var open int64
		err = tx.Model(&Recheck{}).Where("person_id = ? AND unit_id = ? AND state = 'open'", actor.PersonID, unit).Count(&open).Error
		if err != nil {
			return 0, err
		}
		if open > 0 {
			return 0, ErrRecheckOpen
		}
		due := today(tx).Add(int(days)).End().UTC()
		watch := due.Add(time.Second)
		r := &Recheck{EstateID: home.EstateID, UnitID: unit, PersonID: actor.PersonID, Year: year, Text: text, State: "open", DueAt: due, WatchAt: &watch, CreatedAt: tx.Now}
		if err := tx.Create(r).Error; err != nil {
			return 0, err
		}
		if err := jot(tx, actor, "ask_recheck", "fund_recheck", r.ID, r.EstateID, nil); err != nil {
			return 0, err
		}
		return r.ID, r.tell(tx, "recheck")
	})
}

// AnswerRecheck is the keeper's answer; the owner sees it.
// Faults: org.ErrForbidden, ErrNoEntry, ErrNotKeeper, ErrStage, ErrTapReused, fault.ErrInvalid.
func (s *Service) AnswerRecheck(ctx context.Context, actor org.Actor, id int64, answer string) (int64, error) {
	answer = strings.TrimSpace(answer)
	if !runes(answer, 4, 2000) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "answer", Reason: "请写明核对的结果（4至2000个字），业主会看到"})
	}
	return s.fundAct(ctx, actor, org.KeepFund, "answer recheck", func(tx *store.Tx) (int64, error) {
		r, _, err := ofKeeper(tx, actor, id, func(x *Recheck) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		if r.State != "open" {
			return 0, ErrStage.Saying("这个复核请求已经答复过")
		}
		err = tx.Model(&Recheck{}).Where("id = ?", r.ID).Updates(map[string]any{"state": "answered", "answer": answer, "answered_by": actor.PersonID, "answered_at": tx.Now, "watch_at": nil}).Error
		if err != nil {
			return 0, err
		}
		if err := jot(tx, actor, "answer_recheck", "fund_recheck", r.ID, r.EstateID, map[string]any{"late": tx.Now.After(r.DueAt)}); err != nil {
			return 0, err
		}
		return r.ID, r.tell(tx, "recheck_answered")
	})
}

// RecheckView is a request with its unit's name. Who asked is shown to nobody: the unit says enough.
type RecheckView struct {
	Recheck
	Unit string
	Late bool
}

// ListRechecks pages through the requests of an estate in a state, the oldest first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListRechecks(ctx context.Context, actor org.Actor, estate int64, state string, after int64, limit int) (list []RecheckView, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadFund, estate)
		if err != nil {
			return err
		}
		var rows []Recheck
		if err := tx.Where("estate_id = ? AND state = ? AND id > ?", e.ID, state, after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		list, err = viewRechecks(tx, rows)
		return err
	})
	return list, err
}

// ListMyRechecks pages through what somebody has asked, newest first. Fault: org.ErrForbidden.
func (s *Service) ListMyRechecks(ctx context.Context, actor org.Actor, before int64, limit int) (list []RecheckView, err error) {
	if err := actor.Must(org.FollowFund); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Where("person_id = ?", actor.PersonID)
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		var rows []Recheck
		if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		list, err = viewRechecks(tx, rows)
		return err
	})
	return list, err
}

func viewRechecks(tx *store.Tx, rows []Recheck) ([]RecheckView, error) {
	list := make([]RecheckView, len(rows))
	for i, r := range rows {
		end := tx.Now
		if r.AnsweredAt != nil {
			end = *r.AnsweredAt
		}
		list[i] = RecheckView{Recheck: r, Late: end.After(r.DueAt)}
	}
	return list, nameUnits(tx, list, func(x *RecheckView) (int64, *string) { return x.UnitID, &x.Unit })
}

// Erase takes what somebody wrote out of their requests (PIPL art. 47); the answers stay with the unit.
func (s *Service) Erase(tx *store.Tx, person int64) error {
	return tx.Model(&Recheck{}).Where("person_id = ?", person).Updates(map[string]any{"person_id": 0, "text": ""}).Error
}

// MayOpenFiles reports with ErrNoEntry whether an office may open what is attached to a thing of an estate's fund. The bank's lists and statements
// have people's names and account numbers: they are for whoever keeps the account and for those who supervise that, the bureau, and of the assembly's account the township.
func (s *Service) MayOpenFiles(ctx context.Context, actor org.Actor, kind string, estate int64) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		_, err := org.EstateFor(tx, actor, org.ReadFund, estate)
		if errors.Is(err, org.ErrEstateNotFound) {
			err = ErrNoEntry
		}
		if err != nil || kind != "fund_import" && kind != "fund_bank_month" || actor.Post != nil && actor.Post.OrgKind == org.Bureau {
			return err
		}
		var a Account
		if err := tx.Where("estate_id = ?", estate).Take(&a).Error; err != nil {
			return store.NotFound(err, ErrNoEntry)
		}
		if !keeps(actor, &a) && (a.Holder != HeldByAssembly || actor.Post == nil || actor.Post.OrgKind != org.Township) {
			return ErrNoEntry
		}
		return nil
	})
}
