package office

import (
	"context"
	"net/http"
	"time"

	"github.com/linli-city/linli/models/mediation"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

func mediationRoutes(site *web.Site, d Deps) {
	g := site.Group(prefix, "调解", web.Staff)
	web.Handle(g, web.Op{ID: "officeAskMediation", Method: http.MethodPost, Path: "/mediations", Summary: "申请调解：先由业委会调解，它是一方时由社区、乡镇、市逐级调解", Action: org.AskMediation, Rate: workRate, Status: http.StatusCreated}, askMediation(d))
	web.Handle(g, web.Op{ID: "officeListMediations", Method: http.MethodGet, Path: "/mediations", Summary: "本单位主持或参加的调解", Action: org.JoinMediation}, listMediations(d))
	web.Handle(g, web.Op{ID: "officeShowMediation", Method: http.MethodGet, Path: "/mediations/{id}", Summary: "一件调解：当事人、记录、协议和履行", Action: org.JoinMediation}, showMediation(d))
	web.Handle(g, web.Op{ID: "officeAnswerMediation", Method: http.MethodPost, Path: "/mediations/{id}/answer", Summary: "当事人是否同意调解", Action: org.JoinMediation, Rate: workRate}, answerMediation(d))
	web.Handle(g, web.Op{ID: "officeConfirmAgreement", Method: http.MethodPost, Path: "/mediations/{id}/confirm", Summary: "当事人确认协议（单位由负责人确认）", Action: org.JoinMediation, Rate: workRate}, confirmMediation(d))
	web.Handle(g, web.Op{ID: "officeObjectAgreement", Method: http.MethodPost, Path: "/mediations/{id}/objection", Summary: "当事人不同意协议：理由", Action: org.JoinMediation, Rate: workRate}, medWord(d, "object", (*mediation.Service).Object))
	web.Handle(g, web.Op{ID: "officeFinishTerm", Method: http.MethodPost, Path: "/mediations/{id}/performance", Summary: "对方或主持单位确认一项约定已履行", Action: org.JoinMediation, Rate: workRate}, finishTerm(d))
	web.Handle(g, web.Op{ID: "officeBreachMediation", Method: http.MethodPost, Path: "/mediations/{id}/breach", Summary: "到期没有履行，结束调解，可以起诉", Action: org.JoinMediation, Rate: workRate}, medWord(d, "breach", (*mediation.Service).Breach))
	web.Handle(g, web.Op{ID: "officeRaiseMediation", Method: http.MethodPost, Path: "/mediations/{id}/raise", Summary: "调解不成，转上一级", Action: org.JoinMediation, Rate: workRate}, medWord(d, "raise", (*mediation.Service).Raise))
	web.Handle(g, web.Op{ID: "officeMediationToCourt", Method: http.MethodPost, Path: "/mediations/{id}/court", Summary: "调解不成，走司法程序", Action: org.JoinMediation, Rate: workRate}, medWord(d, "tocourt", (*mediation.Service).ToCourt))
	web.Handle(g, web.Op{ID: "officeWithdrawMediation", Method: http.MethodPost, Path: "/mediations/{id}/withdrawal", Summary: "申请人撤回", Action: org.JoinMediation, Rate: workRate}, medWord(d, "withdraw", (*mediation.Service).Withdraw))
	web.Handle(g, web.Op{ID: "officeAcceptMediation", Method: http.MethodPost, Path: "/mediations/{id}/acceptance", Summary: "受理：确定调解人和律师", Action: org.HostMediation, Rate: workRate}, acceptMediation(d))
	web.Handle(g, web.Op{ID: "officeDeclineMediation", Method: http.MethodPost, Path: "/mediations/{id}/decline", Summary: "不予受理：理由", Action: org.HostMediation, Rate: workRate}, medWord(d, "decline", (*mediation.Service).Decline))
	web.Handle(g, web.Op{ID: "officeAddParty", Method: http.MethodPost, Path: "/mediations/{id}/parties", Summary: "增加当事人", Action: org.HostMediation, Rate: workRate}, addParty(d))
	web.Handle(g, web.Op{ID: "officeRemoveParty", Method: http.MethodPost, Path: "/mediations/{id}/parties/{party}/removal", Summary: "移出写错或重复的当事人：理由", Action: org.HostMediation, Rate: workRate}, removeParty(d))
	web.Handle(g, web.Op{ID: "officePaperParty", Method: http.MethodPost, Path: "/mediations/{id}/papers", Summary: "记录没有账号的当事人在纸上的答复或签字（附照片）", Action: org.HostMediation, Rate: workRate}, recordPaper(d))
	web.Handle(g, web.Op{ID: "officePlanSession", Method: http.MethodPost, Path: "/mediations/{id}/sessions", Summary: "安排调解会：时间、地点", Action: org.HostMediation, Rate: workRate}, planSession(d))
	web.Handle(g, web.Op{ID: "officeMediationMinute", Method: http.MethodPost, Path: "/mediations/{id}/minutes", Summary: "调解记录", Action: org.HostMediation, Rate: workRate}, medWord(d, "writeminute", (*mediation.Service).WriteMinute))
	web.Handle(g, web.Op{ID: "officeDraftAgreement", Method: http.MethodPost, Path: "/mediations/{id}/agreement", Summary: "拟定协议和履行日期，请各方确认", Action: org.HostMediation, Rate: workRate}, draftAgreement(d))
	web.Handle(g, web.Op{ID: "officeFailMediation", Method: http.MethodPost, Path: "/mediations/{id}/failure", Summary: "调解不成：理由", Action: org.HostMediation, Rate: workRate}, medWord(d, "fail", (*mediation.Service).Fail))
	web.Handle(g, web.Op{ID: "officeListLawyers", Method: http.MethodGet, Path: "/lawyers", Summary: "物业法律服务专业人员库", Action: org.ReadOrganisations}, listLawyers(d))
	web.Handle(g, web.Op{ID: "officeRegisterLawyer", Method: http.MethodPost, Path: "/lawyers", Summary: "司法局登记法律服务人员", Action: org.KeepLawyers, Rate: workRate, Status: http.StatusCreated}, registerLawyer(d))
	web.Handle(g, web.Op{ID: "officeCloseLawyer", Method: http.MethodPost, Path: "/lawyers/{id}/closing", Summary: "退出人员库：原因", Action: org.KeepLawyers, Rate: workRate}, closeLawyer(d))
}

type medPartyView struct {
	ID        int64  `json:"id"`
	Side      string `json:"side" doc:"applicant 申请人；respondent 对方"`
	Name      string `json:"name"`
	Mine      bool   `json:"mine,omitempty"`
	State     string `json:"state" doc:"asked 待答复；willing 同意调解；unwilling 不同意"`
	Confirmed bool   `json:"confirmed" doc:"已确认现在的协议"`
}

type medTermView struct {
	ID      int64      `json:"id"`
	PartyID int64      `json:"party_id" doc:"由谁履行"`
	Text    string     `json:"text"`
	DueAt   time.Time  `json:"due_at"`
	State   string     `json:"state" enum:"open,done"`
	Late    bool       `json:"late,omitempty" doc:"到期没有履行"`
	Result  string     `json:"result,omitempty"`
	DoneAt  *time.Time `json:"done_at,omitempty"`
}

type medStepView struct {
	At   time.Time  `json:"at"`
	Kind string     `json:"kind"`
	Name string     `json:"name"`
	By   string     `json:"by,omitempty"`
	Of   string     `json:"of,omitempty" doc:"由别人记录时，说的是哪一位当事人"`
	Text string     `json:"text,omitempty"`
	On   *time.Time `json:"on,omitempty" doc:"调解会的时间，或约定的日期"`
}

type mediationView struct {
	ID          int64          `json:"id"`
	Number      string         `json:"number"`
	EstateID    int64          `json:"estate_id"`
	Estate      string         `json:"estate"`
	CaseID      int64          `json:"case_id,omitempty"`
	Subject     string         `json:"subject"`
	Wish        string         `json:"wish"`
	Level       string         `json:"level"`
	LevelName   string         `json:"level_name"`
	Host        string         `json:"host" doc:"主持单位"`
	Mediator    string         `json:"mediator,omitempty"`
	Lawyer      string         `json:"lawyer,omitempty"`
	State       string         `json:"state"`
	StateName   string         `json:"state_name"`
	Outcome     string         `json:"outcome,omitempty"`
	AgreementID int64          `json:"agreement_id,omitempty" doc:"确认协议时填写"`
	Agreement   string         `json:"agreement,omitempty"`
	AgreedAt    *time.Time     `json:"agreed_at,omitempty"`
	CourtUntil  *time.Time     `json:"court_until,omitempty" doc:"各方可以在这之前共同向法院申请司法确认（《人民调解法》第三十三条）"`
	Parties     []medPartyView `json:"parties,omitempty"`
	Terms       []medTermView  `json:"terms,omitempty"`
	Steps       []medStepView  `json:"steps,omitempty"`
	Next        []string       `json:"next,omitempty" doc:"调解不成时可以转到哪些单位"`
	Actions     []string       `json:"actions,omitempty" doc:"您现在可以做什么"`
	CreatedAt   time.Time      `json:"created_at"`
	ClosedAt    *time.Time     `json:"closed_at,omitempty"`
	AcceptDue   *time.Time     `json:"accept_due,omitempty" doc:"主持单位答复是否受理的时限，过后申请人可以转上一级"`
	Reference   bool           `json:"accept_due_reference,omitempty" doc:"参考时限"`
}

type mediationOutput struct{ Body mediationView }

func viewMediation(v mediation.View) mediationView {
	out := mediationView{ID: v.ID, Number: v.Number, EstateID: v.EstateID, Estate: v.Estate, CaseID: v.CaseID, Subject: v.Subject, Wish: v.Wish, Level: string(v.Level), LevelName: mediation.LevelNames[v.Level],
		Host: v.Host, Mediator: v.Mediator, Lawyer: v.LawyerName, State: string(v.State), StateName: mediation.StateNames[v.State], Outcome: v.Outcome, AgreementID: v.Agreement, Agreement: v.Text,
		AgreedAt: web.TimeOr(v.AgreedAt), CourtUntil: web.TimeOr(v.CourtUntil), Next: v.Next, Actions: v.Allowed, CreatedAt: web.Time(v.CreatedAt), ClosedAt: web.TimeOr(v.ClosedAt), AcceptDue: web.TimeOr(v.AcceptDue), Reference: v.AcceptReference}
	for _, p := range v.Parties {
		out.Parties = append(out.Parties, medPartyView{ID: p.ID, Side: string(p.Side), Name: p.Name, Mine: p.Mine, State: p.State, Confirmed: v.Agreement != 0 && p.Confirmed == v.Agreement})
	}
	for _, t := range v.Terms {
		out.Terms = append(out.Terms, medTermView{ID: t.ID, PartyID: t.PartyID, Text: t.Text, DueAt: web.Time(t.DueAt), State: t.State, Late: t.LateAt != nil && t.State == "open", Result: t.Result, DoneAt: web.TimeOr(t.DoneAt)})
	}
	for _, s := range v.Steps {
		out.Steps = append(out.Steps, medStepView{At: web.Time(s.At), Kind: s.Kind, Name: mediation.StepNames[s.Kind], By: s.By, Of: s.Of, Text: s.Text, On: web.TimeOr(s.OnAt)})
	}
	return out
}

// once gives mediation for what a client sent under a reference.
func once(d Deps, what, ref string, id int64, body any) *mediation.Service {
	return d.Mediation.Once(ref, web.InputHash("mediation", what, id, body))
}

// mediated shows a mediation after something was done to it.
func mediated(ctx context.Context, d Deps, a org.Actor, m *mediation.Mediation, err error) (*mediationOutput, error) {
	if err != nil {
		return nil, err
	}
	v, err := d.Mediation.Find(ctx, a, m.ID)
	if err != nil {
		return nil, err
	}
	return &mediationOutput{Body: viewMediation(*v)}, nil
}

type mediationsInput struct {
	State mediation.State `query:"state" enum:"requested,open,drafted,agreed,performed,breached,failed,court,declined,withdrawn" doc:"状态；不填为全部"`
	web.Page
}

func listMediations(d Deps) func(context.Context, org.Actor, *mediationsInput) (*web.List[mediationView], error) {
	return func(ctx context.Context, a org.Actor, in *mediationsInput) (*web.List[mediationView], error) {
		before, err := in.From()
		if err != nil {
			return nil, err
		}
		rows, err := d.Mediation.List(ctx, a, in.State, before, in.Want())
		if err != nil {
			return nil, err
		}
		return web.Paged(in.Page, rows, func(v mediation.View) int64 { return v.ID }, viewMediation), nil
	}
}

func showMediation(d Deps) func(context.Context, org.Actor, *IDPath) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*mediationOutput, error) {
		return mediated(ctx, d, a, &mediation.Mediation{ID: in.ID}, nil)
	}
}

