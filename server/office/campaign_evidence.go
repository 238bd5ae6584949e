package office

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/server/web"
)

func evidenceRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeCampaignEvidence", Method: http.MethodGet, Path: "/campaigns/{id}/evidence", Summary: "送达证据：逐户的发送、打开、确认和上门，按门牌", Action: org.ReadCampaigns}, listEvidence(d))
	web.Handle(g, web.Op{ID: "officeCampaignEvidenceSheet", Method: http.MethodGet, Path: "/campaigns/{id}/evidence.xlsx", Summary: "送达证据 XLSX，每行带校验行", Action: org.ReadCampaigns, Rate: importRate, Timeout: 4 * time.Minute}, exportEvidence(d))
	web.Handle(g, web.Op{ID: "officeSealCampaign", Method: http.MethodPost, Path: "/campaigns/{id}/records", Summary: "封存送达记录：逐户的记录存下来，哈希写入审计链", Action: org.RunCampaigns, Rate: bulkRate, Timeout: 4 * time.Minute, Status: http.StatusCreated}, sealCampaign(d))
	web.Handle(g, web.Op{ID: "officeRecordText", Method: http.MethodGet, Path: "/campaigns/{id}/record.txt", Summary: "封存的送达记录原文：对这个文件做 SHA-256 就是审计链里的哈希", Action: org.ReadCampaigns, Rate: importRate, Timeout: walkTime}, recordText(d))
	web.Handle(g, web.Op{ID: "officePostCampaign", Method: http.MethodPost, Path: "/campaigns/{id}/posting", Summary: "登记已在小区张贴（地点、时间、照片）：没有确认的户都记上（要证明送达的：没有证明的）；张贴几处登记几次，每一处都列入送达记录", Action: org.RunCampaigns, Rate: workRate, Timeout: walkTime}, postCampaign(d))
	web.Handle(g, web.Op{ID: "officeRecordVisit", Method: http.MethodPost, Path: "/reaches/{id}/visits", Summary: "登记上门、交回的回执或电话确认；登记错了的，用“更正一次登记”", Action: org.RunCampaigns, Rate: workRate, Status: http.StatusCreated}, recordVisit(d))
	web.Handle(g, web.Op{ID: "officeCorrectVisit", Method: http.MethodPost, Path: "/reaches/{id}/corrections", Summary: "更正一次登记：写明原因；原来的登记保留，标为已更正，不再计入，按其余的记录重新判断是否送达", Action: org.RunCampaigns, Rate: workRate}, correctVisit(d))
}

type evidenceInput struct {
	IDPath
	Pick string `query:"pick" enum:"all,unconfirmed,letter,visit,proven,unreached" default:"all" doc:"all 全部；unconfirmed 没有确认（要证明送达的：没有证明）；letter 要寄信；visit 要上门；proven 已证明送达；unreached 送不到"`
	web.Page
}

type sendView struct {
	Run         int        `json:"run"`
	Kind        string     `json:"kind"`
	Channel     string     `json:"channel"`
	State       string     `json:"state"`
	SentAt      *time.Time `json:"sent_at,omitempty"`
	ProviderID  string     `json:"provider_id,omitempty"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty" doc:"运营商回执时间；回执不证明送达"`
	Person      int        `json:"person" doc:"这一户的第几位"`
}

type visitView struct {
	ID       int64      `json:"id"`
	At       time.Time  `json:"at"`
	PostID   int64      `json:"post_id"`
	By       string     `json:"by,omitempty" doc:"由哪个岗位上门"`
	Recorded time.Time  `json:"recorded_at" doc:"登记的时间"`
	Result   string     `json:"result"`
	Name     string     `json:"result_name"`
	FileID   int64      `json:"file_id,omitempty" doc:"照片，用“打开文件的限时链接”查看"`
	Place    string     `json:"place,omitempty"`
	Note     string     `json:"note,omitempty"`
	VoidedAt *time.Time `json:"voided_at,omitempty" doc:"已更正：登记错了，不计入"`
	Reason   string     `json:"void_reason,omitempty" doc:"更正的原因"`
}

