package fund

import (
	"regexp"
	"strings"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// Faults of what a motion names.
var (
	ErrNotNamed     = fault.New(fault.Conflict, "project.not_named", "表决的议题没有写明这个项目的编号")
	ErrPlanNotNamed = fault.New(fault.Conflict, "fund.plan_not_named", "表决的议题里没有写明这个续交方案的名称")
)

// projectNumbers finds the numbers of projects in what owners read.
var projectNumbers = regexp.MustCompile(`WX\d{8}-\d{4,}`)

// MotionWords are what a motion has to say so that its decision is for this project.
func (p *Project) MotionWords() string { return "维修项目编号：" + p.Number }

// motionWords reads a motion as the owners voted on it; the notice has frozen it.
func motionWords(tx *store.Tx, meeting int64, position int) (string, error) {
	var rows []assembly.Motion
	err := tx.Select("title", "body").Where("meeting_id = ? AND position = ?", meeting, position).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Title + "\n" + rows[0].Body, nil
}

// named refuses a decision whose motion names another project, or none: the owners have to have known on which one they voted.
// Fault: ErrNotNamed.
func (p *Project) named(tx *store.Tx, meeting int64, position int) error {
	words, err := motionWords(tx, meeting, position)
	if err != nil {
		return err
	}
	found := projectNumbers.FindAllString(words, -1)
	for _, number := range found {
		if number != p.Number {
			return ErrNotNamed.Saying("表决的议题写的是另一个项目" + number + "，不能用于项目" + p.Number + "；一个议题只写一个项目的编号")
		}
	}
	if len(found) == 0 {
		return ErrNotNamed.Saying("表决的议题没有写明项目编号；请重新表决，在议题里写上“" + p.MotionWords() + "”，让业主知道表决的是哪个项目")
	}
	return nil
}

// named refuses a decision whose motion does not name the plan of renewal that is made of it. Fault: ErrPlanNotNamed.
func (in *NewPlan) named(tx *store.Tx) error {
	words, err := motionWords(tx, in.MeetingID, in.Position)
	if err == nil && !strings.Contains(words, in.Title) {
		err = ErrPlanNotNamed.Saying("表决的议题里没有写明“" + in.Title + "”；方案名称要和业主表决的议题里写的一样，请核对后再填")
	}
	return err
}
