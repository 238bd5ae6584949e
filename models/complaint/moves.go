package complaint

import (
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
)

// Action is what somebody does to a case, and the kind of the step that it leaves.
type Action string

// The actions.
const (
	File       Action = "file"
	Accept     Action = "accept"
	Refuse     Action = "refuse"      // not ours, by this clause
	Transfer   Action = "transfer"    // ask another office to lead
	Arbitrate  Action = "arbitrate"   // the final word on who leads
	Redirect   Action = "redirect"    // a level above gives the case to another office
	Split      Action = "split"       // into parts for several offices
	Gather     Action = "gather"      // all parts are done
	Merge      Action = "merge"       // into another case about the same thing
	Ask        Action = "ask"         // the complainant is to add something
	Supply     Action = "supply"      // the complainant adds something
	Plan       Action = "plan"        // the work is set for a day
	Hold       Action = "hold"        // the work cannot go on until a day
	Resume     Action = "resume"      // it goes on
	Conclude   Action = "conclude"    // this leg of an ordered route is done; the next opens with its finding
	Answer     Action = "answer"      // the lead has done what it can
	Confirm    Action = "confirm"     // a complainant is content
	Return     Action = "return"      // a complainant is not
	Lapse      Action = "lapse"       // nobody returned it in time
	Reopen     Action = "reopen"      // a closed case is worked on again
	Withdraw   Action = "withdraw"    // a complainant takes it back
	ForceClose Action = "force_close" // a level above ends it
	Urge       Action = "urge"
	Escalate   Action = "escalate" // a clock has run out: the level above is called in
	Join       Action = "join"     // a neighbour complains of the same
	Rate       Action = "rate"
	Note       Action = "note"   // the lead tells the complainants how far it is
	Assign     Action = "assign" // to a post of the own office
	Reveal     Action = "reveal" // an office looked at who complained
	Screen     Action = "screen" // a person decided about public display
)

// ActionNames are the actions as people read them.
var ActionNames = map[Action]string{
	File: "提交", Accept: "受理", Refuse: "退办", Transfer: "转办", Arbitrate: "裁定", Redirect: "改派", Split: "分办", Gather: "分办完成", Merge: "并案",
	Ask: "请补充", Supply: "补充", Plan: "安排办理", Hold: "暂缓", Resume: "继续办理", Conclude: "办完本环节", Answer: "答复", Confirm: "确认办结", Return: "退回重办",
	Lapse: "到期未回复，自动办结", Reopen: "重新办理", Withdraw: "撤回", ForceClose: "强制办结", Urge: "催办", Escalate: "升级督办", Join: "加入", Rate: "评价",
	Note: "进展", Assign: "指定经办岗位", Reveal: "查看投诉人信息", Screen: "公开审核",
}

// Who is what somebody is to a case.
type Who string

// The parts that people play in a case.
const (
	Lead          Who = "lead"        // the office that leads it
	Asked         Who = "asked"       // the office that is asked to lead
	PartLead      Who = "part_lead"   // the office that leads a part of a split case
	Above         Who = "above"       // an office above the lead in the chain
	Arbiter       Who = "arbiter"     // the leading group's office, or the group where the office is concerned
	ByComplainant Who = "complainant" // somebody with a receipt that still counts
	ByNeighbour   Who = "neighbour"   // a resident who reads the case among the estate's public ones
	ByReviewer    Who = "reviewer"    // looks after what is shown in public
	ByClock       Who = "clock"       // nobody: a time has come
)

// WhoNames are the parts as people read them.
var WhoNames = map[Who]string{Lead: "主办单位", Asked: "被请主办的单位", PartLead: "分办单位", Above: "上级单位", Arbiter: "领导小组办公室", ByComplainant: "投诉人",
	ByNeighbour: "本小区居民", ByReviewer: "审核人", ByClock: "系统"}

// Need is a field that an action cannot do without.
type Need string

// The fields.
const (
	NeedText    Need = "text"
	NeedClause  Need = "clause"
	NeedTo      Need = "to"
	NeedParts   Need = "parts"
	NeedInto    Need = "into"
	NeedOn      Need = "on"
	NeedReport  Need = "report"  // when accepted, who was contacted, what was done, what comes next and when
	NeedOpinion Need = "opinion" // response, solved, satisfied
	NeedPost    Need = "post"
)

// Targets of a move that are not a state of their own.
const (
	Same State = "same" // the state stays
	Back State = "back" // the state before the case was offered, asked, held, split or disputed
)

// Move lets somebody take a case from some states to another. What an action does beyond that may send the case
// elsewhere, and says so in Or: the second refusal, the last of several complainants.
type Move struct {
	From []State
	Who  Who
	To   State
	Or   State
}

// Rule is what an action needs and where it leads.
type Rule struct {
	Action Action
	Needs  []Need
	Moves  []Move
}

var (
	working = []State{Accepted, Planned, Returned}
	started = append([]State{Dispatched}, working...)
	// offices are the states in which it is for an office to act.
	offices  = append([]State{Offered, Arbitration, Awaiting, Held, Parted}, started...)
	standing = append([]State{Answered}, offices...)
	anywhere = append([]State{Closed, Withdrawn, Merged}, standing...)
)

