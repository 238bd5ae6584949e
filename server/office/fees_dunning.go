package office

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func feeDunningRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officePreviewReminders", Method: http.MethodGet, Path: "/estates/{id}/fee-reminder-preview", Summary: "预览缴费提醒：会提醒几户、共多少、哪些不提醒和原因；不发", Action: org.RunFees}, previewReminders(d))
	web.Handle(g, web.Op{ID: "officeSendReminders", Method: http.MethodPost, Path: "/estates/{id}/fee-reminder-runs", Summary: "发缴费提醒：只发给这一户自己的人；发的时候已经交了、有异议或暂缓的不发", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, sendReminders))
	web.Handle(g, web.Op{ID: "officeListReminderRuns", Method: http.MethodGet, Path: "/estates/{id}/fee-reminder-runs", Summary: "各批提醒，新的在前", Action: org.RunFees}, listReminderRuns(d))
	web.Handle(g, web.Op{ID: "officePrepareDemand", Method: http.MethodPost, Path: "/estates/{id}/fee-demands", Summary: "准备一户的书面催告；由另一人签发", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, prepareDemand))
	web.Handle(g, web.Op{ID: "officeListFeeLetters", Method: http.MethodGet, Path: "/estates/{id}/fee-letters", Summary: "提醒和催告，新的在前；没有发的写明原因", Action: org.RunFees}, listFeeLetters(d))
	web.Handle(g, web.Op{ID: "officeShowFeeLetter", Method: http.MethodGet, Path: "/fee-letters/{id}", Summary: "一份提醒或催告：全文、账单、送达", Action: org.RunFees}, showFeeLetter(d))
	web.Handle(g, web.Op{ID: "officePrintFeeLetter", Method: http.MethodGet, Path: "/fee-letters/{id}/sheet", Summary: "打印：提醒或催告（A4网页），装信封送达，不张贴", Action: org.RunFees}, printFeeLetter(d))
	web.Handle(g, web.Op{ID: "officeIssueDemand", Method: http.MethodPost, Path: "/fee-letters/{id}/issue", Summary: "签发催告：不能由准备的人签发；准备以后交了、有异议或换了业主的不能发", Action: org.RunFees, Rate: workRate}, feeDo(d, issueDemand))
	web.Handle(g, web.Op{ID: "officeWithdrawDemand", Method: http.MethodPost, Path: "/fee-letters/{id}/withdrawal", Summary: "撤回还没有签发的催告", Action: org.RunFees, Rate: workRate}, feeDo(d, withdrawDemand))
	web.Handle(g, web.Op{ID: "officeDeliverFeeLetter", Method: http.MethodPost, Path: "/fee-letters/{id}/deliveries", Summary: "登记送达：照片或回执、时间、方式", Action: org.RunFees, Rate: workRate, Status: http.StatusCreated}, feeDo(d, deliverFeeLetter))
}

// RemindBody begins a run of reminders.
type RemindBody struct {
	Tapped
	HowToPay string `json:"how_to_pay" minLength:"4" maxLength:"150" doc:"到哪里、怎么交，会写进提醒；不能提停水停电停气或门禁"`
}

func sendReminders(ctx context.Context, s *fee.Service, a org.Actor, id int64, b RemindBody) (int64, error) {
	return s.SendReminders(ctx, a, id, b.HowToPay)
}

// DemandBody prepares a formal demand.
type DemandBody struct {
	Tapped
	UnitID   int64  `json:"unit_id" minimum:"1"`
	HowToPay string `json:"how_to_pay" minLength:"4" maxLength:"150" doc:"到哪里、怎么交，会写进催告；不能提停水停电停气或门禁"`
}

func prepareDemand(ctx context.Context, s *fee.Service, a org.Actor, id int64, b DemandBody) (int64, error) {
	return s.PrepareDemand(ctx, a, id, b.UnitID, b.HowToPay)
}

func issueDemand(ctx context.Context, s *fee.Service, a org.Actor, id int64, _ Tapped) (int64, error) {
	return s.IssueDemand(ctx, a, id)
}

func withdrawDemand(ctx context.Context, s *fee.Service, a org.Actor, id int64, _ Tapped) (int64, error) {
	return s.WithdrawDemand(ctx, a, id)
}

// DeliverBody is how a letter came to its people.
type DeliverBody struct {
	Tapped
	Way     string    `json:"way" enum:"hand,post,letterbox" doc:"hand 当面送交；post 挂号信或快递；letterbox 封好放进自家信箱"`
	At      time.Time `json:"at"`
	Text    string    `json:"text,omitempty" maxLength:"200"`
	FileIDs []int64   `json:"file_ids" minItems:"1" maxItems:"9" doc:"送达的照片或回执（purpose=document）"`
}

func deliverFeeLetter(ctx context.Context, s *fee.Service, a org.Actor, id int64, b DeliverBody) (int64, error) {
	return s.RecordDelivery(ctx, a, id, fee.Delivery{Way: b.Way, At: b.At.UTC().Truncate(time.Second), Note: b.Text}, b.FileIDs)
}