type askMediationInput struct {
	Body struct {
		EstateID    int64          `json:"estate_id" minimum:"1"`
		CaseID      int64          `json:"case_id,omitempty" minimum:"0" doc:"因为哪一件投诉"`
		Subject     string         `json:"subject" minLength:"5" maxLength:"1000" doc:"和谁、为什么事有纠纷"`
		Wish        string         `json:"wish" minLength:"2" maxLength:"500" doc:"希望怎么解决"`
		Respondents []int64        `json:"respondents,omitempty" maxItems:"5" doc:"对方单位"`
		Parties     []MedPartyBody `json:"parties,omitempty" maxItems:"10" doc:"替别人申请时写明申请人，本单位就不是当事人；也可以写明个人的对方"`
		ClientRef   string         `json:"client_ref" minLength:"1" maxLength:"64" pattern:"^(\\S(.*\\S)?)?$" patternDescription:"首尾没有空格的编号"`
	}
}

func askMediation(d Deps) func(context.Context, org.Actor, *askMediationInput) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *askMediationInput) (*mediationOutput, error) {
		b := in.Body
		r := mediation.Request{EstateID: b.EstateID, CaseID: b.CaseID, Subject: b.Subject, Wish: b.Wish, Respondents: b.Respondents, Named: true, ClientRef: b.ClientRef, InputHash: web.InputHash("mediation", b)}
		for _, p := range b.Parties {
			r.Others = append(r.Others, mediation.NewParty(p))
		}
		m, err := d.Mediation.Ask(ctx, a, r)
		return mediated(ctx, d, a, m, err)
	}
}

