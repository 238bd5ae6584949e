package hall

import (
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/server/web"
)

// Form is a paper form, never what is on it.
type Form struct {
	Number      string             `json:"number" doc:"票号，最后两位是校验码"`
	Scan        string             `json:"scan,omitempty" doc:"二维码内容"`
	SeatNo      int                `json:"seat_no"`
	Units       []Unit             `json:"units,omitempty"`
	Way         string             `json:"way"`
	State       assembly.FormState `json:"state"`
	StateName   string             `json:"state_name"`
	ProxyID     int64              `json:"proxy_id,omitempty" doc:"由代理人填写的委托"`
	IssuedAt    time.Time          `json:"issued_at"`
	ReceivedAt  *time.Time         `json:"received_at,omitempty" doc:"投入票箱的时间，就是这张票的时间"`
	ReplacedFor string             `json:"replaced_for,omitempty"`
	Explained   string             `json:"explained,omitempty" doc:"开箱时对不上的，怎么回事"`
	FileIDs     []int64            `json:"file_ids,omitempty" doc:"扫描件"`
	Assisted    *Assisted          `json:"assisted,omitempty"`
}

// Assisted is how a form was filled in for an owner.
type Assisted struct {
	Mode      string    `json:"mode"`
	SpokeAt   time.Time `json:"spoke_at"`
	Attested  bool      `json:"attested" doc:"在场的另一个人已经确认"`
	Statement string    `json:"statement,omitempty" doc:"业主本人怎么说的；表决截止以前只有协助人和见证人看得到"`
	FileIDs   []int64   `json:"file_ids,omitempty" doc:"上门的照片或通话的录音；表决截止以前只有协助人和见证人看得到"`
}

// OfForm shows a form.
func OfForm(f assembly.Form) Form {
	return Form{Number: f.Number, SeatNo: f.SeatNo, Way: assembly.WayNames[f.Way], State: f.State, StateName: assembly.FormStates[f.State], ProxyID: f.ProxyID, IssuedAt: web.Time(f.IssuedAt), ReceivedAt: web.TimeOr(f.ReceivedAt),
		ReplacedFor: f.ReplacedFor, Explained: f.Explained}
}

// OfFormRow shows a form in a list.
func OfFormRow(r assembly.FormRow) Form {
	v := OfForm(r.Form)
	v.Units, v.FileIDs = OfUnits(r.Units), r.FileIDs
	if a := r.Assisted; a != nil {
		v.Assisted = &Assisted{Mode: assembly.AssistModes[a.Mode], SpokeAt: web.Time(a.SpokeAt), Attested: a.Attested, Statement: a.Statement, FileIDs: a.FileIDs}
	}
	return v
}

// Slip is the receipt of a form in the sealed box: time and number, no choice.
type Slip struct {
	Meeting    string    `json:"meeting"`
	Number     string    `json:"number"`
	ReceivedAt time.Time `json:"received_at"`
	Again      bool      `json:"again" doc:"这个号码先前已经收过，请核对是不是复印件"`
}

// OfSlip shows a receipt.
func OfSlip(r *assembly.FormReceipt) Slip {
	return Slip{Meeting: r.Meeting.Number, Number: r.Form.Number, ReceivedAt: web.Time(*r.Form.ReceivedAt), Again: r.Again}
}

// Reconciliation is how the papers of a meeting stand.
type Reconciliation struct {
	Issued      int64                 `json:"issued"`
	Returned    int64                 `json:"returned"`
	Unreturned  int64                 `json:"unreturned"`
	Replaced    int64                 `json:"replaced"`
	Received    int64                 `json:"received" doc:"有投箱回执的"`
	Found       int64                 `json:"found" doc:"开箱时票箱里的"`
	Missing     int64                 `json:"missing"`
	Stray       int64                 `json:"stray"`
	Entered     int64                 `json:"entered"`
	Confirmed   int64                 `json:"confirmed"`
	Invalid     int64                 `json:"invalid" doc:"整张无效的"`
	OpenedAt    *time.Time            `json:"opened_at,omitempty"`
	SignedAt    *time.Time            `json:"signed_at,omitempty"`
	Place       string                `json:"place,omitempty"`
	Minutes     string                `json:"minutes,omitempty"`
	FileIDs     []int64               `json:"file_ids,omitempty" doc:"签了字的开箱记录"`
	Present     []string              `json:"present,omitempty" doc:"监票人"`
	Differences []assembly.Difference `json:"differences,omitempty"`
	Closes      bool                  `json:"closes" doc:"全部对得上、录完、复核完，可以公示结果"`
	Says        []string              `json:"says,omitempty" doc:"还有哪里没办完、对不上"`
}

