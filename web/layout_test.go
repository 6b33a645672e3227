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
	tag      string // the present tag, such as "<li"
	quote    string // of the attribute value that it is in
	verbatim string // the end of the present element with verbatim text, such as "</pre"
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
		r.depth++ // for its attributes, then for its content
		r.tag = token
	}
}

// readTag reads the part between the name of a tag and its end.
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
	eachTemplate(t, func(path, content string) {
		for _, problem := range layoutProblems(content) {
			t.Errorf("templates/%s:%s", path, problem)
		}
	})
}

var (
	addressValue = regexp.MustCompile(`\b(?:href|src|action|formaction)="((?:\{\{.*?\}\}|[^"{])*)"`)
	anyAction    = regexp.MustCompile(`\{\{.*?\}\}`)
	branchAction = regexp.MustCompile(`^\{\{(if|else|end|with)\b`)
)

// gluedAddresses lists the addresses that a template puts together: those with a text, or
// a second action, next to an action. Only the branches of an if may have one each.
func gluedAddresses(template string) []string {
	var list []string
	for _, m := range addressValue.FindAllStringSubmatch(template, -1) {
		values, branches := 0, 1
		for _, action := range anyAction.FindAllString(m[1], -1) {
			switch {
			case strings.HasPrefix(action, "{{else"):
				branches++
			case !branchAction.MatchString(action):
				values++
			}
		}
		if values > branches || values > 0 && anyAction.ReplaceAllString(m[1], "") != "" {
			list = append(list, m[1])
		}
	}
	return list
}

func TestTemplates_GlueNoAddresses(t *testing.T) {
	for template, want := range map[string]int{
		`<a href="{{local .Link}}">`:                       0,
		`<a href="#contents">`:                             0,
		`<a href="{{if .A}}{{.A}}{{else}}{{.B}}{{end}}">`:  0,
		`<a href="{{url "nodes"}}?q={{.Text}}">`:           1,
		`<a href="{{url "nodes" .Name}}#{{.RowID}}">`:      1,
		`<form action="/nodes/{{.Name}}">`:                 1,
		`<button formaction="{{local .Link}}{{.Action}}">`: 1,
	} {
		t.Run(template, func(t *testing.T) {
			if got := gluedAddresses(template); len(got) != want {
				t.Errorf("%s glues %q, want %d", template, got, want)
			}
		})
	}
	eachTemplate(t, func(path, content string) {
		for _, address := range gluedAddresses(content) {
			t.Errorf("templates/%s puts the address %q together: make it a field", path, address)
		}
	})
}

// eachTemplate calls f with the path and the content of each template.
func eachTemplate(t *testing.T, f func(path, content string)) {
	t.Helper()
	err := fs.WalkDir(Templates(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(Templates(), path)
		f(path, string(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
