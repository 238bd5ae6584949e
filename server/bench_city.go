package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// caseBench is a city of twenty townships full of cases, and what is measured in it.
type caseBench struct {
	*app
	ctx     context.Context
	town    *demoTown
	rnd     *rand.Rand
	estates []org.Estate
	offices []int64
	cases   int
	last    int64
	open    int
}

// phrases make texts of the length and the mix of letters that people write.
var phrases = []string{"楼下烧烤店油烟很大", "半夜还在放音乐", "三单元电梯停运两天", "老人下不了楼", "消防通道被私家车堵住", "地下车库漏水严重", "垃圾桶好几天没人清", "门禁坏了谁都能进", "路灯整排不亮",
	"物业乱收停车费", "楼道堆满纸箱", "有人私搭阳光房", "绿化带被踩成土路", "僵尸车占着车位", "水压太小洗不了澡", "下水道返臭", "广场舞音响太吵", "高空抛物砸到雨棚", "外墙瓷砖往下掉", "充电桩经常跳闸",
	"希望尽快处理", "已经打过三次电话", "业委会说不归他们管", "麻烦现场看一下", "孩子晚上睡不着", "上个月就反映过", "拍了照片", "请依法查处", "谢谢", "到现在没人来"}

func (b *caseBench) seed(cases int) error {
	var organisations []org.Organisation
	now := b.db.Now()
	err := b.db.InTx(b.ctx, func(tx *store.Tx) error {
		home := b.town.actors["owner"].Estate
		var demo org.Estate
		if err := tx.Where("id = ?", home).Take(&demo).Error; err != nil {
			return err
		}
		b.estates = []org.Estate{demo}
		for i := range 950 {
			township, community := int64(100_000+i/50), int64(200_000+i/10)
			if i < 49 { // the demo township is as large as the others
				township, community = demo.TownshipID, demo.CommunityID
			}
			b.estates = append(b.estates, org.Estate{Code: fmt.Sprint("bench-", i), Name: fmt.Sprintf("测速小区%d", i), Form: demo.Form, TownshipID: township, CommunityID: community, CreatedAt: now})
		}
		if err := tx.CreateInBatches(b.estates[1:], 500).Error; err != nil {
			return err
		}
		return tx.Where("kind IN ?", []org.Kind{org.Department, org.Utility, org.Bureau}).Order("id").Find(&organisations).Error
	})
	if err != nil {
		return err
	}
	for _, o := range organisations {
		b.offices = append(b.offices, o.ID)
	}
	b.cases = cases
	const batch = 5000
	for done := 0; done < cases; done += batch {
		if err := b.fill(min(batch, cases-done), done, cases); err != nil {
			return err
		}
	}
	return nil
}

// fill adds cases in one go: the newest 3 % are open, as in an office that keeps up.
func (b *caseBench) fill(n, done, all int) error {
	return b.db.InTx(b.ctx, func(tx *store.Tx) error {
		var rows []complaint.Case
		var parties []complaint.Party
		var people []complaint.Complainant
		var steps []complaint.Step
		for i := range n {
			c := b.one(tx.Now, done+i, all)
			rows = append(rows, c)
		}
		if err := tx.CreateInBatches(&rows, 500).Error; err != nil {
			return err
		}
		for _, c := range rows {
			party := complaint.Party{CaseID: c.ID, OrganisationID: c.LeadID, Role: "lead", Open: c.Open, Waiting: c.Open && c.State != complaint.Answered, Queue: c.Queue, Since: c.CreatedAt,
				EstateID: c.EstateID, State: c.State, Matter: c.Matter, Source: c.Source, LeadID: c.LeadID, Urgent: c.Urgent, DueAt: c.DueAt, CreatedAt: &c.CreatedAt, ClosedAt: c.ClosedAt}
			parties = append(parties, party)
			if c.LeadID != c.CommunityID {
				party.OrganisationID, party.Role, party.Waiting = c.CommunityID, "joint", false
				parties = append(parties, party)
			}
			person := 1_000_000 + c.ID%200_000
			if c.ID%2000 == 7 { // somebody with as many cases as a person ever has
				person = b.town.actors["owner"].person
			}
			people = append(people, complaint.Complainant{CaseID: c.ID, FiledID: c.ID, Receipt: c.Number, Source: c.Source, PersonID: person, FiledBy: person,
				State: complaint.Undecided, ClientRef: c.Number, CreatedAt: c.CreatedAt})
			steps = append(steps, stepsTo(c)...)
			b.last = c.ID
		}
		return errors.Join(tx.CreateInBatches(&parties, 1000).Error, tx.CreateInBatches(&people, 1000).Error, tx.CreateInBatches(&steps, 1000).Error)
	})
}

