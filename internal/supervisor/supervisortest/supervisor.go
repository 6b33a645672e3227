// Package supervisortest starts real supervisords for tests, and offers a fake one for
// cases that a real one can't produce: garbage, floods, scale.
package supervisortest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cesi/internal/cesi"
)

// Options configure a supervisord. The zero value is one on a free loopback port,
// without authentication and without programs.
type Options struct {
	// Programs is its configuration besides the sections of supervisord itself;
	// %(here)s is its folder.
	Programs string
	Username string
	Password string
	// Port is the port to use; 0 means a free one.
	Port int
	// Socket makes it listen on a unix socket instead of a port.
	Socket bool
	// Environment is added to its environment, and so to that of its programs.
	Environment []string
	// Namespace gives it a pid namespace, as in a container: it has pid 1, and its
	// first program 2. PID then is not its pid, and only Stop signals it. Call
	// NeedNamespaces before.
	Namespace bool
}

// Supervisor is a real supervisord. It ends, with its programs, when its test ends.
type Supervisor struct {
	t       testing.TB
	options Options
	dir     string
	port    int
	cmd     *exec.Cmd
	ended   chan struct{}
}

// patience bounds every wait for a supervisord.
const patience = 30 * time.Second

// Start starts a supervisord and waits until it answers. If supervisor is not
// installed, the test is skipped, or fails with CI=true.
func Start(t testing.TB, options Options) *Supervisor {
	t.Helper()
	Need(t, "supervisord", "supervisor")
	s := &Supervisor{t: t, options: options}
	var err error
	if s.dir, err = os.MkdirTemp("", "sv-"); err != nil { // a socket's path has to be short
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(s.dir) })
	for range 5 { // another program may take the port first
		s.port = options.Port
		if s.port == 0 {
			s.port = FreePort(t)
		}
		s.WriteConfig(options.Programs)
		s.launch()
		if s.answers() {
			t.Cleanup(s.Stop)
			return s
		}
		s.Stop()
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "supervisord.log")) // shown if there is one
	t.Fatalf("supervisord did not start:\n%s", log)
	return nil
}

// SkipShort skips a test that starts another program when tests run with -short.
func SkipShort(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: it starts another program")
	}
}

// Need requires a command and names its Debian package. If the command is missing, the
// test is skipped, or fails with CI=true. With -short the test is always skipped.
func Need(t testing.TB, command, debianPackage string) {
	t.Helper()
	SkipShort(t)
	if _, err := exec.LookPath(command); err == nil {
		return
	}
	sentence := fmt.Sprintf("%s is missing: apt-get install %s", command, debianPackage)
	if os.Getenv("CI") == "true" {
		t.Fatal(sentence)
	}
	t.Skip("SKIPPED, NOT TESTED: " + sentence)
}

// NeedNamespaces requires that pid namespaces can be made, which needs root. Otherwise
// the test is skipped, or fails with CI=true.
func NeedNamespaces(t testing.TB) {
	t.Helper()
	Need(t, "unshare", "util-linux")
	if out, err := exec.Command("unshare", "-pf", "--mount-proc", "true").CombinedOutput(); err != nil {
		sentence := fmt.Sprintf("pid namespaces can't be made here: run the tests as root (%s)", strings.TrimSpace(string(out)))
		if os.Getenv("CI") == "true" {
			t.Fatal(sentence)
		}
		t.Skip("SKIPPED, NOT TESTED: " + sentence)
	}
}

