package web

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// maxColumns is the length of a line of a template, but for one that holds one
// sentence and nothing else.
const maxColumns = 140

var (
	layoutToken = regexp.MustCompile(`(?s)\{\{/\*.*?\*/\}\}|\{\{.*?\}\}|<!?/?[a-zA-Z0-9]+|/?>|["'\n]`)
	layoutOpen  = regexp.MustCompile(`^\{\{(if|range|with|define|block)\b`)
	layoutClose = regexp.MustCompile(`^\s*(\{\{(end|else)\b|</|/?>)`)
	layoutVoid  = regexp.MustCompile(`^<(!doctype|meta|link|input|br|col)$`)
	oneSentence = regexp.MustCompile(`^\s*\{\{t "[^"]*"[^"]*\}\}(\{\{" "\}\})?$`)
)

// layoutReader follows how deep the lines of a template are nested.
type layoutReader struct {
	depth    int
	tag      string // the tag that it is in, such as "<li"
	quote    string // of the attribute value that it is in
	verbatim string // the end of the element whose text is kept, such as "</pre"
}

// layoutProblems lists the lines of a template that are indented by something
// else than two spaces for each tag and action they are in, or too long.
func layoutProblems(template string) []string {
	var problems []string
	var reader layoutReader
	lines := strings.Split(template, "\n")
	number := 1
	for _, at := range layoutToken.FindAllStringIndex(template, -1) {
		token := template[at[0]:at[1]]
		number += strings.Count(token, "\n")
		if token != "\n" {
			reader.read(token)
			continue
		}
		line := lines[number-1]
		want := reader.indentation(line)
		if got := len(line) - len(strings.TrimLeft(line, " \t")); want >= 0 && line != "" && got != want {
			problems = append(problems, fmt.Sprintf("%d: indented by %d, not %d", number, got, want))
		}
	}
	for i, line := range lines {
		if length := len([]rune(line)); length > maxColumns && !oneSentence.MatchString(line) {
			problems = append(problems, fmt.Sprintf("%d: %d columns", i+1, length))
		}
	}
	return problems
}

// indentation is that of a line that begins here; negative where any will do.
func (r *layoutReader) indentation(line string) int {
	switch {
	case r.verbatim != "" || r.quote != "":
		return -1
	case layoutClose.MatchString(line):
		return 2 * (r.depth - 1)
	default:
		return 2 * r.depth
	}
}

func (r *layoutReader) read(token string) {
	switch {
	case strings.HasPrefix(token, "{{"):
		if layoutOpen.MatchString(token) {
			r.depth++
		} else if token == "{{end}}" {
			r.depth--
		}
	case r.tag != "":
		r.readTag(token)
	case r.verbatim != "" && token != r.verbatim:
		// Its elements are text.
	case strings.HasPrefix(token, "</"):
		r.verbatim = ""
		r.depth--
		r.tag = token
	case strings.HasPrefix(token, "<"):
		r.depth++ // for its attributes, then for what is in it
		r.tag = token
	}
}

// readTag reads what is between the name of a tag and its end.
func (r *layoutReader) readTag(token string) {
	switch {
	case r.quote != "":
		if token == r.quote {
			r.quote = ""
		}
	case token == `"` || token == "'":
		r.quote = token
	case token == "/>" || token == ">":
		if token == "/>" || layoutVoid.MatchString(r.tag) {
			r.depth--
		}
		if r.tag == "<pre" || r.tag == "<textarea" || r.tag == "<script" {
			r.verbatim = "</" + r.tag[1:]
		}
		r.tag = ""
	}
}

func TestLayoutProblems(t *testing.T) {
	for template, want := range map[string]int{
		"<ul>\n  {{range .}}\n    <li>{{.}}</li>\n  {{else}}\n    no\n  {{end}}\n</ul>\n": 0,
		"<ul>\n<li></li>\n</ul>":                                      1,
		"<ul>\n  <li>\n  </li>\n    </ul>":                            1,
		"<a\n  class=\"x\"\n>\n  text\n</a>":                          0,
		"<a\nclass=\"x\"\n  >\n</a>":                                  2,
		"<input\n  name=\"x\"\n>\n<b></b>":                            0,
		"<pre>\nas it is\n</pre>\n<b></b>":                            0,
		"<pre><b>\n{{.}}</b>\n</pre>\n<b></b>":                        0,
		"{{/* a remark\nof two lines */}}\n{{define \"x\"}}\n{{end}}": 0,
		"<p>" + strings.Repeat("x", maxColumns) + "</p>":              1,
		"{{t \"" + strings.Repeat("x", maxColumns) + "\"}}":           0,
	} {
		if got := layoutProblems(template); len(got) != want {
			t.Errorf("%q has the problems %q, want %d", template, got, want)
		}
	}
}

func TestTemplates_Layout(t *testing.T) {
	err := fs.WalkDir(Templates(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(Templates(), path)
		for _, problem := range layoutProblems(string(content)) {
			t.Errorf("templates/%s:%s", path, problem)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
