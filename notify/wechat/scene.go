package wechat

import (
	"context"
	"net/url"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// SceneCode gives what stands in a QR code by which somebody follows the service account; WeChat pushes the scene with who scanned
// it, for as long as it lasts.
func (c *Client) SceneCode(ctx context.Context, scene string, lasts time.Duration) (string, error) {
	var got struct {
		answer
		URL string `json:"url"`
	}
	err := c.call(ctx, c.service, opScene, func(ctx context.Context, token string) error {
		raw, err := util.PostJSONContext(ctx, realBase+"/cgi-bin/qrcode/create?access_token="+url.QueryEscape(token), map[string]any{
			"expire_seconds": int(lasts.Seconds()), "action_name": "QR_STR_SCENE", "action_info": map[string]any{"scene": map[string]string{"scene_str": scene}},
		})
		if err != nil {
			return err
		}
		if err := decode(raw, &got, &got.answer); err != nil {
			return err
		}
		if got.URL == "" {
			return errUnreadable
		}
		return nil
	}, scene)
	return got.URL, err
}
