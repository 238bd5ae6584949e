package main

import (
	"fmt"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/store"
)

// disclose makes a duty of an estate, a question about a notice, and a way of charging.
func (e *engine) disclose(th things, suffix string) {
	err := e.db.InTx(e.t.Context(), func(tx *store.Tx) (err error) {
		th["disclosure-duties"], err = e.board.Owe(tx, th["estates"], "contract", secretOf(suffix), calendar.DateOf(tx.Now))
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	th["questions"] = e.must(201, "owner"+suffix, "POST", fmt.Sprintf("/miniapp/v1/notices/%d/questions", th["notices"]), m{"text": secretOf(suffix) + "这是怎么回事", "client_ref": "walk" + suffix}).int("id")
	company := "company" + suffix
	th["charging"] = e.must(201, company, "POST", fmt.Sprintf("/office/v1/estates/%d/charging", th["estates"]), m{"model": "lump", "contract": secretOf(suffix) + "合同", "from": "2026-01-01", "file_ids": []int64{e.upload(company, "notice", "contract"+suffix)}, "client_ref": "walk" + suffix}).int("id")
}

// dutyBodies are the inputs of the operations about duties and questions that pass the form check.
func dutyBodies(th things) map[string]any {
	ask := m{"text": "这一项是怎么算的", "client_ref": "w60"}
	return map[string]any{
		"officeOpenDuty": m{"code": "contract", "what": "新的合同", "on": soon(-1)}, "officeFulfilDuty": m{"notice_id": th["notices"]},
		"officeStateCharging": m{"model": "lump", "contract": "合同第八条", "from": "2026-01-01", "file_ids": []int64{999999}, "client_ref": "w61"}, "officeDecideCharging": m{"accept": false, "reason": "和合同不一致"},
		"officeAnswerQuestion": m{"text": "按合同第八条计算"}, "officeScreenQuestion": m{"show": true},
		"askAboutNotice": ask, "askAboutDuty": ask, "followUpQuestion": ask,
	}
}
