package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/web"
)

// demoHall is what the demo shows of owners' meetings: where to look, and what to try.
type demoHall struct {
	Open      int64  `json:"open"`      // a meeting that is being voted on
	Certified int64  `json:"certified"` // one that is decided
	Key       string `json:"key"`       // fingerprint of whoever signs

	link, phone string // a home that has not voted, and the phone whose code opens it
}

// meetings adds two meetings of the owners and the committee's business, by the steps that people take. The days between the steps
// are set back in the rows. A folder that a demo has used before keeps its meetings.
func (t *demoTown) meetings() (*demoHall, error) {
	h := &demoHall{Key: log.Fingerprint(t.assemblies.Key())}
	e, err := t.estate(t.bureau, "demo-estate", "", "", 0)
	if err != nil {
		return nil, err
	}
	if _, err := t.resident("neighbour", "演示邻居", demoPhone(e.Code, 11), e); err != nil {
		return nil, err
	}
	for _, step := range []func(*demoHall) error{t.certifiedMeeting, t.openMeeting, func(*demoHall) error { return t.committeeBusiness(e.ID) }} {
		if err := step(h); err != nil {
			return nil, fmt.Errorf("demo meetings: %w", err)
		}
	}
	h.phone = demoPhone(e.Code, 12)
	return h, nil
}

func (t *demoTown) staff(key string) (org.Actor, error) {
	return t.sessions.Staff(t.ctx, t.actors[key].Token, 0)
}

// noticed calls a meeting and brings it into its window, or finds it where it stands.
func (t *demoTown) noticed(ref, title string, motions []assembly.Proposal) (m *assembly.Meeting, fresh bool, err error) {
	chair, err := t.staff("committee_chair")
	if err != nil {
		return nil, false, err
	}
	member, err := t.staff("committee_member")
	if err != nil {
		return nil, false, err
	}
	m, err = t.assemblies.Convene(t.ctx, chair, assembly.Call{EstateID: t.actors["committee_chair"].Estate, Session: assembly.Extraordinary, Title: title, Convener: assembly.ByCommittee, Basis: assembly.OwnMotion,
		Channel: assembly.OnSystem, ClientRef: ref, InputHash: web.InputHash(title), Motions: motions})
	if err != nil || m.State != assembly.Draft {
		return m, false, err
	}
	now := t.db.Now()
	if _, err := t.assemblies.Post(t.ctx, chair, m.ID, now.AddDate(0, 0, 7)); err != nil {
		return nil, false, err
	}
	days := func(n int) time.Time { return now.AddDate(0, 0, n) }
	if err := t.assemblies.SetBack(t.ctx, m.ID, map[string]time.Time{"posted_at": days(-25), "challenge_until": days(-18)}); err != nil {
		return nil, false, err
	}
	reviewed := map[string]string{}
	roster, err := t.assemblies.ShowRoster(t.ctx, chair, m.ID, 0, 1)
	if err != nil {
		return nil, false, err
	}
	for _, x := range roster.Doubts {
		reviewed[x.Key] = "已核对（演示）"
	}
	if m, err = t.assemblies.Freeze(t.ctx, chair, m.ID, reviewed); err != nil {
		return nil, false, err
	}
	for i := range motions {
		if _, err := t.assemblies.ConfirmMatter(t.ctx, member, m.ID, i+1, m.Version); err != nil {
			return nil, false, err
		}
	}
	if m, err = t.assemblies.Notify(t.ctx, chair, m.ID, m.Version, assembly.Window{Opens: days(16), Closes: days(26)}); err != nil {
		return nil, false, err
	}
	return m, true, t.assemblies.SetBack(t.ctx, m.ID, map[string]time.Time{"frozen_at": days(-17), "noticed_at": days(-16), "opens_at": now.Add(-time.Hour), "closes_at": days(10), "pulse_at": now})
}

// certifiedMeeting is a meeting that passed what was asked, certified by a second person and on the board.
func (t *demoTown) certifiedMeeting(h *demoHall) error {
	m, fresh, err := t.noticed("demo-certified", "2026年第一次业主大会临时会议（演示）", []assembly.Proposal{
		{Title: "使用维修资金更换2幢电梯曳引机", Body: "2幢1单元电梯曳引机磨损严重，预算八万元，公开招标。", Matter: "use_fund", Question: tally.Question{Kind: tally.Motion}}})
	if err != nil {
		return err
	}
	h.Certified = m.ID
	if !fresh {
		return nil
	}
	if err := t.castAll(m.ID, 1, 60, func(seat, _ int) string { return []string{"yes", "yes", "yes", "no", "yes", "abstain"}[seat%6] }); err != nil {
		return err
	}
	closed := t.db.Now().Add(-time.Second) // an hour, as nothing is published between: who verifies a longer window asks for that
	if err := t.assemblies.SetBack(t.ctx, m.ID, map[string]time.Time{"opens_at": closed.Add(-time.Hour), "closes_at": closed}); err != nil {
		return err
	}
	if _, err := t.assemblies.Tick(t.ctx); err != nil {
		return err
	}
	chair, err := t.staff("committee_chair")
	if err != nil {
		return err
	}
	member, err := t.staff("committee_member")
	if err != nil {
		return err
	}
	if _, err := t.assemblies.Publish(t.ctx, chair, m.ID); err != nil {
		return err
	}
	if err := t.assemblies.SetBack(t.ctx, m.ID, map[string]time.Time{"objections_until": t.db.Now().Add(-time.Second)}); err != nil {
		return err
	}
	_, err = t.assemblies.Certify(t.ctx, member, m.ID)
	return err
}

