package view

import (
	"html/template"
	"strings"
	"text/template/parse"
)

// dropIndentation removes the indentation of the source from templates, so that
// indented templates render the same as flat ones, and as small. A line break with the
// white space around it is removed next to a tag or an action. It becomes one space
// between two words or two attributes, and next to a tag that begins or ends a block or
// a cell, where a space is not drawn. White space within a line stays; a space at the
// end of a line is written {{" "}}. <pre>, <textarea>, <script> and <style> stay
// unchanged.
//
// Call it before a template is executed for the first time.
func dropIndentation(t *template.Template) {
	for _, one := range t.Templates() {
		if one.Tree != nil {
			new(layoutDropper).list(one.Tree.Root)
		}
	}
}

// verbatim are the elements whose content stays unchanged.
var verbatim = map[string]bool{"pre": true, "textarea": true, "script": true, "style": true}

// blocks are the elements next to whose tags a space is not drawn.
var blocks = map[string]bool{
	"article": true, "dd": true, "details": true, "div": true, "dl": true, "dt": true, "fieldset": true, "form": true,
	"h1": true, "h2": true, "h3": true, "header": true, "li": true, "main": true, "nav": true, "ol": true, "p": true,
	"section": true, "summary": true, "table": true, "tbody": true, "td": true, "th": true, "thead": true, "tr": true, "ul": true,
}

// tagAt returns the name of the element if the text begins with a tag, opening or
// closing; else empty.
func tagAt(text string) string {
	rest, found := strings.CutPrefix(text, "<")
	if !found {
		return ""
	}
	rest = strings.TrimPrefix(rest, "/")
	return rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz0123456789"))]
}

// layoutDropper reads the text of one template from start to end. The branches of an
// action end in the same place of the markup, as html/template requires, so they can be
// read one after the other.
type layoutDropper struct {
	tag    []byte // the present tag so far, from "<" on
	quote  byte   // of the present attribute value
	inside string // the element whose content stays unchanged
	last   string // the element whose tag ends just before
}

func (d *layoutDropper) list(list *parse.ListNode) {
	if list == nil {
		return
	}
	for i, node := range list.Nodes {
		if text, is := node.(*parse.TextNode); is {
			text.Text = d.text(string(text.Text))
			continue
		}
		d.last = ""
		switch node := node.(type) {
		case *parse.IfNode:
			d.branch(&node.BranchNode)
		case *parse.RangeNode:
			d.branch(&node.BranchNode)
		case *parse.WithNode:
			d.branch(&node.BranchNode)
		case *parse.ActionNode:
			if node.String() == `{{" "}}` {
				list.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: node.Pos, Text: []byte(" ")}
			}
		}
	}
}

func (d *layoutDropper) branch(node *parse.BranchNode) {
	d.list(node.List)
	d.list(node.ElseList)
}

// text returns a text between two actions without its indentation.
func (d *layoutDropper) text(text string) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		rest := text[i:]
		if d.inside != "" {
			end := strings.Index(rest, "</"+d.inside)
			if end < 0 {
				return append(out, rest...)
			}
			d.inside = ""
			out, i = append(out, rest[:end]...), i+end
			continue
		}
		space := rest[:len(rest)-len(strings.TrimLeft(rest, " \t\n"))]
		if space == "" {
			d.step(text[i])
			out, i = append(out, text[i]), i+1
			continue
		}
		i += len(space)
		switch {
		case !strings.Contains(space, "\n"):
			out = append(out, space...)
		case d.stays(out, text[i:]):
			out = append(out, ' ')
		}
		if d.tag != nil {
			d.tag = append(d.tag, ' ')
		}
	}
	return out
}

// stays reports whether a line break becomes a space, given the text before and after
// it.
func (d *layoutDropper) stays(before []byte, after string) bool {
	if d.tag != nil {
		return d.quote != 0 || !strings.HasPrefix(after, ">") && !strings.HasPrefix(after, "/>")
	}
	if blocks[d.last] || blocks[tagAt(after)] {
		return true
	}
	return len(before) > 0 && before[len(before)-1] != '>' && after != "" && after[0] != '<'
}

// step reads one character of markup or text.
func (d *layoutDropper) step(c byte) {
	d.last = ""
	switch {
	case d.tag == nil:
		if c == '<' {
			d.tag = []byte{c}
		}
	case d.quote != 0:
		if c == d.quote {
			d.quote = 0
		}
	case c == '"' || c == '\'':
		d.quote = c
	case c == '>':
		d.last = tagAt(string(d.tag))
		if verbatim[d.last] && d.tag[1] != '/' {
			d.inside = d.last
		}
		d.tag = nil
	default:
		d.tag = append(d.tag, c)
	}
}
