// Package hall is what every surface shows of meetings of owners in the same words: their views, and nothing that decides.
package hall

import (
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/server/web"
)

// Motion is one motion as it is read.
type Motion struct {
	ID        int64             `json:"id"`
	Position  int               `json:"position"`
	Title     string            `json:"title"`
	Body      string            `json:"body"`
	Matter    string            `json:"matter" doc:"民法典第278条的事项代码"`
	Beside    string            `json:"beside,omitempty" doc:"实务中也有按这类事项计算的，结果并列显示"`
	Question  tally.Question    `json:"question" doc:"motion 同意/反对/弃权；options 多选一；election 对每位候选人表态"`
	Law       *tally.Rules      `json:"law,omitempty" doc:"通知时冻结的法律依据和比例"`
	Confirmed bool              `json:"confirmed" doc:"事项经第二个人确认"`
	FileIDs   []int64           `json:"file_ids,omitempty"`
	Names     map[string]string `json:"names,omitempty" doc:"选举：候选人代号和姓名，姓名经本人同意公布"`
	ItemID    int64             `json:"committee_item_id,omitempty" doc:"由业委会提交的哪一项议题写成"`
	Spent     bool              `json:"spent,omitempty" doc:"您的这份表决权对这个议题已经投过，不能再投；投其余的议题时不用填它"`
}

// Meeting is a meeting as its readers see it.
type Meeting struct {
	ID              int64               `json:"id"`
	Number          string              `json:"number"`
	EstateID        int64               `json:"estate_id"`
	Estate          string              `json:"estate,omitempty"`
	Session         assembly.Session    `json:"session"`
	SessionName     string              `json:"session_name"`
	Title           string              `json:"title"`
	Convener        string              `json:"convener"`
	Channel         assembly.Channel    `json:"channel"`
	ChannelName     string              `json:"channel_name"`
	State           assembly.State      `json:"state"`
	StateName       string              `json:"state_name"`
	Version         int64               `json:"version" doc:"确认、修改、通知时带上，防止内容已被别人改过"`
	Pack            string              `json:"pack,omitempty"`
	Terms           *assembly.Terms     `json:"terms,omitempty" doc:"通知时冻结的规则和出处"`
	Notice          string              `json:"notice,omitempty" doc:"会议通知的正文，发出时冻结，各渠道一样"`
	SilenceWarning  string              `json:"silence_warning,omitempty" doc:"通知里关于“没有投票怎么算”的话；发通知以前，工作人员看到的是将要写进通知的话，召集人可以补充，不能删去"`
	ChallengeUntil  *time.Time          `json:"challenge_until,omitempty"`
	Posting         *Posting            `json:"posting,omitempty" doc:"名册最近一次公示"`
	RollRoot        string              `json:"roll_root,omitempty" doc:"名册指纹"`
	Differences     []Differing         `json:"differences,omitempty" doc:"锁定的名册和最近公示的名册不同的处数；没有则相同"`
	RulesID         int64               `json:"rules_id,omitempty" doc:"锁定名册时执行的议事规则（首次会议为表决规则）的版本编号"`
	CovenantID      int64               `json:"covenant_id,omitempty" doc:"锁定名册时执行的管理规约的版本编号"`
	Seats           int64               `json:"seats,omitempty"`
	Area            string              `json:"area,omitempty" doc:"㎡"`
	OpensAt         *time.Time          `json:"opens_at,omitempty"`
	ClosesAt        *time.Time          `json:"closes_at,omitempty"`
	ExtendedFrom    *time.Time          `json:"extended_from,omitempty"`
	ExtendedFor     string              `json:"extended_for,omitempty"`
	OutageDays      int                 `json:"outage_days,omitempty" doc:"因系统停用自动延长的天数"`
	Opinion         string              `json:"opinion,omitempty" doc:"社区的意见"`
	ObjectionsUntil *time.Time          `json:"objections_until,omitempty"`
	Next            string              `json:"next_step,omitempty" doc:"截止以后召集单位接着要办的"`
	DueAt           *time.Time          `json:"due_at,omitempty" doc:"这一步应于何时前办完；没有规则规定期限的不填"`
	OverdueAt       *time.Time          `json:"overdue_at,omitempty" doc:"已过期限"`
	CertifiedAt     *time.Time          `json:"certified_at,omitempty"`
	DiscloseBy      *time.Time          `json:"disclose_by,omitempty"`
	NoticeID        int64               `json:"notice_id,omitempty" doc:"公示栏上的决定"`
	RevokedAt       *time.Time          `json:"revoked_at,omitempty"`
	RevokedFor      string              `json:"revoked_for,omitempty"`
	Reason          string              `json:"reason,omitempty" doc:"取消的原因"`
	Motions         []Motion            `json:"motions,omitempty"`
	Result          *assembly.Statement `json:"result,omitempty"`
	ResultSHA256    string              `json:"result_sha256,omitempty"`
	ResultSignature string              `json:"result_signature,omitempty"`
	FileIDs         []int64             `json:"file_ids,omitempty" doc:"法院文书、抽签记录"`
}

