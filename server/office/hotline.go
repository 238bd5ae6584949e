package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/hotline"
	"github.com/linli-city/linli/models/hotline/orders"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func hotlineRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "12345工单", web.Staff)
	web.Handle(g, web.Op{ID: "officeHotlineTemplate", Method: http.MethodGet, Path: "/hotline-template", Summary: "下载12345工单模板（XLSX）", Detail: "热线系统导出的表格可以直接上传：常见的表头都认得，不认得的列原样保留。", Action: org.ImportHotline}, hotlineTemplate(d))
	web.Handle(g, web.Op{ID: "officeCheckHotline", Method: http.MethodPost, Path: "/hotline-imports", Summary: "核对上传的12345工单", Action: org.ImportHotline, Status: http.StatusCreated, Timeout: 2 * time.Minute, Rate: listRate,
		Detail: "先用 POST /files（purpose=hotline）上传。有一格有误就不导入，并逐格列出；无误时列出每件工单的小区、事项和主办单位，确认后再调用登记。"}, checkHotline(d))
	web.Handle(g, web.Op{ID: "officeListHotlineImports", Method: http.MethodGet, Path: "/hotline-imports", Summary: "本单位导入过的12345工单", Action: org.ImportHotline}, listHotlineImports(d))
	web.Handle(g, web.Op{ID: "officeShowHotlineImport", Method: http.MethodGet, Path: "/hotline-imports/{id}", Summary: "一次导入：有误的单元格，或各种状态的件数", Action: org.ImportHotline}, showHotlineImport(d))
	web.Handle(g, web.Op{ID: "officeListHotlineOrders", Method: http.MethodGet, Path: "/hotline-imports/{id}/orders", Summary: "一次导入的工单", Action: org.ImportHotline}, listHotlineOrders(d))
	web.Handle(g, web.Op{ID: "officeDecideHotlineOrders", Method: http.MethodPost, Path: "/hotline-imports/{id}/decisions", Summary: "给工单选择小区、事项，或标为不导入", Action: org.ImportHotline, Rate: workRate}, decideHotlineOrders(d))
	web.Handle(g, web.Op{ID: "officeApplyHotline", Method: http.MethodPost, Path: "/hotline-imports/{id}/application", Summary: "把核对过的工单登记为投诉", Action: org.ImportHotline, Timeout: 3 * time.Minute, Rate: listRate,
		Detail: "每次最多登记500件；答复里 ready 不为0时再调用一次。同一工单编号只登记一次，重复调用不会重复登记。"}, applyHotline(d))
	web.Handle(g, web.Op{ID: "officeHotlineResults", Method: http.MethodGet, Path: "/hotline-imports/{id}/results.xlsx", Summary: "按热线原来的列导出办理结果（XLSX）", Action: org.ImportHotline, Timeout: time.Minute, Rate: listRate}, hotlineResults(d))
}

func hotlineTemplate(d Deps) func(context.Context, org.Actor, *web.Empty) (*templateOutput, error) {
	return func(context.Context, org.Actor, *web.Empty) (*templateOutput, error) {
		body, err := d.Hotline.Template()
		return download("hotline-template", body), err
	}
}

func download(name string, body []byte) *templateOutput {
	return &templateOutput{ContentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Disposition: `attachment; filename="` + name + `.xlsx"`, Body: body}
}

type hotlineImportView struct {
	ID         int64          `json:"id"`
	State      string         `json:"state" doc:"faulty 有误，没有导入；checked 已核对"`
	FaultCount int            `json:"fault_count"`
	Faults     []orders.Fault `json:"faults,omitempty" doc:"有误的单元格，最多列出1000处"`
	Undecided  int            `json:"undecided" doc:"没有找到小区，等待选择"`
	Ready      int            `json:"ready" doc:"可以登记"`
	Known      int            `json:"known" doc:"这个工单编号以前登记过"`
	Skipped    int            `json:"skipped" doc:"不导入"`
	Filed      int            `json:"filed" doc:"已登记"`
	Failed     int            `json:"failed" doc:"没有登记成功，原因见工单"`
	CreatedAt  time.Time      `json:"created_at"`
}

func viewHotlineImport(r hotline.Report) hotlineImportView {
	return hotlineImportView{ID: r.ID, State: r.State, FaultCount: r.FaultCount, Faults: r.Faults, Undecided: r.Counts[hotline.Undecided], Ready: r.Counts[hotline.Ready], Known: r.Counts[hotline.Known],
		Skipped: r.Counts[hotline.Skipped], Filed: r.Counts[hotline.Filed], Failed: r.Counts[hotline.Failed], CreatedAt: web.Time(r.CreatedAt)}
}

type hotlineImportOutput struct{ Body hotlineImportView }

func importOf(r *hotline.Report, err error) (*hotlineImportOutput, error) {
	if err != nil {
		return nil, err
	}
	return &hotlineImportOutput{Body: viewHotlineImport(*r)}, nil
}

