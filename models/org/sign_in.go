package org

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// maxOwnerSets is how many owner sets one phone may stand for before a person must check it.
const maxOwnerSets = 3

// errRaced asks SignIn to look again: the same account signed in twice at the same moment.
var errRaced = errors.New("org: identity was made by another request")

// SignIn returns the person behind a WeChat account and makes one at the first sign-in. Accounts of one union id
// belong to one person.
func (s *Service) SignIn(ctx context.Context, provider Provider, openID, unionID string) (int64, error) {
	person, err := s.signIn(ctx, provider, openID, unionID)
	if errors.Is(err, errRaced) {
		person, err = s.signIn(ctx, provider, openID, unionID)
	}
	if err != nil {
		return 0, fmt.Errorf("sign in: %w", err)
	}
	return person, nil
}

func (s *Service) signIn(ctx context.Context, provider Provider, openID, unionID string) (int64, error) {
	var person int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&Identity{}).Where("provider = ? AND open_id = ?", provider, openID).
			Updates(map[string]any{"seen_at": tx.Now, "active": true})
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected > 0 {
			var known Identity
			if err := tx.Where("provider = ? AND open_id = ?", provider, openID).Take(&known).Error; err != nil {
				return err
			}
			person = known.PersonID
			return joinUnion(tx, known, unionID)
		}
		var err error
		if person, err = personOfUnion(tx, unionID); err != nil {
			return err
		}
		if person == 0 {
			p := Person{CreatedAt: tx.Now}
			if err := tx.Create(&p).Error; err != nil {
				return err
			}
			person = p.ID
		}
		id := Identity{PersonID: person, Provider: provider, OpenID: openID, UnionID: unionID, Active: true, SeenAt: tx.Now, CreatedAt: tx.Now}
		if err := tx.Create(&id).Error; err != nil {
			return store.Duplicate(err, errRaced)
		}
		return audit.Append(tx, Actor{PersonID: person, Surface: "wechat"}, "person.sign_in_first", audit.Subject{Kind: "person", ID: person}, nil)
	})
	return person, err
}

// joinUnion keeps a union id that came after the first sign-in, as when the mini-program was bound to the open platform
// later, and takes over the service account of the same human: an account that only follows has no rights to lose.
func joinUnion(tx *store.Tx, known Identity, unionID string) error {
	if unionID == "" || known.UnionID == unionID {
		return nil
	}
	if err := tx.Model(&Identity{}).Where("id = ?", known.ID).Update("union_id", unionID).Error; err != nil {
		return err
	}
	if known.Provider == ServiceAccount {
		return nil
	}
	var followers []Identity
	err := tx.Where("union_id = ? AND provider = ? AND person_id <> ?", unionID, ServiceAccount, known.PersonID).
		Where("NOT EXISTS (SELECT 1 FROM identities i WHERE i.person_id = identities.person_id AND i.provider <> ?)", ServiceAccount).Find(&followers).Error
	if err != nil {
		return err
	}
	for _, f := range followers {
		if err := tx.Model(&Identity{}).Where("id = ?", f.ID).Update("person_id", known.PersonID).Error; err != nil {
			return err
		}
		err := audit.Append(tx, Actor{PersonID: known.PersonID, Surface: "wechat"}, "person.join_account", audit.Subject{Kind: "person", ID: known.PersonID},
			map[string]any{"from": f.PersonID, "provider": f.Provider})
		if err != nil {
			return err
		}
	}
	return nil
}

