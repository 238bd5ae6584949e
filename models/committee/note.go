package committee

import (
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Note is one thing that happened to a paper: who did what, and in which words. Notes are only ever added.
type Note struct {
	ID             int64 `gorm:"primaryKey"`
	EstateID       int64
	SubjectKind    string
	SubjectID      int64
	What           string
	Text           string
	PersonID       int64
	PostID         int64
	OrganisationID int64
	At             time.Time
}

// TableName names the table.
func (Note) TableName() string { return "committee_notes" }

// NoteNames are the notes as people read them.
var NoteNames = map[string]string{"submitted": "提交备案", "returned": "退回补正", "reviewed": "同意备案", "proposed": "业主提出建议", "passed_on": "转物业服务企业", "answered": "物业服务企业答复", "replied": "业委会回复",
	"declined": "业委会不采纳", "keeper": "更换保管人", "sealed": "登记印章", "handed": "移交", "taken": "接收", "missing": "没有移交", "listed": "列入移交清单", "witnessed": "社区见证", "done": "移交完成", "let": "乡镇同意用印", "righted": "报告整改", "sent_back": "乡镇核实后退回", "accepted": "乡镇核实已整改"}

// maxNotes bounds what one paper shows of its history.
const maxNotes = 200

// written adds a note, and an entry in the trail.
func written(tx *store.Tx, actor org.Actor, kind string, id, estate int64, what, text string) error {
	person, post, organisation, _ := actor.AuditTrail()
	if err := tx.Create(&Note{EstateID: estate, SubjectKind: kind, SubjectID: id, What: what, Text: clip(text, 2000), PersonID: person, PostID: post, OrganisationID: organisation, At: tx.Now}).Error; err != nil {
		return err
	}
	return note(tx, actor, what, kind, id, estate, nil)
}

func notesOf(tx *store.Tx, kind string, id int64) ([]Note, error) {
	var rows []Note
	return rows, tx.Where("subject_kind = ? AND subject_id = ?", kind, id).Order("id").Limit(maxNotes).Find(&rows).Error
}
