package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// OfficialResult is what the government's own platform gave, or who counted a paper vote elsewhere, as an office entered it.
type OfficialResult struct {
	ID          int64 `gorm:"primaryKey"`
	MeetingID   int64
	EstateID    int64
	Platform    string // or by whom and where paper was counted
	Body        string // []OfficialMotion as JSON
	SHA256      string `gorm:"column:sha256"`
	State       string // entered, confirmed, dropped
	EnteredBy   int64
	EnteredAt   time.Time
	ConfirmedBy int64
	ConfirmedAt *time.Time
	ClientRef   string
	InputHash   string
}

// Figures are numbers as a platform, or the record of a count, prints them. What it does not say is nil, which is never zero.
type Figures struct {
	Heads *int64  `json:"heads"`
	Area  *string `json:"area"`
}

// OfficialMotion is what was published of one motion. Items has one entry with an empty key for a plain motion, else one for each
// option or candidate.
type OfficialMotion struct {
	Position int            `json:"position"`
	Returned *Figures       `json:"returned"`
	Void     *Figures       `json:"void,omitempty"`
	Silent   *Figures       `json:"silent,omitempty"`
	Items    []OfficialItem `json:"items"`
	Elected  []string       `json:"elected,omitempty"` // as it was published
}

// OfficialItem is what one option or candidate got.
type OfficialItem struct {
	Key     string   `json:"key,omitempty"`
	Yes     *Figures `json:"yes"`
	No      *Figures `json:"no,omitempty"`
	Abstain *Figures `json:"abstain,omitempty"`
}

// Official is a result as it is entered.
type Official struct {
	Platform  string
	Motions   []OfficialMotion
	FileIDs   []int64
	ClientRef string
	InputHash string
}

// Faults of record mode.
var (
	ErrNotOfficial = fault.New(fault.Conflict, "official.channel", "本次会议不以政府电子投票平台为准，结果由本系统计票")
	ErrNoOfficial  = fault.New(fault.Conflict, "official.missing", "政府平台的结果还没有登记并由另一人核对")
)

// EnterOfficial takes the result of the government's platform, or of a paper vote that was held without forms of this system, with its evidence,
// after the close. It counts once another person has held it against the evidence. Entered anew, it takes the place of the one before, which
// stays on record.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrNotOfficial, ErrNoMotion, ErrRefReused, tally.ErrInput, fault.ErrInvalid.
func (s *Service) EnterOfficial(ctx context.Context, actor org.Actor, id int64, in Official) (*OfficialResult, error) {
	in.Platform = strings.TrimSpace(in.Platform)
	var c fault.Checks
	n := len([]rune(in.Platform))
	c.Check(n >= 2 && n <= 60, "platform", "请填写平台的名称；纸质表决请写由谁、在哪里计票（2至60个字）")
	c.Check(len(in.FileIDs) >= 1 && len(in.FileIDs) <= 10, "file_ids", "请附上平台的结果文件或截图；纸质表决请附计票记录和照片（1至10份）")
	c.Check(len(in.Motions) >= 1 && len(in.Motions) <= maxMotions, "motions", "请登记每个议题的结果")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var row *OfficialResult
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		var had []OfficialResult
		if err := tx.Where("entered_by = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if row = first(had); row != nil {
			if row.InputHash != in.InputHash || row.MeetingID != m.ID {
				return ErrRefReused
			}
			return nil
		}
		if err := m.mayImport(tx); err != nil {
			return err
		}
		if err := m.in(Closed); err != nil {
			return err
		}
		row, err = s.insertOfficial(tx, actor, m, in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("enter official result: %w", err)
	}
	return row, nil
}

func (s *Service) insertOfficial(tx *store.Tx, actor org.Actor, m *Meeting, in Official) (*OfficialResult, error) {
	slices.SortFunc(in.Motions, func(x, y OfficialMotion) int { return x.Position - y.Position })
	if _, err := decideOfficial(tx, m, in.Motions); err != nil {
		return nil, err
	}
	body, err := json.Marshal(in.Motions)
	if err != nil {
		return nil, err
	}
	if err := tx.Model(&OfficialResult{}).Where("meeting_id = ? AND state <> 'dropped'", m.ID).Update("state", "dropped").Error; err != nil {
		return nil, err
	}
	row := &OfficialResult{MeetingID: m.ID, EstateID: m.EstateID, Platform: in.Platform, Body: string(body), SHA256: sha(body), State: "entered", EnteredBy: actor.PersonID, EnteredAt: tx.Now, ClientRef: in.ClientRef, InputHash: in.InputHash}
	if err := tx.Create(row).Error; err != nil {
		return nil, store.Raced(err)
	}
	if err := s.o.Files.Attach(tx, actor, in.FileIDs, "document", "official_result", row.ID, m.EstateID); err != nil {
		return nil, err
	}
	return row, note(tx, actor, m, "enter_official", map[string]any{"result": row.ID, "sha256": row.SHA256})
}

