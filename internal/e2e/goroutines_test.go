package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// uncontained lists, by file and function, the goroutines that don't run inside
// cesi.Contain, and why they need not.
func uncontained() map[string]string {
	return map[string]string{
		"cmd/demo/child.go startChild":                            "a demonstration, not the program",
		"cmd/cesi/check.go checkNodes":                            "a command whose output is all that it does",
		"internal/supervisor/supervisortest/supervisor.go launch": "for tests",
		"internal/supervisor/waiting.go postWaiting":              "sets a deadline",
		"internal/supervisor/log_follow.go FollowLog":             "cancels a context",
		"internal/fleet/changes.go Changes":                       "takes a channel off a list",
		"internal/fleet/logs.go FollowLog":                        "waits and cancels a context",
		"internal/fleet/poller.go loop":                           "waits and cancels a context",
		"internal/fleet/operation.go Drain":                       "waits and closes a channel",
	}
}

func TestGoroutines_AreContained(t *testing.T) {
	for _, dir := range packageDirs(t, "../../cmd", "../../internal") {
		functions := functionsIn(t, dir)
		for _, f := range functions {
			ast.Inspect(f.decl, func(n ast.Node) bool {
				work := startedBy(n)
				if work == nil || contains(work, functions) {
					return true
				}
				key := f.file + " " + f.decl.Name.Name
				if _, found := uncontained()[key]; !found {
					t.Errorf("%s starts a goroutine that a panic would make the end of the process: do its work inside cesi.Contain", key)
				}
				return true
			})
		}
	}
}

// function is one function of a package, with its file.
type function struct {
	file string
	decl *ast.FuncDecl
}

func packageDirs(t *testing.T, roots ...string) []string {
	t.Helper()
	var dirs []string
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				dirs = append(dirs, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return dirs
}

func functionsIn(t *testing.T, dir string) []function {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var list []function
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if decl, is := d.(*ast.FuncDecl); is {
				list = append(list, function{strings.TrimPrefix(filepath.ToSlash(path), "../../"), decl})
			}
		}
	}
	return list
}

// startedBy returns the function that a node runs in another goroutine, nil if there is
// none.
func startedBy(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.GoStmt:
		return n.Call
	case *ast.CallExpr:
		switch called := nameOf(n.Fun); {
		case called == "Go" && len(n.Args) == 1:
			return n.Args[0]
		case called == "AfterFunc" && nameOf(n.Args[1]) != "cancel":
			return n.Args[1]
		}
	}
	return nil
}

// contains reports whether the work calls Contain, itself or in a function of the
// package that it calls.
func contains(work ast.Node, functions []function) bool {
	if callsContain(work) {
		return true
	}
	found := false
	ast.Inspect(work, func(n ast.Node) bool {
		if call, is := n.(*ast.CallExpr); is {
			called := nameOf(call.Fun)
			found = found || slices.ContainsFunc(functions, func(o function) bool {
				return o.decl.Name.Name == called && callsContain(o.decl)
			})
		}
		return true
	})
	return found
}

func callsContain(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if call, is := n.(*ast.CallExpr); is {
			found = found || slices.Contains([]string{"Contain", "contain", "contained", "keep"}, nameOf(call.Fun))
		}
		return true
	})
	return found
}

// nameOf returns the last name of an expression such as a.b.c; "" for any other.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
