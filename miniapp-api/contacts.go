package miniapp

import (
	"context"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type contactView struct {
	Name    string `json:"name"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`
	Hours   string `json:"hours,omitempty"`
	Urgent  bool   `json:"urgent,omitempty" doc:"紧急危险时可以打"`
	OnDuty  bool   `json:"on_duty,omitempty" doc:"现在的应急维修值班"`
}

func listContacts(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[contactView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[contactView], error) {
		rows, err := d.Complaints.ContactsFor(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(l complaint.Line) contactView {
			return contactView{Name: l.Name, Phone: l.Phone, Address: l.Address, Hours: l.Hours, Urgent: l.Urgent, OnDuty: l.OnDuty}
		}), nil
	}
}