type reachView struct {
	ID          int64       `json:"id"`
	OwnerSetID  int64       `json:"owner_set_id,omitempty"`
	UnitID      int64       `json:"unit_id,omitempty"`
	Door        string      `json:"door,omitempty"`
	Units       int         `json:"units"`
	Owners      []namedView `json:"owners" doc:"业主（隐去名字）和本人线上是否收到；共有的，一位收到，这一户就算收到"`
	People      int         `json:"people" doc:"发给这一户的人数"`
	Planned     string      `json:"planned"`
	PlannedName string      `json:"planned_name"`
	Why         string      `json:"why,omitempty"`
	State       string      `json:"state"`
	StateName   string      `json:"state_name"`
	Repeats     int         `json:"repeats"`
	Sends       []sendView  `json:"sends"`
	ReadAt      *time.Time  `json:"read_at,omitempty"`
	PrintedAt   *time.Time  `json:"printed_at,omitempty" doc:"信件第一次打印"`
	Prints      int         `json:"prints" doc:"打印过几次；多于一次的是重印"`
	Visits      []visitView `json:"visits"`
	PostedAt    *time.Time  `json:"posted_at,omitempty"`
	ConfirmedAt *time.Time  `json:"confirmed_at,omitempty"`
	How         string      `json:"confirmed_how,omitempty"`
	HowName     string      `json:"confirmed_how_name,omitempty"`
	Proven      bool        `json:"proven" doc:"能证明送达"`
	ActedAt     *time.Time  `json:"acted_at,omitempty"`
	Line        string      `json:"line" doc:"校验行：封存时这一户存下来的内容"`
}

func viewReach(r campaign.Row) reachView {
	v := reachView{ID: r.ID, OwnerSetID: r.OwnerSetID, UnitID: r.UnitID, Door: r.Door, Units: r.Units, Owners: viewNamed(r.Owners), People: r.People, Planned: string(r.Planned), PlannedName: campaign.ChannelNames[r.Planned],
		Why: campaign.WhyNames[r.Why], State: string(r.State), StateName: campaign.ReachNames[r.State], Repeats: r.Repeats, Sends: []sendView{}, ReadAt: web.TimeOr(r.ReadAt), PrintedAt: web.TimeOr(r.PrintedAt), Prints: r.Prints, Visits: []visitView{},
		PostedAt: web.TimeOr(r.PostedAt), ConfirmedAt: web.TimeOr(r.ConfirmedAt), How: string(r.ConfirmedHow), HowName: campaign.HowNames[r.ConfirmedHow], Proven: r.ConfirmedHow.Proves(), ActedAt: web.TimeOr(r.ActedAt), Line: r.Line}
	for _, x := range r.Sends {
		v.Sends = append(v.Sends, sendView{Run: x.Run, Kind: string(x.Kind), Channel: string(x.Channel), State: string(x.State), SentAt: web.TimeOr(x.SentAt), ProviderID: x.ProviderID, ConfirmedAt: web.TimeOr(x.ConfirmedAt), Person: x.Person})
	}
	for _, c := range r.Calls {
		x := viewVisit(c.Call)
		x.By = c.By
		v.Visits = append(v.Visits, x)
	}
	return v
}

func viewVisit(c campaign.Call) visitView {
	return visitView{ID: c.ID, At: web.Time(c.At), Recorded: web.Time(c.RecordedAt), PostID: c.PostID, Result: string(c.Result), Name: campaign.ResultNames[c.Result], FileID: c.FileID, Place: c.Place, Note: c.Note,
		VoidedAt: web.TimeOr(c.VoidedAt), Reason: c.VoidReason}
}

func listEvidence(d Deps) func(context.Context, org.Actor, *evidenceInput) (*web.List[reachView], error) {
	return func(ctx context.Context, a org.Actor, in *evidenceInput) (*web.List[reachView], error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		_, rows, err := d.Campaigns.Evidence(ctx, a, in.ID, campaign.Pick(in.Pick), after, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(r campaign.Row) int64 { return r.ID }, viewReach), nil
	}
}

