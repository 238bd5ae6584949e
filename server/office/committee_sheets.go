package office

import (
	"bytes"
	"context"
	"net/http"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func committeeSheetRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officePrintFiling", Method: http.MethodGet, Path: "/committee-filings/{id}/sheet", Summary: "打印：业委会备案表（A4网页）", Action: org.ReadCommittee}, printFiling(d))
	web.Handle(g, web.Op{ID: "officePrintCommitteeMinutes", Method: http.MethodGet, Path: "/committee-meetings/{id}/sheet", Summary: "打印：业委会会议记录和表决情况，带签名栏（A4网页）", Action: org.ReadCommittee}, printMinutes(d))
	web.Handle(g, web.Op{ID: "officePrintHandover", Method: http.MethodGet, Path: "/committee-handovers/{id}/sheet", Summary: "打印：移交清单，带三方签名栏（A4网页）", Action: org.ReadCommittee}, printHandover(d))
}

// comWords are what committee sheets say of codes.
var comWords = map[string]any{"Roles": committee.RoleNames, "Kinds": committee.FilingKinds, "States": committee.FilingStates, "Reviews": committee.ReviewStates, "Choices": committee.ChoiceNames, "Items": committee.ItemStates, "Handed": committee.HandedKinds}

// comSheet prints one sheet.
func comSheet(d Deps, a org.Actor, name, title, number string, data map[string]any) (*web.PageOutput, error) {
	data["Title"], data["Number"], data["City"], data["By"], data["Printed"], data["Words"] = title, number, d.City, a.Post.OrgName, d.DB.Now(), comWords
	var b bytes.Buffer
	if err := sheets.ExecuteTemplate(&b, name, data); err != nil {
		return nil, err
	}
	return web.Printed(b.Bytes()), nil
}

func printFiling(d Deps) func(context.Context, org.Actor, *IDPath) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.PageOutput, error) {
		v, err := d.Committee.FindFiling(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return comSheet(d, a, "committee_filing.html", "业主委员会备案表", v.Number, map[string]any{"Filing": v})
	}
}

func printMinutes(d Deps) func(context.Context, org.Actor, *IDPath) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.PageOutput, error) {
		v, err := d.Committee.FindMeeting(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return comSheet(d, a, "committee_minutes.html", "业主委员会会议记录", v.Number, map[string]any{"Meeting": v})
	}
}

func printHandover(d Deps) func(context.Context, org.Actor, *IDPath) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.PageOutput, error) {
		v, err := d.Committee.FindHandover(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return comSheet(d, a, "committee_handover.html", "业主委员会移交清单", "", map[string]any{"Handover": v})
	}
}
