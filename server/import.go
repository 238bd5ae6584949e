package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/web"
)

type importCmd struct {
	Estate string `required:"" help:"小区代码"`
	Post   int64  `required:"" help:"以哪个岗位导入（岗位编号）；留痕记在任职的人名下"`
	Apply  bool   `help:"核对无误后应用；不加只核对"`
	File   string `arg:"" type:"existingfile" help:"业主名册，.xlsx 或 .csv"`
}

// errFaulty ends the command with a failure after the faults were printed.
var errFaulty = errors.New("名册有误，没有导入任何内容；请按上面的提示改好后再导入")

// Run checks a roster, prints every bad cell or the difference, and applies it when asked to.
func (c importCmd) Run(e *environment) error {
	return e.withApp(func(a *app) error {
		if err := a.db.CheckSchema(e.ctx); err != nil {
			return err
		}
		actor, estate, err := c.actor(e, a)
		if err != nil {
			return err
		}
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		ref := fmt.Sprintf("cli-%d", a.db.Now().UnixNano())
		up, err := a.files.Upload(e.ctx, actor, file.Upload{Purpose: file.Roster, ClientRef: ref, Name: filepath.Base(c.File), Body: f})
		if err != nil {
			return err
		}
		r, err := a.org.CheckRoster(e.ctx, actor, org.RosterCheck{EstateID: estate, FileID: up.ID, ClientRef: ref, InputHash: web.InputHash(estate, up.ID)})
		if err != nil {
			return err
		}
		for _, x := range r.Faults {
			_, _ = fmt.Fprintf(e.out, "%s 第%d行 %s：%s %s\n", x.Sheet, x.Row, x.Column, x.Reason, x.Value)
		}
		if r.FaultCount > 0 {
			_, _ = fmt.Fprintf(e.out, "共 %d 处有误\n", r.FaultCount)
			return errFaulty
		}
		for _, x := range r.Differences {
			_, _ = fmt.Fprintf(e.out, "%s %s %v\n", x.Kind, x.Unit, x.Diffs)
		}
		_, _ = fmt.Fprintf(e.out, "房屋 %d 套、业主 %d 人：新增 %d，变动 %d，不变 %d；现有名册里另有 %d 套不在这份名册中\n", r.Units, r.Owners, r.New, r.Changed, r.Unchanged, r.Missing)
		if !c.Apply {
			_, _ = fmt.Fprintln(e.out, "只核对，没有导入；加 --apply 应用")
			return nil
		}
		if _, err := a.org.ApplyRoster(e.ctx, actor, r.ID, false); err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.out, "已导入")
		return err
	})
}

// actor is the living holder of the post, so that the trail names a person.
func (c importCmd) actor(e *environment, a *app) (org.Actor, int64, error) {
	actor := org.Actor{Surface: "cli", Consented: true}
	var estate org.Estate
	err := a.db.View(e.ctx, func(tx *store.Tx) error {
		var holder org.PostHolder
		if err := tx.Where("post_id = ? AND role = ? AND holding IS NOT NULL", c.Post, org.Holder).Take(&holder).Error; err != nil {
			return store.NotFound(err, org.ErrPostNotFound)
		}
		acting, err := org.ActingIn(tx, holder.PersonID, c.Post)
		if err != nil {
			return err
		}
		actor.PersonID, actor.Post = holder.PersonID, acting
		return store.NotFound(tx.Where("code = ?", c.Estate).Take(&estate).Error, org.ErrEstateNotFound)
	})
	return actor, estate.ID, err
}
