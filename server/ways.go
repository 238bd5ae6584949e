package main

import (
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/plan"
)

// ways are all the ways to reach people outside the app.
func (a *app) ways() map[plan.Channel]*notify.Way {
	ways := a.wechat.ways(a.templates())
	mini, service := ways[plan.Mini], ways[plan.Service]
	mini.Consents = a.consents
	mini.PerMinute, mini.PerDay = a.cfg.MiniPerMinute.N, a.cfg.MiniPerDay.N
	service.PerMinute, service.PerDay = a.cfg.ServicePerMinute.N, a.cfg.ServicePerDay.N
	if w := a.smsWay(); w != nil {
		ways[plan.SMS] = w
	}
	return ways
}

// onDuty tells the notifier who is on duty for emergency repairs.
func onDuty(tx *store.Tx, estate int64) ([]notify.Shift, error) {
	shifts, err := complaint.OnDuty(tx, estate)
	list := make([]notify.Shift, len(shifts))
	for i, s := range shifts {
		list[i] = notify.Shift{ShiftID: s.ID, OrganisationID: s.OrganisationID}
	}
	return list, err
}
