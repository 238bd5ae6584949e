package suggest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

const (
	// maxLine is the longest line read, in bytes.
	maxLine = 1 << 20
	// maxCases is how many cases one run takes.
	maxCases = 100_000
	// choices is how many units and matters a suggestion offers.
	choices = 3
)

// answer is one line of output.
type answer struct {
	ID      string   `json:"id"`
	Units   []string `json:"units"`
	Matters []string `json:"matters"`
	Why     string   `json:"why"`
}

// Run reads cases as JSON lines {"id","title","text",…} and writes one suggestion per case to lines. If report is
// not nil, cases that carry their "units" are scored and the figures written there at the end. The error names the
// line that could not be read.
func (s *Suggester) Run(r io.Reader, lines, report io.Writer) error {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 64<<10), maxLine)
	out := json.NewEncoder(lines)
	out.SetEscapeHTML(false)
	var cases []Case
	n := 0
	for in.Scan() {
		n++
		raw := bytes.TrimSpace(bytes.TrimPrefix(in.Bytes(), []byte("\ufeff")))
		if len(raw) == 0 {
			continue
		}
		c, err := readCase(raw)
		if err != nil {
			return fmt.Errorf("第%d行：%w", n, err)
		}
		if n > maxCases {
			return fmt.Errorf("超过%d行，请分成几个文件", maxCases)
		}
		got := s.Suggest(c.Title, c.Text, choices)
		a := answer{ID: c.ID, Units: got.Units, Matters: s.offer(got), Why: got.Why}
		if err := out.Encode(a); err != nil {
			return fmt.Errorf("write suggestion: %w", err)
		}
		if report != nil {
			cases = append(cases, c)
		}
	}
	if err := in.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return fmt.Errorf("第%d行：超过%d字节", n+1, maxLine)
		}
		return fmt.Errorf("read cases: %w", err)
	}
	if report == nil {
		return nil
	}
	return s.printScores(cases, report)
}

// offer names as many matters as units, so that a form has a full list to choose from: those with evidence first, then
// the first matter on the list of each suggested unit. The reason speaks of those with evidence alone.
func (s *Suggester) offer(got Suggestion) []string {
	var names []string
	for _, m := range got.Matters {
		names = append(names, m.Name)
	}
	for _, unit := range append(slices.Clone(got.Units), OutsideUnit) {
		for _, m := range s.pack.Matters {
			if len(names) >= choices {
				return names
			}
			if s.print(m, m.Lead) == unit && !slices.Contains(names, m.Name) {
				names = append(names, m.Name)
				break
			}
		}
	}
	return names
}

func (s *Suggester) printScores(cases []Case, w io.Writer) error {
	reports := s.Reports(cases)
	if len(reports) == 0 {
		_, err := fmt.Fprintln(w, "没有一件写明了应由谁办（units），无法评分")
		return err
	}
	for _, r := range reports {
		if err := r.Print(w); err != nil {
			return fmt.Errorf("write scores: %w", err)
		}
	}
	for _, u := range reports[0].Units {
		if _, err := fmt.Fprintf(w, "  %s：%d件，首位 %d，前三 %d\n", u.Unit, u.Cases, u.First, u.Three); err != nil {
			return fmt.Errorf("write scores: %w", err)
		}
	}
	return nil
}

func readCase(raw []byte) (Case, error) {
	var c Case
	if err := json.Unmarshal(raw, &c); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			return c, fmt.Errorf("“%s”的内容类型不对", wrong.Field)
		}
		return c, errors.New("不是完整的一行 JSON")
	}
	if c.ID == "" {
		return c, errors.New("缺少编号 id")
	}
	if c.Title == "" && c.Text == "" {
		return c, errors.New("标题 title 和内容 text 都是空的")
	}
	return c, nil
}
