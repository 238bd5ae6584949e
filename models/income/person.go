package income

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/wording"
)

// Named gives the full names of an estate's owners and residents that are in a text.
type Named func(tx *store.Tx, estate int64, text string) ([]string, error)

// Names lets what is entered be held against the names of those who live in the estate.
func (s *Service) Names(named Named) { s.named = named }

// bankCard finds the number of a card.
var bankCard = regexp.MustCompile(`(^|[^0-9])62[0-9]{2}([ -]?[0-9]{4}){2,3}[ -]?[0-9]{1,7}([^0-9]|$)`)

// Where a text says itself that a name follows.
var called = regexp.MustCompile(`(?:收款人|付款人|经手人|联系人|承包人|承租人|户名|姓名|身份证)[：:是为 ]*(\p{Han}{2,4})`)

// personal says which of a person's numbers or names a text gives away, empty where none. residents are the names of the estate that are in it.
func personal(text string, residents []string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, text)
	switch {
	case wording.HasIdentity(plain):
		return "身份证号"
	case wording.HasMobile(plain):
		return "手机号"
	case bankCard.MatchString(plain):
		return "银行卡号"
	}
	for _, m := range called.FindAllStringSubmatch(plain, -1) {
		if org.PersonName(m[1]) {
			return "个人的姓名"
		}
	}
	if len(residents) > 0 {
		return "个人的姓名"
	}
	return ""
}

// What people write beside a name to say that it is a person's.
var asPerson = regexp.MustCompile(`个人|业主|住户|村民|租户|商户|摊主|老板|先生|女士|师傅|同志|工人|[^\p{Han}*＊]+`)

// person reports whether the other side is given as a person by name; "个人", 王* and 王先生 are not.
func person(party string) bool {
	for _, part := range strings.Fields(asPerson.ReplaceAllString(party, " ")) {
		if org.PersonName(part) {
			return true
		}
	}
	return false
}

// impersonal refuses what leads to a person in the named texts of an entry: all owners read the books of the public income, and for good.
func (s *Service) impersonal(tx *store.Tx, estate int64, texts map[string]string) error {
	var c fault.Checks
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		text := texts[path]
		var residents []string
		if s.named != nil {
			var err error
			if residents, err = s.named(tx, estate, text); err != nil {
				return err
			}
		}
		found := personal(text, residents)
		switch {
		case found != "" && path != "party":
			c.Check(false, path, "里面有"+found+"：公共收益的账全体业主都能看，也不能删改。请删去，写“个人”或“王*”这样，证件和联系方式留在凭据里")
		case found != "" || path == "party" && person(text):
			c.Check(false, path, "对方是个人的，只写“个人”（或“王*”这样），不写姓名、手机号、证件号和卡号；是单位的，请写单位的全称，例如“某某商店”")
		}
	}
	return c.Err()
}
