package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/org/roster"
	"github.com/linli-city/linli/server/web"
)

type benchCmd struct {
	Cases   benchCasesCmd   `cmd:"" help:"填入大量投诉，量每个工作列表和搜索的时间；要一个空数据库"`
	Import  benchImportCmd  `cmd:"" help:"导入一份大名册，打印时间和内存峰值"`
	Money   benchMoneyCmd   `cmd:"" help:"一个小区每户出账单，再把账记到很多分录，看住户打开流水的时间，旁边是同一数据库的批量写入速度；要一个空数据库"`
	Notify  benchNotifyCmd  `cmd:"" help:"把一件事通知很多人，打印写入和发送的速度、其间危险警报的快慢；要一个空数据库"`
	Vote    benchVoteCmd    `cmd:"" help:"很多业主同时投票，打印每秒收票数和等待时间，旁边是同一数据库的单行提交速度；要一个空数据库"`
	Recount benchRecountCmd `cmd:"" help:"一次会议有很多票，从选票重新计票，打印时间和内存；要一个空数据库"`
}

// benchTown builds the demo town in a fresh folder, or on the configured database, which has to be empty, with nobody outside to reach.
func (e *environment) benchTown(f func(*app, *demoTown) error) error {
	dir, err := os.MkdirTemp("", "linli-bench-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	e.cfg.Data = dir
	reachNobody(&e.cfg)
	return e.withApp(func(a *app) error {
		if err := a.onlyDemo(e.ctx); err != nil {
			return err
		}
		if _, err := a.db.Migrate(e.ctx); err != nil {
			return err
		}
		town, err := newDemoTown(e.ctx, a)
		if err != nil {
			return err
		}
		return f(a, town)
	})
}

type benchImportCmd struct {
	Units int `default:"100000" help:"房屋套数"`
}

// Run builds a demo installation in a fresh folder, or on the configured database, uploads a generated roster, checks
// and applies it, and prints what each step took.
func (c benchImportCmd) Run(e *environment) error {
	dir, err := os.MkdirTemp("", "linli-bench-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "roster.xlsx")
	if err := writeSample(path, c.Units); err != nil {
		return err
	}
	e.cfg.Data = dir
	reachNobody(&e.cfg)
	return e.withApp(func(a *app) error {
		if err := a.onlyDemo(e.ctx); err != nil {
			return err
		}
		if _, err := a.db.Migrate(e.ctx); err != nil {
			return err
		}
		town, err := newDemoTown(e.ctx, a)
		if err != nil {
			return err
		}
		community, err := town.code("demo-community")
		if err != nil {
			return err
		}
		estate, err := a.org.CreateEstate(e.ctx, town.bureau, org.NewEstate{Name: "测速小区", CommunityID: community.ID})
		if err != nil {
			return err
		}
		base := peakMiB()
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		began := time.Now()
		up, err := a.files.Upload(e.ctx, town.bureau, file.Upload{Purpose: file.Roster, ClientRef: estate.Code, Name: "roster.xlsx", Body: f})
		if err != nil {
			return err
		}
		uploaded := time.Now()
		r, err := a.org.CheckRoster(e.ctx, town.bureau, org.RosterCheck{EstateID: estate.ID, FileID: up.ID, ClientRef: estate.Code, InputHash: web.InputHash(estate.ID)})
		if err != nil {
			return err
		}
		checked := time.Now()
		if r, err = a.org.ApplyRoster(e.ctx, town.bureau, r.ID, false); err != nil {
			return err
		}
		done := time.Now()
		_, err = fmt.Fprintf(e.out, "database %s: %d units, %d owners: upload %.1f s, check %.1f s, apply %.1f s, together %.1f s; peak memory %d MiB (%d MiB before)\n",
			a.db.Dialect, r.Units, r.Owners, uploaded.Sub(began).Seconds(), checked.Sub(uploaded).Seconds(), done.Sub(checked).Seconds(), done.Sub(began).Seconds(), peakMiB(), base)
		return err
	})
}

// writeSample streams its rows, so it adds little to the peak that is measured.
func writeSample(path string, units int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return roster.WriteSample(f, units)
}

// peakMiB is the largest resident set of this process so far (Linux; 0 elsewhere).
func peakMiB() int {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return kb / 1024
		}
	}
	return 0
}
