package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cesi/internal/cesi"
)

func TestQuery_LongValueIsRefused(t *testing.T) {
	_, admin := startServerAs(t, cesi.Admin, nil)
	for _, path := range []string{"/activity", "/api/v2/activitylogs", "/api/v2/activitylogs/export", "/processes", "/api/v2/processes", "/nodes", "/groups", "/environments", "/palette"} {
		for _, name := range []string{"q", "user", "node", "process", "action", "result", "since", "until", "before", "group", "state", "sort", "page", "environment", "limit", "format", "unknown"} {
			got := admin.get(path + "?" + url.Values{name: {strings.Repeat("%a", 15_000)}}.Encode())
			if got.status != http.StatusBadRequest || !strings.Contains(got.body, "is too long") {
				t.Errorf("%s?%s=…: %d", path, name, got.status)
			}
		}
		longest := admin.get(path + "?" + url.Values{"q": {strings.Repeat("%", maxQueryValue)}}.Encode())
		if longest.status != http.StatusOK {
			t.Errorf("%s with the longest search: %d %.200s", path, longest.status, longest.body)
		}
	}
}
