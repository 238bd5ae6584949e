package roster

import (
	"strings"

	"github.com/linli-city/linli/models/sheet"
)

// column is a heading that the roster knows.
type column int

const (
	colBuilding column = iota
	colEntrance
	colNumber
	colArea
	colSource
	colUse
	colSold
	colDelivered
	colName
	colPaper
	colPhone
	colShare
	colRepresentative
	colNote
	columns
)

// titles are the template's headings, in its order.
var titles = [columns]string{"幢号", "单元", "房号", "建筑面积", "面积来源", "用途", "状态", "交付", "业主姓名", "证件号码", "手机号", "份额", "业主代表", "备注"}

var required = []column{colBuilding, colNumber, colArea, colName}

var aliases = map[string]column{
	"楼幢": colBuilding, "楼栋": colBuilding, "栋号": colBuilding, "楼号": colBuilding, "幢": colBuilding, "栋": colBuilding,
	"单元号": colEntrance, "梯": colEntrance,
	"室号": colNumber, "房间号": colNumber, "房屋号": colNumber, "房屋编号": colNumber, "门牌号": colNumber,
	"面积": colArea, "建筑面积(㎡)": colArea, "建筑面积(平方米)": colArea, "建筑面积(m2)": colArea, "建筑面积(m²)": colArea, "房屋面积": colArea,
	"面积依据": colSource, "房屋用途": colUse, "销售状态": colSold, "是否已售": colSold, "是否交付": colDelivered, "交付状态": colDelivered,
	"姓名": colName, "业主": colName, "产权人": colName, "权利人": colName,
	"身份证号": colPaper, "身份证号码": colPaper, "证件号": colPaper, "统一社会信用代码": colPaper,
	"电话": colPhone, "联系电话": colPhone, "手机": colPhone, "手机号码": colPhone,
	"产权份额": colShare, "共有份额": colShare, "是否代表": colRepresentative, "说明": colNote,
}

// heading finds the column of a heading.
func heading(text string) (column, bool) {
	text = strings.ReplaceAll(sheet.Clean(text), " ", "")
	for i, t := range titles {
		if t == text {
			return column(i), true
		}
	}
	c, ok := aliases[text]
	return c, ok
}
