package office

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func feePaymentRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeTakeFee", Method: http.MethodPost, Path: "/estates/{id}/fee-payments", Summary: "收费：现金、银行转账或刷卡；指定账单，或从最早的账单交起；client_ref 必填", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, takeFee))
	web.Handle(g, web.Op{ID: "officeTakeDeposit", Method: http.MethodPost, Path: "/estates/{id}/fee-deposits", Summary: "收押金；client_ref 必填", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, takeDeposit))
	web.Handle(g, web.Op{ID: "officeListFeePayments", Method: http.MethodGet, Path: "/estates/{id}/fee-payments", Summary: "收付记录，新的在前；state=suspense 是待认领的", Action: org.RunFees}, listPayments(d))
	web.Handle(g, web.Op{ID: "officeShowFeePayment", Method: http.MethodGet, Path: "/fee-payments/{id}", Summary: "一笔收付：交了哪些账单、发票、退款", Action: org.RunFees}, showPayment(d))
	web.Handle(g, web.Op{ID: "officePrintFeeReceipt", Method: http.MethodGet, Path: "/fee-payments/{id}/sheet", Summary: "打印：收据（A4网页）", Action: org.RunFees}, printFeeReceipt(d))
	web.Handle(g, web.Op{ID: "officeAssignFeePayment", Method: http.MethodPost, Path: "/fee-payments/{id}/assignment", Summary: "认领：提出这笔款交哪些账单，另一人审批后入账", Action: org.RunFees, Rate: workRate}, feeDo(d, assignPayment))
	web.Handle(g, web.Op{ID: "officeRecordInvoice", Method: http.MethodPost, Path: "/fee-payments/{id}/invoices", Summary: "登记已开的发票；红字发票填负数，作废的选作废", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, recordInvoice))
	web.Handle(g, web.Op{ID: "officeProposeFeeChange", Method: http.MethodPost, Path: "/estates/{id}/fee-changes", Summary: "提出减免、更正、核销、退款、退押金；由公司负责人中的另一人审批", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, proposeChange))
	web.Handle(g, web.Op{ID: "officeListFeeChanges", Method: http.MethodGet, Path: "/estates/{id}/fee-changes", Summary: "减免、更正、核销、退款、认领、撤销出账、期初欠费、结算到银行和冲销，新的在前；state=proposed 是等审批的", Action: org.RunFees}, listChanges(d))
	web.Handle(g, web.Op{ID: "officeDecideFeeChange", Method: http.MethodPost, Path: "/fee-changes/{id}/decision", Summary: "审批：由公司负责人批，不能批自己提出的", Action: org.ApproveFees, Rate: workRate}, feeDo(d, decideChange))
	web.Handle(g, web.Op{ID: "officeProposeFeeSettlement", Method: http.MethodPost, Path: "/estates/{id}/fee-settlements", Summary: "结算到银行：微信支付结算款到账，或现金存入银行；由公司负责人中的另一人审批（见 fee-changes）后入账", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, proposeFeeSettlement))
	web.Handle(g, web.Op{ID: "officeReverseFeeSettlement", Method: http.MethodPost, Path: "/fee-changes/{id}/reversal", Summary: "冲销一笔登记错了的结算到银行：写明原因，由公司负责人中的另一人审批（见 fee-changes）后在当天冲回；流水号、银行清单的那一行和那几天的微信账单可以重新登记", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, reverseFeeSettlement))
	web.Handle(g, web.Op{ID: "officeListFeesToReturn", Method: http.MethodGet, Path: "/estates/{id}/fees-to-return", Summary: "以前的业主预交、还没有退的钱：不能抵现在业主的账单，请联系原业主退款", Action: org.RunFees}, listToReturn(d))
	web.Handle(g, web.Op{ID: "officeShowFeeDay", Method: http.MethodGet, Path: "/estates/{id}/fee-day", Summary: "我这一天收付了多少：现金、银行、刷卡", Action: org.RunFees}, showDay(d))
	web.Handle(g, web.Op{ID: "officeCloseFeeDay", Method: http.MethodPost, Path: "/estates/{id}/fee-days", Summary: "结账：清点现金；结账后这一天不能再收付", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, closeDay))
	web.Handle(g, web.Op{ID: "officeListFeeDays", Method: http.MethodGet, Path: "/estates/{id}/fee-days", Summary: "已结的账，新的在前", Action: org.RunFees}, listDays(d))
	web.Handle(g, web.Op{ID: "officePrintFeeDay", Method: http.MethodGet, Path: "/fee-days/{id}/sheet", Summary: "打印：收费员结账单（A4网页）", Action: org.RunFees}, printFeeDay(d))
}

