package office

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func estateRuleRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeEnterRulebook", Method: http.MethodPost, Path: "/estates/{id}/rulebooks", Summary: "录入议事规则、管理规约或首次会议表决规则的一版：每项写明条款，附全文；由另一个人确认后才执行", Action: org.ConveneMeeting, Rate: workRate, Status: http.StatusCreated}, enterRulebook(d))
	web.Handle(g, web.Op{ID: "officeListRulebooks", Method: http.MethodGet, Path: "/estates/{id}/rulebooks", Summary: "历次版本和每次改了什么", Action: org.ReadMeetings}, listRulebooks(d))
	web.Handle(g, web.Op{ID: "officeConfirmRulebook", Method: http.MethodPost, Path: "/rulebooks/{id}/confirmation", Summary: "另一个人对照全文确认，或不予确认", Action: org.ConveneMeeting, Rate: workRate}, confirmRulebook(d))
	web.Handle(g, web.Op{ID: "officeListModels", Method: http.MethodGet, Path: "/estates/{id}/model-texts", Summary: "议事规则、管理规约、选举办法的示范文本", Action: org.ReadMeetings}, listModels(d))
	web.Handle(g, web.Op{ID: "officePutModel", Method: http.MethodPost, Path: "/model-texts", Summary: "乡镇（办事处）提供自己的示范文本；旧版保留", Action: org.GuideMeetings, Rate: workRate, Status: http.StatusCreated}, putModel(d))
}

type enterRulebookInput struct {
	IDPath
	Body struct {
		Kind   assembly.RulebookKind `json:"kind" enum:"rules,covenant,voting" doc:"rules 议事规则；covenant 管理规约；voting 首次会议表决规则"`
		Fields []struct {
			Key    string `json:"key" minLength:"1" maxLength:"64" doc:"规则包里由议事规则提供的项"`
			Value  string `json:"value" minLength:"1" maxLength:"500"`
			Clause string `json:"clause" minLength:"2" maxLength:"40" doc:"第几条"`
		} `json:"fields" maxItems:"60"`
		EffectiveOn string  `json:"effective_on" format:"date" doc:"从哪一天起执行"`
		MeetingID   int64   `json:"meeting_id,omitempty" minimum:"0" doc:"通过它的会议（结果已确认）"`
		GroupID     int64   `json:"group_id,omitempty" minimum:"0" doc:"首次会议：公布表决规则的筹备组"`
		Evidence    string  `json:"evidence,omitempty" maxLength:"500" doc:"不是在本系统开的会，写明何时何会通过"`
		FileIDs     []int64 `json:"file_ids" minItems:"1" maxItems:"10" doc:"全文"`
		ClientRef   string  `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type rulebookOutput struct {
	Body struct {
		ID      int64  `json:"id"`
		Version int    `json:"version"`
		State   string `json:"state"`
	}
}

func enterRulebook(d Deps) func(context.Context, org.Actor, *enterRulebookInput) (*rulebookOutput, error) {
	return func(ctx context.Context, a org.Actor, in *enterRulebookInput) (*rulebookOutput, error) {
		b := in.Body
		r := assembly.NewRulebook{EstateID: in.ID, Kind: b.Kind, MeetingID: b.MeetingID, GroupID: b.GroupID, Evidence: b.Evidence, FileIDs: b.FileIDs, ClientRef: b.ClientRef, InputHash: web.InputHash("rulebook", in.ID, b)}
		for _, f := range b.Fields {
			r.Fields = append(r.Fields, assembly.RuleField(f))
		}
		from, err := web.Day(b.EffectiveOn, "effective_on")
		if err != nil {
			return nil, err
		}
		if from != nil {
			r.EffectiveOn = *from
		}
		got, err := d.Assemblies.EnterRulebook(ctx, a, r)
		if err != nil {
			return nil, err
		}
		out := &rulebookOutput{}
		out.Body.ID, out.Body.Version, out.Body.State = got.ID, got.Version, got.State
		return out, nil
	}
}

type rulebooksInput struct {
	IDPath
	Kind assembly.RulebookKind `query:"kind" enum:"rules,covenant,voting" default:"rules"`
}

func listRulebooks(d Deps) func(context.Context, org.Actor, *rulebooksInput) (*hall.Rulebooks, error) {
	return func(ctx context.Context, a org.Actor, in *rulebooksInput) (*hall.Rulebooks, error) {
		list, err := d.Assemblies.ListRulebooks(ctx, a, in.ID, in.Kind)
		if err != nil {
			return nil, err
		}
		return hall.OfRulebooks(list), nil
	}
}

type confirmRulebookInput struct {
	IDPath
	Body struct {
		Confirm bool   `json:"confirm"`
		Reason  string `json:"reason,omitempty" maxLength:"200" doc:"不予确认时必填"`
	}
}

func confirmRulebook(d Deps) func(context.Context, org.Actor, *confirmRulebookInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *confirmRulebookInput) (*web.Empty, error) {
		return nil, d.Assemblies.ConfirmRulebook(ctx, a, in.ID, in.Body.Confirm, in.Body.Reason)
	}
}

func listModels(d Deps) func(context.Context, org.Actor, *IDPath) (*hall.Models, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*hall.Models, error) {
		list, err := d.Assemblies.Models(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return hall.OfModels(list), nil
	}
}

type putModelInput struct {
	Body struct {
		Kind  assembly.ModelKind `json:"kind" enum:"rules,covenant,election"`
		Title string             `json:"title" minLength:"4" maxLength:"60"`
		Body  string             `json:"body" minLength:"20" maxLength:"50000"`
	}
}

type modelOutput struct{ Body hall.Model }

func putModel(d Deps) func(context.Context, org.Actor, *putModelInput) (*modelOutput, error) {
	return func(ctx context.Context, a org.Actor, in *putModelInput) (*modelOutput, error) {
		m, err := d.Assemblies.PutModel(ctx, a, in.Body.Kind, in.Body.Title, in.Body.Body)
		if err != nil {
			return nil, err
		}
		return &modelOutput{Body: hall.OfModel(*m)}, nil
	}
}
