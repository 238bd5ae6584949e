package wechat

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/silenceper/wechat/v2/util"
)

type untouched struct{ t *testing.T }

func (u untouched) RoundTrip(*http.Request) (*http.Response, error) {
	u.t.Error("a request was handed over for a caller who had left")
	return nil, errors.New("unreachable")
}

// TestNothingIsHandedOverForACallerWhoLeft, whatever the transport makes of it: what was handed over may have gone out.
func TestNothingIsHandedOverForACallerWhoLeft(t *testing.T) {
	t.Parallel()
	c := New(Config{MiniAppID: "wxmini", Transport: untouched{t}})
	ctx, cancel := c.begin(t.Context())
	cancel()
	var try attempt
	if _, err := util.PostJSONContext(try.begin(ctx), realBase+"/", map[string]any{}); !errors.Is(err, context.Canceled) || try.written.Load() {
		t.Errorf("%v, handed over %v", err, try.written.Load())
	}
}
