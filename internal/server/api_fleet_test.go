package server

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// groupNodes are two nodes that answer, one of them in no environment, and one
// that does not.
func groupNodes(t *testing.T) []cesi.Node {
	t.Helper()
	f := supervisortest.StartFleet(t)
	a := f.Add("a", fakeProcess("api", "api_0", cesi.Running), fakeProcess("api", "api_1", cesi.Fatal), fakeProcess("工/人", "x", cesi.Running)).Node()
	b := f.Add("b", fakeProcess("api", "api_0", cesi.Running)).Node()
	a.Environments = []string{"production", "eu"}
	return []cesi.Node{a, b, {Name: "down", URL: "http://127.0.0.1:1", Environments: []string{"production"}, Timeout: a.Timeout}}
}

// refJSON is a process as the API names it.
type refJSON struct{ Node, Group, Name string }

func TestProcessesAPI_FiltersLikeThePage(t *testing.T) {
	_, b := startServerAs(t, cesi.Viewer, groupNodes(t))
	for query, want := range map[string][]string{
		"":                                {"a api:api_0", "b api:api_0", "a api:api_1", "a 工/人:x"},
		"q=API_1":                         {"a api:api_1"},
		"group=api&sort=-node":            {"b api:api_0", "a api:api_0", "a api:api_1"},
		"environment=eu&state=RUNNING":    {"a api:api_0", "a 工/人:x"},
		"attention=yes&node=a":            {"a api:api_1"},
		"node=down":                       {},
		"page=2":                          {},
		"group=" + url.QueryEscape("工/人"): {"a 工/人:x"},
	} {
		t.Run(query, func(t *testing.T) {
			var got struct {
				Status       string
				Processes    []refJSON
				Found, Pages int
			}
			b.get("/api/v2/processes?"+query).json(t, &got)
			names := []string{}
			for _, p := range got.Processes {
				names = append(names, p.Node+" "+p.Group+":"+p.Name)
			}
			if diff := cmp.Diff(want, names); diff != "" || got.Status != "success" || got.Pages != 1 {
				t.Errorf("%q: %+v, - want, + got:\n%s", query, got, diff)
			}
		})
	}
	if got := b.get("/api/v2/processes?state=GONE"); got.status != http.StatusBadRequest {
		t.Errorf("a state that there is not: %d", got.status)
	}
}

func TestGroupsAPI_SameFormAsPythonCeSI(t *testing.T) {
	_, b := startServerAs(t, cesi.Viewer, groupNodes(t))
	want := `{"status":"success","groups":[` +
		`{"name":"api","environments":[{"name":"production","members":["a"]},{"name":"eu","members":["a"]},{"name":"","members":["b"]}]},` +
		`{"name":"工/人","environments":[{"name":"production","members":["a"]},{"name":"eu","members":["a"]}]}]}` + "\n"
	if got := b.get("/api/v2/groups"); got.body != want {
		t.Errorf("%s, want %s", got.body, want)
	}
	for path, want := range map[string]map[string][]string{
		"groups/api":                    {"a": {"api_0", "api_1"}, "b": {"api_0"}},
		"groups/api/node/a":             {"a": {"api_0", "api_1"}},
		"groups/%E5%B7%A5%2F%E4%BA%BA/": {"a": {"x"}},
	} {
		t.Run(path, func(t *testing.T) {
			var got struct {
				Status string
				Result map[string][]struct{ Name string }
			}
			b.get("/api/v2/"+path).json(t, &got)
			names := make(map[string][]string)
			for node, list := range got.Result {
				for _, p := range list {
					names[node] = append(names[node], p.Name)
				}
			}
			if diff := cmp.Diff(want, names); diff != "" || got.Status != "success" {
				t.Errorf("%s: %q, - want, + got:\n%s", path, got.Status, diff)
			}
		})
	}
	for path, want := range map[string]int{
		"groups/nope": 404, "groups/api/node/nope": 404, "groups/%E5%B7%A5%2F%E4%BA%BA/node/b": 404, "groups/api/node/down": 502,
	} {
		t.Run(path, func(t *testing.T) {
			if got := b.get("/api/v2/" + path); got.status != want {
				t.Errorf("%s: %d, want %d", path, got.status, want)
			}
		})
	}
}

