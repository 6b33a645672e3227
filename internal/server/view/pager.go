package view

import "cesi/internal/cesi"

// Pager has the links to the other pages of a list. A link is empty if there is no such
// page.
type Pager struct {
	What                  cesi.Text // the present place: "Page 3 of 7"
	First, Previous, Next string    // local paths
	Last                  string
}

// NewPager makes a pager; nil if there is only one page. What is the present place, and
// path the local path of a page.
func NewPager(what cesi.Text, page, pages int, path func(page int) string) *Pager {
	if pages == 1 {
		return nil
	}
	p := &Pager{What: what}
	if page > 1 {
		p.First, p.Previous = path(1), path(page-1)
	}
	if page < pages {
		p.Next, p.Last = path(page+1), path(pages)
	}
	return p
}
