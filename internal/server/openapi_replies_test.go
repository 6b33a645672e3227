package server

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// replyChecker holds answers of the API against openapi.json.
type replyChecker struct {
	operations map[string]operation
	succeeded  map[string]bool // operations of which a good answer was checked
}

func newReplyChecker(t *testing.T) *replyChecker {
	t.Helper()
	var value any
	if err := json.Unmarshal(documentText(t), &value); err != nil {
		t.Fatal(err)
	}
	closeObjects(value)
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	// Other types than JSON are text in the document.
	for _, contentType := range []string{"application/jsonl", "text/csv"} {
		openapi3filter.RegisterBodyDecoder(contentType, openapi3filter.FileBodyDecoder)
	}
	return &replyChecker{operations: operations(readDoc(t, text)), succeeded: make(map[string]bool)}
}

// closeObjects forbids properties that the document does not name: clients must accept
// new ones, but the document must have them.
func closeObjects(value any) {
	switch v := value.(type) {
	case map[string]any:
		if _, named := v["properties"].(map[string]any); named {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			closeObjects(inner)
		}
	case []any:
		for _, inner := range v {
			closeObjects(inner)
		}
	}
}

// check compares a reply with the document.
func (c *replyChecker) check(t *testing.T, key string, got reply) {
	t.Helper()
	op, found := c.operations[key]
	if !found {
		t.Fatalf("openapi.json does not describe %s", key)
	}
	if got.status < http.StatusBadRequest && op.Responses.Status(got.status) == nil {
		t.Errorf("%s: the document knows no answer %d", key, got.status) // the default is for failures
		return
	}
	err := openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: op.route.Method}, Route: &op.route,
		},
		Status: got.status, Header: got.header, Body: io.NopCloser(strings.NewReader(got.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		t.Errorf("%s answers %d with %.400s\n%v", key, got.status, got.body, err)
	}
	if got.status < http.StatusBadRequest {
		c.succeeded[key] = true
	}
}

// streams reports whether an operation answers with a stream that never ends.
func (c *replyChecker) streams(key string) bool {
	success := c.operations[key].Responses.Status(http.StatusOK)
	return success != nil && success.Value.Content["text/event-stream"] != nil
}

// checkStream compares the beginning of an endless reply with the document, and ends
// it.
func (c *replyChecker) checkStream(t *testing.T, key string, got *http.Response) {
	t.Helper()
	got.Body.Close()
	if got.StatusCode != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/event-stream") {
		t.Errorf("%s: %s, %v", key, got.Status, got.Header)
	}
	c.succeeded[key] = true
}

// operationCall is one call of an operation, with its path below /api/v2.
type operationCall struct {
	operation string // "METHOD path" with the names in braces
	path      string
	body      string
	status    int
}

