package mediation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// Request is what somebody asks to have mediated.
type Request struct {
	EstateID    int64
	CaseID      int64  // a complaint that the applicant made, or whose case the office sees; 0 for none
	Subject     string // what the dispute is about
	Wish        string // what the applicant wants
	Respondents []int64
	Others      []NewParty // whom an office names; with an applicant among them it asks for others and is itself no party
	Named       bool       // a resident knows that the other side learns who they are
	ClientRef   string
	InputHash   string
}

func (r *Request) check(resident bool) error {
	r.Subject, r.Wish = strings.TrimSpace(r.Subject), strings.TrimSpace(r.Wish)
	var c fault.Checks
	n := len([]rune(r.Subject))
	c.Check(n >= 5 && n <= 1000, "subject", "请写明和谁、为什么事有纠纷（5至1000个字）")
	n = len([]rune(r.Wish))
	c.Check(n >= 2 && n <= 500, "wish", "请写明希望怎么解决（2至500个字）")
	c.Check(len(r.Respondents) <= 5, "respondents", "对方单位最多5个")
	c.Check(len(r.Others) <= 10, "others", "当事人最多写10个，受理后还可以补充")
	c.Check(!resident || len(r.Others) == 0, "others", "对方是个人的，由主持单位补充")
	for i := range r.Others {
		r.Others[i].check(&c, fmt.Sprintf("others[%d].", i))
	}
	c.Check(!resident || r.Named, "named", "调解时对方会知道您是谁，请确认同意")
	c.Check(r.ClientRef != "" && len(r.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// forOthers reports whether the office that asks is itself no applicant.
func (r *Request) forOthers() bool {
	return slices.ContainsFunc(r.Others, func(p NewParty) bool { return p.Side == Applicant })
}

// Ask asks for mediation: by a resident of the estate, by an office for itself, or by an office for others. The lowest
// level that may mediate between the parties receives it.
// Faults: ErrForbidden, org.ErrEstateNotFound, complaint.ErrNotFound, ErrNoHost, ErrRefReused, fault.ErrInvalid.
func (s *Service) Ask(ctx context.Context, actor org.Actor, r Request) (*Mediation, error) {
	if err := actor.Must(org.AskMediation); err != nil {
		return nil, err
	}
	if err := r.check(actor.Post == nil); err != nil {
		return nil, err
	}
	var m *Mediation
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var before []Mediation
		if err := tx.Where("asked_person = ? AND client_ref = ?", actor.PersonID, r.ClientRef).Limit(1).Find(&before).Error; err != nil {
			return err
		}
		if len(before) == 1 {
			m = &before[0]
			if m.InputHash != r.InputHash {
				return ErrRefReused
			}
			return nil
		}
		var err error
		m, err = s.insert(tx, actor, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask for mediation: %w", err)
	}
	return m, nil
}

func (s *Service) insert(tx *store.Tx, actor org.Actor, r Request) (*Mediation, error) {
	e, err := org.EstateFor(tx, actor, org.AskMediation, r.EstateID)
	if err != nil {
		return nil, err
	}
	if r.CaseID != 0 {
		if err := complaint.Concerns(tx, actor, r.CaseID, e.ID); err != nil {
			return nil, err
		}
	}
	parties, err := s.partiesFor(tx, actor, e.ID, r)
	if err != nil {
		return nil, err
	}
	levels, err := rungs(tx, e, r.CaseID, parties)
	if err != nil {
		return nil, err
	}
	if len(levels) == 0 {
		return nil, ErrNoHost
	}
	number, err := store.NextNumber(tx, "J")
	if err != nil {
		return nil, err
	}
	m := &Mediation{Number: number, EstateID: e.ID, CaseID: r.CaseID, Subject: r.Subject, Wish: r.Wish, Level: levels[0].level, HostID: levels[0].host.ID, AskedPerson: actor.PersonID,
		AskedOrg: actor.OrganisationID(), State: Requested, Version: 1, ClientRef: r.ClientRef, InputHash: r.InputHash, CreatedAt: tx.Now}
	d := &deed{Service: s.Once("", ""), tx: tx, actor: actor, by: actor, m: m, parties: parties}
	if err := d.await(); err != nil {
		return nil, err
	}
	if err := tx.Create(m).Error; err != nil {
		return nil, store.Raced(err)
	}
	for i := range parties {
		parties[i].MediationID = m.ID
	}
	if err := tx.Create(&parties).Error; err != nil {
		return nil, err
	}
	if !r.forOthers() {
		d.me = &parties[0]
	}
	if err := d.step("request", r.Wish, nil); err != nil {
		return nil, err
	}
	return m, d.note("已申请调解（" + m.Number + "），由" + levels[0].host.Name + "主持")
}

// partiesFor are the parties of a request: whoever asks, unless it asks for others, and whom they name.
func (s *Service) partiesFor(tx *store.Tx, actor org.Actor, estate int64, r Request) ([]Party, error) {
	var parties []Party
	switch {
	case actor.Post == nil:
		parties = []Party{{Side: Applicant, PersonID: actor.PersonID, State: "willing", StateVia: "self", CreatedAt: tx.Now}}
	case !r.forOthers():
		parties = []Party{{Side: Applicant, OrganisationID: actor.OrganisationID(), State: "willing", StateVia: "self", CreatedAt: tx.Now}}
	}
	named := slices.Clone(r.Others)
	for _, id := range r.Respondents {
		named = append(named, NewParty{Side: Respondent, OrganisationID: id})
	}
	for _, in := range named {
		p, err := s.identify(tx, actor, estate, in)
		if err != nil {
			return nil, err
		}
		if s.listed(parties, p, in.Phone) {
			return nil, fault.ErrInvalid.With(fault.Field{Path: "respondents", Reason: "同一个当事人只写一次，对方不能是自己"})
		}
		parties = append(parties, p)
	}
	return parties, nil
}

// await starts the term in which the host says whether it takes the mediation on; without a value in force there is none.
func (d *deed) await() error {
	d.m.AcceptDue, d.m.AcceptReference, d.m.ToldAt = nil, false, nil
	set, err := org.Rules(d.tx, d.tx.Now, d.pack.Code)
	if err != nil {
		return err
	}
	due, reference, err := complaint.Term(set, "mediation.accept", d.tx.Now)
	if errors.Is(err, rulepack.ErrUnset) {
		return nil
	}
	d.m.AcceptDue, d.m.AcceptReference = due, reference
	return err
}

// note puts a sentence into the timeline of the complaint behind the mediation; who the parties are stays here.
func (d *deed) note(text string) error {
	if d.m.CaseID == 0 {
		return nil
	}
	return d.cases.Record(d.tx, d.by, d.m.CaseID, complaint.Mediate, d.m.HostID, text)
}

// Accept opens the mediation with a mediator, and a lawyer of the pool where one is wanted.
// Faults: ErrForbidden, ErrNotFound, ErrNotHost, ErrState, ErrLawyer, fault.ErrInvalid.
func (s *Service) Accept(ctx context.Context, actor org.Actor, id int64, mediator string, lawyer int64) (*Mediation, error) {
	mediator = strings.TrimSpace(mediator)
	if n := len([]rune(mediator)); n < 2 || n > 30 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "mediator", Reason: "请写明由谁调解（2至30个字）"})
	}
	return s.hosting(ctx, actor, id, func(d *deed) error {
		if err := d.host(Requested, Open); err != nil {
			return err
		}
		if d.m.State == Open && d.m.Mediator == mediator && d.m.LawyerID == lawyer {
			return nil // the same tap again
		}
		if lawyer != 0 {
			var l Lawyer
			if err := d.tx.Where("id = ? AND closed_at IS NULL", lawyer).Take(&l).Error; err != nil {
				return store.NotFound(err, ErrLawyer)
			}
		}
		d.m.State, d.m.Mediator, d.m.LawyerID, d.m.AcceptDue, d.m.AcceptReference = Open, mediator, lawyer, nil, false
		return d.step("open", "调解人："+mediator, nil)
	})
}

