package disclosure

import (
	"encoding/json"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Place is where a version of a notice may hang on paper: the estate's board, or an entrance. Required says that the rule of the day asked
// for it.
type Place struct {
	ID         int64 `gorm:"primaryKey"`
	NoticeID   int64
	Version    int
	EstateID   int64
	BuildingID int64 // 0 for the estate's board
	Entrance   string
	Name       string
	Required   bool
}

// TableName names the table.
func (Place) TableName() string { return "notice_places" }

// Paper is a version hanging at a place, proved by a photo. HungAt is when by the phone, RecordedAt when it was told.
type Paper struct {
	ID             int64 `gorm:"primaryKey"`
	PlaceID        int64
	NoticeID       int64
	Version        int
	EstateID       int64
	Hanging        *int64 // the place while it hangs
	HungAt         time.Time
	DownAt         *time.Time // since when it was missing, by a confirmed report
	Spot           string
	LatE6          *int64 `gorm:"column:lat_e6"` // millionths of a degree
	LngE6          *int64 `gorm:"column:lng_e6"`
	FileID         int64
	FileSum        string
	PhotoOnce      *string // the photo's hash, which proves one paper of an estate; nil for the later ones of before that rule
	Metres         *int64  // from the building, or the estate; nil where one of both is not known
	PersonID       int64
	PostID         int64
	OrganisationID int64
	RecordedAt     time.Time
	ClientRef      string
	InputHash      string
}

// TableName names the table.
func (Paper) TableName() string { return "notice_postings" }

// freezePlaces keeps where a version may hang, as the register has the entrances on that day.
func (s *Service) freezePlaces(tx *store.Tx, n *Notice, v *Version) error {
	var scope event.Scope
	if n.Scope != "" {
		if err := json.Unmarshal([]byte(n.Scope), &scope); err != nil {
			return err
		}
	}
	entrances, err := org.Entrances(tx, n.EstateID, scope)
	if err != nil {
		return err
	}
	places := []Place{{NoticeID: n.ID, Version: v.Version, EstateID: n.EstateID, Name: "小区公示栏", Required: v.asks(OnBoard)}}
	for _, e := range entrances {
		places = append(places, Place{NoticeID: n.ID, Version: v.Version, EstateID: n.EstateID, BuildingID: e.BuildingID, Entrance: e.Entrance, Name: e.Name, Required: v.asks(AtEntrances)})
	}
	return tx.CreateInBatches(&places, 900).Error
}

// hung is a place with what hung there, the first first.
type hung struct {
	Place
	papers    []Paper
	incidents []Incident // those not decided
}

// walls reads all places of a version with what hung there.
func walls(tx *store.Tx, notice int64, version int) ([]hung, error) {
	var places []Place
	if err := tx.Where("notice_id = ? AND version = ?", notice, version).Order("building_id, entrance").Find(&places).Error; err != nil {
		return nil, err
	}
	var papers []Paper
	if err := tx.Where("notice_id = ? AND version = ?", notice, version).Order("id").Find(&papers).Error; err != nil {
		return nil, err
	}
	var open []Incident
	if err := tx.Where("notice_id = ? AND version = ? AND reported IS NOT NULL", notice, version).Find(&open).Error; err != nil {
		return nil, err
	}
	at, list := map[int64]int{}, make([]hung, len(places))
	for i, p := range places {
		list[i].Place, at[p.ID] = p, i
	}
	whose := map[int64]int{}
	for _, p := range papers {
		i := at[p.PlaceID]
		list[i].papers, whose[p.ID] = append(list[i].papers, p), i
	}
	for _, x := range open {
		i := whose[x.PostingID]
		list[i].incidents = append(list[i].incidents, x)
	}
	return list, nil
}
