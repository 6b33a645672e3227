package server

import (
	"net/url"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"
)

func TestPalette_Options(t *testing.T) {
	n := supervisortest.StartFleet(t).Add("n", fakeProcess("g", "p", cesi.Running), fakeProcess("h", "q", cesi.Running)).Node()
	h, b := startServerAs(t, cesi.Operator, []cesi.Node{n}, func(s *setup) { s.Prefix = "/cesi" })
	doc := b.get("/cesi/palette?" + url.Values{"q": {"restart g:p"}, "at": {"/cesi/nodes?q=n"}}.Encode()).page(t)
	button := doc.Find(`button[role=option][id]`)
	if got := button.AttrOr("formaction", ""); got != "/cesi/nodes/n/processes/g:p/restart" || button.AttrOr("form", "") != "act" {
		t.Errorf("the process's restart is sent to %q", got)
	}
	if got := b.post(button.AttrOr("formaction", ""), nil, with{"HX-Request", "true"}); got.status != 200 || !strings.Contains(got.body, "g:p on n") {
		t.Errorf("the restart: %d %s", got.status, got.body)
	}
	links := doc.Find(`a[role=option]`)
	if got := links.Length(); got != 0 {
		t.Errorf("%d links for g:p", got)
	}
	question := b.get("/cesi/palette?q=stop+n&at=/cesi/nodes%3Fq=n").page(t).Find(`a[role=option]`).First().AttrOr("href", "")
	if got := b.get(question); got.status != 200 || !strings.Contains(got.body, `href="/cesi/nodes?q=n"`) {
		t.Errorf("%q: %d, and it does not lead back", question, got.status)
	}
	if got := h.anybody().get("/cesi/palette?q=n"); got.status != 303 {
		t.Errorf("without login: %d", got.status)
	}
}