// OfMeeting shows a meeting in a list.
func OfMeeting(m *assembly.Meeting) Meeting {
	v := Meeting{ID: m.ID, Number: m.Number, EstateID: m.EstateID, Session: m.Session, SessionName: assembly.SessionNames[m.Session], Title: m.Title, Convener: assembly.ConvenerNames[m.Convener],
		Channel: m.Channel, ChannelName: assembly.ChannelNames[m.Channel], State: m.State, StateName: assembly.StateNames[m.State], Version: m.Version, Pack: m.Pack,
		RulesID: m.RulesID, CovenantID: m.CovenantID, ChallengeUntil: web.TimeOr(m.ChallengeUntil), RollRoot: m.RollRoot, Seats: m.Seats, OpensAt: web.TimeOr(m.OpensAt), ClosesAt: web.TimeOr(m.ClosesAt), ExtendedFrom: web.TimeOr(m.ExtendedFrom), ExtendedFor: m.ExtendedFor, OutageDays: m.OutageDays,
		Opinion: m.Opinion, ObjectionsUntil: web.TimeOr(m.ObjectionsUntil), CertifiedAt: web.TimeOr(m.CertifiedAt), DiscloseBy: web.TimeOr(m.DiscloseBy), NoticeID: m.DisclosedID, RevokedAt: web.TimeOr(m.RevokedAt), RevokedFor: m.RevokedFor, Reason: m.Reason}
	if m.Seats > 0 {
		v.Area = m.AreaMilli.String()
	}
	if m.RevokedAt != nil {
		v.StateName = "决定已被法院撤销"
	}
	if m.DueAt != nil {
		v.Next, v.DueAt, v.OverdueAt = assembly.NextNames[m.State], web.TimeOr(m.DueAt), web.TimeOr(m.OverdueAt)
	}
	return v
}

// OfView shows a meeting whole.
func OfView(m *assembly.View) Meeting {
	v := OfMeeting(&m.Meeting)
	v.FileIDs = m.FileIDs
	if m.Open {
		v.StateName = "正在投票"
	}
	v.Estate, v.Motions, v.Result, v.Notice, v.SilenceWarning = m.Estate, OfMotions(m.Motions), m.Result, m.Notice, m.Warning
	if m.Convened != "" {
		v.Convener += "（" + m.Convened + "）"
	}
	if m.NoticedAt != nil {
		v.Terms = &m.Terms
	}
	v.Differences = ofDiffering(m.Differing)
	if m.Posting != nil {
		p := OfPosting(*m.Posting)
		v.Posting = &p
	}
	if m.Outcome != nil {
		v.ResultSHA256, v.ResultSignature = m.Outcome.SHA256, m.Outcome.Signature
	}
	return v
}

// OfMotions shows motions.
func OfMotions(list []assembly.Asked) []Motion {
	out := make([]Motion, len(list))
	for i, q := range list {
		out[i] = Motion{ID: q.ID, Position: q.Position, Title: q.Title, Body: q.Body, Matter: q.Matter, Beside: q.Beside, Question: q.Question, Law: q.Law, Confirmed: q.ConfirmedBy != 0, FileIDs: q.FileIDs, Names: q.Names, ItemID: q.ItemID, Spent: q.Spent}
	}
	return out
}

