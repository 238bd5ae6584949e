package hall

import (
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/server/web"
)

// RuleChange is a field that differs from the version before.
type RuleChange struct {
	Key    string              `json:"key"`
	Title  string              `json:"title"`
	Before *assembly.RuleField `json:"before,omitempty"`
	After  *assembly.RuleField `json:"after,omitempty"`
}

// Rulebook is a version of an estate's rules as its readers see it.
type Rulebook struct {
	ID          int64                `json:"id"`
	Kind        string               `json:"kind"`
	KindName    string               `json:"kind_name"`
	Version     int                  `json:"version"`
	State       string               `json:"state" doc:"proposed 待确认；confirmed 已确认；rejected 不予确认"`
	InForce     bool                 `json:"in_force,omitempty" doc:"今天执行的版本"`
	EffectiveOn string               `json:"effective_on"`
	MeetingID   int64                `json:"meeting_id,omitempty" doc:"通过它的会议"`
	Evidence    string               `json:"evidence,omitempty"`
	Reason      string               `json:"reason,omitempty"`
	RevokedAt   *time.Time           `json:"revoked_at,omitempty" doc:"通过它的决定被法院撤销：以后的会议不再执行这一版"`
	RevokedFor  string               `json:"revoked_for,omitempty"`
	Fields      []assembly.RuleField `json:"fields"`
	Changes     []RuleChange         `json:"changes,omitempty" doc:"和上一版的不同"`
	FileIDs     []int64              `json:"file_ids,omitempty" doc:"全文"`
}

// OfRulebook shows a version.
func OfRulebook(r assembly.RulebookView) Rulebook {
	v := Rulebook{ID: r.ID, Kind: string(r.Kind), KindName: assembly.RulebookNames[r.Kind], Version: r.Version, State: r.State, InForce: r.InForce, EffectiveOn: r.EffectiveOn.UTC().Format(time.DateOnly), MeetingID: r.MeetingID,
		Evidence: r.Evidence, Reason: r.Reason, RevokedAt: web.TimeOr(r.RevokedAt), RevokedFor: r.RevokedFor, Fields: r.Fields, FileIDs: r.FileIDs}
	for _, c := range r.Changes {
		v.Changes = append(v.Changes, RuleChange(c))
	}
	return v
}

// Rulebooks are all versions of one text, the newest first.
type Rulebooks struct {
	Body struct {
		Items []Rulebook `json:"items"`
	}
}

// OfRulebooks shows all versions.
func OfRulebooks(list []assembly.RulebookView) *Rulebooks {
	out := &Rulebooks{}
	out.Body.Items = []Rulebook{}
	for _, r := range list {
		out.Body.Items = append(out.Body.Items, OfRulebook(r))
	}
	return out
}

// Model is a text to start from.
type Model struct {
	Kind    string     `json:"kind"`
	Version int        `json:"version" doc:"0 为系统自带"`
	Title   string     `json:"title"`
	Body    string     `json:"body" doc:"【 】内由小区填写"`
	From    string     `json:"from,omitempty" doc:"提供的乡镇（办事处）"`
	At      *time.Time `json:"at,omitempty"`
}

// OfModel shows a model text.
func OfModel(m assembly.Model) Model {
	v := Model{Kind: string(m.Kind), Version: m.Version, Title: m.Title, Body: m.Body, From: m.From}
	if !m.At.IsZero() {
		v.At = web.TimeOr(&m.At)
	}
	return v
}

// Models are the texts of an estate.
type Models struct {
	Body struct {
		Items []Model `json:"items"`
	}
}

// OfModels shows the texts.
func OfModels(list []assembly.Model) *Models {
	out := &Models{}
	for _, m := range list {
		out.Body.Items = append(out.Body.Items, OfModel(m))
	}
	return out
}

// Checked is what was found on one condition of candidates.
type Checked struct {
	Code   string `json:"code"`
	Text   string `json:"text"`
	Clause string `json:"clause"`
	Holds  bool   `json:"holds"`
	Reason string `json:"reason,omitempty"`
}

