package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cesi/internal/cesi"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// document is openapi.json, as far as the tests look at it.
type document struct {
	Paths      map[string]map[string]json.RawMessage
	Components map[string]map[string]json.RawMessage
}

// operation is a method of a path.
type operation struct {
	ID         string `json:"operationId"`
	Tags       []string
	Role       string `json:"x-role"`
	Summary    string
	Parameters []documentParameter
	Responses  map[string]documentResponse
	path       string // with the braces
	shared     []documentParameter
}

type documentParameter struct {
	Ref      string `json:"$ref"`
	Name, In string
	Schema   struct{ Enum []string }
}

type documentResponse struct {
	Ref     string `json:"$ref"`
	Content map[string]json.RawMessage
}

// documentText is openapi.json.
func documentText(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func readDoc(t *testing.T) document {
	t.Helper()
	var doc document
	if err := json.Unmarshal(documentText(t), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// operations are all of the document's, by "METHOD path".
func (d document) operations(t *testing.T) map[string]operation {
	t.Helper()
	all := make(map[string]operation)
	for path, item := range d.Paths {
		var shared []documentParameter
		if text, found := item["parameters"]; found {
			d.read(t, text, &shared)
		}
		for method, text := range item {
			if method == "parameters" {
				continue
			}
			op := operation{path: path, shared: shared}
			d.read(t, text, &op)
			all[strings.ToUpper(method)+" "+path] = op
		}
	}
	return all
}

func (d document) read(t *testing.T, text json.RawMessage, value any) {
	t.Helper()
	if err := json.Unmarshal(text, value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// component reads what a reference such as #/components/responses/Error names.
func (d document) component(t *testing.T, ref string, value any) {
	t.Helper()
	parts := strings.Split(ref, "/")
	if len(parts) != 4 || d.Components[parts[2]][parts[3]] == nil {
		t.Fatalf("there is no %s", ref)
	}
	d.read(t, d.Components[parts[2]][parts[3]], value)
}

// pathParameters are those of an operation, by name.
func (d document) pathParameters(t *testing.T, op operation) map[string]documentParameter {
	t.Helper()
	found := make(map[string]documentParameter)
	for _, p := range append(op.shared, op.Parameters...) {
		if p.Ref != "" {
			d.component(t, p.Ref, &p)
		}
		if p.In == "path" {
			found[p.Name] = p
		}
	}
	return found
}

// documented writes a pattern of the router as the document does, and returns
// the words that its parameters are limited to.
func documented(route string) (key string, enums map[string][]string) {
	enums = make(map[string][]string)
	key = regexp.MustCompile(`\{(\w+):([^}]*)\}`).ReplaceAllStringFunc(route, func(parameter string) string {
		name, words, _ := strings.Cut(strings.Trim(parameter, "{}"), ":")
		if regexp.MustCompile(`^[a-z|-]+$`).MatchString(words) {
			enums[name] = strings.Split(words, "|")
		}
		return "{" + name + "}"
	})
	return key, enums
}

func TestEveryRouteOfTheAPIIsDocumentedAndNothingElse(t *testing.T) {
	h := startServer(t, nil)
	doc := readDoc(t)
	operations := doc.operations(t)
	for _, route := range everyRoute(t, h.Server) {
		below := strings.Replace(route, " /api/v2/", " /", 1)
		if below == route {
			continue
		}
		key, enums := documented(below)
		op, found := operations[key]
		if !found {
			t.Errorf("openapi.json does not describe %s", key)
			continue
		}
		delete(operations, key)
		parameters := doc.pathParameters(t, op)
		var names []string
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(op.path, -1) {
			names = append(names, m[1])
			if diff := cmp.Diff(enums[m[1]], parameters[m[1]].Schema.Enum); diff != "" {
				t.Errorf("%s: the words for %s: - route, + openapi.json:\n%s", key, m[1], diff)
			}
		}
		slices.Sort(names)
		if diff := cmp.Diff(names, slices.Sorted(maps.Keys(parameters))); diff != "" {
			t.Errorf("%s: - path, + parameters:\n%s", key, diff)
		}
		if want := roleWord(routeTable()[route]); op.Role != want {
			t.Errorf("%s: x-role %q, want %q", key, op.Role, want)
		}
	}
	for key := range operations {
		t.Errorf("there is no route for %s, which openapi.json describes", key)
	}
}

// roleWord is what the document calls those who may use a route.
func roleWord(r rank) string {
	return [...]string{"anybody", "everybody", "viewer", "logreader", "operator", "admin"}[r]
}

func TestEveryOperationSaysWhatItIs(t *testing.T) {
	doc := readDoc(t)
	var tags struct{ Tags []struct{ Name string } }
	doc.read(t, documentText(t), &tags)
	seen := make(map[string]string)
	for key, op := range doc.operations(t) {
		if op.Summary == "" || op.ID == "" || len(op.Tags) != 1 || op.Responses["default"].Ref == "" {
			t.Errorf("%s: want a summary, an operationId, a tag and the default answer: %+v", key, op)
		}
		if other, taken := seen[op.ID]; taken {
			t.Errorf("%s and %s are both %q", key, other, op.ID)
		}
		seen[op.ID] = key
		if !slices.ContainsFunc(tags.Tags, func(t struct{ Name string }) bool { return slices.Contains(op.Tags, t.Name) }) {
			t.Errorf("%s: the document has no tag %q", key, op.Tags)
		}
	}
}

// TestOpenAPI_ListsTooManyRequests holds the document to what limits a request: a
// log-in, a change that every role may make, a log that is followed.
func TestOpenAPI_ListsTooManyRequests(t *testing.T) {
	for key, op := range readDoc(t).operations(t) {
		method, path, _ := strings.Cut(key, " ")
		want := ""
		switch {
		case method != http.MethodGet && slices.Contains([]string{"anybody", "everybody", "viewer"}, op.Role):
			want = "TooMany"
		case strings.HasSuffix(path, "/tail"), strings.HasSuffix(path, "/download"):
			want = "TooManyLogs"
		}
		got := strings.TrimPrefix(op.Responses["429"].Ref, "#/components/responses/")
		if got != want {
			t.Errorf("%s: 429 is %q, want %q", key, got, want)
		}
	}
}

func TestErrorPage_HeadingOfTooManyFitsItsCause(t *testing.T) {
	h := startServer(t, nil)
	seen := make(map[string]cesi.Kind)
	for _, kind := range []cesi.Kind{cesi.Throttled, cesi.TooOften, cesi.TooManyOpen} {
		w := httptest.NewRecorder()
		h.fail(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/live", nil), cesi.Errorf(kind, "It is so."))
		page, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		heading := page.Find("h1").Text()
		if w.Code != http.StatusTooManyRequests || heading == "" || !strings.Contains(page.Find("title").Text(), heading) {
			t.Errorf("%v: %d %q, title %q", kind, w.Code, heading, page.Find("title").Text())
		}
		if other, found := seen[heading]; found {
			t.Errorf("%v and %v are both headed %q", kind, other, heading)
		}
		seen[heading] = kind
	}
}

// Every reference leads somewhere, and every component is used.
func TestTheDocumentsReferencesHold(t *testing.T) {
	doc := readDoc(t)
	used := make(map[string]bool)
	for _, m := range regexp.MustCompile(`"\$ref": "#/components/(\w+/\w+)"`).FindAllStringSubmatch(string(documentText(t)), -1) {
		used[m[1]] = true
	}
	for kind, components := range doc.Components {
		if kind == "securitySchemes" {
			continue
		}
		for name := range components {
			if key := kind + "/" + name; !used[key] {
				t.Errorf("nothing refers to %s", key)
			} else {
				delete(used, key)
			}
		}
	}
	for key := range used {
		t.Errorf("there is no %s", key)
	}
}

func TestTheDocumentNamesEveryActionAndResult(t *testing.T) {
	doc := readDoc(t)
	for name, want := range map[string]string{"Action": fmt.Sprint(cesi.Actions()), "Result": fmt.Sprint(cesi.Results())} {
		var schema struct{ Enum []string }
		doc.component(t, "#/components/schemas/"+name, &schema)
		if got := fmt.Sprint(schema.Enum); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestTheDocumentIsServedToAnybody(t *testing.T) {
	h := startServer(t, nil, func(s *setup) { s.Prefix = "/cesi" })
	got := h.anybody().get("/cesi/api/v2/openapi.json")
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/json" || got.body != strings.Replace(string(documentText(t)), "cesi_session_ID", h.sessions.SessionCookie(false), 1) {
		t.Errorf("%d %s %.100s", got.status, got.header.Get("Content-Type"), got.body)
	}
}
