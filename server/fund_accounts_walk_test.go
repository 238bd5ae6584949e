package main

// fundBodies give each operation on the maintenance fund's accounts an input that passes the form check.
func fundBodies(th things) map[string]any {
	tap, agree := m{"client_ref": "f1"}, m{"agree": false, "reason": "材料不全"}
	text := m{"text": "写明缘由的一段文字"}
	return map[string]any{
		"officePlanReplacement": m{"part": "电梯", "cost": "100", "first_year": 2035, "basis": "厂家寿命15年"}, "officeEndReplacement": m{"reason": "已经更换"},
		"officeSetFund": m{"holder": "bureau", "bank": "都匀农商银行", "number": "6210000000001234", "reason": "按165号令代管"}, "officeSetLift": m{"lift": true},
		"officeRecordSlip":  m{"slip": "S1", "paid_on": "2026-01-01", "deposits": []m{{"unit_id": th["units"], "kind": "first", "amount": "100"}}},
		"officeReverseSlip": m{"on": "2026-01-01", "reason": "记错了"}, "officePlaceStray": m{"unit_id": th["units"]},
		"officeDecideFundProposal": agree,
		"officeCheckFundList":      m{"file_id": 999999, "as_of": "2026-01-01", "bank_balance": "100"}, "officeApplyFundImport": m{}, "officeBreakOffFundImport": m{"reason": "办不下去了"},
		"officeRecordFundIncome": m{"kind": "interest", "amount": "10", "from": "2025-01-01", "to": "2025-12-31", "received_on": "2026-01-01", "slip": "I1"}, "officeWeighFundIncome": tap, "officePostFundIncome": m{},
		"officeAskRefund": m{"unit_ids": []int64{th["units"]}, "reason": "房屋已经拆除", "file_ids": []int64{999999}}, "officeDecideRefund": agree,
		"officeMakeFundPlan": m{"title": "续交方案", "meeting_id": 999999, "position": 1, "basis": "area", "rate": 1000, "dates": []string{"2026-06-01"}}, "officeConfirmFundPlan": agree,
		"officeUploadBankMonth": m{"month": "2026-01", "file_id": 999999, "opening": "0", "closing": "0"}, "officeCompareBankMonth": tap, "officeCloseBankMonth": tap, "officeWithdrawBankMonth": text,
		"officeExplainDifferences": m{"differences": []int64{999999}, "text": "银行次日入账"}, "officeAnswerRecheck": text,
		"askRecheck": m{"text": "我家的余额不对", "client_ref": "f2"},
	}
}
