package assembly

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// governing are the versions that govern a meeting; 0 where there is none.
type governing struct{ Rules, Covenant int64 }

// procedure gives what the estate's own texts supply to a meeting, and which versions they are: the rules of procedure and the covenant, or for
// a first meeting, before which there are none (Civil Code art. 140), the voting rules of its group. Where both supply a value, the rules of
// procedure hold. What is confirmed after the roll was frozen, or takes effect later, governs the next meeting.
func procedure(tx *store.Tx, m *Meeting) ([]rulepack.Local, governing, error) {
	kinds := []RulebookKind{Procedure, Covenant}
	if m.Session == First {
		kinds = []RulebookKind{VotingRules}
	}
	after := tx.Now.Add(time.Second)
	at := asOf{day: tx.Now, confirmed: after, revoked: after}
	if m.FrozenAt != nil {
		at.day, at.confirmed = *m.FrozenAt, *m.FrozenAt
	}
	if m.NoticedAt != nil { // what a court says later reaches the decisions of this meeting, not its frozen terms
		at.revoked = *m.NoticedAt
	}
	var own []rulepack.Local
	var books governing
	for _, kind := range kinds {
		r, err := inForceOn(tx, m.EstateID, kind, at)
		if err != nil {
			return nil, books, err
		}
		if r == nil {
			continue
		}
		fields, err := r.fields()
		if err != nil {
			return nil, books, err
		}
		if kind == Covenant {
			books.Covenant = r.ID
		} else {
			books.Rules = r.ID
		}
		for _, f := range fields {
			if !slices.ContainsFunc(own, func(l rulepack.Local) bool { return l.Key == f.Key }) {
				own = append(own, r.local(f))
			}
		}
	}
	return own, books, nil
}

// OwnRules gives what an estate's own texts in force today supply, for the domains that ask the rules of an estate and not of a meeting.
func OwnRules(tx *store.Tx, estate int64) ([]rulepack.Local, error) {
	own, _, err := procedure(tx, &Meeting{EstateID: estate})
	return own, err
}

// local is a field as the rule pack takes it. It has no number among the city's values: the version's is kept beside them.
func (r *Rulebook) local(f RuleField) rulepack.Local {
	return rulepack.Local{Key: f.Key, Value: f.Value, Article: short(fmt.Sprintf("%s（第%d版）%s", RulebookNames[r.Kind], r.Version, f.Clause), 100), From: r.day()}
}

// asOf is how the texts of an estate are read: in force on a day, confirmed before a moment, and not of a meeting whose decision a court had
// revoked before another.
type asOf struct{ day, confirmed, revoked time.Time }

// inForceOn finds the version of a text that holds; nil where there is none.
func inForceOn(tx *store.Tx, estate int64, kind RulebookKind, at asOf) (*Rulebook, error) {
	var rows []Rulebook
	revoked := tx.Model(&Meeting{}).Select("id").Where("estate_id = ? AND revoked_at < ?", estate, at.revoked)
	err := tx.Where("estate_id = ? AND kind = ? AND state = 'confirmed' AND confirmed_at < ? AND effective_on <= ? AND meeting_id NOT IN (?)", estate, kind, at.confirmed, org.DayOf(at.day), revoked).
		Order("effective_on DESC, version DESC").Limit(1).Find(&rows).Error
	return first(rows), err
}

// begins refuses a version that would hold from a day on which nobody could know it: before the certificate of the meeting that adopted it, or
// where none of this system did, before the day on which it is confirmed.
func begins(tx *store.Tx, effective time.Time, meeting int64) error {
	least, why := calendar.DateOf(tx.Now), "不是本系统的会议通过的，要从确认的当天或以后起执行"
	if meeting != 0 {
		var m Meeting
		if err := tx.Select("id", "certified_at").Where("id = ? AND certified_at IS NOT NULL", meeting).Take(&m).Error; err != nil {
			return store.NotFound(err, ErrNotAdopted)
		}
		least, why = calendar.DateOf(*m.CertifiedAt), "不能早于通过它的会议确认结果的那一天"
	}
	if calendar.DateOf(effective).Before(least) {
		return fault.ErrInvalid.With(fault.Field{Path: "effective_on", Reason: fmt.Sprintf("%s：最早%s", why, least)}).Saying(fmt.Sprintf("执行日期%s，最早%s；请改日期后重新录入", why, least))
	}
	return nil
}

