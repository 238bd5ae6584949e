package checkout

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

const sealedRenewal = "pay_accounts.renewal"

// renewal is what changes when a merchant's keys or certificates run out. The merchant and the address of its notices stay.
type renewal struct {
	Serial      string `json:"serial"`
	PlatformID  string `json:"platform_id"`
	PlatformPEM string `json:"platform_pem"`
	Keys        secret `json:"keys"`
}

// ProposeKeys hands in new keys of the same merchant, for an account that is switched off too: its refunds go on. Another person decides.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, fault.ErrInvalid.
func (s *Service) ProposeKeys(ctx context.Context, actor org.Actor, id int64, m Merchant) error {
	if err := actor.Must(org.RunFees); err != nil {
		return err
	}
	if err := s.check(&m); err != nil {
		return err
	}
	raw, err := json.Marshal(renewal{m.Serial, m.PlatformID, m.PlatformPEM, secret{m.PrivateKey, m.APIv3Key}})
	if err != nil {
		return err
	}
	return s.withAccount(ctx, actor, id, func(tx *store.Tx, a *Account) error {
		switch {
		case a.State != "on" && a.State != "off":
			return ErrState
		case m.MchID != a.MchID || m.Provider != a.Provider:
			return fault.ErrInvalid.With(fault.Field{Path: "mch_id", Reason: "换密钥不能换商户号；要换商户号，请先停用，再重新开通"})
		case a.Renewal != "":
			return ErrState.Saying("已有一份新密钥在等另一人确认")
		}
		a.Renewal, a.RenewSerial, a.RenewedBy, a.RenewedAt = s.Vault.Seal(string(raw), sealedRenewal), m.Serial, actor.PersonID, &tx.Now
		if err := tx.Model(&Account{}).Where("id = ?", a.ID).Select("renewal", "renew_serial", "renewed_by", "renewed_at").Updates(a).Error; err != nil {
			return err
		}
		return note(tx, actor, "propose_keys", "pay_account", a.ID, a.EstateID, map[string]any{"serial": m.Serial})
	})
}

// DecideKeys puts new keys in the place of the old ones, or does not: a head of the company, who did not hand them in. Orders, refunds and
// days go on under the same account. Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrSamePerson, fault.ErrInvalid.
func (s *Service) DecideKeys(ctx context.Context, actor org.Actor, id int64, approve bool, text string) error {
	text = strings.TrimSpace(text)
	if !length(text, 0) || !approve && !length(text, 2) {
		return fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "不同意的请写明原因（2至300个字）"})
	}
	if err := actor.Must(org.ApproveFees); err != nil {
		return err
	}
	return s.withAccount(ctx, actor, id, func(tx *store.Tx, a *Account) error {
		if a.Renewal == "" {
			return ErrState
		}
		if a.RenewedBy == actor.PersonID {
			return ErrSamePerson
		}
		if approve {
			if err := s.renew(a); err != nil {
				return err
			}
		}
		a.Renewal, a.RenewSerial = "", ""
		if err := tx.Model(&Account{}).Where("id = ?", a.ID).Select("serial", "platform_id", "platform_pem", "secret_sealed", "renewal", "renew_serial").Updates(a).Error; err != nil {
			return err
		}
		return note(tx, actor, "decide_keys", "pay_account", a.ID, a.EstateID, map[string]any{"approve": approve, "serial": a.Serial, "text": text})
	})
}

func (s *Service) renew(a *Account) error {
	text, err := s.Vault.Open(a.Renewal, sealedRenewal)
	if err != nil {
		return err
	}
	var r renewal
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return err
	}
	keys, err := json.Marshal(r.Keys)
	if err != nil {
		return err
	}
	a.Serial, a.PlatformID, a.PlatformPEM, a.SecretSealed = r.Serial, r.PlatformID, r.PlatformPEM, s.Vault.Seal(string(keys), sealedSecret)
	return nil
}