// openMeeting is a meeting that is being voted on: by links, by the owners of a shared home together, and on paper.
func (t *demoTown) openMeeting(h *demoHall) error {
	m, fresh, err := t.noticed("demo-open", "2026年第二次业主大会临时会议（演示）", []assembly.Proposal{
		{Title: "续聘现在的物业公司一年", Body: "每月每平方米1.20元，服务标准不变，期限一年。", Matter: "manager", Question: tally.Question{Kind: tally.Motion}},
		{Title: "把闲置门卫室改成快递驿站", Body: "收入按季度公布，扣除成本后归全体业主。", Matter: "common_parts", Question: tally.Question{Kind: tally.Motion}}})
	if err != nil {
		return err
	}
	h.Open = m.ID
	chair, err := t.staff("committee_chair")
	if err != nil {
		return err
	}
	if fresh {
		if err := t.someVoted(chair, m.ID); err != nil {
			return err
		}
	}
	if m.Voting(t.db.Now()) != nil && !fresh {
		return nil
	}
	links, _, err := t.assemblies.MakeLinks(t.ctx, chair, m.ID, []int{3})
	if err != nil {
		return err
	}
	h.link = t.cfg.PublicURL + "/v/" + links[0].Token
	return nil
}

func (t *demoTown) someVoted(chair org.Actor, meeting int64) error {
	if err := t.castAll(meeting, 5, 30, func(seat, motion int) string { return []string{"yes", "no", "yes", "abstain", "yes"}[(seat+motion)%5] }); err != nil {
		return err
	}
	owner, err := t.sessions.Resident(t.ctx, t.actors["co_owner"].Token)
	if err != nil {
		return err
	}
	v, err := t.assemblies.Find(t.ctx, chair, meeting)
	if err != nil {
		return err
	}
	c := assembly.Cast{Actor: owner, MeetingID: meeting, SeatNo: 1, Agreed: true, Way: assembly.ByApp, ClientRef: "demo-shared", InputHash: web.InputHash(meeting)}
	for _, x := range v.Motions {
		c.Choices = append(c.Choices, assembly.Choice{MotionID: x.ID, Choice: "yes"})
	}
	if _, err := t.assemblies.Cast(t.ctx, c); err != nil {
		return err
	}
	forms, err := t.assemblies.IssueForms(t.ctx, chair, meeting, []int{4}, 0)
	if err != nil {
		return err
	}
	if _, err := t.assemblies.ReceiveForm(t.ctx, chair, meeting, forms[0].Number); err != nil {
		return err
	}
	return t.sealed(meeting)
}

// castAll votes for a range of seats by their links.
func (t *demoTown) castAll(meeting int64, from, to int, choice func(seat, motion int) string) error {
	chair, err := t.staff("committee_chair")
	if err != nil {
		return err
	}
	var seats []struct {
		No    int
		Owner int64
	}
	err = t.db.View(t.ctx, func(tx *store.Tx) error {
		return tx.Raw("SELECT s.no, MIN(o.id) AS owner FROM seats s JOIN owners o ON o.owner_set_id = s.holder_set_id WHERE s.meeting_id = ? AND s.no BETWEEN ? AND ? GROUP BY s.no ORDER BY s.no", meeting, from, to).Scan(&seats).Error
	})
	if err != nil {
		return err
	}
	numbers := make([]int, len(seats))
	for i, x := range seats {
		numbers[i] = x.No
	}
	links, _, err := t.assemblies.MakeLinks(t.ctx, chair, meeting, numbers)
	if err != nil {
		return err
	}
	v, err := t.assemblies.Find(t.ctx, chair, meeting)
	if err != nil {
		return err
	}
	errs := make([]error, len(links))
	var wg sync.WaitGroup
	for i, l := range links {
		c := assembly.Cast{OwnerID: seats[i].Owner, Agreed: true, ClientRef: fmt.Sprint("demo-", l.SeatNo), InputHash: web.InputHash(l.SeatNo)}
		for n, x := range v.Motions {
			c.Choices = append(c.Choices, assembly.Choice{MotionID: x.ID, Choice: choice(l.SeatNo, n)})
		}
		wg.Go(func() { _, errs[i] = t.assemblies.CastByLink(t.ctx, l.Token, c) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// sealed takes what was cast into the hashes of the log and signs it, as of an hour ago: the next ballot is published within seconds.
func (t *demoTown) sealed(meeting int64) error {
	for more := true; more; {
		var err error
		if more, err = t.assemblies.Sequence(t.ctx); err != nil {
			return err
		}
	}
	if _, err := t.assemblies.SignCheckpoints(t.ctx); err != nil {
		return err
	}
	return t.db.InTx(t.ctx, func(tx *store.Tx) error {
		return tx.Model(&assembly.Log{}).Where("meeting_id = ?", meeting).Update("signed_at", tx.Now.Add(-time.Hour)).Error
	})
}
