package mediation

import (
	"context"
	"errors"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// NewParty is somebody whom a host or an asking office writes down: an organisation, a person by the receipt of their
// complaint, or a person by name and phone.
type NewParty struct {
	Side           Side
	OrganisationID int64
	Receipt        string
	Name           string
	Phone          string
}

func (in *NewParty) check(c *fault.Checks, at string) {
	in.Receipt, in.Name, in.Phone = strings.TrimSpace(in.Receipt), strings.TrimSpace(in.Name), strings.TrimSpace(in.Phone)
	c.Check(in.Side == Applicant || in.Side == Respondent, at+"side", "请选择申请人（applicant）或对方（respondent）")
	c.Check(len(in.Receipt) <= 32, at+"receipt", "没有这个回执编号")
	if in.OrganisationID == 0 && in.Receipt == "" {
		n := len([]rune(in.Name))
		c.Check(n >= 1 && n <= 30, at+"name", "请填写当事人的姓名，不超过30个字")
		c.Check(org.ValidPhone(in.Phone), at+"phone", "请填写当事人的11位手机号")
	}
}

// identify finds out who is meant. A person whose phone is bound to the account of somebody living in the estate gets the
// mediation on that account; one who is named by a receipt of a complaint that the actor sees, on the account that
// complained, and stays unnamed to the others until they are willing.
func (s *Service) identify(tx *store.Tx, actor org.Actor, estate int64, in NewParty) (Party, error) {
	p := Party{Side: in.Side, State: "asked", CreatedAt: tx.Now}
	switch {
	case in.OrganisationID != 0:
		o, err := org.FindOrganisation(tx, in.OrganisationID)
		if err != nil {
			return p, err
		}
		p.OrganisationID = o.ID
		return p, complaint.AnswersFor(tx, o, estate)
	case in.Receipt != "":
		var c complaint.Complainant
		err := tx.Where("receipt = ? AND state <> ?", in.Receipt, complaint.Gone).Take(&c).Error
		if err == nil {
			err = complaint.Concerns(tx, actor, c.CaseID, estate)
		}
		switch {
		case errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, complaint.ErrNotFound):
			return p, fault.ErrInvalid.With(fault.Field{Path: "receipt", Reason: "没有这个回执编号，或者不是本小区的"})
		case err != nil:
			return p, err
		case c.PersonID == 0:
			return p, fault.ErrInvalid.With(fault.Field{Path: "receipt", Reason: "这位投诉人没有账号，请征得本人同意后填写姓名和电话"})
		}
		p.PersonID = c.PersonID
		return p, nil
	}
	p.NameSealed, p.PhoneSealed, p.PhoneIndex = s.vault.Seal(in.Name, "mediation_parties.name"), s.vault.Seal(in.Phone, "mediation_parties.phone"), s.vault.Index("phone", in.Phone)
	var err error
	p.PersonID, err = org.ResidentByPhone(tx, estate, s.vault.Indexes("phone", in.Phone))
	return p, err
}

// listed reports whether a party stands there already: as the same body, on the same account, or under the same phone.
func (s *Service) listed(parties []Party, p Party, phone string) bool {
	phones := s.vault.Indexes("phone", phone)
	return slices.ContainsFunc(parties, func(q Party) bool {
		return (p.OrganisationID != 0 && q.OrganisationID == p.OrganisationID) || (p.PersonID != 0 && q.PersonID == p.PersonID) || (q.PhoneIndex != "" && slices.Contains(phones, q.PhoneIndex))
	})
}

// AddParty adds a party. An organisation that now is a party may make this level unfit, which then goes to the next one.
// Faults: ErrForbidden, ErrNotFound, ErrNotHost, ErrState, ErrMany, ErrNoHost, org.ErrOrganisationNotFound, fault.ErrInvalid.
func (s *Service) AddParty(ctx context.Context, actor org.Actor, id int64, in NewParty) (*Mediation, error) {
	var c fault.Checks
	in.check(&c, "")
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.hosting(ctx, actor, id, func(d *deed) error {
		if err := d.host(Requested, Open); err != nil {
			return err
		}
		var all int64
		if err := d.tx.Model(&Party{}).Where("mediation_id = ?", id).Count(&all).Error; err != nil {
			return err
		}
		if len(d.parties) >= maxParties || all >= maxNamed {
			return ErrMany
		}
		p, err := s.identify(d.tx, actor, d.m.EstateID, in)
		if err != nil {
			return err
		}
		if s.listed(d.parties, p, in.Phone) {
			return fault.ErrInvalid.With(fault.Field{Path: "name", Reason: "这个当事人已经在里面了（同一个单位、账号或手机号）"})
		}
		p.MediationID = d.m.ID
		if err := d.tx.Create(&p).Error; err != nil {
			return err
		}
		d.parties, d.of = append(d.parties, p), &p
		if err := d.step("party", "", nil); err != nil {
			return err
		}
		d.of = nil
		return d.fit()
	})
}

// RemoveParty takes out somebody whom the host wrote down by mistake, with the reason, before there is a text to confirm.
// They read the mediation no more; what they did stays in the file. Who asked for the mediation withdraws instead.
// Faults: ErrForbidden, ErrNotFound, ErrNotHost, ErrState, ErrMany, ErrPartyGone, fault.ErrInvalid.
func (s *Service) RemoveParty(ctx context.Context, actor org.Actor, id, party int64, text string) (*Mediation, error) {
	text, err := reason(text)
	if err != nil {
		return nil, err
	}
	return s.hosting(ctx, actor, id, func(d *deed) error {
		if err := d.host(Requested, Open); err != nil {
			return err
		}
		at := slices.IndexFunc(d.parties, func(p Party) bool { return p.ID == party })
		if at < 0 {
			return ErrPartyGone
		}
		p := d.parties[at]
		if p.Side == Applicant && ((d.m.AskedOrg == 0 && p.PersonID == d.m.AskedPerson) || (p.OrganisationID != 0 && p.OrganisationID == d.m.AskedOrg)) {
			return ErrState.Saying("这是提出申请的当事人，不想调解的由本人撤回")
		}
		if err := d.tx.Model(&Party{}).Where("id = ?", p.ID).Update("removed_at", d.tx.Now).Error; err != nil {
			return err
		}
		d.of = &p
		return d.step("remove", text, nil)
	})
}