// Unit is one home of a seat.
type Unit struct {
	Code   string `json:"code"`
	Area   string `json:"area" doc:"㎡"`
	Source string `json:"source" doc:"register 登记簿；survey 实测；contract 合同"`
}

// Seat is one owner set on the roll: units and area, no name.
type Seat struct {
	No    int      `json:"no"`
	Area  string   `json:"area" doc:"㎡"`
	Units []Unit   `json:"units"`
	Flags []string `json:"flags,omitempty" doc:"需要人工核对的地方，召集人可见"`
}

// OfUnits shows the units of a seat.
func OfUnits(list []assembly.SeatUnit) []Unit {
	out := make([]Unit, len(list))
	for i, u := range list {
		out[i] = Unit{Code: u.Code, Area: u.Area.String(), Source: u.Source}
	}
	return out
}

// Cast is one submission: how it came and whether it counts. What it said is not shown with it.
type Cast struct {
	Receipt string    `json:"receipt" doc:"回执号"`
	Way     string    `json:"way"`
	At      time.Time `json:"at"`
	Counts  string    `json:"counts" doc:"counted 计票；superseded 被另一张代替；void 不计"`
	Why     string    `json:"why,omitempty"`
}

// Paper is what an owner reads before voting for a seat.
type Paper struct {
	Meeting Meeting `json:"meeting"`
	Seat    Seat    `json:"seat"`
	Shared  bool    `json:"shared" doc:"几位业主共有，一份表决权只投一次；投票时要确认其他业主同意（agreed）"`
	Open    bool    `json:"open"`
	Why     string  `json:"why,omitempty" doc:"现在不能投的原因"`
	Cast    []Cast  `json:"cast" doc:"已经提交过的，最后哪一张计票"`
	WhoSees string  `json:"who_sees,omitempty" doc:"投票页上要写明的：谁能看到怎么投的"`
	Boxed   []Boxed `json:"boxed,omitempty" doc:"以这份表决权的名义投入票箱的纸质票；不是您家投的，可以凭票号提出异议"`
}

// Boxed is a paper form in the sealed box.
type Boxed struct {
	Number string    `json:"number" doc:"票号"`
	State  string    `json:"state"`
	At     time.Time `json:"at"`
}

// OfPaper shows a seat's paper.
func OfPaper(p *assembly.Paper) Paper {
	v := Paper{Meeting: OfMeeting(p.Meeting), Seat: Seat{No: p.Seat.No, Area: p.Seat.AreaMilli.String(), Units: OfUnits(p.Units)}, Shared: p.Shared, Open: p.Open, Cast: []Cast{}}
	v.Meeting.Estate, v.Meeting.Motions = p.Estate, OfMotions(p.Motions)
	if p.Meeting.NoticedAt != nil {
		v.Meeting.Terms = &p.Terms
	}
	if p.Why != nil {
		v.Why = fault.Of(p.Why).Message
	}
	if !p.Away { // there is no bundle of ballots that are counted elsewhere
		v.WhoSees = WhoSees
	}
	for _, c := range p.Cast {
		v.Cast = append(v.Cast, Cast{Receipt: log.GroupCode(c.Code), Way: assembly.WayNames[c.Way], At: web.Time(c.At), Counts: c.Counts, Why: c.Why})
	}
	for _, f := range p.Boxed {
		if f.ReceivedAt != nil {
			v.Boxed = append(v.Boxed, Boxed{Number: f.Number, State: assembly.FormStates[f.State], At: web.Time(*f.ReceivedAt)})
		}
	}
	return v
}

// Receipt is what a voter keeps.
type Receipt struct {
	Code     string    `json:"code" doc:"回执号，可以念给别人听"`
	CheckURL string    `json:"check_url" doc:"查验网址；# 后面的部分只在您的手机里，不会发给服务器"`
	Meeting  string    `json:"meeting"`
	SeatNo   int       `json:"seat_no"`
	Way      string    `json:"way"`
	At       time.Time `json:"at"`
	Replaces bool      `json:"replaces" doc:"代替了您之前的一张"`
	Ballots  []Ballot  `json:"ballots"`
}

