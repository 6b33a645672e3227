package cesi

import (
	"cmp"
	"strings"
)

// CompareNames orders names of nodes, groups, processes and versions byte by byte, but
// runs of digits by their number ("w_2" before "w_10"). The result is 0 only for equal
// names, else below or above 0. Numbers may have any length.
func CompareNames(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if !isDigit(a[i]) || !isDigit(b[j]) {
			if a[i] != b[j] {
				return cmp.Compare(a[i], b[j])
			}
			i++
			j++
			continue
		}
		x, y := digits(a[i:]), digits(b[j:])
		i, j = i+len(x), j+len(y)
		if c := compareNumbers(x, y); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(a)-i, len(b)-j), cmp.Compare(a, b))
}

// Compare orders processes of one node by group, then by name, with CompareNames.
func (p ProcessID) Compare(o ProcessID) int {
	return cmp.Or(CompareNames(p.Group, o.Group), CompareNames(p.Name, o.Name))
}

func compareNumbers(x, y string) int {
	x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
}

// digits returns the digits at the start of s.
func digits(s string) string {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return s[:n]
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
