package office

import (
	"context"
	"fmt"
	"net/http"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func meetingSheetRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officePrintMeetingNotice", Method: http.MethodGet, Path: "/meetings/{id}/sheets/notice", Summary: "打印会议通知：议题、依据、比例、时间和投票办法（A4网页）", Action: org.ReadMeetings}, printMeetingNotice(d))
	web.Handle(g, web.Op{ID: "officePrintRoll", Method: http.MethodGet, Path: "/meetings/{id}/sheets/roll", Summary: "打印表决权名册：只有门牌和面积（A4网页）；下一批的位置在 X-Linli-Next", Action: org.ReadMeetings, Rate: bulkRate, Timeout: walkTime}, printRoll(d))
	web.Handle(g, web.Op{ID: "officePrintMeetingMinutes", Method: http.MethodGet, Path: "/meetings/{id}/sheets/minutes", Summary: "打印会议记录：召集、社区意见、名册、参与、结果、异议和签名栏（A4网页）", Action: org.ReadMeetings}, printMeetingMinutes(d))
	web.Handle(g, web.Op{ID: "officePrintResult", Method: http.MethodGet, Path: "/meetings/{id}/sheets/result", Summary: "打印结果公告：两种计算、全部分数和依据（A4网页）", Action: org.ReadMeetings}, printResult(d))
}

// Faults of sheets of meetings.
var (
	errNoNotice = fault.New(fault.Conflict, "sheet.no_notice", "会议还没有发出通知，没有通知可以打印")
	errNoResult = fault.New(fault.Conflict, "sheet.no_result", "会议还没有公布结果，没有结果公告可以打印")
)

// meetingSheet is what every sheet of a meeting says.
func meetingSheet(d Deps, a org.Actor, title string, v *assembly.View) (map[string]any, error) {
	code, err := qr(fmt.Sprintf("%s/h5/meetings/%d", d.PublicURL, v.ID))
	return map[string]any{"Title": title, "Number": v.Number, "Meeting": v, "View": hall.OfView(v), "Motions": hall.DecidedOf(v), "Code": code, "Fingerprint": log.Fingerprint(d.Assemblies.Key()),
		"PublicURL": d.PublicURL, "City": d.City, "By": a.Post.OrgName, "Printed": d.DB.Now()}, err
}

func printMeetingNotice(d Deps) func(context.Context, org.Actor, *IDPath) (*paperOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*paperOutput, error) {
		v, err := d.Assemblies.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		if v.NoticedAt == nil {
			return nil, errNoNotice
		}
		data, err := meetingSheet(d, a, "业主大会会议通知", v)
		if err != nil {
			return nil, err
		}
		data["Calls"], _ = d.Complaints.Contacts(ctx, v.EstateID) // an addition: the notice stands without the register
		return paper("meeting_notice.html", 0, data)
	}
}

func printRoll(d Deps) func(context.Context, org.Actor, *PaperPage) (*paperOutput, error) {
	return func(ctx context.Context, a org.Actor, in *PaperPage) (*paperOutput, error) {
		v, err := d.Assemblies.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		r, err := d.Assemblies.ShowRoster(ctx, a, in.ID, int(in.After), in.Limit)
		if err != nil {
			return nil, err
		}
		data, err := meetingSheet(d, a, "业主大会表决权名册", v)
		if err != nil {
			return nil, err
		}
		next := int64(0)
		if len(r.Rows) == in.Limit && r.Rows[len(r.Rows)-1].No < r.Seats {
			next = int64(r.Rows[len(r.Rows)-1].No)
		}
		if data["Differences"], err = discrepancies(ctx, d, a, in.ID); err != nil {
			return nil, err
		}
		data["Roster"], data["First"], data["More"], data["Sources"] = r, in.After == 0, next > 0, sourceNames
		return paper("roll.html", next, data)
	}
}

// discrepancies are what the first sheet of a frozen roll lists.
func discrepancies(ctx context.Context, d Deps, a org.Actor, meeting int64) ([]hall.Discrepancy, error) {
	list, err := d.Assemblies.ListDiscrepancies(ctx, a, meeting, 0, mostOnDocket)
	out := make([]hall.Discrepancy, len(list))
	for i, x := range list {
		out[i] = hall.OfDiscrepancy(x)
	}
	return out, err
}

// sourceNames are where an area comes from.
var sourceNames = map[string]string{string(org.FromRegister): "登记", string(org.FromSurvey): "实测", string(org.FromContract): "合同"}

// mostOnDocket bounds the objections on minutes.
const mostOnDocket = 500

func printMeetingMinutes(d Deps) func(context.Context, org.Actor, *IDPath) (*paperOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*paperOutput, error) {
		v, err := d.Assemblies.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		if v.NoticedAt == nil {
			return nil, errNoNotice
		}
		data, err := meetingSheet(d, a, "业主大会会议记录", v)
		if err != nil {
			return nil, err
		}
		t, err := d.Assemblies.Turnout(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		if data["Objections"], err = d.Assemblies.ListObjections(ctx, a, in.ID, "", 0, mostOnDocket); err != nil {
			return nil, err
		}
		data["Turnout"], data["Wings"], data["Basis"], data["Objected"] = hall.TurnoutLines(t), t.Buildings, basisNames[v.Basis], objectionNames
		return paper("meeting_minutes.html", 0, data)
	}
}

// basisNames are why a meeting is called.
var basisNames = map[assembly.Basis]string{assembly.OwnMotion: "主动召集", assembly.OnPetition: "业主联名提议", assembly.OnOrder: "乡镇（办事处）责令", assembly.ForFirst: "首次业主大会", assembly.ForRenewal: "换届"}

var objectionNames = map[string]string{"open": "待处理", "upheld": "成立", "rejected": "不成立", "withdrawn": "已撤回"}

func printResult(d Deps) func(context.Context, org.Actor, *IDPath) (*paperOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*paperOutput, error) {
		v, err := d.Assemblies.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		if v.Result == nil {
			return nil, errNoResult
		}
		title := "业主大会表决结果公告"
		if v.CertifiedAt == nil {
			title = "业主大会表决初步结果公示"
		}
		data, err := meetingSheet(d, a, title, v)
		if err != nil {
			return nil, err
		}
		return paper("meeting_result.html", 0, data)
	}
}
