package supervisor

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

// machine is a fake supervisord on an address of the loopback network that records its
// requests.
type machine struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string
	conns  map[net.Conn]bool
	status int
}

// startMachines starts one at each of the addresses 127.0.0.N, with the same port.
func startMachines(t *testing.T, numbers ...int) ([]*machine, string) {
	t.Helper()
	var list []*machine
	port := "0"
	for _, n := range numbers {
		l, err := net.Listen("tcp", net.JoinHostPort(fmt.Sprintf("127.0.0.%d", n), port))
		if err != nil {
			t.Skipf("SKIPPED, NOT TESTED: no second loopback address: %v", err)
		}
		_, port, _ = net.SplitHostPort(l.Addr().String())
		m := &machine{conns: make(map[net.Conn]bool)}
		m.Server = &httptest.Server{Listener: l, Config: &http.Server{Handler: m, ConnState: m.note}}
		m.Start()
		t.Cleanup(m.stop)
		list = append(list, m)
	}
	return list, port
}

func (m *machine) note(c net.Conn, state http.ConnState) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.conns[c] = true; state == http.StateClosed {
		delete(m.conns, c)
	}
}

func (m *machine) open() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.conns)
}

// stop closes the port and everything on it. It may be called twice.
func (m *machine) stop() {
	m.CloseClientConnections()
	m.Close()
}

// took returns the requests since the last call.
func (m *machine) took() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.asked
	m.asked = nil
	return list
}

func (m *machine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // it is checked below
	m.mu.Lock()
	status := m.status
	what := "follow"
	if _, method, found := strings.Cut(string(body), "<methodName>supervisor."); found {
		what, _, _ = strings.Cut(method, "<")
	}
	m.asked = append(m.asked, what)
	m.mu.Unlock()
	switch {
	case status != 0:
		w.WriteHeader(status)
	case what == "follow":
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	default:
		value := "<boolean>1</boolean>"
		if what == "getAllProcessInfo" {
			value = "<array><data></data></array>"
		}
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, "<?xml version='1.0'?><methodResponse><params><param><value>%s</value></param></params></methodResponse>", value)
	}
}

// named is a client of a node with a name, whose addresses and clock a test sets.
type named struct {
	*Client
	t     *testing.T
	asked int
	now   time.Time
	is    []string
	fails error
}

func newNamed(t *testing.T, port string, is ...string) *named {
	t.Helper()
	client, err := New(cesi.Node{Name: "n", URL: "http://moves.test:" + port, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	n := &named{Client: client, t: t, now: time.Unix(1000, 0), is: is}
	client.route.now = func() time.Time { return n.now }
	client.route.resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
		n.asked++
		if host != "moves.test" {
			t.Errorf("the name %q was asked", host)
		}
		var list []netip.Addr
		for _, address := range n.is {
			list = append(list, netip.MustParseAddr(address))
		}
		return list, n.fails
	}
	return n
}

// poll polls once, and wants an answer.
func (n *named) poll() {
	n.t.Helper()
	if _, err := n.Processes(n.t.Context()); err != nil {
		n.t.Fatalf("a poll: %v", err)
	}
}

// follow opens a stream.
func (n *named) follow() io.ReadCloser {
	n.t.Helper()
	stream, err := n.FollowLog(n.t.Context(), cesi.LogName{Stream: cesi.MainLog})
	if err != nil {
		n.t.Fatalf("a stream: %v", err)
	}
	n.t.Cleanup(func() { stream.Close() })
	return stream
}

func TestRoute_FollowsNameToNewAddress(t *testing.T) {
	machines, port := startMachines(t, 1, 2)
	n := newNamed(t, port, "127.0.0.1")
	all := []string{"getAllProcessInfo", "startProcess", "follow"}
	use := func() io.ReadCloser {
		n.poll()
		if err := n.StartProcess(t.Context(), cesi.ProcessID{Group: "a", Name: "a"}); err != nil {
			t.Fatal(err)
		}
		return n.follow()
	}
	stream := use()
	if diff := cmp.Diff(all, machines[0].took()); diff != "" {
		t.Errorf("asked of the first machine:\n%s", diff)
	}
	n.is = []string{"127.0.0.2"} // the old one still answers
	n.now = n.now.Add(nameEvery)
	use()
	if diff := cmp.Diff(all, machines[1].took()); diff != "" {
		t.Errorf("asked of the second machine, after the move:\n%s", diff)
	}
	if late := machines[0].took(); len(late) > 0 {
		t.Errorf("asked of the first machine, after the move: %v", late)
	}
	if _, err := io.ReadAll(stream); err == nil {
		t.Error("the stream from the first machine ended as if the log had")
	}
	for deadline := time.Now().Add(10 * time.Second); machines[0].open() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections to the first machine are still open", machines[0].open())
		}
	}
	if got := n.Peer(); got != "127.0.0.2:"+port {
		t.Errorf("the peer is %s", got)
	}
}

