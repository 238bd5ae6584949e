package wording

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	num   = `[0-9零〇一二三四五六七八九十百]`
	block = `(?:[0-9零〇一二三四五六七八九十百A-Za-z甲乙丙丁东西南北]{1,3}(?:幢|栋|号楼|座|楼|#))`
	entry = `(?:` + num + `{1,3}(?:单元|门洞|梯|层))`
)

// doors are the ways in which a home is written, after what may stand before it; the second group is the number of the home. What follows it decides
// whether it is one: 3单元12户 are homes that are counted.
var doors = []*regexp.Regexp{
	regexp.MustCompile(`()` + block + `第?` + entry + `第?-?(` + num + `{1,5})`),
	regexp.MustCompile(`()` + entry + `第?-?([1-9][0-9]{2,3}|[零〇一二三四五六七八九十百]{3,5})`),
	regexp.MustCompile(`()` + block + `-?([1-9][0-9]{2,3}|[零〇一二三四五六七八九十百]{3,5})`),
	regexp.MustCompile(`(^|[^0-9A-Za-z-])[0-9A-Za-z]{1,3}-[0-9]{1,2}-([0-9]{1,4})`),
	regexp.MustCompile(`(^|[^0-9A-Za-z./-])[0-9]{1,2}[./][0-9]{1,2}[./]([1-9][0-9]?[01][0-9])`),
	regexp.MustCompile(`(^|[^0-9A-Za-z〕】\])-])[0-9A-Za-z]{1,2}-([1-9][0-9]?[01][0-9])`),
}

// rooms are numbers that say themselves that they are of a home.
var rooms = []*regexp.Regexp{
	regexp.MustCompile(`()(?:[0-9]{2,4}|[零〇一二三四五六七八九十百]{3,5})(?:室|号房|房间|号户|房号)`),
	regexp.MustCompile(`(^|[^0-9])[1-9][0-9]?0[1-9]房(?:[^屋产管东地建]|$)`),
	regexp.MustCompile(`()` + entry + `(?:` + num + `{1,3}(?:楼|层))?(?:东|西|左|右|中)(?:边|侧|间)?户`),
	regexp.MustCompile(`(^|[^0-9.-])[1-9][0-9]?0[1-9](?:的)?(?:业主|住户|邻居|家)`),
}

var (
	counts  = regexp.MustCompile(`^(?:户|家|人|年|月|日|号楼|幢|栋|元|万|亿|%|‰|楼|层|部|台|个|次|平|㎡|米|盏|间|套|辆|期|份|件|起|条|项|张|块|天|周|吨|度|点|时|至|到|~|号$)`)
	volumes = regexp.MustCompile(`^(?:年|元|万|亿|人|平|㎡|米|%|‰|度|吨|个|次|盏|辆|份|余|多|户中)`)
	years   = regexp.MustCompile(`^(?:19|20)[0-9]{2}$`)
	bare    = regexp.MustCompile(`(^|[^0-9.第〕-])[1-9][0-9]?0[1-9](?:还|尚|仍|均|都|也)?(?:欠|拖欠|未交|未缴|没交|没缴|不交|不缴)`)
	homes   = regexp.MustCompile(`(^|[^0-9])[1-9][0-9]?0[1-9]户`)
	before  = regexp.MustCompile(`(?:共|约|计|有|超过|达到?|余|剩|仍|尚|全|总|为|近|其中|累计|小区|数|收|交|缴|欠|费)[:：是为]?$`)
	brief   = regexp.MustCompile(`^[2-3][0-9]-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12][0-9]|3[01])$`)
	offices = regexp.MustCompile(`服务中心|服务处|服务站|物业处|物业部|办公室|办公地点|值班室|值班|门岗|岗亭|监控室|前台|收费处|收费点|缴费处|缴费点|业委会|居委会|社区|警务室|活动室|会议室|地址|地点`)
)

