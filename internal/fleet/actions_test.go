package fleet

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"cesi/internal/cesi"
)

// TestActions_EachCommandIsExecuted checks that the code that executes commands has a case
// for each action that the table of actions calls one.
func TestActions_EachCommandIsExecuted(t *testing.T) {
	executed := make(map[string]bool) // by the constant's name
	for _, file := range []string{"execute.go", "send.go", "daemon_run.go"} {
		ast.Inspect(parseFile(t, file), func(n ast.Node) bool {
			if selector, is := n.(*ast.SelectorExpr); is {
				executed[selector.Sel.Name] = true
			}
			return true
		})
	}
	ast.Inspect(parseFile(t, "../cesi/action.go"), func(n ast.Node) bool {
		constant, is := n.(*ast.ValueSpec)
		if !is || len(constant.Values) == 0 {
			return true
		}
		if literal, is := constant.Values[0].(*ast.BasicLit); is && literal.Kind == token.STRING {
			value, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			if cesi.Action(value).IsCommand() && !executed[constant.Names[0].Name] {
				t.Errorf("nothing executes %q", value)
			}
		}
		return true
	})
}

func parseFile(t *testing.T, name string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return file
}
