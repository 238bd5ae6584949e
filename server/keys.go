package main

import (
	"context"
	"fmt"
	"io"

	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// sealedColumns are all columns that hold sealed personal data, with the index made from the same value.
var sealedColumns = []vault.Column{
	{Table: "persons", Sealed: "name_sealed", Bound: "persons.name"},
	{Table: "persons", Sealed: "phone_sealed", Bound: "persons.phone", Index: "phone_index", IndexKind: "phone"},
	{Table: "owners", Sealed: "name_sealed", Bound: "owners.name"},
	{Table: "owners", Sealed: "phone_sealed", Bound: "owners.phone", Index: "phone_index", IndexKind: "phone"},
	{Table: "owners", Sealed: "paper_sealed", Bound: "owners.paper", Index: "paper_index", IndexKind: "paper"},
	{Table: "candidates", Sealed: "name_sealed", Bound: "candidates.name"},
	{Table: "applications", Sealed: "name_sealed", Bound: "applications.name"},
	{Table: "case_complainants", Sealed: "name_sealed", Bound: "complainants.name"},
	{Table: "case_complainants", Sealed: "phone_sealed", Bound: "complainants.phone", Index: "phone_index", IndexKind: "phone"},
	{Table: "complaint_drafts", Sealed: "body_sealed", Bound: "complaint_drafts.body"},
	{Table: "hotline_orders", Sealed: "body_sealed", Bound: "hotline_orders.body"},
	{Table: "phone_codes", Sealed: "phone_sealed", Bound: "phone_codes.phone", Index: "phone_index", IndexKind: "phone"},
	{Table: "mediation_parties", Sealed: "name_sealed", Bound: "mediation_parties.name"},
	{Table: "mediation_parties", Sealed: "phone_sealed", Bound: "mediation_parties.phone", Index: "phone_index", IndexKind: "phone"},
	{Table: "committee_members", Sealed: "name_sealed", Bound: "committee_members.name"},
	{Table: "committee_members", Sealed: "phone_sealed", Bound: "committee_members.phone", Index: "phone_index", IndexKind: "phone"},
	{Table: "committee_seatings", Sealed: "people_sealed", Bound: "committee_seatings.people"},
	{Table: "lot_drawings", Sealed: "record_sealed", Bound: "lot_drawings.record"},
	{Table: "privacy_requests", Sealed: "body_sealed", Bound: "privacy_requests.body"},
	{Table: "sessions", Sealed: "key_sealed", Bound: "sessions.key"},
	{Table: "files", Sealed: "key_sealed", Bound: "files.key"},
	{Table: "reaches", Sealed: "slip_sealed", Bound: "reaches.slip", Index: "slip_index", IndexKind: "campaign_slip"},
	{Table: "paper_openings", Sealed: "present_sealed", Bound: "paper_openings.present"},
	{Table: "proxies", Sealed: "agent_sealed", Bound: "proxies.agent"},
	{Table: "proxies", Sealed: "paper_sealed", Bound: "proxies.paper", Index: "paper_index", IndexKind: "paper"},
	{Table: "proxies", Sealed: "phone_sealed", Bound: "proxies.phone", Index: "phone_index", IndexKind: "phone"},
	{Table: "fee_payments", Sealed: "payer_sealed", Bound: "fee_payments.payer", Index: "payer_index", IndexKind: "fee_payer"},
	{Table: "fee_import_lines", Sealed: "payer_sealed", Bound: "fee_import_lines.payer"},
	{Table: "fee_pauses", Sealed: "reason_sealed", Bound: "fee_pauses.reason"},
	{Table: "pay_accounts", Sealed: "secret_sealed", Bound: "pay_accounts.secret"},
	{Table: "pay_accounts", Sealed: "renewal", Bound: "pay_accounts.renewal"},
	{Table: "open311_keys", Sealed: "digest_sealed", Bound: "open311_keys.digest"},
}

// rekey seals everything again with the primary key while linli serves.
func (a *app) rekey(ctx context.Context, out io.Writer) error {
	n, err := a.vault.Rekey(ctx, a.db, sealedColumns)
	if err != nil {
		return err
	}
	sets, err := a.org.RekeyFingerprints(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "rekeyed %d sealed values and %d owner sets with key %s\n", n, sets, a.vault.PrimaryID())
	return err
}

// sealedWith counts what a key still seals.
func (a *app) sealedWith(ctx context.Context, id string) (int64, error) {
	var total int64
	err := a.db.View(ctx, func(tx *store.Tx) error {
		for _, c := range sealedColumns {
			var n int64
			if err := tx.Table(c.Table).Where(c.Sealed+" LIKE ? ESCAPE '!'", store.Like(id)+".%").Count(&n).Error; err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	return total, err
}
