package fee

import (
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/wording"
)

// Threat is the first part of a text that holds out what nobody who asks for a fee may (Civil Code art. 944, paragraph 3); empty where there is none.
func Threat(text string) string { return wording.Threat(text) }

func unthreatening(text, field string) error {
	if w := Threat(text); w != "" {
		return ErrThreat.With(fault.Field{Path: field, Reason: "请不要写“" + w + "”：欠费不能影响用水用电用气和进出，也不能公布名单"})
	}
	return nil
}

// letter is what a text is made of.
type letter struct {
	company string
	unit    string
	payText string
	hotline string
	bills   []MyBill
	today   time.Time
	days    int // of a demand
}

func (l *letter) total() (sum money.Fen) {
	for _, b := range l.bills {
		sum += b.Due()
	}
	return sum
}

// titled is a bill's title, or its number where the title holds a word that no letter may hold.
func titled(b *MyBill) string {
	if Threat(b.Title) != "" {
		return "账单" + b.Number
	}
	return b.Title
}

// lines name some of the bills and how they came about.
func (l *letter) lines(most int) string {
	var t strings.Builder
	for i := range l.bills {
		b := &l.bills[i]
		if i == most {
			fmt.Fprintf(&t, "另有%d笔，请在小程序“缴费”里查看。\n", len(l.bills)-most)
			break
		}
		fmt.Fprintf(&t, "%d. %s，%s起%d个月，还要交%s元，缴费日到%s（账单号%s）。", i+1, titled(b), b.PeriodOn.Format("2006年1月"), b.Months, b.Due(), b.DueOn.Format("2006年1月2日"), b.Number)
		if why := b.Formula().Words(b.Amount); Threat(why) == "" {
			t.WriteString("怎么算的：" + why + "。")
		}
		t.WriteString("\n")
	}
	return t.String()
}

func (l *letter) ways() string {
	t := "怎么交：" + l.payText + "。转账的，请在附言里写账单号。\n" +
		"账单不对：打开小程序“缴费”，点开这张账单，选“账单有误”；也可以告诉社区居委会。核对清楚以前，不会再为这张账单催您。\n" +
		"一时有困难：在“缴费”里选“申请暂缓”，或告诉社区居委会。原因会保密。\n"
	if l.hotline != "" {
		t += "有疑问请打电话：" + l.hotline + "。\n"
	}
	return t
}

// reminder is the text of a reminder.
func (l *letter) reminder() string {
	return fmt.Sprintf("%s的业主和家人：\n您家有%d笔费用过了缴费日，一共还要交%s元。\n%s%s如果刚刚交过，请不用理会。\n%s　%s", l.unit, len(l.bills), l.total(), l.lines(10), l.ways(), l.company, l.today.Format("2006年1月2日"))
}

// demand is the text of a formal demand, with its reasonable period (Civil Code art. 944, paragraph 2). What may follow is a court or
// an arbitration, and nothing else.
func (l *letter) demand() string {
	return fmt.Sprintf("%s的业主：\n我公司按物业服务合同为您提供服务。下面%d笔费用过了缴费日，提醒以后还没有收到，一共%s元。\n%s请在收到这份催告之日起%d日内交清。过了这个期限，我公司可以依照《民法典》第九百四十四条第二款，提起诉讼或者申请仲裁。\n%s这份催告只送给您本人，不公开张贴。如果已经交了，请告诉我们，我们会更正。\n%s",
		l.unit, len(l.bills), l.total(), l.lines(400), l.days, l.ways(), l.company)
}

// write gathers what the texts to some units are made of, by unit. The bills are theirs, and still want money.
func write(tx *store.Tx, company int64, payText string, bills []Bill) (map[int64]*letter, error) {
	list, err := shown(tx, bills)
	if err != nil {
		return nil, err
	}
	names, err := org.Organisations(tx, []int64{company})
	if err != nil {
		return nil, err
	}
	all := map[int64]*letter{}
	for _, b := range list {
		l := all[b.UnitID]
		if l == nil {
			l = &letter{company: names[company].Name, unit: b.Unit, payText: payText, today: org.DayOf(tx.Now)}
			all[b.UnitID] = l
		}
		if b.Due() > 0 {
			l.bills = append(l.bills, b)
		}
		if l.hotline == "" {
			l.hotline = b.Version.Hotline
		}
	}
	return all, nil
}
