// Package checkout is how a resident pays fee bills on the phone: orders with WeChat Pay, what WeChat tells of them, refunds, and the
// daily comparison with its bill. It books through the fees and nowhere else, and what WeChat has not confirmed it never guesses. It may
// touch the register, the fees and the vault; it speaks to WeChat through Provider alone, and never in a transaction.
package checkout

import (
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Faults that several actions share.
var (
	ErrNotFound   = fault.New(fault.NotFound, "pay.not_found", "没有找到这一项，请刷新后再看")
	ErrState      = fault.New(fault.Conflict, "pay.wrong_state", "目前的状态不能这样操作，请刷新后再看")
	ErrSamePerson = fault.New(fault.Forbidden, "pay.same_person", "这一步要由另一个人来办")
	ErrOff        = fault.New(fault.Closed, "pay.off", "这个小区没有开通微信缴费，请到物业服务中心缴费，或转账到物业公司公示的账户")
	ErrRefReused  = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
	ErrLive       = fault.New(fault.Conflict, "pay.live", "这些账单里有的正在付款：请先付完或取消那一笔；15分钟内没有付的会自动取消")
	ErrDoubt      = fault.New(fault.Conflict, "pay.doubt", "这些账单名下有一笔微信付款正在核对，请不要再用微信付；急着交的可到物业服务中心柜台交")
	ErrBusy       = fault.New(fault.Conflict, "pay.busy", "微信没有及时答复，请过一会儿再点；不会重复收款")
)

// Options are what the checkout is wired to.
type Options struct {
	DB    *store.DB
	Vault *vault.Vault
	Fees  *fee.Service
	// Open makes what speaks to WeChat for a merchant; it refuses keys that cannot work.
	Open func(Merchant) (Provider, error)
	// AppID is the mini-program that residents pay in.
	AppID string
	// Sandbox is the merchant of the sandbox, with which estates are switched on for a demonstration; empty with the real WeChat.
	Sandbox string
	// HookURL is where WeChat tells of a merchant's payments; the merchant's own part is appended.
	HookURL string
	Log     *slog.Logger
}

// Service is the actions.
type Service struct{ Options }

// New wires the checkout, refunds of the fees and what they know of payouts included.
func New(o Options) *Service {
	s := &Service{o}
	o.Fees.OnSend(s.send)
	o.Fees.OnPayouts(s)
	return s
}

func note(tx *store.Tx, actor audit.Actor, verb, kind string, id, estate int64, detail map[string]any) error {
	return audit.Append(tx, actor, "pay."+verb, audit.Subject{Kind: kind, ID: id, Estate: estate}, detail)
}

// numbered makes a number that no other installation with the same merchant makes: its kind, the day and chance.
func numbered(kind string, now time.Time) string {
	return kind + org.DayOf(now).Format("20060102") + rand.Text()[:14]
}

// wait is how long the next question waits after so many: 30 seconds, doubled up to an hour.
func wait(tries int) time.Duration {
	return min(30*time.Second<<min(tries, 8), time.Hour)
}

// length reports whether a text has so many characters, at most 300.
func length(s string, low int) bool {
	n := len([]rune(s))
	return n >= low && n <= 300
}

func clip(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

// from and until are the moments between which a day of Shanghai lies.
func from(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, calendar.Shanghai).UTC()
}

func until(day time.Time) time.Time { return from(day.AddDate(0, 0, 1)) }
