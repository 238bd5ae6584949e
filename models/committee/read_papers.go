package committee

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Late is how many days begun lie between a date and a later moment; 0 before it.
func Late(due, at time.Time) int64 {
	if !at.After(due) {
		return 0
	}
	return int64(at.Sub(due)/(24*time.Hour)) + 1
}

// FilingView is a filing with its form, what both offices said, and its history.
type FilingView struct {
	Filing
	Estate  string
	Filed   Form
	Names   map[int64]string
	Reviews []Review
	Notes   []Note
	Offices map[int64]string
	DueAt   *time.Time
	FileIDs []int64
}

// FindFiling shows a filing. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindFiling(ctx context.Context, actor org.Actor, id int64) (*FilingView, error) {
	v := &FilingView{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		f, err := seen[Filing](tx, actor, org.ReadCommittee, id)
		if err != nil {
			return err
		}
		v.Filing = *f
		if v.Filed, err = f.Filed(); err != nil {
			return err
		}
		if v.Names, err = s.names(tx, f.TermID); err != nil {
			return err
		}
		if err := tx.Where("filing_id = ?", id).Order("office DESC").Find(&v.Reviews).Error; err != nil {
			return err
		}
		if v.Notes, err = notesOf(tx, "committee_filing", id); err != nil {
			return err
		}
		ids := make([]int64, 0, len(v.Reviews)+len(v.Notes))
		for _, r := range v.Reviews {
			ids = append(ids, r.OrganisationID)
		}
		for _, n := range v.Notes {
			ids = append(ids, n.OrganisationID)
		}
		if v.Offices, err = officeNames(tx, ids); err != nil {
			return err
		}
		var due []Duty
		if err := tx.Where("kind = ? AND subject_id = ?", OweFiling, id).Limit(1).Find(&due).Error; err != nil {
			return err
		}
		if len(due) == 1 {
			v.DueAt = &due[0].DueAt
		}
		names, err := org.EstateNames(tx, []int64{f.EstateID})
		v.Estate = names[f.EstateID]
		return err
	})
	if err != nil {
		return nil, err
	}
	v.FileIDs, err = s.files.IDsFor(ctx, "committee_filing", id)
	return v, err
}

func officeNames(tx *store.Tx, ids []int64) (map[int64]string, error) {
	orgs, err := org.Organisations(tx, ids)
	names := make(map[int64]string, len(orgs))
	for id, o := range orgs {
		names[id] = o.Name
	}
	return names, err
}

// ProposalView is a proposal with its history; who proposed it is shown to nobody but themselves.
type ProposalView struct {
	Proposal
	Estate  string
	Company string
	Notes   []Note
	Offices map[int64]string
}

// ListProposals pages through an estate's proposals: for a company those that were passed to it.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListProposals(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Proposal, error) {
	var rows []Proposal
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.ReadProposals, estate)
		if err != nil {
			return err
		}
		q := tx.Where("estate_id = ?", e.ID)
		if isCompany(actor) {
			q = q.Where("company_id = ?", actor.OrganisationID())
		}
		return older(q, before, limit).Find(&rows).Error
	})
	return rows, err
}

func isCompany(a org.Actor) bool { return a.Post != nil && a.Post.OrgKind == org.Company }

// FindProposal shows a proposal to an office. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindProposal(ctx context.Context, actor org.Actor, id int64) (*ProposalView, error) {
	var v *ProposalView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := seen[Proposal](tx, actor, org.ReadProposals, id)
		if err != nil {
			return err
		}
		if isCompany(actor) && p.CompanyID != actor.OrganisationID() {
			return ErrNotFound
		}
		v, err = proposalView(tx, *p)
		return err
	})
	return v, err
}

// ListMyProposals pages through what the actor has proposed.
func (s *Service) ListMyProposals(ctx context.Context, actor org.Actor, before int64, limit int) ([]Proposal, error) {
	if err := actor.Must(org.ManageSelf); err != nil {
		return nil, err
	}
	var rows []Proposal
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return older(tx.Where("person_id = ?", actor.PersonID), before, limit).Find(&rows).Error
	})
	return rows, err
}

// FindMyProposal shows one's own proposal. Fault: ErrNotFound.
func (s *Service) FindMyProposal(ctx context.Context, actor org.Actor, id int64) (*ProposalView, error) {
	if err := actor.Must(org.ManageSelf); err != nil {
		return nil, err
	}
	var v *ProposalView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var p Proposal
		err := tx.Where("id = ? AND person_id = ?", id, actor.PersonID).Take(&p).Error
		if err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		v, err = proposalView(tx, p)
		return err
	})
	return v, err
}