// FreePort returns a port of the loopback address that is free now. It is below those that Linux gives to
// connections and to listeners without a port of their own, so that nothing takes it while
// a supervisord restarts.
func FreePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		port := 20_000 + rand.IntN(12_000)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// WriteConfig replaces the programs in the configuration. supervisord reads them at the
// next reread or restart.
func (s *Supervisor) WriteConfig(programs string) {
	s.t.Helper()
	server := fmt.Sprintf("[inet_http_server]\nport = 127.0.0.1:%d\n", s.port)
	url := fmt.Sprintf("http://127.0.0.1:%d", s.port)
	if s.options.Socket {
		server = fmt.Sprintf("[unix_http_server]\nfile = %s\n", s.Path("s.sock"))
		url = "unix://" + s.Path("s.sock")
	}
	credentials := ""
	if s.options.Username != "" {
		credentials = fmt.Sprintf("username = %s\npassword = %s\n", s.options.Username, strings.ReplaceAll(s.options.Password, "%", "%%"))
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user = root\n"
	}
	text := "[supervisord]\nnodaemon = true\nlogfile = %(here)s/supervisord.log\npidfile = %(here)s/supervisord.pid\n" +
		"childlogdir = %(here)s\n" + user + server + credentials +
		"[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n" +
		"[supervisorctl]\nserverurl = " + url + "\n" + credentials + programs
	if err := os.WriteFile(s.Path("supervisord.conf"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// launch starts the process.
func (s *Supervisor) launch() {
	s.t.Helper()
	args := []string{"supervisord", "-n", "-c", s.Path("supervisord.conf")}
	if s.options.Namespace {
		args = append([]string{"unshare", "-pf", "--mount-proc", "--kill-child"}, args...)
	}
	s.cmd = exec.Command(args[0], args[1:]...)
	s.cmd.Dir = s.dir
	s.cmd.Env = append(append(os.Environ(), "LC_ALL=C.UTF-8"), s.options.Environment...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.ended = make(chan struct{})
	cmd, ended := s.cmd, s.ended
	go func() {
		_ = cmd.Wait() // the exit status does not matter
		close(ended)
	}()
}

// answers waits until supervisord accepts connections; false if it ended before.
func (s *Supervisor) answers() bool {
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		select {
		case <-s.ended:
			return false
		default:
		}
		if s.connects() {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// connects reports whether supervisord accepts connections at its place, and is not another
// program there: its pid file names the process that was launched.
func (s *Supervisor) connects() bool {
	network, address := s.place()
	conn, err := net.Dial(network, address)
	if err != nil {
		return false
	}
	conn.Close()
	pid, err := os.ReadFile(s.Path("supervisord.pid")) // written after the port is open
	own := s.cmd.Process.Pid
	if s.options.Namespace {
		own = 1
	}
	return err == nil && strings.TrimSpace(string(pid)) == fmt.Sprint(own)
}

// place returns the network and address on which supervisord listens.
func (s *Supervisor) place() (network, address string) {
	if s.options.Socket {
		return "unix", s.Path("s.sock")
	}
	return "tcp", fmt.Sprintf("127.0.0.1:%d", s.port)
}

// Node returns the node of this supervisord, with a timeout of 5 s.
func (s *Supervisor) Node(name string) cesi.Node {
	n := cesi.Node{
		Name: name, URL: fmt.Sprintf("http://127.0.0.1:%d", s.port),
		Username: s.options.Username, Password: cesi.Secret(s.options.Password), Timeout: 5 * time.Second,
	}
	if s.options.Socket {
		n.URL, n.Socket = "", s.Path("s.sock")
	}
	return n
}

// Path returns the path of a file in supervisord's folder, which also has its programs'
// logs.
func (s *Supervisor) Path(name string) string { return filepath.Join(s.dir, name) }

// PID returns supervisord's pid.
func (s *Supervisor) PID() int { return s.cmd.Process.Pid }

// Ctl runs supervisorctl and returns what it prints.
func (s *Supervisor) Ctl(args ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "supervisorctl", append([]string{"-c", s.Path("supervisord.conf")}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	out, _ := cmd.CombinedOutput() // the exit status depends on the programs' states
	return string(out)
}

// WaitState waits until a process is in a state.
func (s *Supervisor) WaitState(process, state string) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for s.State(process) != state {
		if time.Now().After(deadline) {
			s.t.Fatalf("%s did not get %s: %s", process, state, s.Ctl("status"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Pause stops supervisord with SIGSTOP: it then accepts connections but answers
// nothing. Resume ends that.
func (s *Supervisor) Pause() { s.signal(syscall.SIGSTOP) }

// Resume continues a paused supervisord.
func (s *Supervisor) Resume() { s.signal(syscall.SIGCONT) }

func (s *Supervisor) signal(sig syscall.Signal) {
	_ = s.cmd.Process.Signal(sig) // one that has ended needs none
}

// Stop ends supervisord and its programs. It may be called twice.
func (s *Supervisor) Stop() {
	s.Resume()
	if s.options.Namespace { // unshare forwards no signals, and the namespace ends with its first process
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	}
	s.signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(patience):
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		<-s.ended
	}
}

// Restart stops supervisord and starts it again, on the same port.
func (s *Supervisor) Restart() {
	s.t.Helper()
	s.Stop()
	s.launch()
	if !s.answers() {
		s.t.Fatal("supervisord did not start again")
	}
	s.t.Cleanup(s.Stop)
}
