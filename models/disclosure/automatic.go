package disclosure

import (
	"github.com/linli-city/linli/models/store"
)

// Automatic is an announcement that follows from what an office did elsewhere, such as a certified decision of the owners.
type Automatic struct {
	EstateID       int64
	OrganisationID int64
	PersonID       int64  // who did it
	Source         string // what it follows from; a second time finds the first
	Scope          string // event.Scope as JSON
	Title          string
	Body           string
	Named          []string // who stands in it by name because people are to know, such as candidates; the names of others are masked
}

// PublishFor puts an announcement on the board in the caller's transaction, which also writes the trail. It gives the notice's id.
func (s *Service) PublishFor(tx *store.Tx, a Automatic) (int64, error) {
	had, err := published(tx, a.PersonID, a.Source)
	if err != nil {
		return 0, err
	}
	if had != nil {
		return had.ID, nil
	}
	if a.Title, a.Body, err = s.blotted(tx, a.EstateID, a.Title, a.Body, a.Named); err != nil {
		return 0, err
	}
	n := &Notice{EstateID: a.EstateID, OrganisationID: a.OrganisationID, Kind: Announcement, Audience: Everyone, Form: FreeText, Scope: a.Scope, ClientRef: a.Source}
	if err := s.number(tx, n, a.PersonID); err != nil {
		return 0, err
	}
	if err := s.publishVersion(tx, n, 1, edition{title: a.Title, body: a.Body, person: a.PersonID}); err != nil {
		return 0, err
	}
	return n.ID, tell(tx, n, a.Title)
}
