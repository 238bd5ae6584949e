package office

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func archiveRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeListArchive", Method: http.MethodGet, Path: "/meetings/{id}/archive", Summary: "会议档案目录：打印件、数据包和收到的每份文件，保存到什么时候", Action: org.ConveneMeeting}, listArchive(d))
}

type printed struct {
	Name string `json:"name"`
	Path string `json:"path"`
}

type filed struct {
	FileID    int64     `json:"file_id" doc:"打开用 files/{id}/link"`
	Kind      string    `json:"kind"`
	KindName  string    `json:"kind_name"`
	OfID      int64     `json:"of_id" doc:"属于哪一件：议题、异议、委托等的编号"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size"`
	SHA256    string    `json:"sha256"`
	At        time.Time `json:"at"`
}

type archiveOutput struct {
	Body struct {
		Number    string     `json:"number"`
		KeepYears string     `json:"keep_years" doc:"至少保存几年"`
		KeepBy    string     `json:"keep_by" doc:"依据"`
		KeepUntil *time.Time `json:"keep_until,omitempty" doc:"确认结果以后才有"`
		Printed   []printed  `json:"printed" doc:"现在可以打印或下载的"`
		Items     []filed    `json:"items" doc:"收到的文件，先收的在前；纸质票扫描件、协助投票的照片和录音，表决截止以后才列出"`
		Next      string     `json:"next,omitempty"`
	}
}

func listArchive(d Deps) func(context.Context, org.Actor, *IDPage) (*archiveOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPage) (*archiveOutput, error) {
		after, err := in.From()
		if err != nil {
			return nil, err
		}
		got, err := d.Assemblies.ListArchive(ctx, a, in.ID, after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		out := &archiveOutput{}
		list := web.Paged(in.Page, got.Files, func(f file.File) int64 { return f.ID }, viewFiled)
		b := &out.Body
		b.Number, b.KeepYears, b.KeepBy, b.KeepUntil, b.Printed, b.Items, b.Next = got.Meeting.Number, got.Years.Raw, got.Years.Article, web.TimeOr(got.Until), printedOf(got), list.Body.Items, list.Body.Next
		return out, nil
	}
}

func viewFiled(f file.File) filed {
	return filed{FileID: f.ID, Kind: f.SubjectKind, KindName: assembly.FiledNames[f.SubjectKind], OfID: f.SubjectID, MediaType: f.MediaType, Size: f.Size, SHA256: f.SHA256, At: web.Time(f.CreatedAt)}
}

// printedOf lists what a meeting has come far enough to print.
func printedOf(a *assembly.Archive) []printed {
	m := a.Meeting
	counted := m.State == assembly.Provisional || m.State == assembly.Certified
	list := []printed{}
	for _, p := range []struct {
		printed
		there bool
	}{
		{printed{"表决权名册", "sheets/roll"}, m.FrozenAt != nil}, {printed{"会议通知", "sheets/notice"}, m.NoticedAt != nil}, {printed{"开箱笔录", "sheets/opening"}, a.Opened}, {printed{"表决票核对表", "sheets/reconciliation"}, a.Boxed},
		{printed{"会议记录", "sheets/minutes"}, counted}, {printed{"结果公告", "sheets/result"}, counted}, {printed{"异议和处理结果", "objections"}, counted}, {printed{"数据包（业主版）", "bundle"}, a.Recounted},
	} {
		if p.there {
			list = append(list, printed{p.Name, fmt.Sprintf("%s/meetings/%d/%s", prefix, m.ID, p.Path)})
		}
	}
	return list
}
