package disclosure

import (
	"cmp"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/wording"
)

// Form is what sort of statement a notice is.
type Form string

// The forms.
const (
	FreeText   Form = "text"
	Services   Form = "services" // what is served, by whom, how well, at what price (Civil Code art. 943)
	WorkReport Form = "report"   // of the committee's work
	Income     Form = "income"   // income and expense: fees, public income
	FundState  Form = "fund"     // deposits, use, yield and balance of the fund (Order 165 art. 30)
	Accounts   Form = "accounts" // a project's final accounts
	AuditForm  Form = "audit"    // an auditor's report
	Repair     Form = "project"  // what the system posts of a repair from the fund: its sums are those of the project
	noForm     Form = ""         // as free text, from callers that know no forms
	daysKey         = "disclosure.posting_days"
)

// FormNames are the forms as people read them.
var FormNames = map[Form]string{FreeText: "一般内容", Services: "物业服务事项", WorkReport: "业委会工作报告", Income: "收支情况表", FundState: "维修资金情况表", Accounts: "维修项目决算", AuditForm: "审计报告", Repair: "维修项目公示"}

// shows are the forms that may have figures.
func (f Form) shows() bool { return f.Money() || f == WorkReport || f == Repair }

// counted are the forms whose sums come from the books.
var counted = map[Form]bool{Income: true, FundState: true, Accounts: true}

// Money reports whether a form is about money: a second person publishes it.
func (f Form) Money() bool { return counted[f] || f == AuditForm }

// formDays are the rules for how long a form is posted, where it is not the general one.
var formDays = map[Form]string{Accounts: "fund.final_days"}

// Faults of forms.
var (
	ErrSecondPerson = fault.New(fault.Conflict, "notice.second_person", "涉及钱的公示要由另一个人核对后发布：请先保存草稿并提交，再请另一个人确认")
	ErrTyped        = fault.New(fault.Invalid, "notice.typed_amount", "收支表里的金额由系统从账簿取数，请不要在标题和说明里写金额；要公布的数请加一行“取数”")
)

// HasSum reports whether a text has an amount of money in it.
func HasSum(text string) bool { return wording.Sum(text) != "" }

// typedSum is the first number of a text that tells what the books have to tell, with its unit or without; empty where there is none.
func typedSum(text string) string { return cmp.Or(wording.Sum(text), wording.BareSum(text)) }

// FitsLabel reports whether a text may name a figure: it tells no sum itself, and names no home.
func FitsLabel(text string) bool { return typedSum(text) == "" && wording.Door(text) == "" }

// typed refuses sums that were typed where they have to come from the books. Of a repair the system's own words quote what people wrote of it;
// whoever writes them anew writes no sum.
func (f Form) typed(title, body string) error {
	if !counted[f] && f != Repair {
		return nil
	}
	for path, text := range map[string]string{"title": title, "body": body} {
		if found := typedSum(text); found != "" {
			return ErrTyped.With(fault.Field{Path: path, Reason: "“" + found + "”是手写的金额，请删去"})
		}
	}
	return nil
}
