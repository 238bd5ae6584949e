package checkout

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Account is a company's merchant account for an estate. Live is the estate while it is switched on; the keys are sealed.
type Account struct {
	ID           int64 `gorm:"primaryKey"`
	EstateID     int64
	CompanyID    int64
	State        string // proposed, on, off, refused
	Live         *int64
	Provider     string
	AppID        string
	MchID        string
	Serial       string
	PlatformID   string
	PlatformPEM  string `gorm:"column:platform_pem"`
	SecretSealed string
	Renewal      string // new keys, sealed, until another person agrees
	RenewSerial  string
	RenewedBy    int64
	RenewedAt    *time.Time
	OpenedOn     *time.Time `gorm:"type:date"` // the last day that is fetched by itself
	Hook         string
	ProposedBy   int64
	ProposedAt   time.Time
	DecidedBy    int64
	DecidedAt    *time.Time
	Decision     string
	EndedBy      int64
	EndedAt      *time.Time

	PayerName       string // by whom WeChat pays out to the bank, as its lists name it
	PayerAccount    string
	NewPayerName    string // what is proposed instead, see ProposePayer
	NewPayerAccount string
	PayerBy         int64
	PayerAt         *time.Time
}

// TableName names the table.
func (Account) TableName() string { return "pay_accounts" }

// AccountStates in Chinese.
var AccountStates = map[string]string{"proposed": "等另一人确认", "on": "已开通", "off": "已停用", "refused": "未同意"}

// ErrOn says that an estate has its account.
var ErrOn = fault.New(fault.Conflict, "pay.on", "这个小区已经开通微信缴费，或有一份设置在等确认；要换商户号请先停用")

// ErrLeft says that a company no longer manages an estate: it collects nothing new there.
var ErrLeft = fault.New(fault.Conflict, "pay.left", "贵公司已经不再管理这个小区，不能开通微信缴费")

type secret struct {
	PrivateKey string `json:"private_key"`
	APIv3Key   string `json:"api_v3_key"`
}

const sealedSecret = "pay_accounts.secret"

var (
	mchShape    = regexp.MustCompile(`^[0-9]{8,12}$`)
	serialShape = regexp.MustCompile(`^[0-9A-Fa-f]{16,64}$`)
)

func (s *Service) check(m *Merchant) error {
	m.MchID, m.Serial, m.PlatformID = strings.TrimSpace(m.MchID), strings.TrimSpace(m.Serial), strings.TrimSpace(m.PlatformID)
	m.AppID = s.AppID
	if m.Provider == "sandbox" {
		if s.Sandbox == "" {
			return fault.ErrInvalid.With(fault.Field{Path: "provider", Reason: "只有演示环境能用沙箱，请填真实的商户号"})
		}
		*m = Merchant{Provider: "sandbox", AppID: s.AppID, MchID: s.Sandbox}
		return nil
	}
	m.Provider = "wechat"
	var c fault.Checks
	c.Check(s.Sandbox == "", "provider", "演示环境不能接真实的微信支付，请选沙箱")
	c.Check(mchShape.MatchString(m.MchID), "mch_id", "商户号是8至12位数字")
	c.Check(serialShape.MatchString(m.Serial), "serial", "请填商户API证书序列号")
	c.Check(len(m.APIv3Key) == 32, "api_v3_key", "APIv3密钥是32个字符")
	c.Check(len(m.PlatformID) <= 64, "platform_id", "请填微信支付公钥ID；用平台证书的不填")
	if err := c.Err(); err != nil {
		return err
	}
	if _, err := s.Open(*m); err != nil { // what it says could quote a key
		return fault.ErrInvalid.With(fault.Field{Path: "private_key", Reason: "密钥或证书读不出来：请从商户平台重新下载，整份粘贴（PEM）"})
	}
	return nil
}

// ProposeAccount asks to switch an estate on; another person of the company decides.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrOn, ErrLeft, fault.ErrInvalid.
func (s *Service) ProposeAccount(ctx context.Context, actor org.Actor, estate int64, m Merchant) (*Account, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return nil, err
	}
	if err := s.check(&m); err != nil {
		return nil, err
	}
	keys, err := json.Marshal(secret{m.PrivateKey, m.APIv3Key})
	if err != nil {
		return nil, err
	}
	var a *Account
	err = s.DB.InTx(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.RunFees, estate)
		if err != nil {
			return err
		}
		if e.CompanyID != actor.OrganisationID() {
			return ErrLeft
		}
		if err := store.Gate(tx, gateName(e.ID)); err != nil {
			return err
		}
		var n int64
		if err := tx.Model(&Account{}).Where("estate_id = ? AND company_id = ? AND state IN ('on', 'proposed')", e.ID, actor.OrganisationID()).Count(&n).Error; err != nil {
			return err
		}
		if n > 0 {
			return ErrOn
		}
		a = &Account{EstateID: e.ID, CompanyID: actor.OrganisationID(), State: "proposed", Provider: m.Provider, AppID: m.AppID, MchID: m.MchID, Serial: m.Serial, PlatformID: m.PlatformID, PlatformPEM: m.PlatformPEM,
			SecretSealed: s.Vault.Seal(string(keys), sealedSecret), Hook: rand.Text(), ProposedBy: actor.PersonID, ProposedAt: tx.Now}
		if err := tx.Create(a).Error; err != nil {
			return err
		}
		return note(tx, actor, "propose_account", "pay_account", a.ID, e.ID, map[string]any{"mch_id": a.MchID, "provider": a.Provider})
	})
	return a, err
}

func gateName(estate int64) string { return fmt.Sprintf("fee/%d", estate) }

