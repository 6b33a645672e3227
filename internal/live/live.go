// Package live keeps pages in browsers up to date. It renders a page again when
// something has changed, finds the elements that differ, and sends those to all
// browsers that have the page open. Browsers with equal pages share one rendering.
//
// It does not know what the pages show: its user says how and when to render one. It
// compares regions: elements with an id that are marked data-live. In them
//
//   - data-since marks an element whose text follows the clock: browsers count it on
//     by themselves, so neither its text nor its time is a difference;
//   - data-slow marks an element that changes all the time, such as the age of an
//     answer: it is compared only every few seconds.
package live

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Root is the id of the element that is kept up to date, with all its content.
const Root = "live"

// page is a rendered page, as its regions.
type page struct {
	regions map[string]*region
}

// region is one element that is marked data-live.
type region struct {
	id       string
	html     string   // the whole element
	shape    string   // without its inner regions and without ticking text
	slow     string   // the parts marked data-slow
	sent     string   // the slow parts as they were last sent
	children []string // the ids of its inner regions, outermost only
}

// parsePage finds the regions in a whole HTML document.
func parsePage(document []byte) (*page, error) {
	doc, err := html.Parse(bytes.NewReader(document))
	if err != nil {
		return nil, fmt.Errorf("parse page: %w", err)
	}
	root := find(doc, Root)
	if root == nil {
		return nil, fmt.Errorf("the page has no element with the id %q", Root)
	}
	p := &page{regions: make(map[string]*region)}
	p.add(root)
	return p, nil
}

func find(n *html.Node, id string) *html.Node {
	if n.Type == html.ElementNode && attribute(n, "id") == id {
		return n
	}
	for c := range n.ChildNodes() {
		if found := find(c, id); found != nil {
			return found
		}
	}
	return nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// add adds a region, and the regions inside.
func (p *page) add(n *html.Node) *region {
	r := &region{id: attribute(n, "id")}
	p.regions[r.id] = r
	var whole bytes.Buffer
	_ = html.Render(&whole, n) // of a parsed tree into memory: can't fail
	r.html = whole.String()
	o := outline{page: p, region: r}
	o.element(n)
	r.shape, r.slow = o.shape.String(), o.slow.String()
	r.sent = r.slow
	return r
}

// outline writes the parts of a region that are compared.
type outline struct {
	page        *page
	region      *region
	shape, slow strings.Builder
}

func (o *outline) element(n *html.Node) {
	to := &o.shape
	to.WriteString("<" + n.Data)
	for _, a := range n.Attr {
		if a.Key != "data-since" {
			fmt.Fprintf(to, " %s=%q", a.Key, a.Val)
		}
	}
	to.WriteString(">")
	for c := range n.ChildNodes() {
		o.node(c, has(n, "data-since"))
	}
	to.WriteString("</>")
}

func (o *outline) node(n *html.Node, ticking bool) {
	switch {
	case n.Type == html.TextNode:
		if !ticking {
			o.shape.WriteString(n.Data)
		}
	case n.Type != html.ElementNode:
	case has(n, "data-slow"):
		_ = html.Render(&o.slow, n) // as above
	default:
		id := attribute(n, "id")
		if _, taken := o.page.regions[id]; !has(n, "data-live") || id == "" || taken {
			o.element(n)
			return
		}
		o.region.children = append(o.region.children, id)
		o.page.add(n)
		fmt.Fprintf(&o.shape, "<#%s>", id)
	}
}

// since returns the elements that differ from an older page, outermost only. Slow parts
// count if all is set.
func (p *page) since(older *page, all bool) []*region {
	return p.differing(older, p.regions[Root], all)
}

func (p *page) differing(older *page, r *region, all bool) []*region {
	was := older.regions[r.id]
	if was == nil || was.shape != r.shape || all && was.sent != r.slow {
		return []*region{r}
	}
	r.sent = was.sent
	var list []*region
	for _, id := range r.children {
		list = append(list, p.differing(older, p.regions[id], all)...)
	}
	return list
}
