package office

import (
	"bytes"
	"context"
	"embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/skip2/go-qrcode"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/joint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

//go:embed sheets/*.html
var sheetFiles embed.FS

var sheets = template.Must(template.New("").Funcs(template.FuncMap{
	"day":      func(t time.Time) string { return web.Time(t).Format("2006年1月2日") },
	"time":     func(t time.Time) string { return web.Time(t).Format("2006年1月2日 15:04") },
	"state":    func(s complaint.State) string { return complaint.StateNames[s] },
	"deed":     func(a complaint.Action) string { return complaint.ActionNames[a] },
	"source":   func(s complaint.Source) string { return complaint.SourceNames[s] },
	"class":    func(c string) string { return rulepack.ClassNames[rulepack.Class(c)] },
	"part":     complaint.PartName,
	"ending":   func(e complaint.Ending) string { return complaint.EndingNames[e] },
	"report":   readReport,
	"rate":     rateText,
	"rating":   readRating,
	"yes":      func(o complaint.Opinion) string { return opinionNames[o] },
	"called":   func(a joint.Answer) string { return joint.AnswerNames[a] },
	"score":    scoreText,
	"ratio":    ratioText,
	"minus":    func(a, b int64) int64 { return a - b },
	"proves":   campaign.How.Proves,
	"why":      func(code string) string { return campaign.WhyNames[code] },
	"owners":   tellOwners,
	"sends":    tellSends,
	"visits":   tellVisits,
	"cut":      cutText,
	"lawWords": lawWords,
	"whoSees":  func() string { return hall.WhoSees },
	"add":      func(a, b int) int { return a + b },
	"option":   hall.OptionName,
	"wayName":  func(way string) string { return fee.WayNames[way] },
}).ParseFS(sheetFiles, "sheets/*.html"))

func sheetRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "投诉", web.Staff)
	web.Handle(g, web.Op{ID: "officePrintComplaint", Method: http.MethodGet, Path: "/complaints/{id}/sheets/{sheet}", Summary: "打印：受理单、转办单、答复函、全部案卷（A4网页）", Action: org.ReadComplaints}, printComplaint(d))
	web.Handle(g, web.Op{ID: "officePrintSummons", Method: http.MethodGet, Path: "/whistles/{id}/sheets/{organisation}", Summary: "打印：吹哨时给一个单位的转办单（A4网页）", Action: org.ReadWhistles}, printSummons(d))
}

type sheetInput struct {
	IDPath
	Sheet string `path:"sheet" enum:"receipt,transfer,answer,file" doc:"receipt 受理单；transfer 转办单；answer 答复函；file 全部案卷"`
	Seq   int64  `query:"seq" minimum:"0" doc:"转办单或答复函是哪一步的；不填为最近一次"`
}

// sheetNames are the sheets as offices call them.
var sheetNames = map[string]string{"receipt": "受理单", "transfer": "转办单", "answer": "答复函", "file": "案卷"}

// Faults of sheets.
var (
	errNoTransfer = fault.New(fault.NotFound, "sheet.no_transfer", "没有找到这一步的转办，请核对步骤")
	errNoSummons  = fault.New(fault.NotFound, "sheet.no_summons", "这次吹哨没有通知这个单位")
	errNoAnswer   = fault.New(fault.NotFound, "sheet.no_answer", "这件投诉还没有答复，没有答复函")
)

// transfers are the steps that send a case to an office: its first dispatch, or that of a part, among them.
var transfers = map[complaint.Action]bool{complaint.File: true, complaint.Transfer: true, complaint.Refuse: true, complaint.Arbitrate: true, complaint.Redirect: true, complaint.Conclude: true}

func printComplaint(d Deps) func(context.Context, org.Actor, *sheetInput) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *sheetInput) (*web.PageOutput, error) {
		v, err := d.Complaints.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		data := map[string]any{"Title": sheetNames[in.Sheet], "Number": v.Number, "Case": v, "City": d.City, "By": a.Post.OrgName, "Printed": d.DB.Now()}
		if v.AboutID == 0 {
			data["Unit"] = v.UnitName // as in the list: a complaint about a body does not name the household
		}
		switch in.Sheet {
		case "receipt":
			data["Calls"], _ = d.Complaints.Calls(ctx, &v.Case) // an addition: the sheet stands without the register
			data["Code"], err = qr(d.PublicURL + "/h5/receipts?number=" + url.QueryEscape(v.Number))
		case "transfer":
			data["Step"], err = lastStep(v, in.Seq, errNoTransfer, func(s complaint.StepView) bool { return transfers[s.Kind] && s.ToID != 0 })
		case "answer":
			data["Step"], err = lastStep(v, in.Seq, errNoAnswer, func(s complaint.StepView) bool { return s.Kind == complaint.Answer })
		case "file":
			if data["Photos"], err = photos(ctx, d, a, v); err == nil {
				data["Parts"], data["Whistles"], err = beside(ctx, d, a, v)
			}
		}
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := sheets.ExecuteTemplate(&b, in.Sheet+".html", data); err != nil {
			return nil, err
		}
		return web.Printed(b.Bytes()), nil
	}
}

