package mediation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Request is what somebody asks to have mediated.
type Request struct {
	EstateID    int64
	CaseID      int64  // a complaint that the applicant made, or whose case the office sees; 0 for none
	Subject     string // what the dispute is about
	Wish        string // what the applicant wants
	Respondents []int64
	Named       bool // a resident knows that the other side learns who they are
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
	c.Check(!resident || r.Named, "named", "调解时对方会知道您是谁，请确认同意")
	c.Check(r.ClientRef != "" && len(r.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// Ask asks for mediation: by a resident of the estate, or by an office for itself. The lowest level that may mediate
// between the parties receives it.
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
	parties := []Party{{Side: Applicant, State: "willing", StateVia: "self", CreatedAt: tx.Now}}
	if actor.Post == nil {
		parties[0].PersonID = actor.PersonID
	} else {
		parties[0].OrganisationID = actor.OrganisationID()
	}
	for i, id := range r.Respondents {
		o, err := org.FindOrganisation(tx, id)
		if err != nil {
			return nil, err
		}
		if id == parties[0].OrganisationID || slices.Contains(r.Respondents[:i], id) {
			return nil, fault.ErrInvalid.With(fault.Field{Path: "respondents", Reason: "对方不能是自己，也不能重复"})
		}
		if err := complaint.AnswersFor(tx, o, e.ID); err != nil {
			return nil, err
		}
		parties = append(parties, Party{Side: Respondent, OrganisationID: id, State: "asked", CreatedAt: tx.Now})
	}
	bodies, err := organisations(tx, parties)
	if err != nil {
		return nil, err
	}
	rungs, err := ladder(tx, e, bodies)
	if err != nil {
		return nil, err
	}
	if len(rungs) == 0 {
		return nil, ErrNoHost
	}
	number, err := store.NextNumber(tx, "J")
	if err != nil {
		return nil, err
	}
	m := &Mediation{Number: number, EstateID: e.ID, CaseID: r.CaseID, Subject: r.Subject, Wish: r.Wish, Level: rungs[0].level, HostID: rungs[0].host.ID, AskedPerson: actor.PersonID,
		AskedOrg: actor.OrganisationID(), State: Requested, Version: 1, ClientRef: r.ClientRef, InputHash: r.InputHash, CreatedAt: tx.Now}
	if err := tx.Create(m).Error; err != nil {
		return nil, store.Raced(err)
	}
	for i := range parties {
		parties[i].MediationID = m.ID
	}
	if err := tx.Create(&parties).Error; err != nil {
		return nil, err
	}
	d := &deed{Service: s, tx: tx, actor: actor, m: m, parties: parties, me: &parties[0]}
	if err := d.step("request", r.Wish, nil); err != nil {
		return nil, err
	}
	return m, d.note("已申请调解（" + m.Number + "），由" + rungs[0].host.Name + "主持")
}

// note puts a sentence into the timeline of the complaint behind the mediation; who the parties are stays here.
func (d *deed) note(text string) error {
	if d.m.CaseID == 0 {
		return nil
	}
	return d.cases.Record(d.tx, d.actor, d.m.CaseID, complaint.Mediate, d.m.HostID, text)
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
		if lawyer != 0 {
			var l Lawyer
			if err := d.tx.Where("id = ? AND closed_at IS NULL", lawyer).Take(&l).Error; err != nil {
				return store.NotFound(err, ErrLawyer)
			}
		}
		d.m.State, d.m.Mediator, d.m.LawyerID = Open, mediator, lawyer
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

// Decline says why the host does not mediate; the parties are shown the way to court.
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
		return d.step("decline", text, nil)
	})
}

// NewParty is somebody whom the host writes down: an organisation, or a person by name and phone.
type NewParty struct {
	Side           Side
	OrganisationID int64
	Name           string
	Phone          string
}

