package complaint

import "github.com/linli-city/linli/models/fault"

// Faults of complaints.
var (
	ErrNotFound   = fault.New(fault.NotFound, "complaint.not_found", "没有找到这件投诉")
	ErrRefReused  = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
	ErrNotLead    = fault.New(fault.Forbidden, "complaint.not_lead", "这件投诉由其他单位主办，您的单位可以查看，不能办理")
	ErrSameLead   = fault.New(fault.Conflict, "complaint.same_lead", "这件投诉已经由该单位主办")
	ErrTalk       = fault.New(fault.Conflict, "complaint.too_many_steps", "这件投诉的办理记录已经很多，不能再加进展或转办，请直接答复投诉人")
	ErrAboutParty = fault.New(fault.Conflict, "complaint.about_party", "不能把投诉转给被投诉的单位，也不能转给它的下级")
	ErrAbout      = fault.New(fault.Invalid, "complaint.about_unknown", "没有这个单位，请从列表里选择您要投诉的单位")
	ErrMatter     = fault.New(fault.Invalid, "complaint.matter_unknown", "没有这个投诉事项，请重新选择")
)
