package e2e

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"cesi/internal/supervisor/supervisortest"
)

// TestConnections_IdleOnesBlockNothing opens hundreds of connections that never send
// a request: many more than cesi has file descriptors.
func TestConnections_IdleOnesBlockNothing(t *testing.T) {
	t.Parallel()
	sv := supervisortest.Start(t, supervisortest.Options{Programs: "[program:api]\ncommand = tail -f /dev/null\nstartsecs = 0\n"})
	for name, trusted := range map[string]string{"a stranger": "trusted_proxies = 127.0.0.1", "a trusted proxy": "trusted_proxies = 127.0.0.0/8"} {
		t.Run(name, func(t *testing.T) {
			in := writeConf(t, nodesConf(sv.Node("web-1")), "poll_interval = 0.5", trusted)
			in.under = []string{"prlimit", "--nofile=64:160"} // cesi raises the first to the second
			in.start(t)
			in.waitReady(t)
			early := in.login(t)
			dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}, Timeout: 10 * time.Second}
			for range 600 {
				c, err := dialer.Dial("tcp", strings.TrimPrefix(in.url, "http://"))
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
			}
			for _, b := range []*browser{early, in.login(t)} {
				if code, _ := b.get("/"); code != http.StatusOK {
					t.Errorf("the dashboard: status %d", code)
				}
			}
			sv.StopProcess("api:api")
			waitFor(t, "a poll to see what stopped", func() bool {
				_, doc := early.get("/nodes/web-1")
				return strings.Contains(doc.Find("main").Text(), "STOPPED")
			})
			sv.StartProcess("api:api")
			if strings.Contains(in.log.String(), "too many open files") {
				t.Errorf("cesi ran out of descriptors:\n%s", in.log)
			}
		})
	}
}
