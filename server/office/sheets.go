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
	"time"

	"github.com/skip2/go-qrcode"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/server/web"
)

//go:embed sheets/*.html
var sheetFiles embed.FS

var sheets = template.Must(template.New("").Funcs(template.FuncMap{
	"day":    func(t time.Time) string { return web.Time(t).Format("2006年1月2日") },
	"time":   func(t time.Time) string { return web.Time(t).Format("2006年1月2日 15:04") },
	"state":  func(s complaint.State) string { return complaint.StateNames[s] },
	"deed":   func(a complaint.Action) string { return complaint.ActionNames[a] },
	"source": func(s complaint.Source) string { return complaint.SourceNames[s] },
	"class":  func(c string) string { return rulepack.ClassNames[rulepack.Class(c)] },
	"part":   complaint.PartName,
	"ending": func(e complaint.Ending) string { return complaint.EndingNames[e] },
	"report": readReport,
	"score":  scoreText,
	"ratio":  ratioText,
}).ParseFS(sheetFiles, "sheets/*.html"))

func sheetRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "投诉", web.Staff)
	web.Handle(g, web.Op{ID: "officePrintComplaint", Method: http.MethodGet, Path: "/complaints/{id}/sheets/{sheet}", Summary: "打印：受理单、转办单、答复函、全部案卷（A4网页）", Action: org.ReadComplaints}, printComplaint(d))
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
	errNoTransfer = fault.New(fault.NotFound, "sheet.no_transfer", "这件投诉还没有转办过，没有转办单")
	errNoAnswer   = fault.New(fault.NotFound, "sheet.no_answer", "这件投诉还没有答复，没有答复函")
)

// transfers are the steps that send a case to another office.
var transfers = map[complaint.Action]bool{complaint.Transfer: true, complaint.Refuse: true, complaint.Arbitrate: true, complaint.Redirect: true, complaint.Conclude: true}

func printComplaint(d Deps) func(context.Context, org.Actor, *sheetInput) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *sheetInput) (*web.PageOutput, error) {
		v, err := d.Complaints.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		data := map[string]any{"Title": sheetNames[in.Sheet], "Number": v.Number, "Case": v, "By": a.Post.OrgName, "Printed": d.DB.Now()}
		if v.AboutID == 0 {
			data["Unit"] = v.UnitName // as in the list: a complaint about a body does not name the household
		}
		switch in.Sheet {
		case "receipt":
			data["Code"], err = qr(d.PublicURL + "/h5/receipts?number=" + url.QueryEscape(v.Number))
		case "transfer":
			data["Step"], err = lastStep(v, in.Seq, errNoTransfer, func(s complaint.StepView) bool { return transfers[s.Kind] && s.ToID != 0 })
		case "answer":
			data["Step"], err = lastStep(v, in.Seq, errNoAnswer, func(s complaint.StepView) bool { return s.Kind == complaint.Answer })
		case "file":
			data["Photos"], err = photos(ctx, d, a, v)
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
