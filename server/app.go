package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/config"
	miniapp "github.com/linli-city/linli/miniapp-api"
	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/complaint/suggest"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/file/blob"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/hotline"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/joint"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/mediation"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/inbox"
	"github.com/linli-city/linli/notify/plan"
	"github.com/linli-city/linli/notify/sms"
	"github.com/linli-city/linli/server/callback"
	"github.com/linli-city/linli/server/h5"
	"github.com/linli-city/linli/server/office"
	"github.com/linli-city/linli/server/public"
	"github.com/linli-city/linli/server/session"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
	paybox "github.com/linli-city/linli/server/wechatpay/sandbox"
)

// version is set by the release build.
var version = "dev"

// app is a whole linli: stores, services, surfaces and background work, wired here and nowhere else.
type app struct {
	cfg        config.Config
	log        *slog.Logger
	db         *store.DB
	redis      redis.UniversalClient
	vault      *vault.Vault
	blobs      blob.Store
	pack       *rulepack.Pack
	wechat     *wechatAccount
	org        *org.Service
	files      *file.Service
	complaints *complaint.Service
	committee  *committee.Service
	fees       *fee.Service
	checkout   *checkout.Service
	payBox     *paybox.Box // nil with the real WeChat Pay
	joint      *joint.Service
	mediation  *mediation.Service
	hotline    *hotline.Service
	suggester  suggester
	board      *disclosure.Service
	inbox      *inbox.Service
	plan       *notify.Book
	live       *inbox.Live
	wishes     *notify.Preferences
	campaigns  *campaign.Service
	assemblies *assembly.Service
	income     *income.Service
	fund       *fund.Service
	consents   *consent.Service
	callback   callback.Deps
	sessions   *session.Sessions
	codes      *session.Codes
	texter     texter       // nil where nothing sends short messages
	texts      *sms.Sandbox // nil where they are real, or there are none
	dispatcher *notify.Dispatcher
	registry   *prometheus.Registry
	access     *web.AccessLog
	limiter    web.Limiter
	site       *web.Site
	closers    []func()
}

// maxStreams is how many pages one process tells of what is new.
const maxStreams = 2000

