package h5

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/server/web"
)

// receiptForm is what somebody gives to see their case.
type receiptForm struct {
	Receipt, Phone, Code, Ticket, Ref string
	Kept, Text                        string // what was being written, and for which action, when the proof of the phone ran out
	Again                             bool   // asked for a code that is on its way
}

func (d Deps) receipt(c *gin.Context) {
	askReceipt(c, receiptForm{Receipt: web.Typed(c.Query("number"))}, nil)
}

func askReceipt(c *gin.Context, f receiptForm, wrong error) {
	if f.Ref == "" {
		f.Ref = rand.Text()
	}
	status, says := complaints(c, wrong)
	show(c, status, "receipts.html", map[string]any{"Title": "查询投诉进展", "Form": f, "Wrong": says, "Sent": wrong == nil && f.Phone != "" && f.Code == ""})
}

// receiptForm sends a code, shows the case, or does what its holder decided.
func (d Deps) receiptForm(c *gin.Context) {
	p := func(name string) string { return web.Typed(c.PostForm(name)) }
	f := receiptForm{Receipt: p("receipt"), Phone: digits(p("phone")), Code: digits(p("code")), Ticket: p("ticket"), Ref: p("ref"), Kept: cmp.Or(p("action"), p("kept")), Text: p("text")}
	if p("step") == "code" {
		f.Code = ""
		var err error
		f.Again, err = d.sendCode(c, f.Phone)
		askReceipt(c, f, err)
		return
	}
	phone, ticket, err := d.proved(c, f.Phone, f.Code, f.Ticket, f.Ref)
	f.Ticket = ticket
	if err != nil {
		askReceipt(c, f, err)
		return
	}
	action := complaint.Action(p("action"))
	if action == "" {
		d.showReceipt(c, phone, f, "", nil)
		return
	}
	if action == appeal {
		id, _ := strconv.ParseInt(p("restriction"), 10, 64)
		err := d.Complaints.AppealByReceipt(c.Request.Context(), phone, f.Receipt, id, p("text"))
		said := "申诉已收到，由另一个单位决定，结果在这里查看"
		if err != nil {
			said = ""
		}
		d.showReceipt(c, phone, f, said, err)
		return
	}
	in := complaint.Input{Text: p("text"), ClientRef: f.Ref, InputHash: web.InputHash(action, p("text"), p("response"), p("solved"), p("satisfied"))}
	if action == complaint.Rate {
		in.Rating = &complaint.Rating{Response: complaint.Opinion(p("response")), Solved: complaint.Opinion(p("solved")), Satisfied: complaint.Opinion(p("satisfied"))}
	}
	_, err = d.Complaints.ActByReceipt(c.Request.Context(), phone, f.Receipt, action, in)
	said := "已记下：" + complaint.ActionNames[action]
	if err != nil {
		said = ""
	}
	d.showReceipt(c, phone, f, said, err)
}

// restrictionNames are the states of a restriction that holds, as its subject reads them.
var restrictionNames = map[string]string{"active": "限制中", "appealed": "限制中，已申诉", "upheld": "限制中，申诉没有通过"}

// appeal is what somebody does about a restriction, not about the case.
const appeal complaint.Action = "appeal"

// deedTexts say what to write where an action needs words.
var deedTexts = map[complaint.Action]string{complaint.Return: "哪里没有解决？", complaint.Supply: "要补充什么？", complaint.Reopen: "为什么要重新办理？"}

func (d Deps) showReceipt(c *gin.Context, phone string, f receiptForm, said string, wrong error) {
	v, err := d.Complaints.FindByReceipt(c.Request.Context(), phone, f.Receipt)
	if err != nil {
		f.Ticket, f.Code = "", ""
		askReceipt(c, f, err)
		return
	}
	calls, _ := d.Complaints.Calls(c.Request.Context(), &v.Case) // an addition: the page stands without the register
	held, err := d.Complaints.ListRestrictionsByReceipt(c.Request.Context(), phone, f.Receipt)
	if err != nil {
		fail(c, err)
		return
	}
	status, says := complaints(c, wrong)
	if wrong != nil && fault.Of(wrong).Kind == fault.Conflict {
		status = http.StatusConflict
	}
	if said != "" {
		f.Kept, f.Text = "", "" // said and done
	}
	// A form shown anew is another intention; a double tap sends the same one twice.
	f.Ref = rand.Text()
	show(c, status, "receipt.html", map[string]any{"Title": "投诉进展", "Form": f, "Said": said, "Wrong": says, "Case": v, "Receipt": v.Mine.Receipt, "Ask": deedTexts, "Calls": calls, "Held": held, "JoinNote": v.JoinNote(), "Rated": v.Mine.RatedAt != nil,
		"Opinions":  []struct{ Code, Name string }{{"yes", "是"}, {"partly", "部分"}, {"no", "否"}},
		"Questions": []struct{ Code, Name string }{{"response", "回应及时吗？"}, {"solved", "问题解决了吗？"}, {"satisfied", "您满意吗？"}}})
}
