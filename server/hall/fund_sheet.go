package hall

import (
	"bytes"
	_ "embed" // the sheet
	"html/template"
	"time"

	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/server/web"
)

//go:embed fund_sheet.html
var fundSheet string

var fundSheetPage = template.Must(template.New("fund_sheet").Parse(fundSheet))

// sheetCharge is a repair on a printed statement.
type sheetCharge struct {
	Share                              ProjectShare
	Hidden                             bool // what the unit owes
	Number, Title, State, Total, Basis string
	Contract, Supplier, Invoices       string
	Links                              []FundLink
}

// FundSheet prints a unit's statement: every line, and of every repair the formula and what it hangs on.
func FundSheet(s *fund.Sheet, prefix, by, city string, now time.Time) (*web.PageOutput, error) {
	page := web.Page{Limit: len(s.Lines) + 1}
	list := make([]sheetCharge, len(s.Charges))
	for i, c := range s.Charges {
		p := c.Project
		list[i] = sheetCharge{Share: ProjectShareOf(c.ProjectShare), Hidden: s.Hidden, Number: p.Number, Title: p.Title, State: fund.ProjectStates[p.State], Total: p.Total.String(), Basis: p.Basis, Contract: p.Contract, Supplier: p.Supplier, Invoices: p.Invoices, Links: FundLinksOf(prefix, c)}
	}
	incomes := make([]FundIncomeWhy, len(s.Incomes))
	for i := range s.Incomes {
		incomes[i] = FundIncomeWhyOf(&s.Incomes[i])
	}
	var b bytes.Buffer
	err := fundSheetPage.Execute(&b, map[string]any{"Sheet": FundStatementOf(page, &s.UnitStatement), "More": s.More, "Charges": list, "Incomes": incomes, "By": by, "City": city, "Printed": web.Time(now).Format("2006年1月2日 15:04")})
	if err != nil {
		return nil, err
	}
	return web.Printed(b.Bytes()), nil
}
