// Package mediation settles disputes of an estate with the help of a third party: the committee first where it is no
// party (policy 五(十五)5), then community, township and city (六(二)7), a lawyer from the judicial bureau's pool (五(九)1)
// beside the mediator, until an agreement is confirmed by all and performed, or the way to court is shown (五(二)11).
// Nobody is made to take part (People's Mediation Law art. 3). It may touch the register, complaints and the rule packs.
package mediation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Level is who mediates.
type Level string

// The levels, in their order.
const (
	ByCommittee Level = "committee"
	ByCommunity Level = "community"
	ByTownship  Level = "township"
	ByCity      Level = "city"
)

// LevelNames are the levels as people read them.
var LevelNames = map[Level]string{ByCommittee: "业委会调解", ByCommunity: "社区调解", ByTownship: "乡镇（办事处）调解", ByCity: "市级调解"}

// State is where a mediation stands.
type State string

// The states.
const (
	Requested State = "requested" // 待受理
	Open      State = "open"      // 调解中
	Drafted   State = "drafted"   // 待各方确认
	Agreed    State = "agreed"    // 履行中: every party has confirmed
	Performed State = "performed" // 已履行
	Breached  State = "breached"  // 未履行
	Failed    State = "failed"    // 调解不成: the next level, or the court
	Court     State = "court"     // 已引导走司法程序
	Declined  State = "declined"  // 不予受理
	Withdrawn State = "withdrawn" // 已撤回
)

// StateNames are the states as people read them.
var StateNames = map[State]string{Requested: "待受理", Open: "调解中", Drafted: "待各方确认", Agreed: "履行中", Performed: "已履行", Breached: "未履行", Failed: "调解不成",
	Court: "走司法程序", Declined: "不予受理", Withdrawn: "已撤回"}

// Mediation is one dispute on its way.
type Mediation struct {
	ID          int64 `gorm:"primaryKey"`
	Number      string
	EstateID    int64
	CaseID      int64 // the complaint behind it; 0 for none
	Subject     string
	Wish        string // what the applicant wants
	Level       Level
	HostID      int64 // the organisation that mediates
	AskedPerson int64
	AskedOrg    int64
	Mediator    string
	LawyerID    int64
	State       State
	Outcome     string
	Agreement   int64 // the text that counts; 0 until there is one
	AgreedAt    *time.Time
	CourtUntil  *time.Time // until when the parties may ask the court to confirm the agreement
	Version     int64
	ClientRef   string
	InputHash   string
	CreatedAt   time.Time
	ClosedAt    *time.Time

	AcceptDue       *time.Time // until when the host says whether it takes it on; nil without a term in force
	AcceptReference bool       // that date is 参考时限
	ToldAt          *time.Time // when the level above was told that nobody does
}

// Side is on which side of the dispute a party stands.
type Side string

// The sides.
const (
	Applicant  Side = "applicant"
	Respondent Side = "respondent"
)

// Party is somebody who is in dispute: a person with an account, an organisation, or a name that the host wrote down.
type Party struct {
	ID             int64 `gorm:"primaryKey"`
	MediationID    int64
	Side           Side
	PersonID       int64
	OrganisationID int64
	NameSealed     string
	PhoneSealed    string
	PhoneIndex     string
	State          string // asked, willing, unwilling
	StateVia       string // self, paper
	Confirmed      int64  // the agreement that the party has confirmed
	ConfirmedVia   string // self, paper
	ConfirmedAt    *time.Time
	FileID         int64 // the signed paper
	CreatedAt      time.Time
	RemovedAt      *time.Time // written down by mistake: no party any more
}

// TableName names the table.
func (Party) TableName() string { return "mediation_parties" }

// Agreement is a text that the parties may confirm.
type Agreement struct {
	ID          int64 `gorm:"primaryKey"`
	MediationID int64
	Text        string
	PostID      int64
	CreatedAt   time.Time
}

// TableName names the table.
func (Agreement) TableName() string { return "mediation_agreements" }

