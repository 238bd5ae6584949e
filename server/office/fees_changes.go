package office

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// FeeChangeBody is what one person proposes and another decides.
type FeeChangeBody struct {
	Tapped
	Kind      fee.ChangeKind `json:"kind" enum:"discount,adjust,unserved,write_off,carry,refund_prepaid,deposit_out,reverse" doc:"discount 减免；adjust 更正，负数是加收；unserved 未服务的月数扣减，已交的转为预交；write_off 核销；carry 已交的转为预交；refund_prepaid 退预交款；deposit_out 退押金；reverse 整笔退款"`
	BillID    int64          `json:"bill_id,omitempty" minimum:"0"`
	PaymentID int64          `json:"payment_id,omitempty" minimum:"0" doc:"退押金、整笔退款、从微信退预交款的是哪一笔收款"`
	UnitID    int64          `json:"unit_id,omitempty" minimum:"0" doc:"退预交款的是哪一户"`
	Months    int64          `json:"months,omitempty" minimum:"0" maximum:"12"`
	Amount    string         `json:"amount,omitempty" maxLength:"16" doc:"元"`
	Way       string         `json:"way,omitempty" enum:"cash,bank,pos,wechat" doc:"用什么方式退；wechat 从原来那笔微信支付退回，要填 payment_id"`
	Reason    string         `json:"reason" minLength:"4" maxLength:"300" doc:"业主会看到"`
}

func proposeChange(ctx context.Context, s *fee.Service, a org.Actor, id int64, b FeeChangeBody) (int64, error) {
	amount, err := yuan(b.Amount, "amount")
	if err != nil {
		return 0, err
	}
	return s.Propose(ctx, a, fee.Proposal{EstateID: id, Kind: b.Kind, BillID: b.BillID, PaymentID: b.PaymentID, UnitID: b.UnitID, Months: b.Months, Amount: amount, Way: b.Way, Reason: b.Reason})
}

// FeeSettlementBody is money that came to the bank from WeChat Pay or out of the till.
type FeeSettlementBody struct {
	Tapped
	Way       string `json:"way" enum:"wechat,cash" doc:"wechat 微信支付结算；cash 现金存入银行"`
	Amount    string `json:"amount" maxLength:"16" doc:"元，含手续费"`
	Cost      string `json:"cost,omitempty" maxLength:"16" doc:"元，微信支付扣下的手续费"`
	Serial    string `json:"serial" minLength:"1" maxLength:"64" doc:"银行流水号；同一个只能登记一次"`
	SettledOn string `json:"settled_on" format:"date" doc:"银行到账日期"`
	From      string `json:"from,omitempty" format:"date" doc:"是哪一天起的微信账单；和 to 一起填，不清楚的都不填"`
	To        string `json:"to,omitempty" format:"date" doc:"到哪一天的微信账单"`
	Reason    string `json:"reason" minLength:"4" maxLength:"300" doc:"是哪几天的结算款，或哪几天的现金"`
}

func proposeFeeSettlement(ctx context.Context, s *fee.Service, a org.Actor, id int64, b FeeSettlementBody) (int64, error) {
	amount, err := yuan(b.Amount, "amount")
	if err != nil {
		return 0, err
	}
	cost, err := yuan(b.Cost, "cost")
	if err != nil {
		return 0, err
	}
	on, err := dayOf(b.SettledOn, "settled_on")
	if err != nil {
		return 0, err
	}
	from, err := dayOf(b.From, "from")
	if err != nil {
		return 0, err
	}
	to, err := dayOf(b.To, "to")
	if err != nil {
		return 0, err
	}
	return s.ProposeSettlement(ctx, a, fee.Settlement{EstateID: id, Way: b.Way, Amount: amount, Cost: cost, Serial: b.Serial, SettledOn: on, FromOn: from, ToOn: to, Reason: b.Reason})
}

// FeeReversalBody is why a settlement was wrong.
type FeeReversalBody struct {
	Tapped
	Reason string `json:"reason" minLength:"4" maxLength:"300" doc:"错在哪里"`
}

func reverseFeeSettlement(ctx context.Context, s *fee.Service, a org.Actor, id int64, b FeeReversalBody) (int64, error) {
	return s.ProposeUnsettling(ctx, a, id, b.Reason)
}

// FeeDecisionBody is the second person's answer.
type FeeDecisionBody struct {
	Tapped
	Approve bool   `json:"approve"`
	Text    string `json:"text,omitempty" maxLength:"300" doc:"不同意的写明原因"`
}

func decideChange(ctx context.Context, s *fee.Service, a org.Actor, id int64, b FeeDecisionBody) (int64, error) {
	return s.Decide(ctx, a, id, b.Approve, b.Text)
}