type medAnswerInput struct {
	IDPath
	Body struct {
		Willing   bool   `json:"willing" doc:"是否同意调解；同意后，其他当事人会知道您是谁"`
		Text      string `json:"text,omitempty" maxLength:"500"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func answerMediation(d Deps) func(context.Context, org.Actor, *medAnswerInput) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *medAnswerInput) (*mediationOutput, error) {
		m, err := once(d, "answer", in.Body.ClientRef, in.ID, in.Body).Answer(ctx, a, in.ID, mediation.Reply{Willing: in.Body.Willing, Text: in.Body.Text})
		return mediated(ctx, d, a, m, err)
	}
}

type medConfirmInput struct {
	IDPath
	Body struct {
		AgreementID int64 `json:"agreement_id" minimum:"1" doc:"看到的是哪一份协议"`
	}
}

func confirmMediation(d Deps) func(context.Context, org.Actor, *medConfirmInput) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *medConfirmInput) (*mediationOutput, error) {
		m, err := d.Mediation.Confirm(ctx, a, in.ID, in.Body.AgreementID)
		return mediated(ctx, d, a, m, err)
	}
}

type medTextInput struct {
	IDPath
	Body struct {
		Text      string `json:"text" minLength:"1" maxLength:"4000"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

// medWord is an action on a mediation that needs no more than words.
func medWord(d Deps, what string, do func(*mediation.Service, context.Context, org.Actor, int64, string) (*mediation.Mediation, error)) func(context.Context, org.Actor, *medTextInput) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *medTextInput) (*mediationOutput, error) {
		m, err := do(once(d, what, in.Body.ClientRef, in.ID, in.Body), ctx, a, in.ID, in.Body.Text)
		return mediated(ctx, d, a, m, err)
	}
}