// Rules is the state machine: state × action × who → state. What is not here is refused.
var Rules = []Rule{
	{Accept, nil, []Move{{[]State{Dispatched}, Lead, Accepted, ""}, {[]State{Offered}, Asked, Accepted, ""}}},
	{Refuse, []Need{NeedClause, NeedText}, []Move{{[]State{Dispatched}, Lead, Offered, Arbitration}, {[]State{Offered}, Asked, Back, Arbitration}}},
	{Transfer, []Need{NeedTo, NeedClause, NeedText}, []Move{{append([]State{Offered}, started...), Lead, Offered, ""}}},
	{Arbitrate, []Need{NeedTo, NeedClause, NeedText}, []Move{{[]State{Arbitration}, Arbiter, Dispatched, ""}}},
	{Redirect, []Need{NeedTo, NeedText}, []Move{{append([]State{Offered, Awaiting, Held}, started...), Above, Dispatched, ""}}},
	{Split, []Need{NeedParts}, []Move{{working, Lead, Parted, ""}}},
	{Gather, nil, []Move{{[]State{Parted}, ByClock, Back, ""}}},
	{Merge, []Need{NeedInto, NeedText}, []Move{{started, Lead, Merged, ""}}},
	{Ask, []Need{NeedText}, []Move{{working, Lead, Awaiting, ""}}},
	{Supply, []Need{NeedText}, []Move{{[]State{Awaiting}, ByComplainant, Back, ""}, {append([]State{Offered, Arbitration, Held, Parted}, started...), ByComplainant, Same, ""}}},
	{Plan, []Need{NeedText, NeedOn}, []Move{{working, Lead, Planned, ""}}},
	{Hold, []Need{NeedText, NeedOn}, []Move{{working, Lead, Held, ""}}},
	{Resume, nil, []Move{{[]State{Held, Awaiting}, Lead, Back, ""}, {[]State{Held, Awaiting}, ByClock, Back, ""}}},
	{Conclude, []Need{NeedText}, []Move{{working, Lead, Dispatched, ""}}},
	// The part's row stands first: whoever leads a part is a lead as well.
	{Answer, []Need{NeedReport}, []Move{{append([]State{Offered}, working...), PartLead, Closed, ""}, {append([]State{Offered}, working...), Lead, Answered, ""}}},
	{Confirm, nil, []Move{{[]State{Answered}, ByComplainant, Closed, Same}}},
	{Return, []Need{NeedText}, []Move{{[]State{Answered}, ByComplainant, Returned, Dispatched}}},
	{Lapse, nil, []Move{{[]State{Answered}, ByClock, Closed, ""}}},
	{Reopen, []Need{NeedText}, []Move{{[]State{Closed}, Above, Returned, ""}, {[]State{Closed}, ByComplainant, Returned, ""}}},
	{Withdraw, nil, []Move{{standing, ByComplainant, Withdrawn, Same}}},
	{ForceClose, []Need{NeedText}, []Move{{standing, Above, Closed, ""}}},
	{Urge, nil, []Move{{offices, ByComplainant, Same, ""}}},
	{Escalate, nil, []Move{{offices, ByClock, Same, ""}}},
	{Join, nil, []Move{{standing, ByNeighbour, Same, ""}}},
	{Rate, []Need{NeedOpinion}, []Move{{[]State{Answered, Closed}, ByComplainant, Same, ""}}},
	{Note, []Need{NeedText}, []Move{{offices, Lead, Same, ""}, {offices, Above, Same, ""}}},
	{Assign, []Need{NeedPost}, []Move{{offices, Lead, Same, ""}, {[]State{Offered}, Asked, Same, ""}}},
	{Reveal, []Need{NeedText}, []Move{{standing, Lead, Same, ""}}},
	{Screen, nil, []Move{{anywhere, ByReviewer, Same, ""}}},
}

var ruleOf = func() map[Action]Rule {
	by := make(map[Action]Rule, len(Rules))
	for _, r := range Rules {
		by[r.Action] = r
	}
	return by
}()

// Faults of the state machine.
var (
	ErrMove    = fault.New(fault.Conflict, "complaint.wrong_state", "目前的办理状态不能这样操作")
	ErrNotLead = fault.New(fault.Forbidden, "complaint.not_lead", "这件投诉由其他单位主办，您的单位可以查看，不能办理")
)

// find gives the move that an action makes in a state for somebody who plays these parts. Otherwise ErrMove with what
// is possible instead, or ErrNotLead if only somebody else may.
func find(s State, a Action, who []Who) (Move, error) {
	var others []string
	for _, m := range ruleOf[a].Moves {
		if !slices.Contains(m.From, s) {
			continue
		}
		if slices.Contains(who, m.Who) {
			return m, nil
		}
		others = append(others, WhoNames[m.Who])
	}
	if len(others) > 0 {
		return Move{}, ErrNotLead.Saying("这件投诉现在是“" + StateNames[s] + "”，" + ActionNames[a] + "要由" + strings.Join(others, "或") + "来做；" + instead(s, who))
	}
	return Move{}, ErrMove.Saying("这件投诉现在是“" + StateNames[s] + "”，不能" + ActionNames[a] + "；" + instead(s, who))
}

func instead(s State, who []Who) string {
	var can []string
	for _, a := range allowed(s, who) {
		can = append(can, ActionNames[a])
	}
	if len(can) == 0 {
		return "您现在可以查看"
	}
	return "您现在可以：" + strings.Join(can, "、")
}

// allowed lists what somebody who plays these parts may do in a state, in the table's order.
func allowed(s State, who []Who) []Action {
	var can []Action
	for _, r := range Rules {
		for _, m := range r.Moves {
			if slices.Contains(m.From, s) && slices.Contains(who, m.Who) {
				can = append(can, r.Action)
				break
			}
		}
	}
	return can
}
