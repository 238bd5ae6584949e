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

func officialRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "业主大会", web.Staff)
	archiveRoutes(g, d)
	web.Handle(g, web.Op{ID: "officeEnterOfficial", Method: http.MethodPost, Path: "/meetings/{id}/official-results", Summary: "登记政府电子投票平台的结果和证据，或者本系统没有发过票的纸质表决的计票结果和证据；没有公布的数字不填，不要填0", Action: org.ConveneMeeting, Rate: workRate, Status: http.StatusCreated}, enterOfficial(d))
	web.Handle(g, web.Op{ID: "officeListOfficial", Method: http.MethodGet, Path: "/meetings/{id}/official-results", Summary: "登记过的结果，按法定比例算出来是什么", Action: org.ConveneMeeting}, listOfficial(d))
	web.Handle(g, web.Op{ID: "officeConfirmOfficial", Method: http.MethodPost, Path: "/meetings/{id}/official-results/{result}/confirmation", Summary: "由另一个人对照证据核对", Action: org.ConveneMeeting, Rate: workRate}, confirmOfficial(d))
	web.Handle(g, web.Op{ID: "officeNoteRollChange", Method: http.MethodPost, Path: "/meetings/{id}/roll-changes", Summary: "登记名册锁定后的买卖、继承、判决或更正；名册、面积和指纹不变，所有业主看得到", Action: org.ConveneMeeting, Rate: workRate, Status: http.StatusCreated}, noteRollChange(d))
}

type figuresBody struct {
	Heads *int64  `json:"heads,omitempty" doc:"人数（票权）；没有公布就不填"`
	Area  *string `json:"area,omitempty" maxLength:"20" doc:"面积，㎡，最多三位小数"`
}

func (f *figuresBody) of() *assembly.Figures {
	if f == nil {
		return nil
	}
	return &assembly.Figures{Heads: f.Heads, Area: f.Area}
}

type officialMotion struct {
	Position int          `json:"position" minimum:"1" maximum:"20"`
	Returned *figuresBody `json:"returned,omitempty" doc:"收回的有效票，含弃权"`
	Void     *figuresBody `json:"void,omitempty"`
	Silent   *figuresBody `json:"silent,omitempty" doc:"已证明送达、没有投票的"`
	Items    []struct {
		Key     string       `json:"key,omitempty" maxLength:"32" doc:"选项或候选人的代号；同意反对的议题不填"`
		Yes     *figuresBody `json:"yes,omitempty"`
		No      *figuresBody `json:"no,omitempty"`
		Abstain *figuresBody `json:"abstain,omitempty"`
	} `json:"items" minItems:"1" maxItems:"200"`
	Elected []string `json:"elected,omitempty" maxItems:"200" doc:"公布的当选人代号"`
}

func (m officialMotion) of() assembly.OfficialMotion {
	out := assembly.OfficialMotion{Position: m.Position, Returned: m.Returned.of(), Void: m.Void.of(), Silent: m.Silent.of(), Elected: m.Elected}
	for _, x := range m.Items {
		out.Items = append(out.Items, assembly.OfficialItem{Key: x.Key, Yes: x.Yes.of(), No: x.No.of(), Abstain: x.Abstain.of()})
	}
	return out
}

type enterOfficialInput struct {
	IDPath
	Body struct {
		Platform  string           `json:"platform" maxLength:"60" doc:"平台名称；纸质表决写由谁、在哪里计票"`
		Motions   []officialMotion `json:"motions" minItems:"1" maxItems:"20"`
		FileIDs   []int64          `json:"file_ids" minItems:"1" maxItems:"10" doc:"平台的结果文件或截图；纸质表决附计票记录和照片"`
		ClientRef string           `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type officialView struct {
	ID          int64                 `json:"id"`
	Platform    string                `json:"platform"`
	State       string                `json:"state" doc:"entered 待另一人核对；confirmed 已核对；dropped 被后来登记的代替"`
	SHA256      string                `json:"sha256" doc:"核对时带上，防止核对的不是看到的那一份"`
	EnteredAt   time.Time             `json:"entered_at"`
	ConfirmedAt *time.Time            `json:"confirmed_at,omitempty"`
	Count       *assembly.ImportCount `json:"count,omitempty" doc:"按冻结的名册和法律计算"`
	FileIDs     []int64               `json:"file_ids,omitempty"`
}

type officialOutput struct{ Body officialView }

func viewOfficial(o *assembly.OfficialResult) officialView {
	return officialView{ID: o.ID, Platform: o.Platform, State: o.State, SHA256: o.SHA256, EnteredAt: web.Time(o.EnteredAt), ConfirmedAt: web.TimeOr(o.ConfirmedAt)}
}

func enterOfficial(d Deps) func(context.Context, org.Actor, *enterOfficialInput) (*officialOutput, error) {
	return func(ctx context.Context, a org.Actor, in *enterOfficialInput) (*officialOutput, error) {
		b := in.Body
		o := assembly.Official{Platform: b.Platform, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash(in.ID, b)}
		for _, m := range b.Motions {
			o.Motions = append(o.Motions, m.of())
		}
		row, err := d.Assemblies.EnterOfficial(ctx, a, in.ID, o)
		if err != nil {
			return nil, err
		}
		return &officialOutput{Body: viewOfficial(row)}, nil
	}
}

func listOfficial(d Deps) func(context.Context, org.Actor, *IDPath) (*web.All[officialView], error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.All[officialView], error) {
		rows, err := d.Assemblies.ListOfficial(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &web.All[officialView]{}
		out.Body.Items = []officialView{}
		for _, r := range rows {
			v := viewOfficial(&r.OfficialResult)
			v.Count, v.FileIDs = r.Count, r.FileIDs
			out.Body.Items = append(out.Body.Items, v)
		}
		return out, nil
	}
}

type confirmOfficialInput struct {
	IDPath
	Result int64 `path:"result" minimum:"1"`
	Body   struct {
		SHA256 string `json:"sha256" minLength:"64" maxLength:"64"`
	}
}

func confirmOfficial(d Deps) func(context.Context, org.Actor, *confirmOfficialInput) (*officialOutput, error) {
	return func(ctx context.Context, a org.Actor, in *confirmOfficialInput) (*officialOutput, error) {
		row, err := d.Assemblies.ConfirmOfficial(ctx, a, in.ID, in.Result, in.Body.SHA256)
		if err != nil {
			return nil, err
		}
		return &officialOutput{Body: viewOfficial(row)}, nil
	}
}

type rollChangeInput struct {
	IDPath
	Body struct {
		SeatNo    int     `json:"seat_no" minimum:"1"`
		Kind      string  `json:"kind" enum:"sale,inheritance,judgment,correction"`
		Text      string  `json:"text" maxLength:"300" doc:"变化和依据；所有业主看得到，不要写姓名和电话"`
		FileIDs   []int64 `json:"file_ids" minItems:"1" maxItems:"10" doc:"依据"`
		ClientRef string  `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type rollNoteOutput struct{ Body hall.Note }

func noteRollChange(d Deps) func(context.Context, org.Actor, *rollChangeInput) (*rollNoteOutput, error) {
	return func(ctx context.Context, a org.Actor, in *rollChangeInput) (*rollNoteOutput, error) {
		b := in.Body
		n, err := d.Assemblies.NoteRollChange(ctx, a, in.ID, assembly.RollChange{SeatNo: b.SeatNo, Kind: b.Kind, Text: b.Text, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash(in.ID, b)})
		if err != nil {
			return nil, err
		}
		return &rollNoteOutput{Body: hall.OfNote(*n)}, nil
	}
}
