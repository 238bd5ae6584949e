package miniapp

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

type uploadInput struct {
	RawBody huma.MultipartFormFiles[struct {
		File      huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true"`
		Purpose   string        `form:"purpose" contentType:"text/plain" enum:"photo,document" required:"true"`
		ClientRef string        `form:"client_ref" contentType:"text/plain" required:"true"`
	}]
}

type fileOutput struct {
	Body struct {
		ID        int64  `json:"id"`
		MediaType string `json:"media_type"`
		Size      int64  `json:"size"`
		Width     int    `json:"width,omitempty"`
		Height    int    `json:"height,omitempty"`
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
		out.Body.ID, out.Body.MediaType, out.Body.Size, out.Body.Width, out.Body.Height = f.ID, f.MediaType, f.Size, f.Width, f.Height
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
		if f, err = asShown(ctx, d, a, f); err != nil {
			return nil, err
		}
		url, until := d.Files.Link(f, a.PersonID)
		out := &linkOutput{}
		out.Body.URL, out.Body.ExpiresAt = url, web.Time(until)
		return out, nil
	}
}

// mayOpen asks the domain that a file belongs to. One's own uploads may always be opened.
func mayOpen(ctx context.Context, d Deps, a org.Actor, f *file.File) error {
	if f.PersonID == a.PersonID {
		return nil
	}
	if f.SubjectKind == "case_step" {
		return d.Complaints.MayOpenStepFiles(ctx, a, f.SubjectID)
	}
	if f.SubjectKind == "mediation" {
		return d.Mediation.MayOpenFiles(ctx, a, f.SubjectID)
	}
	if f.SubjectKind == "motion" || f.SubjectKind == "meeting" || f.SubjectKind == "objection" {
		return d.Assemblies.MayOpenFiles(ctx, a, f.SubjectKind, f.SubjectID)
	}
	if slices.Contains(assembly.PreparedFiles, f.SubjectKind) {
		return d.Assemblies.MayOpenPrepared(ctx, a, f.SubjectKind, f.SubjectID)
	}
	if f.SubjectKind == income.ContractFiles || f.SubjectKind == income.LineFiles {
		return d.Income.MayOpenFiles(ctx, a, f.SubjectKind, f.SubjectID)
	}
	if f.SubjectKind == "proxy" {
		return d.Assemblies.MayOpenPapers(ctx, a, f.SubjectKind, f.SubjectID)
	}
	if f.SubjectKind == "notice" {
		_, err := d.Board.Find(ctx, a, f.SubjectID)
		return err
	}
	if f.SubjectKind == "notice_posting" || f.SubjectKind == "notice_incident" {
		return d.Board.MayOpenFiles(ctx, a, f.SubjectKind, f.SubjectID)
	}
	if slices.Contains(fund.ProjectFiles, f.SubjectKind) {
		return d.Fund.MayOpenProjectFiles(ctx, a, f.SubjectKind, f.SubjectID)
	}
	if f.SubjectKind == fee.DeliveryFiles {
		return d.Fees.MayOpenMyFiles(ctx, a, f.SubjectID)
	}
	if strings.HasPrefix(f.SubjectKind, "committee_") {
		return d.Committee.MayOpenFiles(ctx, a, f.SubjectKind, f.SubjectID, f.EstateID)
	}
	return file.ErrNotFound
}

// asShown is the picture that somebody sees: the one in which a reviewer made something unrecognisable, unless they took it or
// filed the case.
func asShown(ctx context.Context, d Deps, a org.Actor, f *file.File) (*file.File, error) {
	if f.RedactedID == 0 || f.PersonID == a.PersonID {
		return f, nil
	}
	if f.SubjectKind == "case_step" {
		keeps, err := d.Complaints.KeepsOriginals(ctx, a, f.SubjectID)
		if keeps || err != nil {
			return f, err
		}
	}
	return d.Files.Find(ctx, f.RedactedID)
}
