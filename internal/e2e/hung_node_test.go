package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"
)

// nodeState is the part of the API's reply about a node that these tests need.
type nodeState struct {
	Name        string
	Connected   bool
	Cause       string
	LastContact time.Time `json:"last_contact"`
}

// nodes returns the states of all nodes by name.
func (b *browser) nodes() map[string]nodeState {
	b.t.Helper()
	var answer struct{ Nodes []struct{ General nodeState } }
	if code := b.api("GET", "/api/v2/nodes", nil, &answer); code != http.StatusOK {
		b.t.Fatalf("the nodes: status %d", code)
	}
	states := map[string]nodeState{}
	for _, n := range answer.Nodes {
		states[n.General.Name] = n.General
	}
	return states
}

// tenSupervisors starts ten, each with a program that runs and those given, and
// returns them with the sections that name them node-0 to node-9.
func tenSupervisors(t testing.TB, more string) ([]*supervisortest.Supervisor, string) {
	t.Helper()
	var all []*supervisortest.Supervisor
	var nodes []cesi.Node
	for i := range 10 {
		s := supervisortest.Start(t, supervisortest.Options{Programs: "[program:api]\ncommand = tail -f /dev/null\nstartsecs = 0\n" + more})
		all = append(all, s)
		nodes = append(nodes, s.Node(fmt.Sprintf("node-%d", i)))
	}
	return all, nodesConf(nodes...)
}

func TestHungNode_IsNamedAndBlocksNoOther(t *testing.T) {
	t.Parallel()
	supervisors, sections := tenSupervisors(t, "")
	in := startCesi(t, sections, "poll_interval = 0.5", "timeout = 2")
	b := in.login(t)
	waitFor(t, "all ten to answer", func() bool {
		for _, n := range b.nodes() {
			if !n.Connected {
				return false
			}
		}
		return true
	})
	before := strings.Count(in.log.String(), "node-3")

	supervisors[3].Pause()
	began := time.Now()
	waitFor(t, "node-3 to time out", func() bool { return b.nodes()["node-3"].Cause == "timeout" })
	t.Logf("it was noticed %v after the stop, with a timeout of 2 s and a poll every 0.5 s", time.Since(began).Round(time.Millisecond))
	hung := b.nodes()["node-3"]
	if hung.Connected || hung.LastContact.IsZero() || hung.LastContact.After(began.Add(time.Second)) {
		t.Errorf("node-3 hangs since %v: %+v", began, hung)
	}
	noticed := time.Now()
	waitFor(t, "the other nine to be asked twice more", func() bool {
		for name, n := range b.nodes() {
			if name != "node-3" && (!n.Connected || n.LastContact.Before(noticed.Add(time.Second))) {
				return false
			}
		}
		return true
	})
	if again := b.nodes()["node-3"]; !again.LastContact.Equal(hung.LastContact) {
		t.Errorf("the last contact of the node that hangs went from %v to %v", hung.LastContact, again.LastContact)
	}
	for _, path := range []string{"/", "/nodes", "/nodes/node-3"} {
		code, doc := b.get(path)
		if text := doc.Find("main").Text(); code != http.StatusOK || !strings.Contains(text, "node-3") || !strings.Contains(text, "timeout") {
			t.Errorf("%s: status %d, and nothing of a timeout of node-3 in:\n%s", path, code, text)
		}
	}

	if code := b.apiStatus("POST", "/api/v2/nodes/node-3/processes/api:api/stop"); code != http.StatusGatewayTimeout {
		t.Errorf("a stop on the node that hangs: status %d, want 504", code)
	}
	if code := b.apiStatus("POST", "/api/v2/nodes/node-4/all-processes/restart"); code != http.StatusOK {
		t.Errorf("a restart on another: status %d, want 200", code)
	}
	if n := strings.Count(in.log.String(), "node-3") - before; n != 1 {
		t.Errorf("%d lines about node-3 in the log, want one:\n%s", n, in.log)
	}

	supervisors[3].Resume()
	waitFor(t, "node-3 to be back", func() bool { return b.nodes()["node-3"].Connected })
}
