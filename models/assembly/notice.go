package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Faults of a notice.
var (
	ErrUnconfirmed = fault.New(fault.Conflict, "motion.unconfirmed", "还有议题的事项没有经第二个人确认")
	ErrTooSoon     = fault.New(fault.Invalid, "notice.too_soon", "通知到开始表决的天数不够")
	ErrWindow      = fault.New(fault.Invalid, "notice.window", "表决期的天数不符合规则")
)

// Window is when voting is open: from Opens, until Closes. Words are what the convener adds to the notice.
type Window struct {
	Opens, Closes time.Time
	Words         string
}

// Notify gives the notice of a meeting: the law of the day that voting opens is read, and frozen with everything that the rules of
// procedure fix, in the version that was confirmed when the roll was frozen. What is unset and needed stops it here, before anybody votes by a rule that does not exist.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrUnconfirmed, ErrTooSoon, ErrWindow, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) Notify(ctx context.Context, actor org.Actor, id, version int64, w Window) (*Meeting, error) {
	opens, closes := w.Opens.UTC().Truncate(time.Second), w.Closes.UTC().Truncate(time.Second)
	var c fault.Checks
	checkText(&c, "words", &w.Words, 0, mostWords, "想补充的话请不超过100个字；内容多的，请写进议题")
	if err := c.Err(); err != nil {
		return nil, err
	}
	m, err := s.change(ctx, actor, org.ConveneMeeting, id, []State{Frozen}, func(tx *store.Tx, m *Meeting) error {
		if m.Version != version {
			return ErrStale
		}
		set, books, err := s.law(tx, m, opens)
		if err != nil {
			return err
		}
		if err := windowFits(set, tx.Now, opens, closes); err != nil {
			return err
		}
		m.Notice, err = s.freezeTerms(tx, m, set, books, Window{opens, closes, w.Words})
		if err != nil {
			return err
		}
		m.State, m.NoticedAt, m.OpensAt, m.ClosesAt = Noticed, &tx.Now, &opens, &closes
		fixed, err := m.noticed(tx)
		if err != nil {
			return err
		}
		if err := note(tx, actor, m, "notify", map[string]any{"sha256": fixed, "opens": opens, "closes": closes, "pack": m.Pack, "rules": m.RulesID, "covenant": m.CovenantID, "notice": sha([]byte(m.Notice))}); err != nil {
			return err
		}
		return s.tell(tx, m, "noticed")
	})
	if err != nil {
		return nil, fmt.Errorf("notify meeting: %w", err)
	}
	return m, nil
}

// windowFits holds the notice to its days and the window to its length; the day of the notice is not counted (Civil Code art. 201), and the last of the days
// is over when voting opens.
func windowFits(set *rulepack.Set, now, opens, closes time.Time) error {
	days, err := set.Int("meeting.notice_days")
	if err != nil {
		return err
	}
	if first := calendar.DateOf(now).Add(int(days) + 1); calendar.DateOf(opens).Before(first) {
		return ErrTooSoon.Saying(fmt.Sprintf("会议要提前%d日通知，最早%s开始表决", days, first))
	}
	least, err := set.Int("meeting.window_days_min")
	if err != nil {
		return err
	}
	most, err := set.Int("meeting.window_days_max")
	if err != nil {
		return err
	}
	if n := closes.Sub(opens); n < time.Duration(least)*24*time.Hour || n > time.Duration(most)*24*time.Hour {
		return ErrWindow.Saying(fmt.Sprintf("表决期应为%d至%d日", least, most))
	}
	return nil
}

