package public

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

// cityRate is for files of the whole city.
var cityRate = &limit.Rule{Name: "city-data", Rate: 30, Per: time.Hour, Burst: 10}

func dataRoutes(site *web.Site, d Deps) {
	g := site.Group("/public/v1", "开放数据", web.Anybody)
	web.HandleOpen(g, web.Op{ID: "publicOpenData", Method: http.MethodGet, Path: "/open-data", Summary: "开放数据有哪些文件、每一列是什么意思、怎么使用", Rate: readRate}, describeData)
	web.HandleOpen(g, web.Op{ID: "publicComparison", Method: http.MethodGet, Path: "/estates/{id}/comparison", Summary: "和同类小区比：单价、公共收益、维修资金结余、收缴率、公开晚了几天；同类不到6个小区的不显示", Rate: readRate}, showComparison(d))
	for _, as := range []string{"csv", "json"} {
		name := map[string]string{"csv": "CSV", "json": "JSON"}[as]
		web.HandleOpen(g, web.Op{ID: "publicEstateFigures" + name, Method: http.MethodGet, Path: "/estates/{id}/figures." + as, Summary: "小区公开过的收支数（" + name + "）：物业费、公共收益、维修资金，从结过账的账簿里取的", Rate: readRate, Timeout: time.Minute}, estateFigures(d, as))
		web.HandleOpen(g, web.Op{ID: "publicCityFigures" + name, Method: http.MethodGet, Path: "/figures." + as, Summary: "全市各小区公开过的收支数（" + name + "），最多20万行", Rate: cityRate, Timeout: 2 * time.Minute}, cityFigures(d, as))
		web.HandleOpen(g, web.Op{ID: "publicCityDuties" + name, Method: http.MethodGet, Path: "/duties." + as, Summary: "全市一年里到期的应公开事项（" + name + "）：公开了没有、晚了几天，最多20万行", Rate: cityRate, Timeout: 2 * time.Minute}, cityDuties(d, as))
	}
}

// Known is what a reader has of a file already.
type Known struct {
	IfNoneMatch string `header:"If-None-Match" maxLength:"100" doc:"上次下载的 ETag；没有变化时答复304"`
}

// EstateDataInput names an estate's file.
type EstateDataInput struct {
	EstatePath
	Known
}

// YearDataInput names a year's file.
type YearDataInput struct {
	Year int `query:"year" required:"true" minimum:"2020" maximum:"2100" doc:"哪一年到期的"`
	Known
}

func estateFigures(d Deps, as string) func(context.Context, *EstateDataInput) (*huma.StreamResponse, error) {
	return func(ctx context.Context, in *EstateDataInput) (*huma.StreamResponse, error) {
		return d.figures(ctx, in.ID, as, in.IfNoneMatch)
	}
}

func cityFigures(d Deps, as string) func(context.Context, *Known) (*huma.StreamResponse, error) {
	return func(ctx context.Context, in *Known) (*huma.StreamResponse, error) {
		return d.figures(ctx, 0, as, in.IfNoneMatch)
	}
}

func (d Deps) figures(ctx context.Context, estate int64, as, known string) (*huma.StreamResponse, error) {
	return dataset(ctx, "figures", as, known, figureColumns, func(known string, row func(...any) error) (string, error) {
		return d.Board.OpenFigures(ctx, estate, known, func(f *disclosure.OpenFigure) error {
			return row(f.EstateID, f.Estate, f.Number, f.Publisher, web.Time(f.On).Format(time.DateOnly), f.Version, disclosure.FormNames[f.Form], f.Book, f.Label, f.Asks(), f.Measure, web.DayOr(f.FromOn), f.ToOn.Format(time.DateOnly), f.Fen.String())
		})
	})
}

func cityDuties(d Deps, as string) func(context.Context, *YearDataInput) (*huma.StreamResponse, error) {
	return func(ctx context.Context, in *YearDataInput) (*huma.StreamResponse, error) {
		return dataset(ctx, "duties", as, in.IfNoneMatch, dutyColumns, func(known string, row func(...any) error) (string, error) {
			return d.Board.OpenDuties(ctx, in.Year, known, func(v *disclosure.DutyView) error {
				x := hall.ViewDuty(*v)
				return row(x.EstateID, x.Estate, x.Code, x.Title, x.SphereName, x.OwedBy, x.Period, x.Due, x.StateName, x.DaysLate, x.PublishedOn)
			})
		})
	}
}

// dataset sends rows as a file: a table with Chinese heads, or a list of objects. Whoever has it as it stands is told so.
func dataset(ctx context.Context, name, as, known string, columns []column, read func(known string, row func(...any) error) (stamp string, err error)) (*huma.StreamResponse, error) {
	kind := map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}[as]
	mark := func(stamp string) string { return fmt.Sprintf(`"%s-%s"`, stamp, as) }
	stamp := ""
	file, err := web.Download(ctx, kind, func(w io.Writer) (string, error) {
		begin := tabular
		if as == "json" {
			begin = listed
		}
		write, end := begin(w, columns)
		var err error
		if stamp, err = read(unmarked(known, as), write); err != nil {
			return "", err
		}
		if known == mark(stamp) {
			return "", errUnchanged
		}
		return name + "." + as, end()
	})
	send := func(hc huma.Context) { hc.SetStatus(http.StatusNotModified) }
	switch {
	case err == nil:
		send = file.Body
	case !errors.Is(err, errUnchanged):
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("ETag", mark(stamp))
		hc.SetHeader("Cache-Control", "public, max-age=300")
		send(hc)
	}}, nil
}

// errUnchanged ends the making of a file that the reader has.
var errUnchanged = errors.New("public: the reader has it")

// unmarked is the stamp of an ETag that dataset gave; empty of any other.
func unmarked(tag, as string) string {
	end := "-" + as + `"`
	if len(tag) <= len(end)+1 || tag[0] != '"' || tag[len(tag)-len(end):] != end {
		return ""
	}
	return tag[1 : len(tag)-len(end)]
}

// tabular writes rows as CSV; the head goes first, even where no row follows.
func tabular(w io.Writer, columns []column) (write func(...any) error, end func() error) {
	_, begun := io.WriteString(w, "\ufeff")
	out := csv.NewWriter(w)
	head := make([]string, len(columns))
	for i, c := range columns {
		head[i] = c.Name
	}
	_ = out.Write(head) // what fails here fails again at the end
	return func(cells ...any) error {
			row := make([]string, len(cells))
			for i, c := range cells {
				row[i] = plain(fmt.Sprint(c), columns[i].Number)
			}
			return out.Write(row)
		}, func() error {
			out.Flush()
			if begun != nil {
				return begun
			}
			return out.Error()
		}
}

// listed writes rows as a JSON list of objects.
func listed(w io.Writer, columns []column) (write func(...any) error, end func() error) {
	before := `{"licence":` + quoted(licence) + `,"items":[`
	return func(cells ...any) error {
			for i, c := range cells {
				text, err := json.Marshal(c)
				if err != nil {
					return err
				}
				if i == 0 {
					before += "{"
				}
				if _, err := fmt.Fprintf(w, "%s%s:%s", before, quoted(columns[i].Key), text); err != nil {
					return err
				}
				before = ","
			}
			before = "},"
			return nil
		}, func() error {
			last := "]}\n"
			if before == "}," {
				last, before = "}"+last, ""
			}
			_, err := io.WriteString(w, before+last)
			return err
		}
}

func quoted(s string) string {
	text, _ := json.Marshal(s) // a string always is
	return string(text)
}
