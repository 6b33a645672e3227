package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/server/api"
)

// withRoute is the server with one more route in front, which is logged in to
// as the others are.
func (h *harness) withRoute(t *testing.T, path string, handler http.HandlerFunc) *harness {
	t.Helper()
	routes := h.routes()
	routes.Get(path, handler)
	listener := httptest.NewServer(h.chain(routes))
	t.Cleanup(listener.Close)
	copied := *h
	copied.url = listener.URL
	return &copied
}

func TestPanic_ReplyHasNoDetails(t *testing.T) {
	h := startServer(t, nil)
	h.addUser("viewer", cesi.Viewer)
	fail := func(http.ResponseWriter, *http.Request) { panic("the secret detail") }
	page := h.withRoute(t, "/broken", fail).as("viewer").get("/broken")
	answer := h.withRoute(t, "/api/v2/broken", fail).as("viewer").get("/api/v2/broken")
	if page.status != http.StatusInternalServerError || answer.status != http.StatusInternalServerError {
		t.Errorf("statuses %d and %d", page.status, answer.status)
	}
	doc := page.page(t)
	if got := doc.Find("h1").Text(); got != "Internal error" {
		t.Errorf("the page's heading is %q: %s", got, page.body)
	}
	if doc.Find(`form[action="/logout"]`).Length() != 1 {
		t.Error("the page has forgotten who is logged in")
	}
	var failure api.ErrorJSON
	answer.json(t, &failure)
	if failure.Status != "error" || failure.Message != "Internal error; see CeSI's log." {
		t.Errorf("the answer says %+v", failure)
	}
	if strings.Contains(page.body+answer.body, "secret") {
		t.Error("a detail is shown")
	}
	if log := h.log.String(); strings.Count(log, "the secret detail") != 2 || !strings.Contains(log, "panic_test.go") {
		t.Errorf("the log says %s", log)
	}
}

func TestPanic_BreaksOffStartedReply(t *testing.T) {
	h := startServer(t, nil)
	h.addUser("viewer", cesi.Viewer)
	b := h.withRoute(t, "/broken", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "the first half")
		_ = http.NewResponseController(w).Flush()
		panic("the secret detail")
	}).as("viewer")
	response := b.send(http.MethodGet, "/broken", "")
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil || string(body) != "the first half" {
		t.Errorf("got %q, %v: it looks whole", body, err)
	}
	if !strings.Contains(h.log.String(), "the secret detail") {
		t.Error("the log says nothing of it")
	}
}
