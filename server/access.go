package main

import (
	"encoding/json"
	"errors"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/server/web"
)

type accessCmd struct {
	From   string `required:"" help:"从哪一天起，如 2026-11-01"`
	To     string `required:"" help:"到哪一天止，含当天；最近一两秒的可能还没有写入"`
	Person *int64 `help:"只要这个人的（人员编号）"`
}

// What is asked for has to be said.
var (
	errNoDays   = errors.New("--to 早于 --from；请写成先后两天，如 --from 2026-11-01 --to 2026-11-02")
	errNoYear   = errors.New("没有这一年的日志；请写成 2026-11-01 这样的日期")
	errNoPerson = errors.New("--person 要写人员编号，是大于0的整数；要看所有人的就不写 --person")
)

// Run prints the access log of some days, one JSON line a call. The trail says that it was read.
func (c accessCmd) Run(e *environment) error {
	q, err := c.query()
	if err != nil {
		return err
	}
	return e.withApp(func(a *app) error {
		if err := a.db.CheckSchema(e.ctx); err != nil {
			return err
		}
		out := json.NewEncoder(e.out)
		return web.ReadAccessLog(e.ctx, a.db, audit.Unnamed{Surface: "command"}, q, func(x web.AccessEntry) error {
			x.At = x.At.In(calendar.Shanghai)
			return out.Encode(x)
		})
	})
}

func (c accessCmd) query() (q web.AccessQuery, err error) {
	from, err := calendar.ParseDate(c.From)
	if err != nil {
		return q, err
	}
	to, err := calendar.ParseDate(c.To)
	if err != nil {
		return q, err
	}
	if to.Before(from) {
		return q, errNoDays
	}
	if from.Year < 1000 || to.Year > 9998 { // what every database can compare
		return q, errNoYear
	}
	if c.Person != nil {
		if q.PersonID = *c.Person; q.PersonID < 1 {
			return q, errNoPerson
		}
	}
	q.From, q.Before = from.Start(), to.Add(1).Start()
	return q, nil
}