// openApp opens the stores and builds the services. The caller closes it.
func openApp(ctx context.Context, cfg config.Config, log *slog.Logger) (_ *app, err error) {
	a := &app{cfg: cfg, log: log, registry: prometheus.NewRegistry()}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	a.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, open := range []func(context.Context) error{a.openDatabase, a.openVault, a.openRedis, a.openFiles, a.openWeChat, a.openTexts} {
		if err := open(ctx); err != nil {
			return nil, err
		}
	}
	if a.pack, err = rulepack.Find(cfg.Pack); err != nil {
		return nil, err
	}
	a.files = file.New(a.db, a.vault, a.blobs, file.Options{LinkKey: cfg.LinkKeyBytes(), PublicURL: cfg.PublicURL, Log: log})
	a.org = org.New(a.db, a.vault, a.files, log)
	a.complaints = complaint.New(a.db, a.pack, a.vault, a.wechat, a.files, log)
	words, err := suggest.New(a.pack)
	if err != nil {
		return nil, err
	}
	a.suggester = suggester{words, a.complaints}
	a.hotline = hotline.New(a.db, a.vault, a.files, a.complaints, a.suggester)
	a.joint = joint.New(a.db, a.pack, a.complaints, a.files, log)
	a.mediation = mediation.New(a.db, a.pack, a.complaints, a.vault, a.files)
	a.board = disclosure.New(a.db, a.files).With(disclosure.Options{Pack: a.pack.Code, Check: meetingTexts{a.wechat}, Blot: complaint.ForAnybody, Own: assembly.OwnRules, OwnFund: fund.AssemblyHolds, Prices: openPrices, Named: a.org.NamedIn, Sums: boardSums, Log: log,
		Withdrawn: func(tx *store.Tx, estate, notice int64) error { return a.committee.AuditWithdrawn(tx, estate, notice) }})
	a.income = income.New(a.db, a.files, a.pack.Code, assembly.OwnRules)
	a.income.Owes(a.oweContract)
	a.income.Names(a.org.NamedIn)
	a.committee = committee.New(a.db, a.vault, a.pack.Code, a.files, committeeBoard{a.board}, a.org, committeeMoney{a.income})
	a.fees = fee.New(a.db, a.vault, a.files).With(fee.Options{Pack: a.pack.Code, Own: assembly.OwnRules, Cases: feeCases{a.complaints}})
	if err := a.openPay(); err != nil {
		return nil, err
	}
	a.inbox = inbox.New(a.db)
	a.live = inbox.NewLive(a.db, a.redis, int(cfg.Shards.N), maxStreams, log)
	a.wishes = notify.NewPreferences(a.db, a.quiet())
	a.limiter = limit.New(a.redis, log)
	a.consents = consent.New(a.db, a.provided(), log)
	a.callback = callback.Deps{WeChat: a.wechat, Org: a.org, Consents: a.consents, Finished: a.finished, Limiter: a.limiter, Log: log}
	if a.wechat.box != nil {
		a.wechat.box.PushTo(a.callback.Take)
	}
	a.sessions = session.New(a.db, a.vault, a.redis, cfg.SessionTTL.D)
	a.codes = a.newCodes()
	a.org.OnMove(a.complaints.Relocate, a.joint.Relocate)
	a.plan = notify.NewBook(a.db, log)
	ways := a.ways()
	a.campaigns = campaign.New(campaign.Options{DB: a.db, Vault: a.vault, Files: a.files, Pack: a.pack.Code, SMS: ways[plan.SMS] != nil, Quiet: a.quiet(), Stock: a.stock, Lines: a.lines, Log: log,
		Plan: a.planNow, Text: textOf, Blot: complaint.ForAnybody})
	if w := ways[plan.SMS]; w != nil {
		w.Roster = a.campaigns.Phones // owners of the roster without an account as well
		if a.texts != nil || a.cfg.SMSTemplates[sms.Letter].ID != "" {
			w.Letters = a.campaigns.Links
		}
	}
	kind, seed, err := cfg.VoteSeed()
	if err != nil {
		return nil, err
	}
	signer, err := voteSigner(kind, seed)
	if err != nil {
		return nil, fmt.Errorf("LINLI_VOTE_KEY: %w", err)
	}
	a.assemblies = assembly.New(assembly.Options{DB: a.db, Vault: a.vault, Files: a.files, Deliveries: a.campaigns, Board: resultBoard{a.board}, Items: a.committee, Check: meetingTexts{a.wechat}, Signer: signer, Prover: a.sessions, Pack: a.pack.Code, PublicURL: cfg.PublicURL, Production: cfg.Production, Log: log})
	a.fund = fund.New(a.db, fund.Options{Pack: a.pack.Code, Files: a.files, Board: fundBoard{a.board}})
	a.committee.WithDebts(committeeDebts{a.fees, a.fund}).WithMotions(committeeMotions{})
	a.org.OnHandOver(a.assemblies.HandedOver)
	a.org.OnRecognise(a.campaigns.Recognised)
	a.org.OnPart(a.campaigns.Parted)
	a.inbox.OnRead(a.campaigns.Read)
	a.org.OnErase(a.files.Erase, a.complaints.Erase, a.mediation.Erase, a.board.Erase, a.committee.Erase, a.assemblies.Erase, a.fund.Erase, a.fund.EraseProjects, a.fees.Erase, a.sessions.Erase, a.campaigns.Erase, a.inbox.Erase, notify.Erase, a.consents.Erase, notify.ErasePreferences)
	a.org.OnStaffing(notify.NewHandover(a.quiet()))
	a.complaints.OnStep(notify.Acted)
	a.dispatcher = notify.New(notify.Options{DB: a.db, Redis: a.redis, Ways: ways, Duty: onDuty, Days: a.workingDays, Told: a.live.Told, Quiet: a.quiet(), Book: a.plan, Consequences: a.reactions(), Stepped: a.complaints.Stepped,
		Addressees: a.campaigns.Addressees, Admit: a.campaigns.Admit, Shards: int(cfg.Shards.N), Log: log, Registry: a.registry})
	a.campaigns.Through(a.dispatcher)
	a.registry.MustRegister(a.campaigns)
	a.complaints.OnErase(a.dispatcher.Forget)
	a.consents.OnConfirmed(func(tx *store.Tx, id string, ok bool, code int) error {
		return a.dispatcher.Confirm(tx, plan.Mini, id, ok, code)
	})
	return a, nil
}

