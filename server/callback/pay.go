package callback

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/server/web"
)

// PayPath is where WeChat Pay tells of payments; a merchant's own part follows.
const PayPath = "/callback/wechatpay/"

// Payments takes what WeChat Pay says.
type Payments interface {
	Take(ctx context.Context, hook string, header http.Header, body []byte) error
}

// inTime is less than the five seconds after which WeChat hangs up and says it again.
const inTime = 4 * time.Second

// PayRoutes mounts the notices of WeChat Pay. What is not WeChat's is refused, trouble of ours is said to be trouble, and both bring the
// notice again; everything else, a repeat included, is answered with success.
func PayRoutes(site *web.Site, p Payments, log *slog.Logger) {
	site.Unlisted(http.MethodPost, PayPath+":hook", "WeChat Pay tells of payments and refunds", func(c *gin.Context) {
		body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxPush))
		if err == nil {
			ctx, cancel := context.WithTimeout(c.Request.Context(), inTime)
			defer cancel()
			err = p.Take(ctx, c.Param("hook"), c.Request.Header, body)
		}
		switch {
		case err == nil:
			c.Status(http.StatusNoContent)
		case errors.Is(err, checkout.ErrForged):
			c.JSON(http.StatusUnauthorized, gin.H{"code": "FAIL", "message": "验签失败"})
		case errors.Is(err, checkout.ErrNotFound):
			c.JSON(http.StatusNotFound, gin.H{"code": "FAIL", "message": "没有这个地址"})
		default:
			log.ErrorContext(c.Request.Context(), "a notice of WeChat Pay was not taken; it comes again", "error", err.Error())
			c.JSON(http.StatusInternalServerError, gin.H{"code": "FAIL", "message": "请稍后再通知"})
		}
	})
}