// stepsTo are the steps of a case up to where it stands, between its filing and its due time.
func stepsTo(c complaint.Case) []complaint.Step {
	taken := []complaint.Step{{Kind: complaint.File, State: complaint.Dispatched, ToID: c.LeadID}}
	if c.State != complaint.Dispatched && c.State != complaint.Withdrawn {
		taken = append(taken, complaint.Step{Kind: complaint.Accept, State: complaint.Accepted, OrganisationID: c.LeadID})
	}
	answer := complaint.Step{Kind: complaint.Answer, State: complaint.Answered, OrganisationID: c.LeadID}
	switch c.State {
	case complaint.Planned:
		taken = append(taken, complaint.Step{Kind: complaint.Plan, State: c.State, OrganisationID: c.LeadID})
	case complaint.Answered:
		taken = append(taken, answer)
	case complaint.Returned:
		taken = append(taken, answer, complaint.Step{Kind: complaint.Return, State: c.State})
	case complaint.Closed:
		taken = append(taken, answer, complaint.Step{Kind: complaint.Confirm, State: c.State})
	case complaint.Withdrawn:
		taken = append(taken, complaint.Step{Kind: complaint.Withdraw, State: c.State})
	}
	between := c.DueAt.Sub(c.CreatedAt) / time.Duration(max(1, len(taken)-1))
	for i := range taken {
		s := &taken[i]
		s.CaseID, s.Seq, s.PersonID, s.Public, s.At = c.ID, int64(i+1), 1, true, c.CreatedAt.Add(time.Duration(i)*between).Truncate(time.Second)
	}
	return taken
}

// benchMatters are how many matters the city complains of; the first are far more common than the last.
const benchMatters = 80

// skewed picks one of n, the first most often.
func (b *caseBench) skewed(n int) int { return int(float64(n) * b.rnd.Float64() * b.rnd.Float64()) }

func (b *caseBench) one(now time.Time, i, all int) complaint.Case {
	e := b.estates[b.rnd.IntN(len(b.estates))]
	lead := b.offices[b.rnd.IntN(len(b.offices))]
	if b.rnd.IntN(5) < 2 {
		lead = e.CommunityID
	}
	created := now.Add(-time.Duration(all-i) * 3 * time.Minute).Truncate(time.Second)
	due := created.Add(time.Duration(2+b.rnd.IntN(300)) * time.Hour)
	source := []complaint.Source{complaint.FromResident, complaint.FromResident, complaint.FromResident, complaint.FromResident, complaint.FromResident, complaint.FromResident, complaint.FromCounter,
		complaint.FromPhone, complaint.FromHotline, complaint.FromPatrol}[b.rnd.IntN(10)]
	c := complaint.Case{Number: fmt.Sprintf("B%09d", i), Source: source, EstateID: e.ID, CommunityID: e.CommunityID, TownshipID: e.TownshipID, Matter: fmt.Sprintf("bench-%02d", b.skewed(benchMatters)), MatterName: "测速事项",
		Clause: "五(四)3", Class: "ordinary", Visibility: complaint.Public, Display: complaint.Cleared, State: complaint.Closed, Level: "department", LeadID: lead, People: 1, Version: 1, DueAt: &due,
		Queue: due.Unix(), CreatedAt: created, DispatchedAt: &created, Ending: complaint.EndConfirmed, ClosedAt: &due}
	for range 2 + b.rnd.IntN(3) {
		c.Text += phrases[b.rnd.IntN(len(phrases))] + "，"
	}
	if i%5000 == 0 {
		c.Text += "凤凰树倒了"
	}
	if b.rnd.IntN(30) == 0 {
		c.Urgent, c.Class = true, "danger"
	}
	if b.rnd.IntN(40) == 0 {
		c.State, c.Ending = complaint.Withdrawn, complaint.EndWithdrawn
	}
	if b.rnd.IntN(500) == 0 {
		c.Display = complaint.Review
	}
	if all-i <= all*3/100 {
		c.Open, c.ClosedAt, c.Ending = true, nil, ""
		c.State = []complaint.State{complaint.Dispatched, complaint.Accepted, complaint.Accepted, complaint.Answered, complaint.Returned, complaint.Planned}[b.rnd.IntN(6)]
		b.open++
	}
	return c
}

func (b *caseBench) analyze() error {
	if b.db.Dialect == store.SQLite { // writes its statistics like any other rows
		return b.db.InTx(b.ctx, func(tx *store.Tx) error {
			// Connections that are open read statistics only with a changed schema.
			for _, statement := range []string{"ANALYZE", "CREATE TABLE analyzed (x)", "DROP TABLE analyzed"} {
				if err := tx.Exec(statement).Error; err != nil {
					return err
				}
			}
			return nil
		})
	}
	return b.db.View(b.ctx, func(tx *store.Tx) error {
		return tx.Exec("ANALYZE TABLE cases, case_parties, case_grams, case_complainants, case_steps, deliveries, residences").Error
	})
}
