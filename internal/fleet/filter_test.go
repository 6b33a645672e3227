package fleet

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

// nodeOf makes a node that answers; its processes have to be sorted.
func nodeOf(name, environment string, processes ...Process) *Node {
	n := &Node{Name: name, Environments: []string{environment}, Status: Up, Processes: processes}
	for _, p := range processes {
		n.Counts.Count(p.Process)
	}
	return n
}

func fleetOf(nodes ...*Node) *Snapshot {
	s := &Snapshot{byName: make(map[string]*Node)}
	for _, n := range nodes {
		s.include(n)
	}
	return s
}

func silent(n *Node) *Node {
	n.Status, n.Failure = Down, &Failure{Message: cesi.Raw("no answer")}
	return n
}

// mixedFleet has groups across nodes, and a node that does not answer.
func mixedFleet() *Snapshot {
	exited := process("job", "import", cesi.Exited)
	exited.SpawnErr = "Bad exit code 3"
	old := process("api", "api_1", cesi.Running)
	old.PID, old.Start, old.Now = 7, 100, 1000
	return fleetOf(
		nodeOf("web-2", "production", process("api", "api_0", cesi.Running), old, process("工人", "工人", cesi.Stopped)),
		nodeOf("Web-1", "production", process("api", "api_0", cesi.Fatal), process("api", "api_1", cesi.Running)),
		nodeOf("batch", "staging", exited, process("job", "nightly", cesi.Exited)),
		silent(nodeOf("db", "staging", process("pg", "pg", cesi.Running))),
	)
}

func names(list []Match) []string {
	var names []string
	for _, m := range list {
		names = append(names, m.Node.Name+" "+m.Process.ProcessID.String())
	}
	return names
}

func TestFilter_Matches(t *testing.T) {
	api := []string{"web-2 api:api_0", "web-2 api:api_1", "Web-1 api:api_0", "Web-1 api:api_1"}
	for name, test := range map[string]struct {
		filter Filter
		want   []string
	}{
		"all, also what is known of the silent": {Filter{}, append(api[:2:2], "web-2 工人:工人", api[2], api[3], "batch job:import", "batch job:nightly", "db pg:pg")},
		"a group":                               {Filter{Group: "api"}, api},
		"a group is not a part of its name":     {Filter{Group: "ap"}, nil},
		"a node":                                {Filter{Node: "batch"}, []string{"batch job:import", "batch job:nightly"}},
		"an environment and a text":             {Filter{Environment: "staging", Text: "IMP"}, []string{"batch job:import"}},
		"the text of a node, in any case":       {Filter{Text: "wEb-1"}, api[2:]},
		"the text of a process with its group":  {Filter{Text: "pi:API_1"}, []string{api[1], api[3]}},
		"another script":                        {Filter{Text: "工"}, []string{"web-2 工人:工人"}},
		"states":                                {Filter{States: []cesi.State{cesi.Fatal, cesi.Stopped}}, []string{"web-2 工人:工人", "Web-1 api:api_0"}},
		"a state, but not of the silent":        {Filter{States: []cesi.State{cesi.Running}}, append(api[:2:2], api[3])},
		"what answers":                          {Filter{Environment: "staging", Answering: true}, []string{"batch job:import", "batch job:nightly"}},
		"what needs attention":                  {Filter{Attention: NeedsAttention}, []string{"Web-1 api:api_0", "batch job:import"}},
		"what exited as it should":              {Filter{States: []cesi.State{cesi.Exited}, Attention: NeedsNone}, []string{"batch job:nightly"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, names(mixedFleet().Find(test.filter))); diff != "" {
				t.Errorf("%s: - want, + got:\n%s", name, diff)
			}
		})
	}
}

func TestSort_HasNoTies(t *testing.T) {
	for name, test := range map[string]struct {
		by      Sorting
		reverse bool
		want    []string
	}{
		"by name":           {ByName, false, []string{"Web-1 api:api_0", "web-2 api:api_0", "Web-1 api:api_1", "web-2 api:api_1"}},
		"by name, reversed": {ByName, true, []string{"web-2 api:api_1", "Web-1 api:api_1", "web-2 api:api_0", "Web-1 api:api_0"}},
		"by node":           {ByNode, false, []string{"Web-1 api:api_0", "Web-1 api:api_1", "web-2 api:api_0", "web-2 api:api_1"}},
		"by node, reversed": {ByNode, true, []string{"web-2 api:api_0", "web-2 api:api_1", "Web-1 api:api_0", "Web-1 api:api_1"}},
		"the worst first":   {ByState, false, []string{"Web-1 api:api_0", "web-2 api:api_0", "Web-1 api:api_1", "web-2 api:api_1"}},
		"the longest first": {ByUptime, false, []string{"web-2 api:api_1", "Web-1 api:api_0", "web-2 api:api_0", "Web-1 api:api_1"}},
	} {
		t.Run(name, func(t *testing.T) {
			list := mixedFleet().Find(Filter{Group: "api"})
			Sort(list, test.by, test.reverse, 0, len(list))
			if diff := cmp.Diff(test.want, names(list)); diff != "" {
				t.Errorf("%s: - want, + got:\n%s", name, diff)
			}
		})
	}
}

