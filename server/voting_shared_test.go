package main

import (
	"strings"
	"testing"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestACoOwnerWithoutAnAccountIsTexted: whoever stands in the roster with a phone alone hears at once that somebody cast for their shared
// seat; the owner who cast does not, nor is one with an account told twice.
func TestACoOwnerWithoutAnAccountIsTexted(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()[:1]))
	const other, recognised = "13755550001", "13755550002"
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		var seat assembly.Seat
		if err := tx.Where("meeting_id = ? AND no = 2", id).Take(&seat).Error; err != nil {
			return err
		}
		for i, phone := range []string{other, recognised} {
			o := org.Owner{EstateID: seat.EstateID, OwnerSetID: seat.HolderSetID, Position: i + 2, NameSealed: e.vault.Seal("共有人", "owners.name"), PhoneSealed: e.vault.Seal(phone, "owners.phone"), PhoneIndex: e.vault.Index("phone", phone), CreatedAt: tx.Now}
			if err := tx.Create(&o).Error; err != nil {
				return err
			}
			if phone == recognised {
				home := org.Residence{EstateID: seat.EstateID, UnitID: 1, PersonID: 987654, OwnerID: o.ID, Role: org.RoleOwner, Basis: "material", Since: tx.Now, Living: &[]string{"home"}[0]}
				if err := tx.Create(&home).Error; err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(e.cast(id, 2, 2)) != 1 {
		t.Fatal("nobody cast")
	}
	e.drain()
	told := map[string]int{}
	for _, text := range e.texts.Messages() {
		if strings.Contains(text.Text, "共有人投出") {
			told[text.Phone]++
		}
	}
	if len(told) != 1 || told[other] != 1 {
		t.Errorf("told by the roster's phone: %v", told)
	}
}
