package ledger

// Code is an account's place in the chart.
type Code string

// Class says on which side of a balance an account grows.
type Class string

// The classes.
const (
	Asset     Class = "asset"
	Liability Class = "liability"
	Revenue   Class = "revenue"
	Expense   Class = "expense"
	Equity    Class = "equity"
)

// The chart of accounts. What owners paid into the fund is theirs, so for whoever keeps the account it is a liability.
const (
	FundBank       Code = "fund.bank"       // the special account
	FundAdvance    Code = "fund.advance"    // paid ahead to a contractor
	FundReceivable Code = "fund.receivable" // a unit's shortfall
	// FundOwedBack is what a contractor has to give back of payments whose decision fell.
	FundOwedBack Code = "fund.owed_back"
	// FundSellerReceivable is what a public-housing seller has to make up of a unit's share.
	FundSellerReceivable Code = "fund.seller_receivable"
	FundUnit             Code = "fund.unit"     // a unit's sub-account: its owners' deposit
	FundSeller           Code = "fund.seller"   // the public-housing seller's deposit for a unit
	FundInterest         Code = "fund.interest" // received and not yet allocated
	FundSuspense         Code = "fund.suspense" // received and not yet explained

	FeeBank       Code = "fee.bank"
	FeeCash       Code = "fee.cash"
	FeeWeChat     Code = "fee.wechat"     // with the payment provider until it settles
	FeeReceivable Code = "fee.receivable" // what a unit owes
	FeePrepaid    Code = "fee.prepaid"    // paid ahead by a unit
	FeeDeposit    Code = "fee.deposit"    // held for a unit
	FeeSuspense   Code = "fee.suspense"
	FeeIncome     Code = "fee.income"
	FeeDiscount   Code = "fee.discount"
	FeeWriteOff   Code = "fee.write_off"
	FeeCost       Code = "fee.cost"    // what the payment provider keeps
	FeeOpening    Code = "fee.opening" // what was owed before the books began

	IncomeBank       Code = "income.bank"
	IncomeReceivable Code = "income.receivable"
	IncomeDueToFund  Code = "income.due_to_fund"
	IncomeRevenue    Code = "income.revenue"
	IncomeCost       Code = "income.cost"
	IncomeRetained   Code = "income.retained"
)

// Place is what the chart says of a code.
type Place struct {
	Kind  Kind
	Class Class
	Name  string // Chinese
}

// Chart is every account there may be.
var Chart = map[Code]Place{
	FundBank: {Fund, Asset, "维修资金专户"}, FundAdvance: {Fund, Asset, "预付工程款"}, FundOwedBack: {Fund, Asset, "应由承包单位退回"}, FundReceivable: {Fund, Asset, "应收业主补足"}, FundSellerReceivable: {Fund, Asset, "应收售房单位补足"},
	FundUnit: {Fund, Liability, "业主分户账"}, FundSeller: {Fund, Liability, "售房单位分户账"}, FundInterest: {Fund, Liability, "待分配利息收益"}, FundSuspense: {Fund, Liability, "待查款项"},
	FeeBank: {Fee, Asset, "银行存款"}, FeeCash: {Fee, Asset, "现金"}, FeeWeChat: {Fee, Asset, "微信支付待结算"}, FeeReceivable: {Fee, Asset, "应收物业费"},
	FeePrepaid: {Fee, Liability, "预收物业费"}, FeeDeposit: {Fee, Liability, "押金"}, FeeSuspense: {Fee, Liability, "待查款项"},
	FeeIncome: {Fee, Revenue, "物业费收入"}, FeeDiscount: {Fee, Expense, "减免优惠"}, FeeWriteOff: {Fee, Expense, "核销"}, FeeCost: {Fee, Expense, "手续费"},
	FeeOpening: {Fee, Equity, "期初欠费"},
	IncomeBank: {Income, Asset, "公共收益账户"}, IncomeReceivable: {Income, Asset, "应收公共收益"}, IncomeDueToFund: {Income, Liability, "应转入维修资金"},
	IncomeRevenue: {Income, Revenue, "公共收益收入"}, IncomeCost: {Income, Expense, "公共收益成本"}, IncomeRetained: {Income, Equity, "公共收益结余"},
}
