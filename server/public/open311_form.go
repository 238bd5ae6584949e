package public

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
)

const (
	maxForm      = 256 << 10 // of the fields together
	maxMultipart = 16 << 20  // with files, which are not kept
	maxFields    = 200
)

// form is what a client posted: its fields, and whether files came with them.
type form struct {
	url.Values
	files bool
}

var (
	errFormType = badRequest("请以 application/x-www-form-urlencoded 或 multipart/form-data 提交，编码为 UTF-8")
	errFormRead = badRequest("提交的内容读不懂，请检查格式")
	errFormSize = badRequest("提交的内容太大")
	errFormUTF8 = badRequest("提交的内容应为 UTF-8 编码")
)

// readForm reads a posted form. The specification has clients send it URL-encoded; those that attach pictures send
// multipart.
func readForm(c *gin.Context) (form, error) {
	kind, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || (params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8")) {
		return form{}, errFormType
	}
	var f form
	switch kind {
	case "application/x-www-form-urlencoded":
		raw, readErr := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxForm))
		if readErr != nil {
			return f, tooLarge(readErr)
		}
		f.Values, err = url.ParseQuery(string(raw))
	case "multipart/form-data":
		f, err = readParts(multipart.NewReader(http.MaxBytesReader(c.Writer, c.Request.Body, maxMultipart), params["boundary"]))
		if err != nil {
			return f, tooLarge(err)
		}
	default:
		return f, errFormType
	}
	if err != nil || len(f.Values) > maxFields {
		return f, errFormRead
	}
	return f, f.check()
}

func tooLarge(err error) error {
	var over *http.MaxBytesError
	if errors.As(err, &over) || errors.Is(err, errFormSize) {
		return errFormSize
	}
	return errFormRead
}

// readParts reads the fields of a multipart form and passes over its files.
func readParts(r *multipart.Reader) (form, error) {
	f := form{Values: url.Values{}}
	left := int64(maxForm)
	for n := 0; ; n++ {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return f, err
		}
		if n >= maxFields {
			return f, errFormRead
		}
		if p.FileName() != "" {
			f.files = true
			continue // NextPart reads what is left of it
		}
		raw, err := io.ReadAll(io.LimitReader(p, left+1))
		if err != nil {
			return f, err
		}
		if left -= int64(len(raw)); left < 0 {
			return f, errFormSize
		}
		f.Add(p.FormName(), string(raw))
	}
}

func (f form) check() error {
	for name, values := range f.Values {
		for _, s := range append(values, name) {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				return errFormUTF8
			}
		}
	}
	return nil
}

// field is a field without the blanks around it. An empty one is one that was not sent.
func (f form) field(name string) string { return strings.TrimSpace(f.Get(name)) }

// attribute is the answer to a question of the service definition: attribute[code], or attribute[code][].
func (f form) attribute(code string) string {
	if s := f.field("attribute[" + code + "]"); s != "" {
		return s
	}
	return f.field("attribute[" + code + "][]")
}
