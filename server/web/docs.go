package web

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"
)

// mountDocs serves the API document's page from the binary: no browser needs the network for it.
func (s *Site) mountDocs() {
	page := v5emb.NewWithConfig(swgui.Config{HideCurl: true, SettingsUI: map[string]string{"validatorUrl": "null"}})("邻里 linli 接口文档", "/openapi.json", "/docs")
	serve := func(c *gin.Context) {
		// The page of swagger-ui starts itself with an inline script.
		c.Header("Content-Security-Policy", "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'")
		page.ServeHTTP(c.Writer, c.Request)
	}
	s.Unlisted(http.MethodGet, "/docs", "API documentation page", serve)
	s.Unlisted(http.MethodGet, "/docs/*file", "its assets", serve)
	for _, path := range []string{"/openapi.json", "/openapi.yaml", "/openapi-3.0.json", "/openapi-3.0.yaml"} {
		s.unlisted[http.MethodGet+" "+path] = "the API document itself"
	}
}