type medDoneInput struct {
	IDPath
	Body struct {
		TermID    int64  `json:"term_id" minimum:"1"`
		Text      string `json:"text" minLength:"1" maxLength:"500" doc:"怎么履行的"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func finishTerm(d Deps) func(context.Context, org.Actor, *medDoneInput) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *medDoneInput) (*mediationOutput, error) {
		m, err := once(d, "finishterm", in.Body.ClientRef, in.ID, in.Body).FinishTerm(ctx, a, in.ID, in.Body.TermID, in.Body.Text)
		return mediated(ctx, d, a, m, err)
	}
}

type acceptMediationInput struct {
	IDPath
	Body struct {
		Mediator  string `json:"mediator" minLength:"2" maxLength:"30" doc:"由谁调解"`
		LawyerID  int64  `json:"lawyer_id,omitempty" minimum:"0" doc:"人员库里的律师"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func acceptMediation(d Deps) func(context.Context, org.Actor, *acceptMediationInput) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *acceptMediationInput) (*mediationOutput, error) {
		m, err := once(d, "accept", in.Body.ClientRef, in.ID, in.Body).Accept(ctx, a, in.ID, in.Body.Mediator, in.Body.LawyerID)
		return mediated(ctx, d, a, m, err)
	}
}

// MedPartyBody is a party that an office writes down: one of an organisation, a receipt, or a name with a phone.
type MedPartyBody struct {
	Side           mediation.Side `json:"side" enum:"applicant,respondent"`
	OrganisationID int64          `json:"organisation_id,omitempty" minimum:"0"`
	Receipt        string         `json:"receipt,omitempty" maxLength:"32" doc:"投诉人的回执编号；本人同意调解前，其他人看不到他是谁"`
	Name           string         `json:"name,omitempty" maxLength:"30"`
	Phone          string         `json:"phone,omitempty" maxLength:"11"`
}

