// Package office is what staff call: /office/v1, for committees, companies, communities, townships, the bureau and the
// departments. Handlers bind, call one service and build a view; what each post may do is in the permission table.
package office

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
	"github.com/linli-city/linli/models/hotline"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/joint"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/mediation"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/server/box"
	"github.com/linli-city/linli/server/session"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

// Deps are the services behind the surface.
type Deps struct {
	DB         *store.DB // for the lists of undelivered messages and the audit trail, which are no domain's
	Org        *org.Service
	Sessions   *session.Sessions
	Complaints *complaint.Service
	Committee  *committee.Service
	Fees       *fee.Service
	Checkout   *checkout.Service
	Joint      *joint.Service
	Mediation  *mediation.Service
	Hotline    *hotline.Service
	Board      *disclosure.Service
	Files      *file.Service
	Inbox      *inbox.Service
	Live       *inbox.Live
	Wishes     *notify.Preferences
	Told       *notify.Timeline
	Plan       *notify.Book
	Notifier   *notify.Dispatcher
	Campaigns  *campaign.Service
	Assemblies *assembly.Service
	Ledger     *ledger.Service
	Income     *income.Service
	Fund       *fund.Service
	LinkTexts  bool                                                                                 // a short message can carry a link to somebody without an account
	Scene      func(ctx context.Context, scene string, lasts time.Duration) (url string, err error) // a QR code of the service account
	Pack       string                                                                               // code of the city's rule pack
	City       string                                                                               // its name
	PublicURL  string
}

const prefix = "/office/v1"

var (
	revealRate = &limit.Rule{Name: "reveal", Rate: 60, Per: time.Hour, Burst: 20}
	importRate = &limit.Rule{Name: "import", Rate: 20, Per: time.Hour, Burst: 10}
	listRate   = &limit.Rule{Name: "hotline", Rate: 120, Per: time.Hour, Burst: 30}          // 5000 work orders take ten calls
	workRate   = &limit.Rule{Name: "work", Rate: 1200, Per: time.Hour, Burst: 400, Near: 40} // a clerk clears 300 cases in one go
	bulkRate   = &limit.Rule{Name: "bulk", Rate: 60, Per: time.Hour, Burst: 20}
	streamRate = &limit.Rule{Name: "stream", Rate: 600, Per: time.Hour, Burst: 60} // a page comes back every five minutes
	uploadRate = &limit.Rule{Name: "upload", Rate: 240, Per: time.Hour, Burst: 60}
)