// Term is what a party does by a day.
type Term struct {
	ID          int64 `gorm:"primaryKey"`
	MediationID int64
	AgreementID int64
	PartyID     int64
	Text        string
	DueAt       time.Time
	State       string // open, done, void (of a text that was replaced)
	Result      string
	DoneAt      *time.Time
	LateAt      *time.Time // when its lateness was told
	RemindAt    *time.Time // when whoever owes it is reminded; nil once they were
}

// TableName names the table.
func (Term) TableName() string { return "mediation_terms" }

// Step is one thing that happened. Steps are only ever added.
type Step struct {
	ID             int64 `gorm:"primaryKey"`
	MediationID    int64
	Kind           string
	State          State
	Level          Level
	PartyID        int64 // who took it, or whom the host wrote it down for
	PersonID       int64
	PostID         int64
	OrganisationID int64
	Text           string
	OnAt           *time.Time
	ClientRef      *string
	InputHash      string
	At             time.Time
}

// TableName names the table.
func (Step) TableName() string { return "mediation_steps" }

// StepNames are the kinds of steps as people read them.
var StepNames = map[string]string{"request": "申请调解", "open": "受理", "decline": "不予受理", "party": "增加当事人", "remove": "移出当事人", "unaccepted": "没有及时受理", "willing": "同意调解", "unwilling": "不同意调解", "session": "安排调解会",
	"minute": "调解记录", "draft": "拟定协议", "confirm": "确认协议", "object": "不同意协议", "agree": "协议生效", "fail": "调解不成", "raise": "转上一级", "court": "引导走司法程序",
	"done": "履行", "late": "逾期未履行", "performed": "全部履行", "breach": "没有履行", "withdraw": "撤回"}

// Faults of mediation.
var (
	ErrNotFound  = fault.New(fault.NotFound, "mediation.not_found", "没有找到这件调解")
	ErrState     = fault.New(fault.Conflict, "mediation.wrong_state", "目前的状态不能这样操作")
	ErrNotHost   = fault.New(fault.Forbidden, "mediation.not_host", "这件调解由其他单位主持，您的单位可以查看，不能主持")
	ErrNotParty  = fault.New(fault.Forbidden, "mediation.not_party", "您不是这件调解的当事人")
	ErrHead      = fault.New(fault.Forbidden, "mediation.needs_head", "单位确认协议要由负责人（主任）来做")
	ErrNoHost    = fault.New(fault.Conflict, "mediation.no_level", "没有可以主持调解的上一级了，请走司法程序")
	ErrParties   = fault.New(fault.Conflict, "mediation.parties", "调解要有双方：请先补充当事人，并等各方同意调解")
	ErrPartyGone = fault.New(fault.NotFound, "mediation.no_party", "没有这个当事人")
	ErrTerm      = fault.New(fault.NotFound, "mediation.no_term", "没有这一项约定")
	ErrPersonal  = fault.New(fault.Forbidden, "mediation.personal", "您本人是这件调解的当事人，不能再以单位的身份办理，请由单位的其他人办理")
	ErrLawyer    = fault.New(fault.NotFound, "mediation.no_lawyer", "法律服务人员库里没有这个人，或者已经退出")
	ErrMany      = fault.New(fault.Conflict, "mediation.too_many", "记录已经很多，不能再加")
	ErrRefReused = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
)

// Bounds of one mediation.
const (
	maxParties = 20
	maxNamed   = 3 * maxParties // with those that were taken out again
	maxSteps   = 300
	maxTerms   = 20
)

// Files ties uploads to a mediation in the caller's transaction.
type Files interface {
	Attach(tx *store.Tx, actor org.Actor, ids []int64, purpose, subjectKind string, subjectID, estateID int64) error
}

// Service is the actions of mediation.
type Service struct {
	db    *store.DB
	pack  *rulepack.Pack
	cases *complaint.Service
	vault *vault.Vault
	files Files
	ref   string // of what a client sent, see Once
	hash  string
}

// New wires mediation.
func New(db *store.DB, pack *rulepack.Pack, cases *complaint.Service, v *vault.Vault, files Files) *Service {
	return &Service{db: db, pack: pack, cases: cases, vault: v, files: files}
}

