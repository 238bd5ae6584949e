package fund

import (
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// tell says that something of an estate's fund waits for an organisation, or with 0 for those above the estate.
func tell(tx *store.Tx, what, kind string, id, estate, office int64, title, number string) error {
	names, err := org.EstateNames(tx, []int64{estate})
	if err != nil {
		return err
	}
	offices, err := org.Organisations(tx, []int64{office})
	if err != nil {
		return err
	}
	return outbox.Append(tx, event.Duty{SubjectKind: kind, SubjectID: id, EstateID: estate, EstateName: names[estate], What: what, Title: title, OrganisationID: office, OfficeName: offices[office].Name, Number: number, At: tx.Now})
}
