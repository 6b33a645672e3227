package e2e

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInstall_KeepsExistingFiles(t *testing.T) {
	t.Parallel()
	tree, root := copyTree(t), t.TempDir()
	runMake(t, tree, "install", "DESTDIR="+root)
	want := map[string]fs.FileMode{
		"usr/local/bin/cesi":              0o755,
		"etc/cesi.conf":                   0o640,
		"etc/supervisor/conf.d/cesi.conf": 0o644,
		"var/lib/cesi":                    fs.ModeDir | 0o750,
	}
	if diff := cmp.Diff(want, installed(t, root)); diff != "" {
		t.Errorf("what is installed:\n%s", diff)
	}
	if out, err := exec.CommandContext(t.Context(), root+"/usr/local/bin/cesi", "version").CombinedOutput(); err != nil {
		t.Errorf("the installed program: %v\n%s", err, out)
	}
	sample := replace(t, fileText(t, "../../cesi.conf.sample"), "\n;database = cesi.db\n", "\ndatabase = /var/lib/cesi/cesi.db\n")
	if diff := cmp.Diff(sample, fileText(t, root+"/etc/cesi.conf")); diff != "" {
		t.Errorf("the configuration is not the sample:\n%s", diff)
	}
	program := fileText(t, root+"/etc/supervisor/conf.d/cesi.conf")
	if !strings.Contains(strings.Join(codeBlocks(t, manualInstall, "ini"), "\n"), program) {
		t.Errorf("the manual has another program:\n%s", program)
	}

	for _, file := range []string{"etc/cesi.conf", "etc/supervisor/conf.d/cesi.conf"} {
		if err := os.WriteFile(filepath.Join(root, file), []byte("mine\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := runMake(t, tree, "install", "DESTDIR="+root)
	for _, file := range []string{"etc/cesi.conf", "etc/supervisor/conf.d/cesi.conf"} {
		if text := fileText(t, filepath.Join(root, file)); text != "mine\n" {
			t.Errorf("%s is overwritten: %s", file, text)
		}
		if !strings.Contains(out, file+" is there already: left as it is") {
			t.Errorf("make does not say that %s is left as it is:\n%s", file, out)
		}
	}

	other := t.TempDir()
	if err := os.MkdirAll(other+"/conf/supervisord.d", 0o750); err != nil {
		t.Fatal(err)
	}
	runMake(t, tree, "install", "DESTDIR="+other, "PREFIX=/opt", "SYSCONF=/conf", "STATE=/state")
	text := fileText(t, other+"/conf/supervisord.d/cesi.ini")
	for _, line := range []string{"command = /opt/bin/cesi -c /conf/cesi.conf\n", "directory = /state\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is missing in:\n%s", line, text)
		}
	}
}

func TestInstall_NeedsNoGoIfBuilt(t *testing.T) {
	t.Parallel()
	tree := copyTree(t)
	if err := os.WriteFile(filepath.Join(tree, "cesi"), []byte("#!/bin/sh\necho built before\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	old := t.TempDir() // holds a Go that is too old
	if err := os.WriteFile(filepath.Join(old, "go"), []byte("#!/bin/sh\necho go version go1.19 linux/amd64\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/usr/bin:/bin", old + ":/usr/bin:/bin"} {
		root := t.TempDir()
		out := runMake(t, tree, "install", "DESTDIR="+root, "PATH="+path)
		if text := fileText(t, root+"/usr/local/bin/cesi"); !strings.Contains(text, "built before") || !strings.Contains(out, "installing ./cesi as it was built") {
			t.Errorf("with PATH %s it installed %.40q and said:\n%s", path, text, out)
		}
	}
	if err := os.Remove(filepath.Join(tree, "cesi")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "make", "install", "DESTDIR="+t.TempDir(), "PATH=/usr/bin:/bin")
	cmd.Dir = tree
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "Go is missing") {
		t.Errorf("without a program: %v\n%s", err, out)
	}
}

// installed are the files below root and the folders without any, with their
// modes.
func installed(t *testing.T, root string) map[string]fs.FileMode {
	t.Helper()
	modes := make(map[string]fs.FileMode)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		delete(modes, filepath.Dir(name))
		modes[name] = info.Mode()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return modes
}
