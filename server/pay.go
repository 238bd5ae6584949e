package main

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/server/callback"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/wechatpay"
	paybox "github.com/linli-city/linli/server/wechatpay/sandbox"
)

// openPay wires the checkout to WeChat Pay, or to the sandbox where WeChat is played too.
func (a *app) openPay() error {
	o := checkout.Options{DB: a.db, Vault: a.vault, Fees: a.fees, AppID: a.cfg.WeChatMiniID, HookURL: a.cfg.PublicURL + callback.PayPath, Log: a.log}
	real := wechatpay.Options{Timeout: a.cfg.WeChatTimeout.D}
	o.Open = func(m checkout.Merchant) (checkout.Provider, error) {
		if m.Provider != "wechat" { // an account of a demonstration, which no real WeChat knows
			return nil, errors.New("the sandbox's merchant is not WeChat Pay's")
		}
		return real.Open(m)
	}
	if a.cfg.Sandbox() {
		box, err := paybox.New(a.db.Now)
		if err != nil {
			return err
		}
		o.AppID, o.Sandbox = sandboxMini.ID, paybox.MchID
		o.Open = func(m checkout.Merchant) (checkout.Provider, error) {
			m, err := box.Merchant(m.AppID)
			if err != nil {
				return nil, err
			}
			return wechatpay.Options{Timeout: real.Timeout, Transport: box}.Open(m)
		}
		a.payBox = box
	}
	a.checkout = checkout.New(o)
	if a.payBox != nil {
		a.payBox.PushTo(a.checkout.Take)
	}
	return nil
}

const payPage = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>沙箱微信支付</title>
<body style="font:16px/1.6 sans-serif;max-width:40em;margin:1em auto;padding:0 1em"><h1>沙箱微信支付</h1><p>这里扮演付款人和微信，不动真钱；程序重启后清空。</p>%s</body></html>`

const payRow = `<form method="post"><p><b>%s</b> %s元 · %s</p><input type="hidden" name="number" value="%s">%s</form><hr>`

// mountPay shows the sandbox's page: the payer's tap, told once, twice or not at all, and refunds that end one way or the other.
func mountPay(site *web.Site, box *paybox.Box) {
	show := func(c *gin.Context, text string) {
		rows := text
		for _, w := range box.List() {
			buttons := ""
			switch {
			case w.State == "NOTPAY":
				buttons = button("pay", "付款") + button("twice", "付款，通知两次") + button("silent", "付款，不通知")
			case w.State == "SUCCESS" && !w.Refund:
				buttons = button("tell", "（再）通知")
			case w.State == "PROCESSING":
				buttons = button("SUCCESS", "退款成功") + button("CLOSED", "退款关闭") + button("ABNORMAL", "退款异常")
			}
			rows += fmt.Sprintf(payRow, w.Number, fenText(w.Total), payWords[w.State], w.Number, buttons)
		}
		c.Data(http.StatusOK, "text/html; charset=utf-8", fmt.Appendf(nil, payPage, rows))
	}
	site.Unlisted(http.MethodGet, "/sandbox-pay", "the sandbox WeChat Pay's page; never mounted with the real WeChat", func(c *gin.Context) { show(c, "") })
	site.Unlisted(http.MethodPost, "/sandbox-pay", "the sandbox WeChat Pay's controls; never mounted with the real WeChat", func(c *gin.Context) {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, 4<<10)
		if err := act(c, box); err != nil {
			show(c, "<p>没有办成：请刷新后再看</p>")
			return
		}
		show(c, "")
	})
}

// act does what a button of the page says.
func act(c *gin.Context, box *paybox.Box) error {
	number := c.PostForm("number")
	times := 1
	switch what := c.PostForm("what"); what {
	case "pay", "twice", "silent":
		if err := box.Pay(number); err != nil || what == "silent" {
			return err
		}
		if what == "twice" {
			times = 2
		}
	case "SUCCESS", "CLOSED", "ABNORMAL":
		if err := box.Settle(number, what); err != nil {
			return err
		}
	case "tell":
	default:
		return errors.New("no such button")
	}
	return box.Tell(c.Request.Context(), number, times)
}

func button(what, text string) string {
	return fmt.Sprintf(`<button name="what" value="%s" style="margin:.2em;padding:.6em 1em">%s</button>`, what, text)
}

func fenText(n int64) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

var payWords = map[string]string{"NOTPAY": "等待付款", "SUCCESS": "成功", "CLOSED": "已关闭", "REFUND": "有退款", "PROCESSING": "退款中", "ABNORMAL": "退款异常"}
