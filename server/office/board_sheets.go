package office

import (
	"bytes"
	"context"
	"fmt"
	"html/template"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type noticeSheetInput struct {
	IDPath
	Size string `path:"size" enum:"a4,a3" doc:"a4 或 a3"`
}

// printNotice prints the current version for a board or an entrance. The code leads to the page that anybody may read; a notice for
// residents alone has none, and says where to read it.
func printNotice(d Deps) func(context.Context, org.Actor, *noticeSheetInput) (*web.PageOutput, error) {
	return func(ctx context.Context, a org.Actor, in *noticeSheetInput) (*web.PageOutput, error) {
		v, err := d.Board.Find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		if v.WithdrawnAt != nil {
			return nil, disclosure.ErrWithdrawn.Saying("这份公示已撤回，不要再张贴")
		}
		data := map[string]any{"Notice": v, "Current": v.Current(), "Kind": disclosure.SortNames[v.Kind], "Form": disclosure.FormNames[v.Form], "A3": in.Size == "a3", "City": d.City, "By": a.Post.OrgName, "Printed": d.DB.Now(),
			"Chart": template.HTML(v.Chart())} //nolint:gosec // drawn by us, every text in it escaped
		if v.Audience == disclosure.Everyone {
			if data["Code"], err = qr(fmt.Sprintf("%s/h5/notices/%d", d.PublicURL, v.ID)); err != nil {
				return nil, err
			}
		}
		var b bytes.Buffer
		if err := sheets.ExecuteTemplate(&b, "notice.html", data); err != nil {
			return nil, err
		}
		return web.Printed(b.Bytes()), nil
	}
}

type contentInput struct {
	IDPath
	Version int `path:"version" minimum:"1"`
}

type contentOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// showContent gives the text that a version's hash is over.
func showContent(d Deps) func(context.Context, org.Actor, *contentInput) (*contentOutput, error) {
	return func(ctx context.Context, a org.Actor, in *contentInput) (*contentOutput, error) {
		text, err := d.Board.Content(ctx, a, in.ID, in.Version)
		return &contentOutput{ContentType: "text/plain; charset=utf-8", Body: text}, err
	}
}
