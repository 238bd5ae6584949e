package disclosure

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Walked says what Verify walked.
type Walked struct{ Notices, Versions, Figures int64 }

// Verify makes every version's hash again asks the books every published figure again, and compares what the audit trail
// noted when it was published or taken down. The error names the first that does not hold.
func (s *Service) Verify(ctx context.Context) (Walked, error) {
	var r Walked
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		r, err = s.VerifyIn(tx)
		return err
	})
	return r, err
}

// VerifyIn is Verify in the caller's transaction.
func (s *Service) VerifyIn(tx *store.Tx) (Walked, error) {
	var r Walked
	for after := int64(0); ; {
		var rows []Notice
		if err := tx.Where("id > ?", after).Order("id").Limit(200).Find(&rows).Error; err != nil {
			return r, err
		}
		if len(rows) == 0 {
			return r, vanished(tx)
		}
		views, err := view(tx, rows, true)
		if err != nil {
			return r, err
		}
		for i := range views {
			if err := s.verify(tx, &views[i], &r); err != nil {
				return r, fmt.Errorf("notice %s: %w", views[i].Number, err)
			}
		}
		if err := trailHolds(tx, views); err != nil {
			return r, err
		}
		after = rows[len(rows)-1].ID
	}
}

func (s *Service) verify(tx *store.Tx, v *View, r *Walked) error {
	if len(v.Versions) == 0 || v.Current().Version.Version != v.CurrentVersion {
		return fmt.Errorf("version %d is gone", v.CurrentVersion)
	}
	for i := range v.Versions {
		e := &v.Versions[i]
		if e.Version.Version != i+1 {
			return fmt.Errorf("version %d is gone", i+1)
		}
		if hashOf(&v.Notice, &e.Version, e.Figures) != e.SHA256 {
			return fmt.Errorf("version %d is not what was published", i+1)
		}
		for _, a := range e.Attachments() {
			sum, err := s.files.Sum(tx, a.ID)
			switch {
			case err != nil && fault.Of(err).Kind == fault.NotFound: // what is stored no more was not exchanged
			case err != nil:
				return err
			case sum != a.SHA256:
				return fmt.Errorf("version %d: file %d is not what was published", i+1, a.ID)
			}
		}
		for j := range e.Figures {
			f := &e.Figures[j]
			fen, err := s.again(tx, v.EstateID, f)
			if err != nil {
				return fmt.Errorf("version %d, %q: %w", i+1, f.Label, err)
			}
			if fen != f.Fen {
				return fmt.Errorf("version %d says %s of %q, the books say %s", i+1, f.Fen, f.Label, fen)
			}
		}
		r.Versions, r.Figures = r.Versions+1, r.Figures+int64(len(e.Figures))
	}
	r.Notices++
	return nil
}

// Content gives the one text of a version, 0 for the current one, that its hash is over, to somebody signed in. Fault: ErrNotFound.
func (s *Service) Content(ctx context.Context, actor org.Actor, id int64, version int) ([]byte, error) {
	v, err := s.Find(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return v.content(version)
}

// ContentPublic is Content of a notice that anybody may read.
func (s *Service) ContentPublic(ctx context.Context, id int64, version int) ([]byte, error) {
	v, err := s.FindPublic(ctx, id)
	if err != nil {
		return nil, err
	}
	return v.content(version)
}

func (v *View) content(version int) ([]byte, error) {
	if version == 0 {
		version = v.CurrentVersion
	}
	if version < 1 || version > len(v.Versions) {
		return nil, ErrNotFound
	}
	e := &v.Versions[version-1]
	return contentOf(&v.Notice, &e.Version, e.Figures), nil
}
