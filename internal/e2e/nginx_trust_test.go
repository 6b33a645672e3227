package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNginx_ActivityLogHasClientAddress(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "", "trusted_proxies = 127.0.0.1")
	p := startNginx(t, in, blockRoot, nil)
	forged := http.Header{"X-Forwarded-For": {"203.0.113.9"}, "X-Forwarded-Proto": {"https"},
		"Forwarded": {"for=203.0.113.9"}, "X-Real-Ip": {"203.0.113.9"}}
	for _, c := range []struct {
		name    string
		visitor visitor
		want    string
	}{
		{"through nginx", visitor{from: "127.0.0.2"}, "127.0.0.2"},
		{"through nginx, forging", visitor{from: "127.0.0.3", header: forged}, "127.0.0.3"},
		{"around nginx, forging", visitor{from: "127.0.0.4", header: forged, direct: strings.TrimPrefix(in.url, "http://")}, "127.0.0.4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, v := p.visit(t, "http")
			v.from, v.header, v.direct = c.visitor.from, c.visitor.header, c.visitor.direct
			b.login("admin", adminPassword)
			var answer struct {
				Logs []struct{ Action, Address string }
			}
			b.api("GET", "/api/v2/activitylogs/1?format=json", nil, &answer)
			if diff := cmp.Diff([]struct{ Action, Address string }{{"login", c.want}}, answer.Logs); diff != "" {
				t.Errorf("the activity log:\n%s", diff)
			}
			if v.cookie.Secure {
				t.Error("the cookie is Secure over plain HTTP, which no browser would send back")
			}
		})
	}
}

func TestNginx_FormsNeedHostHeader(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	credentials := url.Values{"username": {"admin"}, "password": {adminPassword}}

	b, v := startNginx(t, in, blockRoot, nil).visit(t, "http")
	v.origin = "http://elsewhere.example.com"
	if code, _ := b.post("/login", credentials); code != http.StatusForbidden {
		t.Errorf("from another site: status %d", code)
	}

	const line = "proxy_set_header Host $http_host;"
	without := func(text string) string { return strings.ReplaceAll(text, line, "") }
	for _, scheme := range []string{"http", "https"} {
		b, _ := startNginx(t, in, blockRoot, without).visit(t, scheme)
		code, page := b.post("/login", credentials)
		if code != http.StatusForbidden || !strings.Contains(page.Text(), line) {
			t.Errorf("%s without the line: status %d, %s", scheme, code, page.Text())
		}
	}
}
