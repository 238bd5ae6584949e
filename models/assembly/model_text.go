package assembly

import (
	"context"
	"embed"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ModelText is a township's own model, in front of the one in the program. A new version leaves the earlier ones as they are.
type ModelText struct {
	ID             int64 `gorm:"primaryKey"`
	OrganisationID int64
	Kind           ModelKind
	Version        int
	Title          string
	Body           string
	WrittenBy      int64
	At             time.Time
}

// ModelKind says what a model is for.
type ModelKind string

// The models that a meeting's drafts start from.
const (
	ModelRules    ModelKind = "rules"
	ModelCovenant ModelKind = "covenant"
	ModelElection ModelKind = "election"
)

// ModelNames are the models as people read them.
var ModelNames = map[ModelKind]string{ModelRules: "业主大会议事规则（示范文本）", ModelCovenant: "管理规约（示范文本）", ModelElection: "业主委员会选举办法（示范文本）"}

// ModelKinds are the models in their order.
var ModelKinds = []ModelKind{ModelRules, ModelCovenant, ModelElection}

//go:embed texts/*.txt
var modelFiles embed.FS

// Model is a text to start from. Version is 0 for the program's own. What an estate has to decide for itself is left blank: 【 】.
type Model struct {
	Kind    ModelKind
	Version int
	Title   string
	Body    string
	From    string // the township; empty for the program's own
	At      time.Time
}

// PutModel gives a township its own version of a model.
// Faults: ErrForbidden, fault.ErrInvalid.
func (s *Service) PutModel(ctx context.Context, actor org.Actor, kind ModelKind, title, body string) (*Model, error) {
	if err := actor.Must(org.GuideMeetings); err != nil {
		return nil, err
	}
	var c fault.Checks
	c.Check(ModelNames[kind] != "", "kind", "请选择议事规则、管理规约或选举办法")
	checkText(&c, "title", &title, 4, 60, "请填写名称（4至60个字）")
	checkText(&c, "body", &body, 20, 50_000, "请填写全文（20至50000个字）")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var m ModelText
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var last int
		if err := tx.Model(&ModelText{}).Where("organisation_id = ? AND kind = ?", actor.OrganisationID(), kind).Select("COALESCE(MAX(version), 0)").Scan(&last).Error; err != nil {
			return err
		}
		m = ModelText{OrganisationID: actor.OrganisationID(), Kind: kind, Version: last + 1, Title: title, Body: body, WrittenBy: actor.PersonID, At: tx.Now}
		if err := tx.Create(&m).Error; err != nil {
			return store.Raced(err)
		}
		return record(tx, actor, "model_text", m.ID, 0, "put", map[string]any{"kind": kind, "version": m.Version})
	})
	if err != nil {
		return nil, fmt.Errorf("put model text: %w", err)
	}
	return &Model{Kind: kind, Version: m.Version, Title: m.Title, Body: m.Body, From: actor.Post.OrgName, At: m.At}, nil
}

// Models gives the texts that an estate's drafts start from: its township's newest, else the program's own.
// Faults: ErrForbidden, org.ErrEstateNotFound.
func (s *Service) Models(ctx context.Context, actor org.Actor, estate int64) ([]Model, error) {
	var list []Model
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := estateFor(tx, actor, org.ReadMeetings, estate)
		if err != nil {
			return err
		}
		names, err := org.Organisations(tx, []int64{e.TownshipID})
		if err != nil {
			return err
		}
		for _, kind := range ModelKinds {
			var rows []ModelText
			if err := tx.Where("organisation_id = ? AND kind = ?", e.TownshipID, kind).Order("version DESC").Limit(1).Find(&rows).Error; err != nil {
				return err
			}
			if m := first(rows); m != nil {
				list = append(list, Model{Kind: kind, Version: m.Version, Title: m.Title, Body: m.Body, From: names[e.TownshipID].Name, At: m.At})
				continue
			}
			body, err := modelFiles.ReadFile("texts/" + string(kind) + ".txt")
			if err != nil {
				return err
			}
			list = append(list, Model{Kind: kind, Title: ModelNames[kind], Body: string(body)})
		}
		return nil
	})
	return list, err
}
