package e2e

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"cesi/internal/supervisor/supervisortest"
)

// behind are locations of an nginx in front of a supervisord, and whether logs come as
// streams then.
var behind = map[string]struct {
	directives string
	live       bool
}{
	"as people set it up": {"", false},
	"for streams":         {`proxy_http_version 1.1; proxy_set_header Connection "";`, true},
}

func TestLogs_LiveThroughNginx(t *testing.T) {
	t.Parallel()
	supervisortest.Need(t, "nginx", "nginx-light")
	node := supervisortest.Start(t, supervisortest.Options{Programs: `
[program:slow]
command = sh -c 'n=0; while sleep 0.5; do n=$((n+1)); echo "line $n"; done'
startsecs = 0
[program:restless]
command = sleep 3
startsecs = 0
autorestart = true
`}).Node("n")
	for name, c := range behind {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := net.JoinHostPort("127.0.0.1", strconv.Itoa(supervisortest.FreePort(t)))
			runNginx(t, "server { listen "+address+"; location / { proxy_pass "+node.URL+"; "+c.directives+" } }\n")
			proxied := node
			proxied.URL = "http://" + address
			in := startCesi(t, nodesConf(proxied), "poll_interval = 0.5")
			b := in.login(t)
			waitFor(t, "the node to answer", func() bool { return b.nodes()["n"].Connected })
			b.wantLines("/api/v2/nodes/n/processes/slow:slow/logs/stdout/tail", "line ", c.live)
			b.wantLines("/api/v2/nodes/n/log/tail", "spawned: 'restless'", c.live)
		})
	}
}

// wantLines follows a log until lines came at three times after the first, and
// checks whether it is said to be live as a stream.
func (b *browser) wantLines(path, text string, live bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Second)
	defer cancel()
	response, err := b.client.Do(b.request("GET", path, "", nil).WithContext(ctx))
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: status %d", path, response.StatusCode)
	}
	state, event, came := "", "", 0
	for lines := bufio.NewScanner(response.Body); came < 4 && lines.Scan(); {
		line := lines.Text()
		if name, found := strings.CutPrefix(line, "event: "); found {
			event = name
		}
		data, found := strings.CutPrefix(line, "data: ")
		switch {
		case !found:
		case event == "state":
			state = data
		case event == "text" && strings.Contains(data, text):
			came++
		}
	}
	if came < 4 {
		b.t.Fatalf("%s: it came %d times; it is said to be %s", path, came, state)
	}
	if !strings.Contains(state, `"live":true`) || strings.Contains(state, "proxy_http_version 1.1;") == live {
		b.t.Errorf("%s: it is said to be %s", path, state)
	}
}
