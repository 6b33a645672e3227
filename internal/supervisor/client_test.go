package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// everyKind are programs of every kind, quick to get to their states.
const everyKind = `
[program:steady]
command = tail -f /dev/null
startsecs = 0

[program:many]
command = tail -f /dev/null
process_name = %(program_name)s_%(process_num)02d
numprocs = 2
startsecs = 0

[program:工人]
command = tail -f /dev/null
startsecs = 0

[program:a+b@c.d&<i>"x"]
command = tail -f /dev/null
startsecs = 0

[program:manual]
command = tail -f /dev/null
autostart = false
priority = 5

[program:broken]
command = /no/such/program
autostart = false

[program:quick]
command = sh -c "exit 3"
autostart = false
startsecs = 1
startretries = 0

[program:three]
command = sh -c "exit 3"
autorestart = false
startsecs = 0
`

func dial(t testing.TB, node cesi.Node) *supervisor.Client {
	t.Helper()
	c, err := supervisor.New(node)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func id(t testing.TB, text string) cesi.ProcessID {
	t.Helper()
	p, err := cesi.ParseProcessID(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestProcesses_EveryKindOfProgram(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: everyKind, Username: "u", Password: "p#;%\"x"})
	s.WaitState("three", "EXITED")
	c, ctx := dial(t, s.Node("n")), within(t, 20*time.Second)
	processes, err := c.Processes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, p := range processes {
		got[p.String()] = p.State.String()
		if words := fmt.Sprintf("pid %d, uptime 0:00:", p.PID); p.DescribedByUptime != (p.State == cesi.Running) ||
			strings.HasPrefix(p.Describe(), words) != p.DescribedByUptime {
			t.Errorf("%s is described as %q", p.Name, p.Describe())
		}
		if one, err := c.Process(ctx, p.ProcessID); err != nil {
			t.Error(err)
		} else if diff := cmp.Diff(p, one, cmpopts.IgnoreFields(cesi.Process{}, "Now", "Description")); diff != "" {
			t.Error(diff)
		}
	}
	want := map[string]string{
		"steady:steady": "RUNNING", "many:many_00": "RUNNING", "many:many_01": "RUNNING", "工人:工人": "RUNNING",
		`a+b@c.d&<i>"x":a+b@c.d&<i>"x"`: "RUNNING", "manual:manual": "STOPPED", "broken:broken": "STOPPED",
		"quick:quick": "STOPPED", "three:three": "EXITED",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	three, err := c.Process(ctx, id(t, "three"))
	if err != nil || !three.UnexpectedExit() || three.ExitStatus != 3 {
		t.Errorf("three: %+v, %v; want an unexpected exit with status 3", three, err)
	}
	info, err := c.Info(ctx)
	if err != nil || info.PID != s.PID() || info.Version == "" || info.Identification != "supervisor" {
		t.Errorf("info: %+v, %v", info, err)
	}
	configs, err := c.Configs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, config := range configs {
		manual := config.Name == "manual"
		if manual && (config.Autostart || config.Priority != 5) || config.Name == "steady" && !config.Autostart {
			t.Errorf("config: %+v", config)
		}
	}
}

func TestCommands_ProcessAndFaults(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: everyKind, Socket: true})
	s.WaitState("steady", "RUNNING")
	c, ctx := dial(t, s.Node("n")), within(t, 30*time.Second)
	stop := func(ctx context.Context, id cesi.ProcessID) error {
		err := c.BeginStop(ctx, id)
		for state := cesi.Stopping; err == nil && state != cesi.Stopped; time.Sleep(5 * time.Millisecond) {
			var p cesi.Process
			p, err = c.Process(ctx, id)
			state = p.State
		}
		return err
	}
	steps := []struct {
		name  string
		do    func(context.Context, cesi.ProcessID) error
		on    string
		kind  cesi.Kind
		fault cesi.FaultCode
	}{
		{"start what runs", c.StartProcess, "steady", cesi.Conflict, cesi.FaultAlreadyStarted},
		{"stop", stop, "steady", 0, 0},
		{"stop what is stopped", stop, "steady", cesi.Conflict, cesi.FaultNotRunning},
		{"start", c.StartProcess, "steady", 0, 0},
		{"start what has no file", c.StartProcess, "broken", cesi.Fault, cesi.FaultNoFile},
		{"start what ends at once", c.StartProcess, "quick", cesi.Fault, cesi.FaultSpawnError},
		{"start nothing", c.StartProcess, "no:such", cesi.NotFound, cesi.FaultBadName},
		{"stop a Chinese name", stop, "工人", 0, 0},
		{"stop markup", stop, `a+b@c.d&<i>"x"`, 0, 0},
	}
	for _, step := range steps {
		err := step.do(ctx, id(t, step.on))
		if step.kind == 0 && err != nil || step.kind != 0 && (cesi.KindOf(err) != step.kind || cesi.FaultOf(err) != step.fault) {
			t.Errorf("%s: got %v (kind %v, fault %d), want kind %v, fault %d", step.name, err, cesi.KindOf(err), cesi.FaultOf(err), step.kind, step.fault)
		}
	}
	if got := s.State("工人"); got != "STOPPED" {
		t.Errorf("supervisorctl says that 工人 is %s", got)
	}
}