// Once gives the actions for one thing that a client sent under a reference: sent again with the same input, it answers the
// first result; with another input it is refused. An empty reference marks nothing.
func (s *Service) Once(ref, hash string) *Service {
	one := *s
	one.ref, one.hash = ref, hash
	return &one
}

// place is a level with the organisation that mediates there.
type place struct {
	level Level
	host  org.Organisation
}

// ladder lists who may mediate between some organisations and people about an estate, the lowest first: a level that the
// estate lacks, whose own body is concerned, that stands below such a body, or where nobody but the parties themselves is
// at a post, is left out. The city is never left out for want of people: there is nobody to pass it on to.
func ladder(tx *store.Tx, e *org.Estate, bodies []org.Organisation, people []int64) ([]place, error) {
	chain := []struct {
		level Level
		id    int64
		code  string
	}{{ByCommittee, e.CommitteeID, ""}, {ByCommunity, e.CommunityID, ""}, {ByTownship, e.TownshipID, ""}, {ByCity, 0, "housing-bureau"}, {ByCity, 0, "leading-group"}}
	var list, vacant []place
	for _, r := range chain {
		var o *org.Organisation
		var err error
		switch {
		case r.code != "":
			o, err = org.OrganisationByCode(tx, r.code)
		case r.id != 0:
			o, err = org.FindOrganisation(tx, r.id)
		default:
			continue
		}
		if errors.Is(err, org.ErrOrganisationNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if r.level == ByCity && len(list) > 0 && list[len(list)-1].level == ByCity {
			continue // the group steps in only where the bureau is concerned, or has nobody
		}
		if slices.ContainsFunc(bodies, func(p org.Organisation) bool { return complaint.Concerned(o, &p) }) {
			continue
		}
		staffed, err := isStaffed(tx, o.ID, people)
		switch {
		case err != nil:
			return nil, err
		case staffed:
			list = append(list, place{r.level, *o})
		case r.level == ByCity:
			vacant = append(vacant, place{r.level, *o})
		}
	}
	if len(vacant) > 0 && (len(list) == 0 || list[len(list)-1].level != ByCity) {
		list = append(list, vacant[0])
	}
	return list, nil
}

// isStaffed reports whether somebody other than the people in dispute may act for an organisation.
func isStaffed(tx *store.Tx, organisation int64, people []int64) (bool, error) {
	var n int64
	err := org.Staffed(tx).Where("posts.organisation_id = ? AND h.person_id NOT IN ?", organisation, append([]int64{0}, people...)).Count(&n).Error
	return n > 0, err
}

// about is the body that the complaint behind a mediation is about; it is concerned, whether or not it is a party.
func about(tx *store.Tx, caseID int64) (int64, error) {
	if caseID == 0 {
		return 0, nil
	}
	var ids []int64
	err := tx.Model(&complaint.Case{}).Where("id = ?", caseID).Pluck("about_id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// rungs are the levels that may mediate between parties, about a case or none.
func rungs(tx *store.Tx, e *org.Estate, caseID int64, parties []Party) ([]place, error) {
	body, err := about(tx, caseID)
	if err != nil {
		return nil, err
	}
	ids, people := []int64{body}, []int64{}
	for _, p := range parties {
		ids = append(ids, p.OrganisationID)
		if p.PersonID != 0 {
			people = append(people, p.PersonID)
		}
	}
	byID, err := org.Organisations(tx, ids)
	if err != nil {
		return nil, err
	}
	return ladder(tx, e, slices.Collect(maps.Values(byID)), people)
}

func partiesOf(tx *store.Tx, id int64) ([]Party, error) {
	var rows []Party
	return rows, tx.Where("mediation_id = ? AND removed_at IS NULL", id).Order("id").Limit(maxParties).Find(&rows).Error
}

// readable narrows to the mediations of which the actor is a party, the host, or who asked.
func readable(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		fresh := q.Session(&gorm.Session{NewDB: true})
		if actor.Post == nil {
			mine := fresh.Model(&Party{}).Select("mediation_id").Where("person_id = ? AND removed_at IS NULL", actor.PersonID)
			return q.Where("mediations.id IN (?)", mine)
		}
		own := actor.OrganisationID()
		ours := fresh.Model(&Party{}).Select("mediation_id").Where("organisation_id = ? AND removed_at IS NULL", own)
		hosted := fresh.Model(&Step{}).Select("mediation_id").Where("organisation_id = ? AND kind IN ?", own, []string{"open", "fail", "decline"})
		return q.Where("(mediations.host_id = ? OR mediations.asked_org = ? OR mediations.id IN (?) OR mediations.id IN (?))", own, own, ours, hosted)
	}
}

// seen are the ways in which the actor reads mediations; see readable.
func seen(tx *store.Tx, actor org.Actor, narrow func(*gorm.DB) *gorm.DB) []store.Way {
	joined := func(table any, where string, args ...any) store.Way {
		q := tx.Model(&Mediation{}).Joins("JOIN (?) AS way ON way.mediation_id = mediations.id", tx.Model(table).Distinct("mediation_id").Where(where, args...))
		return store.Way{Rows: q.Scopes(narrow), ID: "mediations.id"}
	}
	if actor.Post == nil {
		return []store.Way{joined(&Party{}, "person_id = ? AND removed_at IS NULL", actor.PersonID)}
	}
	own := actor.OrganisationID()
	direct := func(where string) store.Way {
		return store.Way{Rows: tx.Model(&Mediation{}).Where(where, own).Scopes(narrow), ID: "mediations.id"}
	}
	return []store.Way{direct("mediations.host_id = ?"), direct("mediations.asked_org = ?"), joined(&Party{}, "organisation_id = ? AND removed_at IS NULL", own),
		joined(&Step{}, "organisation_id = ? AND kind IN ?", own, []string{"open", "fail", "decline"})}
}

// deed is one action on one mediation while it is being done.
type deed struct {
	*Service
	tx      *store.Tx
	actor   org.Actor
	by      audit.Actor // the actor, or the clock
	m       *Mediation
	parties []Party
	me      *Party // of a party who acts
	of      *Party // whom a host writes something down for
	marked  bool   // the client's reference stands on a step
}

// change locks a mediation that the actor reads, lets f change it, and stores it.
func (s *Service) change(ctx context.Context, actor org.Actor, id int64, f func(*deed) error) (*Mediation, error) {
	var m *Mediation
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m = &Mediation{}
		if err := tx.ForUpdate().Scopes(readable(actor)).Where("mediations.id = ?", id).Take(m).Error; err != nil {
			return store.NotFound(err, ErrNotFound)
		}
		d := &deed{Service: s, tx: tx, actor: actor, by: actor, m: m}
		if done, err := d.repeated(); done || err != nil {
			return err
		}
		var err error
		if d.parties, err = partiesOf(tx, id); err != nil {
			return err
		}
		for i, p := range d.parties {
			own := p.PersonID == actor.PersonID && p.PersonID != 0
			if own && actor.Post != nil {
				return ErrPersonal // nobody judges, or speaks for another side, in their own dispute
			}
			if own || (actor.Post != nil && p.OrganisationID == actor.OrganisationID()) {
				d.me = &d.parties[i]
			}
		}
		if err := f(d); err != nil {
			return err
		}
		return d.store()
	})
	if err != nil {
		return nil, fmt.Errorf("mediation %d: %w", id, err)
	}
	return m, nil
}