// sendStates are the states of a delivery as people read them.
var sendStates = map[notify.State]string{notify.Sent: "已发出", notify.Waiting: "等待发送", notify.Refused: "对方没有订阅", notify.Unreachable: "没有账号", notify.Dead: "发送失败", notify.Held: "可能已送到", notify.Unknown: "正在查询",
	notify.Paused: "已暂停", notify.Cancelled: "已取消"}

// tellSends writes what went to a seat in one cell.
func tellSends(sends []campaign.Send) string {
	var b strings.Builder
	for i, x := range sends {
		if i > 0 {
			b.WriteString("；")
		}
		fmt.Fprintf(&b, "%s第%d位 %s %s", campaign.RunNames[x.Kind], x.Person, campaign.ChannelNames[x.Channel], sendStates[x.State])
		if x.SentAt != nil {
			b.WriteString(" " + web.Time(*x.SentAt).Format("2006-01-02 15:04"))
		}
		if x.ProviderID != "" {
			b.WriteString(" 消息号" + x.ProviderID)
		}
	}
	return b.String()
}

// tellOwners names the owners of a seat, and which co-owner no message reached.
func tellOwners(owners []campaign.Named) string {
	list := make([]string, len(owners))
	for i, o := range owners {
		list[i] = o.Name
		if !o.Reached && len(owners) > 1 {
			list[i] += "（线上未收到）"
		}
	}
	return strings.Join(list, "、")
}

func tellVisits(calls []campaign.Knocked) string {
	list := make([]string, len(calls))
	for i, c := range calls {
		list[i] = web.Time(c.At).Format("2006-01-02 15:04") + " " + c.By + " " + campaign.ResultNames[c.Result]
		if c.Place != "" {
			list[i] += "，" + c.Place
		}
		if c.FileID != 0 {
			list[i] += fmt.Sprintf("（照片%d）", c.FileID)
		}
		if c.VoidedAt != nil {
			list[i] += "（" + web.Time(*c.VoidedAt).Format("2006-01-02 15:04") + " 已更正，不计入）"
		}
	}
	return strings.Join(list, "；")
}

func exportEvidence(d Deps) func(context.Context, org.Actor, *IDPath) (*web.SheetOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.SheetOutput, error) {
		s, err := web.NewSheet("送达记录", []string{"门牌", "房屋数", "业主", "首先走的渠道", "发送", "打开", "信件打印", "打印次数", "上门和回执", "张贴", "确认时间", "确认方式", "能否证明送达", "办过", "校验行"},
			[]float64{18, 8, 24, 12, 50, 16, 16, 8, 36, 16, 16, 24, 12, 16, 60})
		if err != nil {
			return nil, err
		}
		err = d.Campaigns.EachRow(ctx, a, in.ID, func(r campaign.Row) error {
			proven := "否"
			if r.ConfirmedHow.Proves() {
				proven = "是"
			}
			return s.Add(r.Door, r.Units, tellOwners(r.Owners), campaign.ChannelNames[r.Planned], tellSends(r.Sends), r.ReadAt, r.PrintedAt, r.Prints, tellVisits(r.Calls), r.PostedAt, r.ConfirmedAt, campaign.HowNames[r.ConfirmedHow], proven, r.ActedAt, r.Line)
		})
		if err != nil {
			return nil, err
		}
		return s.Output(fmt.Sprintf("evidence-%d", in.ID))
	}
}

type recordOutput struct {
	Body struct {
		ID     int64     `json:"id"`
		Seats  int64     `json:"seats"`
		SHA256 string    `json:"sha256"`
		At     time.Time `json:"at"`
	}
}

type recordTextInput struct {
	IDPath
	Record int64 `query:"record" minimum:"0" doc:"哪一份记录；不填为最近一份"`
}

func recordText(d Deps) func(context.Context, org.Actor, *recordTextInput) (*web.SheetOutput, error) {
	return func(ctx context.Context, a org.Actor, in *recordTextInput) (*web.SheetOutput, error) {
		text, err := d.Campaigns.RecordText(ctx, a, in.ID, in.Record)
		if err != nil {
			return nil, err
		}
		return &web.SheetOutput{ContentType: "text/plain; charset=utf-8", Disposition: fmt.Sprintf(`attachment; filename="record-%d.txt"`, in.ID), Body: text}, nil
	}
}

