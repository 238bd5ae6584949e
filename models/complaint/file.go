package complaint

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// maxPhotos is how many pictures a complaint may carry.
const maxPhotos = 9

// minText and maxText bound what somebody writes, in characters.
const (
	minText = 5
	maxText = 2000
)

// Draft is what somebody files.
type Draft struct {
	EstateID   int64
	BuildingID int64 // 0 when it is nowhere in particular
	UnitID     int64
	Part       string // common part, a code of CommonParts; empty for none
	Place      string
	Lat, Lng   int64  // micro-degrees (GCJ-02); both 0 without a pin
	Matter     string // code of the mandate list; empty means "I do not know", the community receives it
	About      string // the body complained about, as ListAbout gives it; empty for none
	Text       string
	Visibility Visibility
	Cover      Cover
	PhotoIDs   []int64
	ClientRef  string
	InputHash  string

	longest int // the most that the text may hold; 0 means maxText
}

// Contact is how to reach somebody for whom an office files.
type Contact struct {
	Name  string
	Phone string
}

const (
	sayName = "请填写怎么称呼您，不超过30个字"
	sayVia  = "请选择窗口（counter）或电话（phone）"
)

// check looks at what an office wrote down of somebody who came or called.
func (who *Contact) check(via Source) error {
	who.Name, who.Phone = strings.TrimSpace(who.Name), strings.TrimSpace(who.Phone)
	var c fault.Checks
	c.Check(via == FromCounter || via == FromPhone, "via", sayVia)
	n := len([]rune(who.Name))
	c.Check(n >= 1 && n <= 30, "name", "请填写投诉人的称呼，不超过30个字")
	c.Check(org.ValidPhone(who.Phone), "phone", "请填写投诉人的11位手机号，用于查询进展和确认")
	return c.Err()
}

// CommonParts are the common parts of an estate that a complaint may be about, in the order in which people look.
var CommonParts = []struct{ Code, Name string }{
	{"stairs", "楼道、门厅"}, {"lift", "电梯"}, {"roof", "屋顶"}, {"facade", "外墙"}, {"pipes", "管道、管井"}, {"basement", "地下室、车库"}, {"parking", "停车位"},
	{"fire-lane", "消防通道"}, {"road", "小区道路"}, {"green", "绿地"}, {"gate", "大门、门禁"}, {"waste", "垃圾房"}, {"lighting", "照明"}, {"playground", "活动场地"}, {"other", "其他公共部位"},
}

// PartName is a common part as people read it.
func PartName(code string) string {
	for _, p := range CommonParts {
		if p.Code == code {
			return p.Name
		}
	}
	return ""
}

