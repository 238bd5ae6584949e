package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ErrNoOrder says that nothing can be done with that number.
var ErrNoOrder = errors.New("sandbox: there is no such order to pay")

// Pay is the payer's tap: the order is paid, and nobody is told yet.
func (b *Box) Pay(number string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.orders[number]
	if o == nil || o.State != "NOTPAY" || !o.Expires.After(b.now()) {
		return ErrNoOrder
	}
	o.State, o.PaidAt, o.TransactionID = "SUCCESS", b.now(), fmt.Sprintf("4200%024d", b.next())
	return nil
}

// Settle ends a refund: SUCCESS, CLOSED or ABNORMAL.
func (b *Box) Settle(number, status string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.refunds[number]
	if r == nil {
		return ErrNoOrder
	}
	r.Status = status
	return nil
}

// Change alters what WeChat says of an order, as it should never do.
func (b *Box) Change(number string, total int64, mchID string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o := b.orders[number]; o != nil {
		o.Total, o.MchID = total, mchID
	}
}

// Stray is a payment that no order of ours was for.
func (b *Box) Stray(number, appID string, total int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.orders[number] = &order{Number: number, AppID: appID, MchID: MchID, OpenID: "stray", Total: total, State: "SUCCESS", PaidAt: b.now(), TransactionID: fmt.Sprintf("4200%024d", b.next())}
}

// Revoke takes a payment back, as a merchant's till may do.
func (b *Box) Revoke(number string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o := b.orders[number]; o != nil {
		o.State = "REVOKED"
	}
}

// GiveBack is a refund that somebody made at WeChat's merchant pages.
func (b *Box) GiveBack(number, refundNumber string, amount int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.orders[number]
	if o == nil || o.TransactionID == "" {
		return ErrNoOrder
	}
	b.refunds[refundNumber] = &refund{Number: refundNumber, ID: fmt.Sprintf("5030%014d", b.next()), TransactionID: o.TransactionID, Status: "SUCCESS", Refund: amount, Total: o.Total, At: b.now()}
	o.State = "REFUND"
	return nil
}

// Drop forgets an order, so that a bill lacks it.
func (b *Box) Drop(number string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.orders, number)
}

// Message is a notice as it goes to the merchant.
type Message struct {
	Hook   string
	Header http.Header
	Body   []byte
}

// Notice makes the notice of a payment or a refund, signed at a moment.
func (b *Box) Notice(number string, at time.Time) (*Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	event, kind, url := "TRANSACTION.SUCCESS", "transaction", ""
	var content any
	if o := b.orders[number]; o != nil && o.TransactionID != "" {
		content, url = o.view(), o.NotifyURL
		content.(map[string]any)["trade_state"] = "SUCCESS"
	} else if r := b.refunds[number]; r != nil {
		event, kind, url = "REFUND."+r.Status, "refund", r.NotifyURL
		content = map[string]any{"mchid": MchID, "transaction_id": r.TransactionID, "out_refund_no": r.Number, "refund_id": r.ID, "refund_status": r.Status, "amount": map[string]int64{"total": r.Total, "refund": r.Refund}}
	} else {
		return nil, ErrNoOrder
	}
	plain, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	nonce := rand.Text()[:12]
	sealed := b.sealed.Seal(nil, []byte(nonce), plain, []byte(kind))
	body, err := json.Marshal(map[string]any{"id": rand.Text(), "create_time": at.In(shanghai).Format(time.RFC3339), "event_type": event, "resource_type": "encrypt-resource", "summary": "通知",
		"resource": map[string]string{"algorithm": "AEAD_AES_256_GCM", "original_type": kind, "nonce": nonce, "associated_data": kind, "ciphertext": base64.StdEncoding.EncodeToString(sealed)}})
	if err != nil {
		return nil, err
	}
	header, err := sign(b.own, b.keyID, body, at)
	return &Message{Hook: url[strings.LastIndex(url, "/")+1:], Header: header, Body: body}, err
}

// Sealed signs a body as a notice, whatever is in it.
func (b *Box) Sealed(body []byte) *Message {
	header, err := sign(b.own, b.keyID, body, time.Now())
	if err != nil {
		panic(err)
	}
	return &Message{Header: header, Body: body}
}

// Tell sends the notice of a payment or a refund so many times.
func (b *Box) Tell(ctx context.Context, number string, times int) error {
	m, err := b.Notice(number, time.Now())
	for ; err == nil && times > 0; times-- {
		err = b.push(ctx, m.Hook, m.Header, m.Body)
	}
	return err
}

// Waiting is something on the sandbox's page.
type Waiting struct {
	Number string
	Total  int64
	State  string
	Refund bool
}

// List names the orders and refunds, the newest last.
func (b *Box) List() []Waiting {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []Waiting
	for _, o := range b.orders {
		list = append(list, Waiting{o.Number, o.Total, o.State, false})
	}
	for _, r := range b.refunds {
		list = append(list, Waiting{r.Number, r.Refund, r.Status, true})
	}
	slices.SortFunc(list, func(x, y Waiting) int { return strings.Compare(x.Number, y.Number) })
	return list
}
