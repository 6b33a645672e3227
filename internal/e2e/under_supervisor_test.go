package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

// homePrograms run next to CeSI; slow takes longer to start than any test waits.
const homePrograms = `
[program:app]
startsecs = 0
command = sleep 1000
[program:slow]
command = sleep 1000
autostart = false
startsecs = 600
`

// atHome is CeSI run by a supervisord that is also its node "home".
type atHome struct {
	*instance
	supervisor *supervisortest.Supervisor
}

func startAtHome(t *testing.T) *atHome {
	t.Helper()
	s := supervisortest.Start(t, supervisortest.Options{})
	in := writeConf(t, nodesConf(s.Node("home")), "poll_interval = 0.2")
	program := fmt.Sprintf("[program:cesi]\ncommand = %s -c %s\ndirectory = %s\nautorestart = true\nstopwaitsecs = 5\nredirect_stderr = true\n",
		binaryPath(t), in.conf, in.dir)
	s.WriteConfig(homePrograms + program)
	s.Ctl("update")
	home := &atHome{instance: in, supervisor: s}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("cesi said:\n%s", s.Tail("cesi"))
		}
	})
	home.waitReady(t)
	s.WaitState("cesi", "RUNNING")
	return home
}

// pid is that of CeSI as its supervisord has it.
func (h *atHome) pid(t *testing.T) int {
	t.Helper()
	return h.supervisor.ProcessPID("cesi")
}

