package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/web"
)

// demoActor is one line of demo.json.
type demoActor struct {
	Name    string `json:"name"`
	Token   string `json:"token"`
	Surface string `json:"surface"`
	Estate  int64  `json:"estate,omitempty"`
	Post    int64  `json:"post,omitempty"`
	Unit    int64  `json:"unit,omitempty"`

	person int64
}

// demoTown fills an empty installation with a town by the same actions that real people use: invitations are made and
// accepted, rosters are uploaded, checked and applied, phones are bound.
type demoTown struct {
	*app
	ctx    context.Context
	actors map[string]*demoActor
	bureau org.Actor
}

// newDemoTown builds the town, or finds it again in a folder that a demo has used before.
func newDemoTown(ctx context.Context, a *app) (*demoTown, error) {
	t := &demoTown{app: a, ctx: ctx, actors: map[string]*demoActor{}}
	if _, err := a.org.InstallOrganisations(ctx, packOrganisations(a.pack)); err != nil {
		return nil, err
	}
	steps := []func() error{
		t.theBureau,
		func() error {
			return t.township("", "演示一办事处", "演示一社区", "演示云鹤苑", "演示一物业公司")
		},
		func() error {
			return t.township("_foreign", "演示二办事处", "演示二社区", "演示清水湾", "演示二物业公司")
		},
		t.withoutBodies, t.departments, t.localValues, t.phones, t.firstNotice,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, fmt.Errorf("demo town: %w", err)
		}
	}
	return t, nil
}

// packOrganisations gives the policy's organisations in the register's terms.
func packOrganisations(p *rulepack.Pack) []org.PackOrganisation {
	list := make([]org.PackOrganisation, len(p.Organisations))
	for i, o := range p.Organisations {
		list[i] = org.PackOrganisation{Kind: org.Kind(o.Kind), Code: o.Code, Name: o.Name, Parent: o.Parent}
	}
	return list
}

// person signs somebody in through the sandbox WeChat, as a phone would, and returns them as an actor.

func (t *demoTown) code(code string) (*org.Organisation, error) {
	var o *org.Organisation
	err := t.db.View(t.ctx, func(tx *store.Tx) (err error) {
		o, err = org.OrganisationByCode(tx, code)
		return err
	})
	return o, err
}

// organisation finds a demo body by its code, or creates it.
func (t *demoTown) organisation(by org.Actor, kind org.Kind, code, name string, parent int64) (int64, error) {
	o, err := t.code(code)
	if errors.Is(err, org.ErrOrganisationNotFound) {
		o, err = t.org.CreateOrganisation(t.ctx, by, org.NewOrganisation{Kind: kind, Code: code, Name: name, ParentID: parent, Phone: "0854-0000000（演示）"})
	}
	if err != nil {
		return 0, err
	}
	return o.ID, nil
}

func (t *demoTown) theBureau() error {
	o, err := t.code("housing-bureau")
	if err != nil {
		return err
	}
	head, err := t.post(org.Actor{}, o.ID, org.Head, "负责人")
	if err != nil {
		return err
	}
	if t.bureau, err = t.officer("bureau", "演示住建局负责人", org.Actor{}, head); err != nil {
		return err
	}
	clerk, err := t.post(t.bureau, o.ID, org.Clerk, "经办人")
	if err != nil {
		return err
	}
	_, err = t.officer("bureau_second", "演示住建局经办人", t.bureau, clerk)
	return err
}

