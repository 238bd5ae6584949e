package complaint

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint/routing"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// MandateVersion is a revision of the mandate list: entered by one person of the bureau, in force once another has
// confirmed it. Cases keep the version that routed them.
type MandateVersion struct {
	ID          int64 `gorm:"primaryKey"`
	Pack        string
	Number      *int   // of the list that it makes; nil until confirmed
	Base        int    // of the list that it changes
	Revision    string // rulepack.Revision as JSON
	Content     string // the whole list that results, as JSON
	Reason      string
	Article     string // what the change rests on
	State       string // proposed, confirmed, rejected
	EnteredBy   int64
	EnteredAt   time.Time
	ConfirmedBy int64
	ConfirmedAt *time.Time
	Decision    string
}

// TableName names the table.
func (MandateVersion) TableName() string { return "mandate_versions" }

// list is what a version's content holds.
type list struct {
	Matters []rulepack.Matter `json:"matters"`
	Duties  []rulepack.Duty   `json:"duties"`
}

// mandates remembers parsed lists; a list never changes, so that only its number is asked for.
type mandates struct {
	mu   sync.Mutex
	read map[int]*rulepack.Pack
}

// Mandates gives the mandate list in force.
func (s *Service) Mandates(tx *store.Tx) (*rulepack.Pack, error) {
	var number int
	err := tx.Model(&MandateVersion{}).Where("pack = ? AND number IS NOT NULL", s.pack.Code).Select("COALESCE(MAX(number), 0)").Scan(&number).Error
	if err != nil {
		return nil, err
	}
	if number <= s.pack.Version {
		return s.pack, nil // a newer program may ship what the city entered before
	}
	s.lists.mu.Lock()
	defer s.lists.mu.Unlock()
	if p := s.lists.read[number]; p != nil {
		return p, nil
	}
	var v MandateVersion
	if err := tx.Where("pack = ? AND number = ?", s.pack.Code, number).Take(&v).Error; err != nil {
		return nil, err
	}
	p, err := s.parse(&v, number)
	if err == nil {
		s.lists.read[number] = p
	}
	return p, err
}

// Duty finds a clause of the mandate list in force; false if it has none.
func (s *Service) Duty(tx *store.Tx, clause string) (rulepack.Duty, bool, error) {
	p, err := s.Mandates(tx)
	if err != nil {
		return rulepack.Duty{}, false, err
	}
	d, ok := p.Clause(clause)
	return d, ok, nil
}

// MandatesNow gives the mandate list in force, for reading.
func (s *Service) MandatesNow(ctx context.Context) (*rulepack.Pack, error) {
	var p *rulepack.Pack
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var err error
		p, err = s.Mandates(tx)
		return err
	})
	return p, err
}

func (s *Service) parse(v *MandateVersion, number int) (*rulepack.Pack, error) {
	var l list
	if err := json.Unmarshal([]byte(v.Content), &l); err != nil {
		return nil, fmt.Errorf("mandate version %d: %w", v.ID, err)
	}
	return s.pack.WithMandates(number, l.Matters, l.Duties), nil
}

// Faults of the mandate list.
var (
	ErrVersion      = fault.New(fault.NotFound, "mandate.not_found", "没有找到这个版本的职责清单")
	ErrStale        = fault.New(fault.Conflict, "mandate.stale", "职责清单在这期间有了新版本，请在新版本上重新录入这些修改")
	ErrDecided      = fault.New(fault.Conflict, "mandate.decided", "这次修改已经处理过了")
	ErrSecondPerson = fault.New(fault.Forbidden, "mandate.same_person", "录入的人不能自己确认，请由另一个人确认")
)

