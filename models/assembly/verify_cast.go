package assembly

import (
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
)

// castPage bounds what of a meeting's submissions is in memory at a time.
const castPage = 500

// submitted is an envelope with the number of its seat.
type submitted struct {
	Envelope
	No int
}

// verifyCasts holds every submission of a meeting against what the trail noted when it came.
func verifyCasts(tx *store.Tx, m *Meeting) error {
	for after := int64(0); ; {
		var list []submitted
		err := tx.Raw("SELECT e.*, COALESCE(s.no, 0) AS no FROM envelopes e LEFT JOIN seats s ON s.id = e.seat_id WHERE e.meeting_id = ? AND e.id > ? ORDER BY e.id LIMIT ?", m.ID, after, castPage).Scan(&list).Error
		if err != nil || len(list) == 0 {
			return err
		}
		ids := make([]int64, len(list))
		for i := range list {
			ids[i], after = list[i].ID, list[i].ID
		}
		ballots := map[int64][]Ballot{}
		var rows []Ballot
		if err := tx.Select("id", "envelope_id", "commitment").Where("envelope_id IN ?", ids).Find(&rows).Error; err != nil {
			return err
		}
		for _, b := range rows {
			ballots[b.EnvelopeID] = append(ballots[b.EnvelopeID], b)
		}
		var notes []audit.Entry
		if err := tx.Where("subject_kind = ? AND subject_id IN ? AND verb IN ?", envelopeKind, ids, []string{castNoted, voidNoted}).Order("id").Find(&notes).Error; err != nil {
			return err
		}
		of := map[int64][]*audit.Entry{}
		for i := range notes {
			of[notes[i].SubjectID] = append(of[notes[i].SubjectID], &notes[i])
		}
		for i := range list {
			if err := list[i].follows(m, of[list[i].ID], ballots[list[i].ID]); err != nil {
				return fmt.Errorf("envelope %d: %w", list[i].ID, err)
			}
		}
	}
}

// follows holds a submission against its entries.
func (e *submitted) follows(m *Meeting, notes []*audit.Entry, ballots []Ballot) error {
	cast, void, sealed := false, "", false
	for _, n := range notes {
		if n.Verb == voidNoted {
			var x voidNote
			if err := read(n, &x); err != nil {
				return err
			}
			void = x.Reason
			continue
		}
		var x castNote
		if err := read(n, &x); err != nil {
			return err
		}
		if err := e.is(m, n, &x, ballots); err != nil {
			return err
		}
		cast, sealed = true, x.SHA256 != ""
	}
	switch {
	case !cast:
		return fmt.Errorf("the audit trail knows of no such submission")
	case sealed && void != e.Void:
		return fmt.Errorf("it stands out of the count for %q, by the audit trail for %q", e.Void, void)
	}
	return nil
}

func (e *submitted) is(m *Meeting, n *audit.Entry, x *castNote, ballots []Ballot) error {
	switch {
	case x.Meeting != m.ID || x.Seat != e.No:
		return fmt.Errorf("it is of seat %d, by the audit trail of seat %d of meeting %d", e.No, x.Seat, x.Meeting)
	case x.Way != e.Channel:
		return fmt.Errorf("it came by %q, by the audit trail by %q", e.Channel, x.Way)
	case e.FormID == 0 && n.PersonID != e.PersonID:
		return fmt.Errorf("person %d submitted it, by the audit trail person %d", e.PersonID, n.PersonID)
	case e.FormID == 0 && !n.At.Equal(e.At):
		return fmt.Errorf("it came at %s, by the audit trail at %s", e.At.UTC(), n.At.UTC())
	case x.SHA256 != "" && x.SHA256 != e.sum(m.Number, e.No, ballots):
		return fmt.Errorf("who submitted it, its receipt or its ballots are not what the audit trail has")
	}
	return nil
}

// vanished finds what the trail noted and is gone: meetings, logs' meetings and submissions.
func vanished(tx *store.Tx) error {
	var ids []int64
	err := tx.Model(&audit.Entry{}).Where("subject_kind = 'meeting' AND verb IN ? AND NOT EXISTS (SELECT 1 FROM meetings m WHERE m.id = audit_entries.subject_id)", stepVerbs).Limit(1).Pluck("subject_id", &ids).Error
	if err == nil && len(ids) == 1 {
		return fmt.Errorf("meeting %d is in the audit trail and is gone", ids[0])
	}
	if err != nil {
		return err
	}
	err = tx.Model(&audit.Entry{}).Where("subject_kind = ? AND verb = ? AND NOT EXISTS (SELECT 1 FROM envelopes e WHERE e.id = audit_entries.subject_id)", envelopeKind, castNoted).Limit(1).Pluck("subject_id", &ids).Error
	if err == nil && len(ids) == 1 {
		err = fmt.Errorf("envelope %d was submitted by the audit trail and is gone", ids[0])
	}
	return err
}
