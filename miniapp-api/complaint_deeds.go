package miniapp

import (
	"context"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// deeds are what a complainant does with their own case; which are possible is in the case's actions.
var deeds = []struct {
	action   complaint.Action
	id, path string
	says     string
}{
	{complaint.Confirm, "confirmComplaint", "confirm", "确认办结"},
	{complaint.Return, "returnComplaint", "return", "退回重办：写明哪里没有解决（text）；第二次退回由上一级办理"},
	{complaint.Supply, "supplyComplaint", "supply", "补充情况：text"},
	{complaint.Urge, "urgeComplaint", "urge", "催办，每天一次"},
	{complaint.Withdraw, "withdrawComplaint", "withdraw", "撤回"},
	{complaint.Reopen, "reopenComplaint", "reopen", "到期自动办结或上级办结后，要求重新办理：text"},
	{complaint.Rate, "rateComplaint", "rating", "评价：rating"},
}

type deedInput struct {
	IDPath
	Body struct {
		Text   string `json:"text,omitempty" maxLength:"2000"`
		Rating *struct {
			Response  complaint.Opinion `json:"response" enum:"yes,partly,no" doc:"回应及时吗"`
			Solved    complaint.Opinion `json:"solved" enum:"yes,partly,no" doc:"问题解决了吗"`
			Satisfied complaint.Opinion `json:"satisfied" enum:"yes,partly,no" doc:"满意吗"`
		} `json:"rating,omitempty"`
		FileIDs   []int64 `json:"file_ids,omitempty" maxItems:"9" doc:"照片"`
		ClientRef string  `json:"client_ref,omitempty" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func doDeed(d Deps, action complaint.Action) func(context.Context, org.Actor, *deedInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *deedInput) (*caseOutput, error) {
		input := complaint.Input{Text: in.Body.Text, FileIDs: in.Body.FileIDs, ClientRef: in.Body.ClientRef, InputHash: web.InputHash(action, in.Body.Text, in.Body.Rating, in.Body.FileIDs)}
		if r := in.Body.Rating; r != nil {
			input.Rating = &complaint.Rating{Response: r.Response, Solved: r.Solved, Satisfied: r.Satisfied}
		}
		if _, err := d.Complaints.ActOwn(ctx, a, in.ID, action, input); err != nil {
			return nil, err
		}
		return ownCase(ctx, d, a, in.ID)
	}
}

type joinInput struct {
	IDPath
	Body struct {
		Text      string          `json:"text,omitempty" maxLength:"500" doc:"您的情况有什么不同，可不填"`
		Cover     complaint.Cover `json:"cover,omitempty" enum:"sealed" doc:"sealed 物业和业委会不能查看您是谁"`
		ClientRef string          `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func joinComplaint(d Deps) func(context.Context, org.Actor, *joinInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *joinInput) (*caseOutput, error) {
		b := in.Body
		c, err := d.Complaints.JoinCase(ctx, a, in.ID, complaint.Joining{Text: b.Text, Cover: b.Cover, ClientRef: b.ClientRef, InputHash: web.InputHash("join", in.ID, b.Text, b.Cover)})
		if err != nil {
			return nil, err
		}
		return ownCase(ctx, d, a, c.ID)
	}
}

type similarInput struct {
	IDPath
	Body struct {
		Text       string `json:"text" minLength:"2" maxLength:"2000"`
		Matter     string `json:"matter,omitempty" maxLength:"64"`
		BuildingID int64  `json:"building_id,omitempty" minimum:"0"`
		Part       string `json:"part,omitempty" maxLength:"32"`
	}
}

type similarView struct {
	Likeness int      `json:"likeness" doc:"相近程度，0到100"`
	Own      bool     `json:"own" doc:"您自己已经投诉过的"`
	Note     string   `json:"note,omitempty" doc:"加入以前请显示"`
	Case     caseView `json:"case"`
}

func listSimilar(d Deps) func(context.Context, org.Actor, *similarInput) (*web.All[similarView], error) {
	return func(ctx context.Context, a org.Actor, in *similarInput) (*web.All[similarView], error) {
		rows, err := d.Complaints.ListSimilar(ctx, a, complaint.Draft{EstateID: in.ID, Text: in.Body.Text, Matter: in.Body.Matter, BuildingID: in.Body.BuildingID, Part: in.Body.Part})
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(s complaint.Similar) similarView {
			v := similarView{Likeness: s.Likeness, Own: s.Own, Case: viewCase(s.View)}
			if !s.Own && s.State == complaint.Answered {
				v.Note = complaint.JoinNote
			}
			return v
		}), nil
	}
}

type partView struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func listParts(Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[partView], error) {
	return func(context.Context, org.Actor, *web.Empty) (*web.All[partView], error) {
		return web.Whole(complaint.CommonParts, func(p struct{ Code, Name string }) partView { return partView{Code: p.Code, Name: p.Name} }), nil
	}
}
