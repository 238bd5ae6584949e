package campaign

import (
	"slices"
	"strings"
)

// Action is what somebody does to a campaign.
type Action string

// The actions.
const (
	Revise  Action = "revise"
	Submit  Action = "submit"
	Return  Action = "return" // back to the draft
	Approve Action = "approve"
	Start   Action = "start"
	Pause   Action = "pause"
	Resume  Action = "resume"
	Finish  Action = "finish"
	Cancel  Action = "cancel"
	Resend  Action = "resend"
	Rate    Action = "rate"
	Remind  Action = "remind"
	Print   Action = "print"
	Knock   Action = "visit"
	Post    Action = "post"    // on the notice board
	Correct Action = "correct" // a visit that was recorded by mistake
	Seal    Action = "seal"    // the record of what was proven
	Confirm Action = "confirm"
)

// ActionNames are the actions as people read them.
var ActionNames = map[Action]string{Revise: "修改", Submit: "提交批准", Return: "退回修改", Approve: "批准", Start: "开始发送", Pause: "暂停", Resume: "继续发送", Finish: "结束", Cancel: "取消",
	Resend: "补发", Rate: "调整发送速度", Remind: "提醒", Print: "打印", Knock: "登记上门", Post: "登记张贴", Correct: "更正上门登记", Seal: "封存送达记录", Confirm: "确认收到"}

// Who is what somebody is to a campaign.
type Who string

// The parts that people play in a campaign.
const (
	Own       Who = "own"       // the office that sends it
	Second    Who = "second"    // its head or chair, or the level above, and another person than who wrote or submitted it
	Above     Who = "above"     // the level above
	Stopper   Who = "stopper"   // the office that paused it
	Addressed Who = "addressee" // somebody of a seat
	ByClock   Who = "clock"
)

// WhoNames are the parts as people read them.
var WhoNames = map[Who]string{Own: "发送单位", Second: "发送单位负责人或上级单位的另一个人", Above: "上级单位", Stopper: "暂停它的单位", Addressed: "收件人", ByClock: "系统"}

// Same is the target of a move that leaves the state.
const Same State = "same"

// Move lets somebody take a campaign from some states to another; Or is where a rule sends it instead.
type Move struct {
	From []State
	Who  Who
	To   State
	Or   State
}

// Rule is an action and where it leads.
type Rule struct {
	Action Action
	Moves  []Move
}

// out are the states in which something has gone out.
var out = []State{Running, Paused, Done}

// Rules is the state machine: state × action × who → state. What is not here is refused.
var Rules = []Rule{
	{Revise, []Move{{[]State{Draft}, Own, Same, ""}}},
	{Submit, []Move{{[]State{Draft}, Own, Submitted, Approved}}},
	{Return, []Move{{[]State{Submitted}, Own, Draft, ""}, {[]State{Submitted, Approved}, Second, Draft, ""}}},
	{Approve, []Move{{[]State{Submitted}, Second, Approved, ""}}},
	{Start, []Move{{[]State{Approved}, ByClock, Running, Cancelled}}}, // Or where its term has passed
	{Pause, []Move{{[]State{Running}, Own, Paused, ""}, {[]State{Running}, Above, Paused, ""}}},
	{Resume, []Move{{[]State{Paused}, Stopper, Running, ""}, {[]State{Paused}, Above, Running, ""}}},
	{Finish, []Move{{[]State{Running}, ByClock, Done, ""}}},
	{Cancel, []Move{{[]State{Draft, Submitted, Approved, Running, Paused}, Own, Cancelled, ""}, {[]State{Submitted, Approved, Running, Paused}, Above, Cancelled, ""}}},
	{Resend, []Move{{[]State{Running, Done}, Own, Running, ""}}},
	{Rate, []Move{{[]State{Approved, Running, Paused}, Own, Same, ""}, {[]State{Approved, Running, Paused}, Above, Same, ""}}},
	{Remind, []Move{{[]State{Running}, ByClock, Same, ""}}},
	{Print, []Move{{out, Own, Same, ""}}},
	{Knock, []Move{{out, Own, Same, ""}, {out, Above, Same, ""}}},
	{Correct, []Move{{append([]State{Cancelled}, out...), Own, Same, ""}, {append([]State{Cancelled}, out...), Above, Same, ""}}},
	{Post, []Move{{out, Own, Same, ""}}},
	{Seal, []Move{{append([]State{Cancelled}, out...), Own, Same, ""}, {append([]State{Cancelled}, out...), Above, Same, ""}}},
	{Confirm, []Move{{out, Addressed, Same, ""}}},
}

var ruleOf = func() map[Action]Rule {
	by := make(map[Action]Rule, len(Rules))
	for _, r := range Rules {
		by[r.Action] = r
	}
	return by
}()

// find gives the move that an action makes in a state for somebody who plays these parts. Otherwise ErrMove with what is
// possible instead, or ErrNotYours if only somebody else may.
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
		return Move{}, ErrNotYours.Saying("这次群发现在是“" + StateNames[s] + "”，" + ActionNames[a] + "要由" + strings.Join(others, "或") + "来做；" + instead(s, who))
	}
	return Move{}, ErrMove.Saying("这次群发现在是“" + StateNames[s] + "”，不能" + ActionNames[a] + "；" + instead(s, who))
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