// township makes one township with a community, a company, a committee and an estate, and its people. Twin keys end
// with the suffix.
func (t *demoTown) township(suffix, township, community, estate, company string) error {
	slug := "demo" + strings.ReplaceAll(suffix, "_", "-")
	bureau, err := t.code("housing-bureau")
	if err != nil {
		return err
	}
	tid, err := t.organisation(t.bureau, org.Township, slug+"-township", township, bureau.ID)
	if err != nil {
		return err
	}
	post, err := t.post(t.bureau, tid, org.Head, "负责人")
	if err != nil {
		return err
	}
	head, err := t.officer("township"+suffix, township+"负责人", t.bureau, post)
	if err != nil {
		return err
	}
	cid, err := t.organisation(head, org.Community, slug+"-community", community, tid)
	if err != nil {
		return err
	}
	e, err := t.estate(head, slug+"-estate", estate, org.Compound, cid)
	if err != nil {
		return err
	}
	bodies := []struct {
		key, code, name, title string
		kind                   org.Kind
		parent                 int64
		post                   org.PostKind
		function               org.Function
	}{
		{"community", slug + "-community", community, "社区工作人员", org.Community, tid, org.Clerk, ""},
		{"company", slug + "-company", company, "项目经理", org.Company, tid, org.Head, org.FunctionCompany},
		{"committee_chair", slug + "-committee", estate + "业主委员会", "业委会主任", org.Committee, cid, org.Chair, org.FunctionCommittee},
		{"committee_member", slug + "-committee", estate + "业主委员会", "业委会委员", org.Committee, cid, org.Member, ""},
	}
	for _, b := range bodies {
		id, err := t.organisation(head, b.kind, b.code, b.name, b.parent)
		if err != nil {
			return err
		}
		if b.function != "" && !has(e, b.function) {
			if err := t.org.Appoint(t.ctx, head, e.ID, b.function, id, "演示数据"); err != nil {
				return err
			}
		}
		post, err := t.post(head, id, b.post, b.title)
		if err != nil {
			return err
		}
		if _, err := t.officer(b.key+suffix, b.name+b.title, head, post); err != nil {
			return err
		}
		t.actors[b.key+suffix].Estate = e.ID
	}
	t.actors["township"+suffix].Estate = e.ID
	return t.residents(suffix, e)
}

func has(e *org.Estate, f org.Function) bool { return !e.StandIn(f).StandIn }

func (t *demoTown) estate(by org.Actor, code, name string, form org.Form, community int64) (*org.Estate, error) {
	var rows []org.Estate
	err := t.db.View(t.ctx, func(tx *store.Tx) error { return tx.Where("code = ?", code).Find(&rows).Error })
	if err != nil || len(rows) > 0 {
		return first(rows), err
	}
	e, err := t.org.CreateEstate(t.ctx, by, org.NewEstate{Code: code, Name: name, Address: "都匀市（演示地址）", Form: form, CommunityID: community})
	if err != nil {
		return nil, err
	}
	return e, t.roster(e)
}

func first(rows []org.Estate) *org.Estate {
	if len(rows) == 0 {
		return nil
	}
	return &rows[0]
}

// roster imports the estate's demo roster the way a clerk does.
// departments signs in one person for every office that the policy names.
func (t *demoTown) departments() error {
	for _, p := range t.pack.Organisations {
		inviter := t.bureau
		key := "department_" + strings.ReplaceAll(p.Code, "-", "_")
		switch org.Kind(p.Kind) {
		case org.Bureau:
			continue
		case org.Office:
			key = "leading_group_office"
		case org.LeadingGroup:
			key, inviter = "leading_group", org.Actor{} // nobody else staffs it
		}
		o, err := t.code(p.Code)
		if err != nil {
			return err
		}
		post, err := t.post(t.bureau, o.ID, org.Head, "负责人")
		if err != nil {
			return err
		}
		if _, err := t.officer(key, p.Name+"（演示）", inviter, post); err != nil {
			return err
		}
	}
	return nil
}