func TestEnvironmentsAPI_ListsNodes(t *testing.T) {
	_, b := startServerAs(t, cesi.Viewer, groupNodes(t), func(s *setup) {
		s.fleet.Environments = []cesi.Environment{{Name: "production", Members: []string{"a", "down"}}, {Name: "empty"}}
	})
	var got struct {
		Environments []struct {
			Name    string
			Members []struct {
				General   struct{ Name string }
				Processes []refJSON
			}
		}
	}
	b.get("/api/v2/environments").json(t, &got)
	if len(got.Environments) != 2 || len(got.Environments[0].Members) != 2 || got.Environments[1].Members == nil {
		t.Fatalf("got %+v", got)
	}
	if m := got.Environments[0].Members; m[0].General.Name != "a" || len(m[0].Processes) != 3 || m[1].General.Name != "down" || len(m[1].Processes) != 0 {
		t.Errorf("its members are %+v", m)
	}
}

// bulkAnswer is the reply to a command on the fleet.
type bulkAnswer struct {
	Status, Message string
	Results         []struct{ Node, Process, Result string }
	Silent          []string
	Activity        cesi.ActivityID
}

func TestCommandAPI_Fleet(t *testing.T) {
	h, b, daemons := startMany(t, 2, quickPrograms)
	h.waitRunning(4)
	for _, step := range []struct {
		body    string
		results string
		off, on string // processes that must then be stopped, or run, on n0 and n1
	}{
		{`{"action":"stop","scope":"process","name":"api:api_0"}`, "n0 api:api_0 ok, n1 api:api_0 ok", "api:api_0", "api:api_1"},
		{`{"action":"restart","scope":"group","name":"api","environment":"lab"}`,
			"n0 api:api_0 skipped, n0 api:api_1 ok, n1 api:api_0 skipped, n1 api:api_1 ok", "api:api_0", "api:api_1"},
		{`{"action":"start","targets":["n0/*","n1/off:off","n1/api:*"]}`,
			"n0 api:api_0 ok, n0 api:api_1 skipped, n0 off:off ok, n1 api:api_0 ok, n1 api:api_1 skipped, n1 off:off ok", "", "off"},
		{`{"action":"stop","scope":"matching","q":"api","state":["RUNNING"]}`,
			"n0 api:api_0 ok, n0 api:api_1 ok, n1 api:api_0 ok, n1 api:api_1 ok", "api:api_1", "off"},
		{`{"action":"stop","scope":"environment","name":"lab"}`,
			"n0 api:api_0 skipped, n0 api:api_1 skipped, n0 off:off ok, n1 api:api_0 skipped, n1 api:api_1 skipped, n1 off:off ok", "off", ""},
	} {
		r := b.do(http.MethodPost, "/api/v2/commands", step.body)
		var got bulkAnswer
		r.json(t, &got)
		if words := got.sorted(); r.status != http.StatusOK || got.Status != "success" || words != step.results {
			t.Fatalf("%s: %d %s\n%s, want\n%s", step.body, r.status, got.Message, words, step.results)
		}
		for _, s := range daemons {
			if step.off != "" && s.State(step.off) != "STOPPED" || step.on != "" && s.State(step.on) != "RUNNING" {
				t.Fatalf("after %s:\n%s", step.body, s.Ctl("status"))
			}
		}
	}
}