func sealCampaign(d Deps) func(context.Context, org.Actor, *OnceInput) (*recordOutput, error) {
	return func(ctx context.Context, a org.Actor, in *OnceInput) (*recordOutput, error) {
		r, err := d.Campaigns.Seal(ctx, a, in.ID, campaign.Once{ClientRef: in.Body.ClientRef, InputHash: web.InputHash(in.ID)})
		if err != nil {
			return nil, err
		}
		out := &recordOutput{}
		out.Body.ID, out.Body.Seats, out.Body.SHA256, out.Body.At = r.ID, r.Seats, r.Hash, web.Time(r.MadeAt)
		return out, nil
	}
}

type postingInput struct {
	IDPath
	Body struct {
		FileID    int64      `json:"file_id" minimum:"1" doc:"张贴的照片，先上传（photo）"`
		Place     string     `json:"place" minLength:"2" maxLength:"120" doc:"张贴在哪里"`
		At        *time.Time `json:"at,omitempty" doc:"什么时候张贴的；不填为现在，最早30天前"`
		ClientRef string     `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

func postCampaign(d Deps) func(context.Context, org.Actor, *postingInput) (*countOutput, error) {
	return func(ctx context.Context, a org.Actor, in *postingInput) (*countOutput, error) {
		n, err := d.Campaigns.Post(ctx, a, in.ID, campaign.Hung{FileID: in.Body.FileID, Place: in.Body.Place, At: utc(in.Body.At)}, campaign.Once{ClientRef: in.Body.ClientRef, InputHash: web.InputHash(in.ID, in.Body.FileID, in.Body.Place, in.Body.At)})
		out := &countOutput{}
		out.Body.Count = n
		return out, err
	}
}

type visitInput struct {
	IDPath
	Body struct {
		Result    string     `json:"result" enum:"delivered,refused,absent,left,receipt,phoned" doc:"delivered 已送达并签收；refused 拒绝签收；absent 家中无人；left 贴在门上；receipt 交回签收的回执；phoned 电话里说收到了"`
		At        *time.Time `json:"at,omitempty" doc:"什么时候；不填为现在，最早30天前"`
		FileID    int64      `json:"file_id,omitempty" minimum:"0" doc:"照片，先上传（photo）：现场的，或签收的回执；家中无人和电话确认可以没有"`
		Place     string     `json:"place,omitempty" maxLength:"120"`
		Note      string     `json:"note,omitempty" maxLength:"200"`
		ClientRef string     `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type visitOutput struct{ Body visitView }

func recordVisit(d Deps) func(context.Context, org.Actor, *visitInput) (*visitOutput, error) {
	return func(ctx context.Context, a org.Actor, in *visitInput) (*visitOutput, error) {
		b := in.Body
		c, err := d.Campaigns.RecordVisit(ctx, a, in.ID, campaign.Visited{Result: campaign.Result(b.Result), At: utc(b.At), FileID: b.FileID, Place: b.Place, Note: b.Note, ClientRef: b.ClientRef,
			InputHash: web.InputHash(in.ID, b.Result, b.At, b.FileID, b.Place, b.Note)})
		if err != nil {
			return nil, err
		}
		return &visitOutput{viewVisit(*c)}, nil
	}
}

type correctionInput struct {
	IDPath
	Body struct {
		VisitID int64  `json:"visit_id" minimum:"1" doc:"哪一次登记，见这一户的送达记录"`
		Reason  string `json:"reason" minLength:"2" maxLength:"200" doc:"为什么更正"`
	}
}

func correctVisit(d Deps) func(context.Context, org.Actor, *correctionInput) (*visitOutput, error) {
	return func(ctx context.Context, a org.Actor, in *correctionInput) (*visitOutput, error) {
		c, err := d.Campaigns.Amend(ctx, a, in.ID, in.Body.VisitID, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return &visitOutput{viewVisit(*c)}, nil
	}
}
