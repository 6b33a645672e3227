package supervisortest

import (
	"context"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// State returns the state of a process: "RUNNING", "STOPPED", …; empty if it does not
// exist.
func (s *Supervisor) State(process string) string {
	s.t.Helper()
	return membersOf(s.call("getProcessInfo", process))["statename"]
}

// ProcessPID returns the pid of a process; 0 if it does not run.
func (s *Supervisor) ProcessPID(process string) int {
	s.t.Helper()
	pid, _ := strconv.Atoi(membersOf(s.call("getProcessInfo", process))["pid"]) // none is 0
	return pid
}

// StartProcess starts a process and waits until it is up.
func (s *Supervisor) StartProcess(process string) {
	s.t.Helper()
	s.call("startProcess", process)
}

// StopProcess stops a process and waits until it has ended.
func (s *Supervisor) StopProcess(process string) {
	s.t.Helper()
	s.call("stopProcess", process)
}

// SignalProcess sends a signal to a process.
func (s *Supervisor) SignalProcess(process, signal string) {
	s.t.Helper()
	s.call("signalProcess", process, signal)
}

// Tail returns the end of a process's stdout.
func (s *Supervisor) Tail(process string) string {
	s.t.Helper()
	return firstString(s.call("tailProcessStdoutLog", process, 0, 20_000))
}

// TailStderr returns the end of a process's stderr.
func (s *Supervisor) TailStderr(process string) string {
	s.t.Helper()
	return firstString(s.call("tailProcessStderrLog", process, 0, 20_000))
}

// States lists all processes with their states, in order, named as by supervisorctl:
// "api:api_1 RUNNING".
func (s *Supervisor) States() []string {
	s.t.Helper()
	var list []string
	for _, text := range strings.Split(s.call("getAllProcessInfo"), "<struct>")[1:] {
		m := membersOf(text)
		name := m["name"]
		if m["group"] != name {
			name = m["group"] + ":" + name
		}
		list = append(list, name+" "+m["statename"])
	}
	slices.Sort(list)
	return list
}

// call calls a method of supervisord with texts and integers, and returns the reply;
// empty if there is none. Starting supervisorctl for each question would take most of a
// test's time.
func (s *Supervisor) call(method string, params ...any) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var call strings.Builder
	call.WriteString("<methodCall><methodName>supervisor." + method + "</methodName><params>")
	for _, p := range params {
		kind := "string"
		if _, is := p.(int); is {
			kind = "int"
		}
		call.WriteString("<param><value><" + kind + ">")
		_ = xml.EscapeText(&call, []byte(fmt.Sprint(p))) // a strings.Builder accepts everything
		call.WriteString("</" + kind + "></value></param>")
	}
	call.WriteString("</params></methodCall>")
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://supervisord/RPC2", strings.NewReader(call.String()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/xml")
	r.SetBasicAuth(s.options.Username, s.options.Password)
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		network, address := s.place()
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	response, err := transport.RoundTrip(r)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return ""
	}
	return string(body)
}

var (
	aMember = regexp.MustCompile(`<name>(\w+)</name>\s*<value><\w+>([^<]*)</`)
	aString = regexp.MustCompile(`<value><string>([^<]*)</string></value>`)
)

// membersOf returns the texts and numbers of a reply that is one struct.
func membersOf(reply string) map[string]string {
	members := make(map[string]string)
	for _, m := range aMember.FindAllStringSubmatch(reply, -1) {
		members[m[1]] = html.UnescapeString(m[2])
	}
	return members
}

// firstString returns the first text of a reply.
func firstString(reply string) string {
	m := aString.FindStringSubmatch(reply)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}