// mount builds the engine with every surface on it.
func (a *app) mount(ctx context.Context) error {
	tracing, err := a.tracing(ctx)
	if err != nil {
		return err
	}
	a.access = web.NewAccessLog(a.db, a.log)
	a.site = web.New(web.Options{PublicURL: a.cfg.PublicURL, Version: version, Origins: a.cfg.Origins, Proxies: a.cfg.Proxies, MaxBody: a.cfg.MaxBody.N,
		Timeout: a.cfg.RequestTimeout.D, Sessions: a.sessions, Limiter: a.limiter, Access: a.access, Registry: a.registry, Logger: a.log, Outermost: tracing,
		Checks: []web.Check{
			{Name: "database", Essential: true, Do: a.db.Ping},
			{Name: "schema", Essential: true, Do: a.db.CheckSchema},
			{Name: "redis", Do: func(ctx context.Context) error { return a.redis.Ping(ctx).Err() }},
			{Name: "files", Do: a.blobs.Check},
			{Name: "calendar", Do: func(ctx context.Context) error {
				years, err := a.complaints.UnknownYears(ctx)
				if err == nil && len(years) > 0 {
					err = fmt.Errorf("the holidays of %v are not known", years)
				}
				return err
			}},
		}})
	miniapp.Routes(a.site, miniapp.Deps{Org: a.org, Sessions: a.sessions, Complaints: a.complaints, Committee: a.committee, Fees: a.fees, Checkout: a.checkout, Mediation: a.mediation, Board: a.board, Files: a.files, Inbox: a.inbox, Live: a.live, Wishes: a.wishes, Consents: a.consents, Campaigns: a.campaigns, Assemblies: a.assemblies, Income: a.income, Fund: a.fund, PublicURL: a.cfg.PublicURL, City: a.pack.City, Notifier: a.dispatcher,
		WeChat: a.wechat, Suggester: a.suggester, Vault: a.vault})
	office.Routes(a.site, office.Deps{LinkTexts: a.texts != nil || a.cfg.SMSTemplates[sms.Letter].ID != "", DB: a.db, Org: a.org, Sessions: a.sessions, Complaints: a.complaints, Committee: a.committee, Fees: a.fees, Checkout: a.checkout, Joint: a.joint, Mediation: a.mediation, Hotline: a.hotline, Board: a.board, Files: a.files, Inbox: a.inbox, Live: a.live, Wishes: a.wishes, Told: notify.NewTimeline(a.db, a.complaints), Plan: a.plan, Notifier: a.dispatcher, Campaigns: a.campaigns, Assemblies: a.assemblies, Ledger: ledger.New(a.db).Veiled(fund.DebtVeil), Income: a.income, Fund: a.fund,
		Scene: a.wechat.client.SceneCode, Pack: a.pack.Code, City: a.pack.City, PublicURL: a.cfg.PublicURL})
	public.Routes(a.site, public.Deps{Assemblies: a.assemblies, Complaints: a.complaints, Board: a.board, Codes: a.codes, PublicURL: a.cfg.PublicURL, Production: a.cfg.Production, Bureau: a.bureau()})
	h5.Routes(a.site, h5.Deps{Assemblies: a.assemblies, WeChat: a.wechat, Org: a.org, Board: a.board, Complaints: a.complaints, Committee: a.committee, Codes: a.codes, Files: a.files, Campaigns: a.campaigns, PublicURL: a.cfg.PublicURL, City: a.pack.City})
	callback.Routes(a.site, a.callback)
	callback.PayRoutes(a.site, a.checkout, a.log)
	a.site.OnStop(a.live.Close)
	a.site.Unlisted(http.MethodGet, "/files/:token", "a file behind an expiring link", a.serveFile)
	a.site.Unlisted(http.MethodGet, "/", "where to look", func(c *gin.Context) { c.Redirect(http.StatusFound, "/docs") })
	if a.wechat.box != nil {
		a.wechat.box.mount(a.site)
	}
	if a.payBox != nil {
		mountPay(a.site, a.payBox)
	}
	if a.texts != nil {
		mountTexts(a.site, a.texts)
	}
	return nil
}

