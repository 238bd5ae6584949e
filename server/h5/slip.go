package h5

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"html/template"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/gin-gonic/gin"
	"github.com/skip2/go-qrcode"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

var (
	// Many households share one address of a mobile network; what a phone may do is bounded by its codes.
	formRate = limit.Rule{Name: "h5-form", Rate: 600, Per: time.Hour, Burst: 120}
	slipRate = limit.Rule{Name: "h5-slip", Rate: 120, Per: time.Minute, Burst: 60}
)

// codes keeps the pictures of the estates' codes: drawing one costs more than all else on the sheet.
type codes struct {
	mu   sync.Mutex
	kept map[string][]byte
}

// mostCodes bounds what is kept; a city has fewer estates.
const mostCodes = 2000

func (k *codes) of(text string) ([]byte, error) {
	k.mu.Lock()
	png := k.kept[text]
	k.mu.Unlock()
	if png != nil {
		return png, nil
	}
	png, err := qrcode.Encode(text, qrcode.Medium, 600)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.kept) < mostCodes {
		k.kept[text] = png
	}
	return png, nil
}

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
	if err := d.site.Hold(c, "", slipRate); err != nil {
		busy(c)
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
	png, err := d.codes.of(fmt.Sprintf("%s/h5/estates/%d/complain", d.PublicURL, id))
	if err != nil {
		fail(c, err)
		return
	}
	c.Header("Content-Security-Policy", "default-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'")
	show(c, http.StatusOK, "slip.html", map[string]any{"Title": name + "投诉建议", "Contacts": contacts, "Emergencies": d.Complaints.Emergencies(""),
		"Code": template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))}) //nolint:gosec // our own picture
}

// slipForm is what somebody typed; it goes back and forth, nothing of it is stored until the phone is proved.
type slipForm struct {
	Name, Phone, Matter, Part, Place, About, Text, Visibility, Sealed, Code, Ticket, Ref string
	Building                                                                             int64
	Again                                                                                bool // asked for a code that is on its way
}

func readSlip(c *gin.Context) slipForm {
	f := func(name string) string { return web.Typed(c.PostForm(name)) }
	building, _ := strconv.ParseInt(f("building"), 10, 64) // what is no number is no building
	return slipForm{Name: f("name"), Phone: digits(f("phone")), Matter: f("matter"), Building: building, Part: f("part"), Place: f("place"), About: f("about"), Text: f("text"),
		Visibility: f("visibility"), Sealed: f("sealed"), Code: digits(f("code")), Ticket: f("ticket"), Ref: f("ref")}
}

// digits reads a number as people type it on a phone: in groups, or in full width.
func digits(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case unicode.IsSpace(r) || r == '-':
			return -1
		}
		return r
	}, strings.TrimPrefix(strings.TrimSpace(typed), "+86"))
}

func (f *slipForm) draft(estate int64) complaint.Draft {
	d := complaint.Draft{EstateID: estate, Matter: f.Matter, BuildingID: f.Building, Part: f.Part, Place: f.Place, About: f.About, Text: f.Text, Visibility: complaint.Visibility(f.Visibility), ClientRef: f.Ref,
		InputHash: web.InputHash("slip", estate, f.Name, f.Matter, f.Building, f.Part, f.Place, f.About, f.Text, f.Visibility, f.Sealed)}
	if f.Sealed != "" {
		d.Cover = complaint.Sealed
	}
	return d
}

func (d Deps) form(c *gin.Context) {
	if id, ok := number(c); ok {
		d.showForm(c, id, slipForm{Ref: rand.Text()}, nil, nil)
	}
}

// showForm shows the form with what was typed and what is wrong with it, or the open cases that look the same.
func (d Deps) showForm(c *gin.Context, id int64, f slipForm, wrong error, similar []complaint.Similar) {
	ctx := c.Request.Context()
	choices, err := d.Complaints.ListChoices(ctx, id)
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
	photos := 0
	if f.Ticket != "" {
		ids, err := d.Files.UnnamedBy(ctx, d.Complaints.SlipHolder(f.Phone, f.Ref), complaint.SlipPhotos)
		if err != nil {
			fail(c, err)
			return
		}
		photos = len(ids)
	}
	status, says := complaints(c, wrong)
	show(c, status, "complain.html", map[string]any{"Title": "向" + choices.Estate + "的管理单位反映问题", "Form": f, "Wrong": says, "Matters": matters, "Choices": choices, "Parts": complaint.CommonParts,
		"Emergencies": d.Complaints.Emergencies(""), "Contacts": contacts, "Similar": similar, "Photos": photos, "MostPhotos": complaint.SlipPhotos, "JoinNote": complaint.JoinNote,
		"Sent": wrong == nil && f.Code == "" && f.Phone != "" && f.Ticket == ""})
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
	switch f.Kind {
	case fault.Limited:
		c.Header("Retry-After", strconv.Itoa(max(f.RetryAfter, 1)))
		return http.StatusTooManyRequests, says
	case fault.Unavailable:
		return http.StatusServiceUnavailable, says
	}
	return http.StatusUnprocessableEntity, says
}

