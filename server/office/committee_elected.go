package office

import (
	"context"
	"time"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// comElected is a certified election that waits to be seated.
type comElected struct {
	ID       int64     `json:"id"`
	State    string    `json:"state" enum:"waiting,revoked" doc:"waiting 等登记；revoked 被法院撤销，等乡镇决定委员去留"`
	Number   string    `json:"number" doc:"业主大会会议的编号，登记后就是本届的依据"`
	Size     int64     `json:"size"`
	Sitting  int64     `json:"sitting,omitempty" doc:"补选：留任的委员人数"`
	StartsOn string    `json:"starts_on,omitempty" doc:"按冻结的规则；空的由乡镇（办事处）填写"`
	EndsOn   string    `json:"ends_on,omitempty"`
	Missing  []string  `json:"missing" doc:"还缺什么"`
	People   []comSeat `json:"people" doc:"按当选的顺序，候补在后"`
	At       time.Time `json:"at"`
}

type comSeat struct {
	Place   int    `json:"place"`
	Name    string `json:"name"`
	Reached bool   `json:"reached" doc:"已有账号或手机号；没有的要补手机号"`
}

func viewElected(e committee.Awaiting) comElected {
	v := comElected{ID: e.ID, State: e.State, Number: e.Number, Size: e.Size, Sitting: e.Sitting, StartsOn: web.DayOr(e.StartsOn), EndsOn: web.DayOr(e.EndsOn), Missing: e.Asks, People: []comSeat{}, At: web.Time(e.At)}
	for i, name := range e.Names {
		v.People = append(v.People, comSeat{i + 1, name, e.Reached[i]})
	}
	return v
}

// ConfirmElectionBody is what a certified election left open.
type ConfirmElectionBody struct {
	Tapped
	StartsOn string     `json:"starts_on,omitempty" format:"date" doc:"冻结的规则已有的不用填，填了也不改"`
	EndsOn   string     `json:"ends_on,omitempty" format:"date"`
	Phones   []comPhone `json:"phones,omitempty" maxItems:"30" doc:"只补没有的"`
}

type comPhone struct {
	Place int    `json:"place" minimum:"1" maximum:"30" doc:"名单上的次序"`
	Phone string `json:"phone" maxLength:"20"`
}

func confirmElection(ctx context.Context, s *committee.Service, a org.Actor, id int64, b ConfirmElectionBody) (int64, error) {
	in := committee.Completion{Phones: map[int]string{}}
	for _, x := range b.Phones {
		in.Phones[x.Place] = x.Phone
	}
	for _, day := range []struct {
		text, path string
		into       *time.Time
	}{{b.StartsOn, "starts_on", &in.StartsOn}, {b.EndsOn, "ends_on", &in.EndsOn}} {
		if day.text == "" {
			continue
		}
		at, err := web.Day(day.text, day.path)
		if err != nil {
			return 0, err
		}
		*day.into = *at
	}
	return s.ConfirmElection(ctx, a, id, in)
}

// EndElectionBody is what the township decides.
type EndElectionBody struct {
	Tapped
	Keep bool   `json:"keep,omitempty" doc:"被法院撤销、又有别的判决支持的：委员继续履职"`
	Text string `json:"text" minLength:"4" maxLength:"500" doc:"原因和依据"`
}

func endElection(ctx context.Context, s *committee.Service, a org.Actor, id int64, b EndElectionBody) (int64, error) {
	return s.EndElection(ctx, a, id, b.Keep, b.Text)
}