func proposalView(tx *store.Tx, p Proposal) (*ProposalView, error) {
	v := &ProposalView{Proposal: p}
	var err error
	if v.Notes, err = notesOf(tx, "committee_proposal", p.ID); err != nil {
		return nil, err
	}
	ids := []int64{p.CompanyID}
	for _, n := range v.Notes {
		ids = append(ids, n.OrganisationID)
	}
	if v.Offices, err = officeNames(tx, ids); err != nil {
		return nil, err
	}
	v.Company = v.Offices[p.CompanyID]
	names, err := org.EstateNames(tx, []int64{p.EstateID})
	v.Estate = names[p.EstateID]
	return v, err
}

// UseView is a use of a seal with its names.
type UseView struct {
	SealUse
	Seal, Asked, Approved string
	FileIDs               []int64 // pictures of what was sealed
}

// ListSealUses pages through the uses of an estate's seals, newest first.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListSealUses(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]UseView, error) {
	var list []UseView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		list = nil
		e, err := org.EstateFor(tx, actor, org.ReadCommittee, estate)
		if err != nil {
			return err
		}
		var rows []SealUse
		if err := older(tx.Where("estate_id = ?", e.ID), before, limit).Find(&rows).Error; err != nil {
			return err
		}
		ids, seals, people := []int64{0}, []int64{0}, []int64{0}
		for _, u := range rows {
			ids, seals, people = append(ids, u.ID), append(seals, u.SealID), append(people, u.UsedBy, u.ApprovedBy)
		}
		files, err := s.files.IDsIn(tx, "committee_seal_use", ids)
		if err != nil {
			return err
		}
		var kept []Seal
		if err := tx.Where("id IN ?", seals).Find(&kept).Error; err != nil {
			return err
		}
		named := map[int64]string{}
		for _, k := range kept {
			named[k.ID] = k.Name
		}
		names, err := s.namesOf(tx, people)
		for _, u := range rows {
			list = append(list, UseView{u, named[u.SealID], names[u.UsedBy], names[u.ApprovedBy], files[u.ID]})
		}
		return err
	})
	return list, err
}

// namesOf gives the names of some members, of whatever term.
func (s *Service) namesOf(tx *store.Tx, ids []int64) (map[int64]string, error) {
	var rows []Member
	if err := tx.Where("id IN ?", append([]int64{0}, ids...)).Find(&rows).Error; err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(rows))
	for _, m := range rows {
		name, err := s.vault.Open(m.NameSealed, "committee_members.name")
		if err != nil {
			return nil, err
		}
		names[m.ID] = name
	}
	return names, nil
}

// HandoverView is a hand-over with its list.
type HandoverView struct {
	Handover
	Estate string
	Items  []Handed
	Old    []MemberView
	New    []MemberView
	Gives  bool // the reader is of the term that gives
	Takes  bool
}

// FindHandover shows a hand-over to the offices that answer for the estate, and to the members of both terms, of whom those
// of the old one have no post any more.
// Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) FindHandover(ctx context.Context, actor org.Actor, id int64) (*HandoverView, error) {
	if err := actor.Must(org.HandCommittee); err != nil {
		return nil, err
	}
	v := &HandoverView{}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.Where("id = ?", id).Take(&v.Handover).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		var err error
		if v.Gives, v.Takes, err = s.side(tx, actor, &v.Handover); err != nil {
			return err
		}
		if actor.Post != nil {
			_, err = seen[Handover](tx, actor, org.ReadCommittee, id)
		} else if !v.Gives && !v.Takes {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.fillHandover(tx, v)
	})
	return v, err
}

func (s *Service) fillHandover(tx *store.Tx, v *HandoverView) error {
	if err := tx.Where("handover_id = ?", v.ID).Order("id").Limit(maxHanded).Find(&v.Items).Error; err != nil {
		return err
	}
	var err error
	if v.Old, err = s.membersOf(tx, v.FromTerm); err != nil {
		return err
	}
	if v.New, err = s.membersOf(tx, v.ToTerm); err != nil {
		return err
	}
	names, err := org.EstateNames(tx, []int64{v.EstateID})
	v.Estate = names[v.EstateID]
	return err
}