// DecideAccount switches an estate on, or does not: a head of the company, who did not propose it.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrSamePerson, ErrOn, ErrLeft, fault.ErrInvalid.
func (s *Service) DecideAccount(ctx context.Context, actor org.Actor, id int64, approve bool, text string) error {
	text = strings.TrimSpace(text)
	if !length(text, 0) || !approve && !length(text, 2) {
		return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "不同意的请写明原因（2至300个字）"})
	}
	if err := actor.Must(org.ApproveFees); err != nil {
		return err
	}
	return s.withAccount(ctx, actor, id, func(tx *store.Tx, a *Account) error {
		if a.State != "proposed" {
			return ErrState
		}
		if a.ProposedBy == actor.PersonID {
			return ErrSamePerson
		}
		a.State, a.DecidedBy, a.DecidedAt, a.Decision = "refused", actor.PersonID, &tx.Now, text
		if approve {
			e, err := org.OpenEstate(tx, a.EstateID)
			if err != nil {
				return err
			}
			if e.CompanyID != a.CompanyID {
				return ErrLeft
			}
			a.State, a.Live = "on", &a.EstateID
			// A company that left cannot switch its own off any more.
			if err := tx.Model(&Account{}).Where("live = ? AND company_id <> ?", a.EstateID, a.CompanyID).Updates(map[string]any{"state": "off", "live": nil, "ended_by": actor.PersonID, "ended_at": tx.Now}).Error; err != nil {
				return err
			}
		}
		if err := tx.Model(&Account{}).Where("id = ?", a.ID).Select("state", "live", "decided_by", "decided_at", "decision").Updates(a).Error; err != nil {
			return store.Duplicate(err, ErrOn)
		}
		return note(tx, actor, "decide_account", "pay_account", a.ID, a.EstateID, map[string]any{"approve": approve})
	})
}

// EndAccount switches an estate off, which one person may: no new order is taken. What was ordered is seen through, and refunds go on.
// Faults: org.ErrForbidden, ErrNotFound, ErrState.
func (s *Service) EndAccount(ctx context.Context, actor org.Actor, id int64) error {
	return s.withAccount(ctx, actor, id, func(tx *store.Tx, a *Account) error {
		if a.State != "on" && a.State != "proposed" {
			return ErrState
		}
		a.State, a.Live, a.EndedBy, a.EndedAt = "off", nil, actor.PersonID, &tx.Now
		if err := tx.Model(&Account{}).Where("id = ?", a.ID).Select("state", "live", "ended_by", "ended_at").Updates(a).Error; err != nil {
			return err
		}
		return note(tx, actor, "end_account", "pay_account", a.ID, a.EstateID, nil)
	})
}

func (s *Service) withAccount(ctx context.Context, actor org.Actor, id int64, f func(*store.Tx, *Account) error) error {
	if err := actor.Must(org.RunFees); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *store.Tx) error {
		a, err := own[Account](tx, actor, id)
		if err != nil {
			return err
		}
		if err := store.Gate(tx, gateName(a.EstateID)); err != nil {
			return err
		}
		if a, err = own[Account](tx, actor, id); err != nil {
			return err
		}
		return f(tx, a)
	})
}

// own finds a row of the actor's company in an estate that it manages.
func own[T any](tx *store.Tx, actor org.Actor, id int64) (*T, error) {
	return org.CompanyRow[T](tx, actor, org.RunFees, id, ErrNotFound)
}

// listed pages through the rows of the actor's company at an estate, newest first.
func listed[T any](ctx context.Context, s *Service, actor org.Actor, estate, before int64, limit int, state string) (rows []T, err error) {
	err = s.DB.View(ctx, func(tx *store.Tx) error {
		rows, err = org.CompanyPage[T](tx, actor, org.RunFees, estate, before, limit, state)
		return err
	})
	return rows, err
}

// ListAccounts pages through an estate's accounts, newest first. Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) ListAccounts(ctx context.Context, actor org.Actor, estate, before int64, limit int) ([]Account, error) {
	return listed[Account](ctx, s, actor, estate, before, limit, "")
}

// provider opens an account's keys.
func (s *Service) provider(a *Account) (Provider, error) {
	text, err := s.Vault.Open(a.SecretSealed, sealedSecret)
	if err != nil {
		return nil, err
	}
	var keys secret
	if err := json.Unmarshal([]byte(text), &keys); err != nil {
		return nil, err
	}
	return s.Open(Merchant{Provider: a.Provider, AppID: a.AppID, MchID: a.MchID, Serial: a.Serial, PrivateKey: keys.PrivateKey, APIv3Key: keys.APIv3Key, PlatformID: a.PlatformID, PlatformPEM: a.PlatformPEM})
}

// liveAccount is the account that an estate collects with: switched on, and of the company whose contract is in force, which is the one
// that the register names. What another company's merchant would receive is not that company's to collect.
func liveAccount(tx *store.Tx, estate, company int64) (*Account, error) {
	var a Account
	err := tx.Table("pay_accounts").Joins("JOIN estates e ON e.id = pay_accounts.estate_id AND e.company_id = pay_accounts.company_id").
		Where("pay_accounts.live = ? AND pay_accounts.company_id = ?", estate, company).Take(&a).Error
	if err != nil {
		return nil, store.NotFound(err, ErrOff)
	}
	return &a, nil
}

func (s *Service) account(ctx context.Context, id int64) (a Account, err error) {
	err = s.DB.View(ctx, func(tx *store.Tx) error { return tx.Where("id = ?", id).Take(&a).Error })
	return a, err
}
