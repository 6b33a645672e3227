package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"
)

// relay passes connections to an address on to a supervisord, until the test ends.
func relay(t *testing.T, address string, to cesi.Node) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: no second loopback address: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			onto, err := net.Dial("tcp", strings.TrimPrefix(to.URL, "http://"))
			if err != nil {
				from.Close()
				continue
			}
			pass := func(a, b net.Conn) {
				_, _ = io.Copy(a, b) // either side may end it
				a.Close()
				b.Close()
			}
			go pass(from, onto)
			go pass(onto, from)
		}
	}()
	return l
}

func TestNode_FollowsNameToNewAddress(t *testing.T) {
	t.Parallel()
	supervisortest.NeedNamespaces(t)
	const program = "[program:app]\ncommand = sleep 1000\nstartsecs = 0\n[program:%s]\ncommand = sleep 1000\nstartsecs = 0\n"
	before := supervisortest.Start(t, supervisortest.Options{Programs: fmt.Sprintf(program, "before")})
	after := supervisortest.Start(t, supervisortest.Options{Programs: fmt.Sprintf(program, "after")})
	_, port, err := net.SplitHostPort(relay(t, "127.0.0.2:0", before.Node("n")).Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	relay(t, "127.0.0.3:"+port, after.Node("n"))

	in := writeConf(t, nodesConf(cesi.Node{Name: "n", URL: "http://moves.test:" + port}), "poll_interval = 0.2")
	hosts := func(address string) { // in place: the file is mounted
		if err := os.WriteFile(in.path("hosts"), []byte("127.0.0.1 localhost\n"+address+" moves.test\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	hosts("127.0.0.2")
	in.under = []string{"unshare", "-m", "sh", "-c", `mount --bind "$0" /etc/hosts && exec "$@"`, in.path("hosts")}
	in.start(t)
	in.waitReady(t)
	b := in.login(t)
	shows := func(name string) bool {
		return strings.Contains(b.page("/nodes/n").Find("tr.process .process-name").Text(), name+":"+name)
	}
	waitFor(t, "the processes of the first machine", func() bool { return shows("before") })
	old := before.ProcessPID("app")

	hosts("127.0.0.3") // the first machine still answers
	waitFor(t, "the processes of the second machine", func() bool { return shows("after") })
	if text := b.page("/nodes/n").Find("#replaced").Text(); !strings.Contains(text, "127.0.0.2:"+port+", and now stands for 127.0.0.3:"+port) {
		t.Errorf("the page says of the move %q", text)
	}
	fresh := after.ProcessPID("app")
	if code := b.api("POST", "/api/v2/nodes/n/processes/app:app/restart", nil, nil); code != http.StatusOK {
		t.Errorf("the restart: status %d", code)
	}
	if after.ProcessPID("app") == fresh || before.ProcessPID("app") != old {
		t.Error("the restart did not go to the machine that the page shows")
	}
	if !strings.Contains(in.log.String(), "another machine or supervisord answers") {
		t.Error("the log says nothing of the move")
	}
}
