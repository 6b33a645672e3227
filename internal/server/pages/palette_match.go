package pages

import (
	"slices"
	"strings"
)

// Bounds of the palette.
const (
	maxQueryBytes = 200 // bytes of the text; the rest is ignored
	maxQueryWords = 6   // words of the text
	maxPerKind    = 10  // results of one kind, so that none hides the others
	maxResults    = 20
)

// query is the searched words, in lower case. All of them must match.
type query []string

func parseQuery(text string) query {
	words := strings.Fields(strings.ToLower(text[:min(len(text), maxQueryBytes)]))
	return words[:min(len(words), maxQueryWords)]
}

// Scores of a word that matches a text.
const (
	matchesWhole = 8
	matchesStart = 6
	matchesPart  = 4 // the start of a part, such as "eu" in "pay-eu-2"
	matchesMid   = 2
)

// match scores a word against a text in lower case; 0: no match.
func match(text, word string) int {
	at := strings.Index(text, word)
	switch {
	case at < 0:
		return 0
	case len(text) == len(word):
		return matchesWhole
	case at == 0:
		return matchesStart
	}
	for {
		if strings.IndexByte(" -_.:/", text[at-1]) >= 0 {
			return matchesPart
		}
		next := strings.Index(text[at+1:], word)
		if next < 0 {
			return matchesMid
		}
		at += next + 1
	}
}

// score adds up the best score of each word against the texts, in any case. It fails if
// a word matches none.
func (w query) score(texts ...string) (int, bool) {
	sum := 0
	for _, word := range w {
		best := 0
		for _, text := range texts {
			best = max(best, match(strings.ToLower(text), word))
		}
		if best == 0 {
			return 0, false
		}
		sum += best
	}
	return sum, true
}

// result is a match. It is rendered only if it is shown.
type result struct {
	score int
	draw  func() paletteItem
}

// results are the best of one kind, best first; of equal ones the first found.
type results []result

// takes reports whether a result with that score would be kept.
func (r results) takes(score int) bool {
	return len(r) < maxPerKind || score > r[len(r)-1].score
}

func (r *results) add(score int, draw func() paletteItem) {
	if !r.takes(score) {
		return
	}
	at, _ := slices.BinarySearchFunc(*r, score, func(have result, score int) int {
		if have.score >= score {
			return -1
		}
		return 1
	})
	*r = slices.Insert(*r, at, result{score, draw})
	*r = (*r)[:min(len(*r), maxPerKind)]
}

// best merges the results of several kinds.
func best(kinds ...results) []paletteItem {
	var all results
	for _, kind := range kinds {
		all = append(all, kind...)
	}
	slices.SortStableFunc(all, func(a, b result) int { return b.score - a.score })
	var items []paletteItem
	for _, r := range all[:min(len(all), maxResults)] {
		items = append(items, r.draw())
	}
	return items
}
