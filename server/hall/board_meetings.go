package hall

import (
	"fmt"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/server/web"
)

// BoardMeeting is an owners' meeting on the board: what everybody may find without its number, nobody's name and no choice.
type BoardMeeting struct {
	ID              int64          `json:"id"`
	Number          string         `json:"number"`
	Title           string         `json:"title"`
	SessionName     string         `json:"session_name"`
	ChannelName     string         `json:"channel_name" doc:"以哪种表决为准"`
	State           assembly.State `json:"state"`
	StateName       string         `json:"state_name"`
	Running         bool           `json:"running" doc:"还没有结束的；结束的一年内都列出"`
	Open            bool           `json:"open" doc:"正在投票"`
	ChallengeUntil  *time.Time     `json:"challenge_until,omitempty" doc:"名册公示，业主可以提意见到什么时候"`
	OpensAt         *time.Time     `json:"opens_at,omitempty"`
	ClosesAt        *time.Time     `json:"closes_at,omitempty"`
	ObjectionsUntil *time.Time     `json:"objections_until,omitempty" doc:"对结果可以提异议到什么时候"`
	Seats           int64          `json:"seats,omitempty" doc:"名册上有几份表决权"`
	Area            string         `json:"area,omitempty" doc:"㎡"`
	RollRoot        string         `json:"roll_root,omitempty" doc:"锁定的名册的指纹；锁定以前没有"`
	RosterHash      string         `json:"roster_hash,omitempty" doc:"最近一次公示的名册的指纹"`
	Checkpoint      *BoardPoint    `json:"checkpoint,omitempty" doc:"表决记录最近一次签名公布"`
	Fingerprint     string         `json:"fingerprint" doc:"签名的公钥的指纹，核验数据包时用它"`
	Page            string         `json:"page,omitempty" doc:"这次会议的网页；会议通知发出以后才有"`
	Checkpoints     string         `json:"checkpoints,omitempty" doc:"全部公布过的表决记录"`
}

// BoardPoint is the last signed state of a log. Size says how many entries, never what is in them.
type BoardPoint struct {
	Size    int64     `json:"size" doc:"记录的条数"`
	At      time.Time `json:"at"`
	Root    string    `json:"root" doc:"记录的根（Base64）"`
	Purpose string    `json:"purpose" doc:"hourly 每小时；close 表决截止；final 结果确认"`
}

// ViewOnBoard shows a meeting; base is the address under which the pages are.
func ViewOnBoard(m *assembly.OnBoard, base string) BoardMeeting {
	v := BoardMeeting{ID: m.ID, Number: m.Number, Title: m.Title, SessionName: assembly.SessionNames[m.Session], ChannelName: assembly.ChannelNames[m.Channel], State: m.State, StateName: m.Phase, Running: m.Running, Open: m.Open,
		RollRoot: m.RollRoot, Fingerprint: log.Fingerprint(m.Key)}
	if m.State == assembly.Posted {
		v.ChallengeUntil = web.TimeOr(m.ChallengeUntil)
	}
	if m.State == assembly.Provisional {
		v.ObjectionsUntil = web.TimeOr(m.ObjectionsUntil)
	}
	if m.Posting != nil {
		v.RosterHash, v.Seats, v.Area = m.Posting.Hash, m.Posting.Seats, m.Posting.AreaMilli.String()
	}
	if m.FrozenAt != nil {
		v.Seats, v.Area = m.Seats, m.AreaMilli.String()
	}
	if m.Shown() {
		v.OpensAt, v.ClosesAt = web.TimeOr(m.OpensAt), web.TimeOr(m.ClosesAt)
		v.Page, v.Checkpoints = fmt.Sprintf("%s/h5/meetings/%d", base, m.ID), fmt.Sprintf("%s/public/v1/meetings/%d/checkpoints", base, m.ID)
	}
	if m.Last != nil {
		c := OfCheckpoint(*m.Last)
		v.Checkpoint = &BoardPoint{Size: c.Size, At: c.At, Root: c.Root, Purpose: c.Purpose}
	}
	return v
}

// Short is the beginning of a fingerprint, enough to see at a glance that two are not the same.
func Short(print string) string {
	if len(print) <= 12 {
		return print
	}
	return print[:12] + "…"
}

// spoken is the meeting in a sentence or two.
func (v *BoardMeeting) spoken() string {
	text := v.Title + "，" + v.StateName + "。"
	at := func(t time.Time) string { return web.Time(t).Format("2006年1月2日15点04分") }
	if v.ChallengeUntil != nil {
		text += "对名册有意见的，请在" + at(*v.ChallengeUntil) + "以前提出。"
	}
	if v.OpensAt != nil {
		text += "投票从" + at(*v.OpensAt) + "到" + at(*v.ClosesAt) + "。"
	}
	if v.ObjectionsUntil != nil {
		text += "对结果有异议的，请在" + at(*v.ObjectionsUntil) + "以前提出。"
	}
	if v.Seats > 0 {
		text += fmt.Sprintf("名册上有%d份表决权，%s平方米。", v.Seats, v.Area)
	}
	if c := v.Checkpoint; c != nil {
		text += fmt.Sprintf("表决记录最近在%s签名公布，有%d条。", at(c.At), c.Size)
	}
	return text
}
