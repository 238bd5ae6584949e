package office

import (
	"context"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// works are the actions of offices on a complaint. What each needs and when it is possible is in complaint.Rules; an
// action out of place answers with those that are possible.
var works = []struct {
	action   complaint.Action
	id, path string
	says     string
}{
	{complaint.Accept, "AcceptComplaint", "accept", "受理或签收"},
	{complaint.Refuse, "RefuseComplaint", "refuse", "退办：引用条款（clause）、写明理由（text），可以提出该由谁办（to）"},
	{complaint.Transfer, "TransferComplaint", "transfer", "转请其他单位主办：to、clause、text"},
	{complaint.Arbitrate, "ArbitrateComplaint", "arbitrate", "裁定由谁主办，不再退办或转办：to、clause、text"},
	{complaint.Redirect, "RedirectComplaint", "redirect", "上级改派：to、text"},
	{complaint.Split, "SplitComplaint", "split", "分给几个单位各办一部分（parts），全部办完才能答复"},
	{complaint.Merge, "MergeComplaint", "merge", "并入另一件（into 填编号）：text；每位投诉人的编号、确认和评价都保留"},
	{complaint.Ask, "AskComplainant", "ask", "请投诉人补充：text；时限暂停"},
	{complaint.Plan, "PlanComplaint", "plan", "安排办理：on、text"},
	{complaint.Hold, "HoldComplaint", "hold", "暂缓办理：原因（text）和到哪一天（on）；时限暂停"},
	{complaint.Resume, "ResumeComplaint", "resume", "恢复办理"},
	{complaint.Conclude, "ConcludeComplaint", "conclude", "办完本环节，交给下一个单位：办理结果（text）"},
	{complaint.Note, "NoteComplaint", "note", "告知进展：text。所有投诉人都能看到，请不要写某一位的姓名、电话和门牌"},
	{complaint.Answer, "AnswerComplaint", "answer", "答复：report 的四个要素缺一不可"},
	{complaint.ForceClose, "ForceCloseComplaint", "force-close", "上级强制办结：text"},
	{complaint.Reopen, "ReopenComplaint", "reopen", "上级要求重新办理：text"},
	{complaint.Assign, "AssignComplaint", "assign", "指定本单位经办的岗位（post；0 为不指定）"},
	{complaint.Confirm, "ConfirmPatrol", "confirm", "巡查发现的单位确认办结"},
	{complaint.Return, "ReturnPatrol", "return", "巡查发现的单位退回重办：text"},
	{complaint.Rate, "RatePatrol", "rating", "巡查发现的单位评价：rating"},
	{complaint.Supply, "SupplyPatrol", "supply", "巡查发现的单位补充：text"},
	{complaint.Withdraw, "WithdrawPatrol", "withdraw", "巡查发现的单位撤回"},
	{complaint.Urge, "UrgePatrol", "urge", "巡查发现的单位催办，每天一次"},
}

// reportBody is an answer in its four elements.
type reportBody struct {
	AcceptedOn string `json:"accepted_on" maxLength:"500" doc:"何时受理"`
	Contacted  string `json:"contacted" maxLength:"500" doc:"联系了谁、怎么联系的"`
	Did        string `json:"did" maxLength:"500" doc:"查了什么、做了什么"`
	Next       string `json:"next" maxLength:"500" doc:"下一步和时间；没有就写“已办完”"`
	Skip       string `json:"skip,omitempty" maxLength:"200" doc:"后面的环节为什么不需要了"`
}

// RatingBody is a rating.
type RatingBody struct {
	Response  complaint.Opinion `json:"response" enum:"yes,partly,no" doc:"回应及时吗"`
	Solved    complaint.Opinion `json:"solved" enum:"yes,partly,no" doc:"问题解决了吗"`
	Satisfied complaint.Opinion `json:"satisfied" enum:"yes,partly,no" doc:"满意吗"`
}

type pieceBody struct {
	To     int64  `json:"to" minimum:"1" doc:"哪个单位"`
	Clause string `json:"clause" minLength:"1" maxLength:"64" doc:"依据职责清单的条款"`
	Text   string `json:"text" minLength:"1" maxLength:"500" doc:"要做什么"`
}

// WorkBody is what an action on a complaint may carry.
type WorkBody struct {
	Text      string      `json:"text,omitempty" maxLength:"2000"`
	Clause    string      `json:"clause,omitempty" maxLength:"64" doc:"职责清单的条款，例如 五(四)3"`
	To        int64       `json:"to,omitempty" minimum:"0" doc:"单位"`
	Into      string      `json:"into,omitempty" maxLength:"32" doc:"另一件投诉的编号"`
	On        string      `json:"on,omitempty" format:"date" doc:"日期"`
	Post      int64       `json:"post,omitempty" minimum:"0" doc:"岗位"`
	Parts     []pieceBody `json:"parts,omitempty" maxItems:"10"`
	Report    *reportBody `json:"report,omitempty"`
	Rating    *RatingBody `json:"rating,omitempty"`
	FileIDs   []int64     `json:"file_ids,omitempty" maxItems:"9" doc:"现场照片；所有投诉人都能看到"`
	ClientRef string      `json:"client_ref,omitempty" maxLength:"64" doc:"重复提交时答复第一次的结果" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
}

type workInput struct {
	IDPath
	Body WorkBody
}

// input reads the body for the service.
func (b *WorkBody) input(a complaint.Action) (complaint.Input, error) {
	on, err := web.Day(b.On, "on")
	if err != nil {
		return complaint.Input{}, err
	}
	in := complaint.Input{Text: b.Text, Clause: b.Clause, ToID: b.To, Into: b.Into, On: web.EndOf(on), PostID: b.Post, FileIDs: b.FileIDs, ClientRef: b.ClientRef}
	for _, p := range b.Parts {
		in.Pieces = append(in.Pieces, complaint.Piece{OrganisationID: p.To, Clause: p.Clause, Text: p.Text})
	}
	if b.Report != nil {
		in.Report = new(complaint.Report(*b.Report))
	}
	if b.Rating != nil {
		in.Rating = new(complaint.Rating(*b.Rating))
	}
	plain := *b
	plain.ClientRef = ""
	in.InputHash = web.InputHash(a, plain)
	return in, nil
}

func workOn(d Deps, action complaint.Action) func(context.Context, org.Actor, *workInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *workInput) (*caseOutput, error) {
		input, err := in.Body.input(action)
		if err != nil {
			return nil, err
		}
		if _, err := d.Complaints.Act(ctx, a, in.ID, action, input); err != nil {
			return nil, err
		}
		return seen(ctx, d, a, in.ID)
	}
}

// PlaceBody is where something is, as every form of filing asks it.
type PlaceBody struct {
	EstateID   int64   `json:"estate_id" minimum:"1"`
	BuildingID int64   `json:"building_id,omitempty" minimum:"0"`
	UnitID     int64   `json:"unit_id,omitempty" minimum:"0"`
	Part       string  `json:"part,omitempty" maxLength:"32" doc:"公共部位代码"`
	Place      string  `json:"place,omitempty" maxLength:"100" doc:"具体地点"`
	Lat        float64 `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"定位（GCJ-02），可不填"`
	Lng        float64 `json:"lng,omitempty" minimum:"-180" maximum:"180"`
	Matter     string  `json:"matter,omitempty" maxLength:"64" doc:"事项代码；不清楚就不填，由社区先受理"`
	Text       string  `json:"text" minLength:"5" maxLength:"2000"`
	PhotoIDs   []int64 `json:"photo_ids,omitempty" maxItems:"9"`
	ClientRef  string  `json:"client_ref" minLength:"1" maxLength:"64" doc:"每次填写生成一个，重复提交不会重复立案" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
}

func (b *PlaceBody) draft() complaint.Draft {
	return complaint.Draft{EstateID: b.EstateID, BuildingID: b.BuildingID, UnitID: b.UnitID, Part: b.Part, Place: b.Place, Lat: web.Micro(b.Lat), Lng: web.Micro(b.Lng),
		Matter: b.Matter, Text: b.Text, PhotoIDs: b.PhotoIDs, ClientRef: b.ClientRef}
}

type fileForInput struct {
	Body struct {
		PlaceBody
		Via        complaint.Source     `json:"via" enum:"counter,phone" doc:"counter 窗口；phone 电话"`
		Name       string               `json:"name,omitempty" maxLength:"30" doc:"投诉人怎么称呼；匿名不填"`
		Phone      string               `json:"phone,omitempty" maxLength:"11" doc:"投诉人的手机号；匿名不填"`
		About      string               `json:"about,omitempty" maxLength:"64" doc:"投诉的是哪个单位本身"`
		Cover      complaint.Cover      `json:"cover,omitempty" enum:"sealed,anonymous" doc:"sealed 对物业和业委会保密；anonymous 匿名"`
		Visibility complaint.Visibility `json:"visibility,omitempty" enum:"public,private"`
	}
}

func fileFor(d Deps) func(context.Context, org.Actor, *fileForInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *fileForInput) (*caseOutput, error) {
		b := in.Body
		draft := b.draft()
		draft.About, draft.Cover, draft.Visibility, draft.InputHash = b.About, b.Cover, b.Visibility, web.InputHash(b)
		c, err := d.Complaints.FileFor(ctx, a, b.Via, complaint.Contact{Name: b.Name, Phone: b.Phone}, draft)
		if err != nil {
			return nil, err
		}
		return filedBy(ctx, d, a, c)
	}
}

