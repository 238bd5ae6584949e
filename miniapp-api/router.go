// Package miniapp is what the residents' mini-program calls: /miniapp/v1. Handlers bind, call one service and build a
// view; every rule is in the services.
package miniapp

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/mediation"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/vault"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/server/box"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/session"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

// WeChat is what sign-in needs of WeChat.
type WeChat interface {
	// Exchange turns a wx.login code into an account.
	Exchange(ctx context.Context, code string) (openID, unionID, sessionKey string, err error)
	// Phone turns a getPhoneNumber code into the number.
	Phone(ctx context.Context, code string) (string, error)
	// DecryptPhone opens the encrypted data of older clients.
	DecryptPhone(sessionKey, data, iv string) (string, error)
}

// Suggester proposes matters for a text; it never files anything.
type Suggester interface {
	Suggest(ctx context.Context, text string) ([]Suggestion, error)
}

// Suggestion is one proposed matter and why.
type Suggestion struct {
	Matter string `json:"matter"`
	Name   string `json:"name"`
	Unit   string `json:"unit" doc:"按职责清单应由谁办理"`
	Clause string `json:"clause"`
	Why    string `json:"why" doc:"依据您写的哪些词语"`
}

// Deps are the services behind the surface.
type Deps struct {
	Org        *org.Service
	Sessions   *session.Sessions
	Complaints *complaint.Service
	Committee  *committee.Service
	Fees       *fee.Service
	Checkout   *checkout.Service
	Mediation  *mediation.Service
	Board      *disclosure.Service
	Files      *file.Service
	Inbox      *inbox.Service
	Live       *inbox.Live
	Wishes     *notify.Preferences
	Campaigns  *campaign.Service
	Assemblies *assembly.Service
	Income     *income.Service
	Fund       *fund.Service
	PublicURL  string
	City       string
	Notifier   *notify.Dispatcher
	Consents   *consent.Service
	WeChat     WeChat
	Suggester  Suggester
	Vault      *vault.Vault
}

const prefix = "/miniapp/v1"

// Rates that protect sign-in and filing.
var (
	signInRate = &limit.Rule{Name: "sign-in", Rate: 120, Per: time.Minute, Burst: 60}
	codeRate   = &limit.Rule{Name: "code", Rate: 10, Per: time.Minute, Burst: 10}
	fileRate   = &limit.Rule{Name: "file", Rate: 120, Per: time.Hour, Burst: 60}
	voteRate   = &limit.Rule{Name: "vote", Rate: 120, Per: time.Minute, Burst: 60, Near: 6}
	uploadRate = &limit.Rule{Name: "upload", Rate: 400, Per: time.Hour, Burst: 120}
	streamRate = &limit.Rule{Name: "stream", Rate: 600, Per: time.Hour, Burst: 60} // a page comes back every five minutes
	nameRate   = &limit.Rule{Name: "name", Rate: 20, Per: time.Hour, Burst: 10}    // whoever guesses names gets nowhere
	lookRate   = &limit.Rule{Name: "look", Rate: 120, Per: time.Minute, Burst: 120, Near: 12}
)

