package org

import "github.com/linli-city/linli/models/store"

// Staffing hears who leaves and who comes to a post, in the transaction of the change.
type Staffing interface {
	Ended(tx *store.Tx, post, person int64) error
	Began(tx *store.Tx, post, person int64) error
}

// OnStaffing adds who hears of it. It is called while the services are wired.
func (s *Service) OnStaffing(w ...Staffing) { s.staffing = append(s.staffing, w...) }

func (s *Service) ended(tx *store.Tx, post int64, people ...int64) error {
	for _, w := range s.staffing {
		for _, person := range people {
			if err := w.Ended(tx, post, person); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) began(tx *store.Tx, post, person int64) error {
	for _, w := range s.staffing {
		if err := w.Began(tx, post, person); err != nil {
			return err
		}
	}
	return nil
}
