package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

// container is a CeSI and its supervisord with pids of their own.
type container struct {
	*atHome
	b *browser
}

// startContainers starts two of them that have each other and themselves as nodes,
// named one and two, and waits until all pids are the same in both.
func startContainers(t *testing.T, program string) (one, two container) {
	t.Helper()
	supervisortest.NeedNamespaces(t)
	pair := []*container{&one, &two}
	var nodes []cesi.Node
	for i, c := range pair {
		s := supervisortest.Start(t, supervisortest.Options{Namespace: true})
		nodes = append(nodes, s.Node([]string{"one", "two"}[i]))
		c.atHome = &atHome{supervisor: s}
	}
	var started sync.WaitGroup
	for _, c := range pair {
		in := writeConf(t, nodesConf(nodes...), "poll_interval = 0.2")
		c.instance = in
		c.supervisor.WriteConfig(fmt.Sprintf("[program:cesi]\ndirectory = %s\nautorestart = true\nstopwaitsecs = 5\n%s\n",
			in.dir, strings.ReplaceAll(program, "CESI", binaryPath(t)+" -c "+in.conf)))
		started.Go(func() { c.supervisor.Ctl("update") })
	}
	started.Wait()
	for _, c := range pair {
		c.supervisor.WaitState("cesi", "RUNNING")
		c.waitReady(t)
		c.b = c.login(t)
	}
	if a, b := one.pid(t), two.pid(t); a != b {
		t.Fatalf("the CeSIs have pids %d and %d, the test needs equal ones", a, b)
	}
	return one, two
}

// marked lists the nodes on which the container's CeSI takes a process for itself.
func (c container) marked() []string {
	c.b.t.Helper()
	var list []string
	for _, node := range []string{"one", "two"} {
		waitFor(c.b.t, "the processes of "+node, func() bool {
			return c.b.page("/nodes/"+node).Find("tr.process").Length() == 1
		})
		if c.b.page("/nodes/"+node).Find(".self-mark").Length() > 0 {
			list = append(list, node)
		}
	}
	return list
}

func TestSelf_NotCeSIOfAnotherNode(t *testing.T) {
	t.Parallel()
	one, two := startContainers(t, "command = CESI")
	if diff := cmp.Diff([]string{"one"}, one.marked()); diff != "" {
		t.Errorf("the first CeSI marks itself on:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"two"}, two.marked()); diff != "" {
		t.Errorf("the second CeSI marks itself on:\n%s", diff)
	}
	pid := two.pid(t)
	if code := one.b.api("POST", "/api/v2/nodes/two/processes/cesi:cesi/restart", nil, nil); code != http.StatusOK {
		t.Errorf("restart of the other CeSI: status %d", code)
	}
	two.waitReady(t)
	if two.pid(t) == pid {
		t.Error("the other CeSI was not restarted")
	}
	if n := one.runs(); n != 1 {
		t.Errorf("the CeSI that sent the restart has begun to serve %d times", n)
	}
	if code := one.b.api("POST", "/api/v2/nodes/one/processes/cesi:cesi/restart", nil, nil); code != http.StatusOK {
		t.Errorf("restart of itself: status %d", code)
	}
	waitFor(t, "the first CeSI to serve again", func() bool { return one.runs() == 2 })
	one.waitReady(t)
	if diff := cmp.Diff([]string{"one"}, one.marked()); diff != "" {
		t.Errorf("after its restart, the first CeSI marks itself on:\n%s", diff)
	}
}

func TestSelf_WithoutProofNeedsTypedName(t *testing.T) {
	t.Parallel()
	one, _ := startContainers(t, "command = sh -c 'exec CESI </dev/null'")
	if list := one.marked(); len(list) > 0 {
		t.Errorf("without a proof, it marks itself on %v", list)
	}
	for _, action := range []string{"stop", "restart"} {
		if code := one.b.api("POST", "/api/v2/nodes/one/processes/cesi:cesi/"+action, nil, nil); code != http.StatusConflict {
			t.Errorf("%s of what may be this CeSI: status %d, want a question", action, code)
		}
	}
	code, question := one.b.press(one.b.page("/nodes/one"), "Stop cesi:cesi…", nil)
	if code != http.StatusOK || !strings.Contains(question.Text(), "may be this CeSI itself") {
		t.Errorf("the question: status %d, %s", code, question.Text())
	}
	if n := one.runs(); n != 1 {
		t.Errorf("it began to serve %d times", n)
	}
}

// runs is how often the CeSI has begun to serve.
func (c container) runs() int {
	return strings.Count(c.supervisor.TailStderr("cesi"), "CeSI is ready")
}
