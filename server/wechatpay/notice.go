package wechatpay

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/wechatpay-apiv3/wechatpay-go/services/payments"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/money"
)

// refundNotice is what a notice of a refund holds; the names differ from those of the answer to a question.
type refundNotice struct {
	MchID         string `json:"mchid"`
	TransactionID string `json:"transaction_id"`
	Number        string `json:"out_refund_no"`
	RefundID      string `json:"refund_id"`
	Status        string `json:"refund_status"`
	Amount        struct {
		Refund int64 `json:"refund"`
	} `json:"amount"`
}

// Notice checks and opens what came at the merchant's address: the signature by WeChat's key, not older than five minutes, sealed with
// this merchant's key.
func (c *Client) Notice(ctx context.Context, header http.Header, body []byte) (*checkout.Notice, error) {
	var shape struct {
		Resource *struct {
			Nonce string `json:"nonce"`
		} `json:"resource"`
	}
	// The client takes a resource and a nonce of the right length for granted.
	if err := json.Unmarshal(body, &shape); err != nil || shape.Resource == nil || len(shape.Resource.Nonce) != 12 {
		return nil, checkout.ErrForged
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = header
	var plain json.RawMessage
	n, err := c.notices.ParseNotifyRequest(ctx, req, &plain)
	if err != nil { // its words quote the whole request
		return nil, checkout.ErrForged
	}
	if n.ID == "" || len(n.ID) > 64 {
		return nil, checkout.ErrForged
	}
	sum := sha256.Sum256(body)
	out := &checkout.Notice{EventID: n.ID, Kind: n.EventType, Digest: hex.EncodeToString(sum[:])}
	switch n.Resource.OriginalType {
	case "transaction":
		var t payments.Transaction
		if err := json.Unmarshal(plain, &t); err != nil {
			return nil, fmt.Errorf("wechatpay: a notice that cannot be read")
		}
		out.Transaction, err = transaction(&t)
	case "refund":
		var r refundNotice
		if err := json.Unmarshal(plain, &r); err != nil {
			return nil, fmt.Errorf("wechatpay: a notice that cannot be read")
		}
		out.Refund = &checkout.Refunded{Number: r.Number, RefundID: r.RefundID, TransactionID: r.TransactionID, MchID: r.MchID, Amount: money.Fen(r.Amount.Refund)}
		out.Refund.State, err = refundState(r.Status)
	}
	return out, err
}
