package complaint

import "github.com/linli-city/linli/models/fault"

// Faults of complaints. Those of the state machine are in moves.go.
var (
	ErrNotFound      = fault.New(fault.NotFound, "complaint.not_found", "没有找到这件投诉")
	ErrRefReused     = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
	ErrSameLead      = fault.New(fault.Conflict, "complaint.same_lead", "这件投诉已经由该单位主办")
	ErrTalk          = fault.New(fault.Conflict, "complaint.too_many_steps", "这件投诉的办理记录已经很多，不能再加进展或转办，请直接答复投诉人")
	ErrAboutParty    = fault.New(fault.Conflict, "complaint.about_party", "不能把投诉转给被投诉的单位，也不能转给它的下级")
	ErrOwnTalk       = fault.New(fault.Limited, "complaint.said_enough", "您在这件投诉里补充和催办已经很多次，请等办理单位答复；急事请拨打投诉电话")
	ErrAbout         = fault.New(fault.Invalid, "complaint.about_unknown", "没有这个单位，请从列表里选择您要投诉的单位")
	ErrMatter        = fault.New(fault.Invalid, "complaint.matter_unknown", "没有这个投诉事项，请重新选择")
	ErrNamed         = fault.New(fault.Invalid, "complaint.needs_name", "这个事项要核对您本人的情况，不能匿名；可以选择对物业和业委会保密")
	ErrFinal         = fault.New(fault.Conflict, "complaint.arbitrated", "这件投诉由谁主办已经裁定，不能再退办或转办")
	ErrPart          = fault.New(fault.Conflict, "complaint.is_part", "这是一件投诉分给您单位的部分，请办完后答复；要改变整件投诉，请联系总件的主办单位")
	ErrNoLeg         = fault.New(fault.Conflict, "complaint.no_next_leg", "这件投诉没有下一个办理环节，请直接答复投诉人")
	ErrMergeTarget   = fault.New(fault.Conflict, "complaint.cannot_merge", "没有找到可以并入的投诉：要是同一小区、还在办理的另一件")
	ErrFull          = fault.New(fault.Conflict, "complaint.full", "这件投诉加入的人已经很多，请单独提交")
	ErrNobody        = fault.New(fault.Conflict, "complaint.nobody_to_ask", "这件投诉没有可以联系的投诉人")
	ErrReopen        = fault.New(fault.Conflict, "complaint.cannot_reopen", "已经超过可以重新办理的期限，或者您已经确认办结；问题又出现时请重新投诉")
	ErrUrged         = fault.New(fault.Limited, "complaint.urged_today", "今天已经催办过了，明天可以再催；办理单位已经收到您的催办")
	ErrJoined        = fault.New(fault.Conflict, "complaint.joined_already", "您已经在这件投诉里了，可以在“我的投诉”查看进展")
	ErrSealed        = fault.New(fault.Forbidden, "complaint.sealed", "投诉人要求对物业和业委会保密，您的单位不能查看；需要联系时请通过社区")
	ErrOwnAnswer     = fault.New(fault.Forbidden, "complaint.own_answer", "这件投诉由您单位主办，不能由您单位回访，请由社区、乡镇（办事处）或上级回访")
	ErrReceipt       = fault.New(fault.NotFound, "complaint.no_receipt", "这件投诉里没有这个受理编号")
	ErrNoSuchReceipt = fault.New(fault.NotFound, "complaint.no_such_receipt", "没有找到这个受理编号，或者它不是用这个手机号登记的；请核对编号，也可以到社区窗口查询")
	ErrPaused        = fault.New(fault.Conflict, "complaint.paused_enough", "这件投诉累计暂停已到180天的上限，请直接办理或答复")
	ErrRated         = fault.New(fault.Limited, "complaint.rated_often", "评价已经改过很多次，不能再改")
	ErrTapSelf       = fault.New(fault.Conflict, "complaint.has_account", "投诉人自己有小程序账号，确认和撤回请由本人在小程序里点")
	ErrAnonymous     = fault.New(fault.Conflict, "complaint.anonymous", "这是匿名投诉，没有投诉人的信息")
)
