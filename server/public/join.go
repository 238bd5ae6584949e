package public

import (
	"context"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/server/web"
)

type slipSimilarInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Text       string `json:"text" minLength:"2" maxLength:"2000"`
		Matter     string `json:"matter,omitempty" maxLength:"64"`
		BuildingID int64  `json:"building_id,omitempty" minimum:"0"`
		Part       string `json:"part,omitempty" maxLength:"32"`
	}
}

// slipSimilarView is a case as anybody in the world may read it.
type slipSimilarView struct {
	ID        int64  `json:"id"`
	Matter    string `json:"matter"`
	Part      string `json:"part,omitempty"`
	Text      string `json:"text"`
	StateName string `json:"state_name"`
	People    int    `json:"people" doc:"多少人投诉这件事"`
	Note      string `json:"note,omitempty" doc:"加入以前请显示"`
}

func slipSimilar(d Deps) func(context.Context, *slipSimilarInput) (*web.All[slipSimilarView], error) {
	return func(ctx context.Context, in *slipSimilarInput) (*web.All[slipSimilarView], error) {
		b := in.Body
		rows, err := d.Complaints.ListSimilarOpen(ctx, complaint.Draft{EstateID: in.ID, Text: b.Text, Matter: b.Matter, BuildingID: b.BuildingID, Part: b.Part})
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, func(s complaint.Similar) slipSimilarView {
			v := slipSimilarView{ID: s.ID, Matter: s.MatterName, Part: complaint.PartName(s.Case.Part), Text: s.Text, StateName: complaint.StateNames[s.State], People: s.People}
			if s.State == complaint.Answered {
				v.Note = complaint.JoinNote
			}
			return v
		}), nil
	}
}

type slipJoinInput struct {
	TicketHeader
	ID   int64 `path:"id" minimum:"1"`
	Case int64 `path:"case" minimum:"1"`
	Body struct {
		Name      string          `json:"name" minLength:"1" maxLength:"30" doc:"怎么称呼您"`
		Text      string          `json:"text,omitempty" maxLength:"500" doc:"要补充的话"`
		Cover     complaint.Cover `json:"cover,omitempty" enum:"sealed" doc:"sealed 物业和业委会不能查看您是谁"`
		ClientRef string          `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func slipJoin(d Deps) func(context.Context, *slipJoinInput) (*receiptOutput, error) {
	return func(ctx context.Context, in *slipJoinInput) (*receiptOutput, error) {
		phone, err := d.Codes.Holder(ctx, in.Ticket)
		if err != nil {
			return nil, err
		}
		b := in.Body
		_, receipt, err := d.Complaints.JoinSlip(ctx, in.ID, in.Case, phone, b.Name, complaint.Joining{Text: b.Text, Cover: b.Cover, ClientRef: b.ClientRef, InputHash: web.InputHash("join", in.ID, in.Case, b)})
		if err != nil {
			return nil, err
		}
		return receiptOf(ctx, d, phone, receipt)
	}
}
