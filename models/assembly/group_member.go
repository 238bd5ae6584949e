package assembly

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Member is somebody in a group. Only the masked name is kept: the list is posted.
type Member struct {
	ID             int64 `gorm:"primaryKey"`
	GroupID        int64
	EstateID       int64
	Part           Part
	Head           bool
	Name           string // 王*
	OrganisationID int64  // whom a member of an office stands for
	OwnerSetID     int64  // of an owner
	BuildingID     int64
	Recommended    string // by whom, for owners (guiding rules art. 11)
}

// TableName names the table.
func (Member) TableName() string { return "preparation_members" }

// Part is whom a member stands for.
type Part string

// The parts of a group.
const (
	OfOwners    Part = "owner"
	OfDeveloper Part = "developer"
	OfTownship  Part = "township"
	OfCommunity Part = "community"
	OfCommittee Part = "committee" // of a change-of-term group
)

// PartNames are the parts as people read them.
var PartNames = map[Part]string{OfOwners: "业主代表", OfDeveloper: "建设单位代表", OfTownship: "乡镇（办事处）代表", OfCommunity: "社区居委会代表", OfCommittee: "业委会代表"}

// NewMember is a member as the list is written.
type NewMember struct {
	Part        Part
	Head        bool
	Name        string
	UnitID      int64 // of an owner
	Recommended string
}

const maxMembers = 31

