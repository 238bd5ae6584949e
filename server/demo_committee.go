package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// demoMember is the phone of a member of the committee without an account.
const demoMember = "19900090001"

// committeeBusiness seats the committee, files its election with both offices, and holds one meeting up to its posted decision.
func (t *demoTown) committeeBusiness(estate int64) error {
	var before int64
	err := t.db.View(t.ctx, func(tx *store.Tx) error {
		return tx.Model(&committee.Term{}).Where("estate_id = ?", estate).Count(&before).Error
	})
	if err != nil || before > 0 {
		return err
	}
	who := map[string]org.Actor{}
	for _, key := range []string{"township", "bureau", "community", "committee_chair", "committee_member"} {
		if who[key], err = t.staff(key); err != nil {
			return err
		}
	}
	today := t.db.Now().Truncate(24 * time.Hour)
	_, err = t.committee.Once("demo-seat", "demo").Seat(t.ctx, who["township"], committee.Seating{EstateID: estate, Size: 5, StartsOn: today.AddDate(0, 0, -10), EndsOn: today.AddDate(4, 0, 0), Basis: "业主大会决定（演示）", Members: []committee.NewMember{
		{PostID: t.actors["committee_chair"].Post, Name: "演示主任", Role: committee.Chair}, {PostID: t.actors["committee_member"].Post, Name: "演示委员", Role: committee.Ordinary},
		{Name: "演示李委员", Phone: demoMember, Role: committee.Ordinary}, {Name: "演示赵委员", Phone: "19900090002", Role: committee.Ordinary}, {Name: "演示钱委员", Phone: "19900090003", Role: committee.Ordinary}}})
	if err != nil {
		return err
	}
	if err := t.filedElection(estate, who); err != nil {
		return err
	}
	return t.committeeMeeting(estate, who)
}

// filedElection is the first paper of a term: submitted with its evidence, filed by township and bureau.
func (t *demoTown) filedElection(estate int64, who map[string]org.Actor) error {
	chair := who["committee_chair"]
	v, err := t.committee.Overview(t.ctx, chair, estate)
	if err != nil {
		return err
	}
	pixel, err := base64.StdEncoding.DecodeString(pixelPNG)
	if err != nil {
		return err
	}
	paper, err := t.files.Upload(t.ctx, chair, file.Upload{Purpose: file.Notice, ClientRef: "demo-filing", Name: "演示备案材料.png", Body: bytes.NewReader(pixel)})
	if err != nil {
		return err
	}
	if len(v.Filings) == 0 {
		return fmt.Errorf("the committee owes no filing")
	}
	id := v.Filings[0].ID
	if _, err := t.committee.SubmitFiling(t.ctx, chair, id, "请审核（演示）", []int64{paper.ID}); err != nil {
		return err
	}
	if _, err := t.committee.ReviewFiling(t.ctx, who["township"], id, true, "演示办业备〔2026〕1号", ""); err != nil {
		return err
	}
	_, err = t.committee.ReviewFiling(t.ctx, who["bureau"], id, true, "演示建业备〔2026〕1号", "")
	return err
}

// committeeMeeting is held by three of five members, one of whom votes by a link; its days are set back.
func (t *demoTown) committeeMeeting(estate int64, who map[string]org.Actor) error {
	chair, now := who["committee_chair"], t.db.Now()
	id, err := t.committee.Call(t.ctx, chair, committee.Calling{EstateID: estate, Title: "业委会例会（演示）", Place: "社区会议室", StartsAt: now.AddDate(0, 0, 8),
		Items: []committee.NewItem{{Matter: "supervise", Title: "督促修复东门门禁", Text: "要求物业在十日内修好东门门禁，并把结果告诉业主"}}})
	if err != nil {
		return err
	}
	if _, err := t.committee.Announce(t.ctx, chair, id); err != nil {
		return err
	}
	if err := t.moveCommittee(id, map[string]any{"starts_at": now.Add(-time.Hour), "announced_at": now.AddDate(0, 0, -8)}); err != nil {
		return err
	}
	if _, err := t.committee.Opine(t.ctx, who["community"], id, true, "演示干事", "赞成尽快修好"); err != nil {
		return err
	}
	if _, err := t.committee.Begin(t.ctx, chair, id, now.AddDate(0, 0, 1)); err != nil {
		return err
	}
	v, err := t.committee.FindMeeting(t.ctx, chair, id)
	if err != nil {
		return err
	}
	ballots := []committee.Ballot{{ItemID: v.Items[0].ID, Choice: "yes"}}
	for _, key := range []string{"committee_chair", "committee_member"} {
		if _, err := t.committee.Cast(t.ctx, who[key], id, ballots); err != nil {
			return err
		}
	}
	links, err := t.committee.MakeLinks(t.ctx, chair, id, nil)
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.Name == "演示李委员" {
			if _, err := t.committee.CastByLink(t.ctx, l.Token, demoMember, ballots); err != nil {
				return err
			}
		}
	}
	return t.committeeDecision(chair, who["committee_member"], id, v.Items[0].ID)
}

// committeeDecision counts, minutes and posts.
func (t *demoTown) committeeDecision(chair, member org.Actor, id, item int64) error {
	if err := t.moveCommittee(id, map[string]any{"vote_ends": t.db.Now().Add(-2 * time.Second)}); err != nil {
		return err
	}
	if _, err := t.committee.Close(t.ctx, chair, id); err != nil {
		return err
	}
	if _, err := t.committee.Minute(t.ctx, member, id, "到会三人，讨论了东门门禁的修复，一致同意。"); err != nil {
		return err
	}
	if _, err := t.committee.Confirm(t.ctx, chair, id, 1, ""); err != nil {
		return err
	}
	_, err := t.committee.Publish(t.ctx, chair, item)
	return err
}

func (t *demoTown) moveCommittee(meeting int64, values map[string]any) error {
	return t.db.InTx(t.ctx, func(tx *store.Tx) error {
		return tx.Model(&committee.Meeting{}).Where("id = ?", meeting).Updates(values).Error
	})
}
