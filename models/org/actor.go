package org

import (
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// Faults of identity and permission.
var (
	ErrSignIn      = fault.New(fault.Unauthenticated, "session.missing", "请先登录")
	ErrForbidden   = fault.New(fault.Forbidden, "permission.denied", "您没有办理这件事的权限；如果您认为应当有，请联系社区")
	ErrNotYourPost = fault.New(fault.Forbidden, "post.not_yours", "您目前不在这个岗位上，请在“我的岗位”中重新选择")
	ErrNoConsent   = fault.New(fault.Forbidden, "privacy.consent_missing", "请先阅读并同意《个人信息保护告知书》")
)

// Home is one home of a resident.
type Home struct {
	ResidenceID int64
	EstateID    int64
	UnitID      int64
	OwnerID     int64
	Role        Role
}

// Acting is the post that a member of staff acts in.
type Acting struct {
	PostID         int64
	Kind           PostKind
	Title          string
	OrganisationID int64
	OrgKind        Kind
	OrgName        string
}

// Actor is whoever does something: a person, with their homes on the residents' surface or one post on the staff's.
type Actor struct {
	PersonID  int64
	SessionID int64
	OpenID    string // the WeChat account of the session, for the content check
	Surface   string // miniapp, office, h5, cli
	Consented bool
	Homes     []Home
	Post      *Acting
	Claim     *Claim // of a sign-in that is still to be proved
}

// Named is the person whom a sign-in names, proved or not: for limits and logs, never for a right.
func (a Actor) Named() int64 {
	if a.Claim != nil {
		return a.Claim.PersonID
	}
	return a.PersonID
}

// AuditTrail satisfies audit.Actor.
func (a Actor) AuditTrail() (person, post, organisation int64, surface string) {
	if a.Post != nil {
		post, organisation = a.Post.PostID, a.Post.OrganisationID
	}
	return a.PersonID, post, organisation, a.Surface
}

// OrganisationID is the organisation acted for, 0 for a resident.
func (a Actor) OrganisationID() int64 {
	if a.Post == nil {
		return 0
	}
	return a.Post.OrganisationID
}

// Must returns ErrSignIn or ErrForbidden unless some grant lets the actor do the action. It does not look at whose
// thing it is; Within does, in the query.
func (a Actor) Must(action Action) error {
	if a.PersonID == 0 {
		return ErrSignIn
	}
	if len(a.scopes(action)) == 0 {
		return ErrForbidden
	}
	return nil
}

func (a Actor) scopes(action Action) []Scope {
	var scopes []Scope
	for _, g := range permissions[action] {
		if a.is(g) && !slices.Contains(scopes, g.scope) {
			scopes = append(scopes, g.scope)
		}
	}
	return scopes
}

func (a Actor) is(g grant) bool {
	if g.role == anyone {
		return true
	}
	if a.Post != nil {
		return string(g.role) == string(a.Post.OrgKind) && (len(g.posts) == 0 || slices.Contains(g.posts, a.Post.Kind))
	}
	return slices.ContainsFunc(a.Homes, func(h Home) bool { return string(h.Role) == string(g.role) })
}

// Within narrows a query to the estates on which the actor may do the action; column holds the estate's id. Rows of
// other estates are then not found rather than forbidden. An actor without any such estate finds nothing.
func (a Actor) Within(action Action, column string) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		for _, s := range a.scopes(action) {
			switch s {
			case ScopeCity:
				return q
			case ScopeHome:
				return q.Where(column+" IN ?", a.homeEstates(action))
			case ScopeJurisdiction:
				if sub := a.jurisdiction(q); sub != nil {
					return q.Where(column+" IN (?)", sub)
				}
			case ScopeBooks:
				if sub := a.jurisdiction(q); sub != nil {
					return q.Where("("+column+" IN (?) OR "+column+" IN (?))", sub, a.keptBooks(q))
				}
			case ScopeSelf, ScopeParty:
				// decided by the person's or organisation's own column, see the callers
			}
		}
		return q.Where("1 = 0")
	}
}

// homeEstates lists the estates where one of the actor's roles has the action; 0 keeps IN from being empty.
func (a Actor) homeEstates(action Action) []int64 {
	ids := []int64{0}
	for _, h := range a.Homes {
		for _, g := range permissions[action] {
			if g.scope == ScopeHome && string(g.role) == string(h.Role) && !slices.Contains(ids, h.EstateID) {
				ids = append(ids, h.EstateID)
			}
		}
	}
	return ids
}

// jurisdiction selects the ids of the estates that the actor's organisation answers for.
func (a Actor) jurisdiction(q *gorm.DB) *gorm.DB {
	column := map[Kind]string{Township: "township_id", Community: "community_id", Company: "company_id", Committee: "committee_id"}
	if a.Post == nil || column[a.Post.OrgKind] == "" {
		return nil
	}
	fresh := q.Session(&gorm.Session{NewDB: true})
	return fresh.Model(&Estate{}).Select("id").Where(column[a.Post.OrgKind]+" = ?", a.Post.OrganisationID)
}

// keptBooks selects the ids of the estates whose fee books the actor's company keeps: it settles there what it charged while it managed
// them.
func (a Actor) keptBooks(q *gorm.DB) *gorm.DB {
	return q.Session(&gorm.Session{NewDB: true}).Table("ledger_books").Select("estate_id").Where("holder_id = ? AND kind = 'fee'", a.Post.OrganisationID)
}

// Has reports whether one of the grants for the action has that scope.
func (a Actor) Has(action Action, scope Scope) bool { return slices.Contains(a.scopes(action), scope) }

// LivesIn reports whether the actor has a home in an estate, in whatever role.
func (a Actor) LivesIn(estate int64) bool {
	return slices.ContainsFunc(a.Homes, func(h Home) bool { return h.EstateID == estate })
}

// HomeIn returns the actor's home in a unit in which the role may do the action.
func (a Actor) HomeIn(action Action, unitID int64) (Home, bool) {
	for _, h := range a.Homes {
		if h.UnitID != unitID {
			continue
		}
		for _, g := range permissions[action] {
			if g.scope == ScopeHome && string(g.role) == string(h.Role) {
				return h, true
			}
		}
	}
	return Home{}, false
}

// OpenEstate finds an estate for somebody without an account; what it leads to is open to anybody.
func OpenEstate(tx *store.Tx, id int64) (*Estate, error) {
	var e Estate
	if err := tx.Where("id = ?", id).Take(&e).Error; err != nil {
		return nil, store.NotFound(err, ErrEstateNotFound)
	}
	return &e, nil
}

// EstateFor finds an estate on which the actor may do the action, or ErrEstateNotFound.
func EstateFor(tx *store.Tx, a Actor, action Action, id int64) (*Estate, error) {
	if err := a.Must(action); err != nil {
		return nil, err
	}
	var e Estate
	err := tx.Scopes(a.Within(action, "estates.id")).Where("id = ?", id).Take(&e).Error
	if err != nil {
		return nil, store.NotFound(err, ErrEstateNotFound)
	}
	return &e, nil
}
