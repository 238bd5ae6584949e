package office

import (
	"context"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

type readFormInput struct {
	IDPath
	Body struct {
		Number  string `json:"number" minLength:"1" maxLength:"60" doc:"票号，或者扫码得到的内容"`
		Choices []struct {
			Position int    `json:"position" minimum:"1" maximum:"20"`
			Choice   string `json:"choice,omitempty" maxLength:"500" doc:"yes 同意，no 反对，abstain 弃权；多选一填选项代号；选举填 a=yes,b=no"`
			Void     string `json:"void,omitempty" enum:",blank,several,illegible,altered,off_form" doc:"这个议题无效的原因；无效不是弃权"`
		} `json:"choices,omitempty" maxItems:"20"`
		Void      string `json:"void,omitempty" enum:",no_signature,wrong_signature,copy,torn,cancelled,no_authority" doc:"整张票无效的原因"`
		Note      string `json:"note,omitempty" maxLength:"200"`
		FileID    int64  `json:"file_id,omitempty" doc:"扫描件；第一遍录入必填"`
		ClientRef string `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

type lookOutput struct {
	Body struct {
		Number    string             `json:"number"`
		Round     int                `json:"round" doc:"第几遍"`
		State     assembly.FormState `json:"state" doc:"entered 等另一人复核；differs 和别人录的不一致，要再看一遍；confirmed 复核完成，已计入"`
		StateName string             `json:"state_name"`
	}
}

func readForm(d Deps) func(context.Context, org.Actor, *readFormInput) (*lookOutput, error) {
	return func(ctx context.Context, a org.Actor, in *readFormInput) (*lookOutput, error) {
		b := in.Body
		r := assembly.Read{Void: b.Void, Note: b.Note, FileID: b.FileID, ClientRef: b.ClientRef, InputHash: web.InputHash(in.ID, b)}
		for _, c := range b.Choices {
			r.Choices = append(r.Choices, assembly.ReadChoice{Position: c.Position, Choice: c.Choice, Void: c.Void})
		}
		l, err := d.Assemblies.ReadForm(ctx, a, in.ID, b.Number, r)
		if err != nil {
			return nil, err
		}
		out := &lookOutput{}
		out.Body.Number, out.Body.Round, out.Body.State, out.Body.StateName = b.Number, l.Round, l.State, assembly.FormStates[l.State]
		return out, nil
	}
}

type scrutineerBody struct {
	Name        string `json:"name" maxLength:"20"`
	Phone       string `json:"phone" maxLength:"11" doc:"用来核对身份，不打印"`
	As          string `json:"as,omitempty" maxLength:"20" doc:"业主代表、社区工作人员等"`
	Independent bool   `json:"independent" doc:"本人声明不是候选人，也不是物业企业的工作人员"`
}

func scrutineers(list []scrutineerBody) []assembly.Scrutineer {
	out := make([]assembly.Scrutineer, len(list))
	for i, x := range list {
		out[i] = assembly.Scrutineer(x)
	}
	return out
}

type openBoxInput struct {
	IDPath
	Body struct {
		Place       string            `json:"place" maxLength:"60"`
		Scrutineers []scrutineerBody  `json:"scrutineers" maxItems:"20" doc:"至少两名"`
		Found       []string          `json:"found" maxItems:"20000" doc:"票箱里每张票的号码"`
		Explained   map[string]string `json:"explained,omitempty" doc:"和回执对不上的票号，各写明情况"`
		Minutes     string            `json:"minutes" maxLength:"4000"`
		ClientRef   string            `json:"client_ref" minLength:"1" maxLength:"64"`
	}
}

func openBox(d Deps) func(context.Context, org.Actor, *openBoxInput) (*reconciliationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *openBoxInput) (*reconciliationOutput, error) {
		b := in.Body
		box := assembly.Box{Place: b.Place, Found: b.Found, Explained: b.Explained, Minutes: b.Minutes, ClientRef: b.ClientRef, InputHash: web.InputHash(in.ID, b)}
		box.Scrutineers = scrutineers(b.Scrutineers)
		if _, err := d.Assemblies.OpenBox(ctx, a, in.ID, box); err != nil {
			return nil, err
		}
		return reconciled(ctx, d, a, in.ID)
	}
}

type signOpeningInput struct {
	IDPath
	Body struct {
		FileIDs []int64 `json:"file_ids" minItems:"1" maxItems:"10" doc:"监票人签名的笔录"`
	}
}

func signOpening(d Deps) func(context.Context, org.Actor, *signOpeningInput) (*reconciliationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *signOpeningInput) (*reconciliationOutput, error) {
		if _, err := d.Assemblies.SignOpening(ctx, a, in.ID, in.Body.FileIDs); err != nil {
			return nil, err
		}
		return reconciled(ctx, d, a, in.ID)
	}
}

type reconciliationOutput struct{ Body hall.Reconciliation }

func reconciled(ctx context.Context, d Deps, a org.Actor, id int64) (*reconciliationOutput, error) {
	r, err := d.Assemblies.Reconcile(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &reconciliationOutput{Body: hall.OfReconciliation(r)}, nil
}

func reconcile(d Deps) func(context.Context, org.Actor, *IDPath) (*reconciliationOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*reconciliationOutput, error) {
		return reconciled(ctx, d, a, in.ID)
	}
}
