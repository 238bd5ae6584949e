package public

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

var (
	checkRate = &limit.Rule{Name: "phone-check", Rate: 300, Per: time.Hour, Burst: 100}
	slipRate  = &limit.Rule{Name: "slip", Rate: 600, Per: time.Hour, Burst: 120}
)

// deeds are what the holder of a receipt's number and its phone may do.
var deeds = []struct {
	action   complaint.Action
	id, path string
	says     string
}{
	{complaint.Confirm, "receiptConfirm", "confirm", "确认办结"},
	{complaint.Return, "receiptReturn", "return", "退回重办：写明哪里没有解决（text）"},
	{complaint.Rate, "receiptRate", "rating", "评价：rating"},
	{complaint.Supply, "receiptSupply", "supply", "补充情况：text"},
	{complaint.Urge, "receiptUrge", "urge", "催办，每天一次"},
	{complaint.Withdraw, "receiptWithdraw", "withdraw", "撤回"},
	{complaint.Reopen, "receiptReopen", "reopen", "要求重新办理：text"},
}

func receiptRoutes(site *web.Site, d Deps) {
	g := site.Group("/public/v1", "凭受理编号和手机", web.Anybody)
	web.HandleOpen(g, web.Op{ID: "sendPhoneCode", Method: http.MethodPost, Path: "/phone-codes", Summary: "把验证码发到手机", Rate: &limit.PhoneCodes}, sendPhoneCode(d))
	web.HandleOpen(g, web.Op{ID: "checkPhoneCode", Method: http.MethodPost, Path: "/phone-codes/check", Summary: "核对验证码，得到半小时有效的凭据", Rate: checkRate}, checkPhoneCode(d))
	web.HandleOpen(g, web.Op{ID: "fileSlip", Method: http.MethodPost, Path: "/estates/{id}/complaints", Summary: "扫码投诉：不用登录，手机验证后提交", Status: http.StatusCreated, Rate: slipRate}, fileSlip(d))
	web.HandleOpen(g, web.Op{ID: "slipSimilar", Method: http.MethodPost, Path: "/estates/{id}/similar", Summary: "提交之前：小区里相近的、公开的、还没办结的投诉，可以直接加入", Rate: readRate}, slipSimilar(d))
	web.HandleOpen(g, web.Op{ID: "slipJoin", Method: http.MethodPost, Path: "/estates/{id}/complaints/{case}/join", Summary: "加入一件公开的投诉：有自己的编号、确认和评价", Status: http.StatusCreated, Rate: slipRate}, slipJoin(d))
	web.HandleOpen(g, web.Op{ID: "showReceipt", Method: http.MethodGet, Path: "/receipts/{receipt}", Summary: "凭受理编号看进展", Rate: readRate}, showReceipt(d))
	web.HandleOpen(g, web.Op{ID: "receiptAppeal", Method: http.MethodPost, Path: "/receipts/{receipt}/appeal", Summary: "不同意限制：申诉，由另一个单位决定", Rate: slipRate}, appealByReceipt(d))
	for _, deed := range deeds {
		web.HandleOpen(g, web.Op{ID: deed.id, Method: http.MethodPost, Path: "/receipts/{receipt}/" + deed.path, Summary: deed.says, Rate: slipRate}, doDeed(d, deed.action))
	}
}

type phoneInput struct {
	Body struct {
		Phone string `json:"phone" pattern:"^1[0-9]{10}$" patternDescription:"11位手机号"`
	}
}

func sendPhoneCode(d Deps) func(context.Context, *phoneInput) (*web.Empty, error) {
	return func(ctx context.Context, in *phoneInput) (*web.Empty, error) {
		return nil, d.Codes.Send(ctx, in.Body.Phone)
	}
}

type codeInput struct {
	Body struct {
		Phone string `json:"phone" pattern:"^1[0-9]{10}$" patternDescription:"11位手机号"`
		Code  string `json:"code" pattern:"^[0-9]{6}$" patternDescription:"6位数字"`
	}
}

type ticketOutput struct {
	Body struct {
		Ticket string `json:"ticket" doc:"放在 X-Linli-Phone 请求头里，半小时有效"`
	}
}

func checkPhoneCode(d Deps) func(context.Context, *codeInput) (*ticketOutput, error) {
	return func(ctx context.Context, in *codeInput) (*ticketOutput, error) {
		ticket, err := d.Codes.Check(ctx, in.Body.Phone, in.Body.Code)
		out := &ticketOutput{}
		out.Body.Ticket = ticket
		return out, err
	}
}