// lastStep finds the step that a sheet is about.
func lastStep(v *complaint.View, seq int64, none error, is func(complaint.StepView) bool) (*complaint.StepView, error) {
	for i := len(v.Steps) - 1; i >= 0; i-- {
		if is(v.Steps[i]) && (seq == 0 || v.Steps[i].Seq == seq) {
			return &v.Steps[i], nil
		}
	}
	return nil, none
}

// mostBeside bounds what a file takes along of the work beside the case.
const mostBeside = 20

// beside are the parts of a case with their answers, and its whistles with who came and the minutes, as far as the office
// that prints reads them.
func beside(ctx context.Context, d Deps, a org.Actor, v *complaint.View) (parts []*complaint.View, whistles []*joint.View, err error) {
	for _, p := range v.Parts {
		part, err := d.Complaints.Find(ctx, a, p.ID)
		if err != nil && isNotFound(err) {
			continue // of another jurisdiction
		}
		if err != nil {
			return nil, nil, err
		}
		parts = append(parts, part)
	}
	if a.Must(org.ReadWhistles) != nil {
		return parts, nil, nil
	}
	rows, err := d.Joint.List(ctx, a, "", v.ID, 0, mostBeside)
	if err != nil {
		return nil, nil, err
	}
	for i := len(rows) - 1; i >= 0; i-- { // in the order in which they were asked for
		w, err := d.Joint.Find(ctx, a, rows[i].ID)
		if err != nil {
			return nil, nil, err
		}
		whistles = append(whistles, w)
	}
	return parts, whistles, nil
}

type summonsInput struct {
	IDPath
	Organisation int64 `path:"organisation" minimum:"1"`
}

// printSummons prints what one office was called for.
func printSummons(d Deps) func(context.Context, org.Actor, *summonsInput) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *summonsInput) (*web.PageOutput, error) {
		v, err := d.Joint.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(v.Calls, func(c joint.SummonsView) bool { return c.OrganisationID == in.Organisation })
		if i < 0 {
			return nil, errNoSummons
		}
		var b bytes.Buffer
		data := map[string]any{"Title": "转办单", "Number": v.Number, "Whistle": v, "Call": v.Calls[i], "City": d.City, "By": a.Post.OrgName, "Printed": d.DB.Now()}
		if err := sheets.ExecuteTemplate(&b, "summons.html", data); err != nil {
			return nil, err
		}
		return web.Printed(b.Bytes()), nil
	}
}

var opinionNames = map[complaint.Opinion]string{complaint.Yes: "是", complaint.Partly: "部分", complaint.No: "否"}

// readRating gives what a complainant thought; nil for any other step.
func readRating(s complaint.StepView) *complaint.Rating {
	var r complaint.Rating
	if s.Kind != complaint.Rate || json.Unmarshal([]byte(s.Detail), &r) != nil {
		return nil
	}
	return &r
}

// readReport gives the four elements of an answer; nil for any other step.
func readReport(s complaint.StepView) *complaint.Report {
	var r complaint.Report
	if s.Kind != complaint.Answer || json.Unmarshal([]byte(s.Detail), &r) != nil {
		return nil
	}
	return &r
}

func qr(text string) (template.URL, error) {
	png, err := qrcode.Encode(text, qrcode.Medium, 320)
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)), err //nolint:gosec // our own picture
}

// photo is a picture of the file, by the step that brought it; 0 is the complaint itself.
type photo struct {
	Seq int64
	URL template.URL
}

// photos are the pictures of the case behind links that live as long as it takes to print.
func photos(ctx context.Context, d Deps, a org.Actor, v *complaint.View) ([]photo, error) {
	var list []photo
	add := func(seq int64, ids []int64) error {
		for _, id := range ids {
			f, err := d.Files.Find(ctx, id)
			if err != nil {
				return err
			}
			link, _ := d.Files.Link(f, a.PersonID)
			list = append(list, photo{seq, template.URL(link)}) //nolint:gosec // our own link
		}
		return nil
	}
	if err := add(0, v.FileIDs); err != nil {
		return nil, err
	}
	for _, s := range v.Steps {
		if err := add(s.Seq, s.Files); err != nil {
			return nil, err
		}
	}
	return list, nil
}
