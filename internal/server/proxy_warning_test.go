package server

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestProxyWarning_OncePerUntrustedPeer(t *testing.T) {
	h := startServer(t, nil)
	from := func(peer, forwarded string) {
		r := httptest.NewRequest("GET", "/login", nil)
		r.RemoteAddr = peer + ":4000"
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	warnings := func() int { return strings.Count(h.log.String(), "not in trusted_proxies") }
	from("192.0.2.1", "")
	from("127.0.0.1", "198.51.100.7")
	if got := warnings(); got != 0 {
		t.Errorf("%d warnings without a strange proxy", got)
	}
	for range 3 {
		from("192.0.2.1", "198.51.100.7")
	}
	if got := warnings(); got != 1 || !strings.Contains(h.log.String(), "proxy=192.0.2.1") {
		t.Errorf("%d warnings of one proxy:\n%s", got, h.log)
	}
	for n := range 100 {
		from(fmt.Sprint("198.51.100.", n), "192.0.2.9")
	}
	if got := warnings(); got != maxProxyWarnings {
		t.Errorf("%d warnings of many who claim to be proxies", got)
	}
}