// freezeTerms fixes the meeting's terms and the threshold of each motion, and gives the words of the notice.
func (s *Service) freezeTerms(tx *store.Tx, m *Meeting, set *rulepack.Set, books governing, w Window) (string, error) {
	t, err := termsOf(set, m.Session == First)
	if err != nil {
		return "", err
	}
	var motions []Motion
	if err := tx.Where("meeting_id = ?", m.ID).Order("position").Find(&motions).Error; err != nil {
		return "", err
	}
	needs := []string{"meeting.objection_days", "meeting.disclose_days"}
	if m.Channel == OnSystem && t.Electronic != "" {
		official, err := set.Flag("ballot.official_platform")
		if err != nil {
			return "", err
		}
		if official {
			return "", fault.ErrInvalid.With(fault.Field{Path: "channel", Reason: "本地规定线上表决只能用政府的电子投票平台；请改为“政府平台”或“纸质”"})
		}
		needs = append(needs, "ballot.which_wins", "ballot.change")
	}
	for i := range motions {
		q, err := s.freezeLaw(tx, set, &motions[i], t)
		if err != nil {
			return "", err
		}
		if q.Kind == tally.Election {
			if needs = append(needs, "election.order", "election.tie"); t.Tie == tally.ByLot {
				needs = append(needs, "election.lot_notice_days")
			}
		}
	}
	for _, key := range needs {
		if v, err := set.Find(key); err != nil {
			return "", err
		} else if v.Unset {
			_, err := set.Text(key)
			return "", err
		}
	}
	text, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	m.Terms, m.Pack, m.RulesID, m.CovenantID = string(text), set.Stamp(), books.Rules, books.Covenant
	return noticeText(m, motions, t, w.Words, w.Opens, w.Closes), nil
}

func (s *Service) freezeLaw(tx *store.Tx, set *rulepack.Set, row *Motion, t Terms) (tally.Question, error) {
	q, err := row.question()
	if err != nil {
		return q, err
	}
	if row.ConfirmedBy == 0 {
		return q, ErrUnconfirmed.Saying(fmt.Sprintf("第%d个议题的事项还没有经第二个人确认", row.Position))
	}
	if q.Kind == tally.Election {
		if err := listed(tx, row.MeetingID, q); err != nil {
			return q, err
		}
		q.Order, q.Tie = t.Order, t.Tie
		r, err := tally.FromLaw(set, row.Matter)
		if err != nil {
			return q, err
		}
		if err := q.CheckSize(r); err != nil {
			return q, err
		}
	}
	text, err := json.Marshal(q)
	if err != nil {
		return q, err
	}
	law, err := lawText(set, row.Matter)
	if err != nil {
		return q, err
	}
	beside, err := lawText(set, row.Beside)
	if err != nil {
		return q, err
	}
	body := row.Body
	if len(q.Names) > 0 {
		body = withOptions(row, q)
	}
	if q.Kind == tally.Election {
		if body, err = s.withNames(tx, row, q); err != nil {
			return q, err
		}
	}
	return q, tx.Model(&Motion{}).Where("id = ?", row.ID).Updates(map[string]any{"body": body, "question": string(text), "law": law, "beside_law": beside}).Error
}

// withOptions writes what each option is into the motion itself.
func withOptions(row *Motion, q tally.Question) string {
	list := make([]string, len(q.Options))
	for i, key := range q.Options {
		if list[i] = key; q.Names[key] != "" {
			list[i] += " " + q.Names[key]
		}
	}
	return row.Body + "\n选项：" + strings.Join(list, "；")
}

// withNames writes who stands behind each key of an election into the motion itself, whose text the certificate covers: the list cannot
// be changed after people have voted by it.
func (s *Service) withNames(tx *store.Tx, row *Motion, q tally.Question) (string, error) {
	names, err := s.names(tx, row.MeetingID)
	if err != nil {
		return "", err
	}
	body := row.Body + "\n候选人："
	for i, key := range q.Options {
		if i > 0 {
			body += "；"
		}
		body += key + " " + names[key]
	}
	return body, nil
}

func lawText(set *rulepack.Set, matter string) (string, error) {
	if matter == "" {
		return "", nil
	}
	r, err := tally.FromLaw(set, matter)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(r)
	return string(text), err
}
