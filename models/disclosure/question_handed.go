package disclosure

import (
	"slices"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// handOn gives what waits for an answer of a body that the estate no longer has to whoever came after it, else to the community: what owners
// asked does not leave with a company. The day to answer stays; what is late stays late.
func handOn(tx *store.Tx, e *org.Estate) error {
	var asked []int64
	open := []Display{Cleared, Review}
	if err := tx.Model(&Question{}).Where("estate_id = ? AND display IN ? AND answered_at IS NULL", e.ID, open).Distinct("organisation_id").Pluck("organisation_id", &asked).Error; err != nil {
		return err
	}
	asked = slices.DeleteFunc(asked, func(id int64) bool {
		return slices.Contains([]int64{0, e.CompanyID, e.CommitteeID, e.CommunityID, e.TownshipID}, id)
	})
	if len(asked) == 0 {
		return nil
	}
	offices, err := org.Organisations(tx, asked)
	if err != nil {
		return err
	}
	for _, id := range asked {
		next := map[org.Kind]int64{org.Company: e.CompanyID, org.Committee: e.CommitteeID}
		to, left := next[offices[id].Kind]
		if !left { // a bureau or a department answers for every estate
			continue
		}
		if to == 0 {
			to = e.CommunityID
		}
		if err := tx.Model(&Question{}).Where("estate_id = ? AND display IN ? AND answered_at IS NULL AND organisation_id = ?", e.ID, open, id).Update("organisation_id", to).Error; err != nil {
			return err
		}
		if err := audit.Append(tx, audit.System{}, "question.hand_on", audit.Subject{Kind: "estate", ID: e.ID, Estate: e.ID}, map[string]any{"from": id, "to": to}); err != nil {
			return err
		}
	}
	return nil
}
