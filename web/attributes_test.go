package web

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// attributes reads attributes.json: what each data attribute means, by name and by who
// reads it: the scripts, the style sheets, the package live, or htmx as base.html
// configures it. htmx's own attributes begin with data-hx- and are not in it.
func attributes(t *testing.T) map[string]map[string]string {
	t.Helper()
	content, err := os.ReadFile("attributes.json")
	if err != nil {
		t.Fatal(err)
	}
	var list map[string]map[string]string
	if err := json.Unmarshal(content, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// attributesIn returns the data attributes that the expression finds in a folder's files,
// sorted. A property of dataset is named as its attribute is.
func attributesIn(t *testing.T, fsys fs.FS, suffix, expression string) []string {
	t.Helper()
	found := make(map[string]bool)
	for _, name := range names(t, fsys, suffix, expression) {
		name = strings.TrimPrefix(name, "[")
		if rest, is := strings.CutPrefix(name, "dataset."); is {
			name = "data-" + regexp.MustCompile(`[A-Z]`).ReplaceAllStringFunc(rest, func(c string) string { return "-" + strings.ToLower(c) })
		}
		if !strings.HasPrefix(name, "data-hx-") {
			found[name] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestAttributes_ListIsWhatTheTemplatesSet(t *testing.T) {
	listed := make(map[string]bool)
	for _, attributes := range attributes(t) {
		for name, meaning := range attributes {
			listed[name] = true
			if meaning == "" {
				t.Errorf("attributes.json does not say what %s means", name)
			}
		}
	}
	set := attributesIn(t, Templates(), ".html", `[\s}](data-[a-z-]+)(?:[="\s>{:])`)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(listed)), set); diff != "" {
		t.Errorf("attributes.json (-) and the templates (+) differ:\n%s", diff)
	}
}

func TestAttributes_ListIsWhatIsRead(t *testing.T) {
	list := attributes(t)
	for reader, read := range map[string][]string{
		"scripts": attributesIn(t, folder("scripts"), ".js", `(\[data-[a-z-]+|dataset\.[a-zA-Z]+)`),
		"styles":  attributesIn(t, folder("styles"), ".css", `\[(data-[a-z-]+)`),
		"live":    attributesIn(t, os.DirFS("../internal/live"), "live.go", `"(data-[a-z-]+)"`),
		"htmx":    attributesIn(t, Templates(), "base.html", `\[(data-[a-z-]+)\]`),
	} {
		t.Run(reader, func(t *testing.T) {
			if diff := cmp.Diff(slices.Sorted(maps.Keys(list[reader])), read); diff != "" {
				t.Errorf("attributes.json (-) and what reads them as %q (+) differ:\n%s", reader, diff)
			}
		})
	}
}
