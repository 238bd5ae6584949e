package h5

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/skip2/go-qrcode"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

var formRate = limit.Rule{Name: "h5-form", Rate: 120, Per: time.Hour, Burst: 40}

// busy is what somebody reads who sends forms too often.
func busy(c *gin.Context) {
	show(c, http.StatusTooManyRequests, "sorry.html", map[string]any{"Title": "请稍等", "Message": "操作太频繁了，请过一会儿再试，或者到社区窗口办理。"})
}

// slip is the sheet that hangs in the entrance or lies on the counter: the code, and where else to turn.
func (d Deps) slip(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	name, err := d.Org.EstateName(c.Request.Context(), id)
	if err != nil {
		fail(c, err)
		return
	}
	contacts, err := d.Complaints.Contacts(c.Request.Context(), id)
	if err != nil {
		fail(c, err)
		return
	}
	png, err := qrcode.Encode(fmt.Sprintf("%s/h5/estates/%d/complain", d.PublicURL, id), qrcode.Medium, 600)
	if err != nil {
		fail(c, err)
		return
	}
	c.Header("Content-Security-Policy", "default-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'")
	show(c, http.StatusOK, "slip.html", map[string]any{"Title": name + "投诉建议", "Contacts": contacts,
		"Code": template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))}) //nolint:gosec // our own picture
}

// slipForm is what somebody typed; it goes back and forth, nothing of it is stored until the phone is proved.
type slipForm struct {
	Name, Phone, Matter, Place, Text, Sealed, Code, Ticket, Ref string
}

func readSlip(c *gin.Context) slipForm {
	f := c.PostForm
	return slipForm{Name: f("name"), Phone: f("phone"), Matter: f("matter"), Place: f("place"), Text: f("text"), Sealed: f("sealed"), Code: f("code"), Ticket: f("ticket"), Ref: f("ref")}
}

func (d Deps) form(c *gin.Context) {
	if id, ok := number(c); ok {
		d.showForm(c, id, slipForm{Ref: rand.Text()}, nil)
	}
}

// showForm shows the form with what was typed and what is wrong with it.
func (d Deps) showForm(c *gin.Context, id int64, f slipForm, wrong error) {
	ctx := c.Request.Context()
	name, err := d.Org.EstateName(ctx, id)
	if err != nil {
		fail(c, err)
		return
	}
	matters, err := d.Complaints.Matters(ctx)
	if err != nil {
		fail(c, err)
		return
	}
	contacts, err := d.Complaints.Contacts(ctx, id)
	if err != nil {
		fail(c, err)
		return
	}
	status, says := complaints(c, wrong)
	show(c, status, "complain.html", map[string]any{"Title": "向" + name + "的管理单位反映问题", "Form": f, "Wrong": says, "Matters": matters, "Urgent": contacts, "Sent": wrong == nil && f.Code == "" && f.Phone != ""})
}

// complaints turns a fault into sentences for the page, the internal one into the common apology.
func complaints(c *gin.Context, err error) (int, []string) {
	if err == nil {
		return http.StatusOK, nil
	}
	f := fault.Of(err)
	if f.Kind == fault.Internal {
		_ = c.Error(err)
		return http.StatusInternalServerError, []string{f.Message}
	}
	var says []string
	for _, field := range f.Fields {
		says = append(says, field.Reason)
	}
	if len(says) == 0 {
		says = []string{f.Message}
	}
	return http.StatusUnprocessableEntity, says
}

// complain sends a code, or checks it and files. A ticket that was earned is kept in the form, so that a mistake in the
// text does not cost another message.
func (d Deps) complain(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	ctx, f := c.Request.Context(), readSlip(c)
	draft := complaint.Draft{EstateID: id, Matter: f.Matter, Place: f.Place, Text: f.Text, ClientRef: f.Ref, InputHash: web.InputHash("slip", id, f.Name, f.Phone, f.Matter, f.Place, f.Text, f.Sealed)}
	if f.Sealed != "" {
		draft.Cover = complaint.Sealed
	}
	if c.PostForm("step") == "code" {
		f.Code = ""
		err := complaint.CheckSlip(f.Name, draft)
		if err == nil {
			err = d.Codes.Send(ctx, f.Phone)
		}
		d.showForm(c, id, f, err)
		return
	}
	phone, ticket, err := d.proved(c, f.Phone, f.Code, f.Ticket)
	f.Ticket = ticket
	if err != nil {
		d.showForm(c, id, f, err)
		return
	}
	filed, err := d.Complaints.FileSlip(ctx, phone, f.Name, draft)
	if err != nil {
		d.showForm(c, id, f, err)
		return
	}
	d.showReceipt(c, phone, receiptForm{Receipt: filed.Number, Ticket: ticket, Ref: rand.Text()}, "已收到您反映的问题，请记下受理编号", nil)
}

// proved gives the phone that was proved, by a ticket or by a code that is turned into one.
func (d Deps) proved(c *gin.Context, phone, code, ticket string) (string, string, error) {
	ctx := c.Request.Context()
	if ticket == "" {
		var err error
		if ticket, err = d.Codes.Check(ctx, phone, code); err != nil {
			return "", "", err
		}
	}
	holder, err := d.Codes.Holder(ctx, ticket)
	if err != nil {
		return "", "", err
	}
	return holder, ticket, nil
}