// requests calls operations so that they succeed, and some so that they fail, in this
// order. SESSION is replaced by the ID of another session.
func requests() []operationCall {
	return []operationCall{
		{"POST /auth/login", "auth/login", `{"username":"admin","password":"` + passwordOf("admin") + `"}`, 200},
		{"POST /auth/login", "auth/login", `{"username":"admin","password":"wrong"}`, 401},
		{"PUT /profile/password", "profile/password", `{"oldPassword":"x","newPassword":"a long one"}`, 403},
		{"GET /profile/sessions", "profile/sessions", "", 200},
		{"DELETE /profile/sessions/{id}", "profile/sessions/SESSION", "", 200},
		{"DELETE /profile/sessions", "profile/sessions", "", 200},
		{"POST /profile/tokens", "profile/tokens", `{"name":"deploy","expires":"2030-01-01T00:00:00Z"}`, 200},
		{"POST /profile/tokens", "profile/tokens", `{"name":"deploy"}`, 409},
		{"GET /profile/tokens", "profile/tokens", "", 200},
		{"DELETE /profile/tokens/{id}", "profile/tokens/1", "", 200},
		{"DELETE /profile/tokens/{id}", "profile/tokens/1", "", 404},
		{"POST /users", "users", `{"username":"maria","password":"a long one","usertype":1,"must_change_password":true}`, 200},
		{"POST /users", "users", `{"username":"maria"}`, 400},
		{"GET /users", "users", "", 200},
		{"PUT /users/{user}/role", "users/maria/role", `{"role":"viewer"}`, 200},
		{"PUT /users/{user}/password", "users/maria/password", "", 200},
		{"PUT /users/{user}/password", "users/maria/password", `{"password":"another one","must_change_password":false}`, 200},
		{"DELETE /users/{user}/sessions", "users/maria/sessions", "", 200},
		{"DELETE /users/{user}/tokens", "users/maria/tokens", "", 200},
		{"DELETE /users/{user}", "users/maria", "", 200},
		{"DELETE /users/{user}", "users/admin", "", 409},

		{"POST /nodes/{node}/processes/{process}/{action}", "nodes/n/processes/web:web_0/restart", "", 200},
		{"POST /nodes/{node}/processes/{process}/{action}", "nodes/n/processes/web:web_0/start", "", 409},
		{"POST /nodes/{node}/processes/{process}/{action}", "nodes/n/processes/bad:bad/start", "{}", 422},
		{"POST /nodes/{node}/processes/{process}/{action}", "nodes/n/processes/web:nope/stop", "", 404},
		{"POST /nodes/{node}/all-processes/{action}", "nodes/n/all-processes/restart", "", 200},
		{"POST /nodes/{node}/all-processes/{action}", "nodes/silent/all-processes/restart", "", 502},
		{"POST /nodes/{node}/processes/{process}/signal", "nodes/n/processes/web:web_0/signal", `{"signal":"CONT"}`, 200},
		{"POST /nodes/{node}/processes/{process}/stdin", "nodes/n/processes/web:web_0/stdin", `{"text":"hello\n"}`, 200},
		{"POST /nodes/{node}/processes/{process}/clear-logs", "nodes/n/processes/web:web_0/clear-logs", "", 200},
		{"POST /nodes/{node}/all-processes/signal", "nodes/n/all-processes/signal", `{"signal":"CONT"}`, 200},
		{"POST /nodes/{node}/clear-logs", "nodes/n/clear-logs", "", 200},
		{"GET /nodes/{node}/log/search", "nodes/n/log/search?q=spawned", "", 200},
		{"GET /nodes/{node}/processes/{process}/logs/{stream}/search", "nodes/n/processes/web:web_0/logs/stdout/search?q=x", "", 200},
		{"POST /commands", "commands", `{"action":"restart","scope":"group","name":"web"}`, 200},
		{"POST /commands", "commands", `{"action":"start","targets":["n/bad:bad","n/bad:*"]}`, 422},
		{"POST /commands", "commands", `{"action":"start","scope":"matching","query":"x"}`, 400},
		{"POST /commands", "commands", `{"action":"start","scope":"group","name":"nope"}`, 404},
		{"GET /nodes/{node}", "nodes/silent", "", 200},
		{"GET /nodes/{node}/processes", "nodes/n/processes", "", 200},
		{"GET /nodes/{node}/processes", "nodes/silent/processes", "", 502},
		{"GET /nodes/{node}/processes/{process}/config", "nodes/n/processes/web:web_0/config", "", 200},

		{"POST /nodes/{node}/groups/{group}/remove", "nodes/n/groups/web/remove", "", 409},
		{"POST /nodes/{node}/groups/{group}/remove", "nodes/n/groups/off/remove", "", 200},
		{"POST /nodes/{node}/reread", "nodes/n/reread", "", 200},
		{"POST /nodes/{node}/groups/{group}/add", "nodes/n/groups/off/add", "", 200},
		{"POST /nodes/{node}/groups/{group}/add", "nodes/n/groups/nope/add", "", 404},
		{"POST /nodes/{node}/groups/{group}/remove", "nodes/n/groups/bad/remove", "", 200},
		{"POST /nodes/{node}/update", "nodes/n/update", `{"groups":["bad","web"]}`, 200},
		{"POST /nodes/{node}/clear-log", "nodes/n/clear-log", "", 200},
		{"POST /nodes/{node}/reload", "nodes/n/reload", "", 200},
		{"POST /nodes/{node}/reload", "nodes/silent/reload", "", 502},
		{"POST /nodes/{node}/shutdown", "nodes/n/shutdown", "", 409},
		{"POST /nodes/{node}/shutdown", "nodes/n/shutdown", `{"confirm":"n"}`, 200},

		{"GET /activitylogs", "activitylogs", "", 200},
		{"GET /activitylogs", "activitylogs?format=json", "", 200},
		{"GET /activitylogs", "activitylogs?since=yesterday", "", 400},
		{"GET /activitylogs/{limit}", "activitylogs/2?format=json", "", 200},
		{"GET /activitylogs/export", "activitylogs/export?format=csv", "", 200},
		{"GET /activitylogs/export", "activitylogs/export?format=jsonl", "", 200},
		{"DELETE /activitylogs", "activitylogs?before=2020-01-01", "", 200},

		{"PUT /profile/password", "profile/password", `{"oldPassword":"` + passwordOf("admin") + `","newPassword":"a long one"}`, 200},
		{"POST /auth/logout", "auth/logout", "", 200},
	}
}

