package public

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/server/public/open311"
	"github.com/linli-city/linli/server/web"
)

const (
	defaultPageSize = 100
	maxPageSize     = 1000 // GeoReport v2
	maxNotedPage    = 100  // with what happened to each
	maxSkip         = 100_000
)

func (d Deps) listRequests(c *gin.Context, _ string) (any, error) {
	f, err := d.wanted(c)
	if err != nil {
		return nil, err
	}
	rows, err := d.Complaints.ListOpen(c.Request.Context(), f)
	if err != nil {
		return nil, err
	}
	return viewRequests(rows, f.Updates), nil
}

// wanted reads which requests are asked for. Numbers override everything else, as the specification says.
func (d Deps) wanted(c *gin.Context) (complaint.OpenFilter, error) {
	updates := c.Query("extensions") == "true"
	largest := maxPageSize
	if updates {
		largest = maxNotedPage
	}
	if numbers := commas(c, "service_request_id"); len(numbers) > 0 {
		if len(numbers) > largest {
			return complaint.OpenFilter{}, badRequest(fmt.Sprintf("service_request_id 一次最多%d个", largest))
		}
		return complaint.OpenFilter{Numbers: numbers, Limit: largest, Updates: updates}, nil
	}
	f, err := searched(c, d.Complaints.Now(), largest)
	if err != nil {
		return f, err
	}
	if f.Matters = commas(c, "service_code"); len(f.Matters) > maxPageSize {
		return f, badRequest("service_code 太多")
	}
	f.States, f.Updates = commas(c, "status"), updates
	for _, s := range f.States {
		if s != open311.Open && s != open311.Closed {
			return f, badRequest("status 只能是 open 或 closed")
		}
	}
	return f, nil
}

func (d Deps) showRequest(c *gin.Context, number string) (any, error) {
	updates := c.Query("extensions") == "true"
	v, err := d.Complaints.FindOpen(c.Request.Context(), number, updates)
	if err != nil {
		return nil, err
	}
	return viewRequests([]complaint.OpenCase{*v}, updates), nil
}

// showToken answers the number of a request, which here is a token of itself: every request gets its number at once.
func (d Deps) showToken(c *gin.Context, token string) (any, error) {
	v, err := d.Complaints.FindOpen(c.Request.Context(), token, false)
	if err != nil {
		return nil, err
	}
	return open311.List[open311.Token]{{ServiceRequestID: v.Number, Token: token}}, nil
}

func (d Deps) listUpdates(c *gin.Context, _ string) (any, error) {
	f, err := searched(c, d.Complaints.Now(), maxPageSize)
	if err != nil {
		return nil, err
	}
	if f.Numbers = commas(c, "service_request_id"); len(f.Numbers) > maxPageSize {
		return nil, badRequest(fmt.Sprintf("service_request_id 一次最多%d个", maxPageSize))
	}
	if len(f.Numbers) > 0 && c.Query("start_date") == "" && c.Query("end_date") == "" {
		f.From = time.Unix(0, 0).UTC() // whoever names requests and no range wants all that happened to them
	}
	rows, err := d.Complaints.OpenUpdates(c.Request.Context(), f)
	if err != nil {
		return nil, err
	}
	var list open311.List[open311.Update]
	for _, u := range rows {
		// FixMyStreet's extension writes the two states in capitals.
		list = append(list, open311.Update{UpdateID: strconv.FormatInt(u.ID, 10), ServiceRequestID: u.Number, Status: strings.ToUpper(status(u.Over)), UpdatedDatetime: open311.When(u.At),
			Description: open311.Text(u.Text)})
	}
	return list, nil
}

// searched reads the range and the page of a list. A page may be asked for larger than it can be: the client sees by
// what comes how large it is.
func searched(c *gin.Context, now time.Time, largest int) (complaint.OpenFilter, error) {
	var f complaint.OpenFilter
	var err error
	if f.From, f.To, err = open311.Span(c.Query("start_date"), c.Query("end_date"), now); err != nil {
		return f, badRequest(err.Error())
	}
	page, err := number(c, "page", 1, maxSkip)
	if err != nil {
		return f, err
	}
	if f.Limit, err = number(c, "page_size", defaultPageSize, maxPageSize); err != nil {
		return f, err
	}
	f.Limit = min(f.Limit, largest)
	if f.Offset = (page - 1) * f.Limit; f.Offset > maxSkip {
		return f, badRequest("page 太大，请用 start_date 和 end_date 缩小范围")
	}
	return f, nil
}

// number reads a positive number of the query.
func number(c *gin.Context, name string, otherwise, most int) (int, error) {
	s := c.Query(name)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, badRequest(fmt.Sprintf("%s 应为1至%d的整数", name, most))
	}
	return n, nil
}

// commas reads a list: separated by commas, or the argument several times, or both.
func commas(c *gin.Context, name string) []string {
	var list []string
	for _, v := range c.QueryArray(name) {
		for s := range strings.SplitSeq(v, ",") {
			if s = strings.TrimSpace(s); s != "" && !slices.Contains(list, s) {
				list = append(list, s)
			}
			if len(list) > maxPageSize {
				return list
			}
		}
	}
	return list
}

func status(over bool) string {
	if over {
		return open311.Closed
	}
	return open311.Open
}

func viewRequests(rows []complaint.OpenCase, updates bool) open311.List[open311.Request] {
	var list open311.List[open311.Request]
	for _, v := range rows {
		r := open311.Request{ServiceRequestID: v.Number, Status: status(v.Over), StatusNotes: open311.Text(v.Notes), ServiceName: open311.Text(v.MatterName), ServiceCode: open311.Text(v.Matter),
			Description: open311.Text(v.Text), AgencyResponsible: open311.Text(v.Lead), ServiceNotice: open311.Text("办理依据：" + v.Clause), RequestedDatetime: open311.When(v.FiledAt),
			UpdatedDatetime: open311.When(v.UpdatedAt), ExpectedDatetime: open311.WhenOr(v.DueAt), Address: address(v), AddressID: open311.Text(v.Estate.Code)}
		if v.Lat != 0 || v.Lng != 0 {
			lat, lng := open311.ToWGS84(web.Degrees(v.Lat), web.Degrees(v.Lng))
			r.Lat, r.Long = open311.Degrees(lat), open311.Degrees(lng)
		}
		if updates {
			notes := open311.List[open311.Note]{}
			for _, u := range v.Updates {
				notes = append(notes, open311.Note{Datetime: open311.When(u.At), Description: open311.Text(u.Text), Type: noteType(u)})
			}
			r.Notes = &notes
		}
		list = append(list, r)
	}
	return list
}

// address goes from the narrow to the wide. The words in which people said where are not among it: they name doors.
func address(v complaint.OpenCase) open311.Text {
	parts := slices.DeleteFunc([]string{v.PartName, v.Estate.Name, v.Estate.Address}, func(s string) bool { return s == "" })
	return open311.Text(strings.Join(parts, "，"))
}

// noteType uses the words of the cities that have this extension where there is one.
func noteType(u complaint.OpenUpdate) string {
	switch {
	case u.Kind == complaint.File:
		return "submitted"
	case u.Kind == complaint.Accept:
		return "opened"
	case u.Over:
		return "closed"
	}
	return string(u.Kind)
}
