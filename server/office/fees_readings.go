package office

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func feeReadingRoutes(g *web.Group, d Deps) {
	web.Handle(g, web.Op{ID: "officeEnterReadings", Method: http.MethodPost, Path: "/fee-rules/{id}/readings", Summary: "登记一期的抄表读数，每次最多500户；改了的读数，后一期没有出账的跟着改", Action: org.RunFees, Rate: workRate}, feeDo(d, enterReadings))
	web.Handle(g, web.Op{ID: "officeMeterSheet", Method: http.MethodGet, Path: "/fee-rules/{id}/meter-list.xlsx", Summary: "抄表单 XLSX：要抄表的每一户和上次读数，填好“本次读数”再上传", Action: org.RunFees, Rate: importRate}, meterSheet(d))
	web.Handle(g, web.Op{ID: "officeMeterCSV", Method: http.MethodGet, Path: "/fee-rules/{id}/meter-list.csv", Summary: "抄表单 CSV", Action: org.RunFees, Rate: importRate}, meterCSV(d))
	web.Handle(g, web.Op{ID: "officeCheckReadings", Method: http.MethodPost, Path: "/fee-rules/{id}/readings-check", Summary: "预览上传的抄表单，不登记",
		Detail: "先用 POST /files（purpose=fees）上传 XLSX 或 CSV，表头要有“房号”“本次读数”，可以有“上次读数”“说明”。逐行指出：没有这一户、填了两次、比上次小又没有写明换表、读数看不懂、已经出账；并列出还没有读数的户。",
		Action: org.RunFees, Rate: importRate, Timeout: time.Minute}, checkReadings(d))
	web.Handle(g, web.Op{ID: "officeApplyReadings", Method: http.MethodPost, Path: "/fee-rules/{id}/readings-list", Summary: "登记预览过的抄表单；有一行有误就都不登记，没有读数的户这一期不出账", Action: org.RunFees, Rate: importRate, Timeout: time.Minute}, feeDo(d, applyReadings))
}

// MeterPeriod is a period of a meter's rule.
type MeterPeriod struct {
	IDPath
	Period string `query:"period" format:"date" doc:"期间的第一天：某月1日；不填为本月"`
}

func meterLines(ctx context.Context, d Deps, a org.Actor, in *MeterPeriod) ([][]string, error) {
	period, err := dayOf(in.Period, "period")
	if err != nil {
		return nil, err
	}
	if period.IsZero() {
		today := org.DayOf(d.DB.Now())
		period = today.AddDate(0, 0, 1-today.Day())
	}
	list, err := d.Fees.MeterList(ctx, a, in.ID, period)
	rows := [][]string{fee.MeterHead}
	for _, x := range list {
		rows = append(rows, []string{x.Unit, x.Previous, x.Current, x.Reason})
	}
	return rows, err
}

func meterSheet(d Deps) func(context.Context, org.Actor, *MeterPeriod) (*web.SheetOutput, error) {
	return func(ctx context.Context, a org.Actor, in *MeterPeriod) (*web.SheetOutput, error) {
		rows, err := meterLines(ctx, d, a, in)
		if err != nil {
			return nil, err
		}
		sheet, err := web.NewSheet("抄表", rows[0], []float64{24, 14, 14, 30})
		if err != nil {
			return nil, err
		}
		for _, r := range rows[1:] {
			if err := sheet.Add(r[0], r[1], r[2], r[3]); err != nil {
				return nil, err
			}
		}
		return sheet.Output(fmt.Sprintf("meters-%d", in.ID))
	}
}

func meterCSV(d Deps) func(context.Context, org.Actor, *MeterPeriod) (*web.SheetOutput, error) {
	return func(ctx context.Context, a org.Actor, in *MeterPeriod) (*web.SheetOutput, error) {
		rows, err := meterLines(ctx, d, a, in)
		if err != nil {
			return nil, err
		}
		b := bytes.NewBufferString("\ufeff") // Excel reads it as UTF-8
		w := csv.NewWriter(b)
		for _, r := range rows {
			for i, text := range r {
				if strings.HasPrefix(text, "=") || strings.HasPrefix(text, "@") || strings.HasPrefix(text, "+") { // never a formula
					r[i] = "'" + text
				}
			}
			if err := w.Write(r); err != nil {
				return nil, err
			}
		}
		w.Flush()
		return &web.SheetOutput{ContentType: "text/csv; charset=utf-8", Disposition: fmt.Sprintf(`attachment; filename="meters-%d.csv"`, in.ID), Body: b.Bytes()}, w.Error()
	}
}

// ReadingListBody is an uploaded list of readings.
type ReadingListBody struct {
	Period string `json:"period" format:"date" doc:"期间的第一天"`
	FileID int64  `json:"file_id" minimum:"1"`
}

type checkReadingsInput struct {
	IDPath
	Body ReadingListBody
}

type readFaultView struct {
	Row     int         `json:"row,omitempty" doc:"表里的第几行"`
	Unit    string      `json:"unit"`
	Why     fee.ReadWhy `json:"why" enum:"missing,lower,twice,unknown,first,reason,later,billed,number"`
	WhyName string      `json:"why_name"`
	Text    string      `json:"text"`
}

type checkReadingsOutput struct {
	Body struct {
		Rows    int             `json:"rows" doc:"读到多少行"`
		Good    int             `json:"good" doc:"可以登记的行数，登记时原样带上"`
		Faulty  int             `json:"faulty"`
		Faults  []readFaultView `json:"faults" doc:"有误的行，最多列200行"`
		Missed  int             `json:"missed"`
		Missing []readFaultView `json:"missing" doc:"还没有读数的户，最多列200户"`
	}
}

func checkReadings(d Deps) func(context.Context, org.Actor, *checkReadingsInput) (*checkReadingsOutput, error) {
	return func(ctx context.Context, a org.Actor, in *checkReadingsInput) (*checkReadingsOutput, error) {
		period, err := dayOf(in.Body.Period, "period")
		if err != nil {
			return nil, err
		}
		c, err := d.Fees.CheckReadings(ctx, a, in.ID, period, in.Body.FileID)
		if err != nil {
			return nil, err
		}
		out := &checkReadingsOutput{}
		out.Body.Rows, out.Body.Good, out.Body.Faulty, out.Body.Missed = c.Rows, c.Good, c.Faulty, c.Missed
		out.Body.Faults, out.Body.Missing = viewReadFaults(c.Faults), viewReadFaults(c.Missing)
		return out, nil
	}
}

func viewReadFaults(list []fee.ReadFault) []readFaultView {
	out := make([]readFaultView, len(list))
	for i, f := range list {
		out[i] = readFaultView{Row: f.Row, Unit: f.Unit, Why: f.Why, WhyName: fee.ReadNames[f.Why], Text: f.Text}
	}
	return out
}

// ApplyReadingsBody is a list of readings that was looked at.
type ApplyReadingsBody struct {
	Tapped
	ReadingListBody
	Good int `json:"good" minimum:"1" doc:"预览里可以登记的行数"`
}

func applyReadings(ctx context.Context, s *fee.Service, a org.Actor, id int64, b ApplyReadingsBody) (int64, error) {
	period, err := dayOf(b.Period, "period")
	if err != nil {
		return 0, err
	}
	return s.ApplyReadings(ctx, a, id, period, b.FileID, b.Good)
}