func TestSort_PageEqualsPageOfFullSort(t *testing.T) {
	s := manyProcesses()
	list := s.Find(Filter{Text: "worker_1"})
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	for _, by := range []Sorting{ByName, ByNode, ByState, ByUptime} {
		all := slices.Clone(list)
		Sort(all, by, true, 0, len(all))
		for _, from := range []int{0, 1, 4_700, 9_990} {
			got := slices.Clone(list)
			to := min(from+100, len(got))
			Sort(got, by, true, from, to)
			if diff := cmp.Diff(names(all[from:to]), names(got[from:to])); diff != "" {
				t.Fatalf("order %d from %d: - want, + got:\n%s", by, from, diff)
			}
		}
	}
}

func TestGroups_AcrossNodes(t *testing.T) {
	s := mixedFleet()
	type part struct {
		Node      string
		Processes int
	}
	got := make(map[string][]part)
	var order []string
	for _, g := range s.Groups() {
		order = append(order, g.Name)
		for _, p := range g.Parts {
			got[g.Name] = append(got[g.Name], part{p.Node.Name, len(p.Processes)})
		}
	}
	want := map[string][]part{"api": {{"web-2", 2}, {"Web-1", 2}}, "job": {{"batch", 2}}, "pg": {{"db", 1}}, "工人": {{"web-2", 1}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"api", "job", "pg", "工人"}, order); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	api, _ := s.Group("api")
	if diff := cmp.Diff(Counts{Total: 4, Running: 3, Fatal: 1, Bad: 1, Worst: 4}, api.Counts); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if pg, _ := s.Group("pg"); pg.Counts != (Counts{}) {
		t.Errorf("what a silent node had is counted: %+v", pg.Counts)
	}
	production, found := api.In("production")
	if _, staging := api.In("staging"); !found || staging || len(production.Parts) != 2 || production.Counts != api.Counts {
		t.Errorf("in production it is %+v, and in staging: %t", production, staging)
	}
	if _, found := s.Group("nope"); found {
		t.Error("there is a group that no node has")
	}
}

func TestMembers_NodesAndCounts(t *testing.T) {
	nodes, counts := mixedFleet().Members("staging")
	if len(nodes) != 2 || nodes[0].Name != "batch" || nodes[1].Name != "db" {
		t.Errorf("its nodes are %v", nodes)
	}
	if diff := cmp.Diff(Counts{Total: 2, Exited: 2, Bad: 1, Worst: 2}, counts); diff != "" {
		t.Errorf("what answers: - want, + got:\n%s", diff)
	}
}

// manyProcesses is a fleet of 50,000 processes on 1,000 nodes.
func manyProcesses() *Snapshot {
	var nodes []*Node
	for i := range 1000 {
		var list []Process
		for j := range 50 {
			p := process(fmt.Sprintf("group_%02d", j/5), fmt.Sprintf("worker_%02d", j), cesi.Running)
			p.PID, p.Start, p.Now = 1, int64(i*j), 1_000_000
			list = append(list, p)
		}
		nodes = append(nodes, nodeOf(fmt.Sprintf("node-%04d", (i*617)%1000), "production", list...))
	}
	return fleetOf(nodes...)
}

func BenchmarkFind_50000Processes(b *testing.B) {
	s := manyProcesses()
	for b.Loop() {
		if len(s.Find(Filter{Text: "worker_1"})) != 10_000 {
			b.Fatal("not what matches")
		}
	}
}

func BenchmarkSort_50000Processes(b *testing.B) {
	s := manyProcesses()
	for name, by := range map[string]Sorting{"name": ByName, "node": ByNode, "state": ByState, "uptime": ByUptime} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Sort(s.Find(Filter{}), by, false, 49_900, 50_000)
			}
		})
	}
}

func BenchmarkGroups_50000Processes(b *testing.B) {
	s := manyProcesses()
	for b.Loop() {
		fresh := fleetOf(s.Nodes...)
		if len(fresh.Groups()) != 10 {
			b.Fatal("not what there is")
		}
	}
}
