package wechatpay_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/server/wechatpay"
	"github.com/linli-city/linli/server/wechatpay/sandbox"
)

type world struct {
	*wechatpay.Client
	t   *testing.T
	box *sandbox.Box
	m   checkout.Merchant
}

func newWorld(t *testing.T) *world {
	t.Helper()
	box, err := sandbox.New(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, box: box}
	if w.m, err = box.Merchant("wxapp"); err != nil {
		t.Fatal(err)
	}
	if w.Client, err = (wechatpay.Options{Timeout: time.Second, Transport: box}).Open(w.m); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) prepay(number string) error {
	_, err := w.Prepay(w.t.Context(), checkout.Prepay{Number: number, Amount: 8850, Description: "物业费", OpenID: "oSECRETOPENID", Expires: time.Now().Add(time.Hour), NotifyURL: "https://linli.example/callback/wechatpay/ABC"})
	return err
}

func (w *world) paid(number string) *checkout.Transaction {
	w.t.Helper()
	err := w.prepay(number)
	if err == nil {
		err = w.box.Pay(number)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	got, err := w.Query(w.t.Context(), number)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

// TestAnOrderFromEndToEnd: what WeChat says is read to the fen and to the second.
func TestAnOrderFromEndToEnd(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Query(t.Context(), "F1"); !errors.Is(err, checkout.ErrNoSuch) {
		t.Error(err)
	}
	got := w.paid("F1")
	if got.State != checkout.TradePaid || got.Amount != 8850 || got.Currency != "CNY" || got.MchID != w.m.MchID || got.AppID != "wxapp" || got.PaidAt.IsZero() || got.PaidAt.Location() != time.UTC {
		t.Errorf("%+v", got)
	}
	if err := w.Close(t.Context(), "F1"); !errors.Is(err, checkout.ErrPaid) {
		t.Error(err)
	}
	r := checkout.Refunding{Number: "R1", TransactionID: got.TransactionID, Amount: 50, Total: 8850, NotifyURL: "https://linli.example/callback/wechatpay/ABC"}
	back, err := w.Refund(t.Context(), r)
	if err != nil || back.State != checkout.RefundWaits || back.Amount != 50 || back.AcceptedAt.IsZero() {
		t.Errorf("%+v %v", back, err)
	}
	if again, err := w.Query(t.Context(), "F1"); err != nil || *again != *got {
		t.Errorf("what went back was paid before: %+v %v", again, err)
	}
	r.Number, r.Amount = "R2", 8801
	var no *checkout.Refused
	if _, err := w.Refund(t.Context(), r); !errors.As(err, &no) || no.Code != "INVALID_REQUEST" {
		t.Error(err)
	}
	if _, err := w.QueryRefund(t.Context(), "R2"); !errors.Is(err, checkout.ErrNoSuch) {
		t.Error(err)
	}
	if err := w.prepay("F2"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(t.Context(), "F2"); err != nil {
		t.Error(err)
	}
	if got, err := w.Query(t.Context(), "F2"); err != nil || got.State != checkout.TradeClosed {
		t.Errorf("%+v %v", got, err)
	}
}

// TestWhatCannotBeBelieved: an answer or a refusal by another key, a proxy's page, an answer too late. Each says nothing, and no error
// tells of people or keys.
func TestWhatCannotBeBelieved(t *testing.T) {
	w := newWorld(t)
	for _, f := range []sandbox.Fault{{Forge: true}, {Forge: true, Status: 404, Code: "ORDER_NOT_EXIST"}, {Status: 502}, {Status: 403}, {Status: 429, Code: "FREQUENCY_LIMITED"}, {Late: 2 * time.Second}, {}} {
		f.Path = "/v3/"
		w.box.Spoil(f)
		err := w.prepay("F1")
		var no *checkout.Refused
		if err == nil || errors.As(err, &no) || errors.Is(err, checkout.ErrNoSuch) {
			t.Errorf("%+v: %v", f, err)
			continue
		}
		if text := err.Error(); strings.Contains(text, "oSECRET") || strings.Contains(strings.ToLower(text), "authorization") || strings.Contains(text, "Wechatpay-") || len(text) > 120 {
			t.Errorf("%+v tells too much: %s", f, text)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", w.m, w.m, w.m); strings.Contains(text, "PRIVATE") || strings.Contains(text, w.m.APIv3Key) {
		t.Error("a merchant prints its keys")
	}
}

// TestPlatformCertificates: WeChat's certificates do as well as its public key; another's do not.
func TestPlatformCertificates(t *testing.T) {
	w := newWorld(t)
	certify := func(serial int64, key *rsa.PrivateKey) string {
		x := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
		raw, err := x509.CreateCertificate(rand.Reader, x, x, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	m := w.m
	m.PlatformID, m.PlatformPEM = "", certify(0x5157, other)
	c, err := wechatpay.Options{Timeout: time.Second, Transport: w.box}.Open(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Query(t.Context(), "F1"); errors.Is(err, checkout.ErrNoSuch) {
		t.Error("another's certificate is believed")
	}
	w.box.Certified("5157", other)
	if _, err := c.Query(t.Context(), "F1"); !errors.Is(err, checkout.ErrNoSuch) {
		t.Error(err)
	}
	for _, bad := range []func(*checkout.Merchant){
		func(m *checkout.Merchant) {
			m.PrivateKey = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
		},
		func(m *checkout.Merchant) { m.APIv3Key = "short" },
		func(m *checkout.Merchant) { m.PlatformPEM = "" },
		func(m *checkout.Merchant) {
			m.PlatformPEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
		},
	} {
		x := m
		bad(&x)
		if _, err := (wechatpay.Options{}).Open(x); !errors.Is(err, wechatpay.ErrKeys) {
			t.Error(err)
		}
	}
}

// TestNoticesOfOurOwn: a payment and a refund are opened; a notice without a resource, with a nonce of another length, for another merchant
// or older than five minutes is not WeChat's.
func TestNoticesOfOurOwn(t *testing.T) {
	w := newWorld(t)
	paid := w.paid("F1")
	m, err := w.box.Notice("F1", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	n, err := w.Notice(t.Context(), m.Header, m.Body)
	if err != nil || *n.Transaction != *paid || n.EventID == "" || len(n.Digest) != 64 {
		t.Errorf("%+v %v", n, err)
	}
	if _, err := w.Refund(t.Context(), checkout.Refunding{Number: "R1", TransactionID: paid.TransactionID, Amount: 50, Total: 8850}); err != nil {
		t.Fatal(err)
	}
	if m, err = w.box.Notice("R1", time.Now()); err != nil {
		t.Fatal(err)
	}
	if n, err = w.Notice(t.Context(), m.Header, m.Body); err != nil || n.Refund == nil || n.Refund.Number != "R1" || n.Refund.Amount != 50 || n.Refund.State != checkout.RefundWaits {
		t.Errorf("%+v %v", n, err)
	}
	other := newWorld(t)
	old, err := w.box.Notice("F1", time.Now().Add(-6*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]*sandbox.Message{"old": old, "empty": w.box.Sealed([]byte(`{"id":"1"}`)), "nonce": w.box.Sealed([]byte(`{"id":"1","resource":{"algorithm":"AEAD_AES_256_GCM","nonce":"x","ciphertext":"eA=="}}`)), "text": w.box.Sealed([]byte("x"))} {
		if _, err := w.Notice(t.Context(), x.Header, x.Body); !errors.Is(err, checkout.ErrForged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := other.Notice(t.Context(), m.Header, m.Body); !errors.Is(err, checkout.ErrForged) {
		t.Errorf("another merchant's: %v", err)
	}
}

// elsewhere answers the bill's address with another host, or with more than any bill.
type elsewhere struct {
	*sandbox.Box
	seen []string
	big  bool
}

func (e *elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	e.seen = append(e.seen, r.URL.Host)
	if e.big && strings.Contains(r.URL.Path, "billdownload") {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(io.MultiReader(strings.NewReader("交易时间,x\n"), endless{})), Request: r}, nil
	}
	return e.Box.RoundTrip(r)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, bytes.Repeat([]byte("x"), len(p))), nil }

// TestBills: to the fen, by WeChat's headings; a day without payments is empty; a file that is too long, or one elsewhere, is not read.
func TestBills(t *testing.T) {
	w := newWorld(t)
	today := time.Now().In(time.FixedZone("", 8*60*60))
	if b, err := w.TradeBill(t.Context(), today); err != nil || len(b.Rows) != 0 {
		t.Errorf("%+v %v", b, err)
	}
	paid := w.paid("F1")
	if _, err := w.Refund(t.Context(), checkout.Refunding{Number: "R1", TransactionID: paid.TransactionID, Amount: 50, Total: 8850}); err != nil {
		t.Fatal(err)
	}
	b, err := w.TradeBill(t.Context(), today)
	if err != nil || len(b.Rows) != 2 || len(b.Hash) != 40 {
		t.Fatalf("%+v %v", b, err)
	}
	for _, row := range b.Rows {
		if row.TransactionID != paid.TransactionID || row.Number != "F1" || row.MchID != w.m.MchID || row.Paid && row.Amount != 8850 || !row.Paid && (row.Amount != 50 || row.RefundNumber != "R1" || row.RefundState != checkout.RefundWaits) {
			t.Errorf("%+v", row)
		}
	}
	e := &elsewhere{Box: w.box, big: true}
	c, err := wechatpay.Options{Timeout: time.Second, Transport: e}.Open(w.m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.TradeBill(t.Context(), today); err == nil {
		t.Error("a file without end is read")
	}
	w.box.BillsAt("https://evil.example/v3/billdownload/file")
	e.seen = nil
	if _, err := c.TradeBill(t.Context(), today); err == nil || len(e.seen) != 1 {
		t.Errorf("%v; our signature went to %v", err, e.seen)
	}
	w.box.BillsAt("")
	w.box.Spoil(sandbox.Fault{Path: "/billdownload", Spoil: true})
	if _, err := w.TradeBill(t.Context(), today); err == nil {
		t.Error("another file is believed")
	}
}
