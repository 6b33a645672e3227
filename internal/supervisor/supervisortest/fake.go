package supervisortest

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"cesi/internal/cesi"
)

// Fleet is any number of fake supervisords on one port, each under its own path. It is
// cheap enough for a thousand of them.
type Fleet struct {
	server *httptest.Server

	mu    sync.Mutex
	nodes map[string]*Fake
}

// Fake is one fake supervisord: it answers polls with the given processes, and can be
// made to misbehave.
type Fake struct {
	url, name string

	mu        sync.Mutex
	processes []cesi.Process
	replies   map[string]string // by method, of the processes as they are
	misbehave http.HandlerFunc
	stream    http.HandlerFunc
}

// StartFleet opens a port without nodes. It closes when the test ends.
func StartFleet(t testing.TB) *Fleet {
	t.Helper()
	f := &Fleet{nodes: make(map[string]*Fake)}
	f.server = httptest.NewServer(f)
	t.Cleanup(func() {
		f.server.CloseClientConnections() // a hanging call does not delay the test
		f.server.Close()
	})
	return f
}

// Add adds a node with the given processes.
func (f *Fleet) Add(name string, processes ...cesi.Process) *Fake {
	n := &Fake{url: f.server.URL + "/" + name, name: name, processes: processes}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nodes[name] = n
	return n
}

// ServeHTTP implements http.Handler.
func (f *Fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	f.mu.Lock()
	n := f.nodes[name]
	f.mu.Unlock()
	if n == nil {
		http.NotFound(w, r)
		return
	}
	n.serve(w, r)
}

// Node returns the node of the fake, with a timeout of 5 s.
func (n *Fake) Node() cesi.Node {
	return cesi.Node{Name: n.name, URL: n.url, Timeout: 5 * time.Second}
}

// SetProcesses replaces the processes.
func (n *Fake) SetProcesses(processes ...cesi.Process) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.processes, n.replies = processes, nil
}

// Misbehave lets a handler answer every call; nil ends it.
func (n *Fake) Misbehave(h http.HandlerFunc) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.misbehave = h
}

// Stream lets a handler answer requests for live logs (GET /logtail/…); without one
// they are 404.
func (n *Fake) Stream(h http.HandlerFunc) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stream = h
}

// Hang does not answer until the client gives up.
func Hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // otherwise the end of the client is not noticed
	<-r.Context().Done()
}

func (n *Fake) serve(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	misbehave, stream := n.misbehave, n.stream
	n.mu.Unlock()
	switch {
	case misbehave != nil:
		misbehave(w, r)
		return
	case r.Method == http.MethodGet && stream != nil:
		stream(w, r)
		return
	case r.Method == http.MethodGet:
		http.NotFound(w, r)
		return
	}
	var call struct {
		Method string   `xml:"methodName"`
		Params []string `xml:"params>param>value>string"`
	}
	if err := xml.NewDecoder(r.Body).Decode(&call); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, n.reply(call.Method, call.Params)) // a client that has gone gets nothing
}

// reply returns the reply to a call. It keeps that to a call without parameters, so that
// a poll of an unchanged node costs nearly nothing.
func (n *Fake) reply(method string, params []string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if kept, found := n.replies[method]; found && len(params) == 0 {
		return kept
	}
	made := fmt.Sprintf("<?xml version='1.0'?>\n<methodResponse>\n%s</methodResponse>\n", answer(method, params, n.processes))
	if len(params) == 0 {
		if n.replies == nil {
			n.replies = make(map[string]string)
		}
		n.replies[method] = made
	}
	return made
}

// answer returns a reply without its envelope.
func answer(method string, params []string, processes []cesi.Process) string {
	switch method {
	case "supervisor.getSupervisorVersion":
		return result(text("4.2.5"))
	case "supervisor.getAPIVersion":
		return result(text("3.0"))
	case "supervisor.getIdentification":
		return result(text("supervisor"))
	case "supervisor.getState":
		return result(structure(member("statecode", number(1)), member("statename", text("RUNNING"))))
	case "supervisor.getPID":
		return result(number(1))
	case "supervisor.getAllProcessInfo":
		return result(list(processes, processInfo))
	case "supervisor.getAllConfigInfo":
		return result(list(processes, configInfo))
	case "supervisor.getProcessInfo":
		for _, p := range processes {
			if len(params) == 1 && p.String() == params[0] {
				return result(processInfo(p))
			}
		}
		return fault(cesi.FaultBadName, "BAD_NAME: "+strings.Join(params, ","))
	case "supervisor.readLog", "supervisor.readProcessStdoutLog", "supervisor.readProcessStderrLog":
		return fault(cesi.FaultNoFile, "NO_FILE")
	case "supervisor.tailProcessStdoutLog", "supervisor.tailProcessStderrLog":
		return result("<value><array><data>\n" + text("") + number(0) + "<value><boolean>0</boolean></value>\n</data></array></value>\n")
	default:
		return fault(cesi.FaultUnknownMethod, "UNKNOWN_METHOD")
	}
}

func result(value string) string {
	return "<params>\n<param>\n" + value + "</param>\n</params>\n"
}

func fault(code cesi.FaultCode, sentence string) string {
	return "<fault>\n" + structure(member("faultCode", number(int64(code))), member("faultString", text(sentence))) + "</fault>\n"
}

func list(processes []cesi.Process, value func(cesi.Process) string) string {
	var b strings.Builder
	for _, p := range processes {
		b.WriteString(value(p))
	}
	return "<value><array><data>\n" + b.String() + "</data></array></value>\n"
}

func processInfo(p cesi.Process) string {
	return structure(
		member("name", text(p.Name)), member("group", text(p.Group)),
		member("start", number(p.Start)), member("stop", number(p.Stop)), member("now", number(p.Now)),
		member("state", number(int64(p.State))), member("statename", text(p.State.String())),
		member("spawnerr", text(p.SpawnErr)), member("exitstatus", number(int64(p.ExitStatus))),
		member("logfile", text(p.Logfile)), member("stdout_logfile", text(p.StdoutLogfile)),
		member("stderr_logfile", text(p.StderrLogfile)), member("pid", number(int64(p.PID))),
		member("description", text(p.Describe())),
	)
}

func configInfo(p cesi.Process) string {
	return structure(member("name", text(p.Name)), member("group", text(p.Group)),
		member("autostart", "<value><boolean>1</boolean></value>\n"),
		member("group_prio", number(999)), member("process_prio", number(999)))
}

func structure(members ...string) string {
	return "<value><struct>\n" + strings.Join(members, "") + "</struct></value>\n"
}

func member(name, value string) string {
	return "<member>\n<name>" + name + "</name>\n" + value + "</member>\n"
}

func number(n int64) string { return fmt.Sprintf("<value><int>%d</int></value>\n", n) }

func text(s string) string {
	escaped := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(s, "&", "&amp;"), "<", "&lt;"), ">", "&gt;")
	return "<value><string>" + escaped + "</string></value>\n"
}
