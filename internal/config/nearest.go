package config

import "fmt"

// suggest returns `; did you mean "x"?` for the candidate nearest to text, or nothing
// if none is near.
func suggest(text string, candidates []string) string {
	best, ok := nearest(text, candidates)
	if !ok {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// nearest returns the candidate that needs the fewest edits, unless those are too many
// for a typing error.
func nearest(text string, candidates []string) (string, bool) {
	const longest = 64 // a longer text is not a typing error
	from := []rune(text)
	if len(from) > longest {
		return "", false
	}
	best, fewest := "", max(2, len(from)/3)+1
	for _, c := range candidates {
		if to := []rune(c); len(to) <= longest {
			if d := edits(from, to); d < fewest {
				best, fewest = c, d
			}
		}
	}
	return best, best != ""
}

// edits counts the insertions, deletions, replacements and swaps of neighbours
// that turn a into b (the optimal string alignment distance).
func edits(a, b []rune) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	before, last, row := rows[0], rows[1], rows[2]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