// AddParty adds a party. A person whose phone is bound to the account of somebody living in the estate gets the mediation
// on that account; an organisation that now is a party may make this level unfit, which then goes to the next one.
// Faults: ErrForbidden, ErrNotFound, ErrNotHost, ErrState, ErrMany, ErrNoHost, org.ErrOrganisationNotFound, fault.ErrInvalid.
func (s *Service) AddParty(ctx context.Context, actor org.Actor, id int64, in NewParty) (*Mediation, error) {
	in.Name, in.Phone = strings.TrimSpace(in.Name), strings.TrimSpace(in.Phone)
	var c fault.Checks
	c.Check(in.Side == Applicant || in.Side == Respondent, "side", "请选择申请人（applicant）或对方（respondent）")
	if in.OrganisationID == 0 {
		n := len([]rune(in.Name))
		c.Check(n >= 1 && n <= 30, "name", "请填写当事人的姓名，不超过30个字")
		c.Check(org.ValidPhone(in.Phone), "phone", "请填写当事人的11位手机号")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.hosting(ctx, actor, id, func(d *deed) error {
		if err := d.host(Requested, Open); err != nil {
			return err
		}
		if len(d.parties) >= maxParties {
			return ErrMany
		}
		p := Party{MediationID: d.m.ID, Side: in.Side, OrganisationID: in.OrganisationID, State: "asked", CreatedAt: d.tx.Now}
		if in.OrganisationID != 0 {
			o, err := org.FindOrganisation(d.tx, in.OrganisationID)
			if err != nil {
				return err
			}
			if err := complaint.AnswersFor(d.tx, o, d.m.EstateID); err != nil {
				return err
			}
		} else {
			p.NameSealed, p.PhoneSealed, p.PhoneIndex = s.vault.Seal(in.Name, "mediation_parties.name"), s.vault.Seal(in.Phone, "mediation_parties.phone"), s.vault.Index("phone", in.Phone)
			var err error
			if p.PersonID, err = org.ResidentByPhone(d.tx, d.m.EstateID, s.vault.Indexes("phone", in.Phone)); err != nil {
				return err
			}
		}
		if slices.ContainsFunc(d.parties, func(q Party) bool {
			return (p.OrganisationID != 0 && q.OrganisationID == p.OrganisationID) || (p.PersonID != 0 && q.PersonID == p.PersonID)
		}) {
			return fault.ErrInvalid.With(fault.Field{Path: "name", Reason: "这个当事人已经在里面了"})
		}
		if err := d.tx.Create(&p).Error; err != nil {
			return err
		}
		d.parties = append(d.parties, p)
		if err := d.step("party", "", nil); err != nil {
			return err
		}
		return d.fit()
	})
}

// fit sends the mediation to the next level when its host has become a party, or stands below one.
func (d *deed) fit() error {
	rungs, err := d.ladder()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(rungs, func(p place) bool { return p.host.ID == d.m.HostID }) {
		return nil
	}
	return d.raise(rungs, "主持单位成了当事人，或在当事人之下")
}

func (d *deed) ladder() ([]place, error) {
	bodies, err := organisations(d.tx, d.parties)
	if err != nil {
		return nil, err
	}
	e, err := org.OpenEstate(d.tx, d.m.EstateID)
	if err != nil {
		return nil, err
	}
	return ladder(d.tx, e, bodies)
}

// order is the order of the levels.
var order = []Level{ByCommittee, ByCommunity, ByTownship, ByCity}

// raise takes the mediation to the next level above.
func (d *deed) raise(rungs []place, text string) error {
	at := slices.Index(order, d.m.Level)
	for _, p := range rungs {
		if slices.Index(order, p.level) > at {
			d.m.Level, d.m.HostID, d.m.State, d.m.Mediator, d.m.LawyerID, d.m.Agreement = p.level, p.host.ID, Requested, "", 0, 0
			if err := d.step("raise", text, nil); err != nil {
				return err
			}
			return d.note("调解转由" + p.host.Name + "主持")
		}
	}
	return ErrNoHost
}
