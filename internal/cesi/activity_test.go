package cesi_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

// constants returns the values of the constants of a type, as a source file has them.
func constants(t *testing.T, source, typeName string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); ok && of.Name == typeName {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return true
	})
	return values
}

func TestActions_ListsAreComplete(t *testing.T) {
	var actions, results []string
	for _, a := range cesi.Actions() {
		actions = append(actions, string(a))
	}
	for _, r := range cesi.Results() {
		results = append(results, string(r))
	}
	for typeName, listed := range map[string][]string{"Action": actions, "Result": results} {
		declared := constants(t, map[string]string{"Action": "action.go", "Result": "activity.go"}[typeName], typeName)
		slices.Sort(declared)
		slices.Sort(listed)
		if len(declared) == 0 {
			t.Fatalf("no constant of type %s", typeName)
		}
		if diff := cmp.Diff(declared, listed); diff != "" {
			t.Errorf("%s: - declared, + listed:\n%s", typeName, diff)
		}
	}
}