func TestCommands_GroupAndNode(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: everyKind})
	s.WaitState("many:many_01", "RUNNING")
	c, ctx := dial(t, s.Node("n")), within(t, 30*time.Second)
	s.Ctl("stop", "many:*")
	results, err := c.StartGroup(ctx, "many")
	if err != nil || len(results) != 2 || results[0].Err != nil || results[1].Err != nil {
		t.Fatalf("start group: %v, %v", results, err)
	}
	s.Ctl("stop", "all")
	if results, err = c.StartAll(ctx); err != nil {
		t.Fatal(err)
	}
	failures := map[string]cesi.FaultCode{}
	for _, r := range results {
		if r.Err != nil && r.Name != "three" { // it ends at once: a fault if supervisord sees that in time
			failures[r.Name] = cesi.FaultOf(r.Err)
		}
	}
	want := map[string]cesi.FaultCode{"broken": cesi.FaultNoFile, "quick": cesi.FaultSpawnError}
	if diff := cmp.Diff(want, failures); diff != "" {
		t.Error(diff)
	}
	if _, err := c.StartGroup(ctx, "nope"); cesi.KindOf(err) != cesi.NotFound {
		t.Errorf("start of no group: %v", err)
	}
}

// TestProcesses_ManyChineseNamesWhileWaiting has a Content-Length that counts characters,
// not bytes: the more Chinese characters, the more of the reply it leaves out.
func TestProcesses_ManyChineseNamesWhileWaiting(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: `
[program:生产环境]
process_name = 生产环境工人进程%(process_num)02d
numprocs = 30
command = tail -f /dev/null
startsecs = 0

[program:启动后立即退出的程序]
command = sh -c "exit 3"
autostart = false
startretries = 0
`})
	c, ctx := dial(t, s.Node("n")), within(t, 30*time.Second)
	s.WaitState("生产环境:生产环境工人进程29", "RUNNING")
	s.Ctl("stop", "生产环境:*")
	results, err := c.StartGroup(ctx, "生产环境")
	if err != nil || len(results) != 30 {
		t.Errorf("start: %d results, %v; want 30", len(results), err)
	}
	err = c.StartProcess(ctx, id(t, "启动后立即退出的程序"))
	if cesi.FaultOf(err) != cesi.FaultSpawnError || !strings.Contains(cesi.TextOf(err).String(), "启动后立即退出的程序") {
		t.Errorf("start: %v", err)
	}
}