// fieldsFit holds each field against the rule pack of the day from which it is to hold: only what the law leaves to the rules of procedure,
// within its bounds.
func (s *Service) fieldsFit(tx *store.Tx, kind RulebookKind, day time.Time, fields []RuleField) error {
	set, err := org.Rules(tx, day, s.o.Pack)
	if err != nil {
		return err
	}
	var c fault.Checks
	for i, f := range fields {
		path := fmt.Sprintf("fields[%d].", i)
		v, err := set.Find(f.Key)
		if err != nil || v.SuppliedBy != rulepack.ByRules {
			c.Check(false, path+"key", "“"+f.Key+"”不是由议事规则或管理规约来定的事项")
			continue
		}
		if kind == VotingRules && (f.Key == "ballot.silence_rule" || f.Key == "ballot.silence_covers") {
			c.Check(false, path+"key", "首次业主大会之前没有约定，未投票不能算作同意多数（民法典第140条）")
			continue
		}
		err = set.Check(rulepack.Local{Key: f.Key, Value: f.Value, Article: f.Clause, From: calendar.DateOf(day)})
		if errors.Is(err, rulepack.ErrBadValue) {
			c.Check(false, path+"value", fault.Of(err).Message)
		} else if err != nil {
			return err
		}
	}
	return c.Err()
}

// RulebookView is a version with what changed against the one before it.
type RulebookView struct {
	Rulebook
	Fields     []RuleField
	FileIDs    []int64
	InForce    bool       // today
	RevokedAt  *time.Time // a court revoked the decision by which it was adopted: it governs no later meeting
	RevokedFor string
	Changes    []RuleChange
}

// RuleChange is a field that differs from the version before; nil where it is new or gone.
type RuleChange struct {
	Key    string
	Title  string // as the rule pack names it
	Before *RuleField
	After  *RuleField
}

// ListRulebooks lists the versions of an estate's texts, newest first, with what each changed. Owners see what is confirmed.
// Faults: ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListRulebooks(ctx context.Context, actor org.Actor, estate int64, kind RulebookKind) ([]RulebookView, error) {
	var list []RulebookView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := estateFor(tx, actor, org.ReadMeetings, estate)
		if err != nil {
			return err
		}
		q := tx.Where("estate_id = ? AND kind = ?", e.ID, kind)
		if actor.Post == nil {
			q = q.Where("state = 'confirmed'")
		}
		var rows []Rulebook
		if err := q.Order("version DESC").Limit(200).Find(&rows).Error; err != nil {
			return err
		}
		list, err = s.rulebookViews(tx, rows)
		return err
	})
	return list, err
}

func (s *Service) rulebookViews(tx *store.Tx, rows []Rulebook) ([]RulebookView, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	after := tx.Now.Add(time.Second)
	now, err := inForceOn(tx, rows[0].EstateID, rows[0].Kind, asOf{day: tx.Now, confirmed: after, revoked: after})
	if err != nil {
		return nil, err
	}
	revoked, err := revokedOf(tx, rows)
	if err != nil {
		return nil, err
	}
	set, err := org.Rules(tx, tx.Now, s.o.Pack)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	files, err := s.o.Files.IDsIn(tx, "rulebook", ids)
	if err != nil {
		return nil, err
	}
	list := make([]RulebookView, len(rows))
	var before []RuleField // of the confirmed version before, walking from the oldest
	for i := len(rows) - 1; i >= 0; i-- {
		r := rows[i]
		fields, err := r.fields()
		if err != nil {
			return nil, err
		}
		list[i] = RulebookView{Rulebook: r, Fields: fields, FileIDs: files[r.ID], InForce: now != nil && now.ID == r.ID, Changes: changes(set, before, fields)}
		if m, ok := revoked[r.MeetingID]; ok {
			list[i].RevokedAt, list[i].RevokedFor = m.RevokedAt, m.RevokedFor
		} else if r.State == "confirmed" {
			before = fields
		}
	}
	return list, nil
}

// revokedOf finds the adopting meetings whose decisions a court revoked.
func revokedOf(tx *store.Tx, rows []Rulebook) (map[int64]Meeting, error) {
	ids := []int64{0}
	for _, r := range rows {
		ids = append(ids, r.MeetingID)
	}
	var list []Meeting
	err := tx.Select("id", "revoked_at", "revoked_for").Where("id IN ? AND estate_id = ? AND revoked_at IS NOT NULL", ids, rows[0].EstateID).Find(&list).Error
	out := map[int64]Meeting{}
	for _, m := range list {
		out[m.ID] = m
	}
	return out, err
}

// changes are the differences between two versions, in the order of the fields, what is gone last.
func changes(set *rulepack.Set, before, after []RuleField) []RuleChange {
	title := func(key string) string {
		if v, err := set.Find(key); err == nil {
			return v.Title
		}
		return key
	}
	find := func(list []RuleField, key string) *RuleField {
		if i := slices.IndexFunc(list, func(f RuleField) bool { return f.Key == key }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	var out []RuleChange
	for i, f := range after {
		if was := find(before, f.Key); was == nil || *was != f {
			out = append(out, RuleChange{Key: f.Key, Title: title(f.Key), Before: was, After: &after[i]})
		}
	}
	for i, f := range before {
		if find(after, f.Key) == nil {
			out = append(out, RuleChange{Key: f.Key, Title: title(f.Key), Before: &before[i]})
		}
	}
	return out
}
