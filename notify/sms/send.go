package sms

import (
	"context"
	"encoding/json"
)

const opSend = "SendSms"

// Send sends one text and gives the provider's id of it (BizId). The provider does not drop repeats: after an error that is
// Uncertain, ask Find first.
func (c *Client) Send(ctx context.Context, m Message) (string, error) {
	if err := m.check(); err != nil {
		return "", err
	}
	code := c.cfg.Templates[m.Template]
	if code == "" {
		return "", refusal(opSend, "isv.SMS_TEMPLATE_ILLEGAL", 0, "", "template "+m.Template+" is not configured")
	}
	params, err := json.Marshal(m.Params)
	if err != nil {
		return "", refusal(opSend, "isv.INVALID_JSON_PARAM", 0, "", "")
	}
	var got struct {
		BizID string `json:"BizId"`
	}
	err = c.call(ctx, opSend, map[string]string{
		"PhoneNumbers": m.Phone, "SignName": c.cfg.Sign, "TemplateCode": code, "TemplateParam": string(params), "OutId": m.Key,
	}, &got)
	return got.BizID, err
}