func (d *Draft) check() error {
	d.Text, d.Place = strings.TrimSpace(d.Text), strings.TrimSpace(d.Place)
	if d.Visibility == "" {
		d.Visibility = Private
	}
	var c fault.Checks
	n := len([]rune(d.Text))
	c.Check(n >= minText, "text", "请把情况写清楚，至少5个字")
	c.Check(n <= max(d.longest, maxText), "text", "内容不超过2000个字，其余可以用照片补充")
	c.Check(len([]rune(d.Place)) <= 100, "place", "地点不超过100个字")
	c.Check(d.Part == "" || PartName(d.Part) != "", "part", "没有这个公共部位，请从列表里选择")
	c.Check(d.Part == "" || d.UnitID == 0, "part", "公共部位和自家房屋只选一个")
	pinned := d.Lat != 0 || d.Lng != 0
	c.Check(!pinned || (d.Lat > 3_000_000 && d.Lat < 54_000_000 && d.Lng > 73_000_000 && d.Lng < 136_000_000), "lat", "定位不在国内，请重新定位或不填")
	c.Check(d.Visibility == Public || d.Visibility == Private, "visibility", "请选择公开（public）或不公开（private）")
	c.Check(d.Cover == Plain || d.Cover == Sealed || d.Cover == Anonymous, "cover", "请选择实名（不填）、对物业和业委会保密（sealed）或匿名（anonymous）")
	c.Check(len(d.PhotoIDs) <= maxPhotos, "photo_ids", "照片最多9张")
	c.Check(d.ClientRef != "" && len(d.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// filing is a complaint on its way in, whoever brings it.
type filing struct {
	draft Draft
	by    audit.Actor
	owner Complainant // as far as it is known
	// estate finds the estate and checks that whoever files may do so there.
	estate func(*store.Tx) (*org.Estate, error)
	files  org.Actor                    // who uploaded the photos
	writer int64                        // who writes, for the kept draft and a restriction; in no record of an anonymous complaint
	phone  string                       // the writer's, without an account
	detail any                          // what the offices read beside the first step; nil for nothing
	due    *time.Time                   // a deadline from outside, which counts where it is the earlier one
	also   func(*store.Tx, *Case) error // runs in the same transaction; nil for nothing
}

// File takes a resident's complaint, routes it and tells everybody concerned. The same ref with the same input answers
// the first case. The text check runs before the transaction; when it does not answer only the public display waits.
// Faults: ErrForbidden, ErrEstateNotFound, ErrMatter, ErrNamed, ErrRefReused, fault.ErrInvalid.
func (s *Service) File(ctx context.Context, actor org.Actor, d Draft) (*Case, error) {
	if err := actor.Must(org.FileComplaint); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	f := filing{draft: d, by: actor, files: actor, writer: actor.PersonID, owner: Complainant{Source: FromResident, PersonID: actor.PersonID, FiledBy: actor.PersonID, OpenID: actor.OpenID, Hidden: d.Cover}}
	if d.Cover == Anonymous {
		// Nothing of the person is kept; the keyed digest only recognises the same tap.
		f.by = audit.Unnamed{Surface: "miniapp"}
		f.owner = Complainant{Source: FromResident, Hidden: Anonymous}
		digest := s.vault.Index("complaint.ref", fmt.Sprint(actor.PersonID, " ", d.ClientRef))
		f.draft.ClientRef = "anonymous:" + digest[len(digest)-48:]
	}
	f.estate = func(tx *store.Tx) (*org.Estate, error) {
		e, err := org.EstateFor(tx, actor, org.FileComplaint, d.EstateID)
		if err != nil || d.UnitID == 0 {
			return e, err
		}
		if home, ok := actor.HomeIn(org.FileComplaint, d.UnitID); !ok || home.EstateID != e.ID {
			return nil, org.ErrUnitNotFound
		}
		return e, nil
	}
	return s.take(ctx, actor.OpenID, f)
}

// FileFor takes a complaint that an office writes down for somebody who came or called. The helper's own details stay
// out of it, and an account with the same phone is neither changed nor linked.
// Faults: ErrForbidden, ErrEstateNotFound, ErrMatter, ErrNamed, ErrRefReused, fault.ErrInvalid.
func (s *Service) FileFor(ctx context.Context, actor org.Actor, via Source, who Contact, d Draft) (*Case, error) {
	if err := actor.Must(org.FileForOthers); err != nil {
		return nil, err
	}
	if d.Cover == Anonymous {
		who.Name, who.Phone = strings.TrimSpace(who.Name), strings.TrimSpace(who.Phone)
		if who != (Contact{}) {
			return nil, fault.ErrInvalid.With(fault.Field{Path: "name", Reason: "匿名投诉不记录姓名和电话"})
		}
	} else if err := who.check(via); err != nil {
		return nil, err
	}
	if via != FromCounter && via != FromPhone {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "via", Reason: sayVia})
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	f := filing{draft: d, by: actor, files: actor}
	if who.Phone != "" {
		f.owner = s.reachedBy(who)
	}
	f.owner.Source, f.owner.FiledBy, f.owner.FiledPost, f.owner.Hidden = via, actor.PersonID, actor.Post.PostID, d.Cover
	f.estate = func(tx *store.Tx) (*org.Estate, error) {
		return org.EstateFor(tx, actor, org.FileForOthers, d.EstateID)
	}
	return s.take(ctx, "", f)
}

// FilePatrol takes what a community or township found on patrol (巡查发现). It counts apart from complaints; the office
// confirms or returns the answer itself.
// Faults: ErrForbidden, ErrEstateNotFound, ErrMatter, ErrRefReused, fault.ErrInvalid.
func (s *Service) FilePatrol(ctx context.Context, actor org.Actor, d Draft) (*Case, error) {
	if err := actor.Must(org.FileForOthers); err != nil {
		return nil, err
	}
	d.Cover = Plain
	if err := d.check(); err != nil {
		return nil, err
	}
	f := filing{draft: d, by: actor, files: actor, owner: Complainant{Source: FromPatrol, OrganisationID: actor.OrganisationID(), FiledBy: actor.PersonID, FiledPost: actor.Post.PostID}}
	f.estate = func(tx *store.Tx) (*org.Estate, error) {
		return org.EstateFor(tx, actor, org.FileForOthers, d.EstateID)
	}
	return s.take(ctx, actor.OpenID, f)
}

// take is the one way in.
func (s *Service) take(ctx context.Context, openID string, f filing) (*Case, error) {
	before, err := s.filed(ctx, f)
	if before != nil || err != nil {
		return before, err
	}
	display := s.screen(ctx, openID, inPublic(f.draft.Text, f.draft.Place))
	var filed *Case
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		filed, err = s.insert(tx, f, display)
		return err
	})
	if err != nil {
		// Two taps at the same moment: the second finds the first one's case.
		if again, findErr := s.filed(ctx, f); again != nil && findErr == nil {
			return again, nil
		}
		return nil, fmt.Errorf("file complaint: %w", err)
	}
	return filed, nil
}