// Revise proposes a new version of the mandate list; it has no effect until another person confirms it.
// Faults: ErrForbidden, fault.ErrInvalid.
func (s *Service) Revise(ctx context.Context, actor org.Actor, r rulepack.Revision, reason, article string) (*MandateVersion, error) {
	if err := actor.Must(org.EnterRules); err != nil {
		return nil, err
	}
	reason, article = strings.TrimSpace(reason), strings.TrimSpace(article)
	var c fault.Checks
	c.Check(len([]rune(reason)) >= 2 && len([]rune(reason)) <= 500, "reason", "请写明为什么修改（2至500个字）")
	c.Check(len([]rune(article)) >= 2 && len([]rune(article)) <= 300, "article", "请写明依据的文件和条款（2至300个字）")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var v *MandateVersion
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		now, err := s.Mandates(tx)
		if err != nil {
			return err
		}
		next, err := now.Revise(r)
		if err != nil {
			return err
		}
		revision, err := json.Marshal(r)
		if err != nil {
			return err
		}
		content, err := json.Marshal(list{next.Matters, next.Duties})
		if err != nil {
			return err
		}
		v = &MandateVersion{Pack: s.pack.Code, Base: now.Version, Revision: string(revision), Content: string(content), Reason: reason, Article: article,
			State: "proposed", EnteredBy: actor.PersonID, EnteredAt: tx.Now}
		if err := tx.Create(v).Error; err != nil {
			return err
		}
		// The row keeps the revision and never changes it; the trail holds what proves which one it was, and stays small.
		return audit.Append(tx, actor, "mandate.revise", audit.Subject{Kind: "mandate_version", ID: v.ID}, map[string]any{"base": v.Base, "matters": len(r.Matters), "removed": len(r.Remove),
			"duties": len(r.Duties), "sha256": fmt.Sprintf("%x", sha256.Sum256(revision))})
	})
	if err != nil {
		return nil, fmt.Errorf("revise the mandate list: %w", err)
	}
	return v, nil
}

// DecideRevision puts a proposed version in force, or rejects it with a reason. Complaints from then on are routed by
// it; open ones stay where they are.
// Faults: ErrForbidden, ErrVersion, ErrSecondPerson, ErrDecided, ErrStale, fault.ErrInvalid.
func (s *Service) DecideRevision(ctx context.Context, actor org.Actor, id int64, confirm bool, text string) (*MandateVersion, error) {
	if err := actor.Must(org.EnterRules); err != nil {
		return nil, err
	}
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); (!confirm && n < 2) || n > 200 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "reason", Reason: "不予确认时请写明原因（2至200个字）"})
	}
	var v MandateVersion
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.ForUpdate().Where("id = ? AND pack = ?", id, s.pack.Code).Take(&v).Error; err != nil {
			return store.NotFound(err, ErrVersion)
		}
		switch {
		case v.EnteredBy == actor.PersonID:
			return ErrSecondPerson
		case v.State != "proposed":
			return ErrDecided
		}
		v.State, v.ConfirmedBy, v.ConfirmedAt, v.Decision = "rejected", actor.PersonID, &tx.Now, text
		if confirm {
			now, err := s.Mandates(tx)
			if err != nil {
				return err
			}
			if now.Version != v.Base {
				return ErrStale
			}
			number := v.Base + 1
			v.State, v.Number = "confirmed", &number
		}
		res := tx.Model(&MandateVersion{}).Where("id = ? AND state = 'proposed'", id).Select("state", "number", "confirmed_by", "confirmed_at", "decision").Updates(&v)
		if err := store.MustAffect(res, ErrDecided); err != nil {
			return store.Duplicate(err, ErrStale)
		}
		return audit.Append(tx, actor, "mandate.decide", audit.Subject{Kind: "mandate_version", ID: id}, map[string]any{"state": v.State, "number": v.Number})
	})
	if err != nil {
		return nil, fmt.Errorf("decide on mandate version %d: %w", id, err)
	}
	return &v, nil
}

