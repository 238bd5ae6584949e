package sms

import "strings"

// meaning is what a code of the provider means for another try.
type meaning struct {
	permanent bool // the same text again cannot help
	limited   bool // nothing more is taken for now
	onePhone  bool // the limit is this phone's alone
	uncertain bool // the text may have gone out
	// alert is for whoever runs linli: until they act, no text goes out.
	alert bool
}

// meanings are the provider's codes. Most are documented at https://help.aliyun.com/document_detail/101346.html (API错误码),
// quoted behind each; those of the gateway, which answers before the SMS service, at https://api.aliyun.com/troubleshoot
// (公共错误码). A code that is not here is worth another try.
var meanings = map[string]meaning{
	// The number.
	"isv.MOBILE_NUMBER_ILLEGAL":   {permanent: true}, // 手机号码格式错误
	"isv.MOBILE_COUNT_OVER_LIMIT": {permanent: true}, // 手机号码数量超过限制
	"isv.BLACK_KEY_CONTROL_LIMIT": {permanent: true}, // 黑名单管控
	"isv.CUSTOMER_REFUSED":        {permanent: true}, // 用户已退订
	"isv.SMS_TEST_NUMBER_LIMIT":   {permanent: true}, // 只能向已回复授权信息的手机号发送

	// The template, the signature and what is put into them.
	"isv.SMS_TEMPLATE_ILLEGAL":               {permanent: true, alert: true}, // 该账号下找不到对应模板
	"isv.SMS_SIGNATURE_ILLEGAL":              {permanent: true, alert: true}, // 该账号下找不到对应签名
	"isv.SMS_SIGNATURE_SCENE_ILLEGAL":        {permanent: true, alert: true}, // 签名和模板类型不一致
	"isv.SIGN_STATE_ILLEGAL":                 {permanent: true, alert: true}, // 签名状态为“不可用”
	"isv.SMS_SIGN_ILLEGAL":                   {permanent: true, alert: true}, // 签名禁止使用
	"isv.SIGN_NAME_ILLEGAL":                  {permanent: true, alert: true}, // 签名名称不符合规范
	"isv.DOMESTIC_NUMBER_NOT_SUPPORTED":      {permanent: true, alert: true}, // 国际/港澳台消息模板不支持发送境内号码
	"isv.TEMPLATE_MISSING_PARAMETERS":        {permanent: true},              // 模板变量中存在未赋值变量
	"isv.TEMPLATE_PARAMS_ILLEGAL":            {permanent: true},              // 传入的变量内容和实际申请模板时变量所选择的属性类型不匹配
	"isv.PARAM_LENGTH_LIMIT":                 {permanent: true},              // 参数超过长度限制
	"isv.PARAM_NOT_SUPPORT_URL":              {permanent: true},              // 变量不支持传入URL
	"isv.INVALID_JSON_PARAM":                 {permanent: true},              // 参数格式错误，请修改为字符串值
	"isv.INVALID_PARAMETERS":                 {permanent: true},              // 参数格式不正确
	"isv.SMS_CONTENT_ILLEGAL":                {permanent: true},              // 短信内容包含禁止发送内容
	"isv.UNSUPPORTED_CONTENT":                {permanent: true},              // 短信内容包含不支持的字符
	"isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE": {permanent: true},              // 短信内容和模板属性不匹配

	// How much, and what it costs.
	"isv.BUSINESS_LIMIT_CONTROL": {limited: true, onePhone: true}, // 触发云通信流控限制：同一签名对同一手机号码
	"isv.DAY_LIMIT_CONTROL":      {limited: true, alert: true},    // 触发日发送限额
	"isv.MONTH_LIMIT_CONTROL":    {limited: true, alert: true},    // 触发月发送限额
	"isv.OUT_OF_SERVICE":         {limited: true, alert: true},    // 业务停机（余额不足）
	"isv.AMOUNT_NOT_ENOUGH":      {limited: true, alert: true},    // 账户余额不足
	throttling:                   {limited: true},                 // gateway: 请求被流控；also with .User, .Api behind it

	// The account: the text is as good as ever once somebody has put this right.
	"isp.RAM_PERMISSION_DENY":     {alert: true}, // RAM权限不足
	"isv.PRODUCT_UN_SUBSCRIPT":    {alert: true}, // 未开通云通信产品的阿里云客户
	"isv.PRODUCT_UNSUBSCRIBE":     {alert: true}, // 产品未开通
	"isv.ACCOUNT_NOT_EXISTS":      {alert: true}, // 账户不存在
	"isv.ACCOUNT_ABNORMAL":        {alert: true}, // 账户异常
	"isv.SECURITY_FROZEN_ACCOUNT": {alert: true}, // 因该账号长时间未使用，已限制短信发送
	"isv.DENY_IP_RANGE":           {alert: true}, // 源IP地址所在的地区被禁用
	"InvalidAccessKeyId.NotFound": {alert: true}, // gateway: AccessKeyId 不存在
	"InvalidAccessKeyId.Inactive": {alert: true}, // gateway: AccessKeyId 已禁用
	"SignatureDoesNotMatch":       {alert: true}, // 客户端生成的签名与服务端不匹配
	"InvalidTimeStamp.Expired":    {alert: true}, // 时间戳或日期已过期：the clock of this machine is wrong

	// Trouble inside, after the text was taken: asked again it might go out twice.
	"isp.SYSTEM_ERROR":   {uncertain: true}, // 系统出现错误，请重新调用
	"isp.GATEWAY_ERROR":  {uncertain: true}, // 调用发送应用模块失败
	"isp.UNKNOWN":        {uncertain: true}, // 未知错误
	"InternalError":      {uncertain: true}, // gateway: 服务内部错误
	"ServiceUnavailable": {uncertain: true}, // gateway: 服务暂时不可用
}

const throttling = "Throttling"

// meaningOf is the meaning of a code that came with an HTTP status.
func meaningOf(code string, status int) meaning {
	m, known := meanings[code]
	switch {
	case known:
		return m
	case strings.HasPrefix(code, throttling+"."):
		return meanings[throttling]
	}
	return meaning{uncertain: status >= 500}
}