// filedBy shows a case to the office that wrote it down. What is about that office it never reads again: only the
// receipt is given.
func filedBy(ctx context.Context, d Deps, a org.Actor, c *complaint.Case) (*caseOutput, error) {
	out, err := seen(ctx, d, a, c.ID)
	if err != nil {
		return &caseOutput{Body: caseView{ID: c.ID, Number: c.Number, State: string(c.State), StateName: complaint.StateNames[c.State], DueAt: web.TimeOr(c.DueAt), Call: calls(ctx, d, c), CreatedAt: web.Time(c.CreatedAt)}}, nil
	}
	return out, nil
}

type patrolInput struct {
	Body struct {
		PlaceBody
		Visibility complaint.Visibility `json:"visibility,omitempty" enum:"public,private"`
	}
}

func filePatrol(d Deps) func(context.Context, org.Actor, *patrolInput) (*caseOutput, error) {
	return func(ctx context.Context, a org.Actor, in *patrolInput) (*caseOutput, error) {
		draft := in.Body.draft()
		draft.Visibility, draft.InputHash = in.Body.Visibility, web.InputHash(in.Body)
		c, err := d.Complaints.FilePatrol(ctx, a, draft)
		if err != nil {
			return nil, err
		}
		return filedBy(ctx, d, a, c)
	}
}
