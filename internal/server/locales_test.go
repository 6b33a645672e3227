package server

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/web"
)

// saidInTemplates finds the texts of the templates.
func saidInTemplates(t *testing.T, said map[string]bool) {
	t.Helper()
	text := regexp.MustCompile(`\b(?:t|sentence) ("(?:[^"\\]|\\.)*")`)
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

// saidInCode finds the texts of the files.
func saidInCode(t *testing.T, files []string, said map[string]bool) {
	t.Helper()
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if table, is := n.(*ast.CompositeLit); is {
				noteActionText(t, file, table, said)
			}
			call, is := n.(*ast.CallExpr)
			if !is {
				return true
			}
			at, says := textOf(call, parsed.Name.Name)
			if !says {
				return true
			}
			if literal, is := call.Args[at].(*ast.BasicLit); is {
				note(t, file, literal.Value, said)
			} else if parsed.Name.Name != "cesi" && isCesiCall(call) && !strings.HasPrefix(file, "view/translate") && file != "view/action_words.go" {
				t.Errorf("%s: a text is no literal, so that this test can't look for it", file)
			}
			return true
		})
	}
	delete(said, "%s")
}

// noteActionText notes the texts of an entry in the table of actions.
func noteActionText(t *testing.T, file string, table *ast.CompositeLit, said map[string]bool) {
	t.Helper()
	if name, is := table.Type.(*ast.Ident); !is || name.Name != "actionText" {
		return
	}
	for _, element := range table.Elts {
		pair, is := element.(*ast.KeyValueExpr)
		if !is {
			continue
		}
		if literal, is := pair.Value.(*ast.BasicLit); is {
			note(t, file, literal.Value, said)
		}
	}
}

// textOf returns which argument of a call is a text, if it is one of cesi.T, At, Errorf and
// Wrap, of Base.Say or of a Localizer's Sprintf.
func textOf(call *ast.CallExpr, within string) (at int, says bool) {
	name, method := "", false
	switch f := call.Fun.(type) {
	case *ast.Ident:
		if within == "cesi" {
			name = f.Name
		}
	case *ast.SelectorExpr:
		of, _ := f.X.(*ast.Ident)
		method = of == nil || of.Name != "fmt" && of.Name != "cesi"
		if method || of.Name == "cesi" {
			name = f.Sel.Name
		}
	}
	if method {
		at, says = map[string]int{"Say": 0, "Sprintf": 0}[name], name == "Say" || name == "Sprintf"
	} else {
		at, says = map[string]int{"T": 0, "At": 0, "Errorf": 1, "Wrap": 2}[name], slices.Contains([]string{"T", "At", "Errorf", "Wrap"}, name)
	}
	return at, says && len(call.Args) > at
}

func isCesiCall(call *ast.CallExpr) bool {
	selector, is := call.Fun.(*ast.SelectorExpr)
	if !is {
		return false
	}
	of, _ := selector.X.(*ast.Ident)
	return of != nil && of.Name == "cesi"
}

// goFiles returns the files of the folders whose texts people may read in a page. The
// API speaks English, and some errors are for the command line only.
func goFiles(t *testing.T, folders ...string) []string {
	t.Helper()
	var list []string
	for _, folder := range folders {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, files...)
	}
	other := regexp.MustCompile(`_test\.go$|auth/bootstrap|store/inspect`)
	return slices.DeleteFunc(list, other.MatchString)
}

var (
	pageFolders = []string{".", "pages", "stream", "session", "request", "view", "../i18n", "../logtail"}
	// storedFolders are where the texts come from that the database keeps.
	storedFolders = []string{"../fleet", "../follow", "../auth", "../cesi", "../supervisor", "../store"}
)

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
	saidInCode(t, goFiles(t, slices.Concat(pageFolders, storedFolders)...), said)
	maps.Copy(said, keptTexts(t))
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

// keptTexts are the texts that a database may hold: texts.txt lists them, one a line, as
// Go strings. A text is its own id, so that another number of arguments makes another
// text.
func keptTexts(t *testing.T) map[string]bool {
	t.Helper()
	data, err := os.ReadFile("testdata/texts.txt")
	if err != nil {
		t.Fatal(err)
	}
	kept := make(map[string]bool)
	for line := range strings.Lines(string(data)) {
		note(t, "texts.txt", strings.TrimSpace(line), kept)
	}
	return kept
}

func TestLocales_KeepStoredTexts(t *testing.T) {
	said, kept, chinese := make(map[string]bool), keptTexts(t), catalogue(t, "zh-CN.json")
	saidInCode(t, goFiles(t, storedFolders...), said)
	for _, text := range slices.Sorted(maps.Keys(said)) {
		if !kept[text] {
			t.Errorf("entries of the activity log may now hold this text: add it to testdata/texts.txt\n%s", strconv.Quote(text))
		}
	}
	for _, text := range slices.Sorted(maps.Keys(kept)) {
		if _, found := chinese[text]; !found {
			t.Errorf("zh-CN.json has lost %s, which old entries of the activity log hold", strconv.Quote(text))
		}
	}
}
