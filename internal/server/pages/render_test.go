package pages

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/view"
	"cesi/internal/server/view/viewtest"
)

func TestRender_WritesPageWithStatus(t *testing.T) {
	w := httptest.NewRecorder()
	page := NewErrorPage(view.Base{Site: "CeSI", Now: fleettest.Now}, http.StatusNotFound, cesi.Raw("there is no such node"), "")
	if err := viewtest.Renderer(t, "").Render(w, http.StatusNotFound, "error", page); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
}

func TestRender_FailureWritesNothing(t *testing.T) {
	r := viewtest.Renderer(t, "")
	unknownTheme := sampleBase(0)
	unknownTheme.Theme = "no such theme"
	for name, try := range map[string]sample{
		"an unknown page":    {page: "no such page", data: view.Base{}},
		"the wrong struct":   {page: "error", data: view.Base{}},
		"a failing template": {page: "error", data: NewErrorPage(unknownTheme, 404, cesi.Text{}, "")},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			if err := r.Render(w, http.StatusOK, try.page, try.data); err == nil {
				t.Errorf("%s: no error", name)
			}
			if w.Body.Len() > 0 || w.Result().Header.Get("Content-Type") != "" {
				t.Errorf("%s: something was written", name)
			}
		})
	}
}
