package server

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"cesi/internal/cesi"
)

func TestRates_ViewerCannotFloodTheActivityLog(t *testing.T) {
	t.Parallel()
	now := time.Now()
	_, nodes := fakeNode(t)
	h := startServer(t, nodes, func(s *setup) { s.Now = func() time.Time { return now } })
	h.addUsers()
	viewer := h.as("viewer")
	before := len(h.entries())
	refused := 0
	for n := range 100 {
		var got reply
		switch n % 4 {
		case 0:
			got = viewer.post("/profile/preferences", url.Values{"language": {"en"}, "scheme": {"dark"}})
		case 1:
			got = viewer.post("/profile/tokens", url.Values{"name": {"t"}, "days": {"1"}})
		case 2:
			got = viewer.post("/profile/sessions/end", nil)
		default:
			got = viewer.do(http.MethodPut, "/api/v2/profile/password", `{"old_password": "x", "new_password": "y"}`)
		}
		if got.status == http.StatusTooManyRequests && got.header.Get("Retry-After") != "" {
			refused++
		}
	}
	if added := len(h.entries()) - before; added > changeBurst || refused < 100-changeBurst {
		t.Errorf("%d entries, %d refused", added, refused)
	}
	if got := h.as("operator").post("/profile/preferences", url.Values{"language": {"en"}, "scheme": {"dark"}}); got.status == http.StatusTooManyRequests {
		t.Error("another user is refused, too")
	}
}

func TestRates_PollsPerUser(t *testing.T) {
	t.Parallel()
	now := time.Now()
	_, nodes := fakeNode(t)
	h := startServer(t, nodes, func(s *setup) { s.Now = func() time.Time { return now } })
	h.addUser("viewer", cesi.Viewer)
	viewer := h.as("viewer")
	for n := range pollBurst + 1 {
		// A node that does not exist, so that no poll is waited for.
		got := viewer.post("/nodes/none/poll", nil).status
		if (got == http.StatusTooManyRequests) != (n == pollBurst) {
			t.Errorf("poll %d: %d", n, got)
		}
	}
}
