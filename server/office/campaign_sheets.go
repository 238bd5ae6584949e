package office

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/server/web"
)

func campaignSheetRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officePrintLetters", Method: http.MethodGet, Path: "/campaigns/{id}/sheets/letters", Summary: "打印信件：每户一页，按幢和门牌，带确认二维码（A4网页）；下一批的位置在 X-Linli-Next", Action: org.RunCampaigns, Rate: bulkRate, Timeout: walkTime}, printLetters(d))
	web.Handle(g, web.Op{ID: "officePrintVisits", Method: http.MethodGet, Path: "/campaigns/{id}/sheets/visits", Summary: "打印上门清单：按幢和门牌，带签名栏（A4网页）；下一批的位置在 X-Linli-Next", Action: org.RunCampaigns, Rate: bulkRate, Timeout: walkTime}, printVisits(d))
	web.Handle(g, web.Op{ID: "officePrintEvidence", Method: http.MethodGet, Path: "/campaigns/{id}/sheets/evidence", Summary: "打印封存的送达记录：合计、哈希和逐户记录（A4网页），照封存时的原样；第一批会重新核对哈希", Action: org.ReadCampaigns, Rate: bulkRate, Timeout: 4 * time.Minute}, printEvidence(d))
	web.Handle(g, web.Op{ID: "officeMarkPrinted", Method: http.MethodPost, Path: "/campaigns/{id}/printed", Summary: "把一批信件标为已打印", Action: org.RunCampaigns, Rate: workRate}, markPrinted(d))
}

// PaperPage is the input of sheets of many seats.
type PaperPage struct {
	IDPath
	After int64 `query:"after" minimum:"0" doc:"上一批答复的 X-Linli-Next；第一批不填"`
	Limit int   `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"一批多少户"`
}

type lettersInput struct {
	PaperPage
	Pick  string `query:"pick" enum:"letter,unconfirmed,unreached,visit,all" default:"letter" doc:"给哪些户：letter 首先要寄信的；unconfirmed 没有确认的；其他同送达证据"`
	Fresh bool   `query:"fresh" doc:"只要还没有打印过的"`
}

// paperOutput is a page to be printed, with where the next batch begins.
type paperOutput struct {
	ContentType string `header:"Content-Type"`
	Policy      string `header:"Content-Security-Policy"`
	Next        string `header:"X-Linli-Next"`
	Body        []byte
}

func paper(name string, next int64, data map[string]any) (*paperOutput, error) {
	var b bytes.Buffer
	if err := sheets.ExecuteTemplate(&b, name, data); err != nil {
		return nil, err
	}
	p := web.Printed(b.Bytes())
	out := &paperOutput{ContentType: p.ContentType, Policy: p.Policy, Body: p.Body}
	if next > 0 {
		out.Next = fmt.Sprint(next)
	}
	return out, nil
}

// long reports whether a letter has to be set closer to stay on one page; 14 points is still large.
func long(body string) bool {
	return utf8.RuneCountInString(body) > 240 || strings.Count(body, "\n") > 6
}

// coded is a paper with the picture of its code.
type coded struct {
	campaign.Paper
	Code template.URL
}

