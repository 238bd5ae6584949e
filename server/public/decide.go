package public

import (
	"context"
	"net/http"

	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/server/web"
)

const decideDetail = `{"date","pack"?,"matter","scope":{"heads","area"},"returned":{…}|null,"yes":{…},"no"?,"abstain"?,"void"?,"silent"?,"silence_clause"?:{"cited","warned","delivered","first_assembly","covers"?}}

人数是整数，面积是最多三位小数的文字；不知道的写 null 或不写，不写不等于零。与命令 server decide 的答复相同。`

func decideRoute(g *web.Group) {
	web.HandleOpen(g, web.Op{ID: "publicDecide", Method: http.MethodPost, Path: "/decide", Summary: "表决计算：一组表决数字通过没有，还缺哪些数字", Detail: decideDetail, Rate: readRate, MaxBody: tally.LongestCase, OwnReader: true}, decide)
}

// decideInput is read by the rules' own strict reader, which names every fault at once.
type decideInput struct {
	RawBody []byte `contentType:"application/json"`
}

type decideOutput struct{ Body *tally.Decision }

func decide(ctx context.Context, in *decideInput) (*decideOutput, error) {
	d, err := tally.Decide(in.RawBody)
	if err != nil {
		return nil, web.Unprocessable(ctx, err)
	}
	return &decideOutput{Body: d}, nil
}
