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
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/google/go-cmp/cmp"
)

// operation is a method of a path in openapi.json.
type operation struct {
	*openapi3.Operation
	route routers.Route
}

// role returns who may use the operation.
func (o operation) role() string {
	word, _ := o.Extensions["x-role"].(string)
	return word
}

// pathParameters are the operation's parameters in the path, by name.
func (o operation) pathParameters() map[string]*openapi3.Parameter {
	found := make(map[string]*openapi3.Parameter)
	for _, p := range slices.Concat(o.route.PathItem.Parameters, o.Parameters) {
		if p.Value.In == openapi3.ParameterInPath {
			found[p.Value.Name] = p.Value
		}
	}
	return found
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

// readDoc reads an OpenAPI document whose references all lead somewhere.
func readDoc(t *testing.T, text []byte) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// operations are all of a document's, by "METHOD path".
func operations(doc *openapi3.T) map[string]operation {
	all := make(map[string]operation)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all[method+" "+path] = operation{op, routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}}
		}
	}
	return all
}

// wordsOf are those that a schema is limited to.
func wordsOf(schema *openapi3.SchemaRef) []string {
	var words []string
	for _, word := range schema.Value.Enum {
		words = append(words, fmt.Sprint(word))
	}
	return words
}

func TestOpenAPI_IsValid(t *testing.T) {
	if err := readDoc(t, documentText(t)).Validate(t.Context()); err != nil {
		t.Error(err)
	}
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

func TestOpenAPI_ListsExactlyTheRoutes(t *testing.T) {
	h := startServer(t, nil)
	left := operations(readDoc(t, documentText(t)))
	for _, route := range everyRoute(t, h.Server) {
		below := strings.Replace(route, " /api/v2/", " /", 1)
		if below == route {
			continue
		}
		key, enums := documented(below)
		op, found := left[key]
		if !found {
			t.Errorf("openapi.json does not describe %s", key)
			continue
		}
		delete(left, key)
		parameters := op.pathParameters()
		var names []string
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(op.route.Path, -1) {
			names = append(names, m[1])
			if parameters[m[1]] == nil {
				continue // the names differ
			}
			if diff := cmp.Diff(enums[m[1]], wordsOf(parameters[m[1]].Schema)); diff != "" {
				t.Errorf("%s: the words for %s: - route, + openapi.json:\n%s", key, m[1], diff)
			}
		}
		slices.Sort(names)
		if diff := cmp.Diff(names, slices.Sorted(maps.Keys(parameters))); diff != "" {
			t.Errorf("%s: - path, + parameters:\n%s", key, diff)
		}
		if want := roleWord(routeTable()[route]); op.role() != want {
			t.Errorf("%s: x-role %q, want %q", key, op.role(), want)
		}
	}
	for key := range left {
		t.Errorf("there is no route for %s, which openapi.json describes", key)
	}
}

// roleWord is the document's word for those who may use a route.
func roleWord(r rank) string {
	return [...]string{"anybody", "everybody", "viewer", "logreader", "operator", "admin"}[r]
}

func TestOpenAPI_OperationsAreDescribed(t *testing.T) {
	doc := readDoc(t, documentText(t))
	seen := make(map[string]string)
	for key, op := range operations(doc) {
		byDefault := op.Responses.Default()
		if op.Summary == "" || op.OperationID == "" || len(op.Tags) != 1 || byDefault == nil || byDefault.Ref == "" {
			t.Errorf("%s: want a summary, an operationId, a tag and the default answer: %+v", key, op)
		}
		if other, taken := seen[op.OperationID]; taken {
			t.Errorf("%s and %s are both %q", key, other, op.OperationID)
		}
		seen[op.OperationID] = key
		if !slices.ContainsFunc(doc.Tags, func(tag *openapi3.Tag) bool { return slices.Contains(op.Tags, tag.Name) }) {
			t.Errorf("%s: the document has no tag %q", key, op.Tags)
		}
	}
}

// TestOpenAPI_ListsTooManyRequests checks that the document names the reply 429 where
// requests are limited: a login, a change that every role may make, a followed log.
func TestOpenAPI_ListsTooManyRequests(t *testing.T) {
	for key, op := range operations(readDoc(t, documentText(t))) {
		method, path, _ := strings.Cut(key, " ")
		want := ""
		switch {
		case method != http.MethodGet && slices.Contains([]string{"anybody", "everybody", "viewer"}, op.role()):
			want = "TooMany"
		case strings.HasSuffix(path, "/tail"), strings.HasSuffix(path, "/download"):
			want = "TooManyLogs"
		}
		got := ""
		if response := op.Responses.Value("429"); response != nil {
			got = strings.TrimPrefix(response.Ref, "#/components/responses/")
		}
		if got != want {
			t.Errorf("%s: 429 is %q, want %q", key, got, want)
		}
	}
}

func TestErrorPage_TooManyRequestsHeadings(t *testing.T) {
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
func TestOpenAPI_References(t *testing.T) {
	var doc struct {
		Components map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(documentText(t), &doc); err != nil {
		t.Fatal(err)
	}
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

func TestOpenAPI_ListsEveryActionAndResult(t *testing.T) {
	schemas := readDoc(t, documentText(t)).Components.Schemas
	for name, want := range map[string]string{"Action": fmt.Sprint(cesi.Actions()), "Result": fmt.Sprint(cesi.Results())} {
		if got := fmt.Sprint(wordsOf(schemas[name])); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestOpenAPI_ServedWithoutLogin(t *testing.T) {
	h := startServer(t, nil, func(s *setup) { s.Prefix = "/cesi" })
	got := h.anybody().get("/cesi/api/v2/openapi.json")
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/json" || got.body != strings.Replace(string(documentText(t)), "cesi_session_ID", h.sessions.SessionCookie(false), 1) {
		t.Errorf("%d %s %.100s", got.status, got.header.Get("Content-Type"), got.body)
	}
}