// Routes mounts the surface. Signing in is the mini-program's: the same session acts in a post here.
func Routes(site *web.Site, d Deps) {
	registerRoutes(site, d)
	absenceRoutes(site, d)
	serviceAccountRoutes(site, d)
	complaintRoutes(site, d)
	joinRoutes(site, d)
	whistleRoutes(site, d)
	figureRoutes(site, d)
	figureDayRoutes(site, d)
	leagueRoutes(site, d)
	contentRoutes(site, d)
	conferenceRoutes(site, d)
	committeeRoutes(site, d)
	feeRoutes(site, d)
	payRoutes(site, d)
	mediationRoutes(site, d)
	meetingRoutes(site, d)
	preparationRoutes(site, d)
	meetingTextRoutes(site, d)
	paperRoutes(site, d)
	proxyRoutes(site, d)
	officialRoutes(site, d)
	sheetRoutes(site, d)
	deskRoutes(site, d)
	contactRoutes(site, d)
	openKeyRoutes(site, d)
	hotlineRoutes(site, d)
	ruleRoutes(site, d)
	planRoutes(site, d)
	mandateRoutes(site, d)
	campaignRoutes(site, d)
	bookRoutes(site, d)
	incomeRoutes(site, d)
	letterRoutes(site, d)
	fundProjectRoutes(site, d)
	fundAccountRoutes(site, d)
	dutyRoutes(site, d)
	questionRoutes(site, d)

	board := site.Group(prefix, "公示", web.Staff)
	web.Handle(board, web.Op{ID: "officePublishNotice", Method: http.MethodPost, Path: "/notices", Summary: "发布公示、公告或通知", Action: org.PublishNotice, Status: http.StatusCreated}, publishNotice(d))
	web.Handle(board, web.Op{ID: "officeListNotices", Method: http.MethodGet, Path: "/estates/{id}/notices", Summary: "小区公示栏", Action: org.ReadBoard}, listNotices(d))
	web.Handle(board, web.Op{ID: "officeShowNotice", Method: http.MethodGet, Path: "/notices/{id}", Summary: "公示内容和历次修改", Action: org.ReadBoard}, showNotice(d))
	web.Handle(board, web.Op{ID: "officeReviseNotice", Method: http.MethodPost, Path: "/notices/{id}/versions", Summary: "发布修改后的版本", Action: org.PublishNotice}, reviseNotice(d))
	web.Handle(board, web.Op{ID: "officeConfirmWithdrawal", Method: http.MethodPost, Path: "/notices/{id}/withdrawal-confirmation", Summary: "由另一个人确认撤回涉及钱的公示和系统发布的结果，或者不同意", Action: org.ConfirmNotice}, confirmWithdrawal(d))
	web.Handle(board, web.Op{ID: "officeWithdrawNotice", Method: http.MethodPost, Path: "/notices/{id}/withdrawal", Summary: "撤回公示", Action: org.PublishNotice}, withdrawNotice(d))
	draftRoutes(board, d)
	postingRoutes(board, d)

	inboxes := site.Group(prefix, "消息", web.Staff)
	web.Handle(inboxes, web.Op{ID: "officeListInbox", Method: http.MethodGet, Path: "/inbox", Summary: "岗位收到的消息", Action: org.UseInbox}, listInbox(d))
	web.Handle(inboxes, web.Op{ID: "officeCountUnread", Method: http.MethodGet, Path: "/inbox/unread", Summary: "岗位的未读消息数", Action: org.UseInbox}, countUnread(d))
	web.HandleEvents(inboxes, web.Op{ID: "officeInboxEvents", Path: "/inbox/events", Summary: "岗位有新消息时告诉打开着的页面（server-sent events）", Action: org.UseInbox, Rate: streamRate}, box.Events(d.Live))
	web.Handle(inboxes, web.Op{ID: "officeMarkRead", Method: http.MethodPost, Path: "/inbox/read", Summary: "标为已读", Action: org.UseInbox}, markRead(d))
	web.Handle(inboxes, web.Op{ID: "officeShowPreferences", Method: http.MethodGet, Path: "/preferences", Summary: "岗位的各类消息要不要发到微信和手机", Action: org.UseInbox}, box.ShowPreferences(d.Wishes))
	web.Handle(inboxes, web.Op{ID: "officeSetPreferences", Method: http.MethodPut, Path: "/preferences", Summary: "选择岗位的各类消息要不要发到微信和手机；险情一直都发", Action: org.UseInbox, Rate: workRate}, box.SetPreferences(d.Wishes))
	web.Handle(inboxes, web.Op{ID: "officeListNotifications", Method: http.MethodGet, Path: "/complaints/{id}/notifications", Summary: "这件投诉告诉了哪些单位，看了没有", Action: org.ReadComplaints}, listNotifications(d))
	web.Handle(inboxes, web.Op{ID: "officeNotifyStatus", Method: http.MethodGet, Path: "/notify/status", Summary: "通知系统现在怎么样", Action: org.ReadOutbox}, showNotifyStatus(d))
	web.Handle(inboxes, web.Op{ID: "officeListUndelivered", Method: http.MethodGet, Path: "/undelivered", Summary: "没有送达的消息和原因", Action: org.ReadOutbox}, listUndelivered(d))
	web.Handle(inboxes, web.Op{ID: "officeReplayDelivery", Method: http.MethodPost, Path: "/undelivered/{id}/replay", Summary: "重新发送一条", Action: org.ReadOutbox}, replayDelivery(d))
	web.Handle(inboxes, web.Op{ID: "officeListStuck", Method: http.MethodGet, Path: "/undelivered/messages", Summary: "无法分发的消息", Action: org.ReadOutbox}, listStuck(d))
	web.Handle(inboxes, web.Op{ID: "officeReplayAll", Method: http.MethodPost, Path: "/undelivered/replay", Summary: "重新发送某个时间以来没有送达的，每次最多1000条", Action: org.ReadOutbox}, replayAll(d))
	web.Handle(inboxes, web.Op{ID: "officeReplayMessage", Method: http.MethodPost, Path: "/undelivered/messages/{id}/replay", Summary: "重新分发一条", Action: org.ReadOutbox}, replayMessage(d))

	files := site.Group(prefix, "文件", web.Staff)
	web.Handle(files, web.Op{ID: "officeUploadFile", Method: http.MethodPost, Path: "/files", Summary: "上传附件", Action: org.UploadFile, Status: http.StatusCreated, MaxBody: 34 << 20, Timeout: 3 * time.Minute, Rate: uploadRate}, uploadFile(d))
	web.Handle(files, web.Op{ID: "officeLinkFile", Method: http.MethodGet, Path: "/files/{id}/link", Summary: "打开文件的限时链接", Action: org.UploadFile}, linkFile(d))
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

// statePage is the input of lists that are narrowed by a state.
type statePage struct {
	State string `query:"state" maxLength:"16" doc:"状态；不填为全部"`
	web.Page
}

// decision is the body of accept-or-refuse operations.
type decision struct {
	Accept bool   `json:"accept"`
	Reason string `json:"reason,omitempty" maxLength:"200" doc:"不予通过时必填，对方会看到"`
}

type decideInput struct {
	IDPath
	Body decision
}