type addPartyInput struct {
	IDPath
	Body struct {
		MedPartyBody
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func addParty(d Deps) func(context.Context, org.Actor, *addPartyInput) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *addPartyInput) (*mediationOutput, error) {
		m, err := once(d, "addparty", in.Body.ClientRef, in.ID, in.Body).AddParty(ctx, a, in.ID, mediation.NewParty(in.Body.MedPartyBody))
		return mediated(ctx, d, a, m, err)
	}
}

type removePartyInput struct {
	IDPath
	Party int64 `path:"party" minimum:"1"`
	Body  struct {
		Text      string `json:"text" minLength:"2" maxLength:"500" doc:"为什么移出"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func removeParty(d Deps) func(context.Context, org.Actor, *removePartyInput) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *removePartyInput) (*mediationOutput, error) {
		m, err := once(d, "removeparty", in.Body.ClientRef, in.ID, []any{in.Party, in.Body}).RemoveParty(ctx, a, in.ID, in.Party, in.Body.Text)
		return mediated(ctx, d, a, m, err)
	}
}

type paperInput struct {
	IDPath
	Body struct {
		PartyID   int64  `json:"party_id" minimum:"1"`
		FileID    int64  `json:"file_id" minimum:"1" doc:"签字的照片"`
		What      string `json:"what" enum:"willing,unwilling,confirm" doc:"同意调解、不同意调解，或在协议上签字"`
		Text      string `json:"text,omitempty" maxLength:"500"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func recordPaper(d Deps) func(context.Context, org.Actor, *paperInput) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *paperInput) (*mediationOutput, error) {
		b := in.Body
		sent := once(d, "paper", b.ClientRef, in.ID, b)
		p := mediation.Paper{PartyID: b.PartyID, FileID: b.FileID}
		if b.What == "confirm" {
			m, err := sent.ConfirmOnPaper(ctx, a, in.ID, p)
			return mediated(ctx, d, a, m, err)
		}
		m, err := sent.AnswerOnPaper(ctx, a, in.ID, p, b.What == "willing", b.Text)
		return mediated(ctx, d, a, m, err)
	}
}

type planSessionInput struct {
	IDPath
	Body struct {
		At        time.Time `json:"at"`
		Place     string    `json:"place" minLength:"2" maxLength:"500"`
		ClientRef string    `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func planSession(d Deps) func(context.Context, org.Actor, *planSessionInput) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *planSessionInput) (*mediationOutput, error) {
		m, err := once(d, "plansession", in.Body.ClientRef, in.ID, in.Body).PlanSession(ctx, a, in.ID, in.Body.At.UTC(), in.Body.Place)
		return mediated(ctx, d, a, m, err)
	}
}

type draftAgreementInput struct {
	IDPath
	Body struct {
		Text  string `json:"text" minLength:"10" maxLength:"5000"`
		Terms []struct {
			PartyID int64  `json:"party_id" minimum:"1"`
			Text    string `json:"text" minLength:"2" maxLength:"500"`
			Due     string `json:"due" format:"date"`
		} `json:"terms,omitempty" maxItems:"20" doc:"谁在哪一天以前做什么"`
		ClientRef string `json:"client_ref,omitempty" maxLength:"64" doc:"提交编号：同一次提交再发，得到第一次的结果"`
	}
}

func draftAgreement(d Deps) func(context.Context, org.Actor, *draftAgreementInput) (*mediationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *draftAgreementInput) (*mediationOutput, error) {
		var terms []mediation.NewTerm
		for _, t := range in.Body.Terms {
			due, err := web.Day(t.Due, "terms.due")
			if err != nil {
				return nil, err
			}
			terms = append(terms, mediation.NewTerm{PartyID: t.PartyID, Text: t.Text, DueAt: *web.EndOf(due)})
		}
		m, err := once(d, "draft", in.Body.ClientRef, in.ID, in.Body).Draft(ctx, a, in.ID, in.Body.Text, terms)
		return mediated(ctx, d, a, m, err)
	}
}
