package main

import (
	"fmt"
	"slices"
	"strings"
)

// demoRoster writes the owners' roster of a demo estate as a clerk would upload it. Names and numbers are made up;
// phones lie in a range that is not given out, and ID numbers in a region that does not exist.
func demoRoster(code string) []byte {
	var b strings.Builder
	b.WriteString("\ufeff幢号,单元,房号,建筑面积,面积来源,用途,状态,交付,业主姓名,证件号码,手机号,份额\n")
	phones := demoPhones(code)
	n := 0
	for building := 1; building <= 3; building++ {
		for entrance := 1; entrance <= 2; entrance++ {
			for floor := 1; floor <= 6; floor++ {
				for door := 1; door <= 2; door++ {
					unit := fmt.Sprintf("%d,%d,%d%02d,%d.%02d,登记,住宅", building, entrance, floor, door, 80+(n*7)%60, (n*13)%100)
					switch {
					case n == 0:
						fmt.Fprintf(&b, "%s,已售,是,演示甲,%s,%s,1/2\n", unit, demoPaper(code, 0), phones[0])
						fmt.Fprintf(&b, "%s,已售,是,演示乙,%s,%s,1/2\n", unit, demoPaper(code, 1), phones[1])
					case n%24 == 23:
						fmt.Fprintf(&b, "%s,未售,否,,,,\n", unit)
					default:
						fmt.Fprintf(&b, "%s,已售,是,演示业主%d,%s,%s,\n", unit, n, demoPaper(code, n+10), demoPhone(code, n+10))
					}
					n++
				}
			}
		}
	}
	return []byte(b.String())
}

// demoPhones are the phones of the two owners of the estate's first unit.
func demoPhones(code string) [2]string { return [2]string{demoPhone(code, 0), demoPhone(code, 1)} }

func demoPhone(code string, n int) string {
	return fmt.Sprintf("1990%03d%04d", seed(code), n)
}

// demoPaper makes an 18-digit number with a right check digit (GB 11643).
func demoPaper(code string, n int) string {
	body := fmt.Sprintf("999999199%d0101%03d", seed(code), n%1000)
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(body[i]-'0')
	}
	return body + string("10X98765432"[sum%11])
}

// seed keeps the numbers of the demo estates apart.
func seed(code string) int {
	return 1 + slices.Index([]string{"demo-estate", "demo-foreign-estate", "demo-bare", "demo-single"}, code)
}