// Every operation is called on a real fleet; those that the list above does not
// call are called by the example names.
func TestOpenAPI_RealRepliesMatch(t *testing.T) {
	h, _, s := startReal(t)
	h.fleet.Apply(fleet.Settings{
		Nodes:        []cesi.Node{s.Node("n"), {Name: "silent", URL: "http://127.0.0.1:1", Timeout: 5 * time.Second}},
		PollInterval: 100 * time.Millisecond, ActionTimeout: 30 * time.Second,
	})
	h.addUser("admin", cesi.Admin)
	h.wait("the silent node to be asked", h.fleet.Ready)
	h.as("admin") // a session to end
	admin, checker := h.as("admin"), newReplyChecker(t)
	called := make(map[string]bool)
	call := func(operation, path, body string) reply {
		method, _, _ := strings.Cut(operation, " ")
		if checker.streams(operation) {
			checker.checkStream(t, operation, admin.send(method, "/api/v2"+path, body))
			called[operation] = true
			return reply{}
		}
		got := admin.do(method, "/api/v2"+path, body)
		checker.check(t, operation, got)
		called[operation] = true
		return got
	}
	listed := requests()
	for _, operation := range slices.Sorted(maps.Keys(checker.operations)) {
		method, path, _ := strings.Cut(operation, " ")
		if !slices.ContainsFunc(listed, func(r operationCall) bool { return r.operation == operation }) && method == http.MethodGet {
			call(operation, examplePath(path), "")
		}
	}
	for _, r := range listed {
		path := strings.Replace(r.path, "SESSION", admin.anotherSession(), 1)
		if got := call(r.operation, "/"+path, r.body); got.status != r.status {
			t.Errorf("%s, %s: %d %s, want %d", r.operation, r.path, got.status, got.body, r.status)
		}
	}
	for operation := range checker.operations {
		if !checker.succeeded[operation] {
			t.Errorf("no good answer of %s was checked: add a call to requests()", operation)
		}
	}
}

// anotherSession is the ID of a session of the user's that is not this one.
func (b *browser) anotherSession() string {
	b.h.t.Helper()
	var list struct {
		Sessions []struct {
			ID      string
			Current bool
		}
	}
	b.get("/api/v2/profile/sessions").json(b.h.t, &list)
	for _, session := range list.Sessions {
		if !session.Current {
			return session.ID
		}
	}
	return ""
}

// examplePath fills a path with names that the test's fleet has.
func examplePath(path string) string {
	return strings.NewReplacer("{node}", "n", "{process}", "web:web_0", "{group}", "web", "{stream}", "stdout", "{action}", "restart").Replace(path)
}

func TestReplyChecker_FindsDifferences(t *testing.T) {
	checker := newReplyChecker(t)
	header := http.Header{"Content-Type": {"application/json"}}
	for name, got := range map[string]reply{
		"a property that is missing":     {status: 200, header: header, body: `{"status":"success"}`},
		"one that is not described":      {status: 200, header: header, body: `{"status":"success","nodes":[],"extra":1}`},
		"one of another type":            {status: 200, header: header, body: `{"status":"success","nodes":{}}`},
		"a status that is not described": {status: 201, header: header, body: `{"status":"success","nodes":[]}`},
		"another kind of text":           {status: 200, header: http.Header{"Content-Type": {"text/html"}}, body: `<p>`},
	} {
		t.Run(name, func(t *testing.T) {
			fake := &testing.T{}
			checker.check(fake, "GET /nodes", got)
			if !fake.Failed() {
				t.Errorf("%s passes", name)
			}
		})
	}
}
