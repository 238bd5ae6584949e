package assembly

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Read is what somebody reads on a form: a choice for each motion, or why it is not valid. An invalid choice is no abstention.
type Read struct {
	Choices   []ReadChoice
	Void      string // why the whole form is not valid; empty where it is
	Note      string
	FileID    int64
	ClientRef string
	InputHash string
}

// ReadChoice is what stands on a form for one motion: a choice, or with an empty one the reason why there is none.
type ReadChoice struct {
	Position int    `json:"position"`
	Choice   string `json:"choice"`
	Void     string `json:"void,omitempty"`
}

// VoidReasons say why what stands for one motion is not valid.
var VoidReasons = map[string]string{"blank": "没有选择", "several": "选了两项以上", "illegible": "看不清", "altered": "涂改处没有签名", "off_form": "写在票面以外或写了别的意见"}

// FormVoids say why a whole form is not valid.
var FormVoids = map[string]string{"no_signature": "没有签名", "wrong_signature": "签名人不是业主或登记的代理人", "copy": "复印件或仿制的票", "torn": "残缺，认不出是哪一张", "cancelled": "业主在票上写明作废", "no_authority": "代理人没有有效的委托"}

// InvalidForm is the mark of an envelope whose whole form is not valid.
const InvalidForm = "invalid_form"

func (in *Read) check() error {
	in.Note, in.Void = strings.TrimSpace(in.Note), strings.TrimSpace(in.Void)
	var c fault.Checks
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	c.Check(len([]rune(in.Note)) <= 200, "note", "备注不超过200个字")
	c.Check(in.Void == "" || FormVoids[in.Void] != "", "void", "请从列出的原因里选整张票无效的原因")
	c.Check(in.Void == "" || len(in.Choices) == 0, "choices", "整张票无效的，不再逐项录入")
	c.Check(in.Void != "" || len(in.Choices) > 0 && len(in.Choices) <= maxMotions, "choices", "请录入每个议题的选择，或者选无效的原因")
	for i := range in.Choices {
		x, path := &in.Choices[i], fmt.Sprintf("choices[%d].", i)
		x.Choice = strings.TrimSpace(x.Choice)
		c.Check(len(x.Choice) <= 500 && x.Choice != tally.Void, path+"choice", "选择的格式不对")
		c.Check((x.Choice == "") != (x.Void == ""), path+"choice", "请录入选择，或者选无效的原因，不能都填也不能都不填")
		c.Check(x.Void == "" || VoidReasons[x.Void] != "", path+"void", "请从列出的原因里选无效的原因")
	}
	return c.Err()
}

// reading is a look in its one form: two that say the same have the same text.
type reading struct {
	text    string
	void    string
	choices []Choice
}

// reading brings what was read into its one form; every motion that the form is for has to be answered.
func (s *Service) reading(tx *store.Tx, m *Meeting, f *Form, in Read) (*reading, error) {
	a, err := s.agendas.of(tx, m)
	if err != nil {
		return nil, err
	}
	covers := func(int64) bool { return true }
	if f.ProxyID != 0 {
		p, err := proxyBy(tx, m.ID, f.ProxyID)
		if err != nil {
			return nil, err
		}
		covers = p.covers
	}
	r := &reading{void: in.Void}
	var c fault.Checks
	for i := range a.motions {
		row := &a.motions[i]
		at := slices.IndexFunc(in.Choices, func(x ReadChoice) bool { return x.Position == row.Position })
		switch {
		case !covers(row.ID):
			c.Check(at < 0, "choices", fmt.Sprintf("第%d个议题不在委托范围内，不要录入", row.Position))
		case in.Void != "":
			r.choices = append(r.choices, Choice{MotionID: row.ID, Choice: tally.Void})
		case at < 0:
			c.Check(false, "choices", fmt.Sprintf("第%d个议题还没有录入", row.Position))
		case in.Choices[at].Void != "":
			r.choices = append(r.choices, Choice{MotionID: row.ID, Choice: tally.Void})
		default:
			text, err := a.questions[row.ID].Canonical(in.Choices[at].Choice)
			c.Check(err == nil, fmt.Sprintf("choices[%d].choice", at), "这个议题没有这样的选项")
			r.choices = append(r.choices, Choice{MotionID: row.ID, Choice: text})
			in.Choices[at].Choice = text
		}
	}
	seen := map[int]bool{}
	for i, x := range in.Choices {
		known := slices.ContainsFunc(a.motions, func(row Motion) bool { return row.Position == x.Position })
		c.Check(known && !seen[x.Position], fmt.Sprintf("choices[%d].position", i), "没有这个议题，或者录了两次")
		seen[x.Position] = true
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(in.Choices, func(x, y ReadChoice) int { return cmp.Compare(x.Position, y.Position) })
	text, err := json.Marshal(map[string]any{"choices": in.Choices, "void": in.Void})
	r.text = string(text)
	return r, err
}

// castForm casts a confirmed form by the same way as every other ballot; its time is that of the receipt.
func (s *Service) castForm(tx *store.Tx, actor org.Actor, m *Meeting, f *Form, r *reading) error {
	id, err := s.ids.In(tx, 1)
	if err != nil {
		return err
	}
	x := &casting{id: id, in: Cast{Actor: actor, MeetingID: m.ID, SeatNo: f.SeatNo, Choices: r.choices, Way: f.Way, ClientRef: fmt.Sprint("form:", f.ID), InputHash: sha([]byte(r.text)), FormID: f.ID, ProxyID: f.ProxyID, At: *f.ReceivedAt}}
	if err := s.castFor(tx, m.ID, []*casting{x}); err != nil {
		return err
	}
	if x.err != nil {
		return x.err
	}
	f.EnvelopeID = x.got.ID
	if r.void != "" {
		if err := void(tx, m, f.EnvelopeID, InvalidForm, "整张票无效："+FormVoids[r.void], 0); err != nil {
			return err
		}
	}
	return contested(tx, m, f)
}