func (s *Service) insert(tx *store.Tx, f filing, display Display) (*Case, error) {
	d := f.draft
	e, err := f.estate(tx)
	if err != nil {
		return nil, err
	}
	if d.Cover == Anonymous {
		// A unit's number is as good as a name, and so is a pin on it.
		if d.UnitID != 0 {
			d.UnitID, d.Lat, d.Lng = 0, 0, 0
		}
	}
	if err := checkPlace(tx, e, &d); err != nil {
		return nil, err
	}
	r, err := s.route(tx, e, d.Matter, d.About)
	if err != nil {
		return nil, err
	}
	if err := s.unrestricted(tx, f.writer, f.phone, string(r.Class)); err != nil {
		return nil, err
	}
	if r.named && d.Cover == Anonymous {
		return nil, ErrNamed
	}
	number, err := store.NextNumber(tx, "T")
	if err != nil {
		return nil, err
	}
	c := &Case{Number: number, Source: f.owner.Source, EstateID: e.ID, CommunityID: e.CommunityID, TownshipID: e.TownshipID, BuildingID: d.BuildingID, UnitID: d.UnitID,
		Part: d.Part, Place: d.Place, Lat: d.Lat, Lng: d.Lng, Text: d.Text, Visibility: d.Visibility, Display: display, State: Dispatched, People: 1, CreatedAt: tx.Now}
	if display != Unchecked {
		c.CheckedAt = &tx.Now
	}
	r.apply(c)
	t := &turn{Service: s, tx: tx, actor: f.by, c: c, step: &Step{Kind: File, State: Dispatched, ToID: c.LeadID, Clause: c.Clause, Text: c.RouteReason, Public: true}}
	if f.detail != nil {
		if err := t.detail(f.detail); err != nil {
			return nil, err
		}
	}
	c.OutsideDueAt = f.due
	if err := t.dispatch(); err != nil {
		return nil, err
	}
	if err := t.open(r.parties()); err != nil {
		return nil, err
	}
	m := f.owner
	m.CaseID, m.FiledID, m.Receipt, m.State, m.ClientRef, m.InputHash, m.CreatedAt = c.ID, c.ID, c.Number, Undecided, d.ClientRef, d.InputHash, tx.Now
	if err := tx.Create(&m).Error; err != nil {
		return nil, store.Duplicate(err, ErrRefReused)
	}
	if err := tx.Model(&Step{}).Where("id = ?", t.step.ID).Update("complainant_id", m.ID).Error; err != nil {
		return nil, err
	}
	if f.also != nil {
		if err := f.also(tx, c); err != nil {
			return nil, err
		}
	}
	attach := s.files.Attach
	if d.Cover == Anonymous {
		attach = s.files.AttachUnnamed
	}
	if err := attach(tx, f.files, d.PhotoIDs, "photo", "case", c.ID, e.ID); err != nil {
		return nil, err
	}
	if f.writer != 0 {
		if err := dropDraft(tx, f.writer); err != nil {
			return nil, err
		}
	}
	told, err := c.event(tx)
	if err != nil {
		return nil, err
	}
	if err := outbox.Append(tx, event.CaseFiled{Case: told}); err != nil || display != Review || c.Visibility != Public {
		return c, err
	}
	return c, outbox.Append(tx, event.CaseReview{Case: told})
}

// filed finds the case of an earlier request with the same ref.
func (s *Service) filed(ctx context.Context, f filing) (*Case, error) {
	var found *Case
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := joined(tx, f.owner.FiledBy, f.draft.ClientRef, f.draft.InputHash)
		if err != nil || m == nil {
			return err
		}
		var c Case
		if err := tx.Where("id = ?", m.FiledID).Take(&c).Error; err != nil {
			return store.NotFound(err, nil)
		}
		found = &c
		return nil
	})
	return found, err
}

// joined finds the receipt of an earlier request with the same ref.
func joined(tx *store.Tx, person int64, ref, hash string) (*Complainant, error) {
	var m Complainant
	err := tx.Where("filed_by = ? AND client_ref = ?", person, ref).Take(&m).Error
	if err != nil {
		return nil, store.NotFound(err, nil)
	}
	if m.InputHash != hash {
		return nil, ErrRefReused
	}
	return &m, nil
}

// checkPlace makes sure that building and unit lie in the estate.
func checkPlace(tx *store.Tx, e *org.Estate, d *Draft) error {
	if d.UnitID != 0 {
		var u org.Unit
		if err := tx.Where("id = ? AND estate_id = ? AND removed_at IS NULL", d.UnitID, e.ID).Take(&u).Error; err != nil {
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
	people, err := peopleOf(tx, c)
	if err != nil {
		return event.Case{}, err
	}
	e := event.Case{CaseID: c.ID, Number: c.Number, EstateID: c.EstateID, EstateName: names[c.EstateID], Matter: c.MatterName, Clause: c.Clause,
		LeadID: c.LeadID, LeadName: leads[c.LeadID].Name, JointIDs: joint, PersonIDs: people, AboutID: c.AboutID, Urgent: c.Urgent, At: tx.Now}
	if c.DueAt != nil {
		e.Due = *c.DueAt
	}
	if c.Part != "" && c.UnitID == 0 && c.Visibility == Public {
		e.BuildingID = c.BuildingID
	}
	return e, nil
}
