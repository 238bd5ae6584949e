package wording

import "regexp"

// owing finds that somebody has not paid, or shall be made to.
var owing = regexp.MustCompile(`欠|(?:未|没有?|不|拒|拒不|拒绝|尚未|迟迟不|未能|少|漏|迟)(?:按时|及时|按期|如期|足额|按规定|按约定|全额|再|肯|予|能)?(?:缴|交|付)|催缴|催交|催收|只[缴交付]了?|老赖|(?:逾期|到期|过期|超期|限期)[^。；！？\n]{0,10}(?:缴|交|付|费)|(?:费|缴|交清|付清)[^。！？\n]{0,16}(?:逾期|否则|到期不|过期不)`)

// otherwise are words that look like owing and are not.
var otherwise = []string{"欠缺", "欠佳", "欠妥", "欠发达", "欠考虑", "未交付", "不交付", "没交付", "没有交付", "尚未交付", "未交房", "没交房", "未交接", "没交接", "不交接", "不交叉", "不交换", "不交易", "不交谈", "不付诸", "未付诸"}

// Owing is the first part of a text that speaks of somebody who has not paid; empty where none does.
func Owing(text string) string { return owing.FindString(without(joined(text), otherwise...)) }
