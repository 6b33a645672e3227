package manual

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// errNoTitle is returned for a file that does not begin with a heading.
var errNoTitle = errors.New(`want "# Title" in the first line`)

// markdown returns the parser and renderer: CommonMark with tables. Raw HTML is left
// out, and style attributes, which the content security policy forbids.
func markdown() goldmark.Markdown {
	table := extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone))
	return goldmark.New(
		goldmark.WithExtensions(table),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(scrollRenderer{}, 0))),
	)
}

// render fills the page from its source. Original is the same page in English; nil for
// the English page itself.
func (p *Page) render(source []byte, links linker, original *Page) error {
	md := markdown()
	doc := md.Parser().Parse(text.NewReader(source))
	title, is := doc.FirstChild().(*ast.Heading)
	if !is || title.Level != 1 {
		return errNoTitle
	}
	p.Title = plainText(title, source)
	doc.RemoveChild(doc, title)
	p.addIDs(headings(doc), source, original)
	for _, link := range findAll(doc, ast.KindLink, ast.KindImage) {
		links.resolve(link)
	}
	for _, wide := range findAll(doc, extast.KindTable, ast.KindFencedCodeBlock, ast.KindCodeBlock) {
		wrap(wide)
	}
	var html bytes.Buffer
	if err := md.Renderer().Render(&html, source, doc); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	p.Body = template.HTML(html.String())
	return nil
}

// addIDs gives every heading an id and collects the sections. A translated page has the
// ids of the original, so that one link leads to the same section in each language.
func (p *Page) addIDs(list []*ast.Heading, source []byte, original *Page) {
	used := make(map[string]int)
	for i, h := range list {
		title := plainText(h, source)
		id := idPrefix + slug(title)
		if used[id]++; used[id] > 1 {
			id = fmt.Sprintf("%s-%d", id, used[id]-1)
		}
		if original != nil && len(original.ids) == len(list) {
			id = original.ids[i]
		}
		h.SetAttributeString("id", []byte(id))
		p.ids = append(p.ids, id)
		if h.Level == 2 {
			p.Sections = append(p.Sections, Section{ID: id, Title: title})
		}
	}
}

// idPrefix keeps the ids of headings apart from those of the layout, such as "live".
const idPrefix = "section-"

// slug makes the id of a heading as GitHub does.
func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		case r == ' ':
			return '-'
		default:
			return -1
		}
	}, title)
}

// headings returns the headings of a document in order.
func headings(doc ast.Node) []*ast.Heading {
	var list []*ast.Heading
	for _, n := range findAll(doc, ast.KindHeading) {
		list = append(list, n.(*ast.Heading))
	}
	return list
}

// findAll returns the nodes of some kinds in order.
func findAll(doc ast.Node, kinds ...ast.NodeKind) []ast.Node {
	var list []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		for _, kind := range kinds {
			if entering && n.Kind() == kind {
				list = append(list, n)
			}
		}
		return ast.WalkContinue, nil
	})
	return list
}

// plainText returns the text of a node without its markup.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch t := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(t.Segment.Value(source))
			}
		case *ast.String:
			if entering {
				b.Write(t.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// linker turns links between files into links between pages.
type linker struct {
	prefix string   // in front of the address of a page
	pages  []string // the names of all pages
}

// resolve changes a link to the address of its page. A link to anything else in the
// sources, and an image, become text: the program does not serve those.
func (l linker) resolve(n ast.Node) {
	if link, is := n.(*ast.Link); is {
		if target, served := l.address(string(link.Destination)); served {
			link.Destination = []byte(target)
			return
		}
	}
	parent := n.Parent()
	for child := n.FirstChild(); child != nil; {
		next := child.NextSibling()
		parent.InsertBefore(parent, n, child)
		child = next
	}
	parent.RemoveChild(parent, n)
}

// address returns the address of a link's target in the program; false if there is
// none.
func (l linker) address(link string) (string, bool) {
	u, err := url.Parse(link)
	if err != nil {
		return "", false
	}
	if u.Scheme != "" {
		return link, u.Scheme == "https"
	}
	fragment := ""
	if u.Fragment != "" {
		fragment = "#" + idPrefix + u.Fragment
	}
	if u.Path == "" {
		return fragment, fragment != ""
	}
	name, is := strings.CutSuffix(u.Path, ".md")
	if !is || !slices.Contains(l.pages, name) {
		return "", false
	}
	return l.prefix + "/help/" + name + fragment, true
}

// scroll is a box that scrolls sideways if its content is too wide.
type scroll struct{ ast.BaseBlock }

// kindScroll is the kind of a scroll node.
var kindScroll = ast.NewNodeKind("Scroll")

// Kind implements ast.Node.
func (s *scroll) Kind() ast.NodeKind { return kindScroll }

// Dump implements ast.Node.
func (s *scroll) Dump(source []byte, level int) { ast.DumpHelper(s, source, level, nil, nil) }

// wrap puts a node into a scroll box.
func wrap(n ast.Node) {
	box := &scroll{}
	n.Parent().ReplaceChild(n.Parent(), n, box)
	box.AppendChild(box, n)
}

// scrollRenderer renders scroll nodes. They take the focus, so that the keyboard scrolls them.
type scrollRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (scrollRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindScroll, func(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
		tag := "</div>\n"
		if entering {
			tag = `<div class="manual-scroll" tabindex="0">`
		}
		_, err := w.WriteString(tag)
		return ast.WalkContinue, err
	})
}
