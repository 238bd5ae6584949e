package income_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestNobodyStandsInTheBooks: numbers and names of people are refused wherever the books of the public income take words, each with a sentence
// that says what to write instead; a person is "个人" or masked, an organisation has its name.
func TestNobodyStandsInTheBooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	people := org.New(w.DB, w.Vault, nil, nil)
	w.Names(people.NamedIn)
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.Person{}).Where("id = ?", w.owner.PersonID).Update("name_sealed", w.Vault.Seal("蓝采和", "persons.name")).Error
	})
	line := func(party, text string) error {
		ref := w.ref()
		_, err := w.RecordLine(ctx, w.keeper, income.NewLine{EstateID: w.Estate.ID, Sort: income.Cost, Amount: 100, On: on(1, 3), Party: party, Text: text, ClientRef: ref, InputKey: ref})
		return err
	}
	contract := func(title, party, basis string) error {
		ref := w.ref()
		_, err := w.RecordContract(ctx, w.keeper, income.NewContract{EstateID: w.Estate.ID, Kind: "venue", Title: title, Party: party, Basis: basis, StartsOn: on(1, 1), EndsOn: on(12, 31), Amount: 100, ClientRef: ref, InputKey: ref})
		return err
	}
	named := w.must(w.line(income.Cost, 0, 100, on(1, 4)))
	let := w.contract("业主大会2025年第2号决定")
	for name, err := range map[string]error{
		"party with a phone":     line("王小明13912345678", "劳务费"),
		"party is a name":        line("王小明", "劳务费"),
		"party is marked":        line("个人（王小明）", "劳务费"),
		"party is a trade's":     line("刘海洋，电工", "劳务费"),
		"party is a resident":    line("蓝采和工作室", "劳务费"),
		"text with an identity":  line("个人", "付王小明身份证522701199001011234劳务费"),
		"text with wide digits":  line("个人", "付劳务费，电话１３９１２３４５６７８"),
		"text with a gap":        line("个人", "付劳务费 139-1234-5678"),
		"text with a card":       line("个人", "转到6222 0212 3456 7890 123"),
		"text says who":          line("个人", "劳务费，收款人：王小明"),
		"text names a resident":  line("个人", "付蓝采和清洗水池"),
		"contract with a person": contract("场地", "王小明", ""),
		"title with a phone":     contract("场地13912345678", "个人", ""),
		"basis with a person":    contract("场地", "个人", "联系人王小明"),
		"strike": func() error {
			_, err := w.StrikeLine(ctx, w.second, named, "王小明13912345678记错了")
			return err
		}(),
		"early end": w.EndContract(ctx, w.keeper, let, on(6, 1), "蓝采和不租了"),
	} {
		f := fault.Of(err)
		if !errors.Is(err, fault.ErrInvalid) || len(f.Fields) != 1 || !strings.Contains(f.Fields[0].Reason, "个人") {
			t.Errorf("%s: %v %+v", name, err, f)
		}
	}
	for _, x := range [][2]string{{"个人", "清洗水池劳务费"}, {"王*", "清洗水池"}, {"王先生", "清洗水池"}, {"某某五金商店", "更换灯具，发票号26522000000000012345"}, {"都匀市供电局", "电费，户号0601234567"}, {"王记餐馆", "场地费，电话0854-8231234"}} {
		if err := line(x[0], x[1]); err != nil {
			t.Errorf("%v: %v", x, err)
		}
	}
}

// TestTheBooksDoNotTellWhatWasWritten: a journal is sealed for good; it cites a line and its contract by their numbers, and when a line is struck
// as well, and the line itself keeps its words.
func TestTheBooksDoNotTellWhatWasWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ref := w.ref()
	c := w.must(w.RecordContract(t.Context(), w.keeper, income.NewContract{EstateID: w.Estate.ID, Kind: "venue", Title: "老何家的棚子", Party: "个人", Basis: "决定", StartsOn: on(1, 1), EndsOn: on(12, 31), Amount: 100, ClientRef: ref, InputKey: ref}))
	id := w.must(w.RecordLine(t.Context(), w.keeper, income.NewLine{EstateID: w.Estate.ID, ContractID: c, Sort: income.Receipt, Amount: 100, On: on(1, 3), Party: "个人", Text: "老何家重病少收", ClientRef: "a", InputKey: "a"}))
	if _, err := w.StrikeLine(t.Context(), w.second, id, "老何家没有交"); err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx *store.Tx) error {
		var all []ledger.Journal
		if err := tx.Order("id").Find(&all).Error; err != nil {
			return err
		}
		if len(all) != 2 {
			t.Errorf("%d journals", len(all))
		}
		for _, j := range all {
			if strings.Contains(j.SourceText+j.Memo, "何") || !strings.Contains(j.SourceText, "公共收益收入，第") || !strings.Contains(j.SourceText, "场地合同第") || j.SourceID != id {
				t.Errorf("%+v", j)
			}
		}
		var l income.Line
		if err := tx.Where("id = ?", id).Take(&l).Error; err != nil || l.Text != "老何家重病少收" || l.StruckReason != "老何家没有交" {
			t.Errorf("%+v, %v", l, err)
		}
		return nil
	})
}