// ConfirmOfficial says that an entered result is what the evidence says; sha256 names the one that was read.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrNotOfficial, ErrNoOfficial, ErrSamePerson, ErrCounter, ErrStale.
func (s *Service) ConfirmOfficial(ctx context.Context, actor org.Actor, id, result int64, sha256 string) (*OfficialResult, error) {
	var row OfficialResult
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		if err := m.mayImport(tx); err != nil {
			return err
		}
		if err := tx.Where("id = ? AND meeting_id = ?", result, m.ID).Take(&row).Error; err != nil {
			return store.NotFound(err, ErrNoOfficial)
		}
		if err := m.in(Closed); err != nil {
			return err
		}
		switch {
		case row.SHA256 != sha256 || row.State == "dropped":
			return ErrStale
		case row.EnteredBy == actor.PersonID:
			return ErrSamePerson.Saying("登记结果的人不能自己核对，请由另一个人对照证据核对")
		case row.State == "confirmed":
			return nil
		}
		if err := mayCount(tx, m, actor.PersonID); err != nil {
			return err
		}
		row.State, row.ConfirmedBy, row.ConfirmedAt = "confirmed", actor.PersonID, &tx.Now
		if err := tx.Model(&OfficialResult{}).Where("id = ?", row.ID).Select("state", "confirmed_by", "confirmed_at").Updates(&row).Error; err != nil {
			return err
		}
		return note(tx, actor, m, "confirm_official", map[string]any{"result": row.ID, "sha256": row.SHA256})
	})
	if err != nil {
		return nil, fmt.Errorf("confirm official result: %w", err)
	}
	return &row, nil
}

// OfficialView is an entered result with what it comes to.
type OfficialView struct {
	OfficialResult
	Count   *ImportCount
	FileIDs []int64
}

// ListOfficial gives the results that were entered for a meeting, the newest first.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListOfficial(ctx context.Context, actor org.Actor, id int64) ([]OfficialView, error) {
	var list []OfficialView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		var rows []OfficialResult
		if err := tx.Where("meeting_id = ?", m.ID).Order("id DESC").Limit(50).Find(&rows).Error; err != nil {
			return err
		}
		for _, row := range rows {
			v := OfficialView{OfficialResult: row}
			if v.Count, err = s.countOfficial(tx, m, &row); err != nil {
				return err
			}
			files, err := s.o.Files.IDsIn(tx, "official_result", []int64{row.ID})
			if err != nil {
				return err
			}
			v.FileIDs = files[row.ID]
			list = append(list, v)
		}
		return nil
	})
	return list, err
}

func (s *Service) countOfficial(tx *store.Tx, m *Meeting, o *OfficialResult) (*ImportCount, error) {
	var motions []OfficialMotion
	if err := json.Unmarshal([]byte(o.Body), &motions); err != nil {
		return nil, err
	}
	c := &ImportCount{Platform: o.Platform, SHA256: o.SHA256, Scope: tally.Amount{Heads: m.Seats, Area: m.AreaMilli}}
	var err error
	if c.Motions, err = decideOfficial(tx, m, motions); err != nil {
		return nil, err
	}
	names, err := s.names(tx, m.ID)
	for i := range c.Motions {
		for j := range c.Motions[i].Items {
			item := &c.Motions[i].Items[j]
			item.Name = names[item.Key]
		}
	}
	return c, err
}

// imported is what the confirmed result from elsewhere comes to.
func (s *Service) imported(tx *store.Tx, m *Meeting) (*ImportCount, error) {
	var rows []OfficialResult
	if err := tx.Where("meeting_id = ? AND state = 'confirmed'", m.ID).Order("id DESC").Limit(1).Find(&rows).Error; err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		if m.Channel == OnPaper {
			return nil, ErrNoOfficial.Saying("登记的计票结果还没有由另一人对照证据核对，请先核对")
		}
		return nil, ErrNoOfficial
	}
	return s.countOfficial(tx, m, &rows[0])
}
