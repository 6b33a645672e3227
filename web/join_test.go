package web

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sources lists the files that are joined into others, such as "scripts/log.js".
func sources(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, pattern := range []string{"styles/*", "scripts/*"} {
		names, err := fs.Glob(files, pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %q, %v", pattern, names, err)
		}
		list = append(list, names...)
	}
	return list
}

func TestJoin_EveryFileOnceAndAfterItsImports(t *testing.T) {
	unused := sources(t)
	for _, name := range joined() {
		j := joiner{}
		if err := j.add(name); err != nil {
			t.Fatal(err)
		}
		if last := len(j.done) - 1; j.done[0] != name || last == 0 && path.Base(name) != "dark.css" {
			t.Errorf("%s is joined of %q", name, j.done)
		}
		for _, part := range j.done {
			unused = slices.DeleteFunc(unused, func(f string) bool { return f == part })
		}
		all := j.to.String()
		if left := regexp.MustCompile(`(?m)^\s*(import|export|@import)\b.*`).FindString(all); left != "" {
			t.Errorf("%s keeps %q", name, left)
		}
		for _, m := range regexp.MustCompile(`(?m)^const \{.*\} = (\$\w+)$`).FindAllStringSubmatchIndex(all, -1) {
			if module := all[m[2]:m[3]]; !strings.Contains(all[:m[0]], "const "+module+" = (() => {") {
				t.Errorf("%s uses %s before it is there", name, module)
			}
		}
	}
	if len(unused) > 0 {
		t.Errorf("nothing imports %q", unused)
	}
}

func TestJoin_EveryImportIsExported(t *testing.T) {
	for _, file := range sources(t) {
		content, err := fs.ReadFile(files, file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(content)) {
			m := moduleImport.FindStringSubmatch(strings.TrimSpace(line))
			if m == nil || m[1] == "" {
				continue
			}
			from, err := fs.ReadFile(files, path.Join(path.Dir(file), m[2]))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range regexp.MustCompile(`\w+`).FindAllString(m[1], -1) {
				if !regexp.MustCompile(`(?m)^export (async )?(function|const|class) ` + name + `\b`).Match(from) {
					t.Errorf("%s imports %s, which %s does not export", file, name, m[2])
				}
			}
		}
	}
}
