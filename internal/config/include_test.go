package config

import (
	"os"
	"path/filepath"
	"testing"

	"cesi/internal/cesi"
)

func names(nodes []cesi.Node) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, n.Name)
	}
	return all
}

func TestInclude_RelativeToItsFile(t *testing.T) {
	folder(t, map[string]string{
		"etc/cesi.conf":           "[include]\nfiles = nodes/*.conf ../more.ini, nodes/b.conf\n[node:main]\nhost = x\n",
		"etc/nodes/b.conf":        "[node:b]\nhost = b\n",
		"etc/nodes/a.conf":        "[node:a]\nhost = a\n",
		"etc/nodes/.a.conf.swp":   "garbage",
		"etc/nodes/.hidden.conf":  "garbage",
		"etc/nodes/readme.md":     "garbage",
		"more.ini":                "[environment:all]\nmembers = main, a, b\n[node]\nusername = joe\n",
		"nodes/not-that-one.conf": "garbage",
	})
	c, err := Load("etc/cesi.conf")
	if err != nil {
		t.Fatal(err)
	}
	same(t, names(c.Nodes), []string{"main", "a", "b"})
	same(t, c.Nodes[1].Username, "joe")
	same(t, c.Environments, []cesi.Environment{{Name: "all", Members: []string{"main", "a", "b"}}})
	same(t, texts(c.Warnings), []string{})
}

func TestInclude_MainFileOnlyOnce(t *testing.T) {
	folder(t, map[string]string{"cesi.conf": "[include]\nfiles = *.conf link*\n[node:a]\nhost = a\n"})
	if err := os.Symlink("cesi.conf", "link"); err != nil {
		t.Fatal(err)
	}
	same(t, problemsIn(t, "cesi.conf"), []string{})
}

func TestInclude_FolderNameIsLiteral(t *testing.T) {
	folder(t, map[string]string{
		`odd[1]*\/cesi.conf`: "[include]\nfiles = n*.conf\n",
		`odd[1]*\/n.conf`:    "[node:n]\nhost = n\n",
	})
	c, err := Load(`odd[1]*\/cesi.conf`)
	if err != nil {
		t.Fatal(err)
	}
	same(t, names(c.Nodes), []string{"n"})
}

func TestInclude_AbsolutePath(t *testing.T) {
	folder(t, map[string]string{"else/n.conf": "[node:n]\nhost = n\n"})
	elsewhere, err := filepath.Abs("else")
	if err != nil {
		t.Fatal(err)
	}
	write(t, "cesi.conf", "[include]\nfiles = "+elsewhere+"/*.conf\n")
	c, err := Load("cesi.conf")
	if err != nil {
		t.Fatal(err)
	}
	same(t, names(c.Nodes), []string{"n"})
}

func TestInclude_NoMatchIsAWarning(t *testing.T) {
	same(t, warningsOf(t, "[include]\nfiles = conf.d/*.conf nodes.conf\n"), []string{
		`cesi.conf:2: [include]: no file matches "conf.d/*.conf"`,
		`cesi.conf:2: [include]: no file matches "nodes.conf"`,
	})
}

func TestInclude_ProblemsNameTheFile(t *testing.T) {
	folder(t, map[string]string{
		"cesi.conf":  "[node:a]\nhost = a\n[include]\nfiles = sub/* [ nodes\n[cesi]\nport = x\n",
		"sub/1.conf": "[node:b]\nport = x\nhost = b\n[node:a]\nhost = a\n[cesi]\n",
		"sub/2.conf": "[include]\nfiles = other.conf\n",
		"sub/3.conf": "\x00",
		"sub/4.conf": "",
		"nodes/x":    "",
	})
	same(t, problemsIn(t, "cesi.conf"), []string{
		`cesi.conf:4: [include]: "[" is no file name pattern`,
		`cesi.conf:6: [cesi]: port "x" is not a number`,
		`sub/1.conf:2: node "b": port "x" is not a number`,
		`sub/1.conf:4: node "a" is already there, in cesi.conf line 1`,
		`sub/1.conf:6: [cesi] is already there, in cesi.conf line 5`,
		`sub/2.conf:1: [include]: an included file can't include others`,
		`sub/3.conf:1: this is no text file: it holds a NUL byte`,
		`nodes: this is no regular file`,
	})
}
