package wechat

import (
	"errors"

	"github.com/linli-city/linli/models/fault"
)

// The faults of WeChat, as errors.Is finds them.
var (
	ErrUnavailable   = fault.New(fault.Unavailable, "wechat.unavailable", "微信暂时没有回应，请过一会儿再试；您已提交的内容不会丢失").After(15)
	ErrSlow          = fault.New(fault.Unavailable, "wechat.slow", "微信回应太慢，请过一会儿再试；您已提交的内容不会丢失").After(15)
	ErrBusy          = fault.New(fault.Unavailable, "wechat.busy", "微信现在很忙，请过几秒再试").After(5)
	ErrMisconfigured = fault.New(fault.Unavailable, "wechat.misconfigured", "微信功能还没有设置好，请联系社区")
	ErrLimited       = fault.New(fault.Limited, "wechat.limited", "操作太频繁了，请过一分钟再试").After(60)
	ErrBlocked       = fault.New(fault.Forbidden, "wechat.blocked", "微信提示这个微信号有风险，暂时不能登录。请在微信里完成安全验证后再试，或到社区窗口办理")
	ErrCode          = fault.New(fault.Unauthenticated, "wechat.code_invalid", "登录没有成功，请关闭小程序后重新打开")
	ErrCodeUsed      = fault.New(fault.Unauthenticated, "wechat.code_used", "这次登录已经用过了，请关闭小程序后重新打开")
	ErrPhoneCode     = fault.New(fault.Invalid, "wechat.phone_code_invalid", "没有取到手机号，请再点一次“获取手机号”")
	ErrCodeForeign   = fault.New(fault.Invalid, "wechat.code_foreign", "这次授权不是在本小程序里给的，请在本小程序里再点一次“获取手机号”")
	ErrInactive      = fault.New(fault.Conflict, "wechat.inactive", "请重新打开小程序后再试")
	ErrUserData      = fault.New(fault.Invalid, "wechat.data_invalid", "微信给的信息没有核对上，请重新授权一次")
	ErrPush          = fault.New(fault.Forbidden, "wechat.push_invalid", "消息来源没有核对上")
	ErrRefused       = fault.New(fault.Conflict, "wechat.refused", "收信人没有同意接收这类微信消息")
	ErrNotFollowing  = fault.New(fault.Conflict, "wechat.not_following", "收信人没有关注服务号")
	ErrRecipient     = fault.New(fault.Invalid, "wechat.recipient", "收信人的微信号无效")
	ErrTemplate      = fault.New(fault.Invalid, "wechat.template", "微信消息的模板或内容不合要求")
)

const codeBusy = -1

// meanings maps WeChat's global return codes to faults; a code that is not here is ErrUnavailable.
var meanings = map[int]*fault.Fault{
	codeBusy: ErrBusy,
	40029:    ErrCode, 40163: ErrCodeUsed, 40226: ErrBlocked,
	45009: ErrLimited, 45011: ErrLimited, 44991: ErrLimited, 43108: ErrLimited,
	40002: ErrMisconfigured, 40013: ErrMisconfigured, 40125: ErrMisconfigured, 40164: ErrMisconfigured,
	41002: ErrMisconfigured, 41004: ErrMisconfigured, 48001: ErrMisconfigured, 50002: ErrMisconfigured,
	61010: ErrInactive,
	43101: ErrRefused, 43004: ErrNotFollowing, 40003: ErrRecipient,
	40037: ErrTemplate, 41030: ErrTemplate, 40165: ErrTemplate, 43107: ErrTemplate, 45168: ErrTemplate, 47001: ErrTemplate, 47003: ErrTemplate,
}

// meaning is the fault of a code in an operation: getPhoneNumber has a sense of its own for two of them.
func meaning(op string, code int) *fault.Fault {
	if op == opPhone {
		switch code {
		case 40013:
			return ErrCodeForeign
		case 40029, 40163:
			return ErrPhoneCode
		}
	}
	if f, ok := meanings[code]; ok {
		return f
	}
	return ErrUnavailable
}

// Code is WeChat's errcode inside err, 0 when WeChat gave none.
func Code(err error) int {
	var f *failure
	if errors.As(err, &f) {
		return f.code
	}
	return 0
}

// Permanent reports that sending the same again to the same account will fail again.
func Permanent(err error) bool {
	return Refused(err) || errors.Is(err, ErrRecipient) || errors.Is(err, ErrTemplate)
}

// Refused reports that the person did not agree to be written to: no consent left, or not following.
func Refused(err error) bool {
	return errors.Is(err, ErrRefused) || errors.Is(err, ErrNotFollowing)
}

// Limited reports that WeChat takes nothing more for now: a quota or a rate is used up.
func Limited(err error) bool { return errors.Is(err, ErrLimited) }

// Uncertain reports that a message may have gone out all the same: it was handed over, and no answer came back that says what
// became of it.
func Uncertain(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.unsure
}
