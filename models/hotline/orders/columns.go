package orders

import (
	"slices"
	"strings"

	"github.com/linli-city/linli/models/sheet"
)

// column is a heading that is read; what a hotline's system calls it differs from city to city.
type column int

// The columns that are read.
const (
	colNumber column = iota
	colReceived
	colDue
	colTitle
	colText
	colName
	colPhone
	colEstate
	colAddress
	colMatter
	colCategory
	colSecret
	columns
)

// names are the headings of each column; the first is the template's.
var names = [columns][]string{
	colNumber:   {"工单编号", "工单号", "12345工单编号", "诉求编号", "受理单号", "工单流水号", "流水号", "案件编号"},
	colReceived: {"来电时间", "受理时间", "登记时间", "诉求时间", "反映时间", "接收时间", "创建时间"},
	colDue:      {"办理时限", "办结时限", "截止时间", "要求办结时间", "处理时限", "到期时间"},
	colTitle:    {"标题", "诉求标题", "工单标题", "主题"},
	colText:     {"诉求内容", "工单内容", "问题描述", "诉求描述", "反映内容", "来电内容", "内容"},
	colName:     {"来电人", "诉求人", "来电人姓名", "诉求人姓名", "反映人", "市民姓名", "姓名", "联系人"},
	colPhone:    {"联系电话", "来电号码", "来电人电话", "诉求人电话", "联系方式", "手机号", "手机号码", "电话"},
	colEstate:   {"小区", "小区名称", "所在小区"},
	colAddress:  {"地址", "事发地址", "事发地点", "诉求地址", "事件地点", "详细地址", "地点"},
	colMatter:   {"事项", "投诉事项", "责任清单事项"},
	colCategory: {"诉求类型", "诉求分类", "问题分类", "问题类别", "工单类型", "类别"},
	colSecret:   {"是否保密", "是否隐藏", "信息保密", "保密"},
}

// Result is a column that goes back to the hotline.
type Result int

// The results, in the order in which they are appended.
const (
	ResultNumber Result = iota
	ResultOffice
	ResultState
	ResultText
	ResultAnsweredAt
	ResultClosedAt
	ResultLate
	ResultResponse
	ResultSolved
	ResultSatisfied
	Results
)

// resultNames are the headings of each result; the first is written where the hotline has no such column.
var resultNames = [Results][]string{
	ResultNumber:     {"投诉平台受理编号", "平台编号", "承办单位编号"},
	ResultOffice:     {"承办单位", "主办单位", "办理单位", "处理单位", "责任单位"},
	ResultState:      {"办理状态", "工单状态", "当前状态", "状态"},
	ResultText:       {"办理结果", "处理结果", "答复内容", "回复内容", "办理情况", "办结意见"},
	ResultAnsweredAt: {"答复时间", "回复时间", "反馈时间"},
	ResultClosedAt:   {"办结时间", "完成时间"},
	ResultLate:       {"是否超期", "是否逾期", "是否超时"},
	ResultResponse:   {"响应评价", "是否响应", "是否联系"},
	ResultSolved:     {"解决评价", "是否解决"},
	ResultSatisfied:  {"满意评价", "满意度", "是否满意"},
}

// find gives the list that holds a heading, and its place there; -1 for none.
func find(lists [][]string, text string) (list, place int) {
	text = strings.ReplaceAll(sheet.Clean(text), " ", "")
	text = strings.TrimRight(strings.TrimLeft(text, "*"), "*:")
	for i, l := range lists {
		if n := slices.Index(l, text); n >= 0 {
			return i, n
		}
	}
	return -1, 0
}