func TestClient_WaysToANode(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Username: "u", Password: "geheim"})
	target, err := url.Parse(s.Node("n").URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := http.StripPrefix("/one/web1", httputil.NewSingleHostReverseProxy(target))
	plain, secure := httptest.NewServer(proxy), httptest.NewTLSServer(proxy)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	change := func(f func(*cesi.Node)) cesi.Node {
		n := s.Node("n")
		f(&n)
		return n
	}
	tests := []struct {
		name string
		node cesi.Node
		want cesi.Cause
	}{
		{"as it is", s.Node("n"), ""},
		{"under a path", change(func(n *cesi.Node) { n.URL = plain.URL + "/one/web1" }), ""},
		{"https, any certificate", change(func(n *cesi.Node) { n.URL = secure.URL + "/one/web1"; n.TLSSkipVerify = true }), ""},
		{"https, known authority", change(func(n *cesi.Node) { n.URL = secure.URL + "/one/web1"; n.TLSCA = pemOf(secure) }), ""},
		{"https, unknown authority", change(func(n *cesi.Node) { n.URL = secure.URL + "/one/web1" }), cesi.CauseTLS},
		{"http to https", change(func(n *cesi.Node) { n.URL = strings.Replace(secure.URL, "https", "http", 1) }), cesi.CauseScheme},
		{"wrong path", change(func(n *cesi.Node) { n.URL = plain.URL + "/two" }), cesi.CauseNotSupervisor},
		{"wrong password", change(func(n *cesi.Node) { n.Password = "falsch" }), cesi.CauseUnauthorized},
		{"no password", change(func(n *cesi.Node) { n.Username = "" }), cesi.CauseUnauthorized},
		{"nobody listens", change(func(n *cesi.Node) { n.URL = "http://127.0.0.1:1" }), cesi.CauseRefused},
		{"no such name", change(func(n *cesi.Node) { n.URL = "http://no-such-host.invalid:9001" }), cesi.CauseNameNotFound},
		{"no such socket", change(func(n *cesi.Node) { n.URL, n.Socket = "", "/no/such/socket" }), cesi.CauseUnreachable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := dial(t, test.node).Processes(within(t, 10*time.Second))
			if got := cesi.CauseOf(err); got != test.want {
				t.Errorf("got %q (%v), want %q", got, err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "geheim") {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

func TestClient_IPv6(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(nil)
	listener, err := listenIPv6(t.Context())
	if errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT) {
		t.Skip("SKIPPED, NOT TESTED: this machine has no IPv6")
	}
	if err != nil {
		t.Fatal(err)
	}
	s := supervisortest.Start(t, supervisortest.Options{})
	target, err := url.Parse(s.Node("n").URL)
	if err != nil {
		t.Fatal(err)
	}
	server.Listener.Close()
	server.Listener, server.Config.Handler = listener, httputil.NewSingleHostReverseProxy(target)
	server.Start()
	t.Cleanup(server.Close)
	if _, err := dial(t, cesi.Node{Name: "n", URL: server.URL}).Processes(within(t, 10*time.Second)); err != nil {
		t.Errorf("at %s: %v", server.URL, err)
	}
}

func TestClient_StoppedSupervisordTimesOut(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{})
	c := dial(t, s.Node("n"))
	if _, err := c.Processes(within(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	s.Pause()
	began := time.Now()
	_, err := c.Processes(within(t, 300*time.Millisecond))
	if cesi.KindOf(err) != cesi.Timeout || cesi.CauseOf(err) != cesi.CauseTimeout {
		t.Errorf("got %v, want a timeout", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v to give up, with a deadline of 0.3 s", took)
	}
	s.Resume()
	if _, err := c.Processes(within(t, 10*time.Second)); err != nil {
		t.Errorf("after SIGCONT: %v", err)
	}
}

func TestClient_CancelIsNotATimeout(t *testing.T) {
	t.Parallel()
	fake := supervisortest.StartFleet(t).Add("n")
	fake.Misbehave(supervisortest.Hang)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := dial(t, fake.Node()).Processes(ctx)
	if !errors.Is(err, context.Canceled) || cesi.KindOf(err) == cesi.Timeout {
		t.Errorf("got %v, want one that is context.Canceled", err)
	}
}

func TestClient_InvalidReplies(t *testing.T) {
	t.Parallel()
	say := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write([]byte(body))
		}
	}
	params := func(value string) string {
		return "<?xml version='1.0'?><methodResponse><params><param>" + value + "</param></params></methodResponse>"
	}
	deep := strings.Repeat("<value><array><data>", 1<<18)
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   cesi.Cause
	}{
		{"a web page", say("text/html", "<html>hello</html>"), cesi.CauseNotSupervisor},
		{"a web page that hides", say("text/xml", "<html>hello</html>"), cesi.CauseNotSupervisor},
		{"nothing", say("text/xml", ""), cesi.CauseBadReply},
		{"noise", say("text/xml", "\x00\xff\xfe noise"), cesi.CauseNotSupervisor},
		{"cut short", say("text/xml", "<methodResponse><params><param><value><array><data><value><struct><member><name>na"), cesi.CauseBadReply},
		{"another type", say("text/xml", params("<value><int>3</int></value>")), cesi.CauseBadReply},
		{"a number too large", say("text/xml", params("<value><array><data><value><struct><member><name>pid</name><value><int>99999999999999999999</int></value></member></struct></value></data></array></value>")), cesi.CauseBadReply},
		{"nameless processes", say("text/xml", params("<value><array><data><value><struct></struct></value></data></array></value>")), cesi.CauseBadReply},
		{"nested without end", say("text/xml", params(deep)), cesi.CauseBadReply},
		{"fault without code", say("text/xml", "<methodResponse><fault></fault></methodResponse>"), cesi.CauseBadReply},
		{"an error inside", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "boom", 500) }, cesi.CauseFailedInside},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, cesi.CauseNotSupervisor},
		{"a proxy without backend", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, cesi.CauseProxy},
		{"too large", func(w http.ResponseWriter, _ *http.Request) {
			chunk := []byte(strings.Repeat(" ", 1<<20))
			for range 18 {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, cesi.CauseTooLarge},
		{"broken off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("<methodResponse>"))
		}, cesi.CauseBadReply},
		{"a drop at a time", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(" ")); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		}, cesi.CauseTimeout},
		{"restarting", say("text/xml", "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>6</int></value></member><member><name>faultString</name><value><string>SHUTDOWN_STATE</string></value></member></struct></value></fault></methodResponse>"), cesi.CauseShuttingDown},
	}
	fleet := supervisortest.StartFleet(t)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fake := fleet.Add(fmt.Sprint("n", i))
			fake.Misbehave(test.answer)
			patience := 2 * time.Minute // to take 16 MB under the race detector
			if test.want == cesi.CauseTimeout {
				patience = 300 * time.Millisecond
			}
			_, err := dial(t, fake.Node()).Processes(within(t, patience))
			if got := cesi.CauseOf(err); got != test.want {
				t.Errorf("got %q (%v), want %q", got, err, test.want)
			}
		})
	}
}

