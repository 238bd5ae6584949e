package consent

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Report is what the mini-program saw: how the person answered one dialog, and what WeChat keeps for them.
type Report struct {
	Results   []Result
	Settings  *Settings // as wx.getSetting(withSubscriptions) gives them; nil where the client did not look
	ClientRef string
}

// Result is WeChat's word for one template.
type Result struct {
	TemplateID string
	Answer     string
}

// Settings are the person's choices in WeChat. A template that is not in Always is asked about each time.
type Settings struct {
	MainSwitch bool
	Always     []Result
}

// mostResults bounds one report. WeChat asks for three templates at once, and has once asked for five.
const mostResults = 5

// Report counts what the client saw, for the account of the session and no other. One tap gives a report and a push:
// whichever comes first counts, the other confirms it. Faults: ErrNoAccount, ErrTemplate, ErrRefUsed.
func (s *Service) Report(ctx context.Context, actor org.Actor, in Report) error {
	if err := actor.Must(org.UseInbox); err != nil {
		return err
	}
	if actor.OpenID == "" {
		return ErrNoAccount
	}
	said, err := s.read(in)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		done, err := repeated(tx, actor, in.ClientRef, said)
		if err != nil || done {
			return err
		}
		if err := s.settle(tx, actor, in.Settings); err != nil {
			return err
		}
		for _, a := range said {
			ref := a.ref(actor, in.ClientRef)
			if err := s.answered(tx, actor.OpenID, actor.PersonID, a.template, a.answer, Entry{Source: FromClient, Ref: &ref}); err != nil {
				return err
			}
		}
		return audit.Append(tx, actor, "subscription.report", audit.Subject{Kind: "person", ID: actor.PersonID}, described(said, in.Settings))
	})
	if err != nil {
		return fmt.Errorf("report consents: %w", err)
	}
	return nil
}

// spoken is one answer to one template.
type spoken struct {
	template *template
	answer   Answer
}

// ref is the same for every try of one report.
func (a spoken) ref(actor org.Actor, client string) string {
	return digest("report", actor.OpenID, client, a.template.name)
}

// read checks a report as a whole, before anything of it counts.
func (s *Service) read(in Report) ([]spoken, error) {
	var checks fault.Checks
	checks.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "请填1到64个字符的编号")
	checks.Check(len(in.Results) <= mostResults, "results", fmt.Sprintf("一次最多%d个模板", mostResults))
	checks.Check(len(in.Results) > 0 || in.Settings != nil, "results", "请填用户对每个模板的选择")
	if in.Settings != nil {
		checks.Check(len(in.Settings.Always) <= mostSettings, "settings.always", fmt.Sprintf("一次最多%d个模板", mostSettings))
	}
	if err := checks.Err(); err != nil {
		return nil, err
	}
	var said []spoken
	for i, r := range in.Results {
		t, a := s.provided(r.TemplateID), answerOf(r.Answer)
		path := fmt.Sprintf("results[%d]", i)
		if t == nil {
			return nil, ErrTemplate.With(fault.Field{Path: path + ".template_id", Reason: "没有这个模板"})
		}
		checks.Check(a != other, path+".result", "应为微信返回的 accept、reject、ban 或 filter")
		checks.Check(!slices.ContainsFunc(said, func(b spoken) bool { return b.template == t }), path+".template_id", "同一个模板写了两次")
		said = append(said, spoken{t, a})
	}
	slices.SortFunc(said, func(a, b spoken) int { return cmp.Compare(a.template.ID, b.template.ID) })
	return said, checks.Err()
}

// kinds are what each answer becomes in the ledger.
var kinds = map[Answer][]Kind{Accept: {Earn, Confirm}, Reject: {Refuse}, Ban: {Close}, Unsaid: {Filter}}

// repeated reports that the same report was taken before, or ErrRefUsed where another one had its reference.
func repeated(tx *store.Tx, actor org.Actor, client string, said []spoken) (bool, error) {
	if len(said) == 0 {
		return false, nil // settings alone are harmless to repeat
	}
	refs := make([]string, len(said))
	for i, a := range said {
		refs[i] = a.ref(actor, client)
	}
	var known []Entry
	if err := tx.Where("ref IN ?", refs).Find(&known).Error; err != nil || len(known) == 0 {
		return false, err
	}
	if len(known) < len(said) {
		return false, ErrRefUsed
	}
	for i, a := range said {
		same := func(e Entry) bool { return *e.Ref == refs[i] && slices.Contains(kinds[a.answer], e.Kind) }
		if !slices.ContainsFunc(known, same) {
			return false, ErrRefUsed
		}
	}
	return true, nil
}

// mostSettings bounds what WeChat's settings may list: an account has at most 25 templates of each sort.
const mostSettings = 50

// settle notes what WeChat keeps for each of our templates. What it keeps for others is not ours to know. It comes before the
// answers, so that rows are locked in the order of the ids.
func (s *Service) settle(tx *store.Tx, actor org.Actor, in *Settings) error {
	if in == nil {
		return nil
	}
	all := slices.Clone(s.templates)
	slices.SortFunc(all, func(a, b template) int { return cmp.Compare(a.ID, b.ID) })
	for i := range all {
		t := &all[i]
		keeps := in.of(t.ID)
		r, err := lock(tx, actor.OpenID, actor.PersonID, t)
		if err != nil {
			return err
		}
		set := map[string]any{"keeps": keeps}
		if keeps == KeepsAccept && r.ClosedWhy == ByBan {
			set["closed_at"], set["closed_why"] = nil, "" // WeChat would not keep a choice for a template that it blocks
		}
		if r.Keeps == keeps && len(set) == 1 {
			continue
		}
		if err := r.change(tx, set); err != nil {
			return err
		}
	}
	return nil
}

// of is what WeChat keeps for a template.
func (in *Settings) of(id string) Keeps {
	if !in.MainSwitch {
		return KeepsNothing
	}
	for _, r := range in.Always {
		if r.TemplateID != id {
			continue
		}
		switch answerOf(r.Answer) {
		case Accept:
			return KeepsAccept
		case Reject, Ban:
			return KeepsReject
		}
	}
	return KeepsAsking
}

// described is a report as the audit keeps it.
func described(said []spoken, settings *Settings) map[string]any {
	d := map[string]any{}
	for _, a := range said {
		d[a.template.name] = a.answer
	}
	if settings != nil {
		d["main_switch"] = settings.MainSwitch
	}
	return d
}
