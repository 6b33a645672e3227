package view

import (
	"html/template"
	"strings"
	"testing"
)

func TestDropIndentation(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"between blocks":      {"<ul>\n  <li>one</li>\n  <li>two</li>\n</ul>\n", "<ul> <li>one</li> <li>two</li> </ul> "},
		"next to actions":     {"<p>\n  {{.}}\n  {{if .}}\n    yes\n  {{else}}\n    no\n  {{end}}\n</p>", "<p> xyes </p>"},
		"in a branch":         {"{{with .}}\n  <b>{{.}}</b>\n{{end}}", "<b>x</b>"},
		"between others":      {"<b>a</b>\n<i>b</i>", "<b>a</b><i>b</i>"},
		"between words":       {"<p>\n  two\n  words\n</p>", "<p> two words </p>"},
		"a space on a line":   {"<b>a</b> <i>b</i>", "<b>a</b> <i>b</i>"},
		"a space at the end":  {"<b>a</b>{{\" \"}}\n<i>b</i>", "<b>a</b> <i>b</i>"},
		"between attributes":  {"<a\n  class=\"x\"\n  {{if .}}hidden{{end}}\n>", "<a class=\"x\" hidden>"},
		"a void element":      {"<rect\n  x=\"1\"\n/>", "<rect x=\"1\"/>"},
		"in a value":          {"<a title=\"one\n  two > one\">", "<a title=\"one two > one\">"},
		"a tag with a break":  {"<pre\n  class=\"x\"\n>a\n  b</pre>\n<p>", "<pre class=\"x\">a\n  b</pre> <p>"},
		"pre":                 {"<pre>a\n  {{.}}\n  b</pre>\n  <b>", "<pre>a\n  x\n  b</pre><b>"},
		"textarea":            {"<textarea>\n a\n</textarea>\n", "<textarea>\n a\n</textarea>"},
		"a template's own":    {"{{define \"a\"}}\n  <b>\n{{end}}\n\n{{template \"a\"}}\n<i>", "<b><i>"},
		"no element of these": {"<p>\n  pre\n</p>", "<p> pre </p>"},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := template.New("page").Parse(c.source)
			if err != nil {
				t.Fatal(err)
			}
			dropIndentation(page)
			var got strings.Builder
			if err := page.Execute(&got, "x"); err != nil {
				t.Fatal(err)
			}
			if got.String() != c.want {
				t.Errorf("%q is %q, want %q", c.source, got.String(), c.want)
			}
		})
	}
}
