package assembly

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// answerers says who answers what is said to each thing.
var answerers = map[About]org.Action{AboutDrafts: org.ConveneMeeting, AboutGroup: org.FormGroup, AboutCandidate: org.ConveneMeeting}

// AnswerComment answers what an owner said, for all owners to read. An objection to a candidate that holds refuses the candidate for the
// reason of the answer. Nobody answers their own.
// Faults: ErrForbidden, ErrNotFound, ErrNoComment, ErrListed, fault.ErrInvalid.
func (s *Service) AnswerComment(ctx context.Context, actor org.Actor, id int64, accept bool, text string) (*Comment, error) {
	if err := actor.Must(org.ConveneMeeting); err != nil {
		return nil, err
	}
	var c fault.Checks
	checkText(&c, "text", &text, 4, 500, "请写明答复（4至500个字），全体业主会看到")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var row Comment
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.ForUpdate().Where("id = ?", id).Take(&row).Error; err != nil {
			return store.NotFound(err, ErrNoComment)
		}
		if _, err := posted(tx, actor, answerers[row.About], row.About, row.AboutID, 0, false); err != nil {
			return ErrNoComment
		}
		if row.State != Open || row.PersonID == actor.PersonID {
			return ErrNoComment
		}
		row.State, row.Answer, row.AnsweredBy, row.AnsweredAt = Declined, text, actor.PersonID, &tx.Now
		if accept {
			row.State = Accepted
		}
		if err := tx.Model(&Comment{}).Where("id = ?", row.ID).Select("state", "answer", "answered_by", "answered_at").Updates(&row).Error; err != nil {
			return err
		}
		if accept && row.About == AboutCandidate {
			if err := s.refuseObjected(tx, actor, &row); err != nil {
				return err
			}
		}
		return record(tx, actor, "meeting_comment", row.ID, row.EstateID, "answer", map[string]any{"state": row.State})
	})
	if err != nil {
		return nil, fmt.Errorf("answer comment: %w", err)
	}
	return &row, nil
}

// CommentView is a comment without its author.
type CommentView struct {
	Comment
	From string // 1幢业主
	Mine bool
}

// Comments is a page of what was said, with how much there is of it in all.
type Comments struct {
	Rows     []CommentView
	Total    int64
	Answered int64
}

// ListComments pages through what was said to something, oldest first, with the answers.
// Faults: ErrForbidden, ErrNotFound, ErrNoGroup, ErrNoCandidate.
func (s *Service) ListComments(ctx context.Context, actor org.Actor, about About, id, after int64, limit int) (*Comments, error) {
	out := &Comments{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if err := actor.Must(org.ReadMeetings); err != nil {
			return err
		}
		if _, err := posted(tx, actor, org.ReadMeetings, about, id, 0, false); err != nil {
			return err
		}
		var counts struct{ Total, Answered int64 }
		err := tx.Raw("SELECT COUNT(*) AS total, COALESCE(SUM(CASE WHEN state = 'open' THEN 0 ELSE 1 END), 0) AS answered FROM meeting_comments WHERE about = ? AND about_id = ?", about, id).Scan(&counts).Error
		if err != nil {
			return err
		}
		out.Total, out.Answered = counts.Total, counts.Answered
		var rows []Comment
		if err := tx.Where("about = ? AND about_id = ? AND id > ?", about, id, after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		out.Rows, err = masked(tx, actor, rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// masked takes the authors out of comments: nobody sees more of them than the building.
func masked(tx *store.Tx, actor org.Actor, rows []Comment) ([]CommentView, error) {
	ids, said := []int64{0}, []int64{}
	for _, r := range rows {
		ids, said = append(ids, r.BuildingID), append(said, r.ID)
	}
	instead, err := held(tx, actor, "comment", said...)
	if err != nil {
		return nil, err
	}
	var buildings []org.Building
	if err := tx.Where("id IN ?", ids).Find(&buildings).Error; err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, b := range buildings {
		names[b.ID] = b.Name + "幢业主"
	}
	list := make([]CommentView, len(rows))
	for i, r := range rows {
		list[i] = CommentView{Comment: r, From: names[r.BuildingID], Mine: r.PersonID == actor.PersonID}
		if list[i].From == "" {
			list[i].From = "业主"
		}
		if words := instead[r.ID]; words != "" && !list[i].Mine {
			list[i].Text = words
		}
		list[i].PersonID, list[i].AnsweredBy = 0, 0
	}
	return list, nil
}
