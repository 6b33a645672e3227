package view

import "cesi/internal/cesi"

// Bar is a proportional bar of coloured segments. It is SVG because the pages have no
// inline style.
type Bar struct {
	Label    cesi.Text // what it shows, for screen readers; zero if other text says it
	Segments []segment
}

// segment is a part of a bar, in barWidth units.
type segment struct {
	Tone     Tone
	X, Width int
}

const (
	barWidth = 1000
	barGap   = 6
	// barLeast is the least width of a part that is not empty: one FATAL among
	// thousands must be visible.
	barLeast = 14
)

// Share is a part of a bar before its width is computed.
type Share struct {
	Tone  Tone
	Count int
}

// NewBar makes a bar of shares; neighbours of one colour become one segment.
func NewBar(label cesi.Text, shares ...Share) Bar {
	b := Bar{Label: label}
	shares, total := merge(shares)
	if total == 0 {
		return b
	}
	free := barWidth - barGap*(len(shares)-1) - barLeast*len(shares)
	x, seen := 0, 0
	for _, s := range shares {
		before := seen
		seen += s.Count
		width := barLeast + free*seen/total - free*before/total
		b.Segments = append(b.Segments, segment{Tone: s.Tone, X: x, Width: width})
		x += width + barGap
	}
	return b
}

// Plain returns the bar without its label, to stand next to the words that say the same.
func (b Bar) Plain() Bar {
	b.Label = cesi.Text{}
	return b
}

// merge removes empty shares, joins neighbours of one colour, and sums up.
func merge(shares []Share) (merged []Share, total int) {
	for _, s := range shares {
		if s.Count <= 0 {
			continue
		}
		total += s.Count
		if last := len(merged) - 1; last >= 0 && merged[last].Tone == s.Tone {
			merged[last].Count += s.Count
			continue
		}
		merged = append(merged, s)
	}
	return merged, total
}
