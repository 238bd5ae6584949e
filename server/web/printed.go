package web

// PageOutput is a page to be printed.
type PageOutput struct {
	ContentType string `header:"Content-Type"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

// Printed is a page that carries its style and loads nothing but pictures.
func Printed(body []byte) *PageOutput {
	return &PageOutput{ContentType: "text/html; charset=utf-8", Policy: "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'", Body: body}
}