// Routes mounts the surface.
func Routes(site *web.Site, d Deps) {
	dutyRoutes(site, d)
	open := site.Group(prefix, "登录", web.Anybody)
	web.HandleOpen(open, web.Op{ID: "signIn", Method: http.MethodPost, Path: "/session", Summary: "用 wx.login 的 code 登录", Rate: signInRate}, signIn(d))

	me := site.Group(prefix, "我的", web.Residents)
	web.Handle(me, web.Op{ID: "signOut", Method: http.MethodDelete, Path: "/session", Summary: "退出登录", Action: org.ManageSelf, Unconsented: true}, signOut(d))
	web.Handle(me, web.Op{ID: "listSessions", Method: http.MethodGet, Path: "/sessions", Summary: "我的登录设备", Action: org.ManageSelf, Unconsented: true}, listSessions(d))
	web.Handle(me, web.Op{ID: "revokeSession", Method: http.MethodDelete, Path: "/sessions/{id}", Summary: "让一台设备退出登录", Action: org.ManageSelf, Unconsented: true}, revokeSession(d))
	web.Handle(me, web.Op{ID: "showMe", Method: http.MethodGet, Path: "/me", Summary: "我的资料", Action: org.ManageSelf, Unconsented: true}, showMe(d))
	web.Handle(me, web.Op{ID: "renameMe", Method: http.MethodPut, Path: "/me/name", Summary: "修改我的姓名", Action: org.ManageSelf}, renameMe(d))
	web.Handle(me, web.Op{ID: "giveConsent", Method: http.MethodPost, Path: "/consent", Summary: "同意个人信息保护告知书", Action: org.ManageSelf, Unconsented: true}, giveConsent(d))
	web.Handle(me, web.Op{ID: "withdrawConsent", Method: http.MethodDelete, Path: "/consent", Summary: "撤回同意", Action: org.ManageSelf, Unconsented: true}, withdrawConsent(d))
	web.Handle(me, web.Op{ID: "exportMe", Method: http.MethodGet, Path: "/me/export", Summary: "查阅我的全部个人信息", Action: org.ManageSelf, Unconsented: true, Rate: codeRate}, exportMe(d))
	web.Handle(me, web.Op{ID: "requestPrivacy", Method: http.MethodPost, Path: "/privacy-requests", Summary: "申请更正或删除个人信息", Action: org.ManageSelf, Unconsented: true, Status: http.StatusCreated}, requestPrivacy(d))
	web.Handle(me, web.Op{ID: "bindPhone", Method: http.MethodPost, Path: "/phone", Summary: "绑定手机号并认证房屋", Action: org.ManageSelf, Rate: codeRate}, bindPhone(d))

	incomes := site.Group(prefix, "公共收益", web.Residents)
	web.Handle(incomes, web.Op{ID: "showIncome", Method: http.MethodGet, Path: "/estates/{id}/income", Summary: "小区的公共收益：合同、结算、余额，和没有说明清楚的地方", Action: org.ReadIncome}, hall.ShowIncome(d.Income))
	web.Handle(incomes, web.Op{ID: "listIncomeLines", Method: http.MethodGet, Path: "/estates/{id}/income/lines", Summary: "公共收益的每一笔收入和成本，新的在前", Action: org.ReadIncome}, hall.ListIncomeLines(d.Income))

	home := site.Group(prefix, "房屋", web.Residents)
	web.Handle(home, web.Op{ID: "listHomes", Method: http.MethodGet, Path: "/homes", Summary: "我的房屋", Action: org.ManageSelf}, listHomes(d))
	web.Handle(home, web.Op{ID: "leaveHome", Method: http.MethodDelete, Path: "/homes/{id}", Summary: "退出一套房屋", Action: org.ManageSelf}, leaveHome(d))
	web.Handle(home, web.Op{ID: "searchEstates", Method: http.MethodGet, Path: "/estates", Summary: "按名称找小区", Action: org.ApplyResidency, Rate: lookRate}, searchEstates(d))
	web.Handle(home, web.Op{ID: "showEstate", Method: http.MethodGet, Path: "/estates/{id}", Summary: "我的小区和各项职责由谁负责", Action: org.ReadBoard}, showEstate(d))
	web.Handle(home, web.Op{ID: "locateUnit", Method: http.MethodGet, Path: "/estates/{id}/unit", Summary: "按门牌找房屋", Action: org.ApplyResidency, Rate: lookRate}, locateUnit(d))
	web.Handle(home, web.Op{ID: "applyResidency", Method: http.MethodPost, Path: "/applications", Summary: "申请住户认证", Action: org.ApplyResidency, Status: http.StatusCreated, Rate: fileRate}, applyResidency(d))
	web.Handle(home, web.Op{ID: "listMyApplications", Method: http.MethodGet, Path: "/applications", Summary: "我的认证申请", Action: org.ApplyResidency}, listMyApplications(d))
	web.Handle(home, web.Op{ID: "inviteHousehold", Method: http.MethodPost, Path: "/units/{id}/invitations", Summary: "邀请家人或租客", Action: org.InviteHousehold, Status: http.StatusCreated, Rate: fileRate}, inviteHousehold(d))
	web.Handle(home, web.Op{ID: "listHousehold", Method: http.MethodGet, Path: "/units/{id}/household", Summary: "我家有哪些人", Action: org.InviteHousehold}, listHousehold(d))
	web.Handle(home, web.Op{ID: "endHousehold", Method: http.MethodDelete, Path: "/household/{id}", Summary: "结束家人或租客的授权", Action: org.InviteHousehold}, endHousehold(d))
	web.Handle(home, web.Op{ID: "showInvitation", Method: http.MethodGet, Path: "/invitations/{token}", Summary: "查看邀请", Action: org.ManageSelf, Rate: codeRate}, showInvitation(d))
	web.Handle(home, web.Op{ID: "acceptInvitation", Method: http.MethodPost, Path: "/invitations/accept", Summary: "接受邀请", Action: org.ManageSelf, Rate: codeRate}, acceptInvitation(d))
	web.Handle(home, web.Op{ID: "contestArea", Method: http.MethodPost, Path: "/area-claims", Summary: "对登记面积提出异议", Action: org.ContestArea, Status: http.StatusCreated, Rate: fileRate}, contestArea(d))
	web.Handle(home, web.Op{ID: "listMyAreaClaims", Method: http.MethodGet, Path: "/area-claims", Summary: "我的面积异议", Action: org.ManageSelf}, listMyAreaClaims(d))

	feeRoutes(site, d)
	payRoutes(site, d)

	files := site.Group(prefix, "文件", web.Residents)
	web.Handle(files, web.Op{ID: "uploadFile", Method: http.MethodPost, Path: "/files", Summary: "上传照片或证明材料", Action: org.UploadFile, Status: http.StatusCreated, MaxBody: 12 << 20, Timeout: 2 * time.Minute, Rate: uploadRate}, uploadFile(d))
	web.Handle(files, web.Op{ID: "linkFile", Method: http.MethodGet, Path: "/files/{id}/link", Summary: "打开文件的限时链接", Action: org.ManageSelf}, linkFile(d))

	complaints := site.Group(prefix, "投诉", web.Residents)
	web.Handle(complaints, web.Op{ID: "listMatters", Method: http.MethodGet, Path: "/matters", Summary: "投诉事项和负责单位", Action: org.ManageSelf}, listMatters(d))
	web.Handle(complaints, web.Op{ID: "listAbout", Method: http.MethodGet, Path: "/estates/{id}/bodies", Summary: "可以投诉的单位：本小区的和全市的", Action: org.FileComplaint}, listAbout(d))
	web.Handle(complaints, web.Op{ID: "suggestMatters", Method: http.MethodPost, Path: "/suggestions", Summary: "按描述推荐投诉事项", Action: org.ManageSelf, Rate: lookRate}, suggestMatters(d))
	web.Handle(complaints, web.Op{ID: "fileComplaint", Method: http.MethodPost, Path: "/complaints", Summary: "提交投诉", Action: org.FileComplaint, Status: http.StatusCreated, Rate: fileRate}, fileComplaint(d))
	web.Handle(complaints, web.Op{ID: "listMyComplaints", Method: http.MethodGet, Path: "/complaints", Summary: "我的投诉", Action: org.FollowComplaint}, listMyComplaints(d))
	web.Handle(complaints, web.Op{ID: "showMyComplaint", Method: http.MethodGet, Path: "/complaints/{id}", Summary: "投诉进展", Action: org.FollowComplaint}, showMyComplaint(d))
	web.Handle(complaints, web.Op{ID: "keepDraft", Method: http.MethodPut, Path: "/complaint-draft", Summary: "保存没写完的投诉，每人一份；提交后自动删除", Action: org.FollowComplaint, Rate: lookRate}, keepDraft(d))
	web.Handle(complaints, web.Op{ID: "showDraft", Method: http.MethodGet, Path: "/complaint-draft", Summary: "没写完的投诉", Action: org.FollowComplaint}, showDraft(d))
	web.Handle(complaints, web.Op{ID: "dropDraft", Method: http.MethodDelete, Path: "/complaint-draft", Summary: "删除没写完的投诉", Action: org.FollowComplaint}, dropDraft(d))
	web.Handle(complaints, web.Op{ID: "listMyRestrictions", Method: http.MethodGet, Path: "/restrictions", Summary: "对我投诉的限制和申诉", Action: org.FollowComplaint}, listMyRestrictions(d))
	web.Handle(complaints, web.Op{ID: "appealRestriction", Method: http.MethodPost, Path: "/restrictions/{id}/appeal", Summary: "不同意限制，申诉", Action: org.FollowComplaint, Rate: fileRate}, appealRestriction(d))
	web.Handle(complaints, web.Op{ID: "listParts", Method: http.MethodGet, Path: "/common-parts", Summary: "公共部位", Action: org.ManageSelf}, listParts(d))
	web.Handle(complaints, web.Op{ID: "listContacts", Method: http.MethodGet, Path: "/estates/{id}/contacts", Summary: "小区的投诉电话、投诉点和应急维修值班，近的在前", Action: org.FileComplaint}, listContacts(d))
	web.Handle(complaints, web.Op{ID: "listSimilar", Method: http.MethodPost, Path: "/estates/{id}/similar", Summary: "提交之前：小区里相近的、还没办结的投诉，可以直接加入", Action: org.FileComplaint, Rate: lookRate}, listSimilar(d))
	web.Handle(complaints, web.Op{ID: "joinComplaint", Method: http.MethodPost, Path: "/complaints/{id}/join", Summary: "加入邻居的公开投诉：有自己的编号、通知和评价", Action: org.FileComplaint, Rate: fileRate}, joinComplaint(d))
	for _, deed := range deeds {
		web.Handle(complaints, web.Op{ID: deed.id, Method: http.MethodPost, Path: "/complaints/{id}/" + deed.path, Summary: deed.says, Action: org.FollowComplaint}, doDeed(d, deed.action))
	}
	web.Handle(complaints, web.Op{ID: "listNeighbourComplaints", Method: http.MethodGet, Path: "/estates/{id}/complaints", Summary: "小区公开的投诉", Action: org.FileComplaint}, listNeighbourComplaints(d))

	mediationRoutes(site, d)
	meetingRoutes(site, d)
	committeeRoutes(site, d)
	fundProjectRoutes(site, d)
	fundRoutes(site, d)
	preparationRoutes(site, d)
	proxyRoutes(site, d)
	campaignRoutes(site, d)

	board := site.Group(prefix, "公示", web.Residents)
	web.Handle(board, web.Op{ID: "listBoard", Method: http.MethodGet, Path: "/estates/{id}/notices", Summary: "小区公示栏", Action: org.ReadBoard}, listBoard(d))
	web.Handle(board, web.Op{ID: "showNotice", Method: http.MethodGet, Path: "/notices/{id}", Summary: "公示内容和历次修改", Action: org.ReadBoard}, showNotice(d))
	web.Handle(board, web.Op{ID: "listNoticePlaces", Method: http.MethodGet, Path: "/notices/{id}/places", Summary: "公示贴在哪里，还缺哪里，公示期到哪天", Action: org.ReadBoard}, listPlaces(d))
	web.Handle(board, web.Op{ID: "reportPosting", Method: http.MethodPost, Path: "/notice-postings/{id}/incidents", Summary: "报告公示被提前撕下、遮盖或损坏", Action: org.ReportPosting, Status: http.StatusCreated}, reportPosting(d))
	web.Handle(board, web.Op{ID: "showPostingIncident", Method: http.MethodGet, Path: "/posting-incidents/{id}", Summary: "我报告的公示被撕，社区核实了没有", Action: org.ReportPosting}, showIncident(d))

	inboxes := site.Group(prefix, "消息", web.Residents)
	web.Handle(inboxes, web.Op{ID: "listInbox", Method: http.MethodGet, Path: "/inbox", Summary: "我的消息", Action: org.UseInbox}, listInbox(d))
	web.Handle(inboxes, web.Op{ID: "countUnread", Method: http.MethodGet, Path: "/inbox/unread", Summary: "未读消息数", Action: org.UseInbox}, countUnread(d))
	web.HandleEvents(inboxes, web.Op{ID: "inboxEvents", Path: "/inbox/events", Summary: "有新消息时告诉打开着的页面（server-sent events）", Action: org.UseInbox, Rate: streamRate}, box.Events(d.Live))
	web.Handle(inboxes, web.Op{ID: "markRead", Method: http.MethodPost, Path: "/inbox/read", Summary: "标为已读", Action: org.UseInbox}, markRead(d))
	web.Handle(inboxes, web.Op{ID: "showPreferences", Method: http.MethodGet, Path: "/preferences", Summary: "各类消息要不要发到微信和手机", Action: org.UseInbox}, box.ShowPreferences(d.Wishes))
	web.Handle(inboxes, web.Op{ID: "setPreferences", Method: http.MethodPut, Path: "/preferences", Summary: "选择各类消息要不要发到微信和手机", Action: org.UseInbox, Rate: lookRate}, box.SetPreferences(d.Wishes))

	subscriptionRoutes(site, d)
}

// IDPath is the input of operations on one thing.
type IDPath struct {
	ID int64 `path:"id" minimum:"1"`
}

// IDPage is the input of lists below one thing.
type IDPage struct {
	IDPath
	web.Page
}
