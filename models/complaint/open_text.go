package complaint

import "regexp"

// leads are what in a text leads to a person: numbers to call, of papers and accounts, e-mail addresses, and the number
// on somebody's door. Offices and complainants write them; a stranger has no use for them.
var leads = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`), "***"},
	{regexp.MustCompile(`[\d０-９]{7,}[XxＸｘ]?`), "***"},
	{regexp.MustCompile(`[1１][3-9３-９][\d０-９]([-－ 　]?[\d０-９]{4}){2}`), "***"},
	{regexp.MustCompile(`[0０][\d０-９]{2,3}[-－ 　)）]?[\d０-９]{7,8}`), "***"},
	{regexp.MustCompile(`([\d０-９一二三四五六七八九十]+[-－—#＃][\d０-９一二三四五六七八九十]+[-－—#＃])[\d０-９]{3,4}`), "${1}***"},
	{regexp.MustCompile(`(单元|幢|栋|号楼|座|楼|梯)([ 　]*)[\d０-９]{3,4}([^\d０-９年]|$)`), "${1}${2}***${3}"},
	{regexp.MustCompile(`[A-Za-z]?[\d０-９]{1,4}(室|号房|号户|房间)`), "***${1}"},
}

// forAnybody takes out of a text what leads to a person.
func forAnybody(text string) string {
	for _, l := range leads {
		text = l.pattern.ReplaceAllString(text, l.instead)
	}
	return text
}