// OfReconciliation shows a reconciliation.
func OfReconciliation(r *assembly.Reconciliation) Reconciliation {
	v := Reconciliation{Issued: r.Issued, Returned: r.Returned, Unreturned: r.Unreturned, Replaced: r.Replaced, Received: r.Received, Found: r.Found, Missing: r.Missing, Stray: r.Stray, Entered: r.Entered, Confirmed: r.Confirmed,
		Invalid: r.Invalid, Differences: r.Differences, Closes: r.Closes(), Says: r.Says, FileIDs: r.FileIDs}
	if o := r.Opening; o != nil {
		v.OpenedAt, v.SignedAt, v.Place, v.Minutes = web.TimeOr(&o.OpenedAt), web.TimeOr(o.SignedAt), o.Place, o.Minutes
	}
	for _, x := range r.Present {
		name := x.Name
		if x.As != "" {
			name += "（" + x.As + "）"
		}
		v.Present = append(v.Present, name)
	}
	return v
}

// Proxy is an authorisation.
type Proxy struct {
	ID        int64               `json:"id"`
	Number    string              `json:"number"`
	MeetingID int64               `json:"meeting_id"`
	SeatNo    int                 `json:"seat_no"`
	Agent     string              `json:"agent,omitempty"`
	Paper     string              `json:"paper,omitempty" doc:"代理人证件号码；只在核对时显示"`
	Phone     string              `json:"phone,omitempty" doc:"隐去中间几位"`
	Powers    string              `json:"powers"`
	From      time.Time           `json:"from"`
	To        time.Time           `json:"to"`
	State     assembly.ProxyState `json:"state"`
	StateName string              `json:"state_name"`
	Reason    string              `json:"reason,omitempty"`
	ByOwner   bool                `json:"by_owner" doc:"业主自己在小程序上传的"`
	Used      bool                `json:"used" doc:"代理人已经投票，不能再撤销"`
	FileIDs   []int64             `json:"file_ids,omitempty"`
}

// OfProxy shows an authorisation.
func OfProxy(p assembly.Proxy) Proxy {
	return Proxy{ID: p.ID, Number: p.Number, MeetingID: p.MeetingID, SeatNo: p.SeatNo, Powers: p.Powers, From: web.Time(p.StartsAt), To: web.Time(p.EndsAt), State: p.State, StateName: assembly.ProxyStates[p.State],
		Reason: p.Reason, ByOwner: p.ByOwner}
}

// OfProxyRow shows an authorisation in a list, or for its review.
func OfProxyRow(r assembly.ProxyRow) Proxy {
	v := OfProxy(r.Proxy)
	v.Agent, v.Paper, v.Phone, v.Used, v.FileIDs = r.Agent, r.Paper, r.Phone, r.Used, r.FileIDs
	return v
}

// Entrusted is an authorisation as its agent sees it.
type Entrusted struct {
	Proxy
	Usable bool   `json:"usable"`
	Why    string `json:"why,omitempty" doc:"现在不能用的原因"`
	Paper  *Paper `json:"paper_form,omitempty" doc:"要表决的议题"`
}

// OfEntrusted shows an agent what they were authorised for.
func OfEntrusted(e assembly.Entrusted) Entrusted {
	v := Entrusted{Proxy: OfProxy(e.Proxy), Usable: e.Why == nil}
	if e.Why != nil {
		v.Why = fault.Of(e.Why).Message
	}
	if e.Paper != nil {
		p := OfPaper(e.Paper)
		v.Paper = &p
	}
	return v
}

// Authority is the body of an authorisation.
type Authority struct {
	SeatNo    int       `json:"seat_no" minimum:"1"`
	Agent     string    `json:"agent" maxLength:"30" doc:"代理人姓名"`
	Paper     string    `json:"paper" maxLength:"30" doc:"代理人证件号码，加密保存"`
	Phone     string    `json:"phone,omitempty" maxLength:"11" doc:"代理人手机号；填了才能用小程序代投"`
	Positions []int     `json:"positions,omitempty" maxItems:"20" doc:"委托表决第几个议题；不填为全部"`
	Powers    string    `json:"powers" maxLength:"500" doc:"权限"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	FileIDs   []int64   `json:"file_ids" minItems:"1" maxItems:"10" doc:"签名的委托书"`
	ClientRef string    `json:"client_ref" minLength:"1" maxLength:"64"`
}

// Of reads a body for a meeting.
func (a Authority) Of(meeting int64) assembly.Authority {
	return assembly.Authority{SeatNo: a.SeatNo, Agent: a.Agent, Paper: a.Paper, Phone: a.Phone, Positions: a.Positions, Powers: a.Powers, From: a.From, To: a.To, FileIDs: a.FileIDs, ClientRef: a.ClientRef, InputHash: web.InputHash(meeting, a)}
}
