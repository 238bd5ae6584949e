package roster

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/sheet"
)

var choices = map[column]map[string]string{
	colSource:    {"": "register", "登记": "register", "不动产登记": "register", "产权证": "register", "测绘": "survey", "实测": "survey", "合同": "contract", "买卖合同": "contract"},
	colUse:       {"": "residential", "住宅": "residential", "商业": "commercial", "商铺": "commercial", "办公": "commercial", "车位": "parking", "车库": "parking", "储藏室": "storage", "杂物间": "storage", "其他": "other"},
	colSold:      {"": "yes", "已售": "yes", "是": "yes", "未售": "no", "否": "no"},
	colDelivered: {"": "yes", "是": "yes", "已交付": "yes", "否": "no", "未交付": "no"},
}

var choiceHelp = map[column]string{colSource: "只能填：登记、测绘、合同", colUse: "只能填：住宅、商业、车位、储藏室、其他", colSold: "只能填：已售、未售", colDelivered: "只能填：是、否"}

// readArea reads square metres. A number that Excel stores as a float is taken as Excel shows it, with 15 digits.
func readArea(c sheet.Cell) (area.Milli, error) {
	text := strings.TrimSuffix(strings.TrimSuffix(strings.ReplaceAll(sheet.Clean(c.Text), " ", ""), "㎡"), "平方米")
	if c.Number {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return 0, area.ErrFormat
		}
		if f, err = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64); err != nil {
			return 0, area.ErrFormat
		}
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return area.Parse(text)
}

var (
	mobile   = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	landline = regexp.MustCompile(`^0[0-9]{2,3}-?[0-9]{7,8}$`)
	passport = regexp.MustCompile(`^[A-Z]{1,2}[0-9]{7,9}$`)
	errPhone = errors.New("应为11位手机号，或带区号的固定电话；没有就留空")
	errPaper = errors.New("证件号码不对：身份证18位且校验码要对，单位填统一社会信用代码，护照等按证件填写")
	errFloat = errors.New("证件号码被存成了数字，末几位已丢失；请把这一列设为“文本”格式后重新填写")
)

func readPhone(c sheet.Cell) (string, error) {
	s := strings.ReplaceAll(strings.ReplaceAll(c.Plain(), " ", ""), "－", "-")
	s = strings.TrimPrefix(s, "+86")
	if compact := strings.ReplaceAll(s, "-", ""); mobile.MatchString(compact) {
		return compact, nil
	}
	if s == "" || landline.MatchString(s) {
		return s, nil
	}
	return "", errPhone
}

func readPaper(c sheet.Cell) (string, error) {
	s := strings.ToUpper(strings.ReplaceAll(c.Plain(), " ", ""))
	switch {
	case s == "":
		return "", nil
	case c.Number && len(s) > 15:
		return "", errFloat
	case len(s) == 18 && (idCard(s) || creditCode(s)):
		return s, nil
	case len(s) != 18 && passport.MatchString(s):
		return s, nil
	}
	return "", errPaper
}

// idCard checks the last digit of an identity card (GB 11643, ISO 7064 MOD 11-2).
func idCard(s string) bool {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		sum += w * int(s[i]-'0')
	}
	return "10X98765432"[sum%11] == s[17]
}

// creditCode checks a unified social credit code (GB 32100, MOD 31).
func creditCode(s string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(alphabet, s[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return alphabet[(31-sum%31)%31] == s[17]
}

var errShare = errors.New("份额应写成 1/2 或 50%；共同共有的都留空")

// readShare reads "1/2" or "50%"; nothing gives 0/0.
func readShare(c sheet.Cell) (num, den int64, err error) {
	s := strings.ReplaceAll(sheet.Clean(c.Text), " ", "")
	if s == "" || s == "共同共有" {
		return 0, 0, nil
	}
	if c.Number && s == "1" {
		return 1, 1, nil
	}
	if percent, ok := strings.CutSuffix(s, "%"); ok {
		m, err := area.Parse(percent) // three decimals, exact
		if err != nil || m > 100_000 {
			return 0, 0, errShare
		}
		num, den = int64(m), 100_000
		for _, p := range []int64{10, 10, 10, 2, 2, 2, 5, 5, 5} {
			if num%p == 0 && den%p == 0 {
				num, den = num/p, den/p
			}
		}
		return num, den, nil
	}
	a, b, ok := strings.Cut(s, "/")
	num, err1 := strconv.ParseInt(a, 10, 64)
	den, err2 := strconv.ParseInt(b, 10, 64)
	if !ok || err1 != nil || err2 != nil || num < 1 || den < num || den > 10_000 {
		return 0, 0, errShare
	}
	return num, den, nil
}

// mask hides the middle of a personal value in a fault.
func mask(s string) string {
	r := []rune(s)
	if len(r) <= 4 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:2]) + strings.Repeat("*", len(r)-4) + string(r[len(r)-2:])
}
