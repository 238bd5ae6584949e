package web

import (
	"strings"

	"github.com/danielgtaylor/huma/v2/validation"
)

// translateMessages replaces huma's validation texts, which are package variables.
func translateMessages() {
	validation.MsgUnexpectedProperty = "没有这一项，请去掉"
	validation.MsgExpectedRFC3339DateTime = "时间格式应为 2026-11-23T10:30:00+08:00"
	validation.MsgExpectedRFC3339Date = "日期格式应为 2026-11-23"
	validation.MsgExpectedRFC3986URI = "网址格式不对：%v"
	validation.MsgExpectedMatchAtLeastOneSchema = "内容不符合任何一种格式"
	validation.MsgExpectedBoolean = "应为 true 或 false"
	validation.MsgExpectedNumber = "应为数字"
	validation.MsgExpectedInteger = "应为整数"
	validation.MsgExpectedString = "应为文字"
	validation.MsgExpectedArray = "应为列表"
	validation.MsgExpectedObject = "应为对象"
	validation.MsgExpectedArrayItemsUnique = "不能重复"
	validation.MsgExpectedOneOf = "只能是：%s"
	validation.MsgExpectedMinimumNumber = "不能小于 %v"
	validation.MsgExpectedMaximumNumber = "不能大于 %v"
	validation.MsgExpectedMinLength = "至少 %d 个字符"
	validation.MsgExpectedMaxLength = "不能超过 %d 个字符"
	validation.MsgExpectedMatchPattern = "格式不对，应符合 %s"
	validation.MsgExpectedBePattern = "格式不对，应为 %s"
	validation.MsgExpectedMinItems = "至少 %d 项"
	validation.MsgExpectedMaxItems = "最多 %d 项"
	validation.MsgExpectedRequiredProperty = "缺少 %s"
}

// literals are huma's texts that are no variables.
var literals = []struct{ part, say string }{
	{"required form parameter is missing", "缺少这一项"},
	{"required query parameter is missing", "缺少这一项"},
	{"required path parameter is missing", "缺少这一项"},
	{"required header parameter is missing", "缺少这一项"},
	{"request body is required", "请求没有内容"},
	{"invalid mime type", "不支持这种文件类型"},
	{"invalid integer", "应为整数"},
	{"invalid number", "应为数字"},
	{"invalid float", "应为数字"},
	{"invalid boolean", "应为 true 或 false"},
	{"invalid date", "日期或时间格式不对"},
	{"invalid character", "不是完整的 JSON"},
	{"unexpected end of json", "JSON 不完整"},
	{"cannot unmarshal", "类型不对"},
	{"file required", "请选择文件"},
	{"expected file", "请选择文件"},
}

func inChinese(msg string) string {
	low := strings.ToLower(msg)
	for _, l := range literals {
		if strings.Contains(low, l.part) {
			return l.say
		}
	}
	for _, r := range msg {
		if r > 0x2e80 {
			return msg
		}
	}
	return "内容格式不对"
}

// fieldPath drops where huma looked ("body.text" becomes "text"): people know the field.
func fieldPath(location string) string {
	for _, prefix := range []string{"body.", "query.", "path.", "header."} {
		if rest, ok := strings.CutPrefix(location, prefix); ok {
			return rest
		}
	}
	return location
}