// Door is the first home that a text names by its number, as it stands there; empty where there is none. Buildings and entrances are no homes,
// nor is a number of homes, nor the room of an office beside whose name it stands.
func Door(text string) string {
	plain := strings.NewReplacer("—", "-", "–", "-", "－", "-", "﹣", "-", "―", "-", "‑", "-", "_", "-", "号院", "，", "＃", "#", "号单元", "单元").Replace(narrow(text, false))
	for _, line := range strings.FieldsFunc(plain, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if d := doorIn(squeezed(line)); d != "" {
			return d
		}
	}
	return ""
}

// squeezed leaves out the spaces of a line that stand beside a Chinese character or a hyphen; two numbers with a space between them stay two.
var spaced = regexp.MustCompile(`(\p{Han}|-|#)[ \t]+|[ \t]+(\p{Han}|-|#)`)

func squeezed(line string) string {
	for {
		next := spaced.ReplaceAllString(line, "$1$2")
		if next == line {
			return line
		}
		line = next
	}
}

func doorIn(line string) string {
	for _, re := range doors {
		for _, at := range re.FindAllStringSubmatchIndex(line, -1) {
			from, to := at[3], at[5]
			found, rest := line[from:to], line[to:]
			if r, _ := utf8.DecodeRuneInString(rest); strings.ContainsRune("0123456789.零〇一二三四五六七八九十百", r) && rest != "" && !strings.HasPrefix(rest, ".") || brief.MatchString(found) || strings.HasPrefix(rest, "-") {
				continue
			}
			n := line[at[4]:at[5]]
			if counted := counts.MatchString(rest) && !longNumber(n) || volumes.MatchString(rest) || strings.HasPrefix(rest, "户") && strings.HasSuffix(n, "00"); counted || office(line, from, to) {
				continue
			}
			if strings.ContainsAny(found, "./") && years.MatchString(n) {
				continue
			}
			return found
		}
	}
	for _, re := range rooms {
		for _, at := range re.FindAllStringSubmatchIndex(line, -1) {
			if from, to := at[3], at[1]; !office(line, from, to) && !before.MatchString(line[:from]) {
				return line[from:to]
			}
		}
	}
	for _, at := range homes.FindAllStringSubmatchIndex(line, -1) { // 502户 is a door, 共502户 are homes
		if !before.MatchString(line[:at[3]]) {
			return line[at[3]:at[1]]
		}
	}
	return ""
}

// longNumber reports whether a number is that of a door and not of a few homes.
func longNumber(n string) bool { return utf8.RuneCountInString(n) >= 3 }

// office reports whether a room is an office's: its name stands beside it, in the same part of the sentence.
func office(line string, from, to int) bool {
	lead, tail := []rune(line[:from]), []rune(line[to:])
	lead, tail = lead[max(0, len(lead)-10):], tail[:min(len(tail), 8)]
	if i := strings.LastIndexAny(string(lead), "，。；、,;"); i >= 0 {
		lead = []rune(string(lead)[i:])
	}
	if i := strings.IndexAny(string(tail), "，。；、,;欠未"); i >= 0 {
		tail = []rune(string(tail)[:i])
	}
	return offices.MatchString(string(lead)) || offices.MatchString(string(tail))
}

// HideDoors writes 某户 for every home that a text names, as far as it stands there as it is read.
func HideDoors(text string) string {
	for range 1000 {
		d := Door(text)
		if d == "" || !strings.Contains(text, d) {
			break
		}
		text = strings.ReplaceAll(text, d, "某户")
	}
	return text
}

// Debtor is the door that a text for many names while it speaks of who has not paid; empty where it does not. What a building or an entrance owes
// together is nobody's in particular.
func Debtor(text string) string {
	if Owing(text) == "" {
		return ""
	}
	if d := Door(text); d != "" {
		return d
	}
	for _, line := range strings.Split(narrow(text, false), "\n") { // 101未交: what owes is a home
		line = squeezed(line)
		for _, at := range bare.FindAllStringSubmatchIndex(line, -1) {
			if !before.MatchString(line[:at[3]]) {
				return line[at[3]:at[1]]
			}
		}
	}
	return ""
}
