package org

import (
	"context"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/store"
)

// canonicalPapers joins the ID papers of a set in an order that does not depend on who is written first; empty when
// one is missing or stands twice, because then nothing proves that two sets are the same people.
func canonicalPapers(owners []OwnerInput) string {
	papers := make([]string, len(owners))
	for i, o := range owners {
		if papers[i] = strings.ToUpper(strings.TrimSpace(o.Paper)); papers[i] == "" {
			return ""
		}
	}
	slices.Sort(papers)
	if len(slices.Compact(slices.Clone(papers))) != len(papers) {
		return ""
	}
	return strings.Join(papers, "|")
}

// findOrInsertSet returns the estate's owner set of exactly these people, by their papers, or makes one.
func (s *Service) findOrInsertSet(tx *store.Tx, estateID int64, owners []OwnerInput) (int64, error) {
	papers := canonicalPapers(owners)
	if papers != "" {
		var ids []int64
		err := tx.Model(&OwnerSet{}).Where("estate_id = ? AND fingerprint IN ?", estateID, s.vault.Indexes("owner_set", papers)).
			Order("id").Limit(1).Pluck("id", &ids).Error
		if err != nil {
			return 0, err
		}
		if len(ids) > 0 {
			return ids[0], nil
		}
	}
	set := s.newSet(estateID, owners, papers)
	set.CreatedAt = tx.Now
	if err := tx.Create(&set).Error; err != nil {
		return 0, err
	}
	rows := s.sealOwners(&set, owners, tx)
	if err := tx.Create(&rows).Error; err != nil {
		return 0, err
	}
	return set.ID, nil
}

func (s *Service) newSet(estateID int64, owners []OwnerInput, papers string) OwnerSet {
	set := OwnerSet{EstateID: estateID, Kind: "natural", Fingerprint: s.vault.Index("owner_set", papers)}
	if papers == "" {
		set.Review = PaperMissing
	}
	for _, o := range owners {
		if isLicence(o.Paper) {
			set.Kind = "legal"
		}
	}
	return set
}

// isLicence reports whether a paper is a unified social credit code (GB 32100: 18 characters, not an ID card).
func isLicence(paper string) bool {
	p := strings.ToUpper(strings.TrimSpace(paper))
	return len(p) == 18 && strings.HasPrefix(p, "9")
}

func (s *Service) sealOwners(set *OwnerSet, owners []OwnerInput, tx *store.Tx) []Owner {
	rows := make([]Owner, len(owners))
	for i, o := range owners {
		rows[i] = Owner{EstateID: set.EstateID, OwnerSetID: set.ID, Position: i + 1, CreatedAt: tx.Now}
		s.sealOwner(&rows[i], o)
	}
	return rows
}

func (s *Service) sealOwner(row *Owner, o OwnerInput) {
	paper := strings.ToUpper(strings.TrimSpace(o.Paper))
	row.NameSealed = s.vault.Seal(strings.TrimSpace(o.Name), "owners.name")
	row.PhoneSealed, row.PhoneIndex = s.vault.Seal(o.Phone, "owners.phone"), s.vault.Index("phone", o.Phone)
	row.PaperSealed, row.PaperIndex = s.vault.Seal(paper, "owners.paper"), s.vault.Index("paper", paper)
}

// RekeyFingerprints makes the fingerprints of owner sets anew under the primary key, in small transactions. It is
// harmless to repeat and returns how many it rewrote.
func (s *Service) RekeyFingerprints(ctx context.Context) (int, error) {
	total, after := 0, int64(0)
	for {
		var sets []OwnerSet
		err := s.db.View(ctx, func(tx *store.Tx) error {
			return tx.Where("id > ? AND fingerprint <> ''", after).Order("id").Limit(200).Find(&sets).Error
		})
		if err != nil || len(sets) == 0 {
			return total, err
		}
		after = sets[len(sets)-1].ID
		err = s.db.InTx(ctx, func(tx *store.Tx) error {
			for _, set := range sets {
				if !s.vault.NeedsRekey(set.Fingerprint) {
					continue
				}
				var rows []Owner
				if err := tx.Where("owner_set_id = ?", set.ID).Find(&rows).Error; err != nil {
					return err
				}
				people, err := s.openOwners(rows)
				if err != nil {
					return err
				}
				res := tx.Model(&OwnerSet{}).Where("id = ? AND fingerprint = ?", set.ID, set.Fingerprint).Update("fingerprint", s.vault.Index("owner_set", canonicalPapers(people)))
				if res.Error != nil {
					return res.Error
				}
				n := int(res.RowsAffected)
				tx.Committed(func() { total += n })
			}
			return nil
		})
		if err != nil {
			return total, err
		}
	}
}