func personOfUnion(tx *store.Tx, unionID string) (int64, error) {
	if unionID == "" {
		return 0, nil
	}
	var ids []int64
	err := tx.Model(&Identity{}).Where("union_id = ?", unionID).Order("id").Limit(1).Pluck("person_id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// OpenIDs gives the active accounts of people with one provider, by person.
func OpenIDs(tx *store.Tx, provider Provider, persons []int64) (map[int64]string, error) {
	// Nothing is said of the provider to the database: SQLite would walk all accounts of it to find those of some people.
	var rows []Identity
	err := tx.Select("person_id", "provider", "open_id", "seen_at").Where("person_id IN ? AND active = ?", persons, true).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b Identity) int { return a.SeenAt.Compare(b.SeenAt) }) // of two, the one seen last
	byPerson := make(map[int64]string, len(rows))
	for _, r := range rows {
		if r.Provider == provider {
			byPerson[r.PersonID] = r.OpenID
		}
	}
	return byPerson, nil
}

// Phones gives people's numbers in clear, by person, for whoever sends them a message. Who has none is missing.
func (s *Service) Phones(tx *store.Tx, persons []int64) (map[int64]string, error) {
	var rows []Person
	if err := tx.Select("id", "phone_sealed").Where("id IN ? AND phone_sealed <> ''", persons).Find(&rows).Error; err != nil {
		return nil, err
	}
	numbers := make(map[int64]string, len(rows))
	for _, r := range rows {
		phone, err := s.vault.Open(r.PhoneSealed, "persons.phone")
		if err != nil {
			return nil, err
		}
		numbers[r.ID] = phone
	}
	return numbers, nil
}

// Recognition says what a phone number opened.
type Recognition struct {
	Homes int // homes newly recognised
	// Review is set when the number stands for more owner sets than one person plausibly has; a person must check.
	Review bool
}

var mobile = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

// ValidPhone reports whether a text is a mobile number of the mainland.
func ValidPhone(s string) bool { return mobile.MatchString(s) }

// BindPhone records the phone that WeChat vouches for and recognises the homes whose roster names it.
func (s *Service) BindPhone(ctx context.Context, actor Actor, phone string) (Recognition, error) {
	if err := actor.Must(ManageSelf); err != nil {
		return Recognition{}, err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		err := tx.Model(&Person{}).Where("id = ?", actor.PersonID).Updates(map[string]any{
			"phone_sealed": s.vault.Seal(phone, "persons.phone"),
			"phone_index":  s.vault.Index("phone", phone),
		}).Error
		if err != nil {
			return err
		}
		return audit.Append(tx, actor, "person.bind_phone", audit.Subject{Kind: "person", ID: actor.PersonID}, nil)
	})
	if err != nil {
		return Recognition{}, fmt.Errorf("bind phone: %w", err)
	}
	return s.Recognise(ctx, actor)
}

// Recognise gives the person the homes whose current owners have their phone in the roster. It is harmless to
// repeat, and is repeated at each sign-in, because the roster may have come later than the person.
func (s *Service) Recognise(ctx context.Context, actor Actor) (Recognition, error) {
	var r Recognition
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		r = Recognition{}
		phone, err := s.phoneOf(tx, actor.PersonID)
		if err != nil || phone == "" {
			return err
		}
		owners, err := currentOwnersByPhone(tx, s.vault.Indexes("phone", phone))
		if err != nil || len(owners) == 0 {
			return err
		}
		owners, r.Review, err = withoutShared(tx, owners)
		if err != nil {
			return err
		}
		for _, o := range owners {
			// An owner who is bound already is somebody else's account: a person has to decide, through an application.
			if o.PersonID != 0 && o.PersonID != actor.PersonID {
				continue
			}
			n, err := s.recogniseOwner(tx, actor, o)
			if err != nil {
				return err
			}
			r.Homes += n
		}
		return nil
	})
	if err != nil {
		return Recognition{}, fmt.Errorf("recognise: %w", err)
	}
	return r, nil
}

func (s *Service) phoneOf(tx *store.Tx, person int64) (string, error) {
	var p Person
	if err := tx.Where("id = ?", person).Take(&p).Error; err != nil {
		return "", store.NotFound(err, ErrPersonNotFound)
	}
	return s.vault.Open(p.PhoneSealed, "persons.phone")
}

