package org

import "github.com/linli-city/linli/models/fault"

// Faults of the register.
var (
	ErrEstateNotFound       = fault.New(fault.NotFound, "estate.not_found", "没有找到这个小区")
	ErrBuildingNotFound     = fault.New(fault.NotFound, "building.not_found", "没有找到这幢楼")
	ErrUnitNotFound         = fault.New(fault.NotFound, "unit.not_found", "没有找到这套房屋，请核对幢号、单元和房号")
	ErrOwnerSetNotFound     = fault.New(fault.NotFound, "owner_set.not_found", "没有找到这组业主")
	ErrOwnersDiffer         = fault.New(fault.Conflict, "owner_set.differ", "这两组业主的人数、姓名或证件号码不一致，不能合并；请先更正名册")
	ErrOrganisationNotFound = fault.New(fault.NotFound, "organisation.not_found", "没有找到这个单位")
	ErrPostNotFound         = fault.New(fault.NotFound, "post.not_found", "没有找到这个岗位")
	ErrPersonNotFound       = fault.New(fault.NotFound, "person.not_found", "没有找到这个人")
	ErrInvitationInvalid    = fault.New(fault.Closed, "invitation.invalid", "邀请无效、已使用或已过期，请向发出邀请的人再要一个")
	ErrApplicationNotFound  = fault.New(fault.NotFound, "application.not_found", "没有找到这份认证申请")
	ErrDecided              = fault.New(fault.Conflict, "application.decided", "这份申请已经办结，不能重复办理")
	ErrRefReused            = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份内容，请刷新后重新提交")
	ErrResidenceNotFound    = fault.New(fault.NotFound, "residence.not_found", "没有找到您在这套房屋的记录")
	ErrImportNotFound       = fault.New(fault.NotFound, "import.not_found", "没有找到这次导入")
	ErrImportStale          = fault.New(fault.Conflict, "import.stale", "核对之后名册又有变动，请重新上传核对")
	ErrImportApplied        = fault.New(fault.Conflict, "import.applied", "这次导入已经处理过了")
	ErrClaimNotFound        = fault.New(fault.NotFound, "area_claim.not_found", "没有找到这份面积异议")
	ErrNameTaken            = fault.New(fault.Conflict, "name.taken", "这个名称或代码已经有了")
	ErrPostInvite           = fault.New(fault.Forbidden, "post.invite_denied", "您只能为本单位或下级单位的岗位发出邀请")
)
