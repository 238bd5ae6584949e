package hall

import (
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/server/web"
)

// Collection is a unit that the committee is asked to speak with: never how much it owes.
type Collection struct {
	ID        int64              `json:"id"`
	Kind      committee.DebtKind `json:"kind" enum:"fee,fund_first,fund_renewal"`
	KindName  string             `json:"kind_name"`
	UnitID    int64              `json:"unit_id,omitempty"`
	Unit      string             `json:"unit,omitempty" doc:"没有的是不用再去：已经交了、暂缓或换了业主"`
	Stage     string             `json:"stage" enum:"reminder,demand,first,renewal" doc:"已经提醒、已经书面催告；维修资金首期、续交"`
	State     string             `json:"state" enum:"open,taken,done,expired,void"`
	StateName string             `json:"state_name"`
	DueAt     time.Time          `json:"due_at"`
	Mine      bool               `json:"mine,omitempty" doc:"我认领的"`
	HowName   string             `json:"how_name,omitempty"`
	Text      string             `json:"text,omitempty"`
	TakenAt   *time.Time         `json:"taken_at,omitempty"`
	ClosedAt  *time.Time         `json:"closed_at,omitempty"`
}

// ViewCollection shows one.
func ViewCollection(x committee.CollectionView) Collection {
	return Collection{ID: x.ID, Kind: x.Kind, KindName: committee.DebtNames[x.Kind], UnitID: x.UnitID, Unit: x.Unit, Stage: x.Stage, State: x.State, StateName: committee.CollectionStates[x.State], DueAt: web.Time(x.DueAt), Mine: x.Mine,
		HowName: committee.CollectionWays[x.How], Text: x.Text, TakenAt: web.TimeOr(x.TakenAt), ClosedAt: web.TimeOr(x.ClosedAt)}
}
