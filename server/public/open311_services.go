package public

import (
	"context"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/server/public/open311"
)

func (d Deps) listServices(c *gin.Context, _ string) (any, error) {
	matters, err := d.Complaints.OpenMatters(c.Request.Context())
	if err != nil {
		return nil, err
	}
	var list open311.List[open311.Service]
	for _, m := range matters {
		about := m.Clause + " " + m.Duty
		if m.Named {
			about += "（要核对反映人的情况，必须填写 phone）"
		}
		list = append(list, open311.Service{ServiceCode: m.Code, ServiceName: m.Name, Description: open311.Text(about), Metadata: true, Type: open311.Realtime,
			Keywords: open311.Text(strings.Join([]string{m.Group, m.Class}, ", ")), Group: open311.Text(m.Unit)})
	}
	return list, nil
}

// known refuses a service that the mandate list does not have.
func (d Deps) known(ctx context.Context, code string) error {
	matters, err := d.Complaints.OpenMatters(ctx)
	if err != nil {
		return err
	}
	for _, m := range matters {
		if m.Code == code {
			return nil
		}
	}
	return errNoService
}

// maxChoices is how many estates a form can offer to choose from. A larger city's clients ask for the code.
const maxChoices = 300

// The codes of our attributes.
const (
	attrEstate     = "estate"
	attrPlace      = "place"
	attrPart       = "part"
	attrVisibility = "visibility"
)

// defineService asks of every service the same: the estate above all, since it decides who handles a case.
func (d Deps) defineService(c *gin.Context, code string) (any, error) {
	if err := d.known(c.Request.Context(), code); err != nil {
		return nil, err
	}
	estate, err := d.estateAttribute(c.Request.Context())
	if err != nil {
		return nil, err
	}
	place := open311.Attribute{Variable: true, Code: attrPlace, Datatype: open311.String, Order: 2, Description: "具体位置，例如“东门旁”；只给办理单位看",
		DatatypeDescription: "不超过100个字"}
	part := open311.Attribute{Variable: true, Code: attrPart, Datatype: open311.SingleValueList, Order: 3, Description: "公共部位；填了才会公开大致位置"}
	for _, p := range complaint.CommonParts {
		part.Values = append(part.Values, open311.Value{Key: p.Code, Name: p.Name})
	}
	shown := open311.Attribute{Variable: true, Code: attrVisibility, Datatype: open311.SingleValueList, Order: 4, Description: "是否公开内容和进展；不填为公开，文字经审核后显示，任何时候都不显示反映人",
		Values: open311.List[open311.Value]{{Key: string(complaint.Public), Name: "公开"}, {Key: string(complaint.Private), Name: "不公开"}}}
	return open311.Definition{ServiceCode: code, Attributes: open311.List[open311.Attribute]{estate, place, part, shown}}, nil
}

// estateAttribute offers the estates by name as long as a form can hold them.
func (d Deps) estateAttribute(ctx context.Context) (open311.Attribute, error) {
	a := open311.Attribute{Variable: true, Code: attrEstate, Datatype: open311.String, Required: true, Order: 1, Description: "哪个小区",
		DatatypeDescription: "小区的代码，或者完整的名称"}
	rows, err := d.Complaints.OpenEstates(ctx, maxChoices+1)
	if err != nil || len(rows) == 0 || len(rows) > maxChoices {
		return a, err
	}
	a.Datatype = open311.SingleValueList
	for _, e := range rows {
		a.Values = append(a.Values, open311.Value{Key: e.Code, Name: e.Name})
	}
	return a, nil
}

func (d Deps) discover(c *gin.Context, _ string) (any, error) {
	at, err := d.Complaints.OpenChangedAt(c.Request.Context())
	if err != nil {
		return nil, err
	}
	// The sample's writing, which sorts as a text does.
	changed := strings.Replace(string(open311.When(at))[:len("2006-01-02T15:04")], "T", " ", 1)
	kind := "test"
	if d.Production {
		kind = "production"
	}
	return open311.Discovery{Changeset: changed, Contact: d.Bureau + "。接口说明：" + d.PublicURL + "/docs", KeyService: "提交需要密钥（api_key），由" + d.Bureau + "发放",
		Endpoints: open311.List[open311.Endpoint]{{Specification: open311.Specification, URL: d.PublicURL + open311Prefix, Changeset: changed, Type: kind,
			Formats: open311.List[open311.FormatName]{"text/xml", "application/json"}}}}, nil
}
