package checkout_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/wechatpay"
)

// TestAMerchantsKeys: keys that cannot work are refused before anybody agrees to them; those that can are sealed, and shown to nobody.
func TestAMerchantsKeys(t *testing.T) {
	w := newWorld(t)
	s := checkout.New(checkout.Options{DB: w.DB, Vault: w.vault, Fees: w.fees, AppID: appID, HookURL: "https://linli.example/callback/wechatpay/", Log: slog.New(slog.DiscardHandler),
		Open: func(m checkout.Merchant) (checkout.Provider, error) {
			return wechatpay.Options{Timeout: time.Second, Transport: w.box}.Open(m)
		}})
	good, err := w.box.Merchant(appID)
	w.must(err)
	for field, spoil := range map[string]func(*checkout.Merchant){
		"mch_id": func(m *checkout.Merchant) { m.MchID = "12" }, "serial": func(m *checkout.Merchant) { m.Serial = "?" }, "api_v3_key": func(m *checkout.Merchant) { m.APIv3Key = "short" },
		"private_key": func(m *checkout.Merchant) { m.PlatformPEM = "x" }, "provider": func(m *checkout.Merchant) { m.Provider = "sandbox" },
	} {
		bad := good
		spoil(&bad)
		_, err := s.ProposeAccount(t.Context(), w.cashier, w.Estate.ID, bad)
		if f := fault.Of(err); len(f.Fields) == 0 || f.Fields[0].Path != field || strings.Contains(f.Error(), good.APIv3Key) {
			t.Errorf("%s: %v", field, err)
		}
	}
	w.count("pay_accounts", 0)
	a, err := s.ProposeAccount(t.Context(), w.cashier, w.Estate.ID, good)
	w.must(err)
	_, err = s.ProposeAccount(t.Context(), w.cashier, w.Estate.ID, good)
	w.wants(err, checkout.ErrOn)
	w.must(s.DecideAccount(t.Context(), w.head, a.ID, true, ""))
	w.tx(func(tx *store.Tx) error {
		var rows []map[string]any
		err := tx.Table("pay_accounts").Find(&rows).Error
		raw, _ := json.Marshal(rows)
		if strings.Contains(string(raw), good.APIv3Key) || strings.Contains(string(raw), "PRIVATE") {
			t.Error("keys lie open in the database")
		}
		return err
	})
	p := w.placing("r1", 0)
	o, err := s.Place(t.Context(), w.owner, p)
	if err != nil || o.Pay == nil {
		t.Errorf("%+v %v", o, err)
	}
}

// TestACompanyThatLeft opens no account, and takes none of the next company away.
func TestACompanyThatLeft(t *testing.T) {
	w := newWorld(t)
	a, err := w.ProposeAccount(t.Context(), w.cashier, w.Estate.ID, checkout.Merchant{Provider: "sandbox"})
	w.must(err)
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Estate{}).Where("id = ?", w.Estate.ID).Update("company_id", w.Company.ID+1000).Error
	})
	for _, err := range []error{w.DecideAccount(t.Context(), w.head, a.ID, true, ""), func() error {
		_, err := w.ProposeAccount(t.Context(), w.cashier, w.Estate.ID, checkout.Merchant{Provider: "sandbox"})
		return err
	}()} {
		if !errors.Is(err, checkout.ErrLeft) && !errors.Is(err, checkout.ErrNotFound) && !errors.Is(err, org.ErrEstateNotFound) {
			t.Errorf("a company that left opens an account: %v", err)
		}
	}
}