func (d *deed) store() error {
	m := d.m
	m.Version++
	res := d.tx.Model(&Mediation{}).Where("id = ? AND version = ?", m.ID, m.Version-1).
		Select("level", "host_id", "mediator", "lawyer_id", "state", "outcome", "agreement", "agreed_at", "court_until", "version", "closed_at", "accept_due", "accept_reference", "told_at").Updates(m)
	return store.MustAffect(res, ErrState)
}

// repeated reports whether an earlier request with the same reference was done.
func (d *deed) repeated() (bool, error) {
	if d.ref == "" {
		return false, nil
	}
	var hashes []string
	err := d.tx.Model(&Step{}).Where("mediation_id = ? AND person_id = ? AND client_ref = ?", d.m.ID, d.actor.PersonID, d.ref).Limit(1).Pluck("input_hash", &hashes).Error
	if err == nil && len(hashes) == 1 && hashes[0] != d.hash {
		err = ErrRefReused
	}
	return len(hashes) == 1, err
}

// hosts reports whether the actor acts for the organisation that mediates.
func (d *deed) hosts() bool { return d.actor.Post != nil && d.m.HostID == d.actor.OrganisationID() }

// asks reports whether the actor is on the side that asked: an applicant, or the office that asked for others.
func (d *deed) asks() bool {
	return (d.me != nil && d.me.Side == Applicant) || (d.actor.Post != nil && d.m.AskedOrg == d.actor.OrganisationID())
}

