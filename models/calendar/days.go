package calendar

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"
)

//go:embed days.txt
var days string

var national = mustParse(days)

// Overrides are days that an office entered: for a year after the embedded ones, or a day moved by a later notice.
type Overrides struct {
	Years   map[int]bool // years whose plan was entered as a whole
	Working map[Date]bool
}

// ParseOverrides reads lines of the forms "2027-02-06 休", "2027-02-20 班" and "2027 全" (the plan of that year is
// complete). The error names the line.
func ParseOverrides(lines []string) (Overrides, error) {
	o := Overrides{Years: map[int]bool{}, Working: map[Date]bool{}}
	for i, line := range lines {
		f := strings.Fields(line)
		if len(f) != 2 {
			return Overrides{}, fmt.Errorf("第%d行 %q 应写成“2027-02-06 休”“2027-02-20 班”或“2027 全”", i+1, line)
		}
		if year, err := strconv.Atoi(f[0]); err == nil && len(f[0]) == 4 && f[1] == "全" {
			o.Years[year] = true
			continue
		}
		d, err := ParseDate(f[0])
		if err != nil {
			return Overrides{}, fmt.Errorf("第%d行：%w", i+1, err)
		}
		if f[1] != "休" && f[1] != "班" {
			return Overrides{}, fmt.Errorf("第%d行 %q 末尾应写“休”或“班”", i+1, line)
		}
		if before, ok := o.Working[d]; ok && before != (f[1] == "班") {
			return Overrides{}, fmt.Errorf("第%d行：%s 前后写得不一样", i+1, d)
		}
		o.Working[d] = f[1] == "班"
	}
	return o, nil
}

// mustParse reads the embedded plans. They are part of the program, so a mistake stops it at once.
func mustParse(text string) Calendar {
	c := Calendar{years: map[int]bool{}, working: map[Date]bool{}}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		year, err := strconv.Atoi(f[0])
		if err != nil || len(f) < 3 || (f[1] != "off" && f[1] != "on") {
			panic("calendar: days.txt: " + line)
		}
		c.years[year] = true
		for _, run := range f[2:] {
			first, last, ok := strings.Cut(run, "-")
			if !ok {
				last = first
			}
			end := monthDay(year, last)
			for d := monthDay(year, first); !end.Before(d); d = d.Add(1) {
				c.working[d] = f[1] == "on"
			}
		}
	}
	return c
}

func monthDay(year int, mmdd string) Date {
	t, err := time.ParseInLocation("20060102", strconv.Itoa(year)+mmdd, Shanghai)
	if err != nil {
		panic("calendar: days.txt: " + err.Error())
	}
	return DateOf(t)
}