func printLetters(d Deps) func(context.Context, org.Actor, *lettersInput) (*paperOutput, error) {
	return func(ctx context.Context, a org.Actor, in *lettersInput) (*paperOutput, error) {
		s, err := d.Campaigns.Letters(ctx, a, in.ID, campaign.Pick(in.Pick), in.Fresh, in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		letters, err := code(s.Papers, func(p campaign.Paper) string { return d.PublicURL + "/h5/letters/" + p.Token })
		if err != nil {
			return nil, err
		}
		return paper("letters.html", s.Next, map[string]any{"City": d.City, "Title": s.Title, "Campaign": s, "Letters": letters, "Day": d.DB.Now(), "Long": long(s.Body)})
	}
}

func code(papers []campaign.Paper, text func(campaign.Paper) string) ([]coded, error) {
	list := make([]coded, len(papers))
	for i, p := range papers {
		c, err := qr(text(p))
		if err != nil {
			return nil, err
		}
		list[i] = coded{p, c}
	}
	return list, nil
}

func printVisits(d Deps) func(context.Context, org.Actor, *PaperPage) (*paperOutput, error) {
	return func(ctx context.Context, a org.Actor, in *PaperPage) (*paperOutput, error) {
		s, err := d.Campaigns.VisitList(ctx, a, in.ID, in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		visits, err := code(s.Papers, func(p campaign.Paper) string { return fmt.Sprintf("%s/h5/visits/%d", d.PublicURL, p.ID) })
		if err != nil {
			return nil, err
		}
		return paper("visits.html", s.Next, map[string]any{"City": d.City, "Title": "上门送达清单", "Number": s.Number, "Campaign": s, "Visits": visits, "By": a.Post.OrgName, "Printed": d.DB.Now()})
	}
}

type evidencePage struct {
	PaperPage
	Record int64 `query:"record" minimum:"0" doc:"哪一份记录；不填为最近一份"`
}

func printEvidence(d Deps) func(context.Context, org.Actor, *evidencePage) (*paperOutput, error) {
	return func(ctx context.Context, a org.Actor, in *evidencePage) (*paperOutput, error) {
		rec, err := d.Campaigns.FindRecord(ctx, a, in.ID, in.Record, in.After == 0)
		if err != nil {
			return nil, err
		}
		rows, next, err := d.Campaigns.RecordRows(ctx, a, in.ID, rec.ID, in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		pictures, err := photosOf(ctx, d, a, rec, in.After == 0, rows)
		if err != nil {
			return nil, err
		}
		return paper("evidence.html", next, map[string]any{"City": d.City, "Photos": pictures, "Title": "送达记录", "Number": rec.Head.Number, "Record": rec, "Rows": rows, "More": next > 0, "First": in.After == 0, "Hows": campaign.HowNames, "By": a.Post.OrgName, "Printed": d.DB.Now()})
	}
}

// mostDoors bounds the pictures on one sheet; the others are opened one by one.
const mostDoors = 60

// doorPhoto is a picture taken at a door, or of a board.
type doorPhoto struct {
	Door string
	ID   int64
	URL  template.URL
}

// photosOf are the pictures of the boards, on the first sheet, and of the visits that count, behind links that live as long as it
// takes to print.
func photosOf(ctx context.Context, d Deps, a org.Actor, rec *campaign.Sealed, first bool, rows []campaign.Row) ([]doorPhoto, error) {
	var want []doorPhoto
	if first {
		for _, b := range rec.Head.Postings {
			want = append(want, doorPhoto{Door: b.Place, ID: b.FileID})
		}
	}
	for _, r := range rows {
		for _, c := range r.Calls {
			if c.FileID != 0 && c.VoidedAt == nil {
				want = append(want, doorPhoto{Door: r.Door, ID: c.FileID})
			}
		}
	}
	var list []doorPhoto
	for _, p := range want[:min(len(want), mostDoors)] {
		f, err := d.Files.Find(ctx, p.ID)
		if err != nil && isNotFound(err) {
			continue // erased since
		}
		if err != nil {
			return nil, err
		}
		link, _ := d.Files.Link(f, a.PersonID)
		p.URL = template.URL(link) //nolint:gosec // our own link
		list = append(list, p)
	}
	return list, nil
}

type printedInput struct {
	IDPath
	Body struct {
		Reaches   []int64 `json:"reaches" minItems:"1" maxItems:"500" doc:"打印了哪些户"`
		ClientRef string  `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type printedOutput struct {
	Body struct {
		Count int64 `json:"count" doc:"标了多少封"`
		Again int64 `json:"again" doc:"其中以前打印过、算重印的"`
	}
}

func markPrinted(d Deps) func(context.Context, org.Actor, *printedInput) (*printedOutput, error) {
	return func(ctx context.Context, a org.Actor, in *printedInput) (*printedOutput, error) {
		p, err := d.Campaigns.MarkPrinted(ctx, a, in.ID, in.Body.Reaches, campaign.Once{ClientRef: in.Body.ClientRef, InputHash: web.InputHash(in.ID, in.Body.Reaches)})
		if err != nil {
			return nil, err
		}
		out := &printedOutput{}
		out.Body.Count, out.Body.Again = p.Letters, p.Again
		return out, nil
	}
}
