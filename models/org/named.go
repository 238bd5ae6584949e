package org

import (
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/linli-city/linli/models/store"
)

// nameCache keeps the names of some estates in memory for a short time: a name is decrypted once, not with each text. Nothing of it is stored.
type nameCache struct {
	mu      sync.Mutex
	estates map[int64]nameList
}

// nameList is the names of an estate with the lengths that they have, the longest first.
type nameList struct {
	names   map[string]bool
	lengths []int
	until   time.Time
}

// Bounds of what is kept: for how long, of how many estates, and of how many people each.
const (
	knownFor     = 5 * time.Minute
	mostKnown    = 64
	mostInEstate = 50_000
)

// NamedIn gives the full names of people who own or live in an estate and are in a text, each once. A name counts as a whole, with its
// surname: not inside a longer one, and no word of every day. Names of organisations are not people's.
func (s *Service) NamedIn(tx *store.Tx, estate int64, text string) ([]string, error) {
	r, err := s.namesOf(tx, estate)
	if err != nil {
		return nil, err
	}
	var found []string
	list := []rune(text)
	for at := 0; at < len(list); at++ {
		for _, n := range r.lengths {
			if at+n > len(list) || !r.names[string(list[at:at+n])] {
				continue
			}
			if name := string(list[at : at+n]); !slices.Contains(found, name) {
				found = append(found, name)
			}
			at += n - 1
			break
		}
	}
	return found, nil
}

func (s *Service) namesOf(tx *store.Tx, estate int64) (nameList, error) {
	s.names.mu.Lock()
	r, ok := s.names.estates[estate]
	s.names.mu.Unlock()
	if ok && tx.Now.Before(r.until) {
		return r, nil
	}
	r, err := s.readNames(tx, estate)
	if err != nil {
		return r, err
	}
	s.names.mu.Lock()
	defer s.names.mu.Unlock()
	if len(s.names.estates) >= mostKnown || s.names.estates == nil {
		s.names.estates = map[int64]nameList{}
	}
	s.names.estates[estate] = r
	return r, nil
}

func (s *Service) readNames(tx *store.Tx, estate int64) (nameList, error) {
	r := nameList{names: map[string]bool{}, until: tx.Now.Add(knownFor)}
	var owners, people []string
	err := tx.Model(&Owner{}).Joins("JOIN owner_sets os ON os.id = owners.owner_set_id AND os.kind = 'natural'").Where("owners.estate_id = ? AND owners.name_sealed <> ''", estate).Limit(mostInEstate).Pluck("owners.name_sealed", &owners).Error
	if err != nil {
		return r, err
	}
	living := tx.Model(&Residence{}).Select("person_id").Where("estate_id = ? AND living IS NOT NULL", estate)
	if err := tx.Model(&Person{}).Where("id IN (?) AND name_sealed <> ''", living).Limit(mostInEstate).Pluck("name_sealed", &people).Error; err != nil {
		return r, err
	}
	for _, list := range []struct {
		sealed []string
		field  string
	}{{owners, "owners.name"}, {people, "persons.name"}} {
		for _, sealed := range list.sealed {
			name, err := s.vault.Open(sealed, list.field)
			if err != nil {
				return r, err
			}
			if n := len([]rune(name)); whole(name) {
				r.names[name] = true
				if !slices.Contains(r.lengths, n) {
					r.lengths = append(r.lengths, n)
				}
			}
		}
	}
	slices.SortFunc(r.lengths, func(a, b int) int { return b - a })
	return r, nil
}

// whole reports whether a name can be told from a word: three characters can, two only with a surname before, and not where they are a word as well.
func whole(name string) bool {
	list := []rune(name)
	if len(list) != 2 {
		return len(list) > 2
	}
	return strings.ContainsRune(surnames, list[0]) && !slices.Contains(everyday, name)
}

// surnames are the surnames of one character that are common, and those of the peoples who live in Qiannan.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戚莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由罗陆"

// everyday are words that are a name of two characters as well.
var everyday = strings.Fields(`安宁 安康 安全 安静 安心 安装 平安 平和 平时 和平 和谐 国庆 国家 国际 文明 文化 文件 高峰 高山 高温 高空 高度 高原 江山 江南 黄河 黄山 黄金 黄昏 白云 白天 康宁 康复 方正 方圆 方向 方便 方案 方式 金山 金秋 金融 金额 明月 明天 明确 明白
	石油 石材 石头 马路 马上 林木 林荫 花园 花木 路灯 路口 路面 管理 管道 管线 车位 车库 车辆 车道 温度 时间 时候 关于 应当 应急 单元 公开 公示 公共 公告 万元 于是 严格 严重 严肃 全体 全部 强化 强制 利息 利用 信息 来源 相关 初步 容量 都匀 都市 海洋 云南 南方 居民 居住 由于 计划 计费 支出 支付 成本 成立 向上
	程序 顾问 章程 施工 易燃 包括 古树 冷水 连接 项目 景观 党员 费用 宗旨 边界 商业 商铺 荣誉 楼道 楼栋 楼梯 盘点 满意 闻名 位置 区域 权利 盖章 练习 丰收 索取 宣传 门口 门禁 普通 修理 修缮 印章 隆重 展示 智能 幸福 富裕 元旦 元宵 阳台 阳光 农业 司机 解决 解释 解放 游泳 左右 武装 毛坯 钱款 史料 龙头 雷雨 夏天 夏季 秦岭 田园 任务 任何 任期 余额 余下 许可 许多 何时`)

// twofold are surnames of two characters.
var twofold = strings.Fields(`欧阳 上官 司马 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 司徒 长孙 宇文 端木`)

// trades end what a business or a body is called.
const trades = "司店厂行社部所院校会心局站队馆铺摊场吧厅园家户处坊组班记氏号城楼房院屋库台网帮团企商贸"

// PersonName reports whether a text as a whole reads like a person's full name: a common surname with one or two characters, and no word that
// ends the name of a business.
func PersonName(text string) bool {
	list := []rune(text)
	n := len(list)
	if n < 2 || n > 4 || strings.ContainsRune(trades, list[n-1]) {
		return false
	}
	for _, r := range list {
		if !unicode.Is(unicode.Han, r) {
			return false
		}
	}
	switch {
	case n > 2 && slices.Contains(twofold, string(list[:2])):
		return true
	case n == 4 || slices.Contains(everyday, text) || slices.Contains(everyday, string(list[:2])):
		return false
	}
	return strings.ContainsRune(surnames, list[0])
}