func currentOwnersByPhone(tx *store.Tx, indexes []string) ([]Owner, error) {
	var owners []Owner
	err := tx.Where("phone_index IN ?", indexes).
		Where("EXISTS (SELECT 1 FROM ownerships o WHERE o.owner_set_id = owners.owner_set_id AND o.current_unit IS NOT NULL)").
		Order("id").Limit(200).Find(&owners).Error
	return owners, err
}

// withoutShared leaves out the owners whose set must be checked first, because their phone stands for more sets than
// one person plausibly has, and flags those sets. It reports whether there were any.
func withoutShared(tx *store.Tx, owners []Owner) ([]Owner, bool, error) {
	ids := map[int64]bool{}
	for _, o := range owners {
		ids[o.OwnerSetID] = true
	}
	if len(ids) <= maxOwnerSets {
		return owners, false, nil
	}
	var sets []OwnerSet
	if err := tx.Where("id IN ? AND phone_review <> ?", slices.Collect(maps.Keys(ids)), PhoneBelongs).Find(&sets).Error; err != nil {
		return nil, false, err
	}
	for _, set := range sets {
		delete(ids, set.ID)
		err := tx.Model(&OwnerSet{}).Where("id = ? AND phone_review = ''", set.ID).Update("phone_review", PhoneShared).Error
		if err != nil {
			return nil, false, err
		}
	}
	kept := slices.DeleteFunc(slices.Clone(owners), func(o Owner) bool { return !ids[o.OwnerSetID] })
	return kept, len(sets) > 0, nil
}

// recogniseOwner binds an owner of the roster to the person and opens a residence in each of the set's units.
func (s *Service) recogniseOwner(tx *store.Tx, actor Actor, o Owner) (int, error) {
	res := tx.Model(&Owner{}).Where("id = ? AND person_id IN (0, ?)", o.ID, actor.PersonID).Update("person_id", actor.PersonID)
	if res.Error != nil || res.RowsAffected == 0 {
		return 0, res.Error // another account of the phone was faster
	}
	if err := s.recognise(tx, o.ID, actor.PersonID); err != nil {
		return 0, err
	}
	// The lock makes a sale at the same moment come before, and then nothing is held, or after, and then it ends this.
	var held []Ownership
	if err := tx.ForUpdate().Where("owner_set_id = ? AND current_unit IS NOT NULL", o.OwnerSetID).Find(&held).Error; err != nil {
		return 0, err
	}
	opened := 0
	for _, h := range held {
		// Whoever left a home that is still theirs comes back by applying, not by signing in.
		var left int64
		err := tx.Model(&Residence{}).Where("unit_id = ? AND person_id = ? AND role = ? AND end_cause = 'left' AND ends_at >= ?", h.UnitID, actor.PersonID, RoleOwner, h.Since).Count(&left).Error
		if err != nil {
			return 0, err
		}
		if left > 0 {
			continue
		}
		r := Residence{EstateID: h.EstateID, UnitID: h.UnitID, PersonID: actor.PersonID, OwnerID: o.ID, Role: RoleOwner, Basis: "roster"}
		fresh, err := openResidence(tx, actor, r)
		if err != nil {
			return 0, err
		}
		if fresh {
			opened++
		}
	}
	return opened, nil
}

