package fund

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Gate is something that has to be so before money is paid. What it stands on is read each time, so that a decision that a court revokes and
// a notice that is taken down shut it again.
type Gate struct {
	Payment PaymentKind
	Key     string
	Title   string
	Open    bool
	Why     string    // what is missing
	Opens   string    // who does what
	Notice  string    // the disclosure number that it stands on
	Until   time.Time // of a posting: its last moment
	err     error     // an unset local value, by its name
}

// ErrGate says which gate is closed and what opens it; its field is the gate's key.
var ErrGate = fault.New(fault.Conflict, "project.gate_closed", "付款的条件还没有满足")

// refusal is what somebody is told who asks for money at this gate.
func (g *Gate) refusal() error {
	if g.err != nil {
		return g.err
	}
	return ErrGate.Saying("还不能支付" + PaymentKinds[g.Payment] + "：“" + g.Title + "”没有满足，" + g.Why + "。" + g.Opens).With(fault.Field{Path: g.Key, Reason: g.Why})
}

// shut gives the refusal of the first closed gate.
func shut(list []Gate) error {
	for i := range list {
		if !list[i].Open {
			return list[i].refusal()
		}
	}
	return nil
}

// gates are what stands before a payment. Advance: a certified decision by the very scope, and the proposal's posting over. Final: the same, the
// works accepted, the final accounts' posting over and their price reviewed where a rule asks for it. Objections within a posting are
// answered. Without a vote: evidence and the confirmation of an office, and the posting follows.
func (s *Service) gates(tx *store.Tx, p *Project, kind PaymentKind) ([]Gate, error) {
	set, err := s.fundRules(tx)
	if err != nil {
		return nil, err
	}
	var list []Gate
	add := func(g Gate, err error) error {
		g.Payment = kind
		list = append(list, g)
		return err
	}
	if p.Kind != OrdinaryUse {
		if err := errors.Join(add(s.evidenceGate(tx, p)), add(confirmGate(p), nil)); err != nil {
			return nil, err
		}
	} else if err := errors.Join(add(s.decisionGate(tx, p)), add(s.postingGate(tx, set, p.posting("proposal"))), add(objectionGate(tx, p, "proposal"))); err != nil {
		return nil, err
	}
	if kind == AdvancePayment {
		return list, add(rateGate(set), nil)
	}
	if err := add(acceptedGate(tx, p)); err != nil {
		return nil, err
	}
	if p.Kind == OrdinaryUse {
		if err := errors.Join(add(s.postingGate(tx, set, p.posting("final"))), add(objectionGate(tx, p, "final"))); err != nil {
			return nil, err
		}
	}
	return list, add(reviewGate(set, p))
}

// posting is one of the two postings of a project.
type posting struct {
	phase  string
	title  string
	rule   string
	notice int64
	number string
	days   int64
}

func (p *Project) posting(phase string) posting {
	if phase == "final" {
		return posting{phase, "决算公示期满", "fund.final_days", p.FinalNotice, p.FinalNumber, p.FinalDays}
	}
	return posting{phase, "使用方案公示期满", "fund.proposal_days", p.ProposalNotice, p.ProposalNumber, p.ProposalDays}
}

// until gives the last moment of a posting that stands; zero where it is not up. Fault: rulepack.ErrUnset.
func (s *Service) until(tx *store.Tx, set *rulepack.Set, x posting) (end time.Time, up bool, err error) {
	if x.notice == 0 {
		return time.Time{}, false, nil
	}
	since, stands, err := s.o.Board.Standing(tx, x.notice)
	if err != nil || !stands {
		return time.Time{}, false, err
	}
	days := x.days
	if days == 0 { // nobody had set it when the notice went up
		if days, err = set.Int(x.rule); err != nil {
			return time.Time{}, true, err
		}
	}
	return postingEnd(since, days), true, nil
}

func (s *Service) postingGate(tx *store.Tx, set *rulepack.Set, x posting) (Gate, error) {
	g := Gate{Key: x.phase + "_posting", Title: x.title, Notice: x.number}
	end, up, err := s.until(tx, set, x)
	switch {
	case errors.Is(err, rulepack.ErrUnset):
		g.err, g.Why, g.Opens = err, fault.Of(err).Message, "由住建局录入后重新计算"
		return g, nil
	case err != nil:
		return g, err
	case x.notice == 0:
		g.Why, g.Opens = "还没有公示", "请办理单位在公示栏公示"
	case !up:
		g.Why, g.Opens = "公示"+x.number+"已经撤下，或者内容被人改过", "请办理单位重新公示，公示期重新计算"
	}
	if g.Why != "" {
		return g, nil
	}
	end, why, err := s.hung(tx, x, end)
	switch {
	case err != nil:
		return g, err
	case why != "":
		g.Why, g.Opens = "公示"+x.number+"："+why, "请把公示贴到每一处并登记照片，公示期从最后一处贴好算起"
	case !tx.Now.After(end):
		g.Until = end
		g.Why, g.Opens = fmt.Sprintf("公示%s到%s为止", x.number, dayWords(end)), "公示期满后再申请"
	default:
		g.Open, g.Until = true, end
	}
	return g, nil
}