// quiet are the hours in which phones are left in peace. The sandbox has none that would ring.
func (a *app) quiet() plan.Quiet {
	if a.cfg.Sandbox() {
		return plan.Quiet{}
	}
	return plan.Default().Quiet()
}

// workingDays are the days on which offices work, as the bureau has entered them.
func (a *app) workingDays(tx *store.Tx) (calendar.Calendar, error) {
	set, err := org.Rules(tx, tx.Now, a.pack.Code)
	if err != nil {
		return calendar.Calendar{}, err
	}
	return complaint.WorkingDays(set)
}

// finished takes what became of a template message.
func (a *app) finished(ctx context.Context, msgID string, arrived bool) error {
	code := 0
	if !arrived {
		code = -1 // WeChat says it in words
	}
	return a.db.InTx(ctx, func(tx *store.Tx) error { return a.dispatcher.Confirm(tx, plan.Service, msgID, arrived, code) })
}

// stock tells who has a consent left that a campaign may take.
func (a *app) stock(tx *store.Tx, template string, p event.Priority, persons []int64) (map[int64]bool, error) {
	return a.consents.Left(tx, template, p, persons)
}

// planNow is the notification plan in force.
func (a *app) planNow(ctx context.Context) (*plan.Table, error) {
	t, _, err := a.plan.Current(ctx)
	return t, err
}

// textOf is a short message as a phone shows it.
func textOf(title, place, letter string) string {
	if letter != "" {
		return sms.NewLetter("", "", title, place, letter).Text()
	}
	return sms.NewNotice("", "", title, place).Text()
}

// lines are the phones that letters name, the nearest first.
func (a *app) lines(ctx context.Context, estate int64) ([]campaign.Line, error) {
	contacts, err := a.complaints.Contacts(ctx, estate)
	var list []campaign.Line
	for _, c := range contacts {
		if !c.OnDuty { // emergency repairs are not for questions about a letter
			list = append(list, campaign.Line{Name: c.Name, Phone: c.Phone, Address: c.Address, Hours: c.Hours})
		}
	}
	return list, err
}

// bureau is the name of the housing bureau in the city's pack.
func (a *app) bureau() string {
	for _, o := range a.pack.Organisations {
		if org.Kind(o.Kind) == org.Bureau {
			return o.Name
		}
	}
	return a.pack.Title
}

// run serves on l and works in the background until ctx ends, then finishes what it began.
func (a *app) run(ctx context.Context, l net.Listener) error {
	if a.site == nil {
		if err := a.mount(ctx); err != nil {
			return err
		}
	}
	// Background work outlives the last request, so that what a request committed is still carried.
	back, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { a.dispatcher.Run(back) })
	wg.Go(func() { a.live.Run(back) })
	wg.Go(func() { a.chores(back) })
	err := a.site.Run(ctx, l)
	stop()
	wg.Wait()
	a.access.Close()
	return err
}

// heapLimit is what all memory of the process may grow to before the collector works as often as it must, in bytes.
const heapLimit = 512 << 20

// collectLess lets garbage wait for longer: what lives is small and a request's garbage is not, so at Go's own setting a sixth of the
// processor went to looking for it. GOGC and GOMEMLIMIT of the environment, where they are set, stand.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(1000)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heapLimit)
	}
}

// close releases the stores, last opened first.
func (a *app) close() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		a.closers[i]()
	}
}
