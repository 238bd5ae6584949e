package org

// Action is something that needs a permission.
type Action string

// Scope says whose things a grant reaches.
type Scope string

// The scopes, from narrow to wide.
const (
	ScopeSelf         Scope = "self"         // what the person did or is
	ScopeHome         Scope = "home"         // estates where the person has a home
	ScopeJurisdiction Scope = "jurisdiction" // estates the organisation answers for
	ScopeBooks        Scope = "books"        // these, and for a company those whose fee books it keeps from an earlier time
	ScopeParty        Scope = "party"        // cases that the organisation leads or joins
	ScopeCity         Scope = "city"         // everything
)

// Actions. The table below says who may do each.
const (
	FileComplaint   Action = "complaint.file"
	FollowComplaint Action = "complaint.follow" // read, confirm and return one's own
	ReadComplaints  Action = "complaint.read"
	WorkComplaints  Action = "complaint.work" // accept, answer, transfer
	ReviewContent   Action = "complaint.review"
	FileForOthers   Action = "complaint.file_for" // at a counter, on the phone, or what a patrol found

	ImportHotline Action = "hotline.import" // work orders of the 12345 hotline, and the results back

	ReadFigures     Action = "figures.read"
	PublishFigures  Action = "figures.publish" // a month's league table
	PublishContacts Action = "contact.publish"
	KeepDuty        Action = "duty.keep"           // the roster of emergency repairs
	CallBack        Action = "complaint.call_back" // record what a complainant says on the phone or at a counter
	AskWhistle      Action = "whistle.ask"         // and close, minute, give tasks and rate
	BlowWhistle     Action = "whistle.blow"        // the township's head signs
	AnswerWhistle   Action = "whistle.answer"      // check in, or refuse by a clause
	DecideWhistle   Action = "whistle.decide"      // the last word on a refusal
	ReadWhistles    Action = "whistle.read"
	WorkTasks       Action = "task.work"
	RestrictFiler   Action = "complaint.restrict" // against abuse
	JudgeAppeal     Action = "complaint.appeal"   // against a restriction, as another office above
	AskMediation    Action = "mediation.ask"
	JoinMediation   Action = "mediation.join" // as a party, or the host
	HostMediation   Action = "mediation.host"
	KeepLawyers     Action = "lawyer.keep" // the judicial bureau's pool
	HoldConference  Action = "conference.hold"
	ReadConferences Action = "conference.read"

	AnswerOwners   Action = "meeting.answer"  // challenges and objections: the convener, or those who watch over it
	ConveneMeeting Action = "meeting.convene" // prepare, notify, count, certify
	ReadMeetings   Action = "meeting.read"
	JoinMeeting    Action = "meeting.join"   // as an owner: vote, challenge, object
	VoteAsAgent    Action = "meeting.agent"  // by the written authorisation of an owner
	OpineMeeting   Action = "meeting.opine"  // the community, for the minutes
	RevokeMeeting  Action = "meeting.revoke" // record a court's judgment

	GuideMeetings    Action = "meeting.guide"            // the township orders a committee, and has model texts
	FormGroup        Action = "meeting.form_group"       // of a first meeting or a change of term
	ConfirmDelivery  Action = "meeting.confirm_delivery" // that enough is delivered for a first meeting
	AskCredential    Action = "credential.ask"           // to vote for owners by a document
	ReviewCredential Action = "credential.review"        // as the officer's desk

	ReadBoard     Action = "board.read"
	PublishNotice Action = "board.publish"
	ConfirmNotice Action = "board.confirm" // as the second person
	HangNotice    Action = "board.hang"    // prove that a paper hangs
	ReportPosting Action = "board.report"  // that it was taken down early
	JudgePosting  Action = "board.judge"   // whether that is so

	OpenDuty       Action = "duty.open"       // after an event that no part of the system sees
	WatchDuties    Action = "duty.watch"      // what is late, as a supervisor
	StateCharging  Action = "charging.state"  // 包干制 or 酬金制, with the contract
	CheckCharging  Action = "charging.check"  // as the second person
	ReadCharging   Action = "charging.read"   // with the contract
	AskQuestion    Action = "question.ask"    // about what was published, or was not
	AnswerQuestion Action = "question.answer" // in public, as the publisher
	ScreenQuestion Action = "question.screen" // what the content check did not clear

	ReadCommittee      Action = "committee.read"         // members, papers and duties, as an office
	FollowCommittee    Action = "committee.follow"       // what every resident may know
	SeatCommittee      Action = "committee.seat"         // an election's result, and who leaves
	ActCommittee       Action = "committee.act"          // as a member, at the committee's post
	VoteCommittee      Action = "committee.vote"         // one's own vote as a member
	HandCommittee      Action = "committee.hand"         // one's own side of a hand-over, in office or out of it
	CheckCommittee     Action = "committee.check"        // the second look at an item
	WitnessCommittee   Action = "committee.witness"      // opinion at meetings, hand-overs
	ReviewCommittee    Action = "committee.review"       // filings
	AuditCommittee     Action = "committee.audit"        // run by the township
	AnswerAudit        Action = "committee.answer_audit" // what was done about a finding
	ProposeToCommittee Action = "committee.propose"      // an owner's proposal
	AnswerProposals    Action = "committee.answer"       // by the company
	ReadProposals      Action = "committee.proposals"    // by the company those that were passed to it

	ReadFeeRules  Action = "fee.rules"   // price, basis, standard and hotline are shown to all (明码标价)
	RunFees       Action = "fee.run"     // rules, runs, payments; what takes a second person takes another of the same posts
	ApproveFees   Action = "fee.approve" // as the second person
	ReadFeeTotals Action = "fee.totals"  // sums, never whose
	SeeBills      Action = "fee.bills"   // of one's own home
	// Who is in hardship is for the community and the township to say, not for whom the fee is owed to.
	DecideHardship Action = "fee.hardship"
	HandCollection Action = "committee.hand_collection" // units to speak with, by whoever the money is owed to or keeps it
	FollowHome     Action = "home.follow"               // what is done about one's own home

	ReadBooks        Action = "books.read" // totals
	ReadFeeBooks     Action = "books.fee"  // vouchers, with the units they are about
	ReadIncomeBooks  Action = "books.income"
	ReadFundBooks    Action = "books.fund"
	CloseFeeBooks    Action = "books.close_fee"
	CloseIncomeBooks Action = "books.close_income"

	ReadIncome    Action = "income.read"
	KeepIncome    Action = "income.keep"    // contracts, receipts and costs, the settlement of a period
	ApproveIncome Action = "income.approve" // as the second person

	ReadCampaigns    Action = "campaign.read"
	RunCampaigns     Action = "campaign.run"     // write, submit, pause, print, record visits
	ApproveCampaigns Action = "campaign.approve" // as the second person

	ApplyResidency  Action = "residency.apply"
	InviteHousehold Action = "residency.invite"
	DecideResidency Action = "residency.decide"
	ContestArea     Action = "area.contest"
	DecideArea      Action = "area.decide"

	ReadRegister    Action = "register.read"
	RevealPerson    Action = "register.reveal"
	ImportRoster    Action = "register.import"
	RecordOwnership Action = "register.transfer"
	ManageEstates   Action = "estate.manage"

	ManageOrganisations Action = "organisation.manage"
	ReadOrganisations   Action = "organisation.read"
	InvitePost          Action = "post.invite"
	StateAbsences       Action = "post.absence" // when one is away from one's own post

	ManageOpenKeys Action = "open311.keys" // who may file through the open interface

	ReadRules     Action = "rule.read"
	EnterRules    Action = "rule.enter"
	ReadOutbox    Action = "outbox.read"
	ReadAudit     Action = "audit.read"
	DecideErasure Action = "privacy.decide"

	KeepFund   Action = "fund.keep"   // the accounts of the maintenance fund: the bureau, or the committee where the assembly holds them
	ReadFund   Action = "fund.read"   // as an office
	FollowFund Action = "fund.follow" // one's own unit, and totals
	// CollectFund is for whoever collects what units have to make up: the committee, the company for whoever keeps the account, the bureau.
	CollectFund Action = "fund.collect"

	ReadFundDebts Action = "fund.debts" // what single units owe: of the bureau, where it keeps the account

	ReadProjects   Action = "project.read"
	ProposeProject Action = "project.propose" // who may follows from who holds the fund
	RunProject     Action = "project.run"     // by the organisation in charge; payments by a second person
	FollowProject  Action = "project.follow"  // as an owner of the scope: object
	LookAtProject  Action = "project.accept"  // an opinion on the finished works
	WatchProject   Action = "project.watch"   // opinions and confirmations of the township and the bureau

	UseInbox   Action = "inbox.use"
	ManageSelf Action = "self.manage" // own sessions, consent, data
	UploadFile Action = "file.upload"
)

