package office

import (
	"context"

	"github.com/linli-city/linli/models/org"
)

type previewField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type previewOutput struct {
	Body struct {
		Title     string         `json:"title" doc:"站内消息和信件的标题"`
		Body      string         `json:"body" doc:"站内消息的正文；信件的正文后面是单位和日期"`
		Template  string         `json:"template,omitempty" doc:"微信订阅消息的模板"`
		Fields    []previewField `json:"fields,omitempty" doc:"微信里看到的每一项；太长的会截断"`
		SMS       string         `json:"sms,omitempty" doc:"短信，前面还有签名"`
		SMSLetter string         `json:"sms_letter,omitempty" doc:"没有账号的业主收到的短信：带网页地址，打开能看到全文并确认（没有登记这个模板时同上）"`
		Quiet     string         `json:"quiet" doc:"夜间发不发，依据哪一条"`
		Choice    string         `json:"choice,omitempty" doc:"收件人能不能关闭，依据哪一条"`
	}
}

func previewCampaign(d Deps) func(context.Context, org.Actor, *IDPath) (*previewOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*previewOutput, error) {
		p, err := d.Campaigns.Preview(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		out := &previewOutput{}
		b := &out.Body
		b.Title, b.Body, b.Template, b.SMS, b.SMSLetter, b.Quiet, b.Choice = p.Title, p.Body, p.Template, p.SMS, p.SMSLetter, p.Quiet, p.Choice
		for _, f := range p.Fields {
			b.Fields = append(b.Fields, previewField(f))
		}
		return out, nil
	}
}
