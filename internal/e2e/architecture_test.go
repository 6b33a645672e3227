package e2e

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayImport lists the packages that each package may import. Dependencies point one
// way, and adapters do not import each other.
var mayImport = map[string][]string{
	"cesi/cmd/cesi": {"cesi/internal/auth", "cesi/internal/cesi", "cesi/internal/config", "cesi/internal/conns", "cesi/internal/fleet",
		"cesi/internal/server", "cesi/internal/server/pages", "cesi/internal/server/session", "cesi/internal/store", "cesi/internal/store/legacy", "cesi/internal/supervisor"},
	"cesi/cmd/demo":     {},
	"cesi/internal/e2e": {},
	"cesi/internal/server": {
		"cesi/internal/server/pages", "cesi/internal/server/api", "cesi/internal/server/stream", "cesi/internal/server/session",
		"cesi/internal/server/request", "cesi/internal/server/view",
		"cesi/internal/fleet", "cesi/internal/logtail", "cesi/internal/manual", "cesi/internal/i18n", "cesi/internal/auth", "cesi/internal/store", "cesi/internal/cesi", "cesi/web",
	},
	"cesi/internal/server/pages": {
		"cesi/internal/server/view", "cesi/internal/server/request", "cesi/internal/server/session",
		"cesi/internal/fleet", "cesi/internal/auth", "cesi/internal/store", "cesi/internal/logtail", "cesi/internal/manual", "cesi/internal/i18n", "cesi/internal/config", "cesi/internal/cesi",
	},
	"cesi/internal/server/api": {
		"cesi/internal/server/request", "cesi/internal/server/session",
		"cesi/internal/fleet", "cesi/internal/auth", "cesi/internal/store", "cesi/internal/logtail", "cesi/internal/cesi",
	},
	"cesi/internal/server/stream": {
		"cesi/internal/server/request", "cesi/internal/server/session", "cesi/internal/ansi",
		"cesi/internal/live", "cesi/internal/logtail", "cesi/internal/fleet", "cesi/internal/i18n", "cesi/internal/cesi",
	},
	"cesi/internal/server/view": {
		"cesi/internal/server/request", "cesi/internal/ansi", "cesi/internal/fleet", "cesi/internal/history", "cesi/internal/logtail", "cesi/internal/i18n", "cesi/internal/cesi", "cesi/web",
	},
	"cesi/internal/server/view/viewtest":      {"cesi/internal/server/view", "cesi/internal/i18n", "cesi/web"},
	"cesi/internal/server/request":            {"cesi/internal/fleet", "cesi/internal/store", "cesi/internal/auth", "cesi/internal/logtail", "cesi/internal/i18n", "cesi/internal/cesi"},
	"cesi/internal/server/session":            {"cesi/internal/auth", "cesi/internal/cesi"},
	"cesi/internal/fleet/fleettest":           {"cesi/internal/fleet", "cesi/internal/cesi"},
	"cesi/internal/ansi":                      {},
	"cesi/internal/conns":                     {},
	"cesi/internal/live":                      {"cesi/internal/cesi"},
	"cesi/internal/logtail":                   {"cesi/internal/cesi"},
	"cesi/internal/i18n":                      {"cesi/internal/cesi"},
	"cesi/internal/manual":                    {},
	"cesi/internal/fleet":                     {"cesi/internal/history", "cesi/internal/follow", "cesi/internal/cesi"},
	"cesi/internal/follow":                    {"cesi/internal/cesi"},
	"cesi/internal/history":                   {"cesi/internal/cesi"},
	"cesi/internal/auth":                      {"cesi/internal/cesi"},
	"cesi/internal/store":                     {"cesi/internal/cesi", "cesi/migrations"},
	"cesi/internal/store/legacy":              {"cesi/internal/store", "cesi/internal/cesi"},
	"cesi/internal/supervisor":                {"cesi/internal/cesi"},
	"cesi/internal/config":                    {"cesi/internal/cesi"},
	"cesi/internal/cesi":                      {},
	"cesi/web":                                {},
	"cesi/migrations":                         {},
	"cesi/internal/supervisor/supervisortest": {"cesi/internal/cesi"},
}

