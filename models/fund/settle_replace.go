package fund

import (
	"fmt"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// replaced sets a division aside and takes the notice of the final accounts down: what it published is owed again.
func (s *Service) replaced(tx *store.Tx, actor org.Actor, p *Project, resolution, reason string) error {
	if err := setAside(tx, actor, p, resolution, reason); err != nil {
		return err
	}
	if err := p.unfreeze(tx); err != nil || p.FinalNotice == 0 {
		return err
	}
	return s.o.Board.TakeDown(tx, p.FinalNotice, cut(reason, 190))
}

// postCancelled says on the board that a project is over and why, in the place of the proposal that stands there: with that nothing of it is owed any
// more. Of a project that nobody has read of there is nothing to say.
func (s *Service) postCancelled(tx *store.Tx, actor org.Actor, p *Project, reason string) error {
	if p.ProposalNotice == 0 && p.ConfirmedAt == nil {
		return nil
	}
	scope, err := p.Concerns()
	if err != nil {
		return err
	}
	if p.ProposalNotice != 0 {
		if err := s.o.Board.TakeDown(tx, p.ProposalNotice, cut("项目已取消："+reason, 190)); err != nil {
			return err
		}
	}
	body := fmt.Sprintf("%s（%s）已取消，不再使用维修资金。\n原因：%s\n对取消有疑问的，请联系办理单位或社区居委会。", p.Title, p.Number, reason)
	_, _, err = s.o.Board.Post(tx, actor, Posted{EstateID: p.EstateID, Scope: scope, Title: "维修项目已取消：" + p.Title, Body: body, Ref: fmt.Sprintf("project:%d:cancelled:%d", p.ID, p.Version)})
	return err
}
