package wechat

import (
	"context"
	"strings"

	"github.com/silenceper/wechat/v2/miniprogram/security"

	"github.com/linli-city/linli/models/fault"
)

// Scene is what a text is used for, as msg_sec_check asks.
type Scene uint8

// The scenes.
const (
	SceneProfile Scene = iota + 1
	SceneComment
	SceneForum
	SceneLog
)

// Verdict is what the content check says of a text.
type Verdict string

// The verdicts.
const (
	Pass   Verdict = "pass"
	Review Verdict = "review" // a person should look
	Risky  Verdict = "risky"
)

const (
	// checkLimit is how many characters one check takes.
	checkLimit = 2500
	// checkOverlap repeats the end of a piece in the next, so that a cut hides no phrase.
	checkOverlap = 50
	// longestText bounds the pieces of one text to nine.
	longestText = 20000
)

// ErrTextTooLong is the fault of a text over 20,000 characters.
var ErrTextTooLong = fault.New(fault.Invalid, "wechat.text_too_long", "文字太长，请控制在两万字以内")

// CheckText has WeChat check a text that openID wrote; the worst verdict of its pieces holds. The account must have
// used the mini-program within two hours (ErrInactive otherwise). A blank text passes unasked.
func (c *Client) CheckText(ctx context.Context, openID string, scene Scene, text string) (Verdict, error) {
	if strings.TrimSpace(text) == "" {
		return Pass, nil
	}
	letters := []rune(text)
	if len(letters) > longestText {
		return "", ErrTextTooLong
	}
	worst := Pass
	for from := 0; ; from += checkLimit - checkOverlap {
		to := min(from+checkLimit, len(letters))
		v, err := c.checkPiece(ctx, openID, scene, string(letters[from:to]))
		if err != nil || v == Risky {
			return v, err
		}
		if v == Review {
			worst = Review
		}
		if to == len(letters) {
			return worst, nil
		}
	}
}

func (c *Client) checkPiece(ctx context.Context, openID string, scene Scene, text string) (Verdict, error) {
	var v Verdict
	err := c.call(ctx, c.mini, opCheck, func(ctx context.Context, _ string) error {
		got, err := security.NewSecurity(c.sdk).MsgCheckContext(ctx, &security.MsgCheckRequest{OpenID: openID, Scene: security.MsgScene(scene), Content: text})
		if err != nil {
			return err
		}
		switch v = Verdict(got.Result.Suggest); v {
		case Pass, Review, Risky:
			return nil
		}
		return errUnreadable
	})
	if err != nil {
		return "", err
	}
	return v, nil
}
