package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

// demo is a `make demo` that runs, as its output describes it.
type demo struct {
	url, password, dir string
	make               *exec.Cmd
	output             *syncBuffer
	ended              chan struct{}
}

// startDemo runs make in a process group of its own, as a terminal does.
func startDemo(t *testing.T) *demo {
	t.Helper()
	supervisortest.Need(t, "supervisord", "supervisor")
	d := &demo{make: exec.Command("make", "demo"), output: new(syncBuffer), ended: make(chan struct{})}
	d.make.Dir = copyTree(t)
	d.make.Stdout, d.make.Stderr = d.output, d.output
	d.make.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := d.make.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = d.make.Wait() // make calls an interrupt a failure
		close(d.ended)
	}()
	t.Cleanup(func() { d.interrupt(t) })
	told := regexp.MustCompile(`(?s)CeSI runs on (\S+)\n +user +admin\n +password +(\S+)\n.* are in (\S+)\.\n`)
	waitFor(t, "the demo to tell its address", func() bool {
		if match := told.FindStringSubmatch(d.output.String()); match != nil {
			d.url, d.password, d.dir = match[1], match[2], match[3]
		}
		return d.url != "" || isClosed(d.ended)
	})
	if d.url == "" {
		t.Fatalf("the demo did not start:\n%s", d.output)
	}
	return d
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// interrupt does the same as Ctrl-C in a terminal, and waits for the end. It may be
// called twice.
func (d *demo) interrupt(t *testing.T) {
	t.Helper()
	if isClosed(d.ended) {
		return
	}
	if err := syscall.Kill(-d.make.Process.Pid, syscall.SIGINT); err != nil {
		t.Error(err)
	}
	select {
	case <-d.ended:
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(-d.make.Process.Pid, syscall.SIGKILL)
		t.Errorf("the demo did not end within 30 s:\n%s", d.output)
	}
}

// supervisorctl runs it on one of the demo's nodes.
func (d *demo) supervisorctl(t *testing.T, node string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "supervisorctl", append([]string{"-c", filepath.Join(d.dir, node+".conf")}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	out, _ := cmd.CombinedOutput() // the exit status depends on the programs' states
	return string(out)
}

// programs are the processes of a node as supervisorctl lists them, by their
// whole names.
func (d *demo) programs(t *testing.T, node string) []string {
	t.Helper()
	var names []string
	for line := range strings.Lines(d.supervisorctl(t, node, "status")) {
		name := strings.Fields(line)[0]
		if !strings.Contains(name, ":") {
			name += ":" + name
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// processes are the pids whose working directory is the demo's folder, also
// when that is gone.
func (d *demo) processes(t *testing.T) []string {
	t.Helper()
	folders, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	var pids []string
	for _, link := range folders {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, d.dir) {
			pids = append(pids, filepath.Base(filepath.Dir(link)))
		}
	}
	return pids
}

// occupy takes a port, if it is free.
func occupy(t *testing.T, port int) {
	t.Helper()
	if listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
		t.Cleanup(func() { listener.Close() })
	}
}

func TestDemo_Fleet(t *testing.T) {
	t.Parallel()
	occupy(t, 5000)
	occupy(t, 9101)
	d := startDemo(t)
	for _, port := range []string{"5000", "9101"} {
		if !strings.Contains(d.output.String(), "port "+port+" is taken: using ") || strings.HasSuffix(d.url, ":"+port) {
			t.Errorf("port %s is taken, but the demo says:\n%s", port, d.output)
		}
	}
	b := newBrowser(t, d.url)
	b.login("admin", d.password)
	for _, node := range []string{"web-1", "pay-1", "lab-1"} {
		var shown []string
		for _, row := range b.page("/nodes/" + node).Find("tr.process .process-name").EachIter() {
			shown = append(shown, row.Text())
		}
		slices.Sort(shown)
		if diff := cmp.Diff(d.programs(t, node), shown); diff != "" {
			t.Errorf("%s: supervisorctl - the page:\n%s", node, diff)
		}
	}
	d.command(t, b)

	if running := d.processes(t); len(running) < 4 {
		t.Errorf("three supervisords, CeSI and programs are these pids: %v", running)
	}
	d.interrupt(t)
	if left := d.processes(t); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
	if _, err := os.Stat(d.dir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", d.dir, err)
	}
}

// command starts, restarts and stops a program through its page.
func (d *demo) command(t *testing.T, b *browser) {
	t.Helper()
	pids := map[string]bool{}
	for _, c := range []struct{ label, state string }{
		{"Start experiment:experiment", "RUNNING"},
		{"Restart experiment:experiment", "RUNNING"},
		{"Stop experiment:experiment", "STOPPED"},
	} {
		code, page := b.press(b.page("/nodes/lab-1"), c.label, nil)
		if code != http.StatusOK || page.Find(".flash-running").Length() != 1 {
			t.Errorf("%s: status %d, %s", c.label, code, page.Find(".flash").Text())
		}
		if told := d.supervisorctl(t, "lab-1", "status", "experiment"); !strings.Contains(told, " "+c.state+" ") {
			t.Errorf("after %q supervisorctl says %s", c.label, told)
		}
		pids[d.supervisorctl(t, "lab-1", "pid", "experiment")] = true
	}
	if len(pids) != 3 { // two, and 0 when it is stopped
		t.Errorf("the pids are %v", pids)
	}
	want := "lab-1 stop experiment:experiment ok\nlab-1 restart experiment:experiment ok\nlab-1 start experiment:experiment ok\n"
	if log := activity(b); !strings.HasPrefix(log, want) {
		t.Errorf("the activity log:\n%s", log)
	}
}