// TicketHeader is the proof of a phone.
type TicketHeader struct {
	Ticket string `header:"X-Linli-Phone" required:"true" doc:"核对验证码后得到的凭据"`
}

type slipInput struct {
	TicketHeader
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Name       string          `json:"name" minLength:"1" maxLength:"30" doc:"怎么称呼您"`
		Matter     string          `json:"matter,omitempty" maxLength:"64"`
		Text       string          `json:"text" minLength:"5" maxLength:"2000"`
		Place      string          `json:"place,omitempty" maxLength:"100"`
		BuildingID int64           `json:"building_id,omitempty" minimum:"0" doc:"哪一幢（编号），可不填"`
		Part       string          `json:"part,omitempty" maxLength:"32"`
		About      string          `json:"about,omitempty" maxLength:"64"`
		Visibility string          `json:"visibility,omitempty" enum:"public,private"`
		Cover      complaint.Cover `json:"cover,omitempty" enum:"sealed" doc:"sealed 物业和业委会不能查看您是谁"`
		ClientRef  string          `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func fileSlip(d Deps) func(context.Context, *slipInput) (*receiptOutput, error) {
	return func(ctx context.Context, in *slipInput) (*receiptOutput, error) {
		phone, err := d.Codes.Holder(ctx, in.Ticket)
		if err != nil {
			return nil, err
		}
		b := in.Body
		c, err := d.Complaints.FileSlip(ctx, phone, b.Name, complaint.Draft{EstateID: in.ID, Matter: b.Matter, Text: b.Text, Place: b.Place, BuildingID: b.BuildingID, Part: b.Part, About: b.About,
			Visibility: complaint.Visibility(b.Visibility), Cover: b.Cover, ClientRef: b.ClientRef, InputHash: web.InputHash("slip", in.ID, b)})
		if err != nil {
			return nil, err
		}
		return receiptOf(ctx, d, phone, c.Number)
	}
}

// ReceiptPath is a receipt under the proof of its phone.
type ReceiptPath struct {
	TicketHeader
	Receipt string `path:"receipt" maxLength:"32"`
}

// receiptView is a case as the holder of its receipt sees it.
type receiptView struct {
	Receipt      string        `json:"receipt"`
	Estate       string        `json:"estate"`
	Place        string        `json:"place,omitempty"`
	Matter       string        `json:"matter"`
	Clause       string        `json:"clause"`
	Lead         string        `json:"lead" doc:"主办单位"`
	Why          string        `json:"why,omitempty"`
	Text         string        `json:"text"`
	Call         []callView    `json:"call,omitempty" doc:"紧急危险时先打这些电话"`
	StateName    string        `json:"state_name"`
	DueAt        *time.Time    `json:"due_at,omitempty"`
	DueReference bool          `json:"due_reference,omitempty" doc:"时限为参考时限，本地规则未配置"`
	Until        *time.Time    `json:"until,omitempty" doc:"暂缓、等您补充或等您确认到什么时候"`
	Overdue      bool          `json:"overdue"`
	Note         string        `json:"note,omitempty" doc:"请显示给本人看的说明"`
	Actions      []string      `json:"actions" doc:"现在可以做什么"`
	Steps        []receiptStep `json:"steps"`
	Restrictions []restriction `json:"restrictions" doc:"对这个手机号的限制，新的在前；没有就是空的"`
}

// restriction is what keeps somebody from filing, as they read it.
type restriction struct {
	ID       int64     `json:"id"`
	Receipt  string    `json:"receipt" doc:"因为哪一件投诉"`
	Reason   string    `json:"reason"`
	EndsAt   time.Time `json:"ends_at"`
	State    string    `json:"state" doc:"active 限制中；appealed 已申诉；upheld 维持；lifted 解除"`
	Appeal   string    `json:"appeal,omitempty"`
	Decision string    `json:"decision,omitempty"`
	Holds    bool      `json:"holds" doc:"现在还限制着"`
	Appeals  bool      `json:"may_appeal" doc:"现在可以申诉"`
}

type callView struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	When  string `json:"when,omitempty" doc:"什么情况、什么时间打"`
}

type receiptStep struct {
	At   time.Time `json:"at"`
	Name string    `json:"name"`
	By   string    `json:"by"`
	To   string    `json:"to,omitempty"`
	Text string    `json:"text,omitempty"`
}

type receiptOutput struct{ Body receiptView }

func receiptOf(ctx context.Context, d Deps, phone, receipt string) (*receiptOutput, error) {
	v, err := d.Complaints.FindByReceipt(ctx, phone, receipt)
	if err != nil {
		return nil, err
	}
	held, err := d.Complaints.ListRestrictionsByReceipt(ctx, phone, receipt)
	if err != nil {
		return nil, err
	}
	out := receiptView{Restrictions: []restriction{}, Receipt: v.Mine.Receipt, Estate: v.Estate, Place: v.Place, Matter: v.MatterName, Clause: v.Clause, Lead: v.Lead, Why: v.RouteReason, Text: v.Text,
		StateName: complaint.StateNames[v.State], DueAt: web.TimeOr(v.DueAt), DueReference: v.DueReference, Until: web.TimeOr(v.HeldUntil), Overdue: v.Overdue, Actions: []string{}, Steps: []receiptStep{}, Note: v.JoinNote()}
	// An addition: the receipt is shown without the register's numbers when it cannot be read.
	lines, _ := d.Complaints.Calls(ctx, &v.Case)
	for _, l := range lines {
		out.Call = append(out.Call, callView{l.Name, l.Phone, l.Hours})
	}
	for _, a := range v.Allowed {
		out.Actions = append(out.Actions, string(a))
	}
	for _, s := range v.Steps {
		out.Steps = append(out.Steps, receiptStep{At: web.Time(s.At), Name: complaint.ActionNames[s.Kind], By: s.By, To: s.To, Text: s.Text})
	}
	for _, r := range held {
		out.Restrictions = append(out.Restrictions, restriction{ID: r.ID, Receipt: r.Receipt, Reason: r.Reason, EndsAt: web.Time(r.EndsAt), State: r.State, Appeal: r.Appeal, Decision: r.Decision, Holds: r.Holds, Appeals: r.MayAppeal()})
	}
	return &receiptOutput{Body: out}, nil
}

func showReceipt(d Deps) func(context.Context, *ReceiptPath) (*receiptOutput, error) {
	return func(ctx context.Context, in *ReceiptPath) (*receiptOutput, error) {
		phone, err := d.Codes.Holder(ctx, in.Ticket)
		if err != nil {
			return nil, err
		}
		return receiptOf(ctx, d, phone, in.Receipt)
	}
}

type deedInput struct {
	ReceiptPath
	Body struct {
		Text   string `json:"text,omitempty" maxLength:"2000"`
		Rating *struct {
			Response  complaint.Opinion `json:"response" enum:"yes,partly,no" doc:"回应及时吗"`
			Solved    complaint.Opinion `json:"solved" enum:"yes,partly,no" doc:"问题解决了吗"`
			Satisfied complaint.Opinion `json:"satisfied" enum:"yes,partly,no" doc:"满意吗"`
		} `json:"rating,omitempty"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func doDeed(d Deps, action complaint.Action) func(context.Context, *deedInput) (*receiptOutput, error) {
	return func(ctx context.Context, in *deedInput) (*receiptOutput, error) {
		phone, err := d.Codes.Holder(ctx, in.Ticket)
		if err != nil {
			return nil, err
		}
		input := complaint.Input{Text: in.Body.Text, ClientRef: in.Body.ClientRef, InputHash: web.InputHash(action, in.Body.Text, in.Body.Rating)}
		if r := in.Body.Rating; r != nil {
			input.Rating = &complaint.Rating{Response: r.Response, Solved: r.Solved, Satisfied: r.Satisfied}
		}
		if _, err := d.Complaints.ActByReceipt(ctx, phone, in.Receipt, action, input); err != nil {
			return nil, err
		}
		return receiptOf(ctx, d, phone, in.Receipt)
	}
}

type appealInput struct {
	ReceiptPath
	Body struct {
		ID   int64  `json:"id" minimum:"1" doc:"哪一项限制"`
		Text string `json:"text" minLength:"2" maxLength:"500" doc:"为什么不同意"`
	}
}

func appealByReceipt(d Deps) func(context.Context, *appealInput) (*receiptOutput, error) {
	return func(ctx context.Context, in *appealInput) (*receiptOutput, error) {
		phone, err := d.Codes.Holder(ctx, in.Ticket)
		if err != nil {
			return nil, err
		}
		if err := d.Complaints.AppealByReceipt(ctx, phone, in.Receipt, in.Body.ID, in.Body.Text); err != nil {
			return nil, err
		}
		return receiptOf(ctx, d, phone, in.Receipt)
	}
}
