package campaign

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// Preview is what the people of a campaign would read, channel by channel, and when their phones ring.
type Preview struct {
	Title, Body string // in the inbox, and on a letter
	Template    string // of WeChat
	Fields      []PreviewField
	SMS         string // to who has an account
	SMSLetter   string // to an owner without one: with the address of the letter's page
	Quiet       string // whether it waits for the end of the quiet hours, and by which rule
	Choice      string // whether people can switch it off, and by which clause not
}

// PreviewField is a field of WeChat's template.
type PreviewField struct{ Name, Value string }

// sample stands in a preview for the token of a letter.
const sample = "……"

// preview words a campaign as the plan in force does.
func (s *Service) preview(ctx context.Context, c *Campaign) (*Preview, error) {
	table := plan.Default()
	if s.o.Plan != nil {
		var err error
		if table, err = s.o.Plan(ctx); err != nil {
			return nil, err
		}
	}
	var p *Preview
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := s.word(tx, c, &Run{Kind: FirstRun})
		if err != nil {
			return err
		}
		told, err := table.For(&e)
		if err != nil || len(told) == 0 {
			p = &Preview{Quiet: "本市的通知计划没有这类消息，只在站内和纸面上有"}
			return err
		}
		m := told[0]
		p = &Preview{Title: m.Title, Body: m.Body, Quiet: quiet(table.Quiet(), &m, c), Choice: choice(table, m.Kind)}
		if c.may(plan.Mini) {
			p.Template, p.Fields = fields(&m)
		}
		if c.may(plan.SMS) && s.o.Text != nil {
			p.SMS, p.SMSLetter = s.o.Text(m.Title, e.EstateName, ""), s.o.Text(m.Title, e.EstateName, sample)
		}
		return nil
	})
	return p, err
}

func fields(m *plan.Message) (title string, list []PreviewField) {
	for _, t := range plan.Templates {
		if t.Name != m.Template {
			continue
		}
		for i, f := range t.Fields {
			if i < len(m.Values) {
				list = append(list, PreviewField{f, m.Values[i]})
			}
		}
		return t.Title, list
	}
	return "", nil
}

func quiet(q plan.Quiet, m *plan.Message, c *Campaign) string {
	if c.Kind == Safety {
		return fmt.Sprintf("安全类消息按紧急发送，夜间安静时段（%s至%s）手机也会响，并写明原因。依据：通知计划“群发（安全类）”，%s。请确认确实紧急。", q.From, q.To, m.Why)
	}
	return fmt.Sprintf("夜间安静时段（%s至%s）手机不响，时段结束后再发；站内消息马上能看到。", q.From, q.To)
}

func choice(t *plan.Table, code string) string {
	for _, k := range t.Kinds() {
		if k.Code == code && k.IsFixed() {
			return "收件人不能关闭：" + k.Fixed.Clause + "，" + k.Fixed.Reason
		}
	}
	return "收件人可以关闭手机提醒，只在站内看；关闭的人数见送达预测"
}

// Preview shows what a campaign's people would read. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) Preview(ctx context.Context, actor org.Actor, id int64) (*Preview, error) {
	var c *Campaign
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		c, err = get(tx, actor, org.ReadCampaigns, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.preview(ctx, c)
}
