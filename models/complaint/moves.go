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
	File     Action = "file"
	Accept   Action = "accept"
	Transfer Action = "transfer"
	Answer   Action = "answer"
	Confirm  Action = "confirm"
	Return   Action = "return"
	Note     Action = "note"   // the lead tells the resident how far it is
	Reveal   Action = "reveal" // an office looked at who complained
	Screen   Action = "screen" // a person decided about public display
)

// ActionNames are the actions as people read them.
var ActionNames = map[Action]string{File: "提交", Accept: "受理", Transfer: "转办", Answer: "答复", Confirm: "确认办结", Return: "退回重办",
	Note: "进展", Reveal: "查看投诉人信息", Screen: "公开审核"}

// moves is the state machine: in a state, an action leads to a state. What is not here is refused.
var moves = map[State]map[Action]State{
	Dispatched: {Accept: Accepted, Transfer: Offered, Note: Dispatched},
	Accepted:   {Answer: Answered, Transfer: Offered, Note: Accepted},
	Offered:    {Accept: Accepted, Answer: Answered, Transfer: Offered, Note: Offered},
	Answered:   {Confirm: Closed, Return: Returned},
	Returned:   {Answer: Answered, Transfer: Offered, Note: Returned},
	Closed:     {},
}

// ErrMove is the fault of an action that the state does not allow.
var ErrMove = fault.New(fault.Conflict, "complaint.wrong_state", "目前的办理状态不能这样操作")

// next gives the state that an action leads to, or ErrMove with what is possible instead.
func (c *Case) next(a Action) (State, error) {
	if to, ok := moves[c.State][a]; ok {
		return to, nil
	}
	var can []string
	for action := range moves[c.State] {
		can = append(can, ActionNames[action])
	}
	slices.Sort(can)
	say := "这件投诉现在是“" + StateNames[c.State] + "”，不能" + ActionNames[a]
	if len(can) > 0 {
		say += "；可以：" + strings.Join(can, "、")
	}
	return "", ErrMove.Saying(say)
}

// allowed lists which of some actions the case's state admits, in a stable order.
func (c *Case) allowed(some ...Action) []Action {
	can := []Action{}
	for _, a := range some {
		if _, ok := moves[c.State][a]; ok {
			can = append(can, a)
		}
	}
	return can
}

// allowedTo lists what an organisation may do now: whoever is asked to take over signs, the lead does the rest.
func (c *Case) allowedTo(organisation int64) []Action {
	switch {
	case organisation == c.OfferedID:
		return c.allowed(Accept)
	case organisation != c.LeadID:
		return nil
	case c.OfferedID != 0:
		return c.allowed(Answer, Note, Transfer)
	}
	return c.allowed(Accept, Answer, Note, Transfer)
}
