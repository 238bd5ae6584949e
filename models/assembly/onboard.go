package assembly

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// running are the states of a meeting that people know of and that is not over.
var running = []State{Posted, Frozen, Noticed, Closed, Provisional}

// OnBoard is a meeting as anybody finds it on the estate's board, from the posting of its roster on: what stands and what was signed, no row
// of the roll, nobody's name and no choice.
type OnBoard struct {
	Meeting
	Running bool
	Open    bool        // its window is
	Phase   string      // where it stands, for people who know nothing of states
	Posting *Posting    // how the roster was posted last
	Last    *Checkpoint // the last signed state of its log; nil before the first
	Key     string      // the public key of whoever signs
}

// Shown reports whether the meeting has a page of its own already: its notice is out.
func (m *OnBoard) Shown() bool { return m.NoticedAt != nil }

// ListOnBoard lists the meetings of an estate for everybody, those that are not over first, then those that ended within a year, the newest
// first in both; after the place of a row, which Place gives.
// Fault: org.ErrEstateNotFound.
func (s *Service) ListOnBoard(ctx context.Context, estate, order, before int64, limit int) ([]OnBoard, error) {
	var list []OnBoard
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.OpenEstate(tx, estate)
		if err != nil {
			return err
		}
		year := tx.Now.AddDate(-1, 0, 0)
		q := tx.Where("estate_id = ? AND posted_at IS NOT NULL AND (state IN ? OR (state = ? AND certified_at >= ?) OR (state = ? AND posted_at >= ?))", e.ID, running, Certified, year, Cancelled, year)
		switch {
		case before > 0 && order > 0:
			q = q.Where("(id < ? OR state NOT IN ?)", before, running)
		case before > 0:
			q = q.Where("id < ? AND state NOT IN ?", before, running)
		}
		var rows []Meeting
		if err := q.Order(orderRunning).Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		list, err = s.onBoard(tx, rows)
		return err
	})
	return list, err
}

const orderRunning = "CASE WHEN state IN ('posted', 'frozen', 'noticed', 'closed', 'provisional') THEN 0 ELSE 1 END"

// Place is where a row of ListOnBoard stands, for the page after it.
func (m *OnBoard) Place() (order, id int64) {
	if m.Running {
		order = 1
	}
	return order, m.ID
}

// onBoard adds how the rosters were posted and the logs signed.
func (s *Service) onBoard(tx *store.Tx, rows []Meeting) ([]OnBoard, error) {
	list, ids := make([]OnBoard, len(rows)), make([]int64, len(rows))
	for i, m := range rows {
		list[i], ids[i] = OnBoard{Meeting: m, Running: m.State != Certified && m.State != Cancelled, Open: m.Voting(tx.Now) == nil, Key: s.o.Signer.Key()}, m.ID
		list[i].Phase = list[i].phase(tx.Now)
	}
	if len(ids) == 0 {
		return list, nil
	}
	var postings []Posting
	if err := tx.Where("id IN (?)", tx.Model(&Posting{}).Select("MAX(id)").Where("meeting_id IN ?", ids).Group("meeting_id")).Find(&postings).Error; err != nil {
		return nil, err
	}
	var points []Checkpoint
	if err := tx.Where("id IN (?)", tx.Model(&Checkpoint{}).Select("MAX(id)").Where("meeting_id IN ?", ids).Group("meeting_id")).Find(&points).Error; err != nil {
		return nil, err
	}
	for i := range list {
		for j := range postings {
			if postings[j].MeetingID == list[i].ID {
				list[i].Posting = &postings[j]
			}
		}
		for j := range points {
			if points[j].MeetingID == list[i].ID {
				list[i].Last, list[i].Key = &points[j], points[j].KeyLine
			}
		}
	}
	return list, nil
}

func (m *OnBoard) phase(now time.Time) string {
	switch {
	case m.RevokedAt != nil:
		return "决定已被法院撤销"
	case m.Open:
		return "正在投票"
	case m.State == Frozen:
		return "名册已锁定，等待会议通知"
	case m.State == Noticed && m.OpensAt != nil && now.Before(*m.OpensAt):
		return "已通知，还没有开始投票"
	case m.State == Noticed:
		return "投票时间已到，等待截止"
	case m.State == Provisional:
		return "初步结果公示中，可以提异议"
	}
	return StateNames[m.State]
}
