package sandbox

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // WeChat's protocol signs with SHA-1
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Taker is linli's callback: nil means that it answered "success".
type Taker func(ctx context.Context, query url.Values, body []byte) error

const (
	// mostPushes bounds the pushes on their way; WeChat gives up on a callback that does not keep up, and so does this.
	mostPushes = 1000
	// pushTries is how often a push that was not answered comes.
	pushTries = 3
	// pushPatience is how long WeChat waits for the answer, and then before it comes again.
	pushPatience = 5 * time.Second
)

// push is an event on its way to the callback.
type push struct {
	service  bool // of the service account, which pushes XML; the mini-program pushes JSON
	from     string
	event    string
	at       time.Time
	list     []choice
	msgID    string // of a template message, and how it ended
	status   string
	text     string        // that a follower wrote; it is no event
	key      string        // of the code that was scanned
	answered chan struct{} // set on a mark that only says how far the queue is
}

// choice is one template of an event.
type choice struct {
	TemplateID  string `json:"TemplateId"`
	Status      string `json:"SubscribeStatusString,omitempty"`
	Scene       string `json:"PopupScene,omitempty"`
	MsgID       string `json:"MsgID,omitempty"`
	ErrorCode   string `json:"ErrorCode,omitempty"`
	ErrorStatus string `json:"ErrorStatus,omitempty"`
}

// pusher carries pushes one after the other, beside the requests that cause them.
type pusher struct {
	queue chan push
	stop  context.CancelFunc
	ended chan struct{}
}

// PushTo has the sandbox push events to a callback from now on, until it is closed. It is called once.
func (s *Sandbox) PushTo(take Taker) {
	ctx, stop := context.WithCancel(context.Background())
	p := &pusher{queue: make(chan push, mostPushes), stop: stop, ended: make(chan struct{})}
	s.mu.Lock()
	s.pusher = p
	s.mu.Unlock()
	go func() {
		defer close(p.ended)
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-p.queue:
				s.carry(ctx, take, e)
			}
		}
	}()
}

// tell queues an event; the caller holds the lock. With nobody to push to, or a full queue, it is lost, as WeChat loses it.
func (s *Sandbox) tell(e push) {
	if s.pusher == nil {
		return
	}
	select {
	case s.pusher.queue <- e:
	default:
	}
}

// Flush waits until what has happened so far was pushed, answered or not.
func (s *Sandbox) Flush(ctx context.Context) error {
	s.mu.Lock()
	p := s.pusher
	s.mu.Unlock()
	if p == nil {
		return nil
	}
	mark := push{answered: make(chan struct{})}
	select {
	case p.queue <- mark:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-mark.answered:
	case <-p.ended:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// carry pushes one event until it is answered.
func (s *Sandbox) carry(ctx context.Context, take Taker, e push) {
	if e.answered != nil {
		close(e.answered)
		return
	}
	for try := range pushTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(s.o.PushAgain):
			}
		}
		query, body, err := s.sealed(e)
		if err != nil {
			return
		}
		attempt, cancel := context.WithTimeout(ctx, pushPatience)
		err = take(attempt, query, body)
		cancel()
		if err == nil {
			return
		}
	}
}

// body is an event as its account writes it: a single template of a list stands without its brackets.
func (e push) body() ([]byte, error) {
	if e.service {
		kind := "event"
		if e.text != "" {
			kind = "text"
		}
		return xml.Marshal(struct {
			XMLName                  xml.Name `xml:"xml"`
			ToUserName, FromUserName string
			CreateTime               int64
			MsgType                  string
			Event                    string `xml:",omitempty"`
			EventKey                 string `xml:",omitempty"`
			MsgID                    string `xml:",omitempty"`
			Status                   string `xml:",omitempty"`
			Content                  string `xml:",omitempty"`
		}{ToUserName: "gh_sandbox_service", FromUserName: e.from, CreateTime: e.at.Unix(), MsgType: kind, Event: e.event, EventKey: e.key, MsgID: e.msgID, Status: e.status, Content: e.text})
	}
	var list any = e.list
	if len(e.list) == 1 {
		list = e.list[0]
	}
	return json.Marshal(map[string]any{"ToUserName": "gh_sandbox_mini", "FromUserName": e.from, "CreateTime": e.at.Unix(), "MsgType": "event", "Event": e.event, "List": list})
}

// sealed signs an event and, with a key, encrypts it.
func (s *Sandbox) sealed(e push) (url.Values, []byte, error) {
	body, err := e.body()
	if err != nil {
		return nil, nil, err
	}
	at, nonce := strconv.FormatInt(s.now().Unix(), 10), rand.Text()[:10]
	query := url.Values{"timestamp": {at}, "nonce": {nonce}, "openid": {e.from}, "signature": {s.signature(at, nonce)}}
	if s.o.PushKey == "" {
		return query, body, nil
	}
	app := s.defaultApp()
	if e.service {
		app = s.o.ServiceApp.ID
	}
	encrypted, err := encrypt(s.o.PushKey, body, app)
	if err != nil {
		return nil, nil, err
	}
	query.Set("encrypt_type", "aes")
	query.Set("msg_signature", s.signature(at, nonce, encrypted))
	if e.service {
		return query, []byte("<xml><Encrypt><![CDATA[" + encrypted + "]]></Encrypt></xml>"), nil
	}
	body, err = json.Marshal(map[string]string{"ToUserName": "gh_sandbox_mini", "Encrypt": encrypted})
	return query, body, err
}

func (s *Sandbox) signature(parts ...string) string {
	parts = append(parts, s.o.PushToken)
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}

// encrypt seals 16 random bytes, the length, the message and the appid, padded to 32.
func encrypt(aesKey string, message []byte, app string) (string, error) {
	key, err := base64.StdEncoding.DecodeString(aesKey + "=")
	if err != nil {
		return "", err
	}
	plain := make([]byte, 16)
	_, _ = rand.Read(plain)
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(message)))
	plain = append(append(plain, message...), app...)
	pad := 32 - len(plain)%32
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), nil
}