// TakeFeeBody is money that comes in.
type TakeFeeBody struct {
	Tapped
	UnitID  int64   `json:"unit_id,omitempty" minimum:"0" doc:"从这一户最早的账单交起；预交、押金必填"`
	BillIDs []int64 `json:"bill_ids,omitempty" maxItems:"400" doc:"只交这些账单，可以是几户的"`
	Amount  string  `json:"amount" maxLength:"16" doc:"元"`
	Prepay  bool    `json:"prepay,omitempty" doc:"多出的作为预交款"`
	Way     string  `json:"way" enum:"cash,bank,pos"`
	PaidOn  string  `json:"paid_on,omitempty" format:"date" doc:"银行到账日期；不填为今天"`
	Serial  string  `json:"serial,omitempty" maxLength:"64" doc:"银行或刷卡机的流水号，银行转账和刷卡必填；同一个只能登记一次"`
	Payer   string  `json:"payer,omitempty" maxLength:"60"`
	Note    string  `json:"note,omitempty" maxLength:"200" doc:"押金必填"`
}

func (b TakeFeeBody) paying(estate int64) (p fee.Paying, err error) {
	if b.ClientRef == "" { // a second tap would be a second payment
		return p, fault.ErrInvalid.With(fault.Field{Path: "client_ref", Reason: "收款要带提交编号，免得点两次收成两笔；请刷新页面后再提交"})
	}
	p = fee.Paying{EstateID: estate, UnitID: b.UnitID, BillIDs: b.BillIDs, Prepay: b.Prepay, Way: b.Way, Serial: b.Serial, Payer: b.Payer, Note: b.Note}
	if p.Amount, err = yuan(b.Amount, "amount"); err != nil {
		return p, err
	}
	p.PaidOn, err = dayOf(b.PaidOn, "paid_on")
	return p, err
}

func takeFee(ctx context.Context, s *fee.Service, a org.Actor, id int64, b TakeFeeBody) (int64, error) {
	p, err := b.paying(id)
	if err != nil {
		return 0, err
	}
	return s.Pay(ctx, a, p)
}

func takeDeposit(ctx context.Context, s *fee.Service, a org.Actor, id int64, b TakeFeeBody) (int64, error) {
	p, err := b.paying(id)
	if err != nil {
		return 0, err
	}
	return s.Deposit(ctx, a, p)
}

// AssignBody says what a payment was for.
type AssignBody struct {
	Tapped
	UnitID  int64   `json:"unit_id,omitempty" minimum:"0"`
	BillIDs []int64 `json:"bill_ids,omitempty" maxItems:"400"`
	Prepay  bool    `json:"prepay,omitempty" doc:"多出的作为预交款"`
	Reason  string  `json:"reason" minLength:"4" maxLength:"300" doc:"凭什么认定，例如付款人的回单"`
}

func assignPayment(ctx context.Context, s *fee.Service, a org.Actor, id int64, b AssignBody) (int64, error) {
	return s.Assign(ctx, a, id, fee.Paying{UnitID: b.UnitID, BillIDs: b.BillIDs, Prepay: b.Prepay}, b.Reason)
}

// InvoiceBody is an invoice that was issued.
type InvoiceBody struct {
	Tapped
	Number   string `json:"number" minLength:"4" maxLength:"30"`
	Kind     string `json:"kind" enum:"ordinary,special,receipt,void" doc:"void 是作废：号码填被作废的发票，金额不用填"`
	IssuedOn string `json:"issued_on" format:"date"`
	Amount   string `json:"amount,omitempty" maxLength:"16" doc:"元，红字发票为负数"`
}

func recordInvoice(ctx context.Context, s *fee.Service, a org.Actor, id int64, b InvoiceBody) (int64, error) {
	in := fee.Invoice{Number: b.Number, Kind: b.Kind}
	var err error
	if in.IssuedOn, err = dayOf(b.IssuedOn, "issued_on"); err != nil {
		return 0, err
	}
	if in.Amount, err = yuan(b.Amount, "amount"); err != nil {
		return 0, err
	}
	return s.RecordInvoice(ctx, a, id, in)
}

// CloseDayBody is a till that was counted.
type CloseDayBody struct {
	Tapped
	Day     string `json:"day" format:"date"`
	Counted string `json:"counted" maxLength:"16" doc:"清点的现金，元"`
	Text    string `json:"text,omitempty" maxLength:"300" doc:"和账上不一致的写明原因"`
}

func closeDay(ctx context.Context, s *fee.Service, a org.Actor, id int64, b CloseDayBody) (int64, error) {
	on, err := dayOf(b.Day, "day")
	if err != nil {
		return 0, err
	}
	counted, err := yuan(b.Counted, "counted")
	if err != nil {
		return 0, err
	}
	return s.CloseDay(ctx, a, id, on, counted, b.Text)
}

