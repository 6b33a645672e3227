package e2e

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

// edits are the ways in which editors and tools change a file.
var edits = []struct {
	name string
	edit func(t *testing.T, in *instance, path, text string)
}{
	{"write in place", writeInPlace},
	{"rename over it", renameOver},
	{"swap a symlink", swapSymlink},
	{"truncate, then write", truncateThenWrite},
	{"write, then SIGHUP", writeThenHangup},
}

func writeInPlace(t *testing.T, _ *instance, path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func renameOver(t *testing.T, in *instance, path, text string) {
	writeInPlace(t, in, path+"~", text)
	if err := os.Rename(path+"~", path); err != nil {
		t.Fatal(err)
	}
}

func swapSymlink(t *testing.T, in *instance, path, text string) {
	target := path + fmt.Sprint("-", time.Now().UnixNano())
	writeInPlace(t, in, target, text)
	if err := os.Symlink(target, path+"~"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+"~", path); err != nil {
		t.Fatal(err)
	}
}

func truncateThenWrite(t *testing.T, _ *instance, path, text string) {
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, half := range []string{text[:len(text)/2], text[len(text)/2:]} {
		if _, err := io.WriteString(file, half); err != nil {
			t.Fatal(err)
		}
		if err := file.Sync(); err != nil {
			t.Fatal(err)
		}
	}
}

func writeThenHangup(t *testing.T, in *instance, path, text string) {
	writeInPlace(t, in, path, text)
	if err := in.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// reloading is a cesi whose nodes are in one file, which a test changes.
type reloading struct {
	*instance
	admin    *browser
	one, two cesi.Node // supervisords with a program of that name
	file     string
	rest     string // of the file
	included bool
}

func startReloading(t *testing.T, included bool) *reloading {
	t.Helper()
	program := func(name string) string { return "[program:" + name + "]\ncommand = sleep 1000\nstartsecs = 0\n" }
	r := &reloading{included: included,
		one: supervisortest.Start(t, supervisortest.Options{Programs: program("one")}).Node("kept"),
		two: supervisortest.Start(t, supervisortest.Options{Programs: program("two")}).Node("kept"),
	}
	r.instance = writeConf(t, "[include]\nfiles = nodes.d/*.conf", "poll_interval = 0.2")
	r.file, r.rest = r.conf, r.read(t, "cesi.conf")
	if included {
		if err := os.Mkdir(r.path("nodes.d"), 0o700); err != nil {
			t.Fatal(err)
		}
		r.file, r.rest = r.path("nodes.d/one.conf"), "# nodes\n"
	}
	writeInPlace(t, r.instance, r.file, r.text(r.one))
	r.start(t)
	r.waitReady(t)
	r.admin = r.login(t)
	r.waitNodes(t, "kept: one")
	return r
}

// text is the file with the given nodes.
func (r *reloading) text(nodes ...cesi.Node) string { return r.rest + nodesConf(nodes...) }

// nodes are the nodes as the API gives them, each with its processes.
func (r *reloading) nodes() []string {
	var answer struct {
		Nodes []struct {
			General   struct{ Name string }
			Processes []struct{ Name string }
		}
	}
	if code := r.admin.api("GET", "/api/v2/nodes", nil, &answer); code != http.StatusOK {
		r.admin.t.Fatalf("the nodes: status %d", code)
	}
	nodes := make(map[string]string)
	for _, n := range answer.Nodes {
		nodes[n.General.Name] = n.General.Name + ":"
		for _, p := range n.Processes {
			nodes[n.General.Name] += " " + p.Name
		}
	}
	return slices.Sorted(maps.Values(nodes))
}

// waitNodes waits until the nodes are the wanted ones. The node "kept" must be
// there all the time: no edit of these tests takes it out.
func (r *reloading) waitNodes(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	deadline := time.Now().Add(30 * time.Second)
	for !slices.Equal(got, want) {
		got = r.nodes()
		if !slices.ContainsFunc(got, func(n string) bool { return strings.HasPrefix(n, "kept:") }) {
			t.Fatalf("the node kept is gone: %q", got)
		}
		if time.Now().After(deadline) {
			t.Fatalf("the nodes:\n%s", cmp.Diff(want, got))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestReload_NodesFollowTheFile(t *testing.T) {
	t.Parallel()
	for _, included := range []bool{false, true} {
		t.Run(fmt.Sprintf("included %t", included), func(t *testing.T) {
			t.Parallel()
			r := startReloading(t, included)
			added := r.one
			added.Name = "added"
			for _, e := range edits {
				t.Run(e.name, func(t *testing.T) {
					began := time.Now()
					e.edit(t, r.instance, r.file, r.text(r.one, added))
					r.waitNodes(t, "added: one", "kept: one")
					appeared := time.Since(began)

					began = time.Now()
					e.edit(t, r.instance, r.file, r.text(r.two))
					r.waitNodes(t, "kept: two")
					t.Logf("the node appeared after %s; removal and change after %s", appeared, time.Since(began))

					e.edit(t, r.instance, r.file, r.text(r.one))
					r.waitNodes(t, "kept: one")
				})
			}
			if log := r.log.String(); strings.Contains(log, "broken") || strings.Count(log, "CeSI is ready") != 1 {
				t.Errorf("the log:\n%s", log)
			}
		})
	}
}

func TestReload_BrokenFileIsShownToAdmins(t *testing.T) {
	t.Parallel()
	r := startReloading(t, true)
	if out, code := runCesi(t, "a long one\n", "user", "add", "vera", "--role", "viewer", "--password-stdin", "-c", r.conf); code != 0 {
		t.Fatal(out)
	}
	viewer := newBrowser(t, r.url)
	viewer.login("vera", "a long one")

	writeInPlace(t, r.instance, r.file, r.text(r.two)+"[node:bad]\nhost = 127.0.0.1\nport = 90o1\n")
	const problem = `node "bad": port "90o1" is not a number`
	waitFor(t, "the banner", func() bool { return strings.Contains(banners(r.admin), problem) })
	if !strings.Contains(banners(r.admin), "nodes.d/one.conf:") {
		t.Errorf("the banner does not say where: %s", banners(r.admin))
	}
	if text := viewer.page("/").Text(); strings.Contains(text, "90o1") || strings.Contains(text, "problem") {
		t.Errorf("somebody who is no administrator sees it: %s", text)
	}
	if log := r.log.String(); !strings.Contains(log, "the old one stays in force") || !strings.Contains(log, "90o1") {
		t.Errorf("the log does not say it:\n%s", log)
	}
	r.waitNodes(t, "kept: one")

	writeInPlace(t, r.instance, r.file, r.text(r.two))
	waitFor(t, "the banner to go", func() bool { return banners(r.admin) == "" })
	r.waitNodes(t, "kept: two")
	viewer.page("/profile")
}

func TestReload_NamesKeysThatNeedRestart(t *testing.T) {
	t.Parallel()
	r := startReloading(t, false)
	r.rest = strings.Replace(r.rest, "\nhost = 127.0.0.1\n", "\nhost = localhost\nurl_prefix = /x\n", 1)
	writeInPlace(t, r.instance, r.file, r.text(r.two))
	r.waitNodes(t, "kept: two") // the rest is taken up
	for _, key := range []string{"host", "url_prefix"} {
		if !strings.Contains(banners(r.admin), key) {
			t.Errorf("the banner does not name %s: %s", key, banners(r.admin))
		}
	}
	if log := r.log.String(); !strings.Contains(log, "need a restart") || !strings.Contains(log, "url_prefix") {
		t.Errorf("the log does not name them:\n%s", log)
	}
}

// banners returns the text at the top of every page.
func banners(b *browser) string {
	b.t.Helper()
	return b.page("/about").Find(".flash-warning").Text()
}

func TestReload_AppliesSessionIdle(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	admin := in.as(t, "admin", adminPassword)
	in.query(t, "UPDATE sessions SET last_seen = last_seen - 25*3600*1000000")
	if admin.api("GET", "/api/v2/nodes", nil, nil) != http.StatusUnauthorized {
		t.Error("a session goes on that was not used for a day")
	}
	in.write(t, "cesi.conf", in.read(t, "cesi.conf")+"\nsession_idle = 0\n")
	waitFor(t, "sessions without an idle time", func() bool { return admin.api("GET", "/api/v2/nodes", nil, nil) == http.StatusOK })
}
