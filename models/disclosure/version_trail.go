package disclosure

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/store"
)

// What the audit trail keeps of a notice, so that the tables cannot be made to say that something else was published, or nothing at all.
const versionNoted, endNoted = "board.version", "board.end"

// noted is the detail of such an entry.
type noted struct {
	Version int    `json:"version,omitempty"`
	SHA256  string `json:"sha256"` // of the version's content, or of the reason why the notice was taken down
}

func note(tx *store.Tx, n *Notice, verb string, x noted) error {
	return audit.Append(tx, audit.System{}, verb, audit.Subject{Kind: "notice", ID: n.ID, Estate: n.EstateID}, x)
}

func noteVersion(tx *store.Tx, n *Notice, v *Version) error {
	return note(tx, n, versionNoted, noted{Version: v.Version, SHA256: v.SHA256})
}

func noteEnd(tx *store.Tx, n *Notice, reason string) error {
	return note(tx, n, endNoted, noted{SHA256: sumOf(reason)})
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// trailHolds compares notices with what the trail noted of them. Notices from before it noted anything have no such entry.
func trailHolds(tx *store.Tx, list []View) error {
	byID, ids := make(map[int64]*View, len(list)), make([]int64, len(list))
	for i := range list {
		byID[list[i].ID], ids[i] = &list[i], list[i].ID
	}
	for after := int64(0); ; {
		var notes []audit.Entry
		err := tx.Select("id", "verb", "subject_id", "detail").Where("subject_kind = 'notice' AND subject_id IN ? AND verb IN ? AND id > ?", ids, []string{versionNoted, endNoted}, after).
			Order("id").Limit(1000).Find(&notes).Error
		if err != nil || len(notes) == 0 {
			return err
		}
		for _, e := range notes {
			after = e.ID
			var x noted
			if err := json.Unmarshal([]byte(e.Detail), &x); err != nil {
				return fmt.Errorf("note %d of the audit trail cannot be read: %w", e.ID, err)
			}
			if err := byID[e.SubjectID].follows(e.Verb, x); err != nil {
				return fmt.Errorf("notice %s: %w", byID[e.SubjectID].Number, err)
			}
		}
	}
}

// follows holds a notice against one entry of the trail.
func (v *View) follows(verb string, x noted) error {
	switch {
	case verb == endNoted && v.WithdrawnAt == nil:
		return fmt.Errorf("it was taken down, and stands again")
	case verb == endNoted && sumOf(v.WithdrawReason) != x.SHA256:
		return fmt.Errorf("it was taken down for another reason")
	case verb == endNoted:
		return nil
	case x.Version > len(v.Versions):
		return fmt.Errorf("version %d is gone", x.Version)
	case v.Versions[x.Version-1].SHA256 != x.SHA256:
		return fmt.Errorf("version %d is not what the audit trail has published", x.Version)
	}
	return nil
}

// vanished finds a notice that the trail noted and that is gone.
func vanished(tx *store.Tx) error {
	var ids []int64
	err := tx.Model(&audit.Entry{}).Where("subject_kind = 'notice' AND verb = ? AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.id = audit_entries.subject_id)", versionNoted).Limit(1).Pluck("subject_id", &ids).Error
	if err == nil && len(ids) == 1 {
		err = fmt.Errorf("notice %d was published and is gone", ids[0])
	}
	return err
}
