package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var (
	pdfPage = regexp.MustCompile(`/Type\s*/Page\b`)
	pdfSize = regexp.MustCompile(`/MediaBox\s*\[\s*0 0 (\d+)\.?\d* (\d+)\.?\d*\s*\]`)
)

// printed gives the pages that a browser prints of a page, each of A4 size. LINLI_TEST_SHOTS keeps the PDF.
func (e *engine) printed(t *testing.T, name, body string) int {
	t.Helper()
	ctx := browser(t)
	if err := chromedp.Do(ctx, chromedp.Navigate("data:text/html;charset=utf-8,"+url.PathEscape(body))); err != nil {
		t.Fatal(err)
	}
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range pdfSize.FindAllSubmatch(pdf, -1) {
		if w, h := string(size[1]), string(size[2]); w != "594" && w != "595" || h != "841" && h != "842" {
			t.Errorf("%s is printed on %s × %s points", name, w, h)
		}
	}
	if dir := os.Getenv("LINLI_TEST_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o600); err != nil {
			t.Error(err)
		}
	}
	return len(pdfPage.FindAll(pdf, -1))
}

// TestPaperFormsOnTheirSheets: a form of a few motions is one sheet, and each form begins on its own; one that needs two carries its
// number on both, and the code is large enough for a phone.
func TestPaperFormsOnTheirSheets(t *testing.T) {
	t.Parallel()
	browser(t)
	e := newEngine(t)
	for _, x := range []struct {
		what  string
		id    int64
		pages int
	}{{"few", e.voting("few", nil), 1}, {"election", e.open(e.assembly(voteMotions())), 2}} {
		at := fmt.Sprintf("/office/v1/meetings/%d", x.id)
		e.must(200, "committee_chair", "POST", at+"/forms", m{"seats": []int{2}})
		if n := e.printed(t, "forms-"+x.what+"-one", e.must(200, "committee_chair", "GET", at+"/sheets/forms", nil).body); n != x.pages {
			t.Errorf("%s: a form takes %d sheets", x.what, n)
		}
		e.must(200, "committee_chair", "POST", at+"/forms", m{"seats": []int{3, 4}})
		body := e.must(200, "committee_chair", "GET", at+"/sheets/forms", nil).body
		if n := e.printed(t, "forms-"+x.what, body); n != 3*x.pages {
			t.Errorf("%s: three forms take %d sheets", x.what, n)
		}
		if strings.Count(body, "<thead>") != 3 || !regexp.MustCompile(`<thead><tr><td>票号 <b>\d{5}-\d\d</b>`).MatchString(body) {
			t.Errorf("%s: a second sheet would not say whose it is", x.what)
		}
		ctx := browser(t)
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(794, 1123), chromedp.Navigate("data:text/html;charset=utf-8,"+url.PathEscape(body))); err != nil {
			t.Fatal(err)
		}
		mm, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`Math.min(...[...document.querySelectorAll('.code img')].map(i => i.naturalWidth ? i.getBoundingClientRect().width / 96 * 25.4 : 0))`))
		if err != nil || mm < 25 {
			t.Errorf("%s: the code is %.0f mm wide %v", x.what, mm, err)
		}
	}
}