// openResidence records a right in a home and reports whether it is new.
func openResidence(tx *store.Tx, actor Actor, r Residence) (bool, error) {
	living := fmt.Sprintf("%d/%d/%s", r.UnitID, r.PersonID, r.Role)
	var n int64
	if err := tx.Model(&Residence{}).Where("living = ?", living).Count(&n).Error; err != nil || n > 0 {
		return false, err
	}
	r.Since, r.Living = tx.Now, &living
	if err := tx.Create(&r).Error; err != nil {
		return false, err
	}
	err := audit.Append(tx, actor, "residence.open", audit.Subject{Kind: "unit", ID: r.UnitID, Estate: r.EstateID},
		map[string]any{"residence": r.ID, "role": r.Role, "basis": r.Basis})
	if err != nil {
		return false, err
	}
	began := event.ResidencyBegan{}
	if began.Residency, err = residency(tx, r.EstateID, r.UnitID, r.PersonID); err != nil {
		return false, err
	}
	if r.Role == RoleOwner {
		err := tx.Model(&Ownership{}).Where("current_unit = ?", r.UnitID).Limit(1).Pluck("owner_set_id", &began.OwnerSetID).Error
		if err != nil {
			return false, err
		}
	}
	return true, outbox.Append(tx, began)
}

// endResidences closes the residences that match, tells their people, and reports how many there were.
func endResidences(tx *store.Tx, actor audit.Actor, cause string, where string, args ...any) (int, error) {
	// With the lock it sees homes that were opened since this transaction began to read.
	var rows []Residence
	if err := tx.ForUpdate().Where("living IS NOT NULL").Where(where, args...).Find(&rows).Error; err != nil {
		return 0, err
	}
	for _, r := range rows {
		res := tx.Model(&Residence{}).Where("id = ? AND living IS NOT NULL", r.ID).
			Updates(map[string]any{"ends_at": tx.Now, "end_cause": cause, "living": nil})
		if res.Error != nil {
			return 0, res.Error
		}
		if res.RowsAffected == 0 {
			continue
		}
		if r.Role == RoleOwner {
			if err := tx.Model(&Owner{}).Where("id = ? AND person_id = ?", r.OwnerID, r.PersonID).
				Where("NOT EXISTS (SELECT 1 FROM ownerships o WHERE o.owner_set_id = owners.owner_set_id AND o.current_unit IS NOT NULL)").
				Update("person_id", 0).Error; err != nil {
				return 0, err
			}
		}
		err := audit.Append(tx, actor, "residence.end", audit.Subject{Kind: "unit", ID: r.UnitID, Estate: r.EstateID},
			map[string]any{"residence": r.ID, "role": r.Role, "cause": cause})
		if err != nil {
			return 0, err
		}
		about, err := residency(tx, r.EstateID, r.UnitID, r.PersonID)
		if err != nil {
			return 0, err
		}
		if err := outbox.Append(tx, event.ResidencyEnded{Residency: about, Cause: endCauses[cause]}); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// endCauses words the causes for residents.
var endCauses = map[string]string{
	"sale": "房屋权属已变更", "lease_over": "租期已满", "left": "您已办理退出", "owner_ended": "业主已结束授权", "roster": "名册已更正", "corrected": "认证信息有误，已由社区更正", "erased": "个人信息已删除",
}

// residency fills what the events of recognition carry.
func residency(tx *store.Tx, estateID, unitID, personID int64) (event.Residency, error) {
	name, err := UnitName(tx, unitID)
	if err != nil {
		return event.Residency{}, err
	}
	var e Estate
	if err := tx.Select("id", "name").Where("id = ?", estateID).Take(&e).Error; err != nil {
		return event.Residency{}, store.NotFound(err, ErrEstateNotFound)
	}
	return event.Residency{EstateID: estateID, EstateName: e.Name, UnitName: name, PersonID: personID, At: tx.Now}, nil
}

// UnitName prints where a unit is: "3幢1单元502".
func UnitName(tx *store.Tx, unitID int64) (string, error) {
	var row struct{ Name, Entrance, Number string }
	err := tx.Model(&Unit{}).Select("buildings.name, units.entrance, units.number").
		Joins("JOIN buildings ON buildings.id = units.building_id").Where("units.id = ?", unitID).Take(&row).Error
	if err != nil {
		return "", store.NotFound(err, ErrUnitNotFound)
	}
	return PrintUnit(row.Name, row.Entrance, row.Number), nil
}