type feeStatePage struct {
	IDPath
	State string `query:"state" maxLength:"16" doc:"状态；不填为全部"`
	web.Page
}

func listPayments(d Deps) func(context.Context, org.Actor, *feeStatePage) (*web.List[hall.FeeReceipt], error) {
	return func(ctx context.Context, a org.Actor, in *feeStatePage) (*web.List[hall.FeeReceipt], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListPayments(ctx, a, in.ID, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(r fee.Receipt) int64 { return r.ID }, hall.ViewFeeReceipt), nil
	}
}

type feeToReturnView struct {
	UnitID int64  `json:"unit_id"`
	Unit   string `json:"unit"`
	Amount string `json:"amount" doc:"元"`
}

func listToReturn(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[feeToReturnView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[feeToReturnView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListToReturn(ctx, a, in.ID, after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x fee.ToReturn) int64 { return x.UnitID }, func(x fee.ToReturn) feeToReturnView {
			return feeToReturnView{UnitID: x.UnitID, Unit: x.Unit, Amount: x.Amount.String()}
		}), nil
	}
}

type feeReceiptOutput struct{ Body hall.FeeReceipt }

func showPayment(d Deps) func(context.Context, org.Actor, *IDPath) (*feeReceiptOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*feeReceiptOutput, error) {
		r, err := d.Fees.FindReceipt(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &feeReceiptOutput{Body: hall.ViewFeeReceipt(*r)}, nil
	}
}

func printFeeReceipt(d Deps) func(context.Context, org.Actor, *IDPath) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.PageOutput, error) {
		r, err := d.Fees.FindReceipt(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		title := map[string]string{"payment": "物业费收据", "deposit": "押金收据", "refund": "退款单"}[r.Kind]
		data := map[string]any{"Title": title, "Number": r.Number, "City": d.City, "By": a.Post.OrgName, "Printed": d.DB.Now(), "R": hall.ViewFeeReceipt(*r)}
		var b bytes.Buffer
		if err := sheets.ExecuteTemplate(&b, "fee_receipt.html", data); err != nil {
			return nil, err
		}
		return web.Printed(b.Bytes()), nil
	}
}

func printFeeDay(d Deps) func(context.Context, org.Actor, *IDPath) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.PageOutput, error) {
		day, err := d.Fees.FindDaySheet(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		data := map[string]any{"Title": "收费员结账单", "Number": "第" + strconv.FormatInt(day.ID, 10) + "号", "City": d.City, "By": a.Post.OrgName, "Printed": d.DB.Now(), "D": day}
		var b bytes.Buffer
		if err := sheets.ExecuteTemplate(&b, "fee_day.html", data); err != nil {
			return nil, err
		}
		return web.Printed(b.Bytes()), nil
	}
}

type feeDayView struct {
	ID        int64      `json:"id,omitempty" doc:"没有的是还没结账"`
	PersonID  int64      `json:"person_id"`
	Day       string     `json:"day" format:"date"`
	Movements int64      `json:"movements" doc:"笔数"`
	Cash      string     `json:"cash" doc:"元，收减付"`
	Bank      string     `json:"bank"`
	POS       string     `json:"pos"`
	Counted   string     `json:"counted,omitempty"`
	Note      string     `json:"note,omitempty"`
	ClosedAt  *time.Time `json:"closed_at,omitempty"`
}

func viewFeeDay(x fee.Day) feeDayView {
	v := feeDayView{ID: x.ID, PersonID: x.PersonID, Day: x.DayOn.Format(time.DateOnly), Movements: x.Movements, Cash: x.Cash.String(), Bank: x.Bank.String(), POS: x.Pos.String(), Note: x.Note}
	if x.ID != 0 {
		v.Counted, v.ClosedAt = x.Counted.String(), web.TimeOr(&x.ClosedAt)
	}
	return v
}

type feeDayInput struct {
	IDPath
	Day string `query:"day" format:"date" doc:"不填为今天"`
}

type feeDayOutput struct{ Body feeDayView }

func showDay(d Deps) func(context.Context, org.Actor, *feeDayInput) (*feeDayOutput, error) {
	return func(ctx context.Context, a org.Actor, in *feeDayInput) (*feeDayOutput, error) {
		on, err := dayOf(in.Day, "day")
		if err != nil {
			return nil, err
		}
		if on.IsZero() {
			on = org.DayOf(d.DB.Now())
		}
		x, err := d.Fees.FindDay(ctx, a, in.ID, on)
		if err != nil {
			return nil, err
		}
		return &feeDayOutput{Body: viewFeeDay(*x)}, nil
	}
}

func listDays(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[feeDayView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[feeDayView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListDays(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(x fee.Day) int64 { return x.ID }, viewFeeDay), nil
	}
}
