package campaign_test

import (
	"errors"
	"testing"

	"github.com/linli-city/linli/models/fault"
)

// TestACampaignIsNoThreatAndNamesNoDebtor: what goes to hundreds of phones holds out nothing for a fee, names no door beside a debt and no identity,
// however it is written; works and totals may be told.
func TestACampaignIsNoThreatAndNamesNoDebtor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for text, ok := range map[string]bool{
		"不缴费的关闭水阀、停止供电、不发门卡、公布名单": false, "逾期不交物业费的停用门卡": false, "1幢1单元101拖欠物业费": false, "3-2-501尚未交费，请邻居转告": false, "身份证522701 19900101 1234": false, "５２２７０１１９９００１０１１２３４": false,
		"3月5日检修停水，请提前储水": true, "3幢欠费合计较多，请还没有交的业主尽快办理": true,
	} {
		in := w.words()
		in.Body = text
		_, err := w.svc.Write(t.Context(), w.member, in)
		if ok != (err == nil) || !ok && !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