// Role of an actor in the permission table: a resident's role or an organisation's kind.
type actorRole string

const anyone actorRole = "anyone" // whoever is signed in

// grant lets a role do an action within a scope; posts narrows it to kinds of posts, empty means all.
type grant struct {
	role  actorRole
	posts []PostKind
	scope Scope
}

var (
	residents  = []actorRole{"owner", "family", "tenant"}
	staffRoles = []actorRole{"leading_group", "office", "bureau", "township", "community", "department", "utility", "association", "company", "committee"}
)

func each(scope Scope, roles ...actorRole) []grant {
	gs := make([]grant, len(roles))
	for i, r := range roles {
		gs[i] = grant{role: r, scope: scope}
	}
	return gs
}

func heads(scope Scope, roles ...actorRole) []grant {
	gs := each(scope, roles...)
	for i := range gs {
		gs[i].posts = []PostKind{Head, Chair}
	}
	return gs
}

func join(lists ...[]grant) []grant {
	var all []grant
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// permissions is the one table of who may do what: role × action × scope. Surfaces never decide; services ask it.
var permissions = map[Action][]grant{
	FileComplaint:   each(ScopeHome, residents...),
	FollowComplaint: each(ScopeSelf, anyone),
	ReadComplaints: join(
		each(ScopeJurisdiction, "committee", "community", "township"),
		each(ScopeParty, "company", "department", "utility", "association"),
		each(ScopeCity, "bureau", "office", "leading_group")),
	WorkComplaints: each(ScopeParty, staffRoles...),
	FileForOthers:  join(each(ScopeJurisdiction, "community", "township"), each(ScopeCity, "bureau")),
	ReviewContent:  join(each(ScopeJurisdiction, "community", "township"), each(ScopeCity, "bureau")),
	ImportHotline:  join(each(ScopeJurisdiction, "community", "township"), each(ScopeCity, "bureau", "office")),

	ReadFigures: join(each(ScopeJurisdiction, "community", "township"), each(ScopeParty, "department", "utility", "association", "company", "committee"),
		each(ScopeCity, "bureau", "office", "leading_group")),
	CallBack:        join(each(ScopeJurisdiction, "community", "township"), each(ScopeCity, "bureau", "office")),
	PublishFigures:  heads(ScopeCity, "bureau", "office"),
	PublishContacts: join(each(ScopeJurisdiction, "community", "township"), each(ScopeCity, "bureau", "office")),
	KeepDuty:        each(ScopeSelf, "company", "community", "township"),
	AskWhistle:      each(ScopeJurisdiction, "community", "township"),
	BlowWhistle:     heads(ScopeJurisdiction, "township"),
	AnswerWhistle:   each(ScopeParty, "department", "utility", "bureau"),
	DecideWhistle:   heads(ScopeCity, "office", "leading_group"),
	ReadWhistles: join(each(ScopeJurisdiction, "community", "township"), each(ScopeParty, "department", "utility"),
		each(ScopeCity, "bureau", "office", "leading_group")),
	WorkTasks:     each(ScopeSelf, staffRoles...),
	RestrictFiler: join(heads(ScopeJurisdiction, "township"), heads(ScopeCity, "bureau", "office")),
	// The leading group imposes nothing, so that there is somebody above all who do.
	JudgeAppeal:     join(heads(ScopeJurisdiction, "township"), heads(ScopeCity, "bureau", "office", "leading_group")),
	AskMediation:    join(each(ScopeHome, residents...), each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau", "department", "utility")),
	JoinMediation:   each(ScopeSelf, anyone),
	HostMediation:   each(ScopeSelf, "committee", "community", "township", "bureau", "leading_group"),
	KeepLawyers:     each(ScopeSelf, "department"),
	HoldConference:  join(each(ScopeJurisdiction, "community", "township"), each(ScopeCity, "bureau", "office")),
	ReadConferences: each(ScopeSelf, staffRoles...),

	AnswerOwners:   each(ScopeJurisdiction, "committee", "community", "township"),
	ConveneMeeting: each(ScopeJurisdiction, "committee", "community", "township"),
	// Whoever votes by a document that an officer accepted need not own a home: that is the person's own.
	ReadMeetings:  join(each(ScopeHome, "owner"), each(ScopeJurisdiction, "committee", "community", "township"), each(ScopeCity, "bureau"), each(ScopeSelf, anyone)),
	JoinMeeting:   join(each(ScopeHome, "owner"), each(ScopeSelf, anyone)),
	OpineMeeting:  each(ScopeJurisdiction, "community"),
	RevokeMeeting: join(each(ScopeJurisdiction, "township"), each(ScopeCity, "bureau")),

	GuideMeetings:    each(ScopeJurisdiction, "township"),
	FormGroup:        each(ScopeJurisdiction, "community", "township"),
	ConfirmDelivery:  each(ScopeCity, "bureau"),
	AskCredential:    each(ScopeSelf, anyone),
	ReviewCredential: each(ScopeJurisdiction, "community", "township"),
	VoteAsAgent:      each(ScopeSelf, anyone),

	ReadBoard: join(each(ScopeHome, residents...),
		each(ScopeJurisdiction, "committee", "company", "community", "township"),
		each(ScopeCity, "bureau", "office", "leading_group", "department", "utility", "association")),
	PublishNotice: join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau", "office")),
	ConfirmNotice: join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau", "office")),
	HangNotice:    each(ScopeJurisdiction, "committee", "company", "community", "township"),
	ReportPosting: join(each(ScopeHome, residents...), each(ScopeJurisdiction, "committee", "company", "community", "township")),
	JudgePosting:  each(ScopeJurisdiction, "community", "township"),

	OpenDuty:       each(ScopeJurisdiction, "committee", "company", "community", "township"),
	WatchDuties:    join(each(ScopeJurisdiction, "community", "township"), each(ScopeCity, "bureau", "office", "leading_group")),
	StateCharging:  each(ScopeJurisdiction, "company"),
	CheckCharging:  each(ScopeJurisdiction, "community"),
	ReadCharging:   join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau")),
	AskQuestion:    each(ScopeHome, residents...),
	AnswerQuestion: join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau", "office")),
	ScreenQuestion: join(each(ScopeJurisdiction, "community", "township"), each(ScopeCity, "bureau")),

	ReadBooks:        join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau")),
	ReadFeeBooks:     each(ScopeBooks, "company"),
	ReadIncomeBooks:  join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau")),
	ReadFundBooks:    join(each(ScopeJurisdiction, "committee", "community", "township"), each(ScopeCity, "bureau")),
	CloseFeeBooks:    heads(ScopeBooks, "company"),
	CloseIncomeBooks: heads(ScopeJurisdiction, "company", "committee"),

	ReadIncome:    join(each(ScopeHome, residents...), each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau")),
	KeepIncome:    each(ScopeJurisdiction, "committee", "company"),
	ApproveIncome: join(heads(ScopeJurisdiction, "committee"), each(ScopeJurisdiction, "community")),

	ReadCommittee:      join(each(ScopeJurisdiction, "committee", "community", "township"), each(ScopeCity, "bureau", "office", "leading_group")),
	FollowCommittee:    each(ScopeHome, residents...),
	SeatCommittee:      each(ScopeJurisdiction, "township"),
	ActCommittee:       each(ScopeJurisdiction, "committee"),
	VoteCommittee:      each(ScopeSelf, anyone),
	HandCommittee:      each(ScopeSelf, anyone),
	CheckCommittee:     each(ScopeJurisdiction, "committee", "community", "township"),
	WitnessCommittee:   each(ScopeJurisdiction, "community"),
	ReviewCommittee:    join(each(ScopeJurisdiction, "township"), each(ScopeCity, "bureau")),
	AuditCommittee:     each(ScopeJurisdiction, "township"),
	AnswerAudit:        each(ScopeJurisdiction, "committee", "company"),
	ProposeToCommittee: each(ScopeHome, "owner"),
	AnswerProposals:    each(ScopeJurisdiction, "company"),
	ReadProposals:      join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau", "office", "leading_group")),

	ReadFeeRules:  join(each(ScopeHome, residents...), each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau", "office", "leading_group")),
	RunFees:       each(ScopeBooks, "company"),
	ApproveFees:   heads(ScopeBooks, "company"),
	ReadFeeTotals: join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau")),
	SeeBills:      each(ScopeHome, "owner", "family"),

	DecideHardship: each(ScopeJurisdiction, "community", "township"),
	HandCollection: join(each(ScopeJurisdiction, "company", "committee"), each(ScopeCity, "bureau")),
	FollowHome:     each(ScopeHome, "owner", "family"),

	// The leading group stands above the bureau, so that there is a second person for the bureau's own.
	ReadCampaigns:    join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau"), heads(ScopeCity, "leading_group")),
	RunCampaigns:     join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau")),
	ApproveCampaigns: join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau"), heads(ScopeCity, "leading_group")),

	ApplyResidency:  each(ScopeSelf, anyone),
	InviteHousehold: each(ScopeHome, "owner"),
	DecideResidency: join(each(ScopeJurisdiction, "committee", "community", "township")),
	ContestArea:     each(ScopeHome, "owner"),
	DecideArea:      join(each(ScopeJurisdiction, "community", "township"), each(ScopeCity, "bureau")),

	ReadRegister:    join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau")),
	RevealPerson:    join(each(ScopeJurisdiction, "community", "township"), heads(ScopeCity, "bureau")),
	ImportRoster:    join(each(ScopeJurisdiction, "community", "township"), each(ScopeCity, "bureau")),
	RecordOwnership: join(each(ScopeJurisdiction, "community", "township"), each(ScopeCity, "bureau")),
	ManageEstates:   join(each(ScopeJurisdiction, "township"), each(ScopeCity, "bureau")),

	ManageOrganisations: join(each(ScopeJurisdiction, "township"), each(ScopeCity, "bureau", "office")),
	ReadOrganisations:   each(ScopeCity, staffRoles...),
	InvitePost: join(heads(ScopeJurisdiction, "township"), heads(ScopeCity, "bureau", "office", "leading_group"),
		heads(ScopeParty, "community", "department", "utility", "association", "company", "committee")),

	StateAbsences: each(ScopeSelf, staffRoles...),

	ManageOpenKeys: each(ScopeCity, "bureau"),

	ReadRules:     each(ScopeCity, staffRoles...),
	EnterRules:    each(ScopeCity, "bureau"),
	ReadOutbox:    each(ScopeCity, "bureau", "office"),
	ReadAudit:     heads(ScopeCity, "bureau", "office"),
	DecideErasure: each(ScopeCity, "bureau"),

	KeepFund:    join(each(ScopeJurisdiction, "committee"), each(ScopeCity, "bureau")),
	ReadFund:    join(each(ScopeJurisdiction, "committee", "community", "township"), each(ScopeCity, "bureau")),
	FollowFund:  each(ScopeHome, "owner"),
	CollectFund: join(each(ScopeJurisdiction, "committee", "company"), each(ScopeCity, "bureau")),

	ReadFundDebts: join(each(ScopeJurisdiction, "committee"), each(ScopeCity, "bureau")),

	ReadProjects:   join(each(ScopeHome, "owner"), each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau")),
	ProposeProject: join(each(ScopeHome, "owner"), each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau")),
	RunProject:     join(each(ScopeJurisdiction, "committee", "company", "community", "township"), each(ScopeCity, "bureau")),
	FollowProject:  each(ScopeHome, "owner"),
	LookAtProject:  join(each(ScopeHome, "owner"), each(ScopeJurisdiction, "committee", "company", "community", "township")),
	WatchProject:   join(each(ScopeJurisdiction, "township"), each(ScopeCity, "bureau")),

	UseInbox:   each(ScopeSelf, anyone),
	ManageSelf: each(ScopeSelf, anyone),
	UploadFile: each(ScopeSelf, anyone),
}

// Actions lists every action of the table.
func Actions() []Action {
	list := make([]Action, 0, len(permissions))
	for a := range permissions {
		list = append(list, a)
	}
	return list
}
