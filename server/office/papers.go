package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func paperRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "纸质表决票", web.Staff)
	web.Handle(g, web.Op{ID: "officeIssueForms", Method: http.MethodPost, Path: "/meetings/{id}/forms", Summary: "发纸质表决票：每份表决权一个号码；已经发过的不重发", Action: org.ConveneMeeting, Rate: workRate}, issueForms(d))
	web.Handle(g, web.Op{ID: "officeListForms", Method: http.MethodGet, Path: "/meetings/{id}/forms", Summary: "发出的表决票和各自到了哪一步；看不到怎么投的", Action: org.ConveneMeeting}, listForms(d))
	web.Handle(g, web.Op{ID: "officeReplaceForm", Method: http.MethodPost, Path: "/meetings/{id}/form-replacements", Summary: "换发一张表决票：旧号码作废", Action: org.ConveneMeeting, Rate: workRate}, replaceForm(d))
	web.Handle(g, web.Op{ID: "officeReceiveForm", Method: http.MethodPost, Path: "/meetings/{id}/form-receipts", Summary: "投入票箱时扫码登记；以这个时间为准，截止后不收", Action: org.ConveneMeeting, Rate: workRate}, receiveForm(d))
	web.Handle(g, web.Op{ID: "officeRecordAssisted", Method: http.MethodPost, Path: "/meetings/{id}/assisted-votes", Summary: "登记协助填写：上门（照片）或电话（录音），业主本人怎么说的", Action: org.ConveneMeeting, Rate: workRate, Status: http.StatusCreated}, recordAssisted(d))
	web.Handle(g, web.Op{ID: "officeAttestAssisted", Method: http.MethodPost, Path: "/meetings/{id}/assisted-votes/attestation", Summary: "协助填写时在场的第二个人确认", Action: org.ConveneMeeting, Rate: workRate}, attestAssisted(d))
	web.Handle(g, web.Op{ID: "officeReadForm", Method: http.MethodPost, Path: "/meetings/{id}/form-looks", Summary: "开箱后录入一张票：第一个人录入，另一个人看着原票再录一遍，两遍一致就复核完成并计入；不一致的再看一遍。录之前看不到别人录了什么", Action: org.ConveneMeeting, Rate: workRate}, readForm(d))
	web.Handle(g, web.Op{ID: "officeOpenBox", Method: http.MethodPost, Path: "/meetings/{id}/opening", Summary: "截止后开箱：在场监票人、笔录、票箱里的票号；和回执对不上的逐张写明", Action: org.ConveneMeeting, Rate: workRate, MaxBody: 2 << 20}, openBox(d))
	web.Handle(g, web.Op{ID: "officeSignOpening", Method: http.MethodPost, Path: "/meetings/{id}/opening/signature", Summary: "由另一个人登记监票人签名的开箱笔录", Action: org.ConveneMeeting, Rate: workRate}, signOpening(d))
	web.Handle(g, web.Op{ID: "officeReconcile", Method: http.MethodGet, Path: "/meetings/{id}/reconciliation", Summary: "核对：发出＝收回＋未收回＋换发；还有哪些没办完", Action: org.ConveneMeeting}, reconcile(d))
	paperSheetRoutes(g, d)
}

type issueFormsInput struct {
	IDPath
	Body struct {
		Seats   []int `json:"seats" minItems:"1" maxItems:"500" doc:"名册上的票权编号"`
		ProxyID int64 `json:"proxy_id,omitempty" doc:"由代理人填写的，写委托的 id；一次一份"`
	}
}

func issueForms(d Deps) func(context.Context, org.Actor, *issueFormsInput) (*web.List[hall.Form], error) {
	return func(ctx context.Context, a org.Actor, in *issueFormsInput) (*web.List[hall.Form], error) {
		forms, err := d.Assemblies.IssueForms(ctx, a, in.ID, in.Body.Seats, in.Body.ProxyID)
		if err != nil {
			return nil, err
		}
		out := &web.List[hall.Form]{}
		for _, f := range forms {
			out.Body.Items = append(out.Body.Items, hall.OfForm(f))
		}
		return out, nil
	}
}

type listFormsInput struct {
	IDPage
	State assembly.FormState `query:"state" enum:"issued,replaced,received,entered,differs,confirmed,missing,stray" doc:"只看这一步的；不填为全部"`
}

