package assembly

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// ErrElsewhere says that there is nothing to recount here, now or later.
var ErrElsewhere = fault.New(fault.Conflict, "bundle.elsewhere", "本次会议的选票不在本系统计票，这里没有可以重新计票的数据包。结果请看本次会议的结果和公示栏；计票的依据（平台的结果文件，或者计票记录和照片）由召集单位保存，可以请召集单位出示")

// elsewhere reports whether the ballots of a meeting are counted elsewhere: on the government's platform, or on paper that this system did not
// issue, from when a result of it is entered.
func (m *Meeting) elsewhere(tx *store.Tx) (bool, error) {
	if m.Channel != OnPaper {
		return m.Channel == OnOfficial, nil
	}
	var n int64
	err := tx.Model(&OfficialResult{}).Where("meeting_id = ?", m.ID).Limit(1).Count(&n).Error
	return n > 0, err
}

// mayImport refuses a result from elsewhere where this system counts: a meeting has one way or the other, never both.
func (m *Meeting) mayImport(tx *store.Tx) error {
	switch m.Channel {
	case OnOfficial:
		return nil
	case OnSystem:
		return ErrNotOfficial
	}
	own, err := m.holdsBallots(tx)
	if err != nil || !own {
		return err
	}
	return ErrNotOfficial.Saying("本系统已经为本次会议发过纸质表决票，结果只能按这些票计，不能再登记别处的计票结果；请开箱、录入、复核以后公布")
}

// holdsBallots reports whether this system has forms or ballots of a meeting.
func (m *Meeting) holdsBallots(tx *store.Tx) (bool, error) {
	for _, row := range []any{&Form{}, &Envelope{}} {
		var n int64
		if err := tx.Model(row).Where("meeting_id = ?", m.ID).Limit(1).Count(&n).Error; err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}

// hasCount refuses to publish that nobody voted where nothing was counted: a meeting on paper without forms waits for its result.
func (m *Meeting) hasCount(tx *store.Tx) error {
	if m.Channel != OnPaper {
		return nil
	}
	imported, err := m.elsewhere(tx)
	if err != nil || imported {
		return err
	}
	own, err := m.holdsBallots(tx)
	if err != nil || own {
		return err
	}
	return ErrNoOfficial.Saying("本系统没有发过本次会议的纸质表决票，请先登记计票结果和证据（没有人投票的填0），由另一人核对后再公布")
}

// takesPaper refuses forms, and what is done with them, where the ballots are counted elsewhere.
func (m *Meeting) takesPaper(tx *store.Tx) error {
	elsewhere, err := m.elsewhere(tx)
	switch {
	case err != nil || !elsewhere:
		return err
	case m.Channel == OnPaper:
		return ErrNoPapers.Saying("本次会议的纸质票已在别处计票并登记了结果，不再在本系统发票、开箱或录入；登记错了的，请在公布以前重新登记")
	}
	return ErrNoPapers
}

// recountable refuses a bundle of ballots that are counted elsewhere.
func (m *Meeting) recountable(tx *store.Tx) error {
	elsewhere, err := m.elsewhere(tx)
	if err == nil && elsewhere {
		err = ErrElsewhere
	}
	return err
}

// reimports holds a certified result from elsewhere against the numbers as they were entered by one and confirmed by another, and judges them
// once more.
func (s *Service) reimports(tx *store.Tx, m *Meeting, st *Statement, t *trail) error {
	if err := m.mayImport(tx); err != nil {
		return fmt.Errorf("its result is from elsewhere: %w", err)
	}
	if st.Imported == nil {
		return errors.New("it says nothing of what was counted")
	}
	var rows []OfficialResult
	if err := tx.Where("meeting_id = ? AND state = 'confirmed'", m.ID).Order("id DESC").Limit(1).Find(&rows).Error; err != nil {
		return err
	}
	row := first(rows)
	switch {
	case row == nil || row.SHA256 != st.Imported.SHA256 || sha([]byte(row.Body)) != row.SHA256:
		return errors.New("the result that was entered is not the one that was certified")
	case row.ConfirmedBy == 0 || row.ConfirmedBy == row.EnteredBy:
		return errors.New("no other person confirmed the result that was entered")
	case t.strict() && !t.imported[row.SHA256]:
		return errors.New("the audit trail knows of no confirmation of the result that was entered")
	}
	now, err := s.countOfficial(tx, m, row)
	if err != nil {
		return err
	}
	was, err := json.Marshal(st.Imported.bare())
	if err != nil {
		return err
	}
	is, err := json.Marshal(now.bare())
	if err == nil && !bytes.Equal(was, is) {
		err = errors.New("the numbers that were entered give another result than was certified")
	}
	return err
}

// bare leaves out the candidates' names, which may be erased later, and the void ballots that a decision repeats from the numbers.
func (c *ImportCount) bare() *ImportCount {
	for i := range c.Motions {
		x := &c.Motions[i]
		for j := range x.Items {
			x.Items[j].Name, x.Items[j].Void = "", nil
		}
		if x.Beside != nil {
			x.Beside.Void = nil
		}
	}
	return c
}