// host refuses everybody but the organisation that mediates, and every state but those.
func (d *deed) host(states ...State) error {
	if !d.hosts() {
		return ErrNotHost
	}
	return d.in(states...)
}

func (d *deed) in(states ...State) error {
	if len(states) > 0 && !slices.Contains(states, d.m.State) {
		return ErrState.Saying("这件调解现在是“" + StateNames[d.m.State] + "”，不能这样操作")
	}
	return nil
}

// repeatable are the steps that could come without end; the file has room for so many of them, and always for its end.
var repeatable = []string{"minute", "session", "draft", "object", "party", "remove", "open"}

// step records what happened, for the file, the trail and those who are told. What was said stays in the file.
func (d *deed) step(kind, text string, on *time.Time) error {
	var n int64
	if err := d.tx.Model(&Step{}).Where("mediation_id = ?", d.m.ID).Count(&n).Error; err != nil {
		return err
	}
	if n >= maxSteps && slices.Contains(repeatable, kind) {
		return ErrMany
	}
	st := Step{MediationID: d.m.ID, Kind: kind, State: d.m.State, Level: d.m.Level, Text: text, OnAt: on, At: d.tx.Now}
	switch {
	case d.of != nil:
		st.PartyID = d.of.ID
	case d.me != nil && !d.hosts():
		st.PartyID = d.me.ID
	}
	st.PersonID, st.PostID, st.OrganisationID, _ = d.by.AuditTrail()
	if d.ref != "" && !d.marked {
		st.ClientRef, st.InputHash, d.marked = &d.ref, d.hash, true
	}
	if err := d.tx.Create(&st).Error; err != nil {
		return store.Raced(err)
	}
	return d.tell(kind, on)
}

// tell audits and tells the parties and the host; where the next step is somebody above's, them too.
func (d *deed) tell(kind string, on *time.Time) error {
	tx, m := d.tx, d.m
	err := audit.Append(tx, d.by, "mediation."+kind, audit.Subject{Kind: "mediation", ID: m.ID, Estate: m.EstateID}, map[string]any{"state": m.State, "level": m.Level})
	if err != nil {
		return err
	}
	names, err := org.EstateNames(tx, []int64{m.EstateID})
	if err != nil {
		return err
	}
	hosts, err := org.Organisations(tx, []int64{m.HostID})
	if err != nil {
		return err
	}
	e := event.Mediation{MediationID: m.ID, Number: m.Number, EstateID: m.EstateID, EstateName: names[m.EstateID], What: kind, HostID: m.HostID, HostName: hosts[m.HostID].Name, At: tx.Now}
	if slices.Contains([]string{"fail", "decline", "unaccepted"}, kind) {
		next, err := d.above()
		if err != nil {
			return err
		}
		if next != nil {
			e.NextID = next.host.ID
		}
	}
	told := d.parties
	if kind == "soon" { // the reminder is for whoever owes
		told = []Party{*d.of}
	}
	for _, p := range told {
		if p.PersonID != 0 {
			e.PersonIDs = append(e.PersonIDs, p.PersonID)
		}
		if p.OrganisationID != 0 {
			e.OfficeIDs = append(e.OfficeIDs, p.OrganisationID)
		}
	}
	if on != nil {
		e.On = *on
	}
	return outbox.Append(tx, e)
}