func listForms(d Deps) func(context.Context, org.Actor, *listFormsInput) (*web.List[hall.Form], error) {
	return func(ctx context.Context, a org.Actor, in *listFormsInput) (*web.List[hall.Form], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Assemblies.ListForms(ctx, a, in.ID, in.State, int(after), in.Limit+1)
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(r assembly.FormRow) int64 { return int64(r.Serial) }, hall.OfFormRow), nil
	}
}

// formNumber is what a clerk types from a form, or what the scanner reads.
type formNumber struct {
	Number string `json:"number" minLength:"1" maxLength:"60" doc:"票号，或者扫码得到的内容"`
}

type replaceFormInput struct {
	IDPath
	Body struct {
		Number  string `json:"number" minLength:"1" maxLength:"60" doc:"票号，或者扫码得到的内容"`
		Reason  string `json:"reason" maxLength:"200" doc:"遗失、填坏等"`
		ProxyID int64  `json:"proxy_id,omitempty"`
	}
}

type formOutput struct{ Body hall.Form }

func replaceForm(d Deps) func(context.Context, org.Actor, *replaceFormInput) (*formOutput, error) {
	return func(ctx context.Context, a org.Actor, in *replaceFormInput) (*formOutput, error) {
		f, err := d.Assemblies.ReplaceForm(ctx, a, in.ID, in.Body.Number, in.Body.Reason, in.Body.ProxyID)
		if err != nil {
			return nil, err
		}
		return &formOutput{Body: hall.OfForm(*f)}, nil
	}
}

type formNumberInput struct {
	IDPath
	Body formNumber
}

type slipOutput struct{ Body hall.Slip }

func receiveForm(d Deps) func(context.Context, org.Actor, *formNumberInput) (*slipOutput, error) {
	return func(ctx context.Context, a org.Actor, in *formNumberInput) (*slipOutput, error) {
		r, err := d.Assemblies.ReceiveForm(ctx, a, in.ID, in.Body.Number)
		if err != nil {
			return nil, err
		}
		return &slipOutput{Body: hall.OfSlip(r)}, nil
	}
}

type assistedInput struct {
	IDPath
	Body struct {
		Number    string    `json:"number" minLength:"1" maxLength:"60" doc:"票号，或者扫码得到的内容"`
		Mode      string    `json:"mode" enum:"visit,call"`
		Statement string    `json:"statement" maxLength:"500" doc:"业主本人怎么说的"`
		SpokeAt   time.Time `json:"spoke_at"`
		FileIDs   []int64   `json:"file_ids" minItems:"1" maxItems:"10" doc:"上门的照片（用途 photo）或通话的录音（用途 sound）"`
		ClientRef string    `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type assistedOutput struct {
	Body struct {
		Mode       string     `json:"mode"`
		SpokeAt    time.Time  `json:"spoke_at"`
		AttestedAt *time.Time `json:"attested_at,omitempty" doc:"第二个人确认的时间；没有确认不能投入票箱"`
	}
}

func assistedOut(v *assembly.Assisted, err error) (*assistedOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &assistedOutput{}
	out.Body.Mode, out.Body.SpokeAt, out.Body.AttestedAt = assembly.AssistModes[v.Mode], web.Time(v.SpokeAt), web.TimeOr(v.AttestedAt)
	return out, nil
}

func recordAssisted(d Deps) func(context.Context, org.Actor, *assistedInput) (*assistedOutput, error) {
	return func(ctx context.Context, a org.Actor, in *assistedInput) (*assistedOutput, error) {
		b := in.Body
		return assistedOut(d.Assemblies.RecordAssisted(ctx, a, in.ID, b.Number, assembly.Assistance{Mode: b.Mode, Statement: b.Statement, SpokeAt: b.SpokeAt, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash(in.ID, b)}))
	}
}

func attestAssisted(d Deps) func(context.Context, org.Actor, *formNumberInput) (*assistedOutput, error) {
	return func(ctx context.Context, a org.Actor, in *formNumberInput) (*assistedOutput, error) {
		return assistedOut(d.Assemblies.AttestAssisted(ctx, a, in.ID, in.Body.Number))
	}
}
