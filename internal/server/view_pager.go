package server

import (
	"cesi/internal/words"
)

// pager leads to the other pages of a list. A link is empty where there is no
// such page.
type pager struct {
	What                  words.Phrase // where this is: "Page 3 of 7"
	First, Previous, Next string       // local paths
	Last                  string
}

// newPager makes a pager; nil where one page holds all. What is yet without the
// numbers; path is the local path of a page.
func newPager(what words.Phrase, page, pages int, path func(page int) string) *pager {
	if pages == 1 {
		return nil
	}
	what.Args = []any{page, pages}
	p := &pager{What: what}
	if page > 1 {
		p.First, p.Previous = path(1), path(page-1)
	}
	if page < pages {
		p.Next, p.Last = path(page+1), path(pages)
	}
	return p
}
