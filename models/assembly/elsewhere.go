package assembly

import "github.com/linli-city/linli/models/store"

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
