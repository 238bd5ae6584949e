package complaint

import (
	"strings"
	"testing"
)

func TestForAnybody(t *testing.T) {
	for _, c := range []struct{ text, never, keep string }{
		{"请打13812345678找我", "13812345678", "找我"},
		{"电话138 1234 5678", "1234", "电话"},
		{"手机１３８１２３４５６７８", "１２３４５６７８", "手机"},
		{"座机0854-8220000转2", "8220000", "转2"},
		{"身份证52270119800101123X", "1980010112", "身份证"},
		{"邮箱 li.lei+a@example.com。", "example", "邮箱"},
		{"3幢2单元502漏水", "502", "3幢2单元"},
		{"住在3-2-502", "502", "3-2-"},
		{"502室渗水", "502", "渗水"},
		{"Ａ座 1203，很吵", "1203", "很吵"},
		{"十二栋2101", "2101", "十二栋"},
		{"卡号6222021234567890123", "6222", "卡号"},
	} {
		got := forAnybody(c.text)
		if strings.Contains(got, c.never) || !strings.Contains(got, c.keep) {
			t.Errorf("%q became %q", c.text, got)
		}
	}
	for _, same := range []string{"2026-11-24 电梯停了3天", "6号楼的3部电梯，停运72小时", "路灯坏了", "已于2026年11月24日修好，用时2小时", "小区成立于7号楼2008年"} {
		if got := forAnybody(same); got != same {
			t.Errorf("%q became %q", same, got)
		}
	}
}
