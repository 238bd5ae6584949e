package org

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// NewOrganisation describes an organisation to create.
type NewOrganisation struct {
	Kind     Kind
	Code     string // made when empty
	Name     string
	ParentID int64
	Phone    string
}

// parents says under which kinds an organisation of a kind stands; nil means that only the pack creates it.
var parents = map[Kind][]Kind{
	Township:   {Bureau, Office, LeadingGroup},
	Community:  {Township},
	Committee:  {Community, Township},
	Company:    {Bureau, Township},
	Department: {Office, LeadingGroup},
	Utility:    {Office, LeadingGroup},
}

// CreateOrganisation adds a body. A township creates what stands below it; the bureau creates anywhere.
// Faults: ErrForbidden, ErrOrganisationNotFound, ErrNameTaken, fault.ErrInvalid.
func (s *Service) CreateOrganisation(ctx context.Context, actor Actor, in NewOrganisation) (*Organisation, error) {
	if err := actor.Must(ManageOrganisations); err != nil {
		return nil, err
	}
	in.Name, in.Code, in.Phone = strings.TrimSpace(in.Name), strings.TrimSpace(in.Code), strings.TrimSpace(in.Phone)
	var c fault.Checks
	c.Check(in.Name != "" && len([]rune(in.Name)) <= 60, "name", "请填写单位名称，不超过60个字")
	c.Check(len(in.Code) <= 64, "code", "代码不超过64个字符")
	c.Check(len(in.Phone) <= 40, "phone", "电话不超过40个字符")
	c.Check(parents[in.Kind] != nil, "kind", "这类单位由政策文件规定，不能新建")
	if err := c.Err(); err != nil {
		return nil, err
	}
	if in.Code == "" {
		in.Code = string(in.Kind) + "-" + strings.ToLower(rand.Text()[:10])
	}
	var o *Organisation
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		parent, err := findOrganisation(tx, in.ParentID)
		if err != nil {
			return err
		}
		if !slices.Contains(parents[in.Kind], parent.Kind) {
			return fault.ErrInvalid.With(fault.Field{Path: "parent_id", Reason: "这类单位不能设在所选的上级单位下"})
		}
		if !actor.Has(ManageOrganisations, ScopeCity) {
			below, err := isBelow(tx, parent.ID, actor.OrganisationID())
			if err != nil {
				return err
			}
			if !below {
				return ErrOrganisationNotFound
			}
		}
		o = &Organisation{Kind: in.Kind, Code: in.Code, Name: in.Name, ParentID: parent.ID, Phone: in.Phone,
			CityWide: in.Kind == Department || in.Kind == Utility, CreatedAt: tx.Now}
		if err := tx.Create(o).Error; err != nil {
			return store.Duplicate(err, ErrNameTaken)
		}
		return audit.Append(tx, actor, "organisation.create", audit.Subject{Kind: "organisation", ID: o.ID}, map[string]any{"kind": o.Kind, "code": o.Code})
	})
	if err != nil {
		return nil, fmt.Errorf("create organisation: %w", err)
	}
	return o, nil
}

func findOrganisation(tx *store.Tx, id int64) (*Organisation, error) {
	var o Organisation
	if err := tx.Where("id = ? AND closed_at IS NULL", id).Take(&o).Error; err != nil {
		return nil, store.NotFound(err, ErrOrganisationNotFound)
	}
	return &o, nil
}

// FindOrganisation returns an organisation that is open.
func FindOrganisation(tx *store.Tx, id int64) (*Organisation, error) { return findOrganisation(tx, id) }