func TestArchitecture_Imports(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "cesi/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		allowed, known := mayImport[p.ImportPath]
		if !known {
			t.Errorf("%s is not in mayImport: say there what it may import", p.ImportPath)
		}
		for _, path := range p.Imports {
			if strings.HasPrefix(path, "cesi/") && !slices.Contains(allowed, path) {
				t.Errorf("%s must not import %s", p.ImportPath, path)
			}
		}
	}
}

// maxShare and maxMethods bound one package and one receiver.
const (
	maxShare   = 0.16
	maxMethods = 60
)

// source is one package as its files say it, without its tests.
type source struct {
	lines   int
	types   map[string]bool
	methods map[string][]*ast.FuncDecl // by receiver
}

// sourcesOf reads the packages of the program, by folder.
func sourcesOf(t *testing.T) map[string]source {
	t.Helper()
	packages := map[string]source{}
	for _, dir := range packageDirs(t, "../../cmd", "../../internal", "../../web", "../../migrations") {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		p := source{types: map[string]bool{}, methods: map[string][]*ast.FuncDecl{}}
		for _, path := range files {
			if !strings.HasSuffix(path, "_test.go") {
				p.read(t, path)
			}
		}
		if p.lines > 0 {
			packages[strings.TrimPrefix(filepath.ToSlash(dir), "../../")] = p
		}
	}
	return packages
}

// read adds a file to the package.
func (p *source) read(t *testing.T, path string) {
	t.Helper()
	text := fileText(t, path)
	p.lines += strings.Count(text, "\n")
	file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if spec, is := spec.(*ast.TypeSpec); is {
					p.types[spec.Name.Name] = true
				}
			}
		case *ast.FuncDecl:
			if d.Recv != nil {
				receiver := receiverOf(d.Recv.List[0].Type)
				p.methods[receiver] = append(p.methods[receiver], d)
			}
		}
	}
}

// receiverOf is the name of a receiver's type: T for T, *T, T[K] and *T[K, V].
func receiverOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiverOf(e.X)
	case *ast.IndexExpr:
		return receiverOf(e.X)
	case *ast.IndexListExpr:
		return receiverOf(e.X)
	default:
		return nameOf(e)
	}
}

func TestPackages_Size(t *testing.T) {
	packages := sourcesOf(t)
	total := 0
	for _, p := range packages {
		total += p.lines
	}
	for dir, p := range packages {
		if share := float64(p.lines) / float64(total); share > maxShare {
			t.Errorf("%s has %d of %d lines, %.1f%%: want at most %.0f%%", dir, p.lines, total, 100*share, 100*maxShare)
		}
		for receiver, methods := range p.methods {
			if len(methods) > maxMethods {
				t.Errorf("%s: %s has %d methods, want at most %d", dir, receiver, len(methods), maxMethods)
			}
		}
	}
}

// A method may have the name of a type only if it returns one of that type, as
// time.Time.Month does. Error() string is Go's own exception.
func TestPackages_NoTypeAndMethodOfOneName(t *testing.T) {
	for dir, p := range sourcesOf(t) {
		for receiver, methods := range p.methods {
			for _, method := range methods {
				name := method.Name.Name
				if p.types[name] && name != "Error" && !returns(method, name) {
					t.Errorf("%s: %s is a type, and a method of %s that returns none", dir, name, receiver)
				}
			}
		}
	}
}

// returns reports whether one of a method's results is of the type, or made of it.
func returns(method *ast.FuncDecl, name string) bool {
	found := false
	if method.Type.Results != nil {
		ast.Inspect(method.Type.Results, func(n ast.Node) bool {
			id, is := n.(*ast.Ident)
			found = found || is && id.Name == name
			return true
		})
	}
	return found
}