func TestRoute_ResolvesEachMinuteAndAfterFailure(t *testing.T) {
	machines, port := startMachines(t, 1, 2)
	n := newNamed(t, port, "127.0.0.1")
	for range 3 {
		n.poll()
		n.now = n.now.Add(nameEvery/2 - time.Second)
	}
	if n.asked != 1 {
		t.Errorf("within the time it was asked %d times", n.asked)
	}
	n.now = n.now.Add(time.Minute)
	n.poll()
	if n.asked != 2 {
		t.Errorf("after a minute it was asked %d times, want 2", n.asked)
	}
	machines[0].mu.Lock()
	machines[0].status = http.StatusBadGateway
	machines[0].mu.Unlock()
	n.is = []string{"127.0.0.2"}
	if _, err := n.Processes(t.Context()); err == nil {
		t.Error("a bad gateway is an answer")
	}
	n.poll() // at once, of the new machine
	machines[1].stop()
	if _, err := n.Processes(t.Context()); cesi.CauseOf(err) == "" {
		t.Errorf("the new machine is gone: %v", err)
	}
	if _, err := n.Processes(t.Context()); cesi.CauseOf(err) != cesi.CauseRefused {
		t.Errorf("the new machine is gone: %v, want refused", err)
	}
}

func TestRoute_LeavesOldAddressEvenIfNewIsSilent(t *testing.T) {
	machines, port := startMachines(t, 1, 2)
	n := newNamed(t, port, "127.0.0.1")
	n.poll()
	machines[0].took()
	machines[1].stop()
	n.is = []string{"127.0.0.2"}
	n.now = n.now.Add(nameEvery)
	for range 2 {
		if _, err := n.Processes(t.Context()); cesi.CauseOf(err) != cesi.CauseRefused {
			t.Errorf("%v, want refused", err)
		}
		if err := n.StartProcess(t.Context(), cesi.ProcessID{Group: "a", Name: "a"}); cesi.CauseOf(err) != cesi.CauseRefused {
			t.Errorf("a command: %v, want refused", err)
		}
	}
	if got := machines[0].took(); len(got) > 0 {
		t.Errorf("the old machine was asked %v", got)
	}
}

func TestRoute_StaysWithAnsweringAddress(t *testing.T) {
	machines, port := startMachines(t, 1, 2, 3)
	machines[0].stop()
	n := newNamed(t, port, "127.0.0.1", "127.0.0.2", "127.0.0.3")
	n.poll()
	for _, order := range [][]string{{"127.0.0.3", "127.0.0.2"}, {"127.0.0.3", "127.0.0.1", "127.0.0.2"}} {
		n.is = order
		n.now = n.now.Add(time.Minute)
		n.poll()
	}
	if got := n.Peer(); got != "127.0.0.2:"+port || len(machines[2].took()) > 0 {
		t.Errorf("it moved to %s without need", got)
	}
	machines[1].stop()
	_, _ = n.Processes(t.Context()) // the one that notices
	n.poll()
	if got := n.Peer(); got != "127.0.0.3:"+port {
		t.Errorf("after a failure it is at %s", got)
	}
}

func TestRoute_KeepsAddressWhileDNSFails(t *testing.T) {
	machines, port := startMachines(t, 1)
	n := newNamed(t, port, "127.0.0.1")
	n.fails = &net.DNSError{Err: "server misbehaving", Name: "moves.test", IsTemporary: true}
	if _, err := n.Processes(t.Context()); cesi.CauseOf(err) != cesi.CauseNameNotFound {
		t.Errorf("before any answer: %v", err)
	}
	n.fails = nil
	n.poll()
	n.fails = &net.DNSError{Err: "no such host", Name: "moves.test", IsNotFound: true}
	n.now = n.now.Add(time.Hour)
	n.poll()
	machines[0].stop()
	_, _ = n.Processes(t.Context()) // the one that notices
	if _, err := n.Processes(t.Context()); cesi.CauseOf(err) != cesi.CauseNameNotFound {
		t.Errorf("without name and machine: %v", err)
	}
}

func TestRoute_CallsShareOneLookup(t *testing.T) {
	_, port := startMachines(t, 1)
	n := newNamed(t, port, "127.0.0.1")
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() {
			if _, err := n.Processes(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	if n.asked != 1 {
		t.Errorf("the name was asked %d times", n.asked)
	}
}

func TestTransport_IgnoresProxyEnvironment(t *testing.T) {
	transport, err := newTransport(cesi.Node{Name: "n"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if transport.Proxy != nil {
		t.Error("polls and streams may go through a proxy that commands do not take")
	}
}
