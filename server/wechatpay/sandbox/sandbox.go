// Package sandbox plays WeChat Pay inside the process, for demonstrations and tests: it speaks WeChat's protocol with keys of its own, so
// that the real client, its signatures and its seals run. It moves no money, and forgets everything when the process ends.
package sandbox

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"sync"
	"time"

	"github.com/linli-city/linli/models/checkout"
)

// MchID and KeyID are the sandbox's merchant and its own key.
const (
	MchID = "1900000000"
	KeyID = "PUB_KEY_ID_SANDBOX"
)

// Box is WeChat Pay for everybody who uses its merchant.
type Box struct {
	now      func() time.Time
	push     Push
	own      *rsa.PrivateKey // WeChat's
	merchant *rsa.PrivateKey
	sealed   cipher.AEAD
	apiKey   string

	mu      sync.Mutex
	orders  map[string]*order
	refunds map[string]*refund
	bills   map[string][]byte // by day, as they were stated
	faults  []Fault
	keyID   string
	file    string // where bills are said to be
	seq     int64
}

// Push carries a notice to the merchant's address; nil means that it was taken.
type Push func(ctx context.Context, hook string, header http.Header, body []byte) error

// Fault spoils the next call whose path it names.
type Fault struct {
	Path   string        // a part of it
	Status int           // answered instead, signed; 0 drops the answer, after the call was carried out
	Code   string        // WeChat's code
	Before bool          // the call is lost before it is carried out
	Forge  bool          // the answer is signed by somebody else
	Late   time.Duration // the answer comes so much later
	Spoil  bool          // a file is another than was stated
}

type order struct {
	Number, PrepayID, TransactionID, NotifyURL, OpenID, AppID, MchID string
	Total                                                            int64
	State                                                            string // NOTPAY, SUCCESS, CLOSED, REFUND
	Expires, PaidAt                                                  time.Time
}

type refund struct {
	Number, ID, TransactionID, NotifyURL, Status string
	Refund, Total                                int64
	At                                           time.Time
}

// New makes a sandbox with fresh keys.
func New(now func() time.Time) (*Box, error) {
	own, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	merchant, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	b := &Box{now: now, own: own, merchant: merchant, apiKey: (rand.Text() + rand.Text())[:32], orders: map[string]*order{}, refunds: map[string]*refund{}, bills: map[string][]byte{}, keyID: KeyID, file: billFile}
	block, err := aes.NewCipher([]byte(b.apiKey))
	if err != nil {
		return nil, err
	}
	b.sealed, err = cipher.NewGCM(block)
	return b, err
}

// PushTo wires where notices go. It is called before the sandbox is used.
func (b *Box) PushTo(f Push) { b.push = f }

// Merchant gives the sandbox's account for a mini-program.
func (b *Box) Merchant(appID string) (checkout.Merchant, error) {
	key, err := x509.MarshalPKCS8PrivateKey(b.merchant)
	if err != nil {
		return checkout.Merchant{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(&b.own.PublicKey)
	if err != nil {
		return checkout.Merchant{}, err
	}
	return checkout.Merchant{Provider: "wechat", AppID: appID, MchID: MchID, Serial: "5157F09EFDC096DE15EBE81A47057A7200000000", APIv3Key: b.apiKey, PlatformID: KeyID,
		PrivateKey:  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
		PlatformPEM: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))}, nil
}

// billFile is where WeChat keeps bills.
const billFile = "https://api.mch.weixin.qq.com/v3/billdownload/file"

// BillsAt says that bills are elsewhere; "" for where they are.
func (b *Box) BillsAt(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file = address; address == "" {
		b.file = billFile
	}
}

// Certified has the sandbox sign with the key of a platform certificate.
func (b *Box) Certified(serial string, key *rsa.PrivateKey) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keyID, b.own = serial, key
}

// Spoil has the next calls go wrong, each fault once.
func (b *Box) Spoil(f ...Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, f...)
}
