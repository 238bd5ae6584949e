package hall

import (
	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/server/web"
)

// Choices is the body of a cast: the whole pack at once.
type Choices struct {
	SeatNo    int    `json:"seat_no" minimum:"1" doc:"名册上的票权编号"`
	Agreed    bool   `json:"agreed,omitempty" doc:"共有的房屋：其他业主同意这样投"`
	ClientRef string `json:"client_ref" minLength:"1" maxLength:"64" doc:"这次提交的编号；网络不好时用同一个编号重试，不会重复投票"`
	Choices   []struct {
		MotionID int64  `json:"motion_id" minimum:"1"`
		Choice   string `json:"choice" minLength:"1" maxLength:"500" doc:"yes 同意，no 反对，abstain 弃权；多选一填选项代号；选举填 a=yes,b=no,c=abstain"`
	} `json:"choices" minItems:"1" maxItems:"20"`
}

// Cast reads a body.
func (c *Choices) Cast() assembly.Cast {
	out := assembly.Cast{SeatNo: c.SeatNo, Agreed: c.Agreed, ClientRef: c.ClientRef}
	for _, x := range c.Choices {
		out.Choices = append(out.Choices, assembly.Choice{MotionID: x.MotionID, Choice: x.Choice})
	}
	out.InputHash = web.InputHash(c.SeatNo, c.Agreed, out.Choices)
	return out
}