func TestClient_MissingMethods(t *testing.T) {
	t.Parallel()
	fake := supervisortest.StartFleet(t).Add("n")
	for _, sentence := range []string{"rpc: can't find method \"supervisor.getAllConfigInfo\"", "UNKNOWN_METHOD"} {
		fake.Misbehave(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>-32601</int></value></member>"+
				"<member><name>faultString</name><value><string>%s</string></value></member></struct></value></fault></methodResponse>",
				strings.ReplaceAll(sentence, "UNKNOWN_METHOD", "unknown method"))
		})
		if _, err := dial(t, fake.Node()).Configs(within(t, 5*time.Second)); cesi.FaultOf(err) != cesi.FaultUnknownMethod {
			t.Errorf("%s: got %v", sentence, err)
		}
	}
}

func TestUpdateProcesses_FollowsTheNode(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: everyKind})
	s.WaitState("three", "EXITED")
	s.WaitState("steady", "RUNNING")
	c, ctx := dial(t, s.Node("n")), within(t, 20*time.Second)
	var known cesi.ProcessList
	stateOf := func(name string) (state cesi.State) {
		latest, err := c.UpdateProcesses(ctx, known)
		if err != nil {
			t.Fatal(err)
		}
		known = latest
		for p := range latest.All() {
			if p.ProcessID == id(t, name) {
				state = p.State
			}
		}
		return state
	}
	if state := stateOf("manual"); state != cesi.Stopped {
		t.Errorf("before the start: %v", state)
	}
	if err := c.StartProcess(ctx, id(t, "manual")); err != nil {
		t.Fatal(err)
	}
	if state := stateOf("manual"); state != cesi.Running {
		t.Errorf("after the start: %v", state)
	}
	latest, err := c.Processes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(latest, known.Slice(), cmpopts.IgnoreFields(cesi.Process{}, "Now")); diff != "" {
		t.Error(diff)
	}
}

// TestClient_RepliesDoNotMix lets clients of several nodes, which share buffers, make
// calls at the same time.
func TestClient_RepliesDoNotMix(t *testing.T) {
	t.Parallel()
	fakes := supervisortest.StartFleet(t)
	var running sync.WaitGroup
	for i := range 8 {
		var processes []cesi.Process
		for j := range 10 * i {
			processes = append(processes, cesi.Process{ProcessID: cesi.ProcessID{Group: fmt.Sprint("node", i), Name: fmt.Sprint("p", j)}})
		}
		c := dial(t, fakes.Add(fmt.Sprint("n", i), processes...).Node())
		running.Go(func() {
			for range 20 {
				got, err := c.Processes(t.Context())
				if diff := cmp.Diff(processes, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
					t.Errorf("node %d: %v %s", i, err, diff)
				}
			}
		})
	}
	running.Wait()
}