// supervisordLog returns supervisord's own log.
func (h *atHome) supervisordLog(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(h.supervisor.Path("supervisord.log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// lastStop is how long supervisord waited for CeSI to end, from its own log.
// supervisord logs the beginning of a stop only if a client waits for it.
func (h *atHome) lastStop(t *testing.T) time.Duration {
	t.Helper()
	text := h.supervisordLog(t)
	var began, ended time.Time
	for line := range strings.Lines(text) {
		at, err := time.Parse("2006-01-02 15:04:05,000", line[:min(23, len(line))])
		switch {
		case err != nil:
		case strings.Contains(line, "waiting for cesi to stop"):
			began = at
		case strings.Contains(line, "stopped: cesi (exit status 0)"):
			ended = at
		}
	}
	if began.IsZero() || ended.Before(began) {
		t.Fatalf("cesi did not end by itself with status 0:\n%s", text)
	}
	return ended.Sub(began)
}

// waitRunning waits until a page of CeSI's says that its processes run.
func (h *atHome) waitRunning(b *browser) {
	b.t.Helper()
	waitFor(b.t, "the page to show two running processes", func() bool {
		return b.page("/nodes/home").Find("tr.process .state-running").Length() == 2
	})
}

func TestSelf_IsMarkedAndSkippedByRestartAll(t *testing.T) {
	t.Parallel()
	home := startAtHome(t)
	b := home.login(t)
	home.waitRunning(b)
	marked := b.page("/nodes/home").Find("tr.process:has(.self-mark) .process-name").Text()
	if diff := cmp.Diff("cesi:cesi", marked); diff != "" {
		t.Errorf("what is marked as this CeSI:\n%s", diff)
	}

	self, app := home.pid(t), home.supervisor.ProcessPID("app")
	_, question := b.get("/nodes/home/confirm?action=restart")
	if text := question.Text(); !strings.Contains(text, "it is this CeSI itself") {
		t.Errorf("the question does not say what is skipped: %s", text)
	}
	code, after := b.press(question, "Restart app:app", nil)
	if code != http.StatusOK || !strings.Contains(after.Find(".flash").Text(), "it is this CeSI itself") {
		t.Errorf("restart all: status %d, %s", code, after.Find(".flash").Text())
	}
	if pid := home.pid(t); pid != self {
		t.Errorf("CeSI has pid %d after the restart of all, had %d", pid, self)
	}
	if pid := home.supervisor.ProcessPID("app"); pid == app {
		t.Errorf("app still has pid %d after the restart of all", pid)
	}
	if n := strings.Count(home.ownLog(b), "CeSI is ready"); n != 1 {
		t.Errorf("CeSI began to serve %d times", n)
	}
}

// ownLog is CeSI's log as its own API gives it.
func (h *atHome) ownLog(b *browser) string {
	b.t.Helper()
	var answer struct {
		Logs struct{ Stdout, Stderr []string }
	}
	if code := b.api("GET", "/api/v2/nodes/home/processes/cesi:cesi/log", nil, &answer); code != http.StatusOK {
		b.t.Fatalf("the log: status %d", code)
	}
	if len(answer.Logs.Stderr) > 0 {
		b.t.Errorf("stderr is redirected, but holds %q", answer.Logs.Stderr)
	}
	return strings.Join(answer.Logs.Stdout, "\n")
}

func TestSelf_RestartExecutesItself(t *testing.T) {
	t.Parallel()
	home := startAtHome(t)
	b := home.login(t)
	home.waitRunning(b)
	pid := home.pid(t)

	code, farewell := b.press(b.page("/nodes/home"), "Restart cesi:cesi", nil)
	if heading := farewell.Find("h1").Text(); code != http.StatusOK || heading != "CeSI restarts" {
		t.Errorf("restart of itself: status %d, %s", code, heading)
	}
	waitFor(t, "cesi to serve again", func() bool {
		return strings.Count(home.supervisor.Tail("cesi"), "CeSI is ready") == 2
	})
	home.waitReady(t)
	if after := home.pid(t); after != pid {
		t.Errorf("CeSI has pid %d after its restart, had %d", after, pid)
	}
	if state := home.supervisor.State("cesi"); state != "RUNNING" {
		t.Errorf("supervisord says %s", state)
	}
	home.waitRunning(b) // the session is still good
	b.page("/profile")
}

func TestSelf_StopNeedsTypedConfirmation(t *testing.T) {
	t.Parallel()
	home := startAtHome(t)
	b := home.login(t)
	home.waitRunning(b)

	code, question := b.press(b.page("/nodes/home"), "Stop cesi:cesi…", nil)
	if code != http.StatusOK || !strings.Contains(question.Text(), "this CeSI itself") {
		t.Fatalf("the question: status %d, %s", code, question.Text())
	}
	for _, typed := range []string{"", "cesi"} {
		code, again := b.press(question, "Stop cesi:cesi", url.Values{"confirm_self": {typed}})
		if code != http.StatusConflict || again.Find(".problem").Length() != 1 {
			t.Errorf("typed %q: status %d, %s", typed, code, again.Text())
		}
	}
	if state := home.supervisor.State("cesi"); state != "RUNNING" {
		t.Fatalf("unconfirmed, but supervisord says %s", state)
	}
	code, farewell := b.press(question, "Stop cesi:cesi", url.Values{"confirm_self": {"cesi:cesi"}})
	if heading := farewell.Find("h1").Text(); code != http.StatusOK || heading != "CeSI is stopped" {
		t.Errorf("stop of itself: status %d, %s", code, heading)
	}
	home.supervisor.WaitState("cesi", "STOPPED")
	if log := home.supervisordLog(t); !strings.Contains(log, "stopped: cesi (exit status 0)") {
		t.Errorf("cesi did not end by itself with status 0:\n%s", log)
	}
	home.comeBack(t)
	if log := activity(b); !strings.Contains(log, "home stop cesi:cesi ok") {
		t.Errorf("the stop is not in the activity log as done:\n%s", log)
	}
}

func TestShutdown_OpenStreamsDoNotDelay(t *testing.T) {
	t.Parallel()
	home := startAtHome(t)
	b := home.login(t)
	home.waitRunning(b)
	halfRequest := home.connect(t, "GET / HTTP/1.1\r\nHost:")
	idle := home.connect(t, "GET /login HTTP/1.1\r\nHost: x\r\n\r\n")
	if response, err := http.ReadResponse(idle, nil); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the login page: %v, %v", response, err)
	}
	connections := map[string]io.Reader{"half a request": halfRequest, "an idle connection": idle,
		"a page that follows": b.follow("/live?at=/nodes/home")}
	answered := home.startSlowly(t, b)

	home.supervisor.StopProcess("cesi")
	// By supervisord's log: supervisorctl itself once took 5 s on a busy machine,
	// while CeSI had ended in 0.4 s.
	took := home.lastStop(t)
	t.Logf("supervisord waited %s for CeSI", took)
	if took > 3*time.Second {
		t.Errorf("supervisord waited %s for CeSI", took)
	}
	if code := <-answered; code == 0 {
		t.Error("the request that waited for its command got no answer")
	}
	for name, connection := range connections {
		t.Run(name, func(t *testing.T) {
			if _, err := io.Copy(io.Discard, connection); err != nil && !strings.Contains(err.Error(), "reset") {
				t.Errorf("%s was not closed: %v", name, err)
			}
		})
	}

	home.comeBack(t)
	if log := activity(b); !strings.Contains(log, "home start slow:slow interrupted") {
		t.Errorf("the command that was under way is not interrupted:\n%s", log)
	}
}

// comeBack starts CeSI after a stop, as users do.
func (h *atHome) comeBack(t *testing.T) {
	t.Helper()
	h.supervisor.StartProcess("cesi")
	h.waitReady(t)
}

// connect opens a connection and writes to it.
func (in *instance) connect(t *testing.T, text string) *bufio.Reader {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(in.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatal(err)
	}
	return bufio.NewReader(connection)
}

// follow opens the stream of a page, and returns once it has said something.
func (b *browser) follow(path string) io.Reader {
	b.t.Helper()
	response, err := b.client.Do(b.request("GET", path, "", nil))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { response.Body.Close() })
	stream := bufio.NewReader(response.Body)
	if line, err := stream.ReadString('\n'); err != nil || response.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: status %d, %q, %v", path, response.StatusCode, line, err)
	}
	return stream
}

// startSlowly sends a slow start, and returns once it is running. The status of its
// reply comes later; 0 is none.
func (h *atHome) startSlowly(t *testing.T, b *browser) <-chan int {
	t.Helper()
	answered := make(chan int, 1)
	request := b.request("POST", "/api/v2/nodes/home/processes/slow:slow/start", "application/json", nil)
	go func() {
		response, err := b.client.Do(request)
		if err != nil {
			answered <- 0
			return
		}
		response.Body.Close()
		answered <- response.StatusCode
	}()
	h.supervisor.WaitState("slow", "STARTING")
	return answered
}

// activity is the activity log, newest first, a line of the fields that are not
// chance for each entry.
func activity(b *browser) string {
	b.t.Helper()
	var answer struct {
		Logs []struct{ Node, Action, Target, Result string }
	}
	if code := b.api("GET", "/api/v2/activitylogs?format=json", nil, &answer); code != http.StatusOK {
		b.t.Fatalf("the activity log: status %d", code)
	}
	var lines strings.Builder
	for _, e := range answer.Logs {
		fmt.Fprintf(&lines, "%s %s %s %s\n", e.Node, e.Action, e.Target, e.Result)
	}
	return lines.String()
}