type feeChangeView struct {
	ID         int64          `json:"id"`
	Kind       fee.ChangeKind `json:"kind"`
	KindName   string         `json:"kind_name"`
	State      string         `json:"state" enum:"proposed,approved,refused,sending,failed,reversed" doc:"reversed 只有结算到银行，见 reversal"`
	StateName  string         `json:"state_name"`
	BillID     int64          `json:"bill_id,omitempty"`
	PaymentID  int64          `json:"payment_id,omitempty"`
	RunID      int64          `json:"run_id,omitempty" doc:"要撤销的出账"`
	ImportID   int64          `json:"import_id,omitempty" doc:"要登记的期初欠费清单"`
	UnitID     int64          `json:"unit_id,omitempty"`
	BillIDs    []int64        `json:"bill_ids,omitempty" doc:"认领到哪些账单；没有的从这一户最早的账单交起"`
	Ahead      bool           `json:"prepay,omitempty" doc:"多出的或已交的转为预交款"`
	Months     int64          `json:"months,omitempty"`
	Amount     string         `json:"amount" doc:"元"`
	Way        string         `json:"way_name,omitempty"`
	Reason     string         `json:"reason"`
	Mine       bool           `json:"mine" doc:"我提出的，要由另一人审批"`
	ProposedAt time.Time      `json:"proposed_at"`
	DecidedAt  *time.Time     `json:"decided_at,omitempty"`
	Decision   string         `json:"decision,omitempty"`
	Cost       string         `json:"cost,omitempty" doc:"元，结算的手续费"`
	Serial     string         `json:"serial,omitempty" doc:"结算的银行流水号"`
	SettledOn  string         `json:"settled_on,omitempty" format:"date" doc:"结算的银行到账日期"`
	From       string         `json:"from,omitempty" format:"date" doc:"结算的是哪几天的微信账单"`
	To         string         `json:"to,omitempty" format:"date"`
	Voucher    int64          `json:"voucher,omitempty" doc:"结算或冲销结算的凭证号"`
	ReversesID int64          `json:"reverses_id,omitempty" doc:"冲销的是哪一笔结算"`
	Reversal   *feeReversal   `json:"reversal,omitempty" doc:"这笔结算已经冲销"`
}

// feeReversal is what took a settlement back.
type feeReversal struct {
	ID         int64     `json:"id"`
	At         time.Time `json:"at"`
	ProposedBy int64     `json:"proposed_by" doc:"提出的人"`
	DecidedBy  int64     `json:"decided_by" doc:"批准的人"`
	Reason     string    `json:"reason"`
	Voucher    int64     `json:"voucher" doc:"冲销的凭证号"`
}

// settled shows a settlement's own fields, and those of what takes one back.
func (v feeChangeView) settled(c fee.ChangeView) feeChangeView {
	if c.Kind != fee.Settle && c.Kind != fee.Unsettle {
		return v
	}
	v.Cost, v.Serial, v.SettledOn, v.Voucher, v.ReversesID = c.Cost.String(), c.Serial, c.SettledOn.Format(time.DateOnly), c.JournalNo, c.ReversesID
	if c.FromOn != nil {
		v.From, v.To = c.FromOn.Format(time.DateOnly), c.ToOn.Format(time.DateOnly)
	}
	if b := c.Back; b != nil {
		v.Reversal = &feeReversal{ID: b.ID, At: web.Time(*b.DecidedAt), ProposedBy: b.ProposedBy, DecidedBy: b.DecidedBy, Reason: b.Reason, Voucher: b.JournalNo}
	}
	return v
}

func listChanges(d Deps) func(context.Context, org.Actor, *feeStatePage) (*web.List[feeChangeView], error) {
	return func(ctx context.Context, a org.Actor, in *feeStatePage) (*web.List[feeChangeView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListChanges(ctx, a, in.ID, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(c fee.ChangeView) int64 { return c.ID }, func(c fee.ChangeView) feeChangeView {
			return feeChangeView{ID: c.ID, Kind: c.Kind, KindName: fee.ChangeNames[c.Kind], State: c.State, StateName: fee.ChangeStates[c.State], BillID: c.BillID, PaymentID: c.PaymentID, RunID: c.RunID, ImportID: c.ImportID, UnitID: c.UnitID, BillIDs: c.Bills(), Ahead: c.Ahead, Months: c.Months, Amount: c.Amount.String(),
				Way: fee.WayNames[c.Way], Reason: c.Reason, Mine: c.ProposedBy == a.PersonID, ProposedAt: web.Time(c.ProposedAt), DecidedAt: web.TimeOr(c.DecidedAt), Decision: c.Decision}.settled(c)
		}), nil
	}
}
