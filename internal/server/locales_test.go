package server

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/web"
)

// saidInTemplates finds the texts that templates say, saidInCode those of the code.
func saidInTemplates(t *testing.T, said map[string]bool) {
	t.Helper()
	text := regexp.MustCompile(`\bt ("(?:[^"\\]|\\.)*")`)
	err := fs.WalkDir(web.Templates(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(web.Templates(), path)
		for _, m := range text.FindAllStringSubmatch(string(content), -1) {
			note(t, path, m[1], said)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func saidInCode(t *testing.T, said map[string]bool) {
	t.Helper()
	for _, pattern := range []string{"*.go", "*/*.go", "../i18n/*.go", "../logtail/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				if call, is := n.(*ast.CallExpr); is && says(call) {
					note(t, file, call.Args[0].(*ast.BasicLit).Value, said)
				}
				return true
			})
		}
	}
}

// says reports whether a call says a literal text: i18n.Of, i18n.At, Say, or the
// Sprintf of a Localizer.
func says(call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	if _, literal := call.Args[0].(*ast.BasicLit); !literal {
		return false
	}
	selector, is := call.Fun.(*ast.SelectorExpr)
	if !is {
		return false
	}
	of, _ := selector.X.(*ast.Ident)
	return selector.Sel.Name == "Say" || selector.Sel.Name == "Sprintf" && (of == nil || of.Name != "fmt") || of != nil && of.Name == "i18n" && slices.Contains([]string{"Of", "At"}, selector.Sel.Name)
}

func note(t *testing.T, where, literal string, said map[string]bool) {
	t.Helper()
	text, err := strconv.Unquote(literal)
	if err != nil {
		t.Errorf("%s: %s: %v", where, literal, err)
	}
	said[text] = true
}

func catalogue(t *testing.T, name string) map[string]json.RawMessage {
	t.Helper()
	data, err := fs.ReadFile(web.Locales(), name)
	if err != nil {
		t.Fatal(err)
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(data, &entries); err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestLocales_ListExactlyTheTexts(t *testing.T) {
	said := make(map[string]bool)
	saidInTemplates(t, said)
	saidInCode(t, said)
	for _, action := range cesi.Actions() {
		said[string(action)] = true // in the filter of the activity log
	}
	if len(said) == 0 {
		t.Fatal("nothing is said")
	}
	chinese := catalogue(t, "zh-CN.json")
	for _, text := range slices.Sorted(maps.Keys(said)) {
		if _, found := chinese[text]; !found {
			t.Errorf("zh-CN.json has no %s", strconv.Quote(text))
		}
	}
	for name, entries := range map[string]map[string]json.RawMessage{"zh-CN.json": chinese, "en.json": catalogue(t, "en.json")} {
		for text := range entries {
			if !said[text] {
				t.Errorf("%s has %s, which nothing says", name, strconv.Quote(text))
			}
		}
	}
}

// verbs lists the verbs of a format, in the order of its arguments.
func verbs(format string) []string {
	list := regexp.MustCompile(`%(?:\[\d+\])?[-+#0-9.]*[a-zA-Z]`).FindAllString(format, -1)
	for i, verb := range list {
		list[i] = verb[len(verb)-1:]
	}
	slices.Sort(list)
	return list
}

func TestLocales_SameArguments(t *testing.T) {
	entries := catalogue(t, "zh-CN.json")
	maps.Copy(entries, catalogue(t, "sentences/zh-CN.json"))
	for text, entry := range entries {
		var translation string
		if err := json.Unmarshal(entry, &translation); err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if !slices.Equal(verbs(text), verbs(translation)) {
			t.Errorf("%q takes %v, %q takes %v", text, verbs(text), translation, verbs(translation))
		}
	}
}

// errorSources are the files whose errors people may read in a page.
func errorSources(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, folder := range []string{".", "pages", "api", "stream", "session", "request", "view", "../fleet", "../auth", "../cesi", "../supervisor", "../logtail", "../store"} {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, files...)
	}
	atStart := regexp.MustCompile(`_test\.go$|auth/bootstrap|store/inspect|^api`)
	return slices.DeleteFunc(list, atStart.MatchString)
}

// saidInErrors finds the sentences of cesi.Errorf and Wrap, and all other texts
// beside them, which may be sentences too.
func saidInErrors(t *testing.T) (sentences, texts map[string]bool) {
	t.Helper()
	sentences, texts = make(map[string]bool), make(map[string]bool)
	for _, file := range errorSources(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if literal, is := n.(*ast.BasicLit); is && literal.Kind == token.STRING {
				note(t, file, literal.Value, texts)
			}
			if call, is := n.(*ast.CallExpr); is {
				if literal := sentenceOf(call); literal != nil {
					note(t, file, literal.Value, sentences)
				}
			}
			if strings.HasPrefix(file, "../fleet/") {
				for _, literal := range messagesIn(n) {
					note(t, file, literal.Value, sentences)
				}
			}
			return true
		})
	}
	delete(sentences, "%s")
	return sentences, texts
}

// sentenceOf is the format of an error that is made; nil for any other call.
func sentenceOf(call *ast.CallExpr) *ast.BasicLit {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		if of, is := f.X.(*ast.Ident); is && of.Name == "cesi" {
			name = f.Sel.Name
		}
	}
	at := map[string]int{"Errorf": 1, "Wrap": 2}[name]
	if at == 0 || len(call.Args) <= at {
		return nil
	}
	literal, _ := call.Args[at].(*ast.BasicLit)
	return literal
}

// messagesIn are the formats of what a command says of itself: in the activity log,
// to those who wait, and as the reason why a process is not started.
func messagesIn(n ast.Node) (list []*ast.BasicLit) {
	said := func(name string) bool { return slices.Contains([]string{"Message", "Reason", "why"}, name) }
	add := func(e ast.Expr) {
		if call, is := e.(*ast.CallExpr); is && len(call.Args) > 0 {
			if f, is := call.Fun.(*ast.SelectorExpr); is && f.Sel.Name == "Sprintf" {
				e = call.Args[0]
			}
		}
		if literal, is := e.(*ast.BasicLit); is && literal.Kind == token.STRING && strings.Contains(literal.Value, " ") {
			list = append(list, literal)
		}
	}
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, is := n.Key.(*ast.Ident); is && said(key.Name) {
			add(n.Value)
		}
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			switch to := to.(type) {
			case *ast.SelectorExpr:
				if said(to.Sel.Name) && len(n.Rhs) == len(n.Lhs) {
					add(n.Rhs[i])
				}
			case *ast.Ident:
				if to.Name == "message" && len(n.Rhs) == len(n.Lhs) {
					add(n.Rhs[i])
				}
			}
		}
	case *ast.CallExpr:
		if f, is := n.Fun.(*ast.SelectorExpr); is && slices.Contains([]string{"pending", "sent"}, f.Sel.Name) {
			for _, arg := range n.Args {
				add(arg)
			}
		}
	}
	return list
}

func TestLocales_ListExactlyTheErrorSentences(t *testing.T) {
	sentences, texts := saidInErrors(t)
	if len(sentences) == 0 {
		t.Fatal("there are no errors")
	}
	entries := catalogue(t, "sentences/zh-CN.json")
	for _, sentence := range slices.Sorted(maps.Keys(sentences)) {
		if _, found := entries[sentence]; !found {
			t.Errorf("sentences/zh-CN.json has no %s", strconv.Quote(sentence))
		}
	}
	for sentence := range entries {
		if !texts[sentence] {
			t.Errorf("sentences/zh-CN.json has %s, which nothing says", strconv.Quote(sentence))
		}
	}
}
