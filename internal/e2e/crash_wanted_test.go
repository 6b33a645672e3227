package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cesi/internal/supervisor/supervisortest"
)

// slowToStop is a program that takes no notice of SIGTERM.
const slowToStop = `[program:slow]
command = sh -c "trap '' TERM; exec tail -f /dev/null"
startsecs = 0
stopwaitsecs = 6
[program:other]
command = tail -f /dev/null
startsecs = 0
`

func TestCrash_RestartedProcessStaysWanted(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: slowToStop})
	s.WaitState("slow", "RUNNING")
	in := startCesi(t, nodesConf(s.Node("n")), "poll_interval = 0.2")
	b := in.login(t)
	b.send("/nodes/n/processes/slow:slow/restart", url.Values{})
	s.WaitState("slow", "STOPPING")
	in.kill()
	s.WaitState("slow", "STOPPED")
	in.start(t)
	in.waitReady(t)

	var answer struct {
		Process struct {
			Wanted     bool
			NotStarted string `json:"not_started"`
		}
	}
	const reason = "CeSI ended in the middle of the restart"
	waitFor(t, "it to be not started", func() bool {
		code := b.api("GET", "/api/v2/nodes/n/processes/slow:slow", nil, &answer)
		return code == http.StatusOK && answer.Process.NotStarted != ""
	})
	if !answer.Process.Wanted || answer.Process.NotStarted != reason {
		t.Errorf("the API says %+v", answer.Process)
	}
	page := b.page("/nodes/n").Find("main").Text()
	if !strings.Contains(page, "NOT STARTED") || !strings.Contains(page, reason) {
		t.Errorf("the page of the node says %s", page)
	}
	if code := b.api("POST", "/api/v2/nodes/n/all-processes/restart", nil, nil); code != http.StatusOK {
		t.Errorf("the next restart of all: status %d", code)
	}
	s.WaitState("slow", "RUNNING")
	b.api("GET", "/api/v2/nodes/n/processes/slow:slow", nil, &answer)
	if answer.Process.Wanted {
		t.Errorf("it runs, and is still wanted: %+v", answer.Process)
	}
}