// ListMandateVersions pages through the versions, newest first.
func (s *Service) ListMandateVersions(ctx context.Context, actor org.Actor, before int64, limit int) ([]MandateVersion, error) {
	if err := actor.Must(org.ReadRules); err != nil {
		return nil, err
	}
	var rows []MandateVersion
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Omit("content").Where("pack = ?", s.pack.Code)
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return q.Order("id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// Reroute is open cases that another list would send elsewhere; those of the same estate, matter and body go together.
type Reroute struct {
	EstateID   int64
	EstateName string
	MatterName string
	Now, Then  string // who leads, then who follows, and the class
	Cases      int64
	Numbers    []string // the first few
}

// maxGroups bounds a preview; a city has fewer pairs of estate and matter with an open case.
const maxGroups = 20_000

// Preview says which open cases would be routed differently by a revision, without storing anything: how many, and the
// groups, the largest first, at most 200 of them.
// Faults: ErrForbidden, fault.ErrInvalid.
func (s *Service) Preview(ctx context.Context, actor org.Actor, r rulepack.Revision) (int64, []Reroute, error) {
	if err := actor.Must(org.EnterRules); err != nil {
		return 0, nil, err
	}
	return s.preview(ctx, func(_ *store.Tx, now *rulepack.Pack) (*rulepack.Pack, error) { return now.Revise(r) })
}

// PreviewVersion does the same for a version that was entered.
// Faults: ErrForbidden, ErrVersion.
func (s *Service) PreviewVersion(ctx context.Context, actor org.Actor, id int64) (int64, []Reroute, error) {
	if err := actor.Must(org.EnterRules); err != nil {
		return 0, nil, err
	}
	return s.preview(ctx, func(tx *store.Tx, _ *rulepack.Pack) (*rulepack.Pack, error) {
		var v MandateVersion
		if err := tx.Where("id = ? AND pack = ?", id, s.pack.Code).Take(&v).Error; err != nil {
			return nil, store.NotFound(err, ErrVersion)
		}
		return s.parse(&v, v.Base+1)
	})
}

func (s *Service) preview(ctx context.Context, then func(*store.Tx, *rulepack.Pack) (*rulepack.Pack, error)) (int64, []Reroute, error) {
	var changed []Reroute
	total := int64(0)
	err := s.db.View(ctx, func(tx *store.Tx) error {
		now, err := s.Mandates(tx)
		if err != nil {
			return err
		}
		next, err := then(tx, now)
		if err != nil {
			return err
		}
		changed, err = reroutes(tx, now, next)
		return err
	})
	for _, r := range changed {
		total += r.Cases
	}
	slices.SortStableFunc(changed, func(a, b Reroute) int { return int(b.Cases - a.Cases) })
	return total, changed[:min(len(changed), 200)], err
}

// reroutes compares the routes of every open complaint that two lists give. Parts go where they were sent, so they are
// left out.
func reroutes(tx *store.Tx, now, next *rulepack.Pack) ([]Reroute, error) {
	var groups []struct {
		EstateID, AboutID, N int64
		Matter               string
	}
	err := tx.Model(&Case{}).Select("estate_id, matter, about_id, COUNT(*) AS n").Where("open = ? AND parent_id = 0", true).
		Group("estate_id, matter, about_id").Order("n DESC, estate_id, matter, about_id").Limit(maxGroups).Find(&groups).Error
	if err != nil {
		return nil, err
	}
	estates, abouts := []int64{0}, []int64{0}
	for _, g := range groups {
		estates, abouts = append(estates, g.EstateID), append(abouts, g.AboutID)
	}
	slices.Sort(estates)
	has, names, err := org.BodiesOf(tx, slices.Compact(estates))
	if err != nil {
		return nil, err
	}
	slices.Sort(abouts)
	bodies, err := org.Organisations(tx, slices.Compact(abouts))
	if err != nil {
		return nil, err
	}
	var changed []Reroute
	for _, g := range groups {
		f := routing.Facts{Matter: g.Matter, Has: routing.Bodies(has[g.EstateID])}
		if o, ok := bodies[g.AboutID]; ok {
			f.About = strings.TrimPrefix(reference(&o), "@")
		}
		a, b := routing.Decide(now, f), routing.Decide(next, f)
		if was, will := inWords(a), inWords(b); was != will {
			r := Reroute{EstateID: g.EstateID, EstateName: names[g.EstateID], MatterName: a.MatterName, Now: was, Then: will, Cases: g.N}
			if len(changed) < 200 {
				err := tx.Model(&Case{}).Where("open = ? AND parent_id = 0 AND estate_id = ? AND matter = ? AND about_id = ?", true, g.EstateID, g.Matter, g.AboutID).
					Order("id").Limit(5).Pluck("number", &r.Numbers).Error
				if err != nil {
					return nil, err
				}
			}
			changed = append(changed, r)
		}
	}
	return changed, nil
}

// inWords is a route as people compare it.
func inWords(r routing.Route) string {
	say := r.Lead.Name + "主办"
	for _, u := range r.Joint {
		say += "，" + u.Name + "协办"
	}
	for _, l := range r.Next {
		say += "，再由" + l.Unit.Name + l.Does
	}
	return say + "（" + rulepack.ClassNames[r.Class] + "；" + r.Clause + "）"
}