// OrganisationOfPost is whose post it is; 0 for none.
func OrganisationOfPost(tx *store.Tx, post int64) (int64, error) {
	var ids []int64
	err := tx.Model(&Post{}).Where("id = ?", post).Pluck("organisation_id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// OrganisationByCode returns the organisation with a pack's code.
func OrganisationByCode(tx *store.Tx, code string) (*Organisation, error) {
	var o Organisation
	if err := tx.Where("code = ? AND closed_at IS NULL", code).Take(&o).Error; err != nil {
		return nil, store.NotFound(err, ErrOrganisationNotFound)
	}
	return &o, nil
}

// Organisations finds several by id.
func Organisations(tx *store.Tx, ids []int64) (map[int64]Organisation, error) {
	var rows []Organisation
	if err := tx.Where("id IN ?", append([]int64{0}, ids...)).Find(&rows).Error; err != nil {
		return nil, err
	}
	byID := make(map[int64]Organisation, len(rows))
	for _, o := range rows {
		byID[o.ID] = o
	}
	return byID, nil
}

// isBelow walks up from id, at most eight levels, and reports whether it meets top.
func isBelow(tx *store.Tx, id, top int64) (bool, error) {
	for range 8 {
		if id == top {
			return true, nil
		}
		if id == 0 {
			return false, nil
		}
		var up []int64
		if err := tx.Model(&Organisation{}).Where("id = ?", id).Pluck("parent_id", &up).Error; err != nil || len(up) == 0 {
			return false, err
		}
		id = up[0]
	}
	return false, nil
}

// IsBelow reports whether an organisation stands below one that counts as one body with top, or is it.
func IsBelow(tx *store.Tx, id, top int64) (bool, error) {
	bodies, err := OneBody(tx, top)
	if err != nil {
		return false, err
	}
	for _, b := range bodies {
		below, err := isBelow(tx, id, b)
		if err != nil || below {
			return below, err
		}
	}
	return false, nil
}

// OrganisationFilter narrows a list; zero values do not.
type OrganisationFilter struct {
	Kind     Kind
	ParentID int64
	Text     string
	After    int64
	Limit    int
}

// ListOrganisations pages through the organisations by id.
func (s *Service) ListOrganisations(ctx context.Context, actor Actor, f OrganisationFilter) ([]Organisation, error) {
	if err := actor.Must(ReadOrganisations); err != nil {
		return nil, err
	}
	var rows []Organisation
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Where("id > ? AND closed_at IS NULL", f.After)
		if f.Kind != "" {
			q = q.Where("kind = ?", f.Kind)
		}
		if f.ParentID != 0 {
			q = q.Where("parent_id = ?", f.ParentID)
		}
		if f.Text != "" {
			q = q.Where("name LIKE ? ESCAPE '!'", "%"+store.Like(f.Text)+"%")
		}
		return q.Order("id").Limit(f.Limit).Find(&rows).Error
	})
	return rows, err
}

// PackOrganisation is an organisation that the policy names.
type PackOrganisation struct {
	Kind   Kind
	Code   string
	Name   string
	Parent string // code
}

// InstallOrganisations creates the organisations of a pack that are missing, parents first, each with a head's post,
// and returns how many it made. It is harmless to repeat.
func (s *Service) InstallOrganisations(ctx context.Context, list []PackOrganisation) (int, error) {
	made := 0
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		made = 0
		for _, p := range list {
			if _, err := OrganisationByCode(tx, p.Code); err == nil {
				continue
			}
			o := Organisation{Kind: p.Kind, Code: p.Code, Name: p.Name, CreatedAt: tx.Now, CityWide: true}
			if p.Parent != "" {
				parent, err := OrganisationByCode(tx, p.Parent)
				if err != nil {
					return fmt.Errorf("%s: parent %s: %w", p.Code, p.Parent, err)
				}
				o.ParentID = parent.ID
			}
			if err := tx.Create(&o).Error; err != nil {
				return err
			}
			if _, err := insertPost(tx, audit.System{}, NewPost{OrganisationID: o.ID, Kind: Head, Title: "负责人"}); err != nil {
				return err
			}
			made++
			if err := audit.Append(tx, audit.System{}, "organisation.install", audit.Subject{Kind: "organisation", ID: o.ID}, map[string]any{"code": o.Code}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("install organisations: %w", err)
	}
	return made, nil
}

// living narrows posts to those that are open on a day and whose term runs.
func living(q *gorm.DB, at time.Time) *gorm.DB {
	day := DayOf(at)
	return q.Where("posts.closed_at IS NULL AND (posts.starts_on IS NULL OR posts.starts_on <= ?) AND (posts.ends_on IS NULL OR posts.ends_on >= ?)", day, day)
}

// DayOf is the calendar day of a time in Shanghai, as DATE columns hold days: midnight UTC. Queries compare days as
// such values, because SQLite compares text.
func DayOf(t time.Time) time.Time {
	y, m, d := t.In(Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// dateOf drops the clock of a day that somebody entered.
func dateOf(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	y, m, d := t.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return &day
}

// Shanghai is the zone in which days of law are counted.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)