type remindView struct {
	UnitID int64  `json:"unit_id"`
	Unit   string `json:"unit"`
	Bills  int    `json:"bills,omitempty"`
	Amount string `json:"amount,omitempty" doc:"元"`
	Why    string `json:"why,omitempty" doc:"不提醒的原因"`
}

func viewRemind(r fee.Remind) remindView {
	v := remindView{UnitID: r.UnitID, Unit: r.Unit, Bills: r.Bills, Why: r.Why}
	if r.Why == "" {
		v.Amount = r.Amount.String()
	}
	return v
}

type remindersOutput struct {
	Body struct {
		Days    int            `json:"days" doc:"过了缴费日多少日提醒，两次提醒之间隔多少日"`
		Units   int            `json:"units"`
		Amount  string         `json:"amount" doc:"元"`
		Sample  []remindView   `json:"sample" doc:"前20户"`
		Skipped []remindView   `json:"skipped" doc:"不提醒的，前20户"`
		Counts  map[string]int `json:"counts" doc:"不提醒的户数，按原因"`
	}
}

func previewReminders(d Deps) func(context.Context, org.Actor, *IDPath) (*remindersOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*remindersOutput, error) {
		v, err := d.Fees.PreviewReminders(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &remindersOutput{}
		b := &out.Body
		b.Days, b.Units, b.Amount, b.Counts = v.Days, v.Units, v.Amount.String(), v.Counts
		b.Sample, b.Skipped = web.Whole(v.Sample, viewRemind).Body.Items, web.Whole(v.Skipped, viewRemind).Body.Items
		return out, nil
	}
}

type reminderRunView struct {
	ID       int64      `json:"id"`
	State    string     `json:"state" enum:"running,done"`
	HowToPay string     `json:"how_to_pay"`
	Sent     int        `json:"sent" doc:"发了几户"`
	Skipped  int        `json:"skipped" doc:"没有发的户数，原因见 fee-letters"`
	At       time.Time  `json:"at"`
	DoneAt   *time.Time `json:"done_at,omitempty"`
}

func listReminderRuns(d Deps) func(context.Context, org.Actor, *IDPage) (*web.List[reminderRunView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*web.List[reminderRunView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListReminderRuns(ctx, a, in.ID, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(r fee.ReminderRun) int64 { return r.ID }, func(r fee.ReminderRun) reminderRunView {
			return reminderRunView{r.ID, r.State, r.PayText, r.Sent, r.Skipped, web.Time(r.At), web.TimeOr(r.DoneAt)}
		}), nil
	}
}

type feeLettersInput struct {
	IDPage
	Stage  fee.Stage `query:"stage" enum:"reminder,demand" doc:"不填为全部"`
	State  string    `query:"state" maxLength:"16"`
	UnitID int64     `query:"unit_id" minimum:"0"`
	RunID  int64     `query:"run_id" minimum:"0" doc:"哪一批提醒"`
}

func listFeeLetters(d Deps) func(context.Context, org.Actor, *feeLettersInput) (*web.List[hall.FeeLetter], error) {
	return func(ctx context.Context, a org.Actor, in *feeLettersInput) (*web.List[hall.FeeLetter], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Fees.ListLetters(ctx, a, in.ID, fee.LetterFilter{Stage: in.Stage, State: in.State, UnitID: in.UnitID, RunID: in.RunID}, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(l fee.Letter) int64 { return l.ID }, func(l fee.Letter) hall.FeeLetter {
			v := hall.ViewFeeLetter(l)
			v.Mine = l.PersonID == a.PersonID
			return v
		}), nil
	}
}

type feeLetterOutput struct{ Body hall.FeeLetter }

func showFeeLetter(d Deps) func(context.Context, org.Actor, *IDPath) (*feeLetterOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*feeLetterOutput, error) {
		v, err := d.Fees.FindLetter(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return &feeLetterOutput{Body: hall.ViewFeeLetterWhole(*v)}, nil
	}
}

func printFeeLetter(d Deps) func(context.Context, org.Actor, *IDPath) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.PageOutput, error) {
		v, err := d.Fees.FindLetter(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		if v.Stage == fee.Demand && v.State != fee.Issued || v.Stage == fee.Reminder && v.State != fee.Sent {
			return nil, fee.ErrState.Saying("还没有发出的不能打印")
		}
		l := hall.ViewFeeLetterWhole(*v)
		title := map[fee.Stage]string{fee.Reminder: "缴费提醒", fee.Demand: "缴费催告书"}[v.Stage]
		data := map[string]any{"Title": title, "Number": l.Number, "City": d.City, "By": a.Post.OrgName, "Printed": d.DB.Now(), "L": l}
		var b bytes.Buffer
		if err := sheets.ExecuteTemplate(&b, "fee_letter.html", data); err != nil {
			return nil, err
		}
		return web.Printed(b.Bytes()), nil
	}
}