// Candidate is somebody who stands for the committee.
type Candidate struct {
	ID        int64     `json:"id"`
	MeetingID int64     `json:"meeting_id"`
	Key       string    `json:"key,omitempty" doc:"表决票上的代号"`
	Name      string    `json:"name"`
	Profile   string    `json:"profile"`
	Nominated string    `json:"nominated"`
	Backers   int64     `json:"backers,omitempty" doc:"联名推荐的业主数"`
	State     string    `json:"state" doc:"proposed 待本人同意；nominated 待审查；eligible 通过；refused 不符合条件；withdrawn 退出"`
	StateName string    `json:"state_name"`
	Consented bool      `json:"consented" doc:"本人同意参选和公布姓名"`
	Checks    []Checked `json:"checks,omitempty"`
	Refusal   string    `json:"refusal,omitempty" doc:"不符合的条件代码"`
	Reason    string    `json:"reason,omitempty"`
	Mine      bool      `json:"mine,omitempty"`
	FileIDs   []int64   `json:"file_ids,omitempty" doc:"本人同意书等材料"`
}

// OfCandidate shows a candidate.
func OfCandidate(x assembly.CandidateView) Candidate {
	v := Candidate{ID: x.ID, MeetingID: x.MeetingID, Name: x.Name, Profile: x.Profile, Nominated: assembly.NominatedNames[x.Nominated], Backers: x.Backers, State: string(x.State), StateName: assembly.CandidateNames[x.State],
		Consented: x.ConsentAt != nil, Refusal: x.Refusal, Reason: x.Reason, Mine: x.Mine, FileIDs: x.FileIDs}
	if x.Slot != nil {
		v.Key = *x.Slot
	}
	for _, c := range x.Checked {
		row := Checked{Code: c.Code, Holds: c.Holds, Reason: c.Reason}
		for _, k := range assembly.Conditions {
			if k.Code == c.Code {
				row.Text, row.Clause = k.Text, k.Clause
			}
		}
		v.Checks = append(v.Checks, row)
	}
	return v
}

// Candidates are who stands in a meeting.
type Candidates struct {
	Body struct {
		Items     []Candidate `json:"items"`
		OrderedBy string      `json:"ordered_by,omitempty" doc:"名单的次序怎么来的"`
		Minutes   string      `json:"minutes,omitempty" doc:"抽签记录"`
	}
}

// OfCandidates shows the list.
func OfCandidates(list []assembly.CandidateView, order *assembly.CandidateList) *Candidates {
	out := &Candidates{}
	out.Body.Items = []Candidate{}
	for _, x := range list {
		out.Body.Items = append(out.Body.Items, OfCandidate(x))
	}
	if order != nil {
		out.Body.OrderedBy, out.Body.Minutes = assembly.OrderedNames[order.OrderedBy], order.Minutes
	}
	return out
}

// Credential is a document of voting as its readers see it.
type Credential struct {
	ID         int64      `json:"id"`
	Number     string     `json:"number"`
	EstateID   int64      `json:"estate_id"`
	Unit       string     `json:"unit"`
	Kind       string     `json:"kind"`
	KindName   string     `json:"kind_name"`
	Name       string     `json:"name,omitempty" doc:"为谁办理，只显示姓"`
	Words      string     `json:"words"`
	ValidFrom  time.Time  `json:"valid_from"`
	ValidUntil *time.Time `json:"valid_until,omitempty"`
	State      string     `json:"state" doc:"asked 待审核；accepted 已通过；refused 未通过；revoked 已撤销；withdrawn 本人撤回"`
	StateName  string     `json:"state_name"`
	Valid      bool       `json:"valid" doc:"现在可以凭它投票"`
	Reason     string     `json:"reason,omitempty"`
	FileIDs    []int64    `json:"file_ids,omitempty"`
	At         time.Time  `json:"at"`
}

// OfCredential shows a document.
func OfCredential(c assembly.CredentialView) Credential {
	return Credential{ID: c.ID, Number: c.Number, EstateID: c.EstateID, Unit: c.Unit, Kind: string(c.Kind), KindName: assembly.CredentialNames[c.Kind], Name: c.Name, Words: c.Words, ValidFrom: web.Time(c.ValidFrom), ValidUntil: web.TimeOr(c.ValidUntil),
		State: string(c.State), StateName: assembly.CredentialStates[c.State], Valid: c.Valid, Reason: c.Reason, FileIDs: c.FileIDs, At: web.Time(c.At)}
}
