package committee

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// maxRows bounds the short lists of one estate.
const maxRows = 100

// MemberView is a member as people read them. Members hold an office, so that they are named; their phones are not shown.
type MemberView struct {
	Member
	Name string
}

// Overview is an estate's committee: its term, who sits, what is owed, and its papers.
type Overview struct {
	EstateID   int64
	Estate     string
	Term       *Term // nil where none runs
	Over       bool  // its last day has passed
	Sitting    int64
	Short      bool // fewer than the share from which on there has to be a new election
	Members    []MemberView
	Duties     []Duty
	Filings    []Filing
	Audits     []Audit
	Seals      []Seal
	Handovers  []Handover
	Reports    []Report
	Requests   []Request
	Elected    []Awaiting       // certified elections that wait to be seated
	Frozen     *Audit           // the audit of a departure that runs; nil where none does
	Unsaid     string           // why nothing is decided during it, where nobody has said what it forbids
	Findings   []Finding        // of published audits, or of all for offices
	Rounds     map[int64][]Note // what was said about each finding
	Allowances []Allowance
	Names      map[int64]string             // of members by id
	Files      map[string]map[int64][]int64 // what is attached, by the kind and the id of what it belongs to
}

// Overview shows an office everything of an estate's committee.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) Overview(ctx context.Context, actor org.Actor, estate int64) (*Overview, error) {
	var v *Overview
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadCommittee, estate)
		if err != nil {
			return err
		}
		if v, err = s.overview(tx, e); err != nil {
			return err
		}
		if v.Elected, err = s.awaiting(tx, e.ID); err != nil {
			return err
		}
		if err := tx.Where("estate_id = ?", e.ID).Order("id DESC").Limit(maxRows).Find(&v.Findings).Error; err != nil {
			return err
		}
		if v.Rounds, err = rounds(tx, v.Findings); err != nil {
			return err
		}
		for _, list := range []any{&v.Filings, &v.Audits, &v.Handovers, &v.Requests} {
			if err := tx.Where("estate_id = ?", e.ID).Order("id DESC").Limit(maxRows).Find(list).Error; err != nil {
				return err
			}
		}
		if err := tx.Where("estate_id = ?", e.ID).Order("id").Limit(maxRows).Find(&v.Seals).Error; err != nil {
			return err
		}
		return s.evidence(tx, v)
	})
	return v, err
}

// evidence lists what is attached to what an office reads.
func (s *Service) evidence(tx *store.Tx, v *Overview) error {
	lists := map[string][]int64{}
	if v.Term != nil {
		lists["committee_term"] = []int64{v.Term.ID}
	}
	for _, m := range v.Members {
		lists["committee_member"] = append(lists["committee_member"], m.ID)
	}
	for _, a := range v.Audits {
		lists["committee_audit"] = append(lists["committee_audit"], a.ID)
	}
	for _, x := range v.Seals {
		lists["committee_seal"] = append(lists["committee_seal"], x.ID)
	}
	for _, r := range v.Reports {
		lists["committee_report"] = append(lists["committee_report"], r.ID)
	}
	for _, f := range v.Findings {
		lists["committee_finding"] = append(lists["committee_finding"], f.ID)
	}
	for kind, ids := range lists {
		if err := s.attached(tx, v, kind, ids); err != nil {
			return err
		}
	}
	shareProof(v)
	return nil
}

func (s *Service) attached(tx *store.Tx, v *Overview, kind string, ids []int64) (err error) {
	v.Files[kind], err = s.files.IDsIn(tx, kind, ids)
	return err
}

// shareProof shows with everybody who left at once the proof that is attached to the first of them.
func shareProof(v *Overview) {
	proof, first := v.Files["committee_member"], map[int64][]int64{}
	for _, m := range v.Members {
		if m.LeftAt != nil && len(proof[m.ID]) > 0 {
			first[m.LeftAt.UnixNano()] = proof[m.ID]
		}
	}
	for _, m := range v.Members {
		if m.LeftAt != nil && len(first[m.LeftAt.UnixNano()]) > 0 {
			proof[m.ID] = first[m.LeftAt.UnixNano()]
		}
	}
}

// Follow shows residents who sits on the committee, what it owes and has published.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) Follow(ctx context.Context, actor org.Actor, estate int64) (*Overview, error) {
	var v *Overview
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.FollowCommittee, estate)
		if err != nil {
			return err
		}
		if v, err = s.overview(tx, e); err != nil {
			return err
		}
		published := tx.Model(&Audit{}).Select("id").Where("estate_id = ? AND state = 'published'", e.ID)
		if err := tx.Where("estate_id = ? AND audit_id IN (?)", e.ID, published).Order("id DESC").Limit(maxRows).Find(&v.Findings).Error; err != nil {
			return err
		}
		if v.Rounds, err = rounds(tx, v.Findings); err != nil {
			return err
		}
		found := make([]int64, len(v.Findings))
		for i, f := range v.Findings {
			found[i] = f.ID
		}
		if err := s.attached(tx, v, "committee_finding", found); err != nil {
			return err
		}
		return tx.Where("estate_id = ?", e.ID).Order("id DESC").Limit(maxRows).Find(&v.Audits).Error
	})
	return v, err
}