// hosting is a change by a host.
func (s *Service) hosting(ctx context.Context, actor org.Actor, id int64, f func(*deed) error) (*Mediation, error) {
	if err := actor.Must(org.HostMediation); err != nil {
		return nil, err
	}
	return s.change(ctx, actor, id, f)
}

// reason checks the words of an action that needs some.
func reason(text string) (string, error) {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 500 {
		return "", fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明理由（2至500个字）"})
	}
	return text, nil
}

// Decline says why the host does not mediate; the parties are shown the way to the next level and to court.
// Faults: ErrForbidden, ErrNotFound, ErrNotHost, ErrState, fault.ErrInvalid.
func (s *Service) Decline(ctx context.Context, actor org.Actor, id int64, text string) (*Mediation, error) {
	text, err := reason(text)
	if err != nil {
		return nil, err
	}
	return s.hosting(ctx, actor, id, func(d *deed) error {
		if err := d.host(Requested); err != nil {
			return err
		}
		d.m.State, d.m.Outcome, d.m.ClosedAt = Declined, text, &d.tx.Now
		if err := d.step("decline", text, nil); err != nil {
			return err
		}
		way, err := d.way()
		if err != nil {
			return err
		}
		return d.note("主持单位没有受理调解，" + way)
	})
}

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
		if o.ClosedAt != nil {
			return p, org.ErrOrganisationNotFound
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

// fit sends the mediation to the next level when its host has become a party, or stands below one.
func (d *deed) fit() error {
	levels, err := d.ladder()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(levels, func(p place) bool { return p.host.ID == d.m.HostID }) {
		return nil
	}
	return d.raise("主持单位成了当事人，或在当事人之下")
}

func (d *deed) ladder() ([]place, error) {
	e, err := org.OpenEstate(d.tx, d.m.EstateID)
	if err != nil {
		return nil, err
	}
	return rungs(d.tx, e, d.m.CaseID, d.parties)
}

// order is the order of the levels.
var order = []Level{ByCommittee, ByCommunity, ByTownship, ByCity}

// above is the next level that may mediate; nil above the last.
func (d *deed) above() (*place, error) {
	levels, err := d.ladder()
	if err != nil {
		return nil, err
	}
	at := slices.Index(order, d.m.Level)
	fit := slices.ContainsFunc(levels, func(p place) bool { return p.host.ID == d.m.HostID })
	for i, p := range levels {
		// A level has another host where this one is concerned, as the leading group is the city's beside the bureau.
		if slices.Index(order, p.level) > at || (!fit && p.level == d.m.Level) {
			return &levels[i], nil
		}
	}
	return nil, nil //nolint:nilnil // nobody stands higher, which is no fault
}

// way is what is open to the parties where this level ends.
func (d *deed) way() (string, error) {
	next, err := d.above()
	if err != nil || next == nil {
		return "可以走司法程序", err
	}
	return "可以转上一级调解，或走司法程序", nil
}

// stalled reports whether the host has let the term pass in which it was to take the mediation on, or has nobody who could.
func (d *deed) stalled() (bool, error) {
	if d.m.State != Requested {
		return false, nil
	}
	if d.m.AcceptDue != nil && d.tx.Now.After(*d.m.AcceptDue) {
		return true, nil
	}
	var people []int64
	for _, p := range d.parties {
		people = append(people, p.PersonID)
	}
	staffed, err := isStaffed(d.tx, d.m.HostID, people)
	return !staffed, err
}

// raise takes the mediation to the next level above, which is asked anew whether it takes it on.
func (d *deed) raise(text string) error {
	next, err := d.above()
	if err != nil {
		return err
	}
	if next == nil {
		return ErrNoHost
	}
	d.m.Level, d.m.HostID, d.m.State, d.m.Mediator, d.m.LawyerID, d.m.Agreement, d.m.Outcome, d.m.ClosedAt = next.level, next.host.ID, Requested, "", 0, 0, "", nil
	if err := d.await(); err != nil {
		return err
	}
	if err := d.step("raise", text, nil); err != nil {
		return err
	}
	return d.note("调解转由" + next.host.Name + "主持")
}
