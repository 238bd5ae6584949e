package main

import (
	"io"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
)

// serveFile answers a signed link. Pictures show in the page; everything else is only ever downloaded, because a
// document that a stranger uploaded must not run in our origin.
func (a *app) serveFile(c *gin.Context) {
	f, body, err := a.files.OpenToken(c.Request.Context(), c.Param("token"))
	if err != nil {
		a.site.Fail(c, err)
		return
	}
	defer func() { _ = body.Close() }()
	c.Header("Content-Type", f.MediaType)
	c.Header("Content-Length", strconv.FormatInt(f.Size, 10))
	c.Header("Content-Security-Policy", "default-src 'none'; sandbox")
	c.Header("Cache-Control", "private, no-store")
	if f.MediaType != "image/jpeg" {
		c.Header("Content-Disposition", "attachment; filename=\"file-"+strconv.FormatInt(f.ID, 10)+"\"")
	}
	c.Status(http.StatusOK)
	if _, err := io.Copy(c.Writer, body); err != nil {
		a.log.WarnContext(c.Request.Context(), "file not sent whole", "file", f.ID, "error", err.Error())
	}
}
