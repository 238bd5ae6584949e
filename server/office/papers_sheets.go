package office

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func paperSheetRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officePrintForms", Method: http.MethodGet, Path: "/meetings/{id}/sheets/forms", Summary: "打印纸质表决票：每份表决权一张，带票号和二维码（A4网页）；下一批的位置在 X-Linli-Next", Action: org.ConveneMeeting, Rate: bulkRate, Timeout: walkTime}, printForms(d))
	web.Handle(g, web.Op{ID: "officePrintSlip", Method: http.MethodGet, Path: "/meetings/{id}/sheets/slip", Summary: "打印投箱回执：时间和票号，没有选择（A4网页）", Action: org.ConveneMeeting}, printSlip(d))
	web.Handle(g, web.Op{ID: "officePrintOpening", Method: http.MethodGet, Path: "/meetings/{id}/sheets/opening", Summary: "打印开箱笔录，供监票人签名（A4网页）", Action: org.ConveneMeeting}, printOpening(d))
	web.Handle(g, web.Op{ID: "officePrintReconciliation", Method: http.MethodGet, Path: "/meetings/{id}/sheets/reconciliation", Summary: "打印表决票核对表（A4网页）", Action: org.ConveneMeeting}, printReconciliation(d))
}

// formPage is a form with the picture of its code.
type formPage struct {
	assembly.FormSheet
	Code template.URL
}

func printForms(d Deps) func(context.Context, org.Actor, *PaperPage) (*paperOutput, error) {
	return func(ctx context.Context, a org.Actor, in *PaperPage) (*paperOutput, error) {
		s, err := d.Assemblies.PrintForms(ctx, a, in.ID, int(in.After), in.Limit)
		if err != nil {
			return nil, err
		}
		forms := make([]formPage, len(s.Forms))
		for i, f := range s.Forms {
			if forms[i] = (formPage{FormSheet: f}); err == nil {
				forms[i].Code, err = qr(s.Meeting.Scan(f.Number))
			}
		}
		if err != nil {
			return nil, err
		}
		return paper("ballot_forms.html", int64(s.Next), map[string]any{"City": d.City, "Title": "纸质表决票", "Meeting": s.Meeting, "Estate": s.Estate, "Motions": s.Motions, "Forms": forms, "By": a.Post.OrgName, "Printed": d.DB.Now()})
	}
}

type slipInput struct {
	IDPath
	Number string `query:"number" required:"true" minLength:"1" maxLength:"60" doc:"票号"`
}

func printSlip(d Deps) func(context.Context, org.Actor, *slipInput) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *slipInput) (*web.PageOutput, error) {
		r, err := d.Assemblies.FindReceipt(ctx, a, in.ID, in.Number)
		if err != nil {
			return nil, err
		}
		return onePaper("ballot_slip.html", map[string]any{"City": d.City, "Title": "投箱回执", "Number": r.Form.Number, "Receipt": r, "By": a.Post.OrgName, "Printed": d.DB.Now()})
	}
}

func onePaper(name string, data map[string]any) (*web.PageOutput, error) {
	var b bytes.Buffer
	if err := sheets.ExecuteTemplate(&b, name, data); err != nil {
		return nil, err
	}
	return web.Printed(b.Bytes()), nil
}

func printOpening(d Deps) func(context.Context, org.Actor, *IDPath) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.PageOutput, error) {
		r, err := d.Assemblies.Reconcile(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		if r.Opening == nil {
			return nil, assembly.ErrBoxNotOpened
		}
		return onePaper("box_opening.html", map[string]any{"City": d.City, "Title": "开箱笔录", "Number": r.Meeting.Number, "R": r, "By": a.Post.OrgName, "Printed": d.DB.Now()})
	}
}

func printReconciliation(d Deps) func(context.Context, org.Actor, *IDPath) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*web.PageOutput, error) {
		r, err := d.Assemblies.Reconcile(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		return onePaper("ballot_sum.html", map[string]any{"City": d.City, "Title": "表决票核对表", "Number": r.Meeting.Number, "R": r, "By": a.Post.OrgName, "Printed": d.DB.Now()})
	}
}

// mostBody bounds what a form repeats of a motion, so that it stays on its page; the whole text is in the notice.
const mostBody = 160

func cutText(text string) string {
	text = strings.TrimSpace(text)
	if r := []rune(text); len(r) > mostBody {
		return string(r[:mostBody]) + "……（全文见会议通知）"
	}
	return text
}

// lawWords puts the frozen threshold of a motion into a sentence.
func lawWords(r *tally.Rules) string {
	base := "参与表决的"
	if r.Base == tally.All {
		base = "全体业主的"
	}
	return "人数和面积都要达到：参与" + pairWords("", r.Participation) + "，同意" + pairWords(base, r.Consent) + "。"
}

func pairWords(base string, p tally.Pair) string {
	if p.Heads == p.Area {
		return base + shareWords(p.Heads)
	}
	return fmt.Sprintf("%s人数%s、面积%s", base, shareWords(p.Heads), shareWords(p.Area))
}

func shareWords(s tally.Share) string {
	if s.Over {
		return fmt.Sprintf("过%d/%d", s.Num, s.Den)
	}
	return fmt.Sprintf("%d/%d以上", s.Num, s.Den)
}
