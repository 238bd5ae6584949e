package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func contactRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "投诉电话和值班", web.Staff)
	web.Handle(g, web.Op{ID: "officeListContacts", Method: http.MethodGet, Path: "/contacts", Summary: "本单位公布的投诉电话和投诉点", Action: org.PublishContacts}, listContacts(d))
	web.Handle(g, web.Op{ID: "officePublishContact", Method: http.MethodPost, Path: "/contacts", Summary: "公布投诉电话或投诉点", Action: org.PublishContacts, Rate: workRate, Status: http.StatusCreated}, publishContact(d))
	web.Handle(g, web.Op{ID: "officeCloseContact", Method: http.MethodDelete, Path: "/contacts/{id}", Summary: "停用投诉电话或投诉点", Action: org.PublishContacts}, closeContact(d))
	web.Handle(g, web.Op{ID: "officeDutyRoster", Method: http.MethodGet, Path: "/duty", Summary: "应急维修值班表和没有安排人的时间", Action: org.KeepDuty}, dutyRoster(d))
	web.Handle(g, web.Op{ID: "officePlanShift", Method: http.MethodPost, Path: "/duty", Summary: "安排一个班次", Action: org.KeepDuty, Rate: workRate, Status: http.StatusCreated}, planShift(d))
	web.Handle(g, web.Op{ID: "officeCancelShift", Method: http.MethodDelete, Path: "/duty/{id}", Summary: "取消一个班次", Action: org.KeepDuty}, cancelShift(d))
}

type contactPointView struct {
	ID       int64  `json:"id"`
	EstateID int64  `json:"estate_id,omitempty"`
	Name     string `json:"name"`
	Phone    string `json:"phone,omitempty"`
	Address  string `json:"address,omitempty"`
	Hours    string `json:"hours,omitempty"`
	Urgent   bool   `json:"urgent,omitempty"`
}

func viewContact(p complaint.ContactPoint) contactPointView {
	return contactPointView{ID: p.ID, EstateID: p.EstateID, Name: p.Name, Phone: p.Phone, Address: p.Address, Hours: p.Hours, Urgent: p.Urgent}
}

func listContacts(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[contactPointView], error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*web.All[contactPointView], error) {
		rows, err := d.Complaints.ListOwnContacts(ctx, a)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, viewContact), nil
	}
}

type publishContactInput struct {
	Body struct {
		EstateID int64  `json:"estate_id,omitempty" minimum:"0" doc:"只为一个小区；不填为本单位的整个辖区"`
		Name     string `json:"name" minLength:"1" maxLength:"60" doc:"哪里的电话或投诉点"`
		Phone    string `json:"phone,omitempty" maxLength:"20"`
		Address  string `json:"address,omitempty" maxLength:"120"`
		Hours    string `json:"hours,omitempty" maxLength:"60" doc:"什么时间有人"`
		Urgent   bool   `json:"urgent,omitempty" doc:"紧急危险时可以打"`
	}
}

type contactPointOutput struct{ Body contactPointView }

func publishContact(d Deps) func(context.Context, org.Actor, *publishContactInput) (*contactPointOutput, error) {
	return func(ctx context.Context, a org.Actor, in *publishContactInput) (*contactPointOutput, error) {
		b := in.Body
		p, err := d.Complaints.PublishContact(ctx, a, complaint.ContactPoint{EstateID: b.EstateID, Name: b.Name, Phone: b.Phone, Address: b.Address, Hours: b.Hours, Urgent: b.Urgent})
		if err != nil {
			return nil, err
		}
		return &contactPointOutput{Body: viewContact(*p)}, nil
	}
}

func closeContact(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Complaints.CloseContact(ctx, a, in.ID)
	}
}

type shiftView struct {
	ID       int64     `json:"id"`
	Name     string    `json:"name"`
	Phone    string    `json:"phone"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

type spanView struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

func viewShift(sh complaint.Shift) shiftView {
	return shiftView{ID: sh.ID, Name: sh.Name, Phone: sh.Phone, StartsAt: web.Time(sh.StartsAt), EndsAt: web.Time(sh.EndsAt)}
}

type rosterOutput struct {
	Body struct {
		Shifts []shiftView `json:"shifts"`
		Gaps   []spanView  `json:"gaps" doc:"没有安排人的时间"`
	}
}

type dutyInput struct {
	Days int `query:"days" minimum:"1" maximum:"31" default:"7" doc:"看今后几天的空档"`
}

func dutyRoster(d Deps) func(context.Context, org.Actor, *dutyInput) (*rosterOutput, error) {
	return func(ctx context.Context, a org.Actor, in *dutyInput) (*rosterOutput, error) {
		r, err := d.Complaints.DutyRoster(ctx, a, in.Days)
		if err != nil {
			return nil, err
		}
		out := &rosterOutput{}
		out.Body.Shifts, out.Body.Gaps = []shiftView{}, []spanView{}
		for _, sh := range r.Shifts {
			out.Body.Shifts = append(out.Body.Shifts, viewShift(sh))
		}
		for _, g := range r.Gaps {
			out.Body.Gaps = append(out.Body.Gaps, spanView{web.Time(g.From), web.Time(g.To)})
		}
		return out, nil
	}
}

type planShiftInput struct {
	Body struct {
		Name     string    `json:"name" minLength:"1" maxLength:"60" doc:"怎么称呼，居民会看到，例如“值班室”"`
		Phone    string    `json:"phone" minLength:"3" maxLength:"20"`
		StartsAt time.Time `json:"starts_at"`
		EndsAt   time.Time `json:"ends_at"`
	}
}

type shiftOutput struct{ Body shiftView }

func planShift(d Deps) func(context.Context, org.Actor, *planShiftInput) (*shiftOutput, error) {
	return func(ctx context.Context, a org.Actor, in *planShiftInput) (*shiftOutput, error) {
		b := in.Body
		sh, err := d.Complaints.PlanShift(ctx, a, complaint.Shift{Name: b.Name, Phone: b.Phone, StartsAt: b.StartsAt.UTC().Truncate(time.Second), EndsAt: b.EndsAt.UTC().Truncate(time.Second)})
		if err != nil {
			return nil, err
		}
		return &shiftOutput{Body: viewShift(*sh)}, nil
	}
}

func cancelShift(d Deps) func(context.Context, org.Actor, *IDPath) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.Empty, error) {
		return nil, d.Complaints.CancelShift(ctx, a, in.ID)
	}
}
