package office

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/server/web"
)

func letterRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "信件清单", web.Staff)
	web.Handle(g, web.Op{ID: "officeListLettersToPost", Method: http.MethodGet, Path: "/letters", Summary: "微信和短信都送不到的业主：要寄信或上门的清单，按幢和门牌", Action: org.RunCampaigns}, listLetters(d))
	web.Handle(g, web.Op{ID: "officePrintLettersToPost", Method: http.MethodGet, Path: "/messages/{id}/letters", Summary: "打印一条消息的信件（每户一页，带二维码）或上门清单（A4网页）；下一批的位置在 X-Linli-Next", Action: org.RunCampaigns, Rate: bulkRate, Timeout: walkTime}, printMessageLetters(d))
	web.Handle(g, web.Op{ID: "officeMarkLetters", Method: http.MethodPost, Path: "/letters/results", Summary: "登记信件的结果：已投递、已当面送达、拒收、家中无人（留在清单上）", Action: org.RunCampaigns, Rate: workRate}, markLetters(d))
}

type letterPage struct {
	MessageID int64 `query:"message_id" minimum:"0" doc:"只要这条消息的；不填为全部"`
	After     int64 `query:"after" minimum:"0" doc:"上一批最后一封的编号；第一批不填"`
	Limit     int   `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type letterView struct {
	ID        int64      `json:"id"`
	MessageID int64      `json:"message_id"`
	EstateID  int64      `json:"estate_id"`
	Title     string     `json:"title"`
	Door      string     `json:"door"`
	Result    string     `json:"result,omitempty" doc:"absent 去过，家中无人"`
	At        *time.Time `json:"result_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}

type lettersOutput struct {
	Body struct {
		Items []letterView `json:"items"`
		Next  int64        `json:"next,omitempty" doc:"下一批的 after；没有为完"`
	}
}

func listLetters(d Deps) func(context.Context, org.Actor, *letterPage) (*lettersOutput, error) {
	return func(ctx context.Context, a org.Actor, in *letterPage) (*lettersOutput, error) {
		rows, err := notify.ListLetters(ctx, d.DB, a, in.MessageID, in.After, in.Limit+1)
		if err != nil {
			return nil, err
		}
		out := &lettersOutput{}
		rows, out.Body.Next = lettersUpTo(rows, in.Limit)
		out.Body.Items = make([]letterView, len(rows))
		for i, l := range rows {
			out.Body.Items[i] = letterView{ID: l.ID, MessageID: l.MessageID, EstateID: l.EstateID, Title: l.Title, Door: l.Door, Result: string(l.Result), At: web.TimeOr(l.At), CreatedAt: web.Time(l.CreatedAt)}
		}
		return out, nil
	}
}

// lettersUpTo cuts a page of which one more was read, and says where the next begins.
func lettersUpTo(rows []notify.LetterView, limit int) (page []notify.LetterView, next int64) {
	if len(rows) <= limit {
		return rows, 0
	}
	return rows[:limit], rows[limit-1].ID
}

type letterSheetInput struct {
	IDPath
	Sheet string `query:"sheet" enum:"letters,visits" default:"letters" doc:"letters 信件；visits 上门清单"`
	After int64  `query:"after" minimum:"0" doc:"上一批答复的 X-Linli-Next；第一批不填"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"一批多少户"`
}

func printMessageLetters(d Deps) func(context.Context, org.Actor, *letterSheetInput) (*paperOutput, error) {
	return func(ctx context.Context, a org.Actor, in *letterSheetInput) (*paperOutput, error) {
		rows, err := notify.ListLetters(ctx, d.DB, a, in.ID, in.After, in.Limit+1)
		if err != nil {
			return nil, err
		}
		rows, next := lettersUpTo(rows, in.Limit)
		if len(rows) == 0 {
			return nil, notify.ErrLetters
		}
		s, read := letterSheet(ctx, d, a, rows)
		papers, err := lettersOn(rows, read, in.Sheet == "letters")
		if err != nil {
			return nil, err
		}
		title := s.Title
		if in.Sheet == "visits" {
			title = "上门送达清单"
		}
		data := map[string]any{"Title": title, "Number": s.Number, "Campaign": s, "Letters": papers, "Visits": papers, "Read": true, "Day": d.DB.Now(), "Long": long(s.Body), "City": d.City, "By": a.Post.OrgName, "Printed": d.DB.Now()}
		return paper(in.Sheet+".html", next, data)
	}
}

// letterSheet is what the letters of a message say, as a campaign's sheet says it, and where their code leads. A notice whose text
// fits on the page stands there in full: whoever gets it on paper may have nothing to open it with.
func letterSheet(ctx context.Context, d Deps, a org.Actor, rows []notify.LetterView) (s *campaign.Sheet, read string) {
	first := rows[0]
	s = &campaign.Sheet{}
	s.Campaign = campaign.Campaign{Number: fmt.Sprintf("X%d", first.MessageID), Title: first.Title, Body: first.Body, Audience: campaign.Owners}
	s.Office = a.Post.OrgName
	s.Estate, s.Lines = first.Estate, d.Campaigns.Lines(ctx, first.EstateID)
	if first.SubjectKind != "notice" {
		return s, d.PublicURL
	}
	n, err := d.Board.Find(ctx, a, first.SubjectID)
	if err != nil {
		return s, d.PublicURL // not this office's to read: the message says enough
	}
	s.Office, s.Number = n.Publisher, n.Number
	if utf8.RuneCountInString(n.Body) <= 500 {
		s.Title, s.Body = n.Title, n.Body
	}
	return s, fmt.Sprintf("%s/h5/notices/%d", d.PublicURL, n.ID)
}

func lettersOn(rows []notify.LetterView, read string, withCode bool) ([]coded, error) {
	var picture template.URL
	var err error
	if withCode {
		if picture, err = qr(read); err != nil {
			return nil, err
		}
	}
	list := make([]coded, len(rows))
	for i, l := range rows {
		list[i] = coded{campaign.Paper{Reach: campaign.Reach{ID: l.ID, UnitID: l.UnitID}, Door: l.Door, Building: l.Building, Opens: i == 0 || rows[i-1].Building != l.Building}, picture}
		if l.Result == notify.LetterNotHome {
			list[i].VisitedAt = l.At
		}
	}
	return list, nil
}

type markLettersInput struct {
	Body struct {
		IDs    []int64             `json:"ids" minItems:"1" maxItems:"500" doc:"哪些信件"`
		Result notify.LetterResult `json:"result" enum:"posted,delivered,refused,absent"`
	}
}

func markLetters(d Deps) func(context.Context, org.Actor, *markLettersInput) (*countOutput, error) {
	return func(ctx context.Context, a org.Actor, in *markLettersInput) (*countOutput, error) {
		n, err := notify.MarkLetters(ctx, d.DB, a, in.Body.IDs, in.Body.Result)
		out := &countOutput{}
		out.Body.Count = n
		return out, err
	}
}