// hung gives the later of a posting's last moment online and on paper; why says what is missing of the papers.
func (s *Service) hung(tx *store.Tx, x posting, online time.Time) (end time.Time, why string, err error) {
	last, why, err := s.o.Board.Hung(tx, x.notice)
	if last.After(online) {
		return last, why, err
	}
	return online, why, err
}

func dayWords(t time.Time) string {
	d := calendar.DateOf(t)
	return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
}

func objectionGate(tx *store.Tx, p *Project, phase string) (Gate, error) {
	x := p.posting(phase)
	g := Gate{Key: phase + "_objections", Title: map[string]string{"proposal": "使用方案的异议已答复", "final": "决算的异议已答复"}[phase], Notice: x.number}
	var open int64
	err := tx.Model(&ProjectObjection{}).Where("project_id = ? AND phase = ? AND answered_at IS NULL", p.ID, phase).Count(&open).Error
	switch {
	case open > 0:
		g.Why, g.Opens = fmt.Sprintf("还有%d件异议没有答复", open), "请办理单位逐条答复"
	case x.notice == 0:
		g.Why, g.Opens = "还没有公示", "公示以后业主才能提异议"
	default:
		g.Open = true
	}
	return g, err
}

func (s *Service) decisionGate(tx *store.Tx, p *Project) (Gate, error) {
	g := Gate{Key: "resolution", Title: "列支范围内的业主表决通过"}
	if p.MeetingID == 0 {
		g.Why, g.Opens = "还没有登记业主的决定", "请由列支范围内的业主表决，结果确认后登记"
		return g, nil
	}
	_, err := s.decided(tx, p, p.MeetingID, int(p.Motion))
	if errors.Is(err, ErrNoResolution) || errors.Is(err, ErrOtherScope) {
		g.Why, g.Opens = "业主的决定“"+p.Resolution+"”没有确认，或者已被法院撤销", "请由列支范围内的业主重新表决"
		return g, nil
	}
	g.Open = err == nil
	if err == nil {
		g.Notice, err = s.noticeOf(tx, p.MeetingID)
	}
	return g, err
}

func (s *Service) evidenceGate(tx *store.Tx, p *Project) (Gate, error) {
	g := Gate{Key: "evidence", Title: "有紧急情形的证明材料"}
	err := s.evidenced(tx, p)
	if errors.Is(err, ErrNoEvidence) {
		g.Why, g.Opens = "还没有上传证明材料", "请办理单位上传检测、鉴定、整改通知或现场照片"
		return g, nil
	}
	g.Open = err == nil
	return g, err
}

func confirmGate(p *Project) Gate {
	g := Gate{Key: "confirmation", Title: "乡镇（办事处）或住建局已确认", Open: p.ConfirmedAt != nil}
	if !g.Open {
		g.Why, g.Opens = "还没有单位确认", "紧急使用请乡镇（办事处）确认；代修请住建局和乡镇（办事处）中的另一个单位确认"
	}
	return g
}

// rateGate asks for the local bound of an advance. Its value is held against the amount when it is asked for.
func rateGate(set *rulepack.Set) Gate {
	g := Gate{Key: "advance_rate", Title: "本地规定了预付款的最高比例"}
	if _, err := set.Int("fund.advance_rate"); err != nil {
		g.err, g.Why, g.Opens = err, fault.Of(err).Message, "由住建局录入"
	}
	g.Open = g.err == nil
	return g
}

// reviewGate asks for a third party's review of the price above a local bound.
func reviewGate(set *rulepack.Set, p *Project) (Gate, error) {
	g := Gate{Key: "price_review", Title: "金额较大的经过第三方审价"}
	over, err := set.Int("fund.review_over")
	switch {
	case errors.Is(err, rulepack.ErrUnset):
		g.err, g.Why, g.Opens = err, fault.Of(err).Message, "由住建局录入"
		return g, nil
	case err == nil && int64(p.Total) > over && p.Reviewer == "":
		g.Why, g.Opens = "决算"+p.Total.String()+"元，超过了本地规定的限额，还没有第三方审价", "请委托第三方审价后重新登记决算"
	default:
		g.Open = err == nil
	}
	return g, err
}

// noticeOf gives the board's number of a meeting's result, if it is there.
func (s *Service) noticeOf(tx *store.Tx, meeting int64) (string, error) {
	var numbers []string
	err := tx.Table("meetings m").Joins("JOIN notices n ON n.id = m.disclosed_id").Where("m.id = ?", meeting).Limit(1).Pluck("n.number", &numbers).Error
	if err != nil || len(numbers) == 0 {
		return "", err
	}
	return numbers[0], nil
}

// Gates shows what stands before the two payments of a project, each with what opens it.
// Faults: org.ErrForbidden, ErrNoProject.
func (s *Service) Gates(ctx context.Context, actor org.Actor, id int64) (list []Gate, err error) {
	if err := actor.Must(org.ReadProjects); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		p, err := projectFor(tx, actor, org.ReadProjects, id, false)
		if err != nil {
			return err
		}
		for _, kind := range []PaymentKind{AdvancePayment, FinalPayment} {
			more, err := s.gates(tx, p, kind)
			if err != nil {
				return err
			}
			list = append(list, more...)
		}
		return nil
	})
	return list, err
}
