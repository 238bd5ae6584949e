package office

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type uploadInput struct {
	RawBody huma.MultipartFormFiles[struct {
		File      huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true"`
		Purpose   string        `form:"purpose" contentType:"text/plain" enum:"notice,document,sound,roster,hotline,photo,bank,fees" required:"true"`
		ClientRef string        `form:"client_ref" contentType:"text/plain" required:"true"`
	}]
}

type fileOutput struct {
	Body struct {
		ID        int64  `json:"id"`
		MediaType string `json:"media_type"`
		Size      int64  `json:"size"`
	}
}

func uploadFile(d Deps) func(context.Context, org.Actor, *uploadInput) (*fileOutput, error) {
	return func(ctx context.Context, a org.Actor, in *uploadInput) (*fileOutput, error) {
		form := in.RawBody.Data()
		f, err := d.Files.Upload(ctx, a, file.Upload{Purpose: file.Purpose(form.Purpose), ClientRef: form.ClientRef, Name: form.File.Filename, Body: form.File})
		if err != nil {
			return nil, err
		}
		out := &fileOutput{}
		out.Body.ID, out.Body.MediaType, out.Body.Size = f.ID, f.MediaType, f.Size
		return out, nil
	}
}

type linkOutput struct {
	Body struct {
		URL       string    `json:"url" doc:"限时有效，不要转发"`
		ExpiresAt time.Time `json:"expires_at"`
	}
}

func linkFile(d Deps) func(context.Context, org.Actor, *IDPath) (*linkOutput, error) {
	return func(ctx context.Context, a org.Actor, in *IDPath) (*linkOutput, error) {
		f, err := d.Files.Find(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := mayOpen(ctx, d, a, f); err != nil {
			return nil, err
		}
		url, until := d.Files.Link(f, a.PersonID)
		out := &linkOutput{}
		out.Body.URL, out.Body.ExpiresAt = url, web.Time(until)
		return out, nil
	}
}

// mayOpen asks the domain that a file belongs to; somebody else's file is not found.
func mayOpen(ctx context.Context, d Deps, a org.Actor, f *file.File) error {
	var err error
	switch f.SubjectKind {
	case "case":
		err = d.Complaints.MayOpenFiles(ctx, a, f.SubjectID)
	case "case_step":
		err = d.Complaints.MayOpenStepFiles(ctx, a, f.SubjectID)
	case "mediation":
		err = d.Mediation.MayOpenFiles(ctx, a, f.SubjectID)
	case "whistle":
		err = d.Joint.MayOpenFiles(ctx, a, f.SubjectID)
	case "motion", "meeting", "objection":
		err = d.Assemblies.MayOpenFiles(ctx, a, f.SubjectKind, f.SubjectID)
	case "meeting_order", "preparation_group", "candidate", "rulebook", "credential":
		err = d.Assemblies.MayOpenPrepared(ctx, a, f.SubjectKind, f.SubjectID)
	case "paper_form", "paper_opening", "assisted_vote", "proxy", "official_result", "roll_note", "debtor":
		err = d.Assemblies.MayOpenPapers(ctx, a, f.SubjectKind, f.SubjectID)
	case "notice":
		_, err = d.Board.Find(ctx, a, f.SubjectID)
	case "charging":
		err = d.Board.MayOpenCharging(ctx, a, f.SubjectID)
	case income.ContractFiles, income.LineFiles:
		err = d.Income.MayOpenFiles(ctx, a, f.SubjectKind, f.SubjectID)
	case "notice_draft", "notice_posting", "notice_incident":
		err = d.Board.MayOpenFiles(ctx, a, f.SubjectKind, f.SubjectID)
	case "reach_visit", "campaign":
		err = d.Campaigns.MayOpenFiles(ctx, a, f.SubjectKind, f.SubjectID)
	case "fund_slip", "fund_income", "fund_import", "fund_bank_month", "fund_refund":
		err = d.Fund.MayOpenFiles(ctx, a, f.SubjectKind, f.EstateID)
	case "fund_project", "fund_contract", "fund_final", "fund_quote", "fund_work", "fund_acceptance":
		err = d.Fund.MayOpenProjectFiles(ctx, a, f.SubjectKind, f.SubjectID)
	case fee.PauseFiles, fee.DeliveryFiles:
		err = d.Fees.MayOpenFiles(ctx, a, f.SubjectKind, f.SubjectID)
	case "application":
		_, err = d.Org.FindApplication(ctx, a, f.SubjectID)
	case "area_claim":
		_, err = d.Org.FindAreaClaim(ctx, a, f.SubjectID)
	case "committee_term", "committee_member", "committee_audit", "committee_meeting", "committee_filing", "committee_seal", "committee_seal_use", "committee_report", "committee_finding":
		err = d.Committee.MayOpenFiles(ctx, a, f.SubjectKind, f.SubjectID, f.EstateID)
	default:
		if f.PersonID != a.PersonID {
			err = file.ErrNotFound
		}
	}
	if err != nil && !isNotFound(err) {
		return file.ErrNotFound
	}
	return err
}

func isNotFound(err error) bool { return fault.Of(err).Kind == fault.NotFound }