// Ballot is the commitment of one motion's ballot.
type Ballot struct {
	MotionID   int64  `json:"motion_id"`
	Version    int    `json:"version"`
	Commitment string `json:"commitment" doc:"这张票在表决记录里的指纹（十六进制）"`
}

// OfReceipt shows a receipt to its voter.
func OfReceipt(r *assembly.Receipt, base string) Receipt {
	v := Receipt{Code: log.GroupCode(r.Code), CheckURL: r.URL(base), Meeting: r.Meeting, SeatNo: r.SeatNo, Way: assembly.WayNames[r.Channel], At: web.Time(r.At), Replaces: r.Replaces}
	for _, b := range r.Ballots {
		v.Ballots = append(v.Ballots, Ballot{MotionID: b.MotionID, Version: b.Version, Commitment: b.Commitment})
	}
	return v
}

// Amount is heads and area.
type Amount struct {
	Heads int64  `json:"heads"`
	Area  string `json:"area" doc:"㎡"`
}

func amount(a tally.Amount) Amount { return Amount{a.Heads, a.Area.String()} }

// Wing is one building's turnout.
type Wing struct {
	Building string `json:"building"`
	Scope    Amount `json:"scope"`
	Voted    Amount `json:"voted"`
}

// Turnout is who has voted, never what.
type Turnout struct {
	Scope     Amount `json:"scope"`
	Voted     Amount `json:"voted"`
	Need      Amount `json:"need" doc:"达到参与表决的比例需要多少"`
	Missing   Amount `json:"missing" doc:"还差多少；0 为已达到"`
	Buildings []Wing `json:"buildings"`
}

// OfTurnout shows a turnout.
func OfTurnout(t *assembly.Turnout) Turnout {
	need := tally.Amount{Heads: t.NeedHeads, Area: t.NeedArea}
	v := Turnout{Scope: amount(t.Scope), Voted: amount(t.Voted), Need: amount(need), Buildings: []Wing{},
		Missing: amount(tally.Amount{Heads: max(0, need.Heads-t.Voted.Heads), Area: max(0, need.Area-t.Voted.Area)})}
	for _, w := range t.Buildings {
		v.Buildings = append(v.Buildings, Wing{Building: w.Name, Scope: amount(w.Scope), Voted: amount(w.Voted)})
	}
	return v
}

// Note is a challenge of the roster or an event of the roll.
type Note struct {
	ID      int64     `json:"id"`
	Kind    string    `json:"kind" doc:"challenge 异议；review 核对；sale、inheritance、correction 锁定后的变化"`
	UnitID  int64     `json:"unit_id,omitempty"`
	SeatNo  int       `json:"seat_no,omitempty"`
	Text    string    `json:"text,omitempty"`
	State   string    `json:"state"`
	Answer  string    `json:"answer,omitempty"`
	At      time.Time `json:"at"`
	FileIDs []int64   `json:"file_ids,omitempty" doc:"变化的证明材料"`
}

// OfNote shows a note.
func OfNote(n assembly.RollNote) Note { return OfNoteView(assembly.RollNoteView{RollNote: n}) }

// OfNoteView shows a note with its documents.
func OfNoteView(n assembly.RollNoteView) Note {
	return Note{ID: n.ID, Kind: n.Kind, UnitID: n.UnitID, SeatNo: n.SeatNo, Text: n.Text, State: n.State, Answer: n.Answer, At: web.Time(n.At), FileIDs: n.FileIDs}
}

// OfRow shows a seat of a roster.
func OfRow(r assembly.Row) Seat {
	return Seat{No: r.No, Area: r.Area.String(), Units: OfUnits(r.Units), Flags: r.Flags}
}

// BundleName is the file name of a bundle.
func BundleName(m *assembly.Meeting, edition string) string {
	if m == nil {
		return ""
	}
	if m.RevokedAt != nil { // what was certified stays as it was signed; a court has revoked it since
		edition += "-revoked"
	}
	return "linli-" + m.Number + "-" + edition + ".zip"
}
