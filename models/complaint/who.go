package complaint

import (
	"errors"
	"slices"

	"github.com/linli-city/linli/models/complaint/routing"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// chain is who stands above the lead of a case, and who arbitrates, in the register's ids.
type chain struct {
	up      []int64 // nearest first
	arbiter int64
}

// chainOf resolves the chain of a case.
func chainOf(tx *store.Tx, c *Case) (chain, error) {
	var found chain
	lead, err := org.FindOrganisation(tx, c.LeadID)
	if err != nil {
		return found, err
	}
	about, err := aboutOf(tx, c)
	if err != nil {
		return found, err
	}
	has := routing.Bodies{Company: true, Committee: true, Community: c.CommunityID != 0}
	for _, ref := range routing.Up(reference(lead), about, has) {
		if found.up, err = appendBody(tx, c.places(), found.up, ref); err != nil {
			return found, err
		}
	}
	found.arbiter, err = body(tx, c.places(), routing.Arbiter(about))
	if errors.Is(err, org.ErrOrganisationNotFound) {
		err = nil
	}
	return found, err
}

// places are the estate's bodies as far as the chain above it asks for them.
func (c *Case) places() *org.Estate {
	return &org.Estate{CommunityID: c.CommunityID, TownshipID: c.TownshipID}
}

func aboutOf(tx *store.Tx, c *Case) (string, error) {
	if c.AboutID == 0 {
		return "", nil
	}
	o, err := org.FindOrganisation(tx, c.AboutID)
	if err != nil {
		return "", err
	}
	return reference(o), nil
}

// roles says which parts an office plays in a case. Whoever the case is about plays none; see visible. An office that
// found the matter on patrol decides about the answer, unless it gave that answer itself: mine is its receipt then.
func (c *Case) roles(tx *store.Tx, actor org.Actor) (who []Who, mine *Complainant, err error) {
	own := actor.OrganisationID()
	if own == c.LeadID {
		if c.ParentID != 0 {
			who = append(who, PartLead)
		}
		who = append(who, Lead)
	}
	if own == c.OfferedID {
		who = append(who, Asked)
	}
	ch, err := chainOf(tx, c)
	if err != nil {
		return nil, nil, err
	}
	if slices.Contains(ch.up, own) {
		who = append(who, Above)
	}
	if own == ch.arbiter {
		who = append(who, Arbiter)
	} else if c.State == Arbitration && own == c.SupervisorID && len(ch.up) > 0 && own == ch.up[len(ch.up)-1] {
		who = append(who, Arbiter) // the office let its time pass, or nobody is there; see escalate
	}
	if own == c.LeadID {
		return who, nil, nil
	}
	var found []Complainant
	err = tx.Where("case_id = ? AND organisation_id = ? AND state <> ?", c.ID, own, Gone).Order("id").Limit(1).Find(&found).Error
	if err == nil && len(found) == 1 {
		return append(who, ByComplainant), &found[0], nil
	}
	return who, nil, err
}

// wholeOnly are the actions that a part of a split case leaves to the whole.
var wholeOnly = []Action{Split, Merge, Ask, Reopen}

// allowedTo lists what an office may do now.
func (c *Case) allowedTo(tx *store.Tx, actor org.Actor) ([]Action, error) {
	who, mine, err := c.roles(tx, actor)
	if err != nil {
		return nil, err
	}
	var own []Action
	if mine != nil {
		own = mine.allowed(c, tx.Now)
	}
	return slices.DeleteFunc(allowed(c.State, who), func(a Action) bool {
		if m, err := find(c.State, a, who); err == nil && m.Who == ByComplainant && !slices.Contains(own, a) {
			return true
		}
		switch a {
		case Refuse, Transfer:
			return c.Final
		case Split, Merge, Ask, Reopen:
			return c.ParentID != 0
		case Reveal:
			return !c.hasPeople()
		}
		return false
	}), nil
}

func (c *Case) hasPeople() bool { return c.People > 0 }
