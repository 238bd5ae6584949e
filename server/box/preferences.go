package box

import (
	"context"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/server/web"
)

type choiceView struct {
	Kind  string      `json:"kind"`
	Name  string      `json:"name"`
	Mode  notify.Mode `json:"mode" doc:"on 每条都发；digest 每天合成一条；off 只在站内。站内消息一直都有"`
	Fixed bool        `json:"fixed" doc:"不能关闭"`
	Why   string      `json:"why,omitempty" doc:"不能关闭的依据和原因"`
}

type choicesOutput struct {
	Body struct {
		Hour  int          `json:"digest_hour" doc:"每天几点发合成的一条"`
		Kinds []choiceView `json:"kinds"`
	}
}

func viewChoices(c *notify.Choices, err error) (*choicesOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &choicesOutput{}
	out.Body.Hour, out.Body.Kinds = c.Hour, []choiceView{}
	for _, k := range c.Kinds {
		out.Body.Kinds = append(out.Body.Kinds, choiceView{Kind: k.Kind, Name: k.Name, Mode: k.Mode, Fixed: k.Why != "", Why: k.Why})
	}
	return out, nil
}

// ShowPreferences gives what somebody wants on their phone.
func ShowPreferences(wishes *notify.Preferences) func(context.Context, org.Actor, *web.Empty) (*choicesOutput, error) {
	return func(ctx context.Context, a org.Actor, _ *web.Empty) (*choicesOutput, error) {
		return viewChoices(wishes.Find(ctx, a))
	}
}

type choicesInput struct {
	Body struct {
		Hour  *int                   `json:"digest_hour,omitempty" minimum:"0" maximum:"23" doc:"每天几点发合成的一条，7点至21点；不填不变"`
		Kinds map[string]notify.Mode `json:"kinds,omitempty" maxProperties:"50" doc:"类别代码和选择：on、digest 或 off；没有写的不变"`
	}
}

// SetPreferences changes it.
func SetPreferences(wishes *notify.Preferences) func(context.Context, org.Actor, *choicesInput) (*choicesOutput, error) {
	return func(ctx context.Context, a org.Actor, in *choicesInput) (*choicesOutput, error) {
		return viewChoices(wishes.Set(ctx, a, in.Body.Hour, in.Body.Kinds))
	}
}
