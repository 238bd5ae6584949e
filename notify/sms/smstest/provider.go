// Package smstest plays Aliyun's SMS service over HTTP for tests. It shares no code with the client: it checks signatures by
// the published rules alone.
package smstest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Text is one that the provider took.
type Text struct {
	BizID, OutID, Phone, Sign, Template string
	Params                              map[string]string
	At                                  time.Time
	Status                              int // 1 waits for the receipt, 2 failed, 3 arrived
}

// Provider is the pretended service. Like the real one, it drops no repeats.
type Provider struct {
	// KeyID and Secret are the access key that it knows.
	KeyID, Secret string
	// Templates are the variables of each template by its code.
	Templates map[string][]string
	Now       func() time.Time

	mu     sync.Mutex
	texts  []Text
	nonces map[string]bool
	refuse string
	pages  int
}

// New makes a provider with an access key and templates.
func New(now func() time.Time) *Provider {
	return &Provider{KeyID: "LTAI-test-key", Secret: "secret-of-the-access-key", Now: now, nonces: map[string]bool{},
		Templates: map[string][]string{"SMS_1": {"code"}, "SMS_2": {"title", "place"}, "SMS_3": {"title", "place", "letter"}}}
}

// Codes are the templates' codes by linli's names.
func (p *Provider) Codes() map[string]string {
	return map[string]string{"code": "SMS_1", "notice": "SMS_2", "letter": "SMS_3"}
}

// Refuse has every text refused with a code from now on; "" takes texts again.
func (p *Provider) Refuse(code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = code
}

// Texts are all that it took, oldest first.
func (p *Provider) Texts() []Text {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.texts)
}

// Settle gives the texts of a key their receipt.
func (p *Provider) Settle(outID string, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.texts {
		if p.texts[i].OutID == outID {
			p.texts[i].Status = status
		}
	}
}

// Pages is how many pages of details were asked for.
func (p *Provider) Pages() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pages
}

// RequestID is on every answer.
const RequestID = "819BE656-D2E0-4858-8B21-B2E477085AAF"

type reply map[string]any

// ServeHTTP answers as the service does: the gateway's refusals have a status of their own, the service's come with 200.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	p.mu.Lock()
	code := p.verify(r, body)
	status, answer := http.StatusBadRequest, reply{"Code": code, "Message": code}
	if code == "" {
		status, answer = http.StatusOK, p.act(r)
	}
	p.mu.Unlock()
	answer["RequestId"] = RequestID
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

func (p *Provider) act(r *http.Request) reply {
	switch r.Header.Get("x-acs-action") {
	case "SendSms":
		return p.send(r)
	case "QuerySendDetails":
		return p.details(r)
	}
	return no("InvalidAction.NotFound")
}

func no(code string) reply { return reply{"Code": code, "Message": "refused: " + code} }

var phone = regexp.MustCompile(`^1\d{10}$`)

func (p *Provider) send(r *http.Request) reply {
	q := r.URL.Query()
	t := Text{OutID: q.Get("OutId"), Phone: q.Get("PhoneNumbers"), Sign: q.Get("SignName"), Template: q.Get("TemplateCode"), At: p.Now(), Status: 3}
	want, known := p.Templates[t.Template]
	switch {
	case p.refuse != "":
		return no(p.refuse)
	case !phone.MatchString(t.Phone):
		return no("isv.MOBILE_NUMBER_ILLEGAL")
	case t.Sign == "":
		return no("isv.SMS_SIGNATURE_ILLEGAL")
	case !known:
		return no("isv.SMS_TEMPLATE_ILLEGAL")
	case json.Unmarshal([]byte(q.Get("TemplateParam")), &t.Params) != nil:
		return no("isv.INVALID_JSON_PARAM")
	}
	for _, name := range want {
		if t.Params[name] == "" {
			return no("isv.TEMPLATE_MISSING_PARAMETERS")
		}
	}
	t.BizID = fmt.Sprintf("9006%08d^0", len(p.texts)+1)
	p.texts = append(p.texts, t)
	return reply{"Code": "OK", "Message": "OK", "BizId": t.BizID}
}

// details gives one page of a phone's texts on one day, newest first. The count is a text there, as the API describes it.
func (p *Provider) details(r *http.Request) reply {
	p.pages++
	q := r.URL.Query()
	size, page := whole(q.Get("PageSize")), whole(q.Get("CurrentPage"))
	zone := time.FixedZone("", 8*60*60)
	day, err := time.ParseInLocation("20060102", q.Get("SendDate"), zone)
	if err != nil || size < 1 || size > 50 || page < 1 || !phone.MatchString(q.Get("PhoneNumber")) || p.Now().Sub(day) > 31*24*time.Hour || day.After(p.Now()) {
		return no("isv.INVALID_PARAMETERS")
	}
	rows := []reply{}
	for _, t := range slices.Backward(p.texts) {
		at := t.At.In(zone)
		if t.Phone != q.Get("PhoneNumber") || at.Format("20060102") != q.Get("SendDate") {
			continue
		}
		row := reply{"PhoneNum": t.Phone, "OutId": t.OutID, "TemplateCode": t.Template, "SendStatus": t.Status, "SendDate": at.Format(time.DateTime), "Content": "【" + t.Sign + "】…"}
		if t.Status == 3 {
			row["ErrCode"], row["ReceiveDate"] = "DELIVERED", at.Format(time.DateTime)
		}
		rows = append(rows, row)
	}
	total := len(rows)
	from := min((page-1)*size, total)
	return reply{"Code": "OK", "Message": "OK", "TotalCount": strconv.Itoa(total), "SmsSendDetailDTOs": reply{"SmsSendDetailDTO": rows[from:min(from+size, total)]}}
}

func whole(s string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(s))
	return n
}
