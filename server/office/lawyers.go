package office

import (
	"context"

	"github.com/linli-city/linli/models/mediation"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type lawyerView struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Firm    string `json:"firm"`
	Licence string `json:"licence"`
	Phone   string `json:"phone,omitempty"`
	Fields  string `json:"fields,omitempty" doc:"擅长领域"`
	Open    int64  `json:"open" doc:"正在参与的调解"`
	All     int64  `json:"all" doc:"参与过的调解"`
}

func viewLawyer(l mediation.LawyerView) lawyerView {
	return lawyerView{ID: l.ID, Name: l.Name, Firm: l.Firm, Licence: l.Licence, Phone: l.Phone, Fields: l.Fields, Open: l.Open, All: l.All}
}

func listLawyers(d Deps) func(context.Context, org.Actor, *web.Empty) (*web.All[lawyerView], error) {
	return func(ctx context.Context, _ org.Actor, _ *web.Empty) (*web.All[lawyerView], error) {
		rows, err := d.Mediation.ListLawyers(ctx)
		if err != nil {
			return nil, err
		}
		return web.Whole(rows, viewLawyer), nil
	}
}

type registerLawyerInput struct {
	Body struct {
		Name    string `json:"name" minLength:"2" maxLength:"30"`
		Firm    string `json:"firm" minLength:"2" maxLength:"60" doc:"执业机构"`
		Licence string `json:"licence" minLength:"5" maxLength:"32" doc:"执业证号"`
		Phone   string `json:"phone" minLength:"5" maxLength:"32"`
		Fields  string `json:"fields,omitempty" maxLength:"200" doc:"擅长领域"`
	}
}

type lawyerOutput struct{ Body lawyerView }

func registerLawyer(d Deps) func(context.Context, org.Actor, *registerLawyerInput) (*lawyerOutput, error) {
	return func(ctx context.Context, a org.Actor, in *registerLawyerInput) (*lawyerOutput, error) {
		b := in.Body
		l, err := d.Mediation.RegisterLawyer(ctx, a, mediation.Lawyer{Name: b.Name, Firm: b.Firm, Licence: b.Licence, Phone: b.Phone, Fields: b.Fields})
		if err != nil {
			return nil, err
		}
		return &lawyerOutput{Body: viewLawyer(mediation.LawyerView{Lawyer: *l})}, nil
	}
}

func closeLawyer(d Deps) func(context.Context, org.Actor, *medTextInput) (*web.Empty, error) {
	return func(ctx context.Context, a org.Actor, in *medTextInput) (*web.Empty, error) {
		return nil, d.Mediation.CloseLawyer(ctx, a, in.ID, in.Body.Text)
	}
}
