package public

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/public/open311"
	"github.com/linli-city/linli/server/web"
)

// fileRequest takes a request. The key comes first: whoever has none learns nothing else.
func (d Deps) fileRequest(c *gin.Context, _ string) (any, error) {
	f, err := readForm(c)
	if err != nil {
		return nil, err
	}
	key, err := d.Complaints.FindOpenKey(c.Request.Context(), f.field("api_key"))
	if err != nil {
		return nil, err
	}
	if err := d.site.Hold(c, fmt.Sprint("key:", key.ID), *fileRate); err != nil {
		return nil, err
	}
	if err := d.inJurisdiction(f.field("jurisdiction_id")); err != nil {
		return nil, err
	}
	report, err := d.report(c.Request.Context(), f)
	if err != nil {
		return nil, err
	}
	filed, err := d.Complaints.FileOpen(c.Request.Context(), key, report)
	if err != nil {
		return nil, asAttribute(err)
	}
	return open311.List[open311.Filed]{{ServiceRequestID: filed.Number, ServiceNotice: notice(filed, f.files)}}, nil
}

// report reads the fields of a request.
func (d Deps) report(ctx context.Context, f form) (complaint.OpenReport, error) {
	r := complaint.OpenReport{Matter: f.field("service_code"), Text: f.field("description"), Estate: f.attribute(attrEstate), Part: f.attribute(attrPart),
		Name: f.field("last_name") + f.field("first_name"), Phone: phone(f.field("phone")), MediaURL: f.field("media_url"), Body: f.fingerprint()}
	if r.Matter == "" {
		return r, badRequest("没有填写 service_code，可用的见 services")
	}
	if err := d.known(ctx, r.Matter); err != nil {
		return r, err
	}
	id, words := f.field("address_id"), f.field("address_string")
	if r.Estate == "" {
		r.Estate = id // in our address book the estates are what has an id
	}
	lat, lng, err := f.place()
	if err != nil {
		return r, err
	}
	if lat == 0 && lng == 0 && id == "" && words == "" {
		return r, badRequest("没有填写位置：请填写 lat 和 long，或 address_string，或 address_id")
	}
	if lat != 0 || lng != 0 {
		lat, lng = open311.ToGCJ02(lat, lng)
		r.Lat, r.Lng = web.Micro(lat), web.Micro(lng)
	}
	r.Address = strings.Join(slices.DeleteFunc([]string{f.attribute(attrPlace), words}, func(s string) bool { return s == "" }), "，")
	switch v := f.attribute(attrVisibility); v {
	case "", string(complaint.Public):
	case string(complaint.Private):
		r.Private = true
	default:
		return r, badRequest("attribute[visibility] 只能是 public 或 private")
	}
	return r, nil
}

// place reads the coordinates, in WGS84; both are 0 when none were sent.
func (f form) place() (lat, lng float64, err error) {
	a, b := f.field("lat"), f.field("long")
	if a == "" && b == "" {
		return 0, 0, nil
	}
	lat, errLat := strconv.ParseFloat(a, 64)
	lng, errLng := strconv.ParseFloat(b, 64)
	if errLat != nil || errLng != nil || math.Abs(lat) > 90 || math.Abs(lng) > 180 || math.IsNaN(lat) || math.IsNaN(lng) || (lat == 0 && lng == 0) {
		return 0, 0, badRequest("lat 和 long 要一起填写，用十进制度数（WGS84），例如 26.2581 和 107.5172")
	}
	return lat, lng, nil
}

// fingerprint tells a resend from another report: all fields, in whatever order and encoding they came.
func (f form) fingerprint() string {
	names := make([]string, 0, len(f.Values))
	for name := range f.Values {
		if name != "api_key" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	parts := make([]any, 0, 2*len(names))
	for _, name := range names {
		parts = append(parts, name, f.Values[name])
	}
	return web.InputHash(parts...)
}

// phone drops what people write into a number and the code of the country.
func phone(s string) string {
	s = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(s)
	s = strings.TrimPrefix(s, "+86")
	if rest, ok := strings.CutPrefix(s, "0086"); ok {
		return rest
	}
	return s
}

// asAttribute says of an estate that is not there in which field it stood: it is an answer that is wrong, not a
// resource that does not exist.
func asAttribute(err error) error {
	if errors.Is(err, org.ErrEstateNotFound) {
		return fault.ErrInvalid.With(fault.Field{Path: "attribute[estate]", Reason: "没有这个小区，或者同名的不止一个；请用小区代码，可选值见 services/服务代码"})
	}
	return err
}

// notice says who handles it and until when, and what becomes of the rest.
func notice(c *complaint.Case, files bool) open311.Text {
	text := strings.TrimSuffix(c.RouteReason, "。") + "。"
	if c.DueAt != nil {
		text += "办理期限：" + web.Time(*c.DueAt).Format("2006-01-02 15:04")
		if c.DueReference {
			text += "（参考时限）"
		}
		text += "。"
	}
	if c.Visibility == complaint.Public {
		text += "文字经审核后才公开显示，审核之前按编号查不到。"
	}
	if files {
		text += "随表单上传的文件没有收下，请在 media_url 里提供图片网址。"
	}
	return open311.Text(text)
}
