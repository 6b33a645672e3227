package web

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// joined lists the files that are joined of others when they are served, under their own
// name: a style sheet, or a module, with all that it imports. A browser asks for one file,
// and nothing has to be built.
func joined() []string {
	return []string{"styles/app.css", "styles/dark.css", "scripts/app.js", "scripts/public.js"}
}

// What the joined files may hold of imports and exports, each on a line of its own.
var (
	styleImport  = regexp.MustCompile(`^@import '([^']*)';$`)
	moduleImport = regexp.MustCompile(`^import (?:(\{[^}]*\}) from )?'([^']*)'$`)
	moduleExport = regexp.MustCompile(`^export ((?:async )?(?:function|const|class) (\w+).*)$`)
)

// join returns a file with what it imports, each file once and before those that import it.
func join(name string) ([]byte, error) {
	j := joiner{}
	if err := j.add(name); err != nil {
		return nil, err
	}
	return j.to.Bytes(), nil
}

type joiner struct {
	to   bytes.Buffer
	done []string
}

func (j *joiner) add(name string) error {
	if slices.Contains(j.done, name) {
		return nil
	}
	j.done = append(j.done, name)
	content, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("join %s: %w", name, err)
	}
	var body strings.Builder
	var exports []string
	for line := range strings.Lines(string(content)) {
		bare := strings.TrimSuffix(line, "\n")
		if m := styleImport.FindStringSubmatch(bare); m != nil {
			err = j.add(path.Join(path.Dir(name), m[1]))
		} else if m := moduleImport.FindStringSubmatch(bare); m != nil {
			from := path.Join(path.Dir(name), m[2])
			if err = j.add(from); m[1] != "" {
				fmt.Fprintf(&body, "const %s = %s\n", m[1], moduleName(from))
			}
		} else if m := moduleExport.FindStringSubmatch(bare); m != nil {
			exports = append(exports, m[2])
			body.WriteString(m[1] + "\n")
		} else {
			body.WriteString(line)
		}
		if err != nil {
			return err
		}
	}
	j.write(name, strings.TrimLeft(body.String(), "\n"), exports)
	return nil
}

// write adds a file. A module becomes a function that returns what it exports, so that its
// other names are its own.
func (j *joiner) write(name, body string, exports []string) {
	if j.to.Len() > 0 {
		j.to.WriteByte('\n')
	}
	if path.Ext(name) == ".css" {
		j.to.WriteString(body)
		return
	}
	fmt.Fprintf(&j.to, "const %s = (() => {\n%s\nreturn { %s }\n})()\n", moduleName(name), body, strings.Join(exports, ", "))
}

// moduleName is the constant that holds what a module exports.
func moduleName(file string) string {
	return "$" + strings.TrimSuffix(path.Base(file), ".js")
}
