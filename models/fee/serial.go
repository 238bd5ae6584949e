package fee

import "github.com/linli-city/linli/models/store"

// unknown refuses WeChat's number of a payment that was entered at the desk as a transfer, and the other way round: it is the same money.
// Within a way the key does so. Nor is a payment what came to the bank by a settlement.
func unknown(tx *store.Tx, company int64, p Paying) error {
	if p.Serial == "" {
		return nil
	}
	others := []string{WeChat}
	if p.Way == WeChat {
		others = []string{Cash, Bank, POS}
	}
	var n int64
	err := tx.Model(&Payment{}).Where("company_id = ? AND way IN ? AND serial = ?", company, others, p.Serial).Count(&n).Error
	if err == nil && n == 0 && p.Way != WeChat {
		err = tx.Model(&Change{}).Where("live = ?", settling(company, p.Serial)).Count(&n).Error
	}
	if err == nil && n > 0 {
		err = ErrSerial
	}
	return err
}
