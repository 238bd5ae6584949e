package hall

import (
	"encoding/hex"
	"time"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/server/web"
)

// Checkpoint is a signed state of a meeting's log.
type Checkpoint struct {
	ID          int64     `json:"id"`
	Size        int64     `json:"size" doc:"记录的条数"`
	Root        string    `json:"root" doc:"记录的根（Base64）"`
	Purpose     string    `json:"purpose" doc:"hourly 每小时；close 表决截止；final 结果确认"`
	At          time.Time `json:"at"`
	Note        string    `json:"note" doc:"签名的原文（C2SP signed note）"`
	Key         string    `json:"key" doc:"公钥"`
	Fingerprint string    `json:"fingerprint" doc:"公钥的指纹，请与公示栏上的核对"`
}

// PurposeNames are the purposes of checkpoints as people read them.
var PurposeNames = map[string]string{string(log.Hourly): "表决期间每小时", string(log.Close): "表决截止", string(log.Final): "结果确认"}

// OfCheckpoint shows a checkpoint.
func OfCheckpoint(c assembly.Checkpoint) Checkpoint {
	var root log.Hash
	if raw, err := hex.DecodeString(c.Root); err == nil && len(raw) == len(root) {
		root = log.Hash(raw)
	} else if c.Size == 0 {
		root = log.EmptyRoot
	}
	return Checkpoint{ID: c.ID, Size: c.Size, Root: root.String(), Purpose: c.Purpose, At: web.Time(c.At), Note: c.Note, Key: c.KeyLine, Fingerprint: log.Fingerprint(c.KeyLine)}
}

// Inspected is a receipt looked up by its code: what is published of it, never a choice, a seat, a unit or a name.
type Inspected struct {
	Receipt    string          `json:"receipt" doc:"回执号"`
	MeetingID  int64           `json:"meeting_id"`
	Meeting    string          `json:"meeting" doc:"会议编号，也在签名的第一行"`
	Title      string          `json:"title"`
	Estate     string          `json:"estate"`
	Published  bool            `json:"published" doc:"都在最近公布的记录里"`
	Checkpoint *Checkpoint     `json:"checkpoint,omitempty" doc:"最近公布的记录"`
	Ballots    []CheckedBallot `json:"ballots"`
}

// CheckedBallot is the ballot on one motion.
type CheckedBallot struct {
	Motion     int               `json:"motion" doc:"第几个议题"`
	Title      string            `json:"title"`
	Version    int               `json:"version" doc:"这份表决权在这个议题上的第几次表决"`
	Commitment string            `json:"commitment" doc:"这张票的指纹（十六进制）"`
	Leaf       int64             `json:"leaf_index" doc:"在记录里的位置，从0起"`
	State      string            `json:"state" doc:"waiting 等待公布；counted 计入；superseded 被另一张代替；invalid 不计"`
	StateName  string            `json:"state_name"`
	Why        string            `json:"why,omitempty"`
	Kind       string            `json:"kind" doc:"议题的问法；用凭条打开时要试的选项由它决定"`
	Options    []string          `json:"options,omitempty"`
	Names      map[string]string `json:"names,omitempty" doc:"候选人的姓名，按代号"`
	Proof      *log.Inclusion    `json:"proof,omitempty" doc:"在最近公布的记录里的证明（RFC 6962）"`
}

// stateNames are the states of a ballot as its voter reads them.
var stateNames = map[string]string{"waiting": "已收下，等待公布", string(log.Counted): "已计入", string(log.Superseded): "被另一张代替", string(log.Invalid): "不计入"}

// reasons say why a ballot does not count.
var reasons = map[string]string{"changed": "后来改了票，以最后一次为准", "other_channel": "同一份表决权还有另一种方式投的票，按会议规则以那一张为准", "objection": "有异议，经处理不计入",
	tally.Void: "填写不符合要求，这个议题上不计入", "invalid_form": "表决票无效", "proxy_revoked": "委托已撤回"}

// OfInspected shows a receipt to whoever has its code.
func OfInspected(c *assembly.Inspected) Inspected {
	v := Inspected{Receipt: log.GroupCode(c.Code), MeetingID: c.MeetingID, Meeting: c.Meeting, Title: c.Title, Estate: c.Estate, Published: c.Published()}
	if c.Checkpoint != nil {
		p := OfCheckpoint(*c.Checkpoint)
		v.Checkpoint = &p
	}
	for _, b := range c.Ballots {
		state := string(b.State)
		if state == "" {
			state = "waiting"
		}
		why := reasons[b.Reason]
		if why == "" && b.Reason != "" {
			why = "经处理不计入，详情请问会议召集人"
		}
		v.Ballots = append(v.Ballots, CheckedBallot{Motion: b.Position, Title: b.Title, Version: b.Version, Commitment: b.Commitment, Leaf: b.Leaf, State: state, StateName: stateNames[state], Why: why,
			Kind: b.Question.Kind, Options: b.Question.Options, Names: b.Names, Proof: b.Proof})
	}
	return v
}
