package log

import (
	"crypto/sha256"
	"strings"
)

func sumOf(raw []byte) Sum { return sha256.Sum256(raw) }

// check refuses a meeting that cannot be counted.
func (m Meeting) check() error {
	if m.Number == "" || len(m.Number) > 100 || strings.ContainsAny(m.Number, "\n\r ") || !plain([]byte(m.Number)) {
		return errFormat("会议编号不对")
	}
	if len(m.Motions) == 0 || len(m.Motions) > mostMotions {
		return errFormat("议题应为 1 至 %d 个", mostMotions)
	}
	for i, motion := range m.Motions {
		if motion.Position != i+1 {
			return errFormat("议题的次序应从 1 连续")
		}
		if motion.Rules.Check() != nil || motion.Beside != nil && motion.Beside.Check() != nil {
			return errFormat("议题 %d 的表决规则不完整", i+1)
		}
		if err := motion.Question.Check(); err != nil {
			return errFormat("议题 %d 的选项或规则有误", i+1)
		}
		if err := motion.checkLot(); err != nil {
			return err
		}
	}
	if m.Terms != nil {
		return m.Terms.check(&m)
	}
	return nil
}

// check refuses figures that do not add up to the roll.
func (d Delivery) check(r Roll) error {
	heads := r.Scopes[0].Weight.Heads
	if d.Proven < 0 || d.Attempted < 0 || d.None < 0 || d.Proven > heads || d.Attempted > heads || d.None > heads || d.Proven+d.Attempted+d.None != heads {
		return errFormat("送达的三个数字加起来不是名册上的票权数")
	}
	for _, c := range d.Channels {
		if !code(c.Name) || c.Proven < 0 || c.Attempted < 0 || c.Proven > heads || c.Attempted > heads {
			return errFormat("送达渠道的数字不对")
		}
	}
	return nil
}

// check refuses a roll whose scopes are out of order.
func (r Roll) check() error {
	if len(r.Scopes) == 0 || r.Scopes[0].Name != "" || len(r.Scopes) > mostScopes+1 {
		return errFormat("名册没有全体合计")
	}
	for i, s := range r.Scopes {
		if s.Weight.Heads < 0 || s.Weight.Area < 0 || s.Weight.Heads > r.Scopes[0].Weight.Heads || s.Weight.Area > r.Scopes[0].Weight.Area ||
			i > 0 && strings.Compare(r.Scopes[i-1].Name, s.Name) >= 0 {
			return errFormat("名册的范围合计不对")
		}
	}
	return nil
}

// check refuses an event that names nothing on the roll.
func (e Event) check(r Roll) error {
	if heads := r.Scopes[0].Weight.Heads; !code(e.Kind) || e.Seat < 1 || int64(e.Seat) > heads {
		return errFormat("名册冻结后的变动记录不对")
	}
	return nil
}