// complain sends a code, or checks it and files. A ticket that was earned is kept in the form, so that a mistake in the
// text does not cost another message. Sent again by a double tap or a reload, it shows the same receipt.
func (d Deps) complain(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	if err := readBody(c); err != nil {
		show(c, http.StatusRequestEntityTooLarge, "sorry.html", map[string]any{"Title": "没有收到", "Message": "照片太大，或者网络断了，没有收到您的内容。请返回上一页，少选几张或选小一点的照片再试。"})
		return
	}
	if m := c.Request.MultipartForm; m != nil {
		defer func() { _ = m.RemoveAll() }()
	}
	f := readSlip(c)
	if c.PostForm("step") == "code" {
		f.Code = ""
		err := complaint.CheckSlip(f.Name, f.draft(id))
		if err == nil {
			f.Again, err = d.sendCode(c, f.Phone)
		}
		d.showForm(c, id, f, err, nil)
		return
	}
	var err error
	if f.Phone, f.Ticket, err = d.proved(c, f.Phone, f.Code, f.Ticket, f.Ref); err != nil {
		d.showForm(c, id, f, err, nil)
		return
	}
	receipt, similar, err := d.take(c, id, f)
	if err != nil || len(similar) > 0 {
		d.showForm(c, id, f, err, similar)
		return
	}
	d.showReceipt(c, f.Phone, receiptForm{Receipt: receipt, Ticket: f.Ticket, Ref: rand.Text()}, "已收到您反映的问题，请记下受理编号", nil)
}

// spot is where it is, in front of a joiner's words: the case has a place of its own, often another one.
func (d Deps) spot(ctx context.Context, estate int64, f slipForm) string {
	var where []string
	if f.Building != 0 {
		choices, err := d.Complaints.ListChoices(ctx, estate)
		if err == nil { // an addition: the joining stands without the building's name
			for _, b := range choices.Buildings {
				if b.ID == f.Building {
					where = append(where, strings.TrimSuffix(b.Name, "幢")+"幢")
				}
			}
		}
	}
	for _, s := range []string{complaint.PartName(f.Part), f.Place} {
		if s != "" {
			where = append(where, s)
		}
	}
	if len(where) == 0 {
		return ""
	}
	return "地点：" + strings.Join(where, "，") + "\n"
}

// mostJoined is how much of a text goes with a joining.
const mostJoined = 480

// take joins the case that was chosen, or files; where others complain of the same it asks first.
func (d Deps) take(c *gin.Context, id int64, f slipForm) (receipt string, similar []complaint.Similar, err error) {
	ctx := c.Request.Context()
	if other, _ := strconv.ParseInt(c.PostForm("join"), 10, 64); other > 0 {
		j := complaint.Joining{Text: d.spot(ctx, id, f) + f.Text, ClientRef: f.Ref, InputHash: web.InputHash("join", id, other)}
		if r := []rune(j.Text); len(r) > mostJoined {
			j.Text = string(r[:mostJoined]) + "……（没有写完的请用“补充”）"
		}
		if f.Sealed != "" {
			j.Cover = complaint.Sealed
		}
		_, receipt, err = d.Complaints.JoinSlip(ctx, id, other, f.Phone, f.Name, j)
		return receipt, nil, err
	}
	draft := f.draft(id)
	if err := complaint.CheckSlip(f.Name, draft); err != nil {
		return "", nil, err
	}
	if draft.PhotoIDs, err = d.keepPhotos(c, f); err != nil {
		return "", nil, err
	}
	before, err := d.Complaints.FiledSlip(ctx, f.Phone, f.Ref)
	if err != nil {
		return "", nil, err
	}
	if !before && c.PostForm("alone") == "" {
		if similar, err = d.Complaints.ListSimilarOpen(ctx, draft); err != nil || len(similar) > 0 {
			return "", similar, err
		}
	}
	filed, err := d.Complaints.FileSlip(ctx, f.Phone, f.Name, draft)
	if err != nil {
		return "", nil, err
	}
	return filed.Number, nil, nil
}

// photoRate holds a phone to a number of pictures.
var photoRate = limit.Rule{Name: "slip-photo", Rate: 30, Per: time.Hour, Burst: 15}

// keepPhotos stores the pictures that came, under the proved phone and the form, and lists all of this form.
func (d Deps) keepPhotos(c *gin.Context, f slipForm) ([]int64, error) {
	ctx, holder := c.Request.Context(), d.Complaints.SlipHolder(f.Phone, f.Ref)
	var chosen []*multipart.FileHeader
	if m := c.Request.MultipartForm; m != nil {
		// A browser sends an empty part when nothing was chosen.
		chosen = slices.DeleteFunc(m.File["photo"], func(h *multipart.FileHeader) bool { return h.Size == 0 })
	}
	if len(chosen) > complaint.SlipPhotos {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "photo", Reason: "照片最多3张，请重新选择"})
	}
	for place, head := range chosen {
		if err := d.site.Hold(c, "phone:"+d.Complaints.SlipHolder(f.Phone, ""), photoRate); err != nil {
			return nil, err
		}
		body, err := head.Open()
		if err != nil {
			return nil, err
		}
		_, err = d.Files.UploadUnnamed(ctx, holder, place, body)
		_ = body.Close()
		if err != nil {
			return nil, err
		}
	}
	if len(chosen) > 0 {
		if err := d.Files.DropUnnamed(ctx, holder, len(chosen), complaint.SlipPhotos); err != nil {
			return nil, err
		}
	}
	return d.Files.UnnamedBy(ctx, holder, complaint.SlipPhotos)
}

// readBody reads the form before anything asks for a field: gin reads one that is too large as an empty one.
func readBody(c *gin.Context) error {
	if strings.HasPrefix(c.ContentType(), "multipart/") {
		return c.Request.ParseMultipartForm(1 << 20)
	}
	return c.Request.ParseForm()
}

// proved gives the phone that was proved, by a ticket or by a code that is turned into one.
func (d Deps) proved(c *gin.Context, phone, code, ticket, ref string) (string, string, error) {
	ctx := c.Request.Context()
	if ticket == "" {
		var err error
		if ticket, err = d.Codes.CheckForm(ctx, phone, code, ref); err != nil {
			return phone, "", err
		}
	}
	holder, err := d.Codes.Holder(ctx, ticket)
	if err != nil {
		return phone, "", err
	}
	return holder, ticket, nil
}