type checkHotlineInput struct {
	Body struct {
		FileID    int64  `json:"file_id" minimum:"1"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func checkHotline(d Deps) func(context.Context, org.Actor, *checkHotlineInput) (*hotlineImportOutput, error) {
	return func(ctx context.Context, a org.Actor, in *checkHotlineInput) (*hotlineImportOutput, error) {
		return importOf(d.Hotline.Check(ctx, a, in.Body.FileID, in.Body.ClientRef, web.InputHash(in.Body.FileID)))
	}
}

func listHotlineImports(d Deps) func(context.Context, org.Actor, *web.Page) (*web.List[hotlineImportView], error) {
	return func(ctx context.Context, a org.Actor, in *web.Page) (*web.List[hotlineImportView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Hotline.List(ctx, a, before, in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(*in, rows, func(r hotline.Report) int64 { return r.ID }, viewHotlineImport), nil
	}
}

func showHotlineImport(d Deps) func(context.Context, org.Actor, *IDPath) (*hotlineImportOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*hotlineImportOutput, error) {
		return importOf(d.Hotline.Find(ctx, a, in.ID))
	}
}

type hotlineOrdersInput struct {
	IDPath
	State hotline.OrderState `query:"state" enum:"open,ready,known,skipped,filed,failed" doc:"只看这一种；不填为全部"`
	web.Page
}

type hotlineOrderView struct {
	ID         int64      `json:"id"`
	Line       int        `json:"row"`
	Number     string     `json:"number" doc:"热线的工单编号"`
	State      string     `json:"state" doc:"open 没有找到小区；ready 可以登记；known 以前登记过；skipped 不导入；filed 已登记；failed 没有登记成功"`
	ReceivedAt *time.Time `json:"received_at,omitempty"`
	DueAt      *time.Time `json:"due_at,omitempty" doc:"热线要求的时限"`
	Title      string     `json:"title,omitempty"`
	Text       string     `json:"text,omitempty"`
	Category   string     `json:"category,omitempty"`
	Address    string     `json:"address,omitempty"`
	Name       string     `json:"name,omitempty" doc:"已打码"`
	Phone      string     `json:"phone,omitempty" doc:"已打码；没有电话的按匿名登记"`
	Secret     bool       `json:"secret" doc:"对物业和业委会保密"`
	EstateID   int64      `json:"estate_id,omitempty"`
	Estate     string     `json:"estate,omitempty"`
	Guessed    bool       `json:"guessed,omitempty" doc:"小区是从地址或内容里找到的，请核对"`
	Matter     string     `json:"matter,omitempty" doc:"事项代码；空的由社区受理"`
	MatterName string     `json:"matter_name,omitempty"`
	Unit       string     `json:"unit,omitempty" doc:"按职责清单主办的单位"`
	Why        string     `json:"why,omitempty" doc:"为什么建议这个事项，请核对"`
	About      string     `json:"about,omitempty" doc:"被反映的单位"`
	Twin       string     `json:"twin,omitempty" doc:"登记时同一电话在这个小区还有未办结的投诉，可以并案"`
	CaseID     int64      `json:"case_id,omitempty"`
	Receipt    string     `json:"receipt,omitempty"`
	Reason     string     `json:"reason,omitempty" doc:"没有登记成功的原因，或为什么要人看一下"`
	Erased     bool       `json:"erased,omitempty" doc:"热线的原内容已按规定删除"`
}

func listHotlineOrders(d Deps) func(context.Context, org.Actor, *hotlineOrdersInput) (*web.List[hotlineOrderView], error) {
	return func(ctx context.Context, a org.Actor, in *hotlineOrdersInput) (*web.List[hotlineOrderView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Hotline.ListOrders(ctx, a, in.ID, in.State, after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		mandates, err := d.Complaints.MandatesNow(ctx)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(o hotline.OrderView) int64 { return o.ID }, func(o hotline.OrderView) hotlineOrderView {
			b := o.Body
			v := hotlineOrderView{ID: o.ID, Line: o.Line, Number: o.Number, State: string(o.State), ReceivedAt: web.TimeOr(b.Received), DueAt: web.TimeOr(b.Due), Title: b.Title, Text: b.Text, Category: b.Category,
				Address: b.Address, Name: b.Name, Phone: b.Phone, Secret: !b.Open, EstateID: o.EstateID, Estate: o.Estate, Guessed: o.Guessed, Matter: o.Matter, Why: o.Suggested, About: o.About, Twin: o.Twin,
				CaseID: o.CaseID, Receipt: o.Receipt, Reason: o.Reason, Erased: o.Erased}
			if m, ok := mandates.Matter(o.Matter); ok {
				v.MatterName, v.Unit = m.Name, mandates.UnitName(m.Lead)
			}
			return v
		}), nil
	}
}

type decideHotlineInput struct {
	IDPath
	Body struct {
		Orders   []int64 `json:"orders" minItems:"1" maxItems:"500" doc:"工单的 id"`
		EstateID int64   `json:"estate_id,omitempty" doc:"小区；不填不变"`
		Matter   *string `json:"matter,omitempty" maxLength:"64" doc:"事项代码；空字符串表示由社区受理；不填不变"`
		About    *string `json:"about,omitempty" maxLength:"64" doc:"被反映的单位，代码见小区的可反映单位；空字符串表示没有；不填不变"`
		Skip     *bool   `json:"skip,omitempty" doc:"true 不导入，false 还是导入；不填不变"`
	}
}

func decideHotlineOrders(d Deps) func(context.Context, org.Actor, *decideHotlineInput) (*hotlineImportOutput, error) {
	return func(ctx context.Context, a org.Actor, in *decideHotlineInput) (*hotlineImportOutput, error) {
		b := in.Body
		return importOf(d.Hotline.Decide(ctx, a, in.ID, hotline.Decision{Orders: b.Orders, EstateID: b.EstateID, Matter: b.Matter, About: b.About, Skip: b.Skip}))
	}
}

func applyHotline(d Deps) func(context.Context, org.Actor, *IDPath) (*hotlineImportOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*hotlineImportOutput, error) {
		return importOf(d.Hotline.Apply(ctx, a, in.ID))
	}
}

func hotlineResults(d Deps) func(context.Context, org.Actor, *IDPath) (*templateOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*templateOutput, error) {
		body, err := d.Hotline.Results(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return download("hotline-results", body), nil
	}
}
