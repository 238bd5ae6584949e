package disclosure

import (
	"encoding/json"
	"fmt"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
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
}

// PublishFor puts an announcement on the board in the caller's transaction, which also writes the trail. It gives the notice's id.
func (s *Service) PublishFor(tx *store.Tx, a Automatic) (int64, error) {
	var had []Notice
	if err := tx.Where("published_by = ? AND client_ref = ?", a.PersonID, a.Source).Limit(1).Find(&had).Error; err != nil {
		return 0, err
	}
	if len(had) == 1 {
		return had[0].ID, nil
	}
	number, err := store.NextNumber(tx, "G")
	if err != nil {
		return 0, err
	}
	n := Notice{Number: number, EstateID: a.EstateID, OrganisationID: a.OrganisationID, Kind: Announcement, Audience: Everyone, Scope: a.Scope, CurrentVersion: 1, PublishedBy: a.PersonID, PublishedAt: tx.Now, ClientRef: a.Source}
	if err := tx.Create(&n).Error; err != nil {
		return 0, fmt.Errorf("publish %s: %w", a.Source, err)
	}
	if err := insertVersion(tx, org.Actor{PersonID: a.PersonID}, n.ID, 1, a.Title, a.Body, ""); err != nil {
		return 0, err
	}
	e := event.NoticePublished{NoticeID: n.ID, Number: n.Number, EstateID: n.EstateID, Sort: SortNames[n.Kind], Title: a.Title, OrganisationID: n.OrganisationID, Scoped: a.Scope != "", At: tx.Now}
	if a.Scope != "" {
		if err := json.Unmarshal([]byte(a.Scope), &e.Scope); err != nil {
			return 0, err
		}
	}
	names, err := org.EstateNames(tx, []int64{a.EstateID})
	if err != nil {
		return 0, err
	}
	offices, err := org.Organisations(tx, []int64{a.OrganisationID})
	if err != nil {
		return 0, err
	}
	e.EstateName, e.PublisherName = names[a.EstateID], offices[a.OrganisationID].Name
	return n.ID, outbox.Append(tx, e)
}
