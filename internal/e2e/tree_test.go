package e2e

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"cesi/internal/supervisor/supervisortest"
)

// The texts whose code blocks are tested: two pages of the manual, and the README.
const (
	manualInstall = "../../web/docs/en/install.md"
	manualProxy   = "../../web/docs/en/proxy.md"
	readme        = "../../README.md"
)

// codeBlocks returns the code blocks of a Markdown file that are in a language.
func codeBlocks(t *testing.T, file, language string) []string {
	t.Helper()
	var blocks []string
	pattern := regexp.MustCompile("(?m)^```" + language + "\n((?s).*?)^```")
	for _, match := range pattern.FindAllStringSubmatch(fileText(t, file), -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}

// sources is a folder without the files of npm.
type sources struct{ fs.FS }

// ReadDir implements fs.ReadDirFS.
func (s sources) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(list, func(e fs.DirEntry) bool { return e.Name() == "node_modules" }), err
}

// copyTree copies the sources, as after a fresh clone.
func copyTree(t *testing.T) string {
	t.Helper()
	supervisortest.SkipShort(t)
	dir := t.TempDir()
	for _, name := range []string{".ci", ".dist", "cmd", "internal", "migrations", "web"} {
		if err := os.CopyFS(filepath.Join(dir, name), sources{os.DirFS("../../" + name)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"Makefile", "README.md", "LICENSE", "cesi.conf.sample", "go.mod", "go.sum"} {
		text := fileText(t, "../../"+name)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// runMake runs make in a tree to its end and returns its output.
func runMake(t *testing.T, tree string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "make", args...)
	cmd.Dir = tree
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("make %s: %v\n%s", args, err, out)
	}
	return string(out)
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