// TestFake_SameRepliesAsReal compares the fake with a real supervisord.
func TestFake_SameRepliesAsReal(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: everyKind})
	s.WaitState("three", "EXITED")
	real, ctx := dial(t, s.Node("n")), within(t, 20*time.Second)
	want, err := real.Processes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	fake := dial(t, supervisortest.StartFleet(t).Add("n", want...).Node())
	got, err := fake.Processes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, c := range []*supervisor.Client{real, fake} {
		if _, err := c.Process(ctx, id(t, "no:such")); cesi.KindOf(err) != cesi.NotFound {
			t.Errorf("no such process: %v", err)
		}
	}
}

func TestClient_KeepsControlCharacters(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: everyKind})
	s.WaitState("steady", "RUNNING")
	c, ctx := dial(t, s.Node("n")), within(t, 20*time.Second)
	steady, err := c.Process(ctx, id(t, "steady"))
	if err != nil {
		t.Fatal(err)
	}
	const short = "short \x1b[31mred\x1b[0m\a\x00 \r\n ]]> <fault> &amp; \U000F0007\U000F0FFF\U000F1001 end\n"
	tests := map[string]struct{ log, want string }{
		"control characters and markup": {short, short},
		"nothing":                       {"", ""},
		"a character cut in two":        {strings.Repeat("工", 30_000), strings.Repeat("工", 21845)},
		"only the end":                  {strings.Repeat("x", 100_000) + "end\n", strings.Repeat("x", 65532) + "end\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(steady.StdoutLogfile, []byte(test.log), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := c.Tail(ctx, steady.ProcessID, cesi.Stdout, 64<<10)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadLog_UnreadableBytesAreGaps(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: everyKind})
	s.WaitState("steady", "RUNNING")
	c, ctx := dial(t, s.Node("n")), within(t, 20*time.Second)
	steady, err := c.Process(ctx, id(t, "steady"))
	if err != nil {
		t.Fatal(err)
	}
	log := strings.Repeat("before\n", 200) + "\xc4\xe3\xba\xc3 GBK\n" + strings.Repeat("after\n", 200)
	if err := os.WriteFile(steady.StdoutLogfile, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := c.Tail(ctx, steady.ProcessID, cesi.Stdout, 64<<10)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"before\nbefore", "bytes that are not UTF-8]", "after\nafter\n"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%q is missing in %.300q …", want, got)
		}
	}
	daemon, err := os.ReadFile(s.Path("supervisord.log"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(daemon), "Traceback"); n > 30 {
		t.Errorf("reading it wrote %d tracebacks into the node's log", n)
	}
}

func TestReadLog_WithoutLogFile(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: `
[program:none]
command = tail -f /dev/null
stdout_logfile = NONE
redirect_stderr = true
startsecs = 0
[program:huge]
command = tail -f /dev/null
startsecs = 0
`})
	s.WaitState("huge", "RUNNING")
	c, ctx := dial(t, s.Node("n")), within(t, 20*time.Second)
	for _, stream := range []cesi.LogStream{cesi.Stdout, cesi.Stderr} {
		if got, err := c.Tail(ctx, id(t, "none"), stream, 1000); err != nil || len(got) > 0 {
			t.Errorf("no log: %q, %v", got, err)
		}
	}
	if _, err := c.Tail(ctx, id(t, "no:such"), cesi.Stdout, 1000); cesi.KindOf(err) != cesi.NotFound {
		t.Errorf("no process: %v", err)
	}
	huge, err := c.Process(ctx, id(t, "huge"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge.StdoutLogfile, 3<<30); err != nil {
		t.Fatal(err)
	}
	got, err := c.Tail(ctx, huge.ProcessID, cesi.Stdout, 1000)
	if err != nil || string(got) != strings.Repeat("\x00", 1000) {
		t.Errorf("3 GiB of NULs: %d bytes, %v", len(got), err)
	}
	if err := os.Remove(huge.StderrLogfile); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Tail(ctx, huge.ProcessID, cesi.Stderr, 1000); err != nil || len(got) > 0 {
		t.Errorf("a log that was removed: %q, %v", got, err)
	}
}