func (s *Service) overview(tx *store.Tx, e *org.Estate) (*Overview, error) {
	v := &Overview{EstateID: e.ID, Estate: e.Name, Names: map[int64]string{}, Files: map[string]map[int64][]int64{}}
	var terms []Term
	if err := tx.Where("running = ?", e.ID).Limit(1).Find(&terms).Error; err != nil {
		return nil, err
	}
	if err := tx.Where("estate_id = ? AND done_at IS NULL", e.ID).Order("due_at, id").Limit(maxRows).Find(&v.Duties).Error; err != nil {
		return nil, err
	}
	if err := tx.Where("estate_id = ?", e.ID).Order("due_at DESC, id DESC").Limit(maxRows).Find(&v.Reports).Error; err != nil {
		return nil, err
	}
	if err := tx.Where("estate_id = ?", e.ID).Order("id DESC").Limit(maxRows).Find(&v.Allowances).Error; err != nil {
		return nil, err
	}
	var err error
	if v.Frozen, err = freezing(tx, e.ID); err != nil || len(terms) == 0 {
		return v, err
	}
	set, err := s.rules(tx)
	if err != nil {
		return nil, err
	}
	v.Unsaid = unsaid(set, v.Frozen)
	v.Term, v.Over = &terms[0], terms[0].over(tx.Now)
	if v.Members, err = s.membersOf(tx, v.Term.ID); err != nil {
		return nil, err
	}
	for _, m := range v.Members {
		v.Names[m.ID] = m.Name
		if m.LeftAt == nil && m.SuspendedAt == nil && m.Role != Alternate {
			v.Sitting++
		}
	}
	share, err := set.Fraction("committee.reelection_share")
	v.Short = err == nil && !share.Met(v.Sitting, v.Term.Size)
	return v, err
}

// membersOf lists everybody of a term, those in office first.
func (s *Service) membersOf(tx *store.Tx, term int64) ([]MemberView, error) {
	var rows []Member
	if err := tx.Where("term_id = ?", term).Order("CASE WHEN left_at IS NULL THEN 0 ELSE 1 END, place, id").Limit(maxMembers).Find(&rows).Error; err != nil {
		return nil, err
	}
	list := make([]MemberView, len(rows))
	for i, m := range rows {
		name, err := s.vault.Open(m.NameSealed, "committee_members.name")
		if err != nil {
			return nil, err
		}
		list[i] = MemberView{m, name}
	}
	return list, nil
}

// names gives the names of a term's members.
func (s *Service) names(tx *store.Tx, term int64) (map[int64]string, error) {
	all, err := s.membersOf(tx, term)
	names := make(map[int64]string, len(all))
	for _, m := range all {
		names[m.ID] = m.Name
	}
	return names, err
}

// Matters lists what a committee may decide, for the form of an item.
func (s *Service) Matters(ctx context.Context, actor org.Actor) ([]Matter, error) {
	if err := actor.Must(org.ReadCommittee); err != nil {
		return nil, err
	}
	var list []Matter
	err := s.db.View(ctx, func(tx *store.Tx) error {
		set, err := s.rules(tx)
		if err != nil {
			return err
		}
		list = matters(set)
		return nil
	})
	return list, err
}

// MayOpenFiles reports whether the actor may open what is attached to a paper of an estate's committee: offices that answer
// for it, and residents what was published.
func (s *Service) MayOpenFiles(ctx context.Context, actor org.Actor, kind string, id, estate int64) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		if actor.Post != nil {
			_, err := org.EstateFor(tx, actor, org.ReadCommittee, estate)
			return err
		}
		if _, err := org.EstateFor(tx, actor, org.FollowCommittee, estate); err != nil {
			return err
		}
		var n int64
		var err error
		switch kind {
		case "committee_report":
			err = tx.Model(&Report{}).Where("id = ? AND submitted_at IS NOT NULL", id).Count(&n).Error
		case "committee_finding":
			err = tx.Model(&Finding{}).Where("id = ? AND audit_id IN (?)", id, tx.Model(&Audit{}).Select("id").Where("estate_id = ? AND state = 'published'", estate)).Count(&n).Error
		case "committee_audit":
			err = tx.Model(&Audit{}).Where("id = ? AND published_at IS NOT NULL", id).Count(&n).Error
		case "committee_meeting":
			err = tx.Model(&Meeting{}).Where("id = ? AND announced_at IS NOT NULL", id).Count(&n).Error
		}
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
}