func TestCommandAPI_RefusalsSayWhy(t *testing.T) {
	_, b := startServerAs(t, cesi.Operator, groupNodes(t))
	for body, want := range map[string]int{
		``:                   http.StatusBadRequest,
		`{"action":"start"}`: http.StatusBadRequest,
		`{"action":"shutdown","targets":["a/*"]}`:                            http.StatusBadRequest,
		`{"action":"stop","scope":"matching","enviroment":"lab"}`:            http.StatusBadRequest,
		`{"action":"stop","scope":"matching","state":["GONE"]}`:              http.StatusBadRequest,
		`{"action":"stop","scope":"group","name":"api","targets":["a/*"]}`:   http.StatusBadRequest,
		`{"action":"signal","targets":["a/api:api_0"]}`:                      http.StatusBadRequest,
		`{"action":"stop","scope":"group","name":"nope"}`:                    http.StatusNotFound,
		`{"action":"stop","targets":["nope/*"]}`:                             http.StatusNotFound,
		`{"action":"stop","scope":"matching","node":"down"}`:                 http.StatusNotFound,
		`{"action":"stop","scope":"environment","name":"nope"}`:              http.StatusNotFound,
		`{"action":"stop","scope":"group","name":"api","environment":"lab"}`: http.StatusNotFound,
	} {
		t.Run(body, func(t *testing.T) {
			if got := b.do(http.MethodPost, "/api/v2/commands", body); got.status != want {
				t.Errorf("%s: %d %s, want %d", body, got.status, got.body, want)
			}
		})
	}
	silent := b.do(http.MethodPost, "/api/v2/commands", `{"action":"start","scope":"environment","name":"production"}`)
	var got bulkAnswer
	silent.json(t, &got)
	if diff := cmp.Diff([]string{"down"}, got.Silent); diff != "" {
		t.Errorf("left out: %s\n- want, + got:\n%s", silent.body, diff)
	}
}

func TestCommandAPI_ResultForEveryTarget(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: programs})
	node := s.Node("n")
	down := cesi.Node{Name: "down", URL: "http://127.0.0.1:1", Timeout: node.Timeout}
	node.Environments, down.Environments = []string{"lab"}, []string{"lab"}
	for _, test := range []struct {
		patience time.Duration
		body     string
		status   int
		message  string // its beginning
		results  string // but for those of a scope
		silent   []string
	}{
		{time.Minute, `{"action":"start","targets":["n/off:off","down/*","down/api:api_0"]}`, http.StatusOK, "1 ok, 2 failed",
			"down * failed, down api:api_0 failed, n off:off ok", nil},
		{time.Minute, `{"action":"stop","scope":"environment","name":"lab"}`, http.StatusOK, "", "", []string{"down"}},
		{time.Millisecond, `{"action":"start","scope":"environment","name":"lab"}`, http.StatusAccepted, "still under way: see activity ", "", []string{"down"}},
		{time.Minute, `{"action":"start","targets":["down/*","down/api:*"]}`, http.StatusBadGateway, "", "", nil},
	} {
		h, b := startServerAs(t, cesi.Operator, []cesi.Node{node, down}, func(s *setup) { s.patience = test.patience })
		r := b.do(http.MethodPost, "/api/v2/commands", test.body)
		var got bulkAnswer
		r.json(t, &got)
		if r.status != test.status || !strings.HasPrefix(got.Message, test.message) || !slices.Equal(got.Silent, test.silent) {
			t.Errorf("%s: %d %s", test.body, r.status, r.body)
		}
		if test.results == "" {
			continue
		}
		if diff := cmp.Diff(test.results, got.sorted()); diff != "" {
			t.Errorf("%s: - want, + got:\n%s", test.body, diff)
		}
		if _, targets, err := h.db.Activity(t.Context(), got.Activity); err != nil || len(targets) != 3 {
			t.Errorf("%s: the activity log has the targets %v, %v", test.body, targets, err)
		}
	}
}

// sorted words the results, by node and process.
func (a bulkAnswer) sorted() string {
	var words []string
	for _, r := range a.Results {
		words = append(words, r.Node+" "+r.Process+" "+r.Result)
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}
