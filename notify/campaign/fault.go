package campaign

import "github.com/linli-city/linli/models/fault"

// Faults of campaigns.
var (
	ErrNotFound   = fault.New(fault.NotFound, "campaign.not_found", "没有找到这次群发，请回到列表刷新后再看")
	ErrReach      = fault.New(fault.NotFound, "campaign.reach_not_found", "没有找到这一户的送达记录，请核对编号，或回到送达证据里找")
	ErrVisit      = fault.New(fault.NotFound, "campaign.visit_not_found", "没有找到这次登记，请回到这一户的送达记录里核对")
	ErrMove       = fault.New(fault.Conflict, "campaign.wrong_state", "这次群发现在的状态不能这样操作，请刷新后看现在可以做什么")
	ErrNotYours   = fault.New(fault.Forbidden, "campaign.not_yours", "这次群发由其他单位办理，您可以查看；要操作的，请联系发送单位")
	ErrSamePerson = fault.New(fault.Forbidden, "campaign.same_person", "写过、改过或提交过的人不能自己批准，请由本单位负责人或上级单位的另一个人批准")
	ErrChanged    = fault.New(fault.Conflict, "campaign.changed", "内容在您打开以后又改过，请重新打开，看一遍再提交或批准")
	ErrRefReused  = fault.New(fault.Conflict, "client_ref.reused", "这个提交编号已用于另一项内容，请重新打开页面再提交")
	ErrOver       = fault.New(fault.Conflict, "campaign.over", "截止时间已经过了，发出去也来不及办，请先把截止时间改到以后再提交；已经提交的，请先退回修改")
	ErrNobody     = fault.New(fault.Conflict, "campaign.nobody", "所选范围里没有房屋，请核对范围")
	ErrNoFailures = fault.New(fault.Conflict, "campaign.no_failures", "没有需要补发的：没有哪一户的发送全部失败；没有确认的户，可以打印信件或上门")
	ErrBusy       = fault.New(fault.Conflict, "campaign.busy", "上一次发送还在整理名单，请稍等一会儿再试").After(5)
	ErrTooOften   = fault.New(fault.Conflict, "campaign.too_many_runs", "这次群发已经补发多次，请改用信件或上门")
	ErrSlip       = fault.New(fault.NotFound, "campaign.slip", "没有找到这封信对应的通知，请核对二维码，或拨打信上的电话")
	ErrUnprinted  = fault.New(fault.Conflict, "campaign.unprinted", "这封信还没有登记寄出，请过一会儿再点，或拨打信上的电话")
	ErrNoRecord   = fault.New(fault.NotFound, "campaign.no_record", "还没有封存送达记录，请先封存再打印")
	ErrNotPrinted = fault.New(fault.Conflict, "campaign.not_printed", "这一户的信件还没有登记打印，请先登记打印，再登记交回的回执")
	ErrSealing    = fault.New(fault.Conflict, "campaign.sealing", "这份记录正在封存，请过一会儿再看").After(10)
	// ErrTooManyVisits bounds what one seat has.
	ErrTooManyVisits = fault.New(fault.Limited, "campaign.too_many_visits", "这一户已经登记了50次，请先看看前面的记录；还要登记的，请写在线下台账上")
	// ErrTooManyPostings bounds what one campaign has.
	ErrTooManyPostings = fault.New(fault.Limited, "campaign.too_many_postings", "这次群发已经登记张贴100次，还要登记的，请写在线下台账上")
	ErrPhoto           = fault.ErrInvalid.With(fault.Field{Path: "file_id", Reason: "请拍一张现场照片"})
	ErrEnded           = fault.New(fault.Closed, "campaign.ended", "这份通知已经取消，您不用再做什么")
)