// ListMembers posts who is to be in the group; owners may object until a day. A list that objections changed is posted anew.
// Faults: ErrForbidden, ErrNoGroup, ErrGroup, fault.ErrInvalid.
func (s *Service) ListMembers(ctx context.Context, actor org.Actor, id int64, members []NewMember, until time.Time) (*Group, error) {
	var c fault.Checks
	c.Check(len(members) > 0 && len(members) <= maxMembers, "members", fmt.Sprintf("请填写1至%d名成员", maxMembers))
	for i := range members {
		path := fmt.Sprintf("members[%d].", i)
		c.Check(PartNames[members[i].Part] != "", path+"part", "请选择代表哪一方")
		checkText(&c, path+"name", &members[i].Name, 2, 20, "请填写姓名（2至20个字），公示时只显示姓")
		c.Check((members[i].Part == OfOwners) == (members[i].UnitID != 0), path+"unit_id", "业主代表要选择房屋，其他成员不用选")
		checkText(&c, path+"recommended", &members[i].Recommended, 0, 100, "由谁推荐不超过100个字")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.changeGroup(ctx, actor, org.FormGroup, id, "list", func(tx *store.Tx, g *Group) error {
		if !until.After(tx.Now) || until.After(tx.Now.AddDate(0, 3, 0)) {
			return fault.ErrInvalid.With(fault.Field{Path: "until", Reason: "请选择今后三个月内的截止时间"})
		}
		at := until.UTC().Truncate(time.Second)
		g.State, g.PostedAt, g.ObjectUntil = Listed, &tx.Now, &at
		if err := insertMembers(tx, g, members); err != nil {
			return err
		}
		return g.tell(tx, "group_posted")
	}, Requested, Listed)
}

func insertMembers(tx *store.Tx, g *Group, members []NewMember) error {
	e, err := org.OpenEstate(tx, g.EstateID)
	if err != nil {
		return err
	}
	if err := tx.Where("group_id = ?", g.ID).Delete(&Member{}).Error; err != nil {
		return err
	}
	office := map[Part]int64{OfTownship: e.TownshipID, OfCommunity: e.CommunityID, OfCommittee: e.CommitteeID}
	rows := make([]Member, len(members))
	for i, m := range members {
		rows[i] = Member{GroupID: g.ID, EstateID: g.EstateID, Part: m.Part, Head: m.Head, Name: vault.MaskName(m.Name), OrganisationID: office[m.Part], Recommended: m.Recommended}
		if m.Part != OfOwners {
			continue
		}
		var w struct{ OwnerSetID, BuildingID int64 }
		err := tx.Table("ownerships w").Select("w.owner_set_id, u.building_id").Joins("JOIN units u ON u.id = w.unit_id").Where("w.current_unit = ? AND w.estate_id = ?", m.UnitID, g.EstateID).Take(&w).Error
		if err := store.NotFound(err, fault.ErrInvalid.With(fault.Field{Path: fmt.Sprintf("members[%d].unit_id", i), Reason: "这套房屋不在本小区，或者名册上没有业主"})); err != nil {
			return err
		}
		rows[i].OwnerSetID, rows[i].BuildingID = w.OwnerSetID, w.BuildingID
	}
	return tx.Create(&rows).Error
}

// unmet says which rules of forming do not hold, each by itself. The national rules fix number, shares and head for a first meeting's
// group alone; of a change-of-term group they ask no more than that the office guides it and owners are in it.
func (s *Service) unmet(tx *store.Tx, g *Group) (fault.Checks, error) {
	var c fault.Checks
	e, err := org.OpenEstate(tx, g.EstateID)
	if err != nil {
		return nil, err
	}
	var members []Member
	if err := tx.Where("group_id = ?", g.ID).Order("id").Find(&members).Error; err != nil {
		return nil, err
	}
	has := func(p Part) bool { return slices.ContainsFunc(members, func(m Member) bool { return m.Part == p }) }
	heads := slices.DeleteFunc(slices.Clone(members), func(m Member) bool { return !m.Head })
	c.Check(has(OfCommunity), "members.community", "要有社区居委会的代表")
	c.Check(has(OfOwners), "members.owner", "要有业主代表")
	if g.Kind == FirstGroup {
		c.Check(len(heads) == 1 && heads[0].Part == OfTownship, "members.head", "要有一名组长，由乡镇（办事处）的代表担任")
		c.Check(has(OfDeveloper), "members.developer", "要有建设单位的代表")
		if err := s.unmetFirst(tx, g, members, &c); err != nil {
			return nil, err
		}
	} else {
		c.Check(len(heads) == 1 && (heads[0].Part == OfTownship || heads[0].Part == OfCommunity), "members.head", "要有一名组长，由乡镇（办事处）或社区居委会的代表担任")
	}
	c.Check(e.TownshipID != 0, "estate", "小区还没有登记所属的乡镇（办事处）")
	c.Check(g.PostedAt != nil && tx.Now.After(*g.ObjectUntil), "posted", "名单要公示，公示期满后才能成立")
	var open int64
	if err := tx.Model(&Comment{}).Where("about = ? AND about_id = ? AND state = ?", AboutGroup, g.ID, Open).Count(&open).Error; err != nil {
		return nil, err
	}
	c.Check(open == 0, "objections", fmt.Sprintf("还有%d件对名单的异议没有答复", open))
	return c, nil
}

func (s *Service) unmetFirst(tx *store.Tx, g *Group, members []Member, c *fault.Checks) error {
	set, _, err := s.law(tx, &Meeting{EstateID: g.EstateID, Session: First}, tx.Now)
	if err != nil {
		return err
	}
	g.Pack = set.Stamp()
	odd, err := set.Flag("first_meeting.group_odd")
	if err != nil {
		return err
	}
	share, err := set.Fraction("first_meeting.owner_share")
	if err != nil {
		return err
	}
	delivered, err := set.Fraction("first_meeting.delivered_share")
	if err != nil {
		return err
	}
	owners := 0
	for _, m := range members {
		if m.Part == OfOwners {
			owners++
		}
	}
	c.Check(!odd || len(members)%2 == 1, "members.odd", fmt.Sprintf("人数要是单数，现在是%d人", len(members)))
	c.Check(share.Met(int64(owners), int64(len(members))), "members.owners", fmt.Sprintf("业主代表要占%s，现在%d人中有%d人", share, len(members), owners))
	if err := g.measure(tx); err != nil {
		return err
	}
	c.Check(g.ConfirmedBy != 0 || delivered.Met(int64(g.DeliveredMilli), int64(g.TotalMilli)), "delivered",
		fmt.Sprintf("已交付的面积要%s；名册上是%s/%s平方米。名册不全的，请住建局凭证明材料确认", delivered, g.DeliveredMilli, g.TotalMilli))
	return nil
}

// measure reads from the register how much of the estate's area is delivered.
func (g *Group) measure(tx *store.Tx) error {
	var sum struct{ Delivered, Total int64 }
	err := tx.Raw("SELECT COALESCE(SUM(CASE WHEN delivered THEN area_milli ELSE 0 END), 0) AS delivered, COALESCE(SUM(area_milli), 0) AS total FROM units WHERE estate_id = ? AND removed_at IS NULL", g.EstateID).Scan(&sum).Error
	g.DeliveredMilli, g.TotalMilli = milli(sum.Delivered), milli(sum.Total)
	return err
}