// localValues gives what the law leaves open a value, so that it can be tried.
func (t *demoTown) localValues() error {
	return t.enterLocal(map[string]string{"disclosure.posting_days": "7", "complaint.whistle.radius": "300", "complaint.step.accept": "4h", "complaint.step.sign": "1wd", "complaint.step.arbitrate": "3wd",
		"complaint.restrict_days": "30", "complaint.hold_days": "60", "complaint.rate_weights": "3000；3000；4000", "complaint.identity_months": "24",
		"meeting.roster_days": "7", "meeting.window_days_min": "5", "meeting.window_days_max": "60", "meeting.objection_days": "7", "meeting.count_days": "7", "meeting.certify_days": "7", "meeting.extension_days": "10", "meeting.outage_rate": "500", "meeting.petition_measure": "heads_and_area",
		"ballot.electronic_clause": "演示议事规则第九条", "ballot.official_platform": "no", "ballot.which_wins": "first_valid", "ballot.change": "once", "ballot.void_takes_part": "no", "proxy.cap": "3",
		"election.order": "heads", "election.tie": "area", "committee.frozen_matters": "sign_contract；entrusted",
		"fund.proposal_days": "7", "fund.final_days": "7", "fund.advance_rate": "5000", "fund.review_over": "5000000", "fund.emergency_cases": "电梯停运；屋面、外墙渗漏；消防设施停用", "fund.emergency_review_days": "30"})
}

// enterLocal enters nothing that could be taken for law: each value is marked 演示值 and confirmed by the second person.
func (t *demoTown) enterLocal(values map[string]string) error {
	set, err := t.org.RulesToday(t.ctx, t.bureau, t.pack.Code)
	if err != nil {
		return err
	}
	second, err := t.staff("bureau_second")
	if err != nil {
		return err
	}
	for _, v := range set.Unset() {
		if values[v.Key] == "" {
			continue
		}
		entered, err := t.org.EnterValue(t.ctx, t.bureau, t.pack.Code, org.NewLocalValue{Name: v.Key, Value: values[v.Key], Article: "演示值，不是真实规定", EffectiveOn: t.db.Now().AddDate(0, 0, -1), Demo: true})
		if err != nil {
			return err
		}
		if err := t.org.ConfirmValue(t.ctx, second, entered.ID, true, ""); err != nil {
			return err
		}
	}
	return nil
}

// organisations are the ids of the offices that the walk-through names.
func (t *demoTown) organisations() map[string]int64 {
	ids := map[string]int64{}
	for _, code := range []string{"fire", "natural-resources", "urban-enforcement", "demo-community", "demo-township"} {
		if o, err := t.code(code); err == nil {
			ids[code] = o.ID
		}
	}
	return ids
}

// phones puts numbers that nobody has into the register of complaint phones.
func (t *demoTown) phones() error {
	for _, p := range []struct {
		actor string
		point complaint.ContactPoint
	}{
		{"community", complaint.ContactPoint{Name: "演示一社区值守电话", Phone: "0854-0000001", Hours: "24小时（演示）", Urgent: true}},
		{"community", complaint.ContactPoint{Name: "演示一社区便民窗口", Phone: "0854-0000002", Address: "社区服务中心一楼（演示地址）", Hours: "工作日 9:00—17:00"}},
	} {
		clerk, err := t.sessions.Staff(t.ctx, t.actors[p.actor].Token, 0)
		if err != nil {
			return err
		}
		if _, err := t.complaints.PublishContact(t.ctx, clerk, p.point); err != nil {
			return err
		}
	}
	return nil
}

func (t *demoTown) firstNotice() error {
	chair, err := t.sessions.Staff(t.ctx, t.actors["committee_chair"].Token, 0)
	if err != nil {
		return err
	}
	const title, body = "关于清理楼道堆放物品的通知", "各位业主：为了消防安全，请在本周日前把楼道里的个人物品搬回家中。需要帮忙的老人可以联系业委会。（演示）"
	e := t.actors["committee_chair"].Estate
	_, err = t.board.Publish(t.ctx, chair, disclosure.Draft{EstateID: e, Kind: disclosure.Announcement, Audience: disclosure.Everyone, Title: title, Body: body,
		ClientRef: "demo-notice", InputHash: web.InputHash(e, title, body)})
	return err
}
