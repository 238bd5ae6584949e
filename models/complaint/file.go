package complaint

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// maxPhotos is how many pictures a complaint may carry.
const maxPhotos = 9

// Draft is what a resident files.
type Draft struct {
	EstateID   int64
	BuildingID int64 // 0 when it is nowhere in particular
	UnitID     int64
	Place      string
	Matter     string // code of the mandate list; empty means "I do not know", the community receives it
	About      string // the body complained about, as ListAbout gives it; empty for none
	Text       string
	Visibility Visibility
	PhotoIDs   []int64
	ClientRef  string
	InputHash  string
}

func (d *Draft) check() error {
	d.Text, d.Place = strings.TrimSpace(d.Text), strings.TrimSpace(d.Place)
	if d.Visibility == "" {
		d.Visibility = Private
	}
	var c fault.Checks
	n := len([]rune(d.Text))
	c.Check(n >= 5, "text", "请把情况写清楚，至少5个字")
	c.Check(n <= 2000, "text", "内容不超过2000个字，其余可以用照片补充")
	c.Check(len([]rune(d.Place)) <= 100, "place", "地点不超过100个字")
	c.Check(d.Visibility == Public || d.Visibility == Private, "visibility", "请选择公开（public）或不公开（private）")
	c.Check(len(d.PhotoIDs) <= maxPhotos, "photo_ids", "照片最多9张")
	c.Check(d.ClientRef != "" && len(d.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// File takes a complaint, routes it and tells everybody concerned. The same ref with the same input answers the
// first case. The text check runs before the transaction; when it does not answer only the public display waits.
// Faults: ErrForbidden, ErrEstateNotFound, ErrMatter, ErrRefReused, fault.ErrInvalid.
func (s *Service) File(ctx context.Context, actor org.Actor, d Draft) (*Case, error) {
	if err := actor.Must(org.FileComplaint); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	before, err := s.filed(ctx, actor, d)
	if before != nil || err != nil {
		return before, err
	}
	display := s.screen(ctx, actor.OpenID, d.Text)
	var filed *Case
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.FileComplaint, d.EstateID)
		if err != nil {
			return err
		}
		if err := checkPlace(tx, actor, e, &d); err != nil {
			return err
		}
		r, err := s.route(tx, e, d.Matter, d.About)
		if err != nil {
			return err
		}
		number, err := store.NextNumber(tx, "T")
		if err != nil {
			return err
		}
		filed = &Case{Number: number, EstateID: e.ID, BuildingID: d.BuildingID, UnitID: d.UnitID, Place: d.Place, PersonID: actor.PersonID,
			OpenID: actor.OpenID, Text: d.Text, Visibility: d.Visibility, Display: display, State: Dispatched, Version: 1,
			ClientRef: d.ClientRef, InputHash: d.InputHash, CreatedAt: tx.Now}
		if display != Unchecked {
			filed.CheckedAt = &tx.Now
		}
		r.apply(filed)
		if err := tx.Create(filed).Error; err != nil {
			return store.Duplicate(err, ErrRefReused)
		}
		if err := insertParties(tx, filed, r); err != nil {
			return err
		}
		if err := s.files.Attach(tx, actor, d.PhotoIDs, "photo", "case", filed.ID, e.ID); err != nil {
			return err
		}
		step := Step{CaseID: filed.ID, Seq: 1, Kind: File, State: Dispatched, ToID: filed.LeadID, Clause: filed.Clause, Text: filed.RouteReason, Public: true}
		if err := insertStep(tx, actor, &step); err != nil {
			return err
		}
		if err := audit.Append(tx, actor, "complaint.file", subject(filed), map[string]any{"matter": filed.Matter, "clause": filed.Clause, "lead": filed.LeadID}); err != nil {
			return err
		}
		told, err := filed.event(tx)
		if err != nil {
			return err
		}
		if err := outbox.Append(tx, event.CaseFiled{Case: told}); err != nil || display != Review || filed.Visibility != Public {
			return err
		}
		return outbox.Append(tx, event.CaseReview{Case: told})
	})
	if err != nil {
		// Two taps at the same moment: the second finds the first one's case.
		if again, findErr := s.filed(ctx, actor, d); again != nil && findErr == nil {
			return again, nil
		}
		return nil, fmt.Errorf("file complaint: %w", err)
	}
	return filed, nil
}

// filed finds the case of an earlier request with the same ref.
func (s *Service) filed(ctx context.Context, actor org.Actor, d Draft) (*Case, error) {
	var found *Case
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var c Case
		err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, d.ClientRef).Take(&c).Error
		if err != nil {
			return store.NotFound(err, nil)
		}
		if c.InputHash != d.InputHash {
			return ErrRefReused
		}
		found = &c
		return nil
	})
	return found, err
}

// checkPlace makes sure that building and unit lie in the estate, and that a unit is one the actor lives in.
func checkPlace(tx *store.Tx, actor org.Actor, e *org.Estate, d *Draft) error {
	if d.UnitID != 0 {
		if home, ok := actor.HomeIn(org.FileComplaint, d.UnitID); !ok || home.EstateID != e.ID {
			return org.ErrUnitNotFound
		}
		var u org.Unit
		if err := tx.Where("id = ?", d.UnitID).Take(&u).Error; err != nil {
			return store.NotFound(err, org.ErrUnitNotFound)
		}
		d.BuildingID = u.BuildingID
		return nil
	}
	if d.BuildingID == 0 {
		return nil
	}
	var n int64
	if err := tx.Model(&org.Building{}).Where("id = ? AND estate_id = ?", d.BuildingID, e.ID).Count(&n).Error; err != nil {
		return err
	}
	if n == 0 {
		return org.ErrBuildingNotFound
	}
	return nil
}

func insertParties(tx *store.Tx, c *Case, r *route) error {
	parties := []Party{{CaseID: c.ID, OrganisationID: c.LeadID, Role: "lead", Since: tx.Now}}
	seen := map[int64]bool{c.LeadID: true, c.AboutID: true, 0: true}
	add := func(ids []int64, role string) {
		for _, id := range ids {
			if !seen[id] {
				seen[id] = true
				parties = append(parties, Party{CaseID: c.ID, OrganisationID: id, Role: role, Since: tx.Now})
			}
		}
	}
	add(r.next, "next")
	add(r.joint, "joint")
	return tx.Create(&parties).Error
}

func insertStep(tx *store.Tx, actor org.Actor, st *Step) error {
	st.PersonID, st.PostID, st.OrganisationID, _ = actor.AuditTrail()
	st.At = tx.Now
	return tx.Create(st).Error
}

// event fills what every event of the case carries.
func (c *Case) event(tx *store.Tx) (event.Case, error) {
	names, err := org.EstateNames(tx, []int64{c.EstateID})
	if err != nil {
		return event.Case{}, err
	}
	leads, err := org.Organisations(tx, []int64{c.LeadID})
	if err != nil {
		return event.Case{}, err
	}
	var joint []int64
	err = tx.Model(&Party{}).Where("case_id = ? AND role IN ?", c.ID, []string{"joint", "next"}).Order("organisation_id").Pluck("organisation_id", &joint).Error
	if err != nil {
		return event.Case{}, err
	}
	e := event.Case{CaseID: c.ID, Number: c.Number, EstateID: c.EstateID, EstateName: names[c.EstateID], Matter: c.MatterName, Clause: c.Clause,
		LeadID: c.LeadID, LeadName: leads[c.LeadID].Name, JointIDs: joint, PersonID: c.PersonID, AboutID: c.AboutID, At: tx.Now}
	if c.DueAt != nil {
		e.Due = *c.DueAt
	}
	return e, nil
}
