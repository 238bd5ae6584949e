package public

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/server/public/open311"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

const open311Prefix = "/open311/v2"

// open311Timeout bounds one call.
const open311Timeout = 30 * time.Second

// fileRate is for one key: an organisation files for many people.
var fileRate = &limit.Rule{Name: "open311-file", Rate: 60, Per: time.Minute, Burst: 30}

// resource answers one kind of call; arg is what stands before the format in the path's second part.
type resource struct {
	root string
	do   func(d Deps, c *gin.Context, arg string) (any, error)
}

// The resources of GeoReport v2 and of its extensions. The format is the ending of the last part of the path, which no
// router can tell from a name; so the parts are told apart here.
var (
	open311Lists = map[string]resource{
		"services":              {open311.RootServices, Deps.listServices},
		"requests":              {open311.RootRequests, Deps.listRequests},
		"servicerequestupdates": {open311.RootUpdates, Deps.listUpdates},
		"discovery":             {open311.RootDiscovery, Deps.discover},
	}
	open311Items = map[string]resource{
		"services": {open311.RootDefinition, Deps.defineService},
		"requests": {open311.RootRequests, Deps.showRequest},
		"tokens":   {open311.RootRequests, Deps.showToken},
	}
	open311Posts = map[string]resource{
		"requests": {open311.RootRequests, Deps.fileRequest},
	}
)

func open311Routes(site *web.Site, d Deps) {
	d.site = site
	one := func(from map[string]resource) gin.HandlerFunc {
		return func(c *gin.Context) {
			name, f := formatOf(c.Param("resource"))
			d.answer(c, from[name], f, "")
		}
	}
	site.Unlisted(http.MethodGet, open311Prefix+"/:resource", "Open311 GeoReport v2 has its own specification", one(open311Lists))
	site.Unlisted(http.MethodPost, open311Prefix+"/:resource", "Open311 GeoReport v2 has its own specification", one(open311Posts))
	site.Unlisted(http.MethodGet, open311Prefix+"/:resource/:item", "Open311 GeoReport v2 has its own specification", func(c *gin.Context) {
		item, f := formatOf(c.Param("item"))
		d.answer(c, open311Items[c.Param("resource")], f, item)
	})
	for _, f := range []open311.Format{open311.XML, open311.JSON} {
		site.Unlisted(http.MethodGet, "/open311/discovery."+string(f), "Open311 service discovery", func(c *gin.Context) {
			d.answer(c, open311Lists["discovery"], f, "")
		})
	}
}

// formatOf cuts the format off a name; without one that is known the format is empty.
func formatOf(part string) (string, open311.Format) {
	for _, f := range []open311.Format{open311.XML, open311.JSON} {
		if name, ok := strings.CutSuffix(part, "."+string(f)); ok {
			return name, f
		}
	}
	return part, ""
}

// Faults that only Open311 has.
var (
	errNoResource   = fault.New(fault.NotFound, "open311.no_resource", "没有这个地址，请检查资源名称，并以 .xml 或 .json 结尾")
	errJurisdiction = fault.New(fault.NotFound, "open311.jurisdiction", "没有找到这个 jurisdiction_id")
	errNoService    = fault.New(fault.NotFound, "open311.service_code", "没有找到这个 service_code，可用的见 services")
)

func badRequest(say string) error { return fault.New(fault.Invalid, "open311.invalid", say) }

func (d Deps) answer(c *gin.Context, r resource, f open311.Format, arg string) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), open311Timeout)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	err := d.site.Hold(c, "", *readRate)
	var doc any
	if err == nil && (r.do == nil || f == "") {
		err = errNoResource
	}
	if err == nil {
		err = d.inJurisdiction(c.Query("jurisdiction_id"))
	}
	if err == nil {
		doc, err = r.do(d, c, arg)
	}
	status, root := http.StatusOK, r.root
	if err != nil {
		status, root, doc = d.failure(c, err)
	}
	if f == "" {
		f = open311.XML // the format that the specification requires of everybody
	}
	raw, err := f.Encode(root, doc)
	if err != nil {
		d.site.Fail(c, err)
		return
	}
	c.Data(status, f.ContentType(), raw)
}

// inJurisdiction refuses another city's code. Here it may be left out: one city is served.
func (d Deps) inJurisdiction(id string) error {
	if id != "" && id != d.Complaints.Division() {
		return errJurisdiction
	}
	return nil
}

// failure words an error as the specification does: 404 for what does not exist, 403 for the key, 400 for the rest.
// What is wrong with us, and too many calls, keep the status that every client knows.
func (d Deps) failure(c *gin.Context, err error) (int, string, any) {
	if errors.Is(err, complaint.ErrMatter) {
		err = errNoService
	}
	p := d.site.Problem(c, err)
	status := p.Status
	switch {
	case status == http.StatusNotFound, status == http.StatusForbidden, status == http.StatusTooManyRequests, status >= 500:
	default:
		status = http.StatusBadRequest
	}
	if retry := p.GetHeaders().Get("Retry-After"); retry != "" {
		c.Header("Retry-After", retry)
	}
	var list open311.List[open311.Error]
	for _, e := range p.Errors {
		list = append(list, open311.Error{Code: status, Description: e.Path + "：" + e.Reason})
	}
	if len(list) == 0 {
		list = append(list, open311.Error{Code: status, Description: p.Detail})
	}
	return status, open311.RootErrors, list
}
